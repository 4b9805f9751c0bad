"""Everything paging needs in one place: the on-call list as it stands on disk, the words, the ways out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry

from gateway.config import GatewayConfig
from gateway.paging import policy as policy_table
from gateway.paging import rota as rota_file
from gateway.paging.mail import MailConfig, MailNotifier
from gateway.paging.metrics import PagingMetrics
from gateway.paging.notifiers import Notifier, SmsNotifier
from gateway.paging.policy import Policy
from gateway.paging.rota import Rota, RotaError
from gateway.paging.words import Words
from gateway.twilio_api import Twilio

log = structlog.get_logger()


@dataclass(frozen=True)
class Pace:
    """How long each thing may take, in seconds. Tests shorten them."""

    poll: float = 1.0
    lease: float = 60.0  # longer than any notifier takes
    retry_first: float = 2.0
    retry_longest: float = 30.0
    look_after: float = 3.0  # an ambiguous send settles before we look whether it went out
    hold_poll: float = 5.0


class RotaFile:
    """The list in its file, read anew when the file changed; a broken change is not taken over."""

    def __init__(self, path: Path, zone: str) -> None:
        self._path, self._zone = path, zone
        self._rota = rota_file.load(path, zone, policy_table.load())
        self._seen = self._stamp()
        self.broken = False

    def __call__(self) -> Rota:
        """The list as it stands; the last good one where the file cannot be used any more."""
        if (now := self._stamp()) != self._seen:
            self._seen = now
            self._read_again()
        return self._rota

    def _read_again(self) -> None:
        try:
            self._rota = rota_file.load(self._path, self._zone, policy_table.load())
            self.broken = False
            log.info("oncall_list_read", count=len(self._rota.people))
        except RotaError:
            self.broken = True  # doctor says what is wrong in it: the message may hold a name or a number
            log.error("oncall_list_broken")

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


@dataclass(frozen=True)
class Desk:
    """One gateway's paging. Without a list nobody is paged, and nobody is promised."""

    words: Words
    metrics: PagingMetrics
    rota: Callable[[], Rota] | None = None
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    pace: Pace = Pace()

    @property
    def policy(self) -> Policy:
        return self.rota().policy if self.rota else policy_table.load()


def assemble(
    config: GatewayConfig,
    registry: CollectorRegistry,
    *,
    twilio: Twilio | None = None,
    rota: RotaFile | None = None,
    mail: MailConfig | None = None,
    pace: Pace = Pace(),
) -> Desk:
    """A desk for this gateway. RotaError where the list needs a way out that is not there."""
    notifiers: dict[str, Notifier] = {}
    if twilio is not None:
        notifiers["sms"] = SmsNotifier(twilio)
    if mail is not None:
        notifiers["email"] = MailNotifier(mail)
    missing = sorted(rota().channels - notifiers.keys()) if rota else []
    if missing:
        what = "KITH_SMTP_HOST is not set" if missing == ["email"] else f"no way to send {missing[0]}"
        raise RotaError(f"the on-call list pages by {missing[0]}, but {what}")
    words = Words(config.clinic_name, config.clinic_phone, config.url("/care"))
    return Desk(words, PagingMetrics(registry), rota, notifiers, pace)
