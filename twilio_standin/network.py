"""The telephone network: an outgoing message's life, and an incoming message's way to the application."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine

from twilio_standin.config import StandinConfig
from twilio_standin.faults import Fault, Faults
from twilio_standin.messages import Ledger, Message, MessageMedia
from twilio_standin.optout import REPLIES, OptOuts
from twilio_standin.webhooks import Webhooks


class Network:
    """Carries messages both ways in tasks of its own; `close` ends them."""

    def __init__(
        self, config: StandinConfig, ledger: Ledger, faults: Faults, webhooks: Webhooks, opt_outs: OptOuts
    ) -> None:
        self._config, self._ledger, self._faults = config, ledger, faults
        self._webhooks, self._opt_outs = webhooks, opt_outs
        self._tasks: set[asyncio.Task[object]] = set()
        self._order: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._held: list[tuple[Message, str | None]] = []

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def carry(self, message: Message) -> None:
        """An accepted outgoing message goes on to the phone."""
        self._start(self._deliver(message, self._faults.take("delivery", message.to)))

    def receive(
        self,
        number: str,
        to: str,
        body: str,
        media_urls: tuple[str, ...] = (),
        media: tuple[MessageMedia, ...] = (),
    ) -> Message:
        """A phone sends a text: it is listed at once, and told to the application in order."""
        message = self._ledger.add(
            Message(
                account_sid=self._config.account_sid,
                to=to,
                sender=number,
                body=body,
                direction="inbound",
                status="received",
                media_urls=media_urls,
                media=media,
                messaging_service_sid=self._config.messaging_service_sid or None,
            )
        )
        self._ledger.move(message, "received")
        kind = self._opt_outs.hear(number, body)
        if kind is not None:
            self._answer_keyword(message, kind)
        self._start(self._tell(message, self._opt_outs.webhook_type(kind)))
        return message

    async def _tell(self, message: Message, opt_out_type: str | None) -> None:
        """One webhook after another for one phone, unless a fault says otherwise."""
        number = message.sender or ""
        async with self._order[number]:
            fault = self._faults.take("inbound", number)
            if fault is None:
                await self._webhooks.inbound(message, opt_out_type)
            elif fault.kind == "duplicate-webhook":
                copies = [self._webhooks.inbound(message, opt_out_type) for _ in range(fault.copies)]
                await asyncio.gather(*copies)
            elif fault.kind == "reorder-webhooks":
                self._held.append((message, opt_out_type))
                return
            await self._release_held()

    async def _release_held(self) -> None:
        held, self._held = self._held, []
        for message, opt_out_type in held:
            await self._webhooks.inbound(message, opt_out_type)

    async def _deliver(self, message: Message, fault: Fault | None) -> None:
        """queued, sent, delivered, each told to the StatusCallback; or the end a fault asks for."""
        await asyncio.sleep(self._config.step_seconds)
        ending = ("delivered", None)
        if fault is not None and fault.kind in ("undelivered", "failed"):
            ending = (fault.kind, fault.code)  # type: ignore[assignment]
        steps: list[tuple[str, int | None]] = [("queued", None), ("sent", None), ending]
        if ending[0] == "failed":
            steps.remove(("sent", None))
        if fault is not None and fault.kind == "callbacks-reversed":
            return await self._deliver_reversed(message, steps)
        for status, code in steps:
            self._ledger.move(message, status, code)
            if fault is None or fault.kind != "silent":
                await self._webhooks.status(message, status, code)
            await asyncio.sleep(self._config.step_seconds)
        return None

    async def _deliver_reversed(self, message: Message, steps: list[tuple[str, int | None]]) -> None:
        self._ledger.move(message, *steps[-1])
        for status, code in reversed(steps):
            await self._webhooks.status(message, status, code)

    def _answer_keyword(self, message: Message, kind: str) -> None:
        """Twilio's own answer reaches the phone and is no message of the application."""
        reply = Message(
            account_sid=message.account_sid,
            to=message.sender or "",
            sender=message.to,
            body=REPLIES[kind],
            direction="outbound-reply",
            status="delivered",
        )
        self._ledger.add(reply)

    def _start(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
