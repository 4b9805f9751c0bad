"""The same books kept of the stock arrangement: `python -m tests.faults.baseline` (`make faults-baseline`).

Rasa's starter behind its own Twilio channel, with its default stores, spoken to by the same Twilio stand-in.
A text counts as lost when no answer reached the phone, as doubled when more than one did. What a person would
have to do by hand (send it again) is not done; Rasa is started again at once, as a supervisor would.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from twilio.request_validator import RequestValidator

from bench.measure import wait_for
from kith.processes import DIALOGUE_PYTHON, QUIET_ENVIRONMENT
from tests.faults.ledger import until
from tests.support.server import free_port, serving
from twilio_standin.app import create_app
from twilio_standin.config import ACCOUNT_SID, OUR_NUMBER, StandinConfig

TOKEN = "a-token-of-the-baseline"
ROUNDS = 5
HANDLING = 0.05  # seconds, of the forty milliseconds each text takes it
PATIENCE = 600  # its start takes the best part of a minute on a quiet machine
CREDENTIALS = "twilio:\n  account_sid: {sid}\n  auth_token: {token}\n  twilio_number: '{number}'\n"
# Only the address of the network is another one; everything else is the stock channel's own.
ELSEWHERE = """
from twilio.http.http_client import TwilioHttpClient
stock = TwilioHttpClient.request
def request(self, method, url, *more, **named):
    return stock(self, method, url.replace("https://api.twilio.com", "{base}", 1), *more, **named)
TwilioHttpClient.request = request
"""


class Starter:
    """The stock arrangement, which can be killed and started again."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.process: subprocess.Popen[bytes] | None = None

    def make(self, base: str) -> None:
        """Train it, and give it its channel."""
        command = [str(DIALOGUE_PYTHON), "-m", "rasa", "init", "--no-prompt", "--init-dir", str(self.folder)]
        subprocess.run(command, env=self._environment(), capture_output=True, check=True)
        credentials = CREDENTIALS.format(sid=ACCOUNT_SID, token=TOKEN, number=OUR_NUMBER)
        (self.folder / "credentials.yml").write_text(credentials)
        (self.folder / "sitecustomize.py").write_text(ELSEWHERE.format(base=base))

    def start(self) -> None:
        command = [
            str(DIALOGUE_PYTHON),
            "-m",
            "rasa",
            "run",
            "--interface",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdout=log, stderr=log
            )
        try:
            wait_for(f"http://127.0.0.1:{self.port}/webhooks/twilio/", PATIENCE)
        except TimeoutError:
            print((self.folder / "log").read_text(errors="replace")[-3000:], file=sys.stderr)
            raise

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **QUIET_ENVIRONMENT, "PYTHONPATH": str(self.folder)}


class Phones:
    """The network's side: what was accepted, and what arrived."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        self.used = 0

    def new(self) -> str:
        self.used += 1
        return f"+1505{self.used:07d}"

    def text(self, number: str, words: str = "hello", **more: Any) -> None:
        body = {"from": number, "body": words, **more}
        self.client.post("/phone/messages", json=body).raise_for_status()

    def fault(self, kind: str, number: str, **more: Any) -> None:
        self.client.post("/control/faults", json={"kind": kind, "number": number, **more}).raise_for_status()

    def arrived(self, number: str) -> int:
        shown = self.client.get("/phone/messages", params={"number": number}).json()["messages"]
        return sum(each["direction"] == "received" for each in shown)


@contextmanager
def running() -> Iterator[tuple[Starter, Phones]]:
    folder = Path(tempfile.mkdtemp(prefix="kith-baseline-"))
    starter = Starter(folder, free_port())
    try:
        with ExitStack() as stack:
            webhook = f"http://127.0.0.1:{starter.port}/webhooks/twilio/webhook"
            standin = create_app(StandinConfig(token=TOKEN, webhook_url=webhook, step_seconds=0.05))
            address = stack.enter_context(serving(standin))
            print("Making Rasa's starter (its training takes a minute or two) ...", flush=True)
            starter.make(address)
            stack.callback(starter.kill)
            starter.start()
            yield starter, Phones(address)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def killed(starter: Starter, phones: Phones, moment: str) -> list[int]:
    """Texts that came while it was down, or that it was handling when it died; then it is started again."""
    numbers = [phones.new() for _ in range(ROUNDS)]
    if moment == "idle":
        starter.kill()
    for number in numbers:
        phones.text(number)
    if moment == "handling":
        time.sleep(HANDLING)
        starter.kill()
    time.sleep(0.5)
    starter.start()
    return _answers(phones, numbers)


def network(phones: Phones, kind: str, **more: Any) -> list[int]:
    """One fault of the network a phone."""
    numbers = [phones.new() for _ in range(ROUNDS)]
    for number in numbers:
        phones.fault(kind, number, **more)
        phones.text(number)
    return _answers(phones, numbers)


def picture_alone(phones: Phones) -> list[int]:
    """A photo without a word: Twilio sends an empty Body, and the phone's person waits."""
    numbers = [phones.new() for _ in range(ROUNDS)]
    for number in numbers:
        phones.text(number, "", media_urls=["https://api.twilio.com/a.jpg"])
    return _answers(phones, numbers)


def forged(starter: Starter, phones: Phones, count: int = 100) -> tuple[int, int]:
    """How many unsigned webhooks were believed: an answer went out to the phone they named."""
    signs = RequestValidator("guess")
    url = f"http://127.0.0.1:{starter.port}/webhooks/twilio/webhook"
    numbers = [phones.new() for _ in range(count)]
    for place, number in enumerate(numbers):
        form = {"MessageSid": f"SM{place:032x}", "From": number, "To": OUR_NUMBER, "Body": "hello"}
        signed = {"X-Twilio-Signature": signs.compute_signature(url, form)}
        httpx.post(url, data=form, headers=signed, timeout=60)
    return sum(each > 0 for each in _answers(phones, numbers)), count


def _answers(phones: Phones, numbers: list[str]) -> list[int]:
    """How many answers reached each phone, once nothing more comes or a minute is over."""
    until(lambda: all(phones.arrived(number) for number in numbers), 60)
    time.sleep(3)
    return [phones.arrived(number) for number in numbers]


def main() -> int:
    with running() as (starter, phones):
        network(phones, "callbacks-reversed")  # its first answers load the rest of it
        rows = {
            "nothing wrong": network(phones, "callbacks-reversed"),
            "killed while idle": killed(starter, phones, "idle"),
            "killed while handling": killed(starter, phones, "handling"),
            "webhook five times": network(phones, "duplicate-webhook", copies=5),
            "webhook never delivered": network(phones, "drop-webhook"),
            "Twilio answers 500": network(phones, "500"),
            "Twilio answers 429": network(phones, "429"),
            "answer of Twilio lost": network(phones, "accept-then-reset"),
            "a picture alone": picture_alone(phones),
        }
        believed, of = forged(starter, phones)
    print(f"\n{'':<28}{'texts':>7}{'lost':>7}{'doubled':>9}")
    for name, arrived in rows.items():
        lost, doubled = sum(each == 0 for each in arrived), sum(each > 1 for each in arrived)
        print(f"{name:<28}{len(arrived):>7}{lost:>7}{doubled:>9}")
    print(f"forged webhooks believed: {believed} of {of}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
