"""Results and tests: explaining them, correcting them, more of it, and why."""
