"""What Rasa remembers between messages, kept small: slots and the last turns in one row a conversation."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot.storage import Storage

KEPT_TURNS = 1
"""Rules look at one turn, and each one kept costs time. The record keeps the history, not Rasa."""


class BoundedTrackerStore(TrackerStore):
    """Message 500 costs what message 5 costs. Every failure is raised: lost must not look like new."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.storage = Storage(host or "")
        self._held: dict[str, str | None] = {}
        self._read: dict[str, str | None] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was after its last whole turn."""
        if sender_id in self._read:
            state = self._read.pop(sender_id)
        else:
            state = await asyncio.to_thread(self.storage.read, sender_id)
        if state is None:
            return None
        return DialogueStateTracker.from_events(
            sender_id, deserialise_events(json.loads(state)), self.domain.slots
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Written at once, or held back while a turn is open."""
        state = json.dumps([event.as_dict() for event in bounded(tracker)])
        if tracker.sender_id in self._held:
            self._held[tracker.sender_id] = state
        else:
            await asyncio.to_thread(self.storage.write, tracker.sender_id, state)

    async def keys(self) -> Iterable[str]:
        return await asyncio.to_thread(self.storage.conversations)

    @contextmanager
    def turn(self, conversation_id: str) -> Iterator[None]:
        """Nothing of this conversation is written until `keep`; a turn that fails leaves no trace."""
        self._held[conversation_id] = None
        try:
            yield
        finally:
            del self._held[conversation_id]
            self._read.pop(conversation_id, None)

    async def keep(self, conversation_id: str, message_id: str, payload: dict[str, Any]) -> None:
        """The open turn and its reply, in one transaction."""
        state = self._held[conversation_id]
        if state is None:
            raise RuntimeError("the turn ended without a saved tracker")
        await asyncio.to_thread(self.storage.write, conversation_id, state, message_id, json.dumps(payload))

    async def forget(self, conversation_id: str) -> None:
        """Nothing of the conversation is left here."""
        await asyncio.to_thread(self.storage.forget, conversation_id)

    async def reply(self, conversation_id: str, message_id: str) -> dict[str, Any] | None:
        """The payload of a message handled before. What else was read is kept for the turn that follows."""
        stored, state = await asyncio.to_thread(self.storage.look, conversation_id, message_id)
        if stored is not None:
            payload: dict[str, Any] = json.loads(stored)
            return payload
        self._read[conversation_id] = state
        return None


def bounded(tracker: DialogueStateTracker) -> list[Event]:
    """Slots as they are, then the last turns; what older messages carried along is left out."""
    events = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= KEPT_TURNS:
        return [_lean(event) for event in events if not _is_session_metadata(event)]
    slots: list[Event] = [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.has_been_set and name != SESSION_START_METADATA_SLOT
    ]
    return [*slots, ActionExecuted(ACTION_LISTEN_NAME), *map(_lean, events[turns[-KEPT_TURNS] :])]


def _is_session_metadata(event: Event) -> bool:
    """Rasa keeps the first message's metadata as a slot for ever; it holds the patient's words."""
    return isinstance(event, SlotSet) and event.key == SESSION_START_METADATA_SLOT


def _lean(event: Event) -> Event:
    """A message without the classifier's ranking and the gateway's metadata, both of use only once."""
    if not isinstance(event, UserUttered):
        return event
    parsed = {"intent": event.intent, "entities": event.entities, "text": event.text}
    return UserUttered(
        event.text,
        event.intent,
        event.entities,
        parsed,
        event.timestamp,
        event.input_channel,
        event.message_id,
        {},
    )
