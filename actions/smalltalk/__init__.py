"""Hellos, thanks, goodbyes and jokes: short, warm, and out of the way."""
