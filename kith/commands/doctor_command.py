"""Check the installation, its settings and its parts; say what is wrong and how to mend it."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text

from actions.rephrasing.model import ModelNotUsable, open_model
from clinical.screeners.clinic import made
from kith.clinic_limits import tests_of
from kith.directory import directory_of
from kith.forms import forms_of
from kith.oncall import mail_of, rota_of
from kith.processes import DIALOGUE_PYTHON
from kith.settings import ROOT, Settings, SettingsError
from papers import tesseract
from record.database import connect, revision
from record.ids import now

ENOUGH_DISK = 2 * 1024**3  # bytes: a year of one clinic's messages, logs and a backup beside them


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` says what to do about a warning or a failure."""

    what: str
    state: Literal["ok", "warn", "fail"]
    says: str
    mend: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 if anything fails; warnings do not fail."""
    marks = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
    findings = [finding for check in CHECKS for finding in check(settings)]
    for each in findings:
        print(f"{marks[each.state]}  {each.what}: {each.says}")
        if each.mend and each.state != "ok":
            print(f"      {each.mend}")
    failed = sum(each.state == "fail" for each in findings)
    warned = sum(each.state == "warn" for each in findings)
    print(f"\n{failed} failed, {warned} to look at, of {len(findings)} checks.")
    return 1 if failed else 0


def check_python(settings: Settings) -> Iterator[Finding]:
    version = sys.version_info[:2]
    state: Literal["ok", "fail"] = "ok" if version == (3, 11) else "fail"
    yield Finding("Python", state, f"{version[0]}.{version[1]}", "Kith runs on Python 3.11: `make install`")


def check_environments(settings: Settings) -> Iterator[Finding]:
    """Installed, and from the lock files as they stand now."""
    for name, stamp, lock in (
        ("app environment", ".venv/app/.run-time", "requirements/app.txt"),
        ("dialogue environment", ".venv/dialogue/.installed", "requirements/dialogue.txt"),
    ):
        installed, wanted = ROOT / stamp, ROOT / lock
        if not installed.exists():
            yield Finding(name, "fail", "not installed", "run `make install`")
        elif installed.stat().st_mtime < wanted.stat().st_mtime:
            yield Finding(name, "warn", "older than its lock file", "run `make install`")
        else:
            yield Finding(name, "ok", "installed")


def check_models(settings: Settings) -> Iterator[Finding]:
    """What `make build` makes."""
    parts = {
        "embedding model": any((settings.models_dir / "embedding").glob("*.onnx")),
        "knowledge index": (settings.models_dir / "index" / "current").exists(),
        "dialogue model": any(settings.models_dir.glob("dialogue-*.tar.gz")),
    }
    for name, there in parts.items():
        yield Finding(name, "ok" if there else "fail", "built" if there else "missing", "run `make build`")


def check_database(settings: Settings) -> Iterator[Finding]:
    try:
        engine = connect(settings.database_url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        current, head = revision(engine)
    except Exception as error:  # every database driver has errors of its own
        yield Finding(
            "database", "fail", type(error).__name__, "check KITH_DATABASE_URL and that the server runs"
        )
        return
    kind = urlsplit(settings.database_url).scheme.split("+")[0]
    state: Literal["ok", "warn"] = "ok" if current == head else "warn"
    yield Finding(
        "database",
        state,
        f"{kind}, {'up to date' if current == head else 'to be migrated'}",
        "`bin/kith run` migrates it",
    )


def check_disk(settings: Settings) -> Iterator[Finding]:
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.var_dir).free
    state: Literal["ok", "warn"] = "ok" if free > ENOUGH_DISK else "warn"
    yield Finding("disk", state, f"{free / 1024**3:.0f} GiB free", "make room, or set KITH_VAR_DIR elsewhere")
    if not os.access(settings.var_dir, os.W_OK):
        yield Finding("data folder", "fail", "not writable", f"give this user the folder {settings.var_dir}")
    secrets = settings.var_dir / "secrets.env"
    if secrets.exists() and secrets.stat().st_mode & 0o077:
        yield Finding("secrets file", "fail", "readable by others", f"chmod 600 {secrets}")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """What must be right before patients use it."""
    if not settings.real_twilio:
        yield Finding(
            "Twilio", "warn", "no account: texts go to the simulator", "set KITH_TWILIO_ACCOUNT_SID"
        )
    elif urlsplit(settings.public_url).scheme != "https":
        yield Finding(
            "public address",
            "fail",
            "not https",
            "Twilio signs KITH_PUBLIC_URL: set the https address it calls",
        )
    else:
        yield Finding("Twilio", "ok", f"account set, public address {settings.public_url}")
    if not settings.secure_cookies and urlsplit(settings.public_url).hostname not in (
        "127.0.0.1",
        "localhost",
    ):
        yield Finding("cookies", "fail", "sent without TLS", "set KITH_SECURE_COOKIES=1")
    if settings.demo:
        yield Finding(
            "demo", "warn", "made-up patients and a demo sign-in are on", "unset KITH_DEMO for a real clinic"
        )
    if settings.clinic_phone == Settings.clinic_phone:
        yield Finding(
            "clinic phone",
            "warn",
            "still the example number",
            "set KITH_CLINIC_PHONE: patients are told to call it",
        )


def check_language_model(settings: Settings) -> Iterator[Finding]:
    """Opened, not asked: no word is sent to find out."""
    if not settings.llm_model:
        yield Finding("language model", "ok", "off: answers go out as written, nothing leaves this machine")
        return
    try:
        open_model(
            settings.llm_model,
            base_url=settings.llm_base_url,
            api_key=settings.llm_api_key.value,
            seconds=settings.llm_timeout,
        )
    except ModelNotUsable as error:
        yield Finding("language model", "fail", str(error), "install what is named, or unset KITH_LLM_MODEL")
    else:
        yield Finding(
            "language model", "ok", f"{settings.llm_model} may rephrase explanations; the guard decides"
        )


def check_clinic_limits(settings: Settings) -> Iterator[Finding]:
    """Limits that cannot be trusted stop the start, so they are named here before."""
    if not settings.clinic_limits:
        yield Finding("clinic's own limits", "ok", "none: the catalogue's are used")
        return
    try:
        tests_of(settings)
    except SettingsError as error:
        yield Finding("clinic's own limits", "fail", str(error), "sign them again: `bin/kith limits sign`")
    else:
        yield Finding("clinic's own limits", "ok", f"{settings.clinic_limits}, signed")


def check_oncall(settings: Settings) -> Iterator[Finding]:
    """Whom a danger wakes. Without a list it stands on the care list, and patients are promised nobody."""
    try:
        mail, rota = mail_of(settings), rota_of(settings)
    except SettingsError as error:
        yield Finding("on-call list", "fail", str(error), "docs/paging.md shows how the file is written")
        return
    if rota is None:
        yield Finding(
            "on-call list",
            "warn",
            "none: nobody is paged about a danger",
            "set KITH_ONCALL_FILE: docs/paging.md",
        )
        return
    people, ways = rota().people, sorted(rota().channels)
    if "email" in ways and mail is None:
        yield Finding("on-call list", "fail", "pages by email, but there is no server", "set KITH_SMTP_HOST")
    elif not people:
        yield Finding("on-call list", "warn", "opening hours only: nobody is paged", "add a [[person]]")
    else:
        on_duty = rota().on_duty(now())
        yield Finding(
            "on-call list", "ok" if on_duty else "warn",
            f"{len(people)} people, by {' and '.join(ways)}; on duty now: {on_duty}",
            "nobody is on duty at this hour: a danger waits until someone is",
        )  # fmt: skip


def check_directory(settings: Settings) -> Iterator[Finding]:
    """Numbers patients are given: the file must be whole, and looked at every year."""
    try:
        found = directory_of(settings)
    except SettingsError as error:
        yield Finding(
            "directory of help", "fail", str(error), "mend the file: docs/resources.md has its form"
        )
        return
    says = f"{len(found.resources)} numbers" if settings.resources_file else "the national numbers alone"
    stale = found.stale(datetime.now(UTC).date())
    if stale:
        names = ", ".join(each.id for each in stale[:3])
        yield Finding("directory of help", "warn", f"{len(stale)} not checked for a year", f"call: {names}")
    else:
        yield Finding("directory of help", "ok", says)


def check_forms(settings: Settings) -> Iterator[Finding]:
    """Screening forms the clinic supplies: whole, or nothing starts."""
    try:
        found = made(forms_of(settings))
    except SettingsError as error:
        yield Finding("screening forms", "fail", str(error), "mend the file: docs/screeners.md has its form")
        return
    names = ", ".join(each.id for each in found)
    yield Finding("screening forms", "ok", f"beside ours: {names}" if found else "those that come with Kith")


def check_running(settings: Settings) -> Iterator[Finding]:
    """Only looked at if the gateway answers; not running is not a fault."""
    try:
        answer = httpx.get(f"{settings.gateway_url}/health/ready", timeout=5)
    except httpx.TransportError:
        yield Finding("running", "warn", "nothing answers on the gateway's port", "`bin/kith run` starts it")
        return
    parts = answer.json().get("parts", {})
    state: Literal["ok", "fail"] = "ok" if answer.status_code == 200 else "fail"
    says = ", ".join(f"{name} {part}" for name, part in parts.items()) or str(answer.status_code)
    yield Finding("running", state, says, f"see the logs in {settings.var_dir / 'log'}")


def check_programs(settings: Settings) -> Iterator[Finding]:
    yield Finding(
        "dialogue Python",
        "ok" if Path(DIALOGUE_PYTHON).exists() else "fail",
        str(DIALOGUE_PYTHON.name),
        "`make install`",
    )
    version = tesseract.installed()
    yield Finding(
        "reading of photos",
        "ok" if version else "warn",
        f"tesseract {version}"
        if version
        else "tesseract is not installed: patients are asked to type instead",
        "`apt-get install tesseract-ocr` (Debian, Ubuntu), with the English data `tesseract-ocr-eng`",
    )


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    check_python, check_environments, check_programs, check_models, check_database, check_disk,
    check_settings, check_clinic_limits, check_directory, check_forms, check_oncall,
    check_language_model, check_running,
)  # fmt: skip
