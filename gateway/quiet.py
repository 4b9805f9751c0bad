"""Quiet hours: the one place that decides whether a text nobody just asked for may go now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from record import referrals
from record.release_rules import Policy, zone_or

# Last part of the effect key of what Kith sends of its own accord. Everything else answers something.
UNASKED = frozenset({"new-result", "follow-up", "reminder", "check-in", "notice", referrals.KIND})


@dataclass(frozen=True)
class Quiet:
    """The policy's hours, by the patient's own clock, or by the clinic's where that is not known."""

    policy: Policy
    clinic_zone: str

    def opens(self, at: str, zone: str | None) -> str:
        """The first instant from `at` on at which such a text may go: `at` itself by day."""
        return self.policy.may_text_from(at, zone_or(zone, self.clinic_zone))

    def seconds_left(self, at: str, zone: str | None, most: int) -> int:
        """How long such a text may still be under way, so that no network delivers it by night."""
        for seconds in (most, most // 2, most // 4, 60):
            then = (datetime.fromisoformat(at) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            if self.opens(then, zone) == then:
                return seconds
        return 60
