"""The ground goes away: PostgreSQL stopped, two gateways on it, disk full, index gone, clock moved.

Each has a stack of its own and takes a minute: only with FAULTS=all (`make faults`).
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator

from bench.pairs import second_of_each
from kith.settings import ROOT, Settings
from kith.stack import Stack, throwaway_settings, throwaway_stack
from record.database import connect, migrate
from tests.faults.breakages import FAKETIME, Clock
from tests.faults.ledger import Ledger, until
from tests.faults.points import kill
from tests.support import postgres

pytestmark = [
    pytest.mark.skipif(os.environ.get("FAULTS") != "all", reason="only in `make faults`"),
    pytest.mark.timeout(900),  # two stacks may have to start here, beside other work
]
LAB = "my potassium came back 5.4"


@pytest.fixture
def cluster() -> Iterator[postgres.Cluster]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running() as made:
        yield made


def test_postgresql_stopped_and_started_again(cluster: postgres.Cluster) -> None:
    with postgres.database(cluster.url) as url, throwaway_stack({"KITH_DATABASE_URL": url}) as stack:
        ledger = Ledger(stack)
        patient, endangered = ledger.new_patient(), ledger.new_patient()
        ledger.text(patient, "hello")
        ledger.settle()
        cluster.stop()
        try:
            ledger.text(patient, LAB)
            ledger.text(endangered, "crushing chest pain and i can't breathe")
            assert until(lambda: ledger.arrived(endangered), 30), stack.logs()
            ledger.text(patient, "thanks")
            kill(stack, "gateway")  # and it is started while the database is still away
            assert until(lambda: _spools(stack), 60), stack.logs()
            ledger.text(patient, "who can see this?")
            waiting = httpx.get(f"{stack.settings.gateway_url}/health/accepting", timeout=20)
            assert waiting.status_code == 200
            assert "wait for the database" in waiting.json()["parts"]["spool"]
        finally:
            cluster.start()
        ledger.settle()
        assert ledger.compare() == []
        assert ledger.results(patient) == ["potassium"]
        assert len(ledger.arrived(endangered)) == 1


def _spools(stack: Stack) -> bool:
    try:
        return httpx.get(f"{stack.settings.gateway_url}/health/accepting", timeout=20).status_code == 200
    except httpx.TransportError:
        return False


def test_two_of_each_on_one_postgresql(cluster: postgres.Cluster) -> None:
    """Two gateways, Rasas and action servers: every webhook goes to both; half way one of each dies."""
    with ExitStack() as opened:
        url = opened.enter_context(postgres.database(cluster.url))
        stack = opened.enter_context(throwaway_stack({"KITH_DATABASE_URL": url}))
        with second_of_each(stack.settings) as twin:
            ledger = Ledger(stack)
            signs = RequestValidator(stack.settings.twilio_auth_token.value)
            people = [ledger.new_patient() for _ in range(6)]
            for number in range(4):
                for patient in people:
                    ledger.fault("drop-webhook", patient)
                    sid = ledger.text(patient, f"{LAB}, told {number}" if number == 0 else "thanks")
                    form = _form(ledger, sid)
                    url_signed = f"{stack.settings.public_url}/twilio/inbound"
                    signed = {"X-Twilio-Signature": signs.compute_signature(url_signed, form)}
                    for gateway in (stack.settings.gateway_url, twin.gateway_url):
                        try:
                            httpx.post(f"{gateway}/twilio/inbound", data=form, headers=signed, timeout=30)
                        except httpx.TransportError:
                            # Only the one that was killed may not answer.
                            assert twin.running["gateway"].poll() is not None
                if number == 1:
                    for process in twin.running.values():
                        process.kill()
                        process.wait()
            ledger.settle()
            assert ledger.compare() == []
            assert [ledger.results(each) for each in people] == [["potassium"]] * 6


def _form(ledger: Ledger, sid: str) -> dict[str, str]:
    listed: list[dict[str, Any]] = ledger.network.get("/control/ledger").json()["messages"]
    [found] = [each for each in listed if each["sid"] == sid]
    names = {"MessageSid": "sid", "AccountSid": "account_sid", "From": "from", "To": "to", "Body": "body"}
    return {name: str(found[field]) for name, field in names.items()} | {"NumMedia": "0", "FromCity": ""}


def test_the_disk_is_full(tmp_path: Path) -> None:
    """In a namespace of its own, so that a small disk can be mounted without being root."""
    command = ["unshare", "-Urm", sys.executable, "-m", "tests.faults.full_disk", str(tmp_path)]
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let an ordinary user mount a small disk")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("harm", ["missing", "truncated"])
def test_the_index_is_gone(tmp_path: Path, harm: str) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for made in (ROOT / "models").iterdir():
        if made.name == "index":
            shutil.copytree(made, models / "index")
        else:
            (models / made.name).symlink_to(made)
    with throwaway_stack({"KITH_MODELS_DIR": str(models)}) as stack:
        ledger = Ledger(stack)
        patient = ledger.new_patient()
        ledger.text(patient, "hello")
        ledger.settle()
        (models / "index").rename(tmp_path / "whole")
        if harm == "truncated":
            shutil.copytree(tmp_path / "whole", models / "index")
            for file in (models / "index").rglob("*"):
                if file.is_file():
                    os.truncate(file, file.stat().st_size // 2)
        kill(stack, "actions")
        ledger.text(patient, LAB)
        time.sleep(15)
        shutil.rmtree(models / "index", ignore_errors=True)
        (tmp_path / "whole").rename(models / "index")
        kill(stack, "actions")
        ledger.settle()
        assert [each for each in ledger.compare() if "no answer" not in each] == []
        assert ledger.results(patient) == ["potassium"]


@pytest.mark.parametrize("by", ["+2h", "-2h"])
def test_the_clock_is_moved(tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not FAKETIME:
        pytest.skip("libfaketime is not installed")
    clock = Clock(tmp_path)
    stack = _with(clock.environment(), throwaway_settings(tmp_path / "var"), monkeypatch)
    try:
        stack.wait_until_ready(300)
        ledger = Ledger(stack)
        patient = ledger.new_patient()
        ledger.text(patient, "hello")
        ledger.settle()
        ledger.text(patient, LAB)
        clock.move(by)
        ledger.text(patient, "the bus stopped running out here")
        ledger.settle()
        clock.move("+0")
        ledger.text(patient, "thanks")
        ledger.settle()
        assert ledger.compare() == []
        assert ledger.results(patient) == ["potassium"]
    finally:
        stack.stop()


def _with(environment: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack whose processes see this environment, and this process does not."""
    with monkeypatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        engine = connect(settings.database_url)
        migrate(engine)
        engine.dispose()
        return Stack(settings)
