"""What cannot wait: finds danger in a patient's own words, before anything else reads them."""

from listening.redflags.screening import screen, warm
from listening.redflags.types import LEVELS, Level, RedFlag, Screening, ScreeningRule

__all__ = [
    "LEVELS",
    "Level",
    "RedFlag",
    "Screening",
    "ScreeningRule",
    "screen",
    "warm",
]
