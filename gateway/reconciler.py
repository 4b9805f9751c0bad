"""Asks Twilio what came in, and takes in whatever no webhook brought: Twilio does not reliably redeliver."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, select

from gateway import delivery, outbox
from gateway.catching_up import CatchingUp
from gateway.config import Timing
from gateway.inbox import later
from gateway.metrics import Metrics
from gateway.paging import replies
from gateway.phrases import Phrases
from gateway.reception import Reception
from gateway.store import Store
from gateway.twilio_api import Ambiguous, Rejected, Twilio
from gateway.twilio_form import inbound_from
from record.ids import now
from record.tables import inbox

log = structlog.get_logger()

LONGEST_GAP = timedelta(days=1)


class Reconciler:
    """Every minute, and once at the start for the time the gateway was down."""

    def __init__(
        self,
        store: Store,
        twilio: Twilio,
        reception: Reception,
        phrases: Phrases,
        metrics: Metrics,
        timing: Timing,
        catching_up: CatchingUp,
    ) -> None:
        self._store, self._twilio, self._reception = store, twilio, reception
        self._phrases, self._metrics, self._timing = phrases, metrics, timing
        self._catching_up = catching_up

    async def run(self) -> None:
        since = await self._last_heard()
        sent_before: datetime | None = self._catching_up.began
        while True:
            try:
                await self.find_missing(since, sent_before)
                self._catching_up.end()
                since, sent_before = self._window(), None
                await self.ask_after()
            except Ambiguous as error:
                log.warning("reconcile_failed", reason=str(error))
            except Exception as error:
                log.error("reconcile_failed", error=type(error).__name__)
            await asyncio.sleep(self._timing.reconcile)

    async def find_missing(self, since: datetime, sent_before: datetime | None = None) -> int:
        """Take in every message since then that is not in the inbox; how many there were.

        `sent_before`: before that moment nobody listened, so no webhook of then is still on its way;
        otherwise each is given a while.
        """
        known = await self._store.read(_known_sids(since))
        forms = await asyncio.to_thread(self._twilio.inbound, since, known)
        grace = sent_before or datetime.now(UTC) - timedelta(seconds=self._timing.reconcile_grace)
        missing = [form for form in forms if _older(form, grace)]
        for form in missing:
            accepted = await self._reception.take(inbound_from(form))
            if not accepted.duplicate:  # its webhook was only slow
                self._metrics.reconciled.inc()
                log.warning("message_reconciled")
        return len(missing)

    async def ask_after(self) -> None:
        """Fetch the status of texts of which none was heard, so that none stays in between for ever."""
        silent = await self._store.read(lambda c: outbox.unheard(c, later(-self._timing.sent_timeout)))
        for outbox_id, sid in silent:
            try:
                found = await asyncio.to_thread(self._twilio.status, sid)
            except Rejected as error:  # one that Twilio no longer knows keeps nobody from the next
                log.warning("status_not_found", code=error.code)
                continue
            await self._store.write(
                lambda c, outbox_id=outbox_id, found=found: delivery.heard(  # type: ignore[misc]
                    c,
                    outbox_id=outbox_id,
                    sid=found.sid,
                    status=found.status,
                    error_code=str(found.error_code) if found.error_code else None,
                    phrases=self._phrases,
                    at=now(),
                    tries=None,
                )
            )

    def _window(self) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=self._timing.reconcile_window)

    async def _last_heard(self) -> datetime:
        """Back to the last message before the gateway was down, a day at most."""
        last = await self._store.read(
            lambda c: c.scalar(
                select(inbox.c.received_at)
                .where(inbox.c.provider == "twilio")
                .order_by(inbox.c.received_at.desc())
                .limit(1)
            )
        )
        if last is None:
            return self._window()
        since = datetime.fromisoformat(last) - timedelta(minutes=5)
        return max(min(since, self._window()), datetime.now(UTC) - LONGEST_GAP)


def _known_sids(since: datetime):  # type: ignore[no-untyped-def]
    def read(connection: Connection) -> set[str]:
        early = (since - timedelta(days=1)).strftime("%Y-%m-%d")
        ours = replies.known_ids(connection, early)
        return ours | set(
            connection.scalars(
                select(inbox.c.provider_message_id).where(
                    inbox.c.provider == "twilio", inbox.c.received_at >= early
                )
            )
        )

    return read


def _older(form: dict[str, str], than: datetime) -> bool:
    return not form["DateCreated"] or datetime.fromisoformat(form["DateCreated"]) <= than
