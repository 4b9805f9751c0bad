"""A real gateway on a real database, with a stand-in for Twilio and a dialogue that can misbehave."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import Engine, Table, select
from starlette.responses import JSONResponse, Response

from gateway import phrases
from gateway.app import create_app
from gateway.beside import Beside
from gateway.config import LOCAL_ACCOUNT_SID, GatewayConfig, Timing
from gateway.parts import Parts, assemble
from gateway.rasa import Rasa
from gateway.screening import Ear
from gateway.store import Store
from gateway.twilio_api import Twilio
from gateway.twilio_form import signature
from listening.redflags.types import RedFlag, Screening
from record.database import connect, migrate, reading
from record.tables import message
from tests.support import postgres
from tests.support.server import free_port, serving
from twilio_standin.app import create_app as create_standin
from twilio_standin.config import StandinConfig

TOKEN, OLD_TOKEN = "the-auth-token", "the-one-before"
ADMIN, SECRET = "the-admin-token", "the-rasa-secret"
PHONE, OURS = "+12025550123", "+15005550006"
QUICK = Timing(
    rasa_timeout=1.0,
    lease=3.0,
    retry_first=0.05,
    retry_longest=0.2,
    apologise_after=0.3,
    slow_after=0.8,
    poll=0.05,
    sent_timeout=1.0,
    send_lease=1.0,
    send_timeout=0.5,
    look_after=0.1,
    reconcile=0.3,
    reconcile_grace=1.0,
    heartbeat=0.5,
    stream_poll=0.2,
    webhook=10.0,
)
SIGNS = {"chest pain": "emergency", "end my life": "crisis", "tight chest": "ask", "rash": "soon"}


def screen(text: str) -> Screening:
    """Four words for four levels: the real screen has its own tests, here only its levels matter."""
    found = next(((sign, level) for sign, level in SIGNS.items() if sign in text.lower()), None)
    if "screen breaks" in text:
        raise RuntimeError(text)
    if found is None:
        return Screening("none")
    sign, level = found
    start = text.lower().index(sign)
    quote = text[start : start + len(sign)]
    kind = "chest-pain" if level == "ask" else sign.replace(" ", "-")
    flag = RedFlag(kind, level, quote, start, start + len(sign), "patient", "test", "test")
    return Screening(level, (flag,))


EAR = Ear(
    screen=screen,
    reply=lambda screening: f"Call 911 now. ({screening.level})",
    ask=lambda screening: "Are you having chest pain right now?",
)


@dataclass
class Dialogue:
    """Rasa's channel, well behaved or not; `heard` keeps every request's body."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    mode: str = "answer"
    proposals: Any = field(default_factory=list)
    replies: Any = None
    hang: float = 30.0
    takes: float = 0.0  # seconds for an answer
    failing: Callable[[dict[str, Any]], bool] = lambda body: True

    def texts(self) -> list[str]:
        return [body["text"] for body in self.heard]

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/webhooks/kith/")
        async def health() -> Response:
            return Response("ok", 503 if self.mode == "down" else 200)

        @app.post("/webhooks/kith/message")
        async def message(request: Request) -> Response:
            if request.headers.get("x-kith-secret") != SECRET:
                return JSONResponse({}, 401)
            body = await request.json()
            self.heard.append(body)
            if self.mode != "answer" and self.failing(body):
                return await self._misbehave(request)
            await asyncio.sleep(self.takes)
            replies = self.replies if self.replies is not None else [{"text": f"About {body['text']}"}]
            payload = {"kith": 1, "replies": replies, "proposals": self.proposals}
            return JSONResponse({"message_id": body["message_id"], "replayed": False, "payload": payload})

        return app

    async def _misbehave(self, request: Request) -> Response:
        if self.mode == "hang":
            await asyncio.sleep(self.hang)
        answers = {
            "empty": Response(b"", 200),
            "list": JSONResponse([], 200),
            "no payload": JSONResponse({"message_id": "x"}, 200),
            "bad replies": JSONResponse({"payload": {"replies": "hello"}}, 200),
            "html": Response("<h1>It works</h1>", 200),
            "400": JSONResponse({}, 400),
        }
        return answers.get(self.mode, JSONResponse({}, 500))


@dataclass
class Kit:
    """A running gateway and hands to try it with."""

    url: str
    config: GatewayConfig
    parts: Parts
    engine: Engine
    dialogue: Dialogue
    standin: httpx.Client
    client: httpx.Client

    def form(self, body: str, **more: str) -> dict[str, str]:
        return {
            "MessageSid": f"SM{uuid4().hex}",
            "AccountSid": LOCAL_ACCOUNT_SID,
            "From": PHONE,
            "To": OURS,
            "Body": body,
            "NumMedia": "0",
            "FromCity": "",
            **more,
        }

    def post(
        self, form: dict[str, str], *, token: str = TOKEN, path: str = "/twilio/inbound"
    ) -> httpx.Response:
        signed = signature(token, self.config.url(path), list(form.items()))
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signed})

    def text(self, body: str, **more: str) -> httpx.Response:
        """A signed webhook, as Twilio would send it."""
        return self.post(self.form(body, **more))

    def phone(self, body: str, number: str = PHONE, **more: Any) -> None:
        """A text from a phone, through the stand-in."""
        self.standin.post("/phone/messages", json={"from": number, "body": body, **more}).raise_for_status()

    def on_phone(self, number: str = PHONE) -> list[str]:
        """What has arrived on a phone, in order."""
        shown = self.standin.get("/phone/messages", params={"number": number}).json()["messages"]
        return [each["body"] for each in shown if each["direction"] == "received"]

    def fault(self, kind: str, **more: Any) -> None:
        self.standin.post("/control/faults", json={"kind": kind, **more}).raise_for_status()

    def rows(self, table: Table, **equal: Any) -> list[Any]:
        query = select(table)
        for name, value in equal.items():
            query = query.where(table.c[name] == value)
        for name in ("seq", "created_at"):
            if name in table.c:
                query = query.order_by(table.c[name])
                break
        with reading(self.engine) as connection:
            return list(connection.execute(query))

    def said(self) -> list[str]:
        """Everything Kith said, in order."""
        return [row.text for row in self.rows(message, direction="out")]

    def widget(self) -> httpx.Client:
        """A browser with a session of its own."""
        token = self.client.post("/widget/session").json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What the condition gives once it holds; the test fails when that takes too long."""
    deadline = monotonic() + seconds
    while not (found := condition()):
        if monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        sleep(0.01)
    return found


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating for each test would take most of its time."""
    path = tmp_path_factory.mktemp("empty") / "kith.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def sqlite_url(empty_database: Path, tmp_path: Path) -> str:
    shutil.copy(empty_database, tmp_path / "kith.db")
    return f"sqlite:///{tmp_path / 'kith.db'}"


@pytest.fixture(scope="session")
def pattern(cluster: str) -> Iterator[str]:
    """A migrated PostgreSQL database to copy, for the same reason; its name."""
    with postgres.database(cluster) as url:
        engine = connect(url)
        migrate(engine)
        engine.dispose()
        yield postgres.name_of(url)


@pytest.fixture
def postgres_url(cluster: str, pattern: str) -> Iterator[str]:
    with postgres.database(cluster, like=pattern) as url:
        yield url


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases, PostgreSQL for real."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


def start(
    stack: ExitStack,
    url: str,
    *,
    ear: Ear = EAR,
    timing: Timing = QUICK,
    standin: dict[str, Any] | None = None,
    dialogue: Dialogue | None = None,
    careteam: Any = None,
    spool: Any = None,
    checks: Any = None,
    is_open: bool = True,
    paging: dict[str, Any] | None = None,
    beside: Beside | None = None,
    **settings: Any,
) -> Kit:
    """A gateway with everything around it, stopped when the stack is left."""
    dialogue = dialogue or Dialogue()
    rasa_url = stack.enter_context(serving(dialogue.app()))
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    standin_config = StandinConfig(
        token=TOKEN, webhook_url=f"{public}/twilio/inbound", step_seconds=0.01, **(standin or {})
    )
    standin_url = stack.enter_context(serving(create_standin(standin_config)))
    config = replace(
        GatewayConfig(
            public_url=public,
            account_sid=LOCAL_ACCOUNT_SID,
            auth_tokens=(TOKEN, OLD_TOKEN),
            rasa_url=rasa_url,
            rasa_secret=SECRET,
            admin_token=ADMIN,
            sender_number=OURS,
            twilio_api_base=standin_url,
            clinic_name="Test Clinic",
            clinic_phone="555-0100",
            timing=timing,
        ),
        **settings,
    )
    engine = connect(url)
    stack.callback(engine.dispose)
    store = Store(engine, is_open=is_open)
    stack.callback(store.close)
    parts = assemble(
        config,
        store,
        ear,
        Rasa(config.rasa_url, config.rasa_secret, seconds=config.timing.rasa_timeout),
        phrases.load(config.clinic_name, config.clinic_phone),
        twilio=Twilio(config),
        careteam=careteam,
        spool=spool,
        checks=checks,
        beside=beside,
        **(paging or {}),
    )
    address = stack.enter_context(serving(create_app(parts), port))
    hands = stack.enter_context(httpx.Client(base_url=address, timeout=15, trust_env=False))
    phones = stack.enter_context(
        httpx.Client(base_url=standin_url, timeout=60, trust_env=False, auth=(LOCAL_ACCOUNT_SID, TOKEN))
    )
    return Kit(address, config, parts, engine, dialogue, phones, hands)


@pytest.fixture
def make_kit(sqlite_url: str) -> Iterator[Callable[..., Kit]]:
    """Starts a gateway of the test's own; settings may be changed by name."""
    with ExitStack() as stack:
        yield lambda url=sqlite_url, **change: start(stack, url, **change)


@pytest.fixture
def kit(make_kit: Callable[..., Kit]) -> Kit:
    return make_kit()


@pytest.fixture(scope="module")
def shared(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """One gateway for the tests of a file that leave nothing behind: refusals, headers, pages."""
    path = tmp_path_factory.mktemp("shared") / "kith.db"
    shutil.copy(empty_database, path)
    with ExitStack() as stack:
        yield start(stack, f"sqlite:///{path}")
