"""The gateway's way into Rasa: one message in, one payload out, 5xx whenever that did not wholly succeed."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot.faults import where
from bot.protocol import Incoming, NoAnswer, Refused, incoming, payload
from bot.shortcuts import KeptOpen, keep_connection
from bot.tracker_store import BoundedTrackerStore

SECONDS = 25.0
"""Longest a turn may take; the gateway waits a little longer, so that it hears why."""

log = logging.getLogger("kith.channel")


class KithInput(InputChannel):
    """`POST /webhooks/kith/message` and `GET /webhooks/kith/`, as docs/architecture.md has them."""

    def __init__(self, secret: str, seconds: float = SECONDS) -> None:
        self.secret = secret.encode()
        self.seconds = seconds
        self.announcing: set[asyncio.Task[None]] = set()
        self.locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def name(cls) -> str:
        return "kith"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "KithInput":
        """Refuses to start without a secret: anyone on the machine could speak as any patient."""
        secret = str((credentials or {}).get("secret") or "")
        if not secret or secret.startswith("${"):
            raise RasaException("KITH_RASA_SECRET is not set: credentials.yml needs it")
        return cls(secret, float((credentials or {}).get("seconds", SECONDS)))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """`on_new_message` is not used: it throws the messages away, and failures with them."""
        hooks = Blueprint("kith")

        @hooks.get("/")
        async def health(request: Request) -> HTTPResponse:
            return self.health(request)

        @hooks.post("/message")
        async def message(request: Request) -> HTTPResponse:
            return await self.message(request)

        @hooks.delete("/conversation/<conversation_id:str>")
        async def forget(request: Request, conversation_id: str) -> HTTPResponse:
            return await self.forget(request, conversation_id)

        hooks.listener(prepare, "after_server_start")
        hooks.listener(finish, "before_server_stop")
        return hooks

    def health(self, request: Request) -> HTTPResponse:
        """200 once a model is loaded."""
        agent: Agent | None = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return json({"status": "no model loaded"}, 503)
        return json({"status": "ok", "model": agent.model_name})

    async def message(self, request: Request) -> HTTPResponse:
        """One message. Whatever goes wrong, the conversation stays as it was and the gateway may retry."""
        if not self.knows_secret(request):
            return _no_secret()
        try:
            message = incoming(request.body)
        except Refused as error:
            return json({"error": str(error)}, 400)
        try:
            return json(await asyncio.wait_for(self.answer(request.app.ctx.agent, message), self.seconds))
        except TimeoutError:
            return _failed(message, 504, f"no answer within {self.seconds:g} s")
        except NoAnswer as error:
            return _failed(message, 502, str(error))
        except Exception as error:
            return _failed(message, 500, where(error))

    def knows_secret(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get("x-kith-secret", "").encode(), self.secret)

    async def forget(self, request: Request, conversation_id: str) -> HTTPResponse:
        """When a patient's words are deleted, the last turns and replies kept here go with them."""
        if not self.knows_secret(request):
            return _no_secret()
        async with self.lock(conversation_id):
            try:
                await _store(request.app.ctx.agent).forget(conversation_id)
            except Exception as error:
                log.error("conversation not forgotten: %s", where(error))
                return json({"error": where(error)}, 500)
        return empty()

    def lock(self, conversation_id: str) -> asyncio.Lock:
        return self.locks.setdefault(conversation_id, asyncio.Lock())

    async def answer(self, agent: Agent, message: Incoming) -> dict[str, Any]:
        """The stored reply, or a new turn; one at a time and in order of arrival for each conversation."""
        async with self.lock(message.conversation_id):
            store = _store(agent)
            found = await store.reply(message.conversation_id, message.message_id)
            replayed = found is not None
            if found is None:
                found = await self.handle(agent, store, message)
            return {"message_id": message.message_id, "replayed": replayed, "payload": found}

    async def handle(self, agent: Agent, store: BoundedTrackerStore, message: Incoming) -> dict[str, Any]:
        """A new turn: kept with its payload in one transaction, or not at all."""
        self.announce(agent, message)
        with store.turn(message.conversation_id):
            messages = await agent.handle_message(
                UserMessage(
                    text=message.text,
                    output_channel=CollectingOutputChannel(),
                    sender_id=message.conversation_id,
                    input_channel=self.name(),
                    message_id=message.message_id,
                    metadata=message.metadata,
                )
            )
            found = payload(messages)
            await store.keep(message.conversation_id, message.message_id, found)
            return found

    def announce(self, agent: Agent, message: Incoming) -> None:
        """The actions begin to read the message now, side by side with Rasa."""
        if isinstance(agent.action_endpoint, KeptOpen):
            task = asyncio.create_task(agent.action_endpoint.announce(asdict(message)))
            self.announcing.add(task)
            task.add_done_callback(self.announcing.discard)


def _no_secret() -> HTTPResponse:
    return json({"error": "wrong or missing X-Kith-Secret"}, 401)


def _failed(message: Incoming, status: int, reason: str) -> HTTPResponse:
    log.error("message %s not handled: %s", message.message_id, reason)
    return json({"error": reason, "message_id": message.message_id}, status)


def _store(agent: Agent) -> BoundedTrackerStore:
    store = agent.tracker_store
    if not isinstance(store, BoundedTrackerStore):
        raise TypeError("the tracker store of endpoints.yml was not loaded")
    return store


async def prepare(app: Sanic, _loop: Any) -> None:
    """The agent as this channel needs it, once it is loaded."""
    agent: Agent = app.ctx.agent
    use_store_directly(agent)
    keep_connection(agent)


async def finish(app: Sanic, _loop: Any) -> None:
    """Nothing is left open."""
    endpoint = app.ctx.agent.action_endpoint
    if isinstance(endpoint, KeptOpen):
        await endpoint.close()


def use_store_directly(agent: Agent) -> None:
    """Takes away Rasa's wrapper: it answers a broken database with an empty conversation."""
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    agent.tracker_store = store
    if agent.processor is not None:
        agent.processor.tracker_store = store
    _store(agent)
