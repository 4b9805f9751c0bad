"""What a patient agreed to show: without a yes the team sees safety flags and tasks, nothing else."""

from collections.abc import Sequence

from sqlalchemy import Connection

from careteam.config import Clinician
from record import sharing
from record.sharing import Kept, Reader


def shared_patients(connection: Connection, patients: Sequence[str]) -> frozenset[str]:
    """Those of the patients whose words the care team may see."""
    return sharing.shared(connection, patients)


def kept_from(connection: Connection, patients: Sequence[str], clinician: Clinician) -> Kept:
    """What these patients keep from this clinician, or took back."""
    return sharing.kept_from(connection, patients, reader_of(clinician))


def reader_of(clinician: Clinician) -> Reader:
    return Reader(clinician.display_name, clinician.role)
