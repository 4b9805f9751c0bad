"""What a patient agreed to show: without a yes the team sees safety flags and tasks, nothing else."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from record.people import SHARE
from record.tables import consent


def shared_patients(connection: Connection, patients: Sequence[str]) -> frozenset[str]:
    """Those of the patients whose newest answer about sharing is yes."""
    rows = connection.execute(
        select(consent.c.patient_id, consent.c.status)
        .where(consent.c.patient_id.in_(patients), consent.c.scope == SHARE)
        .order_by(consent.c.created_at, consent.c.id)
    )
    newest = {row.patient_id: row.status for row in rows}
    return frozenset(patient_id for patient_id, status in newest.items() if status == "active")
