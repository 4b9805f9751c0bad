"""How much and how often: request bodies are cut off early, and one client cannot crowd out the rest."""

import time
from collections import OrderedDict
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.answers import Problem

DEFAULT_BODY = 64 * 1024
BODY_LIMITS: Sequence[tuple[str, int]] = (
    ("/fhir", 32 * 1024 * 1024),  # a whole record is taken in as one bundle
    ("/admin/", 1024 * 1024),
    ("/widget/files", 10_000_000),  # a photo or a PDF
    ("/widget/", 128 * 1024),  # 20,000 characters, escaped
)


class BodyLimit:
    """Refuses a body that is too long, by its announced length or as it comes in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit(scope["path"])
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await _too_large(limit).response(scope["path"])(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)


def _limit(path: str) -> int:
    return next((limit for prefix, limit in BODY_LIMITS if path.startswith(prefix)), DEFAULT_BODY)


def _too_large(limit: int) -> Problem:
    return Problem(413, "too-large", f"The request is too long. The most that is taken is {limit} bytes.")


class RateLimit:
    """A bucket of `burst` for each key, refilled by `per_minute`; the oldest keys are forgotten."""

    def __init__(self, per_minute: float, burst: int, *, keys: int = 20_000) -> None:
        self._rate, self._burst, self._keys = per_minute / 60, burst, keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Take one. Raises Problem 429 with the seconds to wait when there is none."""
        now = time.monotonic()
        left, at = self._buckets.pop(key, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._rate)
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        if left < 1:
            wait = int((1 - left) / self._rate) + 1
            raise Problem(
                429,
                "too-many",
                f"That was very fast. Please wait {wait} seconds and try again.",
                {"Retry-After": str(wait)},
            )
