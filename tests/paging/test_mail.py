"""Pages by email through a real SMTP server: once each, whatever it does, signed in where it asks."""

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from gateway.paging.mail import MailNotifier
from gateway.paging.sends import Send
from gateway.twilio_api import Ambiguous, Busy, Rejected
from record.tables import oncall_page, oncall_send
from tests.gateway.conftest import Kit, until
from tests.paging.conftest import Mailbox, mail_server

LIST = '[[person]]\nkey = "ana"\nname = "Ana Ruiz"\nemail = "ana@clinic.example"\n'
SEND = Send("id-1", "p1", "page", "email", "ana@clinic.example", "Kith on call", "Somebody\n", 1, "", False)


def test_a_page_by_email(make_paged, mailbox: Mailbox) -> None:
    kit: Kit = make_paged(LIST, mail=mailbox.config())
    kit.phone("chest pain, this is Rosa")
    [mail] = until(lambda: mailbox.taken)
    [page] = kit.rows(oncall_page)
    assert (mail["To"], mail["From"]) == ("ana@clinic.example", "kith@clinic.example")
    assert mail["Subject"] == f"Kith on call: Emergency ({page.code})"
    assert mail["Auto-Submitted"] == "auto-generated"
    whole = mail.as_string()
    assert f"{kit.config.public_url}/care/oncall/{page.id}" in whole
    for secret in ("Rosa", "chest", page.patient_id):
        assert secret not in whole
    assert f"ACK {page.code}" not in whole, "no phone, no answer by text"
    until(lambda: kit.rows(oncall_send)[0].state == "sent")


@pytest.mark.parametrize("answers", [["451 try later"], ["421 busy", "450 not now"]])
def test_a_server_that_is_busy_is_asked_again(make_paged, mailbox: Mailbox, answers: list[str]) -> None:
    mailbox.refuse = list(answers)
    kit: Kit = make_paged(LIST, mail=mailbox.config())
    kit.phone("chest pain")
    until(lambda: kit.rows(oncall_send) and kit.rows(oncall_send)[0].state == "sent")
    assert len(mailbox.taken) == 1


def test_an_address_nobody_has_is_a_failed_page(make_paged, mailbox: Mailbox) -> None:
    mailbox.refuse = ["550 no such user"]
    kit: Kit = make_paged(LIST, mail=mailbox.config())
    kit.phone("chest pain")
    until(lambda: kit.rows(oncall_send) and kit.rows(oncall_send)[0].state == "failed")
    until(lambda: kit.rows(oncall_page)[0].exhausted_at)


def test_a_line_cut_after_the_mail_was_taken_sends_it_twice_at_most_and_as_one(
    make_paged, mailbox: Mailbox
) -> None:
    mailbox.drop = 1
    kit: Kit = make_paged(LIST, mail=mailbox.config())
    kit.phone("chest pain")
    until(lambda: kit.rows(oncall_send) and kit.rows(oncall_send)[0].state == "sent")
    assert len(mailbox.taken) == 2
    assert len({mail["Message-ID"] for mail in mailbox.taken}) == 1


def test_a_page_from_a_long_domain_is_noted_as_sent_and_goes_out_once(
    make_paged, mailbox: Mailbox, postgres_url: str
) -> None:
    """PostgreSQL keeps the length of a column: what does not fit cannot be noted, and would be sent again."""
    domain = "paging.long-named-community-health-center.example"
    kit: Kit = make_paged(LIST, url=postgres_url, mail=mailbox.config(sender=f"kith@{domain}"))
    kit.phone("chest pain")
    until(lambda: kit.rows(oncall_send) and kit.rows(oncall_send)[0].state == "sent")
    [mail], [sent] = mailbox.taken, kit.rows(oncall_send)
    assert mail["Message-ID"] == f"<{sent.id}@{domain}>"


def test_no_server_at_all_is_waited_for(make_paged, mailbox: Mailbox) -> None:
    kit: Kit = make_paged(LIST, mail=mailbox.config(port=1))
    kit.phone("chest pain")
    until(lambda: kit.rows(oncall_send) and kit.rows(oncall_send)[0].attempts > 2)
    assert kit.rows(oncall_send)[0].state in ("queued", "sending")


@pytest.mark.parametrize(("answer", "error"), [("550 no", Rejected), ("450 later", Busy)])
def test_refusals_are_told_apart(mailbox: Mailbox, answer: str, error: type[Exception]) -> None:
    mailbox.refuse = [answer]
    with pytest.raises(error):
        MailNotifier(mailbox.config()).send(SEND)


def test_a_cut_line_is_ambiguous(mailbox: Mailbox) -> None:
    mailbox.drop = 1
    with pytest.raises(Ambiguous):
        MailNotifier(mailbox.config()).send(SEND)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def encrypted(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == LoginPassword(b"kith", b"secret")
    return AuthResult(success=good)


def test_starttls_and_a_password(certificate: Path) -> None:
    options = {"tls_context": encrypted(certificate), "require_starttls": True, "authenticator": check,
               "auth_required": True}  # fmt: skip
    with mail_server(**options) as box:
        config = box.config(
            tls="starttls", user="kith", password="secret", ca_file=str(certificate / "cert.pem")
        )
        MailNotifier(config).send(SEND)
        assert (len(box.taken), box.signed_in) == (1, [True])
        with pytest.raises(Busy):
            MailNotifier(box.config(tls="starttls", ca_file=config.ca_file, user="kith", password="x")).send(
                SEND
            )
        with pytest.raises(Busy, match="SSLCertVerificationError"):
            MailNotifier(box.config(tls="starttls", user="kith", password="secret")).send(SEND)
        assert len(box.taken) == 1


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(mailbox: Mailbox) -> None:
    with pytest.raises(Busy):
        MailNotifier(mailbox.config(tls="starttls")).send(SEND)
    assert mailbox.taken == []


def test_the_password_is_in_no_repr(mailbox: Mailbox) -> None:
    assert "secret" not in repr(mailbox.config(password="secret"))
