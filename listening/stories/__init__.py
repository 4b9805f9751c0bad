"""What a person tells of their life, heard in any message, with whose it is, when, and their exact words."""

from listening.stories.head import Head
from listening.stories.hearing import hear, stressors
from listening.stories.people import introduced
from listening.stories.types import Heard, Hearing
from listening.stories.voices import speaks_for

__all__ = ["Head", "Heard", "Hearing", "hear", "introduced", "speaks_for", "stressors"]
