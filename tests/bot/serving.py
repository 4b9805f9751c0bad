"""The real server on loopback, with a small action server that answers, or fails, as a test wants."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-of-the-tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answering(call: dict[str, Any]) -> dict[str, Any]:
    """An action's answer that shows what it was asked, and counts turns in a slot."""
    tracker = call["tracker"]
    latest = tracker["latest_message"]
    turn = (tracker["slots"]["turn"] or 0) + 1
    payload = {
        "kith": 1,
        "replies": [{"text": call["next_action"], "about": [], "why": [], "card": None}],
        "proposals": [],
        "text": latest["text"],
        "intent": latest["intent"]["name"],
        "entities": [each["value"] for each in latest["entities"]],
        "metadata": latest["metadata"],
        "turn": turn,
    }
    events = [{"event": "slot", "name": "turn", "value": turn}]
    return {"events": events, "responses": [{"custom": payload}]}


def silent(call: dict[str, Any]) -> dict[str, Any]:
    return {**answering(call), "responses": []}


def double(call: dict[str, Any]) -> dict[str, Any]:
    answer = answering(call)
    return {**answer, "responses": answer["responses"] * 2}


def shapeless(call: dict[str, Any]) -> dict[str, Any]:
    return {**answering(call), "responses": [{"custom": {"kith": 1, "replies": "hello"}}]}


def wordy(call: dict[str, Any]) -> dict[str, Any]:
    return {**answering(call), "responses": [{"text": "plain text instead of a payload"}]}


def wrong_events(call: dict[str, Any]) -> dict[str, Any]:
    return {**answering(call), "events": [{"event": "no such event"}]}


def slow(call: dict[str, Any]) -> dict[str, Any]:
    time.sleep(0.3)
    return answering(call)


class Actions(ThreadingHTTPServer):
    """Speaks rasa-sdk's `/webhook`; `behaviour` is a function above, or an HTTP status to fail with."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), ActionHandler)
        self.behaviour: Any = answering
        self.calls: list[dict[str, Any]] = []
        self.announced: list[dict[str, Any]] = []
        self.announcing = 200  # the status a message announced ahead is answered with
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ActionHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Actions

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/ahead":
            self.server.announced.append(call)
            self.reply(self.server.announcing, {})
            return
        self.server.calls.append(call)
        if isinstance(self.server.behaviour, int):
            failure = {"error": "on purpose", "action_name": call["next_action"]}
            self.reply(self.server.behaviour, failure)
        else:
            self.reply(200, self.server.behaviour(call))

    def reply(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Rasa:
    """One running server."""

    folder: Path
    actions_port: int
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def database(self) -> Path:
        return self.folder / "dialogue.db"

    @property
    def log(self) -> Path:
        return self.folder / "rasa.log"

    def start(self) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "KITH_RASA_SECRET": SECRET,
            "KITH_TRACKER_URL": f"sqlite:///{self.database}",
            "KITH_ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", "--port", str(self.port)],
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.get("/webhooks/kith/")[0] == 200:
                return
            time.sleep(0.1)
        raise RuntimeError(f"Rasa did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(30)

    def get(self, path: str) -> tuple[int, Any]:
        return self._send(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, body: bytes, secret: str | None = SECRET) -> tuple[int, Any]:
        headers = {"content-type": "application/json"} | ({"X-Kith-Secret": secret} if secret else {})
        url = f"http://127.0.0.1:{self.port}/webhooks/kith/message"
        return self._send(urllib.request.Request(url, body, headers))

    def forget(self, conversation: str, secret: str = SECRET) -> int:
        url = f"http://127.0.0.1:{self.port}/webhooks/kith/conversation/{conversation}"
        return self._send(urllib.request.Request(url, headers={"X-Kith-Secret": secret}, method="DELETE"))[0]

    def say(self, conversation: str, message: str, text: str, **metadata: Any) -> tuple[int, Any]:
        """Status and answer of one message."""
        sent = {"message_id": message, "conversation_id": conversation, "text": text, "metadata": metadata}
        return self.post(json.dumps(sent).encode())

    @staticmethod
    def _send(request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with contextlib.suppress(ValueError):
                return error.code, json.load(error)
            return error.code, None
        except (urllib.error.URLError, ConnectionError):
            return 0, None
