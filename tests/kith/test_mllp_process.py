"""The HL7 listener as `bin/kith run` starts it: off by default, careful who may send, durable."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kith.mllp import peers
from kith.processes import child_environment, processes
from kith.settings import ROOT, Settings, SettingsError
from kith.stack import free_ports
from record.mllp.frames import framed
from tests.record.samples import hl7

MESSAGE = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F")


def settings(tmp_path: Path, **given: str) -> Settings:
    return Settings.from_env(
        {"KITH_VAR_DIR": str(tmp_path), **{f"KITH_{name.upper()}": value for name, value in given.items()}}
    )


def test_it_runs_only_where_it_is_given_a_port(tmp_path: Path) -> None:
    assert "mllp" not in [each.name for each in processes(settings(tmp_path))]
    assert "mllp" in [each.name for each in processes(settings(tmp_path, mllp_port="2575"))]


ADDRESSES = [
    ({}, 0),
    ({"mllp_address": "::1"}, 0),
    ({"mllp_address": "0.0.0.0", "mllp_peers": "192.0.2.10, 198.51.100.0/24"}, 2),
]


@pytest.mark.parametrize(("given", "named"), ADDRESSES)
def test_who_may_send(tmp_path: Path, given: dict[str, str], named: int) -> None:
    assert len(peers(settings(tmp_path, **given))) == named


OPEN = [
    ({"mllp_address": "0.0.0.0"}, "HL7 has no passwords"),
    ({"mllp_address": "lab.example"}, "KITH_MLLP_ADDRESS"),
    ({"mllp_peers": "everyone"}, "KITH_MLLP_PEERS"),
    ({"mllp_peers": "198.51.100.7/24"}, "host bits"),
]


@pytest.mark.parametrize(("given", "said"), OPEN)
def test_an_address_open_to_everyone_is_refused(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        peers(settings(tmp_path, **given))


def start(given: Settings) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "kith.mllp"], cwd=ROOT, env=child_environment(given), stderr=subprocess.PIPE
    )


def ask(port: int, message: str, patience: float = 20) -> str:
    """The answer, once there is someone who gives it."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(framed(message.encode()))
                return line.recv(65536).decode()
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def stored(folder: Path) -> int:
    with sqlite3.connect(folder / "kith.db") as database:
        return int(database.execute("SELECT count(*) FROM observation").fetchone()[0])


def test_what_it_acknowledged_outlives_it(tmp_path: Path) -> None:
    """Killed the moment after it said AA, it has the result; told to stop, it stops at once."""
    given = settings(tmp_path, mllp_port=str(free_ports(1)[0]))
    listener = start(given)
    try:
        assert "MSA|AA|MSG1" in ask(given.mllp_port, MESSAGE)
    finally:
        os.kill(listener.pid, signal.SIGKILL)
        listener.wait(10)
    assert stored(tmp_path) == 1
    again = start(given)
    try:
        assert "MSA|AA|MSG1" in ask(given.mllp_port, MESSAGE)
        assert stored(tmp_path) == 1
    finally:
        again.send_signal(signal.SIGTERM)
        assert again.wait(10) == 0


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = start(settings(tmp_path, mllp_port=str(taken.getsockname()[1])))
        _, told = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert told.decode().splitlines()[-1].startswith("mllp: ")
    assert b"Traceback" not in told
