"""Everything the gateway must be told; its composition root fills this from the settings."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOCAL_ACCOUNT_SID = "AC00000000000000000000000000000001"
"""The account of the Twilio stand-in, used when no real account is set."""


MOST_DOUBLINGS = 10  # past every longest pause; 2 ** 1024 is no number any more


def growing(attempts: int, first: float, longest: float) -> float:
    """Seconds to wait after so many attempts: twice as long each time, up to the longest."""
    return float(min(first * 2 ** min(attempts, MOST_DOUBLINGS), longest))


@dataclass(frozen=True)
class Timing:
    """How long each thing may take, in seconds. Tests shorten them; the reasons are beside them."""

    rasa_timeout: float = 28.0  # our channel in Rasa gives up at 25 and says why
    lease: float = 60.0  # longer than a turn may take: two workers never hold one conversation
    retry_first: float = 0.5
    retry_longest: float = 60.0
    apologise_after: float = 5.0  # of failing; silence any longer reads as being ignored
    slow_after: float = 10.0  # of waiting for one answer
    poll: float = 0.5  # fallback only: a new message rings a bell
    sent_timeout: float = 30.0  # for "sent" before the next text of this conversation may go
    send_lease: float = 60.0
    send_timeout: float = 10.0
    look_after: float = 3.0  # an ambiguous send settles before we look whether it arrived
    send_give_up: float = 4 * 3600.0
    reconcile: float = 60.0
    reconcile_window: float = 3600.0
    reconcile_grace: float = 20.0  # a webhook still on its way keeps its place in the order
    heartbeat: float = 15.0
    stream_poll: float = 2.0
    store_patience: float = 4.0  # for the database; then a message is spooled, well before Twilio gives up
    webhook: float = 12.0  # Twilio waits 15
    herald: float = 5.0  # between looks for new results to be told of; nobody waits for that text


@dataclass(frozen=True)
class GatewayConfig:
    """One gateway. Secrets do not show in its repr."""

    public_url: str
    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)  # two while rotating; the first one is used to send
    rasa_url: str
    rasa_secret: str = field(repr=False)
    admin_token: str = field(repr=False)
    sender_number: str = ""
    messaging_service_sid: str = ""
    twilio_api_base: str | None = None  # the stand-in's address; None is the real Twilio
    clinic_name: str = "the clinic"
    clinic_phone: str = ""
    language: str = "en"
    place: str = "US"
    clinic_timezone: str = "America/New_York"  # for quiet hours, where a patient's own zone is not known
    widget_origins: tuple[str, ...] = ()
    demo: bool = False
    simulator_url: str = ""
    workers: int = 4
    senders: int = 8
    validity_period: int = 3600
    pace: float = 0.0  # segments a second from the clinic's number; 0: as fast as Twilio takes them
    metrics_token: str = field(default="", repr=False)
    secure: bool = False  # served over https: say so with HSTS
    timing: Timing = Timing()

    def url(self, path: str) -> str:
        """A path as the outside world calls it; what Twilio signed."""
        return self.public_url.rstrip("/") + path

    @property
    def origin(self) -> str:
        """Scheme and host of the public address."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"
