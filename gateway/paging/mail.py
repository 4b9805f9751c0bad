"""Pages by email, through the clinic's own SMTP server. Nothing of a patient is ever in one."""

import smtplib
import ssl
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Literal

from gateway.paging.sends import Send
from gateway.twilio_api import Ambiguous, Busy, Rejected

Tls = Literal["starttls", "tls", "off"]


@dataclass(frozen=True)
class MailConfig:
    """One SMTP server. `off` is for a relay on this machine alone: the settings see to that."""

    host: str
    port: int
    sender: str
    tls: Tls = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 15.0  # seconds for each step of the exchange
    ca_file: str | None = None  # certificates to trust beside this machine's own


class MailNotifier:
    """Each email has one Message-ID for good: a mailbox that gets it twice can see that it is one."""

    def __init__(self, config: MailConfig) -> None:
        self._config = config

    def find(self, send: Send, known: AbstractSet[str]) -> tuple[str, str] | None:
        return None  # SMTP has no way to ask

    def send(self, send: Send) -> tuple[str, str]:
        mail = self._written(send)
        with self._server() as server:
            try:
                server.send_message(mail, self._config.sender, [send.address])
            except smtplib.SMTPRecipientsRefused as refused:
                raise _refusal(refused.recipients[send.address][0]) from None
            except smtplib.SMTPResponseException as refused:
                raise _refusal(refused.smtp_code) from None
            except (OSError, smtplib.SMTPException) as error:
                raise Ambiguous(type(error).__name__) from None
        return send.id, "sent"  # what is this email's own in its Message-ID: a domain may be of any length

    def _written(self, send: Send) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = (
            self._config.sender,
            send.address,
            send.subject or "Kith on call",
        )
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = f"<{send.id}@{self._config.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail["Importance"], mail["X-Priority"] = "high", "1"
        mail.set_content(send.text)
        return mail

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        """Signed in and encrypted. Whatever fails before the mail itself is handed over has sent nothing."""
        config = self._config
        try:
            trusted = ssl.create_default_context(cafile=config.ca_file)
            if config.tls == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    config.host, config.port, timeout=config.timeout, context=trusted
                )
            else:
                server = smtplib.SMTP(config.host, config.port, timeout=config.timeout)
            if config.tls == "starttls":
                server.starttls(context=trusted)
            if config.user:
                server.login(config.user, config.password)
        except (OSError, smtplib.SMTPException) as error:
            raise Busy(type(error).__name__) from None  # our server or our password: mended, it goes out
        try:
            yield server
        finally:
            server.close()


def _refusal(code: int) -> Exception:
    """4xx is for now, 5xx for good (RFC 5321)."""
    return Rejected(code) if code >= 500 else Busy(str(code))
