"""What becomes of an imported result before its patient hears of it: kept back, released, and one text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, select, update

from clinical.catalogue import Catalogue
from record import alarms
from record.database import insert_new
from record.ids import new_id, stamp
from record.release_rules import Policy, Rule, When, held
from record.series import standing
from record.tables import kept_result, notice, observation, task

TASK = "release-result"
CALL_TASK = "call-about-result"
OPEN = ("waiting", "held")  # kept back still
CHUNK = 400  # ids looked up at once: SQLite's oldest limit on parameters is 999
SELF = "kith"  # who released what nobody decided on in time
TASKS: Mapping[When, tuple[str, str]] = {
    "after_review": (TASK, "Look at this before Kith tells the patient, then release or hold it: {names}."),
    "never_by_bot": (CALL_TASK, "Kith never tells this result. Call the patient about it: {names}."),
}
Decision = Literal["release", "hold", "told"]


@dataclass(frozen=True)
class Kept:
    """One result kept back from its patient."""

    id: str
    observation_id: str
    policy: str  # after_review | never_by_bot
    rule: str
    status: str  # waiting | held
    release_at: str | None  # then it is released by itself
    text: str
    series: str
    value: str | None
    unit: str | None
    interpretation: str | None
    at: str


@dataclass(frozen=True)
class Begin:
    """How the results of one import begin. `key` names it, so that its task and its text are made once."""

    policy: Policy
    key: str
    hold_all: bool = False  # whoever imports wants each of them looked at first
    news: bool = True  # False: an old chart, which the patient knows


def start(
    connection: Connection, rows: Iterable[Mapping[str, Any]], begin: Begin, catalogue: Catalogue, at: str
) -> None:
    """Begin the policy for results just written as released: keep some back, plan one text a patient."""
    by_patient: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows if begin.news else ():
        by_patient.setdefault(row["patient_id"], []).append(row)
    for patient_id, theirs in by_patient.items():
        _start(connection, patient_id, theirs, begin, catalogue, at)


def _start(
    connection: Connection,
    patient_id: str,
    rows: Sequence[Mapping[str, Any]],
    begin: Begin,
    catalogue: Catalogue,
    at: str,
) -> None:
    critical = {row["id"] for row in alarms.alarming(connection, rows, at)}
    chosen = [(row, _rule(row, row["id"] in critical, begin, catalogue)) for row in rows]
    kept = [(row, rule) for row, rule in chosen if rule.when != "at_once"]
    if kept:
        _keep(connection, patient_id, kept, at)
        _ask_someone(connection, patient_id, kept, at, begin.key)
    news = [row for row, rule in chosen if rule.when == "at_once" and _is_news(row, begin.policy, at)]
    if news:
        # A critical result beside them: one text, after someone has seen it or its time is over.
        first = _later(at, begin.policy.critical_hold) if critical else at
        plan_text(connection, patient_id, at=at, not_before=first, key=begin.key)


def _rule(row: Mapping[str, Any], critical: bool, begin: Begin, catalogue: Catalogue) -> Rule:
    analyte = catalogue.get(row["analyte"]) if row["analyte"] else None
    area = analyte.area if analyte else None
    found = begin.policy.rule_for(row["analyte"], area, row["code"], row["text"])
    if found.when == "at_once" and critical:
        return held(found, "A critical result: the care team first.", begin.policy.critical_hold)
    if found.when == "at_once" and begin.hold_all:
        return Rule(
            "import", "after_review", frozenset(), frozenset(), frozenset(), None, None,
            "Whoever imported it asked for a look first.", "docs/release.md",
        )  # fmt: skip
    return found


def _keep(
    connection: Connection, patient_id: str, kept: Sequence[tuple[Mapping[str, Any], Rule]], at: str
) -> None:
    for row, rule in kept:
        connection.execute(update(observation).where(observation.c.id == row["id"]).values(released_at=None))
        values = {
            "id": new_id(),
            "patient_id": patient_id,
            "observation_id": row["id"],
            "policy": rule.when,
            "rule": rule.id,
            "status": "waiting",
            "release_at": _later(at, rule.after) if rule.after is not None else None,
            "created_at": at,
        }
        insert_new(connection, kept_result, [values], "observation_id")


def _ask_someone(
    connection: Connection,
    patient_id: str,
    kept: Sequence[tuple[Mapping[str, Any], Rule]],
    at: str,
    key: str,
) -> None:
    """One task an import for what waits for a look, one for what only a person tells.

    A critical result has its own alarm already (record.alarms): that page is the one to answer.
    """
    for when, code, words in (
        (
            "after_review",
            TASK,
            "Look at this before Kith tells the patient, then release or hold it: {names}.",
        ),
        ("never_by_bot", CALL_TASK, "Kith never tells this result. Call the patient about it: {names}."),
    ):
        names = [row["text"] for row, rule in kept if rule.when == when and rule.id != "critical"]
        if names:
            made = f"{key}:{patient_id}:{code}"
            _open_task(connection, patient_id, code, words.format(names=_few(names)), made, at)


def _few(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - 4} more" if len(unique) > 4 else ""
    return f"{', '.join(unique[:4])}{more}"


def _open_task(
    connection: Connection, patient_id: str, code: str, description: str, key: str, at: str
) -> None:
    row = {
        "id": new_id(), "patient_id": patient_id, "code": code, "priority": "urgent",
        "description": description, "status": "requested", "effect_key": key[:200], "created_at": at,
    }  # fmt: skip
    insert_new(connection, task, [row], "effect_key")


def plan_text(connection: Connection, patient_id: str, *, at: str, not_before: str, key: str) -> None:
    """One text about new results, however many come in before it is sent."""
    waiting = and_(
        notice.c.patient_id == patient_id, notice.c.status == "waiting", notice.c.kind == "new-result"
    )
    if connection.scalar(select(notice.c.id).where(waiting)) is not None:
        return
    row = {
        "id": new_id(), "patient_id": patient_id, "kind": "new-result", "status": "waiting",
        "not_before": not_before, "created_at": at, "effect_key": f"{key}:{patient_id}"[:200],
    }  # fmt: skip
    insert_new(connection, notice, [row], "effect_key")


def kept_back(connection: Connection, patient_id: str) -> tuple[Kept, ...]:
    """The results of a patient that wait for someone or are held, the newest first."""
    return tuple(_kept(row) for row in connection.execute(_of_patient(patient_id)))


def decide(
    connection: Connection, patient_id: str, release_id: str, decision: Decision, *, by: str, at: str
) -> bool | None:
    """Release, hold, or note as told in person. False: already decided so. None: it is not this patient's.

    What the policy keeps from Kith altogether cannot be released here, only told by a person.
    """
    row = connection.execute(
        select(kept_result).where(kept_result.c.id == release_id, kept_result.c.patient_id == patient_id)
    ).one_or_none()
    if row is None:
        return None
    if not _allowed(row, decision):
        return False
    return _decide(connection, row, decision, by, at)


def _allowed(row: Row[Any], decision: Decision) -> bool:
    if row.policy == "never_by_bot":
        return decision == "told" and row.status in OPEN
    if decision == "hold":
        return bool(row.status == "waiting")
    return decision == "release" and row.status in OPEN


def _decide(connection: Connection, row: Row[Any], decision: Decision, by: str, at: str) -> bool:
    """False where another decision was faster: the row is not as it was read any more."""
    status = {"release": "released", "hold": "held", "told": "told"}[decision]
    values: dict[str, Any] = {"status": status, "decided_by": by, "decided_at": at}
    if decision == "hold":
        values["release_at"] = None  # whoever holds it has looked: time alone does not undo that
    as_read = and_(kept_result.c.id == row.id, kept_result.c.status == row.status)
    if connection.execute(update(kept_result).where(as_read).values(**values)).rowcount != 1:
        return False
    if decision == "release":
        connection.execute(
            update(observation).where(observation.c.id == row.observation_id).values(released_at=at)
        )
        plan_text(connection, row.patient_id, at=at, not_before=at, key=f"release:{row.id}")
    if decision != "told":
        _text_may_go(connection, row.patient_id, at)
    _close_tasks(connection, row.patient_id, by, at)
    return True


def withdraw(connection: Connection, patient_id: str, results: Sequence[str], at: str) -> None:
    """The laboratory took these results back, or corrected them: nobody waits for them any more."""
    closed = 0
    for start in range(0, len(results), CHUNK):
        these = kept_result.c.observation_id.in_(results[start : start + CHUNK])
        values = {"status": "withdrawn", "decided_by": SELF, "decided_at": at}
        changed = update(kept_result).where(these, kept_result.c.status.in_(OPEN)).values(**values)
        closed += connection.execute(changed).rowcount
    if closed:
        _close_tasks(connection, patient_id, SELF, at)
        _text_may_go(connection, patient_id, at)
    _cancel_text(connection, patient_id, at)


def _cancel_text(connection: Connection, patient_id: str, at: str) -> None:
    """A text that waits is not sent when none of the results it would tell of is left."""
    waiting = connection.execute(
        select(notice.c.id, notice.c.created_at).where(
            notice.c.patient_id == patient_id, notice.c.status == "waiting", notice.c.kind == "new-result"
        )
    )
    for text in waiting.all():
        told = select(observation.c.id).where(
            observation.c.patient_id == patient_id,
            observation.c.origin == "measured",
            observation.c.released_at >= text.created_at,
            standing(observation),
        )
        critical = and_(kept_result.c.rule == "critical", _stands())  # the text waits for it, and tells of it
        waits = connection.scalar(_waiting(patient_id, critical))
        if not waits and connection.scalar(told.limit(1)) is None:
            close_text(connection, text.id, "not-sent", at, "withdrawn")


def _text_may_go(connection: Connection, patient_id: str, at: str) -> None:
    """The text that waited for this decision waits no longer, unless another critical result still does."""
    still = select(func.count()).where(
        kept_result.c.patient_id == patient_id,
        kept_result.c.status == "waiting",
        kept_result.c.rule == "critical",
        _stands(),
    )
    if connection.scalar(still):
        return
    connection.execute(
        update(notice)
        .where(
            notice.c.patient_id == patient_id,
            notice.c.status == "waiting",
            notice.c.kind == "new-result",
            notice.c.not_before > at,
        )
        .values(not_before=at)
    )


def _close_tasks(connection: Connection, patient_id: str, by: str, at: str) -> None:
    """The task is done when nothing waits for what it asks."""
    for policy, code in (("after_review", TASK), ("never_by_bot", CALL_TASK)):
        waiting = select(func.count()).where(
            kept_result.c.patient_id == patient_id,
            kept_result.c.policy == policy,
            kept_result.c.status == "waiting",
            _stands(),
        )
        if connection.scalar(waiting):
            continue
        connection.execute(
            update(task)
            .where(task.c.patient_id == patient_id, task.c.code == code, task.c.status == "requested")
            .values(status="completed", completed_by=by[:36], completed_at=at)
        )


def _waiting(patient_id: str, which: ColumnElement[bool]) -> Select[Any]:
    waits = kept_result.c.status == "waiting"
    return select(func.count()).where(kept_result.c.patient_id == patient_id, waits, which)


def release_due(connection: Connection, at: str) -> int:
    """Release what nobody decided on in the time the policy gives; how many."""
    rows = connection.execute(
        select(kept_result)
        .where(kept_result.c.status == "waiting", kept_result.c.release_at <= at, _stands())
        .limit(200)
    ).all()
    return sum(_decide(connection, row, "release", SELF, at) for row in rows)


def anything_due(connection: Connection, at: str) -> bool:
    """Whether a result is to be released or a text may go by now."""
    result = (
        select(kept_result.c.id)
        .where(kept_result.c.status == "waiting", kept_result.c.release_at <= at, _stands())
        .limit(1)
    )
    text = select(notice.c.id).where(notice.c.status == "waiting", notice.c.not_before <= at).limit(1)
    return connection.scalar(result) is not None or connection.scalar(text) is not None


def _stands() -> ColumnElement[bool]:
    """The result is still one: not taken back, and no other in its place."""
    return exists().where(observation.c.id == kept_result.c.observation_id, standing(observation))


def _over(at: str) -> ColumnElement[bool]:
    return and_(kept_result.c.status == "waiting", kept_result.c.release_at <= at)


def texts_due(connection: Connection, at: str, limit: int = 50) -> Sequence[Row[Any]]:
    """Texts whose time has come, the oldest first."""
    return connection.execute(
        select(notice)
        .where(notice.c.status == "waiting", notice.c.not_before <= at)
        .order_by(notice.c.not_before, notice.c.id)
        .limit(limit)
    ).all()


def put_off(connection: Connection, notice_id: str, until: str) -> None:
    """Not now: a quiet hour, or someone is talking with them."""
    connection.execute(update(notice).where(notice.c.id == notice_id).values(not_before=until))


def close_text(
    connection: Connection, notice_id: str, status: str, at: str, reason: str | None = None
) -> bool:
    """`sent`, or `not-sent` with the reason; False when another gateway was first."""
    changed = connection.execute(
        update(notice)
        .where(notice.c.id == notice_id, notice.c.status == "waiting")
        .values(status=status, done_at=at, reason=reason)
    )
    return changed.rowcount == 1


def _of_patient(patient_id: str) -> Select[Any]:
    return (
        select(
            kept_result,
            observation.c.text,
            observation.c.series,
            observation.c.value,
            observation.c.comparator,
            observation.c.unit,
            observation.c.interpretation,
        )
        .join(observation, observation.c.id == kept_result.c.observation_id)
        .where(kept_result.c.patient_id == patient_id, kept_result.c.status.in_(OPEN), standing(observation))
        .order_by(kept_result.c.created_at.desc(), kept_result.c.id)
    )


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        observation_id=row.observation_id,
        policy=row.policy,
        rule=row.rule,
        status=row.status,
        release_at=row.release_at,
        text=row.text,
        series=row.series,
        value=f"{row.comparator or ''}{row.value}" if row.value is not None else None,
        unit=row.unit,
        interpretation=row.interpretation,
        at=row.created_at,
    )


def _is_news(row: Mapping[str, Any], policy: Policy, at: str) -> bool:
    """Taken lately, or nobody says when."""
    try:
        taken = date.fromisoformat((row["effective_at"] or "")[:10])
    except ValueError:
        return True
    return date.fromisoformat(at[:10]) - taken <= policy.fresh


def _later(at: str, by: Any) -> str:
    return stamp(datetime.fromisoformat(at) + by)
