"""Every table of Kith, in one place; the same definitions serve SQLite and PostgreSQL.

Identifiers are UUID text made by the application, instants are ISO 8601 UTC text with microseconds
(so that they sort and mean the same on both databases), lab values stay decimal text as written
with a float beside them for charts only.
"""

from record.tables.access import audit_event, consent, session, user
from record.tables.base import apart, metadata, series_of, sort_key_of, sortable
from record.tables.care import flag, referral, task
from record.tables.forms import clinic_form
from record.tables.oncall import oncall_inbound, oncall_page, oncall_send, oncall_task
from record.tables.people import condition, medication, patient, patient_identifier, related_person
from record.tables.results import kept_result, notice, observation
from record.tables.sources import clinic_system, import_batch
from record.tables.story import screening_answer, statement, story_item
from record.tables.talk import attachment, contact_point, conversation, inbox, message, outbox

__all__ = [
    "apart",
    "attachment",
    "audit_event",
    "clinic_form",
    "clinic_system",
    "condition",
    "consent",
    "contact_point",
    "conversation",
    "flag",
    "import_batch",
    "inbox",
    "kept_result",
    "medication",
    "message",
    "metadata",
    "notice",
    "observation",
    "oncall_inbound",
    "oncall_page",
    "oncall_send",
    "oncall_task",
    "outbox",
    "patient",
    "patient_identifier",
    "referral",
    "related_person",
    "screening_answer",
    "series_of",
    "session",
    "sort_key_of",
    "sortable",
    "statement",
    "story_item",
    "task",
    "user",
]
