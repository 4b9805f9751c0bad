"""How pressing a thing is, worst first: one order for the screen, the record and the care team's pages.

A body in danger has minutes, so an emergency stands before a crisis; both are told at once.
"""

from types import MappingProxyType
from typing import Final

LEVELS: Final = ("emergency", "crisis", "ask", "soon", "none")
"""What the screen may say of a message."""

RISK: Final = MappingProxyType(
    {
        name: rank
        for rank, name in enumerate(("emergency", "crisis", "stat", "soon", "asap", "urgent", "routine"))
    }
)
"""Flags by their level and tasks by their priority (FHIR request-priority), as one list is sorted."""
