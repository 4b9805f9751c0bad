"""The action server: every action an instance with its dependencies, on loopback only."""

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from actions.about.kith import Help, Identity
from actions.ahead import Ahead
from actions.explain.advice import Advice
from actions.explain.correct import Correct
from actions.explain.more import More
from actions.explain.my_results import MyResults
from actions.explain.recap import Recap
from actions.explain.result import ExplainResult
from actions.explain.test import ExplainTest
from actions.explain.why import Why
from actions.guard import KithAction
from actions.human.ask import Human
from actions.notes.delete import Delete
from actions.notes.privacy import Privacy
from actions.notes.show import Show
from actions.reading import Words
from actions.room import Room
from actions.smalltalk.greet import Greet
from actions.smalltalk.short import Goodbye, Lightly, Thanks
from actions.tell.answer import Answer
from actions.tell.begin import BeginStory
from actions.tell.listen import Listen
from actions.tell.not_now import Enough, NotNow
from actions.tell.skip import Skip

ACTIONS: tuple[type[KithAction], ...] = (
    ExplainResult, ExplainTest, MyResults, Correct, More, Why, Advice, Recap,
    BeginStory, Listen, Answer, Skip, NotNow, Enough,
    Show, Delete, Privacy, Human, Greet, Thanks, Goodbye, Lightly, Identity, Help,
)  # fmt: skip


class DomainFree(ActionExecutor):  # type: ignore[misc]
    """Our actions read the turn, never the domain, so a request may come without it."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        """The stock server asks for the whole domain (status 449) and keeps it; neither is needed here."""
        domain: dict[str, Any] = payload.get("domain") or {}
        return domain


def create_server(room: Room) -> Sanic:
    """The stock rasa-sdk application with our instances registered and no cross-origin access."""
    executor, ahead = DomainFree(), Ahead(room.read)
    for action in ACTIONS:
        executor.register_action(action(room, ahead))
    app = create_app(executor, cors_origins=[])
    _read_ahead(app, ahead)
    if room.rephraser:
        registry = room.rephraser.tally.registry

        @app.get("/metrics")  # type: ignore[untyped-decorator]
        async def metrics(_: Request) -> HTTPResponse:
            return raw(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return app


def _read_ahead(app: Sanic, ahead: Ahead) -> None:
    """`POST /ahead`: a message that will be asked about in a moment, as Rasa's channel announces it."""

    @app.post("/ahead")  # type: ignore[untyped-decorator]
    async def announced(request: Request) -> HTTPResponse:
        try:
            given = request.json
            words = Words.of(given["conversation_id"], given["metadata"], given["text"], {})
        except (KeyError, TypeError, AttributeError, SanicException):
            return empty(400)
        ahead.begin(words)
        return empty()

    @app.after_server_stop  # type: ignore[untyped-decorator]
    async def stop(_: Sanic) -> None:
        ahead.close()
