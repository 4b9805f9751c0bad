"""Published questions a person answered, and numbers they were given: what came of both."""

from dataclasses import dataclass

from sqlalchemy import Connection

from record import referrals, screening, sharing
from record.referrals import Referral
from record.screening import Screening
from record.sharing import Reader

FORMS = 4  # the newest askings; the export holds all


@dataclass(frozen=True)
class Asked:
    """What this reader may see of it, the newest first."""

    forms: tuple[Screening, ...]
    numbers: tuple[Referral, ...]

    def __bool__(self) -> bool:
        return bool(self.forms or self.numbers)


def read(connection: Connection, patient_id: str, reader: Reader) -> Asked:
    """Answers in messages that are kept from the reader are not in it."""
    kept = sharing.kept_from(connection, [patient_id], reader).messages
    forms = screening.read(connection, patient_id, kept)[:FORMS]
    numbers = referrals.given(connection, patient_id)
    return Asked(forms, tuple(each for each in numbers if each.message_id not in kept))
