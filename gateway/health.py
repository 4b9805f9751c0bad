"""Whether this gateway lives, can take messages, and is answered by what stands behind it; its figures."""

import asyncio
import hmac
import ipaddress
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection, func, select, update
from starlette.responses import JSONResponse, Response

from gateway import inbox, outbox
from gateway.answers import Problem
from gateway.paging import pager
from gateway.parts import Parts
from gateway.spool import Spool
from record.tables import conversation, task

log = structlog.get_logger()
NO_STORE = {"Cache-Control": "no-store"}


def routes(parts: Parts) -> APIRouter:
    """`/health/…` and `/metrics`."""
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> Response:
        return JSONResponse({"status": "live"}, headers=NO_STORE)

    @router.get("/health/accepting")
    async def accepting() -> Response:
        """For a load balancer: without the dialogue messages are kept, and with a spool always."""
        written = await _database(parts)
        return _answer({"database": written}, good=written or parts.spool is not None, spool=parts.spool)

    @router.get("/health/ready")
    async def ready() -> Response:
        checks = {
            "database": lambda: _database(parts),
            "rasa": parts.rasa.reachable,
            **parts.checks,
        }
        found = await asyncio.gather(*(check() for check in checks.values()))
        return _answer(dict(zip(checks, found, strict=True)), good=all(found), spool=parts.spool)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        _allow(parts, request)
        await _measure(parts)
        return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _answer(found: dict[str, bool], *, good: bool, spool: Spool | None) -> Response:
    words = {name: "ok" if each else "not answering" for name, each in found.items()}
    if spool is not None:
        words["spool"] = f"{len(spool)} messages wait for the database" if spool else "ok"
    body = {"status": "ready" if good else "not ready", "parts": words}
    return JSONResponse(body, 200 if good else 503, NO_STORE)


async def _database(parts: Parts) -> bool:
    """Whether it can be written, not only opened: a full disk still reads."""
    nobody = update(conversation).where(conversation.c.id == "").values(leased_by=None)
    try:
        async with asyncio.timeout(5):
            await parts.store.write(lambda connection: connection.execute(nobody).rowcount)
    except Exception as error:
        log.warning("database_not_ready", error=type(error).__name__)
        return False
    return True


def _allow(parts: Parts, request: Request) -> None:
    """Figures are for this machine, or for whoever holds the token."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    token = parts.config.metrics_token.encode()
    if token and hmac.compare_digest(given, token):
        return
    host = request.client.host if request.client else ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    # A proxy on this machine makes everyone look like loopback; it says so in these headers.
    if not here or any(name in request.headers for name in ("x-forwarded-for", "forwarded", "via")):
        raise Problem(403, "refused", "Metrics are for this machine, or with the metrics token.")


async def _measure(parts: Parts) -> None:
    """What is counted only when someone asks."""
    try:
        waiting, texts, tasks = await parts.store.read(_backlog)
        await pager.measure(parts.store, parts.desk)
    except Exception as error:
        log.warning("backlog_not_read", error=type(error).__name__)
        return
    parts.metrics.inbox_waiting.set(len(waiting))
    parts.metrics.inbox_age.set(_age(waiting))
    parts.metrics.outbox_waiting.set(len(texts))
    parts.metrics.outbox_age.set(_age(texts))
    parts.metrics.streams.set(parts.bells.watching())
    for priority in ("routine", "urgent", "asap", "stat"):
        parts.metrics.open_tasks.labels(priority).set(tasks.get(priority, 0))


def _backlog(connection: Connection) -> tuple[list[Any], list[str], dict[str, int]]:
    counts = connection.execute(
        select(task.c.priority, func.count()).where(task.c.status == "requested").group_by(task.c.priority)
    )
    return (
        list(inbox.pending(connection)),
        outbox.waiting(connection),
        {row[0]: row[1] for row in counts},
    )


def _age(oldest_first: list[Any]) -> float:
    if not oldest_first:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(oldest_first[0])).total_seconds()
