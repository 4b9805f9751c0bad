"""Forms a clinic holds the licence for, from a file it supplies: checked whole before any of it is asked.

Some published forms may not be copied into software without their owner's consent. Their words and notice
stay with the clinic that has it; what is asked is asked word for word, as the forms of `tables/` are.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clinical.screeners.forms import FORMS, Screener, screener

NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")
LOINC = re.compile(r"\d{1,7}-\d")
ANSWER = re.compile(r"LA\d+-\d")
TEXTS = ("title", "copyright", "source")
ASKED = {"self_report": bool, "from_age": int, "period_days": int, "declined_days": int, "shown_by": list}
Form = Mapping[str, Any]


class FormsError(ValueError):
    """A form cannot be asked as it stands; the message names the form, the item and what is missing."""


def parse(text: str) -> tuple[Form, ...]:
    """The forms of a file as checked tables; FormsError says what is wrong with the first bad one.

    `screener(table)` makes one ready to ask.
    """
    try:
        forms = tomllib.loads(text).get("form")
    except tomllib.TOMLDecodeError as error:
        raise FormsError(f"not TOML: {error}") from error
    if not isinstance(forms, list) or not forms or not all(isinstance(form, dict) for form in forms):
        raise FormsError("no [[form]] in it")
    for fault in (fault for form in forms for fault in faults(form)):
        raise FormsError(fault)
    names = [form["id"] for form in forms]
    if len(set(names)) < len(names):
        raise FormsError(f"two forms with one id: {', '.join(names)}")
    return tuple(forms)


def faults(form: Form) -> Iterator[str]:
    """What keeps one form from being asked, in words; the caller stops at the first."""
    name = form.get("id")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"a form's id must be small letters, digits and dashes, but is {name!r}"
    if name in FORMS:
        yield f"{name}: this form comes with Kith; give yours another id"
    for field in TEXTS:
        if not _worded(form.get(field)):
            yield f"{name}: {field} is missing" + (": the owner's notice" if field == "copyright" else "")
    if "loinc" in form and not _is(LOINC, form["loinc"]):
        yield f"{name}: {form['loinc']!r} is no LOINC code"
    yield from _asked(name, form.get("asked"))
    yield from _items(name, form)


def _asked(name: Any, asked: Any) -> Iterator[str]:
    if not isinstance(asked, dict):
        yield f"{name}: [form.asked] is missing: when it may be asked"
        return
    for field, kind in ASKED.items():
        if type(asked.get(field)) is not kind:
            yield f"{name}: asked.{field} must be {'true or false' if kind is bool else f'a {kind.__name__}'}"


def _items(name: Any, form: Form) -> Iterator[str]:
    items = form.get("item")
    if not isinstance(items, list) or not items:
        yield f"{name}: no [[form.item]] in it"
        return
    ids = [item.get("id") for item in items]
    if len(set(map(str, ids))) < len(ids):
        yield f"{name}: two items with one id"
    for item in items:
        yield from _item(f"{name}/{item.get('id')}", item, form.get("options") or {})


def _item(where: str, item: Form, options: Mapping[str, Any]) -> Iterator[str]:
    for field in ("id", "text", "source"):
        if not _worded(item.get(field)):
            yield f"{where}: {field} is missing"
    if not _is(LOINC, item.get("loinc")):
        yield f"{where}: loinc must be the item's LOINC code, but is {item.get('loinc')!r}"
    answers = options.get(str(item.get("options")))
    if not isinstance(answers, list) or len(answers) < 2:
        yield f"{where}: its answers are missing: [[form.options.{item.get('options')}]], two or more"
        return
    yield from _answers(where, answers)


def _answers(where: str, answers: Sequence[Form]) -> Iterator[str]:
    for answer in answers:
        if not _is(ANSWER, answer.get("code")):
            yield f"{where}: an answer's code must be LOINC's (LA1234-5), but is {answer.get('code')!r}"
        if not _worded(answer.get("text")):
            yield f"{where}: the answer {answer.get('code')} has no text"
    for field in ("code", "key"):
        said = [answer[field] for answer in answers if answer.get(field)]
        if len(set(said)) < len(said):
            yield f"{where}: two answers with one {field}"


def _worded(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def made(forms: Sequence[Form]) -> tuple[Screener, ...]:
    """The checked tables as forms ready to ask."""
    return tuple(screener(form) for form in forms)
