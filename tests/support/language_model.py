"""A local language model that speaks OpenAI's chat-completions protocol, and misbehaves as told."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Says = Callable[[dict[str, Any]], str]  # from the JSON our prompt sends to what the model answers


@dataclass
class Standin:
    """`says` makes the answer; `does` is how the connection is treated."""

    says: Says = lambda asked: " ".join(line["text"] for line in asked["lines"])
    does: str = "answer"  # answer | hang | drip | 500 | 429 | reset | garbage | not-chat | no-choices | cut
    requests: list[str] = field(default_factory=list)  # every request, headers and body
    address: str = ""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(each.split("\n\n", 1)[1]) for each in self.requests]


class Handler(BaseHTTPRequestHandler):
    """One request: written down, then answered or not."""

    protocol_version = "HTTP/1.1"
    standin: Standin

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.standin.requests.append(f"{self.path}\n{self.headers.as_string().strip()}\n\n{body}")
        does = self.standin.does
        if does == "hang":
            time.sleep(20)
        elif does == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.close_connection = True
            self.connection.close()
        elif does == "drip":
            self.drip()
        elif does in ("500", "429"):
            self.send(int(does), json.dumps({"error": {"message": "no", "type": "server_error"}}))
        elif does == "garbage":
            self.send(200, '{"choices": [{"mess')
        elif does == "not-chat":
            self.send(200, json.dumps(["not", "an", "object"]))
        elif does == "no-choices":
            self.send(200, json.dumps({"id": "x", "object": "chat.completion", "choices": []}))
        else:
            self.send(200, json.dumps(self.completion(body)))

    def completion(self, body: str) -> dict[str, Any]:
        asked = json.loads(json.loads(body)["messages"][-1]["content"])
        message = {"role": "assistant", "content": self.standin.says(asked)}
        return {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "standin",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }  # fmt: skip

    def send(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def drip(self) -> None:
        """A byte now and then: no read ever times out, the whole never ends."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.2)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""

    def handle(self) -> None:
        with suppress(OSError):  # who asked did not wait
            super().handle()


@contextmanager
def language_model() -> Iterator[Standin]:
    """The stand-in on a free loopback port while it runs."""
    standin = Standin()
    handler = type("Bound", (Handler,), {"standin": standin})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    standin.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
