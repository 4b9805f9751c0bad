"""Texts from on-call phones: "ACK 4821" takes a page, and none of them is a patient's message.

Unless it is one: a nurse is someone's patient too, and words of danger are heard from any phone.
"""

import re
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection, and_, select

from gateway.bells import Bells
from gateway.intake import Inbound
from gateway.keywords import keyword
from gateway.paging import pages
from gateway.paging.desk import Desk
from gateway.paging.rota import Person
from gateway.screening import Look
from gateway.store import Store
from record.database import insert_new
from record.ids import new_id, now
from record.oncall import acknowledge
from record.tables import contact_point, oncall_inbound, oncall_page, oncall_send

ACK = re.compile(r"\W*ack(?:nowledged?)?\W*(?P<which>all|\d{4})?\W*", re.IGNORECASE)
CODE = re.compile(r"\W*(?P<which>\d{4})\W*")
CALM = ("none", "soon")


def which_page(text: str) -> str | None:
    """What a whole message acknowledges: a page's number, "all", or "" where it names none; None: no ACK.

    >>> which_page("Ack 4821.")
    '4821'
    >>> which_page("my potassium is 4821")
    """
    found = ACK.fullmatch(text.strip())
    return None if found is None else (found["which"] or "").lower()


class Replies:
    """Stands before the reception of patients' messages."""

    def __init__(self, store: Store, bells: Bells, desk: Desk) -> None:
        self._store, self._bells, self._desk = store, bells, desk

    async def take(self, inbound: Inbound, look: Callable[[], Awaitable[Look]]) -> bool:
        """Whether a message was one of the clinic's people's, and has been dealt with as such."""
        rota = self._desk.rota
        if rota is None or inbound.channel != "sms":
            return False
        person = rota().by_phone(inbound.address)
        if person is None:
            return False
        which = which_page(inbound.words)
        if which is None and CODE.fullmatch(inbound.words.strip()):
            which = await self._store.read(lambda c: _bare_code(c, person, inbound.words))
        if which is None and not await self._is_staff_talk(inbound, look):
            return False
        what = await self._store.write(lambda c: self._answer(c, person, inbound, which))
        self._desk.metrics.replies.labels(what).inc()
        return True

    async def _is_staff_talk(self, inbound: Inbound, look: Callable[[], Awaitable[Look]]) -> bool:
        """No patient is known by this phone, and there is no danger in the words."""
        if await self._store.read(lambda c: _is_patient(c, inbound.address)):
            return False
        seen = await look()
        return seen.level in CALM and not seen.failed

    def _answer(self, connection: Connection, person: Person, inbound: Inbound, which: str | None) -> str:
        """Claimed, done and answered in one transaction; the same text once more does nothing."""
        at, claim = now(), new_id()
        row = {
            "id": claim,
            "provider": inbound.provider,
            "account": inbound.account,
            "provider_message_id": inbound.provider_message_id,
            "person": person.key,
            "said": "other" if which is None else "ack",
            "received_at": at,
        }
        if not insert_new(connection, oncall_inbound, [row], "provider", "account", "provider_message_id"):
            return "duplicate"
        if which is None:
            if (
                keyword(inbound.words, opted_out=False) != "stop"
            ):  # the network has blocked us: it would not arrive
                self._say(connection, person, claim, self._desk.words.staff("unknown"), at)
            return "other"
        said = self._take(connection, person, which, at)
        self._say(connection, person, claim, said, at)
        return "ack"

    def _take(self, connection: Connection, person: Person, which: str, at: str) -> str:
        """Take what was named. What is not clear is asked: a page nobody has seen must not count as taken."""
        words = self._desk.words
        mine = _paged(connection, person)
        if which and which != "all":
            return self._take_one(connection, person, which, at)
        if not mine:
            return words.staff("none")
        if len(mine) > 1 and which != "all":
            return words.staff("which", code=" or ACK ".join(code for _, code in mine))
        taken = [code for page, code in mine if _acknowledge(connection, page, person, at)]
        if len(mine) == 1:
            return words.staff("taken", code=mine[0][1], link=words.link(mine[0][0]))
        return words.staff("taken_all", code=", ".join(taken))

    def _take_one(self, connection: Connection, person: Person, code: str, at: str) -> str:
        words = self._desk.words
        sent = select(oncall_send.c.page_id).where(oncall_send.c.person == person.key)
        page = connection.execute(
            select(oncall_page)
            .where(oncall_page.c.code == code, oncall_page.c.id.in_(sent))
            .order_by(oncall_page.c.created_at.desc())
            .limit(1)
        ).first()
        if page is None:
            return words.staff("none")
        if _acknowledge(connection, page.id, person, at) or page.acknowledged_by == person.name:
            return words.staff("taken", code=code, link=words.link(page.id))
        return words.staff("taken_before", code=code, who=page.acknowledged_by)

    def _say(self, connection: Connection, person: Person, claim: str, text: str, at: str) -> None:
        if person.phone is not None:
            pages.queue(
                connection,
                page_id=None,
                kind="answer",
                person=person,
                way=("sms", person.phone),
                text=text,
                effect_key=f"answer:{claim}",
                at=at,
            )


def known_ids(connection: Connection, since: str) -> set[str]:
    """Twilio's ids of the texts dealt with here: for whoever looks for lost ones."""
    late = and_(oncall_inbound.c.provider == "twilio", oncall_inbound.c.received_at >= since)
    return set(connection.scalars(select(oncall_inbound.c.provider_message_id).where(late)))


def _acknowledge(connection: Connection, page_id: str, person: Person, at: str) -> bool:
    return acknowledge(
        connection,
        page_id,
        name=person.name,
        role=person.role,
        how="sms",
        at=at,
        agent=f"on-call {person.key}",
    )


def _paged(connection: Connection, person: Person) -> list[tuple[str, str]]:
    """Open pages this person was paged about, oldest first: (id, code)."""
    sent = select(oncall_send.c.page_id).where(
        oncall_send.c.person == person.key, oncall_send.c.kind == "page"
    )
    rows = connection.execute(
        select(oncall_page.c.id, oncall_page.c.code)
        .where(oncall_page.c.status == "open", oncall_page.c.id.in_(sent))
        .order_by(oncall_page.c.created_at)
    )
    return [(row.id, row.code) for row in rows]


def _bare_code(connection: Connection, person: Person, text: str) -> str | None:
    """Four digits alone are an ACK where they name a page this person was paged about."""
    found = CODE.fullmatch(text.strip())
    codes = {code for _, code in _paged(connection, person)}
    return found["which"] if found and found["which"] in codes else None


def _is_patient(connection: Connection, address: str) -> bool:
    here = and_(contact_point.c.system == "sms", contact_point.c.value == address)
    return connection.scalar(select(contact_point.c.id).where(here)) is not None
