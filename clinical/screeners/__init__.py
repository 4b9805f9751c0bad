"""Published screening questions, word for word: what is asked, an answer as its code, and the score."""

from clinical.screeners.forms import Item, Option, Rule, Score, Screener, find, load, screener
from clinical.screeners.reading import Reading, read
from clinical.screeners.scoring import Total, needs, total

__all__ = [
    "Item",
    "Option",
    "Reading",
    "Rule",
    "Score",
    "Screener",
    "Total",
    "find",
    "load",
    "needs",
    "read",
    "screener",
    "total",
]
