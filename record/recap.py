"""What was explained in a conversation, for giving it back: the codes of what Kith said, the newest first."""

from sqlalchemy import Connection, select

from record.tables import message

LATELY = 40  # messages looked at: a recap is of these days, not of years


def explained(connection: Connection, conversation_id: str) -> tuple[str, ...]:
    """LOINC codes of the tests explained in Kith's last messages, each once."""
    rows = connection.scalars(
        select(message.c.about)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.direction == "out",
            message.c.about.is_not(None),
        )
        .order_by(message.c.seq.desc())
        .limit(LATELY)
    )
    return tuple(dict.fromkeys(code for about in rows for code in about or ()))
