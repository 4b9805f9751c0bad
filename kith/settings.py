"""Every setting of every process, read once from the environment by a composition root."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARING = ("ask", "policy")  # when the care team sees what a patient told: docs/dialogue.md#sharing
MADE_HERE = {"rasa_secret": "rasa_secret", "admin_token": "admin_token", "twilio_auth_token": "standin_token"}
DERIVED = {"actions_url"}  # set for child processes by kith.processes, computed everywhere else


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message names it and says how to mend it."""


@dataclass(frozen=True)
class Secret:
    """A value that never shows itself in a log, a repr or a traceback."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class Settings:
    """One field a `KITH_…` variable; the table in docs/settings.md is tested against this class."""

    var_dir: Path = ROOT / "var"
    models_dir: Path = ROOT / "models"
    database_url: str = ""
    tracker_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    mllp_address: str = "127.0.0.1"
    mllp_port: int = 0
    mllp_peers: tuple[str, ...] = ()
    rasa_port: int = 5005
    actions_port: int = 5055
    rasa_secret: Secret = Secret("")
    admin_token: Secret = Secret("")
    clinic_name: str = "Riverbend Family Clinic"
    clinic_phone: str = "555-0100"
    clinic_timezone: str = "America/New_York"
    clinic_limits: str = ""
    clinic_limits_key: Secret = Secret("")
    release_file: str = ""
    resources_file: str = ""
    forms_file: str = ""
    sharing: str = "ask"
    oncall_file: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_tls: str = "starttls"
    smtp_user: str = ""
    smtp_password: Secret = Secret("")
    smtp_from: str = ""
    smtp_ca_file: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: Secret = Secret("")
    twilio_auth_token_next: Secret = Secret("")
    twilio_from: str = "+15005550006"
    twilio_messaging_service_sid: str = ""
    twilio_segments_per_second: int = 0
    standin_port: int = 8090
    spool_dir: str = ""
    widget_origins: tuple[str, ...] = ()
    secure_cookies: bool = False
    demo: bool = False
    workers: int = 4
    log_level: str = "INFO"
    llm_model: str = ""
    llm_base_url: str = ""
    llm_api_key: Secret = Secret("")
    llm_timeout: float = 2.5

    @property
    def real_twilio(self) -> bool:
        """Whether a real Twilio account is set; the stand-in is off then."""
        return bool(self.twilio_account_sid)

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}/webhook"

    @property
    def standin_url(self) -> str:
        return f"http://127.0.0.1:{self.standin_port}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from `KITH_…` variables; raises SettingsError naming the one that is wrong."""
        given = {
            each.name: _parse(each.name, str(each.type), raw)
            for each in fields(cls)
            if (raw := environ.get(f"KITH_{each.name.upper()}")) is not None
        }
        _refuse_unknown(environ, {each.name for each in fields(cls)})
        return cls(**given).completed()  # type: ignore[arg-type]

    def completed(self) -> "Settings":
        """Defaults that follow from others: where data lives, which secrets this machine made."""
        if self.sharing not in SHARING:
            raise SettingsError(f"KITH_SHARING must be {' or '.join(SHARING)}, but is {self.sharing!r}")
        changes: dict[str, object] = {
            "database_url": self.database_url or f"sqlite:///{self.var_dir}/kith.db",
            "tracker_url": self.tracker_url or self._default_tracker_url(),
            "spool_dir": self.spool_dir or f"{self.var_dir}/spool",
            "public_url": (self.public_url or self.gateway_url).rstrip("/"),
        }
        if self.real_twilio and not self.twilio_auth_token:
            raise SettingsError("KITH_TWILIO_AUTH_TOKEN is not set, but KITH_TWILIO_ACCOUNT_SID is")
        missing = [name for name in MADE_HERE if not getattr(self, name)]
        if missing:  # else nothing is written: a process that is told everything needs no disk of its own
            kept = _kept_secrets(self.var_dir)
            changes.update((name, Secret(kept[MADE_HERE[name]])) for name in missing)
        return _replace(self, changes)

    def _default_tracker_url(self) -> str:
        """The dialogue's own cache: beside SQLite in a file of its own, in PostgreSQL the same server."""
        if self.database_url.startswith("postgres"):
            return self.database_url
        return f"sqlite:///{self.var_dir}/dialogue.db"

    def with_demo(self) -> "Settings":
        """The same, with the demo on."""
        return _replace(self, {"demo": True})

    def to_env(self) -> dict[str, str]:
        """The variables that make a child process see these very settings."""
        return {f"KITH_{each.name.upper()}": _text(getattr(self, each.name)) for each in fields(self)}


def _replace(settings: Settings, changes: dict[str, object]) -> Settings:
    return Settings(**{**{each.name: getattr(settings, each.name) for each in fields(settings)}, **changes})


def _text(value: object) -> str:
    if isinstance(value, Secret):
        return value.value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def _parse(name: str, kind: str, raw: str) -> object:
    """One value, as its field's type says."""
    if "Secret" in kind:
        return Secret(raw)
    if "Path" in kind:
        return Path(raw).resolve()
    if "tuple" in kind:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if "bool" in kind:
        return _parse_bool(name, raw)
    if "int" in kind:
        if not raw.isdigit():
            raise SettingsError(f"KITH_{name.upper()} must be a whole number, but is {raw!r}")
        return int(raw)
    if "float" in kind:
        return _parse_seconds(name, raw)
    return raw


def _parse_seconds(name: str, raw: str) -> float:
    try:
        seconds = float(raw)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 10:  # a patient waits for it
        raise SettingsError(f"KITH_{name.upper()} must be seconds above 0, at most 10, but is {raw!r}")
    return seconds


def _parse_bool(name: str, raw: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    if raw.lower() not in known:
        raise SettingsError(f"KITH_{name.upper()} must be 1 or 0, but is {raw!r}")
    return known[raw.lower()]


def _refuse_unknown(environ: Mapping[str, str], names: set[str]) -> None:
    """A misspelt setting must not be silently ignored."""
    for variable in environ:
        if variable.startswith("KITH_") and variable[5:].lower() not in names | DERIVED:
            raise SettingsError(f"{variable} is not a setting of Kith; docs/settings.md lists them")


def _kept_secrets(var_dir: Path) -> dict[str, str]:
    """Random secrets made once on this machine and kept in a file only its owner can read."""
    path = var_dir / "secrets.env"
    if not path.exists():
        made = {name: secrets.token_hex(24) for name in MADE_HERE.values()}
        try:
            var_dir.mkdir(parents=True, exist_ok=True)
            _write_once(path, "".join(f"{name}={value}\n" for name, value in made.items()))
        except OSError as error:
            names = ", ".join(f"KITH_{name.upper()}" for name in MADE_HERE)
            raise SettingsError(f"not all of {names} are given, and none can be kept: {error}") from error
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def _write_once(path: Path, text: str) -> None:
    """Two processes starting together agree on one file: the first to link it wins, whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
