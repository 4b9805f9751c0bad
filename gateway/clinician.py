"""A clinician's own words into the conversation, delivered the way the patient last wrote."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, select

from gateway.bells import Bells
from gateway.conversation import Saying, Thread, say
from gateway.store import Store
from record.ids import new_id, now
from record.tables import contact_point, inbox


class Author(Protocol):
    """Whoever is signed in."""

    @property
    def display_name(self) -> str: ...


def sender_of_replies(store: Store, bells: Bells) -> Callable[[str, Author, str], None]:
    """`send_reply(conversation_id, clinician, text)` for the care-team pages; blocks until it is stored.

    Raises LookupError when there is no way to reach the patient.
    """

    def send_reply(conversation_id: str, clinician: Author, text: str) -> None:
        def job(connection: Connection) -> None:
            say(
                connection,
                last_way(connection, conversation_id),
                Saying(text),
                at=now(),
                effect_key=f"clinician:{new_id()}:reply",
                author="clinician",
                author_name=clinician.display_name,
            )

        store.write_and_wait(job)
        bells.said_from_thread(conversation_id)

    return send_reply


def last_way(connection: Connection, conversation_id: str) -> Thread:
    """The contact point of the newest message, or the newest there is."""
    row = connection.execute(
        select(contact_point)
        .outerjoin(inbox, inbox.c.contact_point_id == contact_point.c.id)
        .where(contact_point.c.conversation_id == conversation_id)
        .order_by(inbox.c.seq.desc().nulls_last(), contact_point.c.created_at.desc())
        .limit(1)
    ).first()
    if row is None:
        raise LookupError("nobody has written in this conversation, and no number is known")
    return Thread(row.patient_id, conversation_id, row.id, row.system)
