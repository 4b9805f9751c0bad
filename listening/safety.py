"""The fixed words for danger: short, first, by place and language, and honest about who is watching."""

from functools import lru_cache
from importlib.resources import files
from tomllib import loads
from typing import Any

from listening.redflags.tables import table
from listening.redflags.types import Level, RedFlag, Screening

_PRIVATE = frozenset({"partner-abuse", "sexual-assault", "trafficking", "child-abuse", "elder-abuse"})


def reply(screening: Screening, *, language: str = "en", place: str = "US") -> str:
    """The whole reply to a message with danger in it; nothing may be added to it. '' where there is none."""
    if screening.level == "none":
        return ""
    first = screening.flags[0]
    if screening.level == "ask":
        return _say(_asking(first), language, place, question=ask(first.kind, language=language))
    return _say(_reply_name(screening), language, place)


def ask(doubt: Screening | str, *, language: str = "en", place: str = "US") -> str:
    """For a kind, its one direct question: "Are you having chest pain right now?".
    For a doubtful screening, the whole reply around that question."""
    if isinstance(doubt, Screening):
        return reply(doubt, language=language, place=place)
    return str(table("kinds.toml")["kinds"][doubt]["ask"][_spoken(language)])


def asks(screening: Screening) -> bool:
    """Whether the reply is a direct question, which a bare yes or no answers: a doubt, or a crisis that no
    rule knows, heard in the likeness alone; nobody who only grieves is to be told that they want to die."""
    if screening.level == "ask":
        return True
    return screening.level == "crisis" and all(
        flag.kind == "unclear-crisis" and flag.rule == "second-opinion"
        for flag in screening.flags
        if flag.level == "crisis"
    )


def thanks(kind: str, *, language: str = "en", place: str = "US") -> str:
    """What is said to a no after a direct question; nothing in it says that all is well."""
    return _say("answered-no-crisis" if _is_crisis(kind) else "answered-no", language, place)


def follow_up(screening: Screening, *, language: str = "en", place: str = "US") -> str:
    """What to say first when the person next writes after a danger. '' where there was none."""
    if screening.level in ("none", "soon"):
        return ""
    private = screening.flags[0].kind in _PRIVATE
    name = "private" if private and screening.level == "crisis" else screening.level
    return str(_words()["follow_ups"][name][_spoken(language)]).format_map(_lines(place))


def _reply_name(screening: Screening) -> str:
    if asks(screening):
        return "may-be-crisis"
    levels: set[Level] = {flag.level for flag in screening.flags}
    own_life = {"suicide", "self-harm"} & set(screening.kinds)
    if {"emergency", "crisis"} <= levels and own_life:
        return "both"
    return str(_words()["uses"].get(screening.flags[0].kind, screening.level))


def _asking(flag: RedFlag) -> str:
    return "ask-crisis" if _is_crisis(flag.kind) else "ask"


def _is_crisis(kind: str) -> bool:
    kinds: dict[str, dict[str, str]] = table("kinds.toml")["kinds"]
    return kind in kinds and kinds[kind]["level"] == "crisis"


def _say(name: str, language: str, place: str, **more: str) -> str:
    return str(_words()["replies"][name][_spoken(language)]).format_map({**_lines(place), **more})


def _lines(place: str) -> dict[str, str]:
    """The numbers of a place; a place we do not know gets plain words, never a wrong number."""
    lines: dict[str, dict[str, str]] = _words()["lines"]
    return lines.get(place, lines["other"])


def _spoken(language: str) -> str:
    return "es" if language.lower().startswith("es") else "en"


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return loads(files("listening").joinpath("safety_replies.toml").read_text(encoding="utf-8"))
