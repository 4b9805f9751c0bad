"""What a gateway is made of; the composition root fills it, a test fills it otherwise."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Engine
from starlette.types import ASGIApp

from clinical.catalogue import Catalogue
from clinical.catalogue import load as load_catalogue
from gateway.bells import Bells
from gateway.beside import Beside
from gateway.catching_up import CatchingUp
from gateway.config import GatewayConfig
from gateway.crowd import Crowd
from gateway.direct import Direct
from gateway.metrics import Metrics
from gateway.paging import desk as paging_desk
from gateway.paging.desk import Desk, Pace, RotaFile
from gateway.paging.mail import MailConfig
from gateway.paging.replies import Replies
from gateway.phrases import Phrases
from gateway.rasa import Rasa
from gateway.reception import Reception
from gateway.screening import Ear
from gateway.second import Second
from gateway.spool import Spool
from gateway.store import Store
from gateway.twilio_api import Twilio
from record import release_rules
from record.database import migrate
from record.release_rules import Policy

Check = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Parts:
    """Everything that is shared by the routes and the tasks behind them."""

    config: GatewayConfig
    store: Store
    ear: Ear
    rasa: Rasa
    phrases: Phrases
    bells: Bells
    metrics: Metrics
    reception: Reception
    second: Second  # the half of the screen a crowd makes wait
    crowd: Crowd
    desk: Desk  # who of the clinic is paged, and how
    twilio: Twilio | None = None  # None: no texts, the widget alone
    spool: Spool | None = None  # None: what the database cannot take is not accepted
    careteam: ASGIApp | None = None  # mounted at /care
    checks: Mapping[str, Check] = field(default_factory=dict)  # what else must answer for readiness
    release: Policy = field(default_factory=release_rules.load)  # which results a patient hears of, and when
    tests: Catalogue = field(default_factory=load_catalogue)  # with the clinic's own limits, if any
    catching_up: CatchingUp = field(default_factory=CatchingUp)  # with what came while nobody listened
    prepare: Callable[[Engine], object] = migrate  # what brings the database up to date

    def with_careteam(self, careteam: ASGIApp) -> "Parts":
        return replace(self, careteam=careteam)


def assemble(
    config: GatewayConfig,
    store: Store,
    ear: Ear,
    rasa: Rasa,
    phrases: Phrases,
    *,
    twilio: Twilio | None = None,
    spool: Spool | None = None,
    careteam: ASGIApp | None = None,
    checks: Mapping[str, Check] | None = None,
    release: Policy | None = None,
    tests: Catalogue | None = None,
    rota: RotaFile | None = None,
    mail: MailConfig | None = None,
    pace: Pace = Pace(),
    beside: Beside | None = None,
) -> Parts:
    """The parts with those between them that have no choice."""
    bells, metrics = Bells(), Metrics()
    desk = paging_desk.assemble(config, metrics.registry, twilio=twilio, rota=rota, mail=mail, pace=pace)
    crowd = Crowd()
    second = Second(store, ear, phrases, bells, metrics, crowd, beside)
    metrics.screen_waiting.set_function(lambda: len(second))
    direct = Direct(twilio, config.timing.look_after) if twilio else None
    if spool is not None:
        metrics.spool.set_function(lambda: len(spool))
    reception = Reception(
        store, ear, bells, phrases, metrics, staff=Replies(store, bells, desk),
        spool=spool, direct=direct, patience=config.timing.store_patience, crowd=crowd, second=second,
    )  # fmt: skip
    return Parts(
        config, store, ear, rasa, phrases, bells, metrics, reception, second, crowd, desk, twilio, spool,
        careteam, checks or {},
        release or release_rules.load(), tests or load_catalogue(),
    )  # fmt: skip
