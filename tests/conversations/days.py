"""Days that pass between two messages: everything the store knows of a patient becomes that much older."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from record.database import connect
from record.ids import stamp
from record.tables import consent, message, statement, story_item

TIMES = ((message, "at"), (statement, "created_at"), (story_item, "updated_at"), (consent, "created_at"))


def set_back(database_url: str, patient_id: str, days: float) -> None:
    """Move the rows' own times; nothing that reads them knows that this is a test."""
    engine = connect(database_url)
    with engine.begin() as connection:
        for table, name in TIMES:
            mine = select(table.c.id, table.c[name]).where(table.c.patient_id == patient_id)
            for row in connection.execute(mine).all():
                earlier = stamp(datetime.fromisoformat(row[1]) - timedelta(days=days))
                connection.execute(update(table).where(table.c.id == row.id).values({name: earlier}))
    engine.dispose()
