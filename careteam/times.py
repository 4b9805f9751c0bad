"""Instants as a clinician reads them: the clinic's own time, short, and how long someone has waited."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def instant(text: str) -> datetime:
    """The stored UTC text as an aware datetime."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day(when: str | None, zone: ZoneInfo, now: datetime) -> str:
    """ "today", "12 Nov", "3 Mar 2024"; half a date stays half: "Mar 2024", "2024".

    A time without a zone is the clinic's own, as laboratories write it: its day is the one written.
    """
    if not when:
        return "date not known"
    if len(when) <= 7:
        return when if len(when) == 4 else f"{MONTHS[int(when[5:7]) - 1]} {when[:4]}"
    today = now.astimezone(zone).date()
    on = _here(when, zone).date()
    if on == today:
        return "today"
    if on == today - timedelta(days=1):
        return "yesterday"
    return f"{on.day} {MONTHS[on.month - 1]}" + ("" if on.year == today.year else f" {on.year}")


def _here(when: str, zone: ZoneInfo) -> datetime:
    """The instant by the clinic's clock."""
    written = datetime.fromisoformat(when)
    return written.astimezone(zone) if written.tzinfo else written


def moment(when: str, zone: ZoneInfo, now: datetime) -> str:
    """ "today 14:02", "12 Nov 09:15"."""
    return f"{day(when, zone, now)} {_here(when, zone):%H:%M}"


def wait(since: str, now: datetime) -> str:
    """ "just now", "12 min", "3 h 5 min", "4 days"."""
    minutes = max(0, int((now - instant(since)).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"
    return f"{minutes // (24 * 60)} days"
