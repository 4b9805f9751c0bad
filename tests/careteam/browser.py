"""What a person in front of the pages does: opens them, and sends the forms that stand on them."""

import re
from dataclasses import dataclass, field
from html import unescape

from httpx import Response
from starlette.testclient import TestClient

from careteam.config import Clinician
from tests.careteam.clinic import PASSWORD

TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Sent:
    """Stands where the gateway's function stands."""

    replies: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, conversation_id: str, clinician: Clinician, text: str) -> None:
        self.replies.append((conversation_id, clinician.username, text))


@dataclass
class Browser:
    """One browser with its cookies."""

    client: TestClient

    def open(self, path: str = "/") -> Response:
        return self.client.get(path)

    def send(self, path: str, on: str = "/", **fields: str) -> Response:
        """Send a form as it stands on a page, with that page's token."""
        return self.client.post(path, data={"csrf": self.token(on), **fields})

    def token(self, on: str = "/") -> str:
        found = TOKEN.search(self.open(on).text)
        assert found, f"no form on {on}"
        return unescape(found.group(1))

    def sign_in(self, username: str = "ana", password: str = PASSWORD, **fields: str) -> Response:
        return self.send("/sign-in", on="/sign-in", username=username, password=password, **fields)
