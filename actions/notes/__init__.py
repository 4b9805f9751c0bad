"""What was written down: showing it, taking it out, and who can read it."""
