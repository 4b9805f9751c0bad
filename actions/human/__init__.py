"""A person instead of a program: asked for in any words, always granted as a task."""
