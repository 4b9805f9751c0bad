"""What Rasa loads: the domain, the NLU components, the gateway's channel and a tracker store that stays small."""
