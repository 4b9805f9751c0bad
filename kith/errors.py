"""What a command raises when it cannot do what was asked."""


class CommandError(Exception):
    """Its message is the one line the engineer sees."""
