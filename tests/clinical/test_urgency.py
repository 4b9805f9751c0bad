"""One order of what presses most: the screen, the page of a patient and the list of the care team agree."""

from careteam.queue import Raised, risk_of
from clinical.urgency import LEVELS, RISK
from listening import redflags


def test_a_body_in_danger_comes_first_everywhere() -> None:
    flags = [Raised("flag", level, "x", None, "t") for level in ("soon", "crisis", "emergency")]
    assert [flag.urgency for flag in sorted(flags, key=risk_of)] == ["emergency", "crisis", "soon"]
    assert redflags.LEVELS[::-1] == LEVELS
    assert sorted(("soon", "crisis", "emergency"), key=RISK.__getitem__) == ["emergency", "crisis", "soon"]


def test_tasks_go_by_their_priority() -> None:
    wanted = ["stat", "asap", "urgent", "routine"]
    assert sorted(reversed(wanted), key=RISK.__getitem__) == wanted


def test_nothing_known_is_without_a_rank() -> None:
    assert {level for level in LEVELS if level not in ("ask", "none")} <= set(RISK)
