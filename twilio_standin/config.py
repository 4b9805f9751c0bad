"""What one stand-in answers to: the account, its numbers, and where its webhooks go."""

from dataclasses import dataclass, field

ACCOUNT_SID = "AC00000000000000000000000000000001"
"""The account of a local installation; any AC SID does for the stand-in, this is its default."""

OUR_NUMBER = "+15005550006"
"""Twilio's own magic number for a valid sender, so that no real phone is ever meant."""


@dataclass(frozen=True)
class StandinConfig:
    """One account with its numbers; `opt_out` is how its STOP words are handled (Twilio has all three).

    `default`: Twilio answers STOP, START and HELP itself and blocks the number.
    `advanced`: the same, and the webhook carries `OptOutType`.
    `off`: nothing is answered or blocked, the application does it.
    """

    token: str = field(repr=False)
    webhook_url: str
    account_sid: str = ACCOUNT_SID
    numbers: tuple[str, ...] = (OUR_NUMBER,)
    messaging_service_sid: str = ""
    opt_out: str = "default"
    step_seconds: float = 0.15  # from one status of an outgoing message to the next
    webhook_timeout: float = 15.0  # Twilio's own
