"""One message in: claimed, written down, its danger answered; in one transaction, all or nothing."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from gateway import attachments, doubt, outbox, owner
from gateway.attachments import Offered
from gateway.cleaning import clean, storable
from gateway.conversation import OPT_OUT, PATIENT, SAFETY, Line, Saying, Thread, hear, next_seq, say
from gateway.inbox import later
from gateway.keywords import Keyword, keyword
from gateway.phrases import Phrases
from gateway.screening import Look
from gateway.tasks import PRIORITY, is_harsh, open_task, raise_flags
from record.database import insert_new
from record.ids import new_id, now
from record.people import ensure_contact
from record.tables import contact_point, inbox, message


@dataclass(frozen=True)
class Inbound:
    """A message as a channel hands it over."""

    provider: str  # twilio | widget
    account: str
    provider_message_id: str
    channel: str  # sms | web
    address: str  # the phone number, or the SHA-256 of the widget's token
    text: str
    fields: dict[str, Any] = field(repr=False)
    media: int = 0
    answered_by_provider: bool = False  # Twilio's Advanced Opt-Out has already replied
    media_types: tuple[str, ...] = ()  # what the sender says of them
    offered: tuple[Offered, ...] = ()

    @property
    def words(self) -> str:
        """The text as it is stored, screened and shown."""
        return clean(self.text)


@dataclass(frozen=True)
class Told:
    """A safety reply handed to Twilio before the database could be written; its outbox id is fixed."""

    outbox_id: str
    text: str


@dataclass(frozen=True)
class Accepted:
    """What became of it. `duplicate`: it was taken in before and nothing was done now."""

    inbox_id: str
    message_id: str
    conversation_id: str
    seq: int
    duplicate: bool = False
    waiting: bool = False  # the dialogue is to answer it
    spooled: bool = False  # on this machine's disk, the database could not be written: the ids are empty
    say: str | None = None  # then the safety words a channel without texts must show itself


class Claimed(Exception):
    """The message was claimed before, by this request's twin or long ago: undo this one."""


@dataclass(frozen=True)
class _Case:
    """Everything the steps below share."""

    connection: Connection
    inbound: Inbound
    look: Look
    phrases: Phrases
    thread: Thread
    line: Line
    inbox_id: str
    opted_out: bool
    said_stop: bool  # they told us so; the network alone may have blocked us before we heard them
    at: str
    told: Told | None = None

    def say(self, name: str, effect: str) -> None:
        self.say_words(self.phrases.patient[name], effect)

    def say_words(self, text: str, effect: str) -> None:
        key = f"{self.inbox_id}:{effect}"
        say(self.connection, self.thread, Saying(text), at=self.at, effect_key=key)

    def doubt_identity(self, why: str, description: str) -> None:
        owner.doubt(
            self.connection,
            patient_id=self.thread.patient_id,
            message_id=self.line.message_id,
            description=description,
            effect_key=f"{self.inbox_id}:{why}",
            at=self.at,
        )

    def task(self, code: str, priority: str, description: str, quote: str | None = None) -> None:
        """Opened at this moment, not when the message came: after days in the spool it is news still."""
        open_task(
            self.connection,
            patient_id=self.thread.patient_id,
            message_id=self.line.message_id,
            code=code,
            priority=priority,
            description=description,
            quote=quote,
            effect_key=f"{self.inbox_id}:task:{code}",
            at=now(),
        )


def accept(
    connection: Connection,
    inbound: Inbound,
    look: Look,
    phrases: Phrases,
    at: str,
    told: Told | None = None,
) -> Accepted:
    """Take one message in. Raises Claimed when it has been taken in before: `find` says as what.

    `at` is when it came in; `told` is what was said to it already, while it lay in the spool.
    """
    contact = ensure_contact(connection, inbound.channel, inbound.address, at)
    thread = Thread(contact.patient_id, contact.conversation_id, contact.contact_point_id, inbound.channel)
    opted_out = contact.opted_out
    said_stop = opted_out and (contact.opted_out_by or PATIENT) == PATIENT
    may_start = opted_out and _may_start(connection, inbound, look, thread, said_stop)
    word = keyword(inbound.words, opted_out=may_start) if inbound.channel == "sms" else None
    idle = not contact.created and inbound.channel == "sms" and owner.is_idle(connection, thread, at)
    waiting = word is None and bool(inbound.words or inbound.media) and not look.answered_no
    inbox_id = new_id()
    seq = next_seq(connection, thread.conversation_id, at)
    _claim(connection, inbound, look, thread, inbox_id, seq, waiting, at)
    line = hear(
        connection,
        thread,
        inbound.words,
        seq=seq,
        at=at,
        effect_key=f"{inbox_id}:in",
        card={"media": list(inbound.media_types) or inbound.media} if inbound.media else None,
    )
    attachments.add(connection, thread, line.message_id, inbound.offered, at)
    case = _Case(connection, inbound, look, phrases, thread, line, inbox_id, opted_out, said_stop, at, told)
    if idle:
        case.doubt_identity("idle-number", phrases.task("idle_number", days=owner.IDLE.days))
    if word is None or look.level != "none":
        _answer(case)  # danger first, whatever else they ask
    if word is not None:
        _answer_keyword(case, word)
    return Accepted(inbox_id, line.message_id, thread.conversation_id, seq, waiting=waiting)


def answer_late(connection: Connection, row: Any, look: Look, phrases: Phrases, at: str) -> None:
    """The danger in a message stored before it was heard, answered as at the door. `row`: of `inbox.one`."""
    thread = Thread(row.patient_id, row.conversation_id, row.contact_point_id, row.system)
    came = (row.provider, row.account, row.provider_message_id)
    inbound = Inbound(*came, row.system, row.value, row.body, row.fields)
    out = row.opted_out_at is not None
    stop = out and (row.opted_out_by or PATIENT) == PATIENT
    line = Line(row.message_id, row.seq)
    _answer_danger(_Case(connection, inbound, look, phrases, thread, line, row.id, out, stop, at))


def find(connection: Connection, inbound: Inbound) -> Accepted | None:
    """The same message, if it was taken in before."""
    key = {"p": inbound.provider, "a": inbound.account, "m": inbound.provider_message_id}
    row = connection.execute(_FIND, key).one_or_none()
    return row and Accepted(row.id, row.message_id, row.conversation_id, row.seq, duplicate=True)


def _may_start(connection: Connection, inbound: Inbound, look: Look, thread: Thread, said_stop: bool) -> bool:
    """Whether a bare yes takes texts up again: it answers a safety question where one was said last.

    Where the network alone told us of a STOP nothing was confirmed, and a yes may end it all the same.
    """
    if inbound.answered_by_provider:
        return True
    last = outbox.last_said(connection, thread)
    return look.doubt is None and (last == OPT_OUT or (not said_stop and last != SAFETY))


def _claim(
    connection: Connection,
    inbound: Inbound,
    look: Look,
    thread: Thread,
    inbox_id: str,
    seq: int,
    waiting: bool,
    at: str,
) -> None:
    """The one INSERT whose unique key decides who handles this message."""
    row = {
        "id": inbox_id,
        "provider": inbound.provider,
        "account": inbound.account,
        "provider_message_id": inbound.provider_message_id,
        "conversation_id": thread.conversation_id,
        "contact_point_id": thread.contact_point_id,
        "seq": seq,
        "body": inbound.words,
        "fields": storable(inbound.fields),
        "screen": look.summary(),
        "state": "pending" if waiting else "done",
        # A message with papers waits until they are read, and those behind it wait their turn.
        "next_attempt_at": later(attachments.HOLD) if attachments.holds(inbound.offered) else now(),
        "received_at": at,
        "done_at": None if waiting else at,
    }
    if not insert_new(connection, inbox, [row], "provider", "account", "provider_message_id"):
        raise Claimed


def _answer(case: _Case) -> None:
    """Danger first; an empty message is said to be empty, anything else waits for the dialogue."""
    _answer_danger(case)
    if is_harsh(case.look.level) or case.opted_out:
        return
    if not case.inbound.words and not case.inbound.media:
        case.say("empty", "empty")


def _answer_danger(case: _Case) -> None:
    level, quote = case.look.level, case.inbound.words
    if case.look.failed:
        case.task("screen-failed", "urgent", case.phrases.task("screen_failed"), quote)
    if case.look.doubt:
        _note_answer(case, case.look.doubt)
    if level == "none" or case.look.answered_no:
        return
    raise_flags(
        case.connection,
        case.look,
        patient_id=case.thread.patient_id,
        message_id=case.line.message_id,
        inbox_id=case.inbox_id,
        at=case.at,
    )
    description = case.phrases.task(level, kinds=", ".join(case.look.screening.kinds))
    if case.opted_out:
        description += case.phrases.staff["opted_out_note"]
    case.task(f"red-flag-{level}", PRIORITY[level], description, quote)
    # Said even after a STOP: it answers their own words, and a life may hang on it.
    if case.look.words:
        _say_safety(case, case.look.words)


def _say_safety(case: _Case, words: str) -> None:
    """Queue it; or, where it has gone out from the spool, note it for the sender to find at Twilio."""
    told = case.told
    saying, key = Saying(told.text if told else words), f"{case.inbox_id}:{SAFETY}"
    lines = say(case.connection, case.thread, saying, at=case.at, effect_key=key)
    if told:
        outbox.already_sent(case.connection, lines[0].message_id, told.outbox_id, case.at)


def _note_answer(case: _Case, asked: str) -> None:
    """The doubt's own flag and task stay: a no by text settles nothing for a nurse."""
    said = "doubt_no" if case.look.answered_no else "doubt_yes"
    doubt.note(case.connection, asked, case.phrases.task(said, answer=case.inbound.words))
    if case.look.answered_no and case.look.words and not case.opted_out:
        case.say_words(case.look.words, doubt.ANSWERED)


def _answer_keyword(case: _Case, word: Keyword) -> None:
    # One answer is enough: Twilio's own, the one they had before, or the words for their danger.
    silent = case.inbound.answered_by_provider or case.look.words is not None
    if word in ("stop", "wrong_number"):
        _set_opted_out(case)
        # The confirmation is the one text the law allows after a STOP.
        if not silent and not case.said_stop:
            case.say("opted_out" if word == "stop" else "wrong_number", OPT_OUT)
        _tell_of_the_end(case, word)
    elif word == "ask":
        if not silent and not case.opted_out:
            case.say("stop_ask", "stop-ask")
    elif word == "start":
        _set_opted_in(case)
        if not silent:
            case.say("back", "start")
    elif not silent and not case.opted_out:
        case.say("help", "help")


def _tell_of_the_end(case: _Case, word: Keyword) -> None:
    if word == "wrong_number":
        case.doubt_identity("wrong-number", case.phrases.task("wrong_number"))
    elif not case.said_stop:
        said = case.inbound.words.upper() if len(case.inbound.words) < 20 else case.inbound.words
        case.task("opted-out", "routine", case.phrases.task("opted_out", word=said))


def _set_opted_out(case: _Case) -> None:
    _set(case, opted_out_at=case.at, opted_out_by=PATIENT)


def _set_opted_in(case: _Case) -> None:
    _set(case, opted_out_at=None, opted_out_by=None, opted_in_at=case.at)


def _set(case: _Case, **values: str | None) -> None:
    this = contact_point.c.id == case.thread.contact_point_id
    case.connection.execute(update(contact_point).where(this).values(**values))


# Built once: putting a statement together costs more than running it.
_FIND = (
    select(inbox.c.id, inbox.c.conversation_id, inbox.c.seq, message.c.id.label("message_id"))
    .join(message, (message.c.conversation_id == inbox.c.conversation_id) & (message.c.seq == inbox.c.seq))
    .where(
        inbox.c.provider == bindparam("p"),
        inbox.c.account == bindparam("a"),
        inbox.c.provider_message_id == bindparam("m"),
    )
)
