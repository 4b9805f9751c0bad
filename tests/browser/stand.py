"""A whole clinic on loopback but for Rasa: real gateway, care-team pages and Twilio stand-in, and a dialogue
that answers over the real channel's contract with what a test gives it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Engine

from careteam import CareTeamConfig
from careteam import create_app as create_careteam
from gateway import phrases
from gateway.app import create_app
from gateway.clinician import sender_of_replies
from gateway.config import LOCAL_ACCOUNT_SID, GatewayConfig, Timing
from gateway.parts import assemble
from gateway.rasa import Rasa
from gateway.screening import Ear
from gateway.store import Store
from gateway.twilio_api import Twilio
from listening.redflags.types import Screening
from record.database import connect, migrate
from tests.careteam.clinic import Clinic, Clock
from tests.support.server import free_port, serving
from twilio_standin.app import create_app as create_standin
from twilio_standin.config import StandinConfig

CARD = {
    "type": "result",
    "name": "Potassium",
    "value": "5.9",
    "unit": "mmol/L",
    "low": "3.5",
    "high": "5.1",
    "interpretation": "H",
    "trend": [{"at": "2026-01-02", "value": 4.4}, {"at": "2026-02-11", "value": 5.2}],
    "sources": [
        {"name": "MedlinePlus", "address": "https://medlineplus.gov/lab-tests/potassium-blood-test/"}
    ],
}
ODD_CARD = {
    "type": "result",
    "name": "<b>Odd</b>",
    "value": ">7",
    "unit": None,
    "low": "",
    "high": "",
    "interpretation": None,
    "trend": [{"at": "2026", "value": "6.5"}, {"at": "x", "value": "many"}],
    "sources": [{"name": "bad", "address": "javascript:alert(1)"}, "not a source"],
}
SECRET = "between-gateway-and-dialogue"


@dataclass
class Dialogue:
    """Answers what it is told to answer."""

    heard: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/kith/message")
        async def message(request: Request) -> dict[str, Any]:
            body = await request.json()
            self.heard.append(body["text"])
            replies = [self.reply(body["text"])]
            payload = {"kith": 1, "replies": replies, "proposals": []}
            return {"message_id": body["message_id"], "replayed": False, "payload": payload}

        return app

    def reply(self, text: str) -> dict[str, Any]:
        if "odd" in text:
            return {"text": "Here it is.", "card": ODD_CARD}
        if "potassium" not in text:
            return {"text": f"I heard: {text}"}
        words = (
            "That sounds scary. Potassium 5.9 is high (3.5 to 5.1 mmol/L). Please call your care team today."
        )
        return {"text": words, "about": ["2823-3"], "card": CARD}


@dataclass
class Stand:
    """Addresses, and the database behind them."""

    url: str
    phone_url: str
    clinic: Clinic
    dialogue: Dialogue

    @property
    def engine(self) -> Engine:
        return self.clinic.engine


@contextmanager
def standing(folder: Path, clock: Clock) -> Iterator[Stand]:
    """Everything started, and stopped at the end."""
    url = f"sqlite:///{folder}/kith.db"
    engine = connect(url)
    migrate(engine)
    dialogue, port = Dialogue(), free_port()
    public = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        rasa_url = stack.enter_context(serving(dialogue.app()))
        standin = StandinConfig(token="token", webhook_url=f"{public}/twilio/inbound", step_seconds=0.01)
        phone_url = stack.enter_context(serving(create_standin(standin)))
        config = GatewayConfig(
            public_url=public,
            account_sid=LOCAL_ACCOUNT_SID,
            auth_tokens=("token",),
            rasa_url=rasa_url,
            rasa_secret=SECRET,
            admin_token="admin",
            sender_number="+15005550006",
            twilio_api_base=phone_url,
            clinic_name="Riverbend Family Clinic",
            clinic_phone="555-0100",
            demo=True,
            simulator_url=phone_url,
            timing=Timing(retry_first=0.05, poll=0.05, heartbeat=1.0, stream_poll=0.1),
        )
        store = Store(engine)
        stack.callback(store.close)
        parts = assemble(
            config,
            store,
            Ear(lambda text: Screening("none"), lambda screening: "", lambda screening: ""),
            Rasa(config.rasa_url, config.rasa_secret, seconds=config.timing.rasa_timeout),
            phrases.load(config.clinic_name, config.clinic_phone),
            twilio=Twilio(config),
        )
        careteam = CareTeamConfig(
            engine,
            config.clinic_name,
            secure_cookies=False,
            clock=clock,
            timezone="America/New_York",
            send_reply=sender_of_replies(store, parts.bells),
        )
        app = create_app(parts.with_careteam(create_careteam(careteam)))
        yield Stand(stack.enter_context(serving(app, port)), phone_url, Clinic(engine, clock), dialogue)
