"""Pages in the database: opened for a task, moved down the list step by step, taken on by someone."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select, text, update

from gateway.paging import telling
from gateway.paging.policy import ANY, Policy, Rule
from gateway.paging.rota import Person, Rota
from gateway.paging.words import Words
from record import audit
from record.database import insert_new
from record.ids import new_id, stamp
from record.oncall import GATEWAY, acknowledge
from record.tables import message, oncall_page, oncall_send, oncall_task, patient, task, user

OPENING_LOCK = 5_484_003  # any constant: two gateways never open pages at once


def anything_to_do(connection: Connection, policy: Policy, at: str) -> bool:
    """Whether a round has work; read first, so that a quiet night takes no write lock."""
    looked_for = (_due(at), _unsettled(), _nothing_left(), _unpaged(policy, at))
    return any(connection.execute(each.limit(1)).first() is not None for each in looked_for)


def open_new(connection: Connection, policy: Policy, at: str) -> int:
    """A page for each task that calls for one and has none; how many tasks there were.

    A patient has one open page at a time: what comes while it is open joins it, and raises it if it is worse.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer already
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": OPENING_LOCK})
    found = connection.execute(_unpaged(policy, at).order_by(task.c.created_at)).all()
    for row in found:
        rule = policy.rule_for(row.code, row.priority)
        if rule is not None:
            page_id = _join(connection, row, rule, policy, at) or _open(connection, row, rule, at)
            connection.execute(oncall_task.insert().values(task_id=row.id, page_id=page_id, created_at=at))
    return len(found)


def _join(connection: Connection, row: Row[Any], rule: Rule, policy: Policy, at: str) -> str | None:
    here = and_(oncall_page.c.patient_id == row.patient_id, oncall_page.c.status == "open")
    # Held until we commit, on PostgreSQL: a page taken on in this moment is joined by nothing more.
    page = connection.execute(select(oncall_page).where(here).with_for_update()).first()
    if page is None:
        return None
    if rule.rank < policy.rule_of(page.risk).rank:
        # Worse than what they were paged for: whoever is first on duty hears of it now, paged before or not.
        worse = {"risk": rule.risk, "message_id": row.message_id, "due_at": at, "round": page.round + 1}
        _move(connection, page.id, **worse)
    return str(page.id)


def _open(connection: Connection, row: Row[Any], rule: Rule, at: str) -> str:
    page_id = new_id()
    connection.execute(
        oncall_page.insert().values(
            id=page_id,
            patient_id=row.patient_id,
            message_id=row.message_id,
            risk=rule.risk,
            code=_new_code(connection),
            status="open",
            due_at=at,
            created_at=at,
        )
    )
    entity = f"OncallPage/{page_id},Task/{row.id}"
    audit.append(connection, at=at, agent=GATEWAY, action="C:page", entity=entity)
    return page_id


def _new_code(connection: Connection) -> str:
    """Four digits no other open page has: what someone woken at night can type."""
    taken = set(connection.scalars(select(oncall_page.c.code).where(oncall_page.c.status == "open")))
    while (code := f"{1000 + secrets.randbelow(9000)}") in taken:
        pass
    return code


def advance_due(connection: Connection, rota: Rota, words: Words, at: str) -> list[str]:
    """Page the next person of every page whose time has come; the conversations something was said in."""
    spoken = [_advance(connection, row, rota, words, at) for row in connection.execute(_due(at)).all()]
    return [each for each in spoken if each]


def _advance(connection: Connection, page: Row[Any], rota: Rota, words: Words, at: str) -> str | None:
    """One step, and with two gateways one of them: whoever moves the count on takes it."""
    mine = and_(oncall_page.c.id == page.id, oncall_page.c.step == page.step, oncall_page.c.status == "open")
    if connection.execute(update(oncall_page).where(mine).values(step=page.step + 1)).rowcount != 1:
        return None
    person = rota.next_on(at, _tried(connection, page))
    if person is None:
        return _exhausted(connection, page, rota, words, at)
    patience = rota.patience(person)
    _queue(connection, page, person, words, patience, at)
    _move(connection, page.id, due_at=_after(at, patience))
    entity = f"OncallPage/{page.id},Person/{person.key}"
    audit.append(connection, at=at, agent=GATEWAY, action="E:page", entity=entity)
    return None


def _tried(connection: Connection, page: Row[Any]) -> set[str]:
    """Who was paged since the list was last begun."""
    begun = oncall_send.c.effect_key.startswith(f"{page.id}:{page.round}:", autoescape=True)
    return set(connection.scalars(select(oncall_send.c.person).where(oncall_send.c.kind == "page", begun)))


def _exhausted(connection: Connection, page: Row[Any], rota: Rota, words: Words, at: str) -> str | None:
    """Nobody is left: the care list and the figures say so, and after a pause the list is begun again."""
    again = _after(at, rota.policy.repeat)
    _move(connection, page.id, exhausted_at=page.exhausted_at or at, round=page.round + 1, due_at=again)
    audit.append(
        connection, at=at, agent=GATEWAY, action="E:page-exhausted", entity=f"OncallPage/{page.id}",
        outcome="failure",
    )  # fmt: skip
    any_sent = exists().where(oncall_send.c.page_id == page.id, oncall_send.c.kind == "page")
    what = "no-answer" if connection.scalar(select(any_sent)) else "nobody"
    return telling.tell(connection, page.id, what, rota, words, at)


def _queue(
    connection: Connection, page: Row[Any], person: Person, words: Words, patience: timedelta, at: str
) -> None:
    texts = _texts(page, person, words, patience)
    for channel, address in person.ways:
        subject, said = texts[channel]
        queue(
            connection,
            page_id=page.id,
            kind="page",
            step=page.step + 1,
            person=person,
            way=(channel, address),
            subject=subject,
            text=said,
            effect_key=f"{page.id}:{page.round}:{person.key}:{channel}",
            at=at,
        )


def _texts(
    page: Row[Any], person: Person, words: Words, patience: timedelta
) -> dict[str, tuple[str | None, str]]:
    """What each way carries: the kind of danger and where to look, and nothing of whom it is about."""
    minutes = max(1, round(patience.total_seconds() / 60))
    values = {"risk": words.risk(page.risk), "link": words.link(page.id), "minutes": minutes}
    by_text = words.staff("mail_reply", code=page.code) if person.phone else ""
    return {
        "sms": (None, words.staff("page", reply=words.staff("reply", code=page.code), **values)),
        "email": (
            words.staff("subject", risk=words.risk(page.risk).capitalize(), code=page.code),
            words.staff("mail", reply=by_text, **values),
        ),
    }


def queue(
    connection: Connection,
    *,
    page_id: str | None,
    kind: str,
    person: Person,
    way: tuple[str, str],
    text: str,
    effect_key: str,
    at: str,
    subject: str | None = None,
    step: int = 0,
) -> bool:
    """One text or email to be sent; the same effect key never makes two. Whether it is new."""
    row = {
        "id": new_id(),
        "page_id": page_id,
        "kind": kind,
        "step": step,
        "person": person.key,
        "name": person.name,
        "channel": way[0],
        "address": way[1],
        "subject": subject,
        "text": text,
        "state": "queued",
        "next_attempt_at": at,
        "effect_key": effect_key[:200],
        "created_at": at,
    }
    return insert_new(connection, oncall_send, [row], "effect_key") == 1


def close_done(connection: Connection, at: str) -> None:
    """A page whose every task was done, whoever did them, needs nobody any more."""
    for page_id in list(connection.scalars(_nothing_left())):
        who = connection.execute(
            select(user.c.id, user.c.display_name, user.c.role)
            .join(task, task.c.completed_by == user.c.id)
            .join(oncall_task, oncall_task.c.task_id == task.c.id)
            .where(oncall_task.c.page_id == page_id)
            .order_by(task.c.completed_at.desc())
            .limit(1)
        ).first()
        name, role, agent = (who.display_name, who.role, who.id) if who else ("the care team", None, GATEWAY)
        acknowledge(connection, page_id, name=name, role=role, how="done", at=at, agent=agent)


def settle(connection: Connection, rota: Rota, words: Words, at: str) -> tuple[list[str], list[Row[Any]]]:
    """After someone has a page the others hear of it, and the patient may: conversations spoken in, pages."""
    spoken, settled = [], []
    for page in connection.execute(_unsettled()).all():
        mine = and_(oncall_page.c.id == page.id, oncall_page.c.settled_at.is_(None))
        if connection.execute(update(oncall_page).where(mine).values(settled_at=at)).rowcount != 1:
            continue
        _stand_down(connection, page, rota, words, at)
        settled.append(page)
        if said := telling.tell_seen(connection, page, rota, words, at):
            spoken.append(said)
    return spoken, settled


def _stand_down(connection: Connection, page: Row[Any], rota: Rota, words: Words, at: str) -> None:
    """Nobody gets up at night for what a colleague has already taken.

    What is being sent in this moment may yet be called off: `came_late` sees to it.
    """
    waiting = and_(oncall_send.c.page_id == page.id, oncall_send.c.kind == "page")
    unsent = and_(waiting, oncall_send.c.state == "queued")
    connection.execute(update(oncall_send).where(unsent).values(state="cancelled"))
    reached = set(connection.scalars(select(oncall_send.c.person).where(waiting, _went_out())))
    for person in rota.people:
        if person.key in reached:
            _stay_in_bed(connection, page, person, words, at)


def came_late(connection: Connection, send_id: str, rota: Rota, words: Words, at: str) -> None:
    """A text or email that went out, or may have, when somebody had its page: they can stay in bed too."""
    # Locked, on PostgreSQL: either this sees that the page is taken, or `settle` that the text is out.
    row = connection.execute(
        select(oncall_page, oncall_send.c.person)
        .join(oncall_send, oncall_send.c.page_id == oncall_page.c.id)
        .where(oncall_send.c.id == send_id, oncall_send.c.kind == "page")
        .with_for_update(of=oncall_page)
    ).first()
    if row is None or row.status == "open":
        return
    for person in rota.people:
        if person.key == row.person:
            _stay_in_bed(connection, row, person, words, at)


def _stay_in_bed(connection: Connection, page: Row[Any], person: Person, words: Words, at: str) -> None:
    """Said once a page by each of their ways, and not to whoever has it."""
    if person.name == page.acknowledged_by:
        return
    for way in person.ways:
        queue(
            connection,
            page_id=page.id,
            kind="stand-down",
            person=person,
            way=way,
            subject=words.staff("stand_down_subject", code=page.code),
            text=words.staff("stand_down", who=page.acknowledged_by, code=page.code),
            effect_key=f"{page.id}:down:{person.key}:{way[0]}",
            at=at,
        )


def oldest_open(connection: Connection) -> list[Row[Any]]:
    """Open pages, the oldest first: for figures."""
    query = select(oncall_page.c.created_at, oncall_page.c.exhausted_at)
    return list(
        connection.execute(query.where(oncall_page.c.status == "open").order_by(oncall_page.c.created_at))
    )


def _move(connection: Connection, page_id: str, **values: Any) -> None:
    connection.execute(update(oncall_page).where(oncall_page.c.id == page_id).values(**values))


def _after(at: str, span: timedelta) -> str:
    return stamp(datetime.fromisoformat(at) + span)


def _went_out() -> ColumnElement[bool]:
    return oncall_send.c.state.in_(("sent", "delivered"))


def _due(at: str) -> Select[Any]:
    return select(oncall_page).where(oncall_page.c.status == "open", oncall_page.c.due_at <= at)


def _unsettled() -> Select[Any]:
    return select(oncall_page).where(
        oncall_page.c.status.in_(("acknowledged", "closed")), oncall_page.c.settled_at.is_(None)
    )


def _nothing_left() -> Select[Any]:
    left = (
        exists()
        .where(
            oncall_task.c.page_id == oncall_page.c.id,
            task.c.id == oncall_task.c.task_id,
            task.c.status == "requested",
        )
        .correlate(oncall_page)
    )
    return select(oncall_page.c.id).where(oncall_page.c.status == "open", ~left)


def _unpaged(policy: Policy, at: str) -> Select[Any]:
    """Open tasks of a kind that is paged for, fresh, and not paged for yet."""
    fresh = stamp(datetime.fromisoformat(at) - policy.fresh)
    paged = exists().where(oncall_task.c.task_id == task.c.id).correlate(task)
    return (
        select(task)
        .join(patient, patient.c.id == task.c.patient_id)
        .where(
            task.c.status == "requested",
            task.c.created_at >= fresh,
            patient.c.deleted_at.is_(None),
            or_(*_kinds(policy.rules, at)),
            ~paged,
        )
    )


def _kinds(rules: Iterable[Rule], at: str) -> Iterator[ColumnElement[bool]]:
    named = {rule.code for rule in rules}
    for rule in rules:
        code = task.c.code.not_in(named) if rule.code == ANY else task.c.code == rule.code
        kind = and_(code, task.c.priority.in_(rule.priorities))
        if rule.silent is None:
            yield kind
        else:
            yield and_(kind, task.c.created_at <= stamp(datetime.fromisoformat(at) - rule.silent), _silent())


def _silent() -> ColumnElement[bool]:
    """The person has written nothing more in that conversation."""
    asked, later = message.alias("asked"), message.alias("later")
    return ~(
        exists()
        .where(
            asked.c.id == task.c.message_id,
            later.c.conversation_id == asked.c.conversation_id,
            later.c.seq > asked.c.seq,
            later.c.direction == "in",
        )
        .correlate(task)
    )
