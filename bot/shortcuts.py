"""What Rasa does anew with every message and need not; each shortcut says what it saves."""

import json as jsonlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

import aiohttp
from rasa import __version__ as VERSION
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

IDLE = 60.0
"""Seconds a connection to the actions is kept unused; they close theirs after 120."""
COURTESY = aiohttp.ClientTimeout(total=2.0)


def look_up_events_once() -> None:
    """Rasa walks the tree of all its event classes for every event it reads: 2 ms of a message."""
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))


def check_answers_lightly() -> None:
    """Rasa holds every answer against a JSON schema: 40 ms. The channel checks what it believes."""
    RemoteAction._validate_action_result = _check


def _check(_: RemoteAction, answer: Any) -> bool:
    """Raises where an action's answer is not a list of events and one of responses."""
    if not isinstance(answer, dict):
        raise RasaException("the action server's answer is not an object")
    events, responses = answer.get("events", []), answer.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        raise RasaException("the action server's events or responses are not a list")
    if not all(isinstance(each, dict) for each in chain(events, responses)):
        raise RasaException("an event or response of the action server is not an object")
    return True


def send_only_the_turn() -> None:
    """Rasa sends its whole history to every action; ours read the message, the slots and the record."""
    RemoteAction._action_call_format = _call


def _call(self: RemoteAction, tracker: DialogueStateTracker, _: Domain) -> dict[str, Any]:
    state = tracker.current_state(EventVerbosity.NONE)
    return {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": state, "version": VERSION}


def run_graph_in_order() -> None:
    """Rasa works out a message's way through its components, and has Dask schedule it, each time: 2 ms."""
    DaskGraphRunner.run = _run


def _run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Each component the targets need, after those it needs itself. Raises what a component raises."""
    schema, nodes = self._graph_schema, self._instantiated_nodes
    wanted = tuple(targets or schema.target_names)
    orders: dict[tuple[str, ...], list[str]] = self.__dict__.setdefault("orders", {})
    if wanted not in orders:
        orders[wanted] = in_order(
            {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}, wanted
        )
    done = dict(inputs or {})
    for name in orders[wanted]:
        _, done[name] = nodes[name](*((need, done[need]) for need in schema.nodes[name].needs.values()))
    return {name: done[name] for name in wanted}


def in_order(needs: Mapping[str, Sequence[str]], wanted: Iterable[str]) -> list[str]:
    """The nodes `wanted` hangs on, each after those it needs; what is no node is given from outside."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in needs and name not in order:
            for need in needs[name]:
                visit(need)
            order[name] = None

    for name in wanted:
        visit(name)
    return list(order)


def keep_connection(agent: Agent) -> None:
    """Rasa opens a session and a connection for every action it runs: 2 ms of a message."""
    given = agent.action_endpoint
    agent.action_endpoint = KeptOpen(given.url, **given.kwargs)
    if agent.processor is not None:
        agent.processor.action_endpoint = agent.action_endpoint


class KeptOpen(EndpointConfig):  # type: ignore[misc]
    """The action server over connections that stay open; errors are those Rasa knows."""

    _session: aiohttp.ClientSession | None = None

    async def request(self, *, json: Any, timeout: float, **_: Any) -> Any:  # noqa: ASYNC109 - Rasa's name
        """One action's answer. Raises ClientResponseError with the body where it is not 2xx."""
        body, limit = jsonlib.dumps(json).encode(), aiohttp.ClientTimeout(total=timeout)
        try:
            return await self._post(body, limit)
        except aiohttp.ServerDisconnectedError:
            # The actions were started anew since. They write nothing, so asking twice changes nothing.
            return await self._post(body, limit)

    async def _post(self, body: bytes, limit: aiohttp.ClientTimeout) -> Any:
        headers = {"Content-Type": "application/json"}
        async with self.session().post(self.url, data=body, headers=headers, timeout=limit) as answer:
            content = await answer.read()
            if answer.status >= 400:
                raise ClientResponseError(answer.status, answer.reason, content)
            return jsonlib.loads(content)

    async def announce(self, message: Any) -> None:
        """Tell the actions of a message that is about to come, so that they read it while Rasa does.

        It is a courtesy: where it fails they read the message when they are asked.
        """
        headers = {"Content-Type": "application/json"}
        body = jsonlib.dumps(message).encode()
        try:
            async with self.session().post(
                self.url.removesuffix("/webhook") + "/ahead", data=body, headers=headers, timeout=COURTESY
            ) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return

    def session(self) -> aiohttp.ClientSession:
        """Made with the first request, in the loop that serves."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=IDLE))
        return self._session

    async def close(self) -> None:
        """With the server's end."""
        if self._session is not None:
            await self._session.close()
