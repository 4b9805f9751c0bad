"""The dialogue's two tables, in SQLite or PostgreSQL: one row a conversation, and its last replies."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import QueuePool

KEPT_REPLIES = 20
"""The gateway asks again for the message it is at; twenty leave room for an operator's retry.

Older ones go with every twentieth.
"""

metadata = sa.MetaData()
conversations = sa.Table(
    "dialogue_conversation",
    metadata,
    sa.Column("conversation_id", sa.String(200), primary_key=True),
    sa.Column("saves", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
)
replies = sa.Table(
    "dialogue_reply",
    metadata,
    sa.Column("conversation_id", sa.String(200), primary_key=True),
    sa.Column("message_id", sa.String(200), primary_key=True),
    sa.Column("save", sa.Integer, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)

# Both databases speak this dialect of upsert.
UPSERT = sa.text(
    "INSERT INTO dialogue_conversation (conversation_id, saves, state) VALUES (:conversation_id, 1, :state) "
    "ON CONFLICT (conversation_id) DO UPDATE "
    "SET state = excluded.state, saves = dialogue_conversation.saves + 1 RETURNING saves"
)
DROP = sa.text("DELETE FROM dialogue_reply WHERE conversation_id = :conversation_id AND save <= :before")
KEEP = sa.text(
    "INSERT INTO dialogue_reply (conversation_id, message_id, save, payload) "
    "VALUES (:conversation_id, :message_id, :save, :payload)"
)
LOOK = sa.text(
    "SELECT (SELECT payload FROM dialogue_reply "
    "WHERE conversation_id = :conversation_id AND message_id = :message_id) AS payload, "
    "(SELECT state FROM dialogue_conversation WHERE conversation_id = :conversation_id) AS state"
)


class Storage:
    """Opens the database when made and raises whatever goes wrong with it, without the values involved."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        metadata.create_all(self.engine)

    def read(self, conversation_id: str) -> str | None:
        """The conversation's state as it was last written."""
        query = sa.select(conversations.c.state).where(conversations.c.conversation_id == conversation_id)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def write(
        self, conversation_id: str, state: str, message_id: str | None = None, payload: str | None = None
    ) -> None:
        """State and reply, both or neither; the last twenty replies stay, and at most as many older ones."""
        with self.engine.begin() as connection:
            this = {"conversation_id": conversation_id}
            save = connection.execute(UPSERT, {**this, "state": state}).scalar_one()
            if message_id is None:
                return
            if save % KEPT_REPLIES == 0:
                connection.execute(DROP, {**this, "before": save - KEPT_REPLIES})
            connection.execute(KEEP, {**this, "message_id": message_id, "save": save, "payload": payload})

    def look(self, conversation_id: str, message_id: str) -> tuple[str | None, str | None]:
        """The payload stored for this message, if it is one of the last, and the conversation's state."""
        this = {"conversation_id": conversation_id, "message_id": message_id}
        with self.engine.connect() as connection:
            row = connection.execute(LOOK, this).one()
            return row.payload, row.state

    def conversations(self) -> list[str]:
        """Every conversation there is."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(conversations.c.conversation_id)).scalars())

    def forget(self, conversation_id: str) -> None:
        """The conversation and its replies are gone."""
        with self.engine.begin() as connection:
            for table in (conversations, replies):
                connection.execute(sa.delete(table).where(table.c.conversation_id == conversation_id))


def connect(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`; errors never quote a patient."""
    if not url or url.startswith("$"):
        raise ValueError("KITH_TRACKER_URL is not set: where should the dialogue keep its state?")
    address = make_url(url)
    if address.get_backend_name() == "postgres" or address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg2")  # the app's driver is another one
        return sa.create_engine(address, hide_parameters=True, pool_pre_ping=True)
    engine = sa.create_engine(
        address,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1,  # SQLite has one writer; more connections would only wait for each other
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 5},
    )
    event.listen(engine, "connect", _durable)
    return engine


def _durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
