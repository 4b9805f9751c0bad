"""What Rasa loads: domain, NLU components, the gateway's channel and a tracker store that stays small."""
