"""HL7 v2 messages over a socket: stored for good before they are acknowledged."""
