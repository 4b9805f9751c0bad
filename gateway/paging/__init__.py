"""Who of the clinic is told of a danger, how, and who is told next when nobody answers."""
