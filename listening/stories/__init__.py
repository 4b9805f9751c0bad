"""What a person tells of their life, heard in any message, with whose it is, when, and their exact words."""

from listening.stories.head import Head
from listening.stories.hearing import hear, stressors
from listening.stories.people import introduced
from listening.stories.types import Heard, Hearing
from listening.stories.voices import alike, speaks_for, speaks_self, writes_for

__all__ = [
    "Head",
    "Heard",
    "Hearing",
    "alike",
    "hear",
    "introduced",
    "speaks_for",
    "speaks_self",
    "stressors",
    "writes_for",
]
