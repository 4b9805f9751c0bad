"""The processes Kith is made of, and the supervisor file that keeps each of them alive."""

import os
import sys
from collections.abc import Mapping
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path

from kith.settings import ROOT, Settings

# One thread a process: beside a busy neighbour more threads are slower, not faster. Telemetry off.
QUIET_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "CHROMA_TELEMETRY_IMPL": "chromadb.telemetry.product.NoopTelemetry",
    "DO_NOT_TRACK": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "ignore",
}

APP_PYTHON = Path(sys.executable)
DIALOGUE_PYTHON = ROOT / ".venv/dialogue/bin/python"


@dataclass(frozen=True)
class Process:
    """One child: a name for its log, and the command that starts it."""

    name: str
    command: tuple[str, ...]


def processes(settings: Settings) -> list[Process]:
    """Everything that runs: the HL7 listener where it has a port, the stand-in where no account is set."""
    app, dialogue = str(APP_PYTHON), str(DIALOGUE_PYTHON)
    running = [
        Process("rasa", (dialogue, "-m", "bot", "run", "--port", str(settings.rasa_port))),
        Process("actions", (app, "-m", "actions")),
        Process("gateway", (app, "-m", "gateway")),
    ]
    if settings.mllp_port:
        running.append(Process("mllp", (app, "-m", "kith.mllp")))
    if not settings.real_twilio:
        running.append(Process("twilio-standin", (app, "-m", "kith.standin")))
    return running


def environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """What a child sees: this process's environment, quieted, with the settings spelt out."""
    return {
        **inherited,
        **QUIET_ENVIRONMENT,
        **settings.to_env(),
        "KITH_RASA_SECRET": settings.rasa_secret.value,
        "KITH_ACTIONS_URL": settings.actions_url,
        "PYTHONPATH": str(ROOT),
    }


def write_supervisor_file(settings: Settings) -> Path:
    """The file supervisord runs from; secrets reach children by environment, never by this file."""
    logs = settings.var_dir / "log"
    logs.mkdir(parents=True, exist_ok=True)
    parser = RawConfigParser()
    parser["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": str(logs / "supervisor.log"),
        "pidfile": str(settings.var_dir / "supervisor.pid"),
    }
    for process in processes(settings):
        parser[f"program:{process.name}"] = {
            "command": " ".join(process.command),
            "directory": str(ROOT),
            "autorestart": "true",
            "startsecs": "1",
            "startretries": "20",
            "stopwaitsecs": "15",
            "stopasgroup": "true",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": str(logs / f"{process.name}.log"),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "3",
        }
    path = settings.var_dir / "supervisor.conf"
    with path.open("w") as file:
        parser.write(file)
    path.chmod(0o600)
    return path


def supervisor_command(settings: Settings) -> list[str]:
    """The command line that runs everything in the foreground."""
    return [str(APP_PYTHON), "-m", "supervisor.supervisord", "-n", "-c", str(write_supervisor_file(settings))]


def child_environment(settings: Settings) -> dict[str, str]:
    """`environment` over this process's own variables."""
    return environment(settings, os.environ)
