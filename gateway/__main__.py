"""Start the gateway with Kith's settings: `python -m gateway`."""

import asyncio
import gc
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from sqlalchemy import Engine

from careteam.app import create_app as create_careteam
from careteam.config import CareTeamConfig
from clinical.screeners.clinic import Form
from gateway import hearing, phrases
from gateway.app import create_app
from gateway.beside import Beside
from gateway.clinician import sender_of_replies
from gateway.config import LOCAL_ACCOUNT_SID, GatewayConfig
from gateway.holds import announcer
from gateway.opening import opened
from gateway.parts import Parts, assemble
from gateway.rasa import Rasa
from gateway.screening import Ear
from gateway.spool import Spool
from gateway.store import Store
from gateway.twilio_api import Twilio
from kith import logs
from kith.clinic_limits import tests_of
from kith.forms import forms_of
from kith.oncall import mail_of, rota_of
from kith.settings import Settings, SettingsError
from listening import redflags, safety
from listening.embedding import Embedder
from record import clinic_forms, release_rules
from record.database import DatabaseError, connect, migrate
from record.ids import now


def gateway_config(settings: Settings) -> GatewayConfig:
    """What the gateway needs of the settings; without a Twilio account it speaks to the stand-in."""
    tokens = (settings.twilio_auth_token.value, settings.twilio_auth_token_next.value)
    return GatewayConfig(
        public_url=settings.public_url,
        account_sid=settings.twilio_account_sid or LOCAL_ACCOUNT_SID,
        auth_tokens=tuple(token for token in tokens if token),
        rasa_url=settings.rasa_url,
        rasa_secret=settings.rasa_secret.value,
        admin_token=settings.admin_token.value,
        metrics_token=settings.admin_token.value,
        sender_number=settings.twilio_from,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        twilio_api_base=None if settings.real_twilio else settings.standin_url,
        clinic_name=settings.clinic_name,
        clinic_phone=settings.clinic_phone,
        clinic_timezone=ZoneInfo(settings.clinic_timezone).key,
        widget_origins=settings.widget_origins,
        demo=settings.demo,
        simulator_url="" if settings.real_twilio else f"{settings.standin_url}/phone",
        workers=settings.workers,
        pace=pace(settings),
        secure=settings.public_url.startswith("https://"),
    )


def pace(settings: Settings) -> float:
    """Segments a second: as set; else a long code's one, and a messaging service paces its numbers itself."""
    if settings.twilio_segments_per_second:
        return float(settings.twilio_segments_per_second)
    return 1.0 if settings.real_twilio and not settings.twilio_messaging_service_sid else 0.0


def ear(config: GatewayConfig, meaning: Embedder | None = None) -> Ear:
    """The red flags and their fixed words, in the clinic's language and place."""
    return Ear(
        screen=hearing.screen_with(meaning),
        reply=lambda screening: safety.reply(screening, language=config.language, place=config.place),
        ask=lambda screening: safety.ask(screening, language=config.language),
        glance=hearing.screen_with(None) if meaning else None,
        thanks=lambda kind: safety.thanks(kind, language=config.language, place=config.place),
    )


def preparing(forms: Sequence[Form]) -> Callable[[Engine], None]:
    """What is done to the database before anything else: its tables, and the forms this clinic supplies."""

    def prepare(engine: Engine) -> None:
        migrate(engine)
        with engine.begin() as connection:
            clinic_forms.keep(connection, forms, at=now())

    return prepare


def compose(settings: Settings) -> Parts:
    """Open everything once: the database, the ways to the dialogue and to Twilio, the care-team pages."""
    config = gateway_config(settings)
    spool = Spool(Path(settings.spool_dir))
    engine = connect(settings.database_url)
    prepare = preparing(forms_of(settings))
    store = Store(engine, is_open=opened(engine, prepare))
    client = httpx.AsyncClient(trust_env=False)
    folder = settings.models_dir / "embedding"
    meaning = hearing.model(folder)
    parts = assemble(
        config,
        store,
        ear(config, meaning),
        Rasa(
            config.rasa_url,
            config.rasa_secret,
            meaning.meant if meaning else hearing.not_heard,
            seconds=config.timing.rasa_timeout,
        ),
        phrases.load(config.clinic_name, config.clinic_phone),
        twilio=Twilio(config),
        spool=spool,
        checks={
            "actions": _answers(client, settings.actions_url.replace("/webhook", "/health")),
            "index": _present(settings.models_dir / "index"),
        },
        release=release_rules.load(settings.release_file),
        tests=tests_of(settings),
        rota=rota_of(settings),
        mail=mail_of(settings),
        beside=Beside([sys.executable, "-m", "gateway.listener", str(folder)]) if meaning else None,
    )
    parts = replace(parts, prepare=prepare)
    parts.metrics.screen_model.set(meaning is not None)
    careteam = CareTeamConfig(
        engine=engine,
        clinic_name=settings.clinic_name,
        secure_cookies=settings.secure_cookies or config.secure,
        timezone=ZoneInfo(settings.clinic_timezone).key,
        send_reply=sender_of_replies(store, parts.bells),
        announce=announcer(parts.desk),
    )
    return parts.with_careteam(create_careteam(careteam))


def _answers(client: httpx.AsyncClient, url: str) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        try:
            return (await client.get(url, timeout=3)).status_code == 200
        except httpx.HTTPError:
            return False

    return check


def _present(folder: Path) -> Callable[[], Awaitable[bool]]:
    def look() -> bool:
        return folder.is_dir() and any(folder.iterdir())

    return lambda: asyncio.to_thread(look)


SWITCH = 0.0005
"""Seconds a thread may keep the interpreter. The database gives it up at every step, and with Python's 5 ms
would get it back late: a message would wait for whatever else the gateway is doing."""


def main() -> int:
    """Serve until told to stop; one clear line and status 1 when it cannot start."""
    sys.setswitchinterval(SWITCH)
    try:
        settings = Settings.from_env(os.environ)
        logs.configure(settings.log_level)
        parts = compose(settings)
        redflags.warm()
        app = create_app(parts)
    except (SettingsError, DatabaseError, OSError, ValueError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    gc.collect()
    gc.freeze()  # all that stays: gone through anew it would hold a message up for a quarter of a second
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # an address can say who was looked at
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    parts.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
