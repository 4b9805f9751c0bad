"""The on-call list and the mail server as the settings name them."""

import ipaddress
from pathlib import Path
from typing import cast, get_args

from gateway.paging.desk import RotaFile
from gateway.paging.mail import MailConfig, Tls
from gateway.paging.rota import EMAIL, RotaError
from kith.settings import Settings, SettingsError


def rota_of(settings: Settings) -> RotaFile | None:
    """The clinic's list, None where there is none; SettingsError says what is wrong in the file."""
    if not settings.oncall_file:
        return None
    try:
        return RotaFile(Path(settings.oncall_file), settings.clinic_timezone)
    except RotaError as error:
        raise SettingsError(f"KITH_ONCALL_FILE {error}") from None


def mail_of(settings: Settings) -> MailConfig | None:
    """The mail server, None where there is none; SettingsError names what is missing or unsafe."""
    if not settings.smtp_host:
        return None
    if not EMAIL.fullmatch(settings.smtp_from):
        raise SettingsError("KITH_SMTP_FROM is to be the address pages come from: kith@your-clinic.example")
    if settings.smtp_tls not in get_args(Tls):
        raise SettingsError(f"KITH_SMTP_TLS is one of {', '.join(get_args(Tls))}")
    if settings.smtp_tls == "off" and not _is_here(settings.smtp_host):
        raise SettingsError("KITH_SMTP_TLS=off is for a mail server on this machine alone")
    return MailConfig(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        tls=cast(Tls, settings.smtp_tls),
        user=settings.smtp_user,
        password=settings.smtp_password.value,
        ca_file=settings.smtp_ca_file or None,
    )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
