"""What lab words and numbers mean: pure functions and frozen dataclasses, standard library only."""
