"""The gateway put together: its routes, and the tasks that work while it serves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request
from starlette.responses import Response

from gateway import admin, answers, health, pages, records_routes, widget_routes
from gateway.answers import Problem
from gateway.checkpoints import Checkpoints
from gateway.clock import ClockWatch
from gateway.drain import Drain
from gateway.headers import SecurityHeaders
from gateway.herald import Herald
from gateway.holds import HoldWatch
from gateway.limits import BodyLimit
from gateway.opening import Opening
from gateway.paging.pager import Pager
from gateway.paper_reader import PaperReader
from gateway.parts import Parts
from gateway.quiet import Quiet
from gateway.reconciler import Reconciler
from gateway.sender import Sender
from gateway.tending import tend
from gateway.trouble import Watch
from gateway.twilio_routes import Door, webhooks
from gateway.worker import Worker

log = structlog.get_logger()


def create_app(parts: Parts) -> FastAPI:
    """The one public application. It works while it is running and finishes what it holds when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        parts.bells.bind(asyncio.get_running_loop())
        parts.catching_up.begin()
        if parts.twilio is None:
            parts.catching_up.end()
        opening = Opening(parts.store, parts.prepare)
        waiting = [(name, opening.first(run)) for name, run in _tasks(parts)]
        working = [
            asyncio.create_task(tend(name, run))
            for name, run in (("opening", opening.run), *_spool(parts), *waiting)
        ]
        try:
            yield
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await parts.rasa.close()

    app = FastAPI(title="Kith", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    answers.install(app)
    for router in (widget_routes, pages, health, admin, records_routes):
        app.include_router(router.routes(parts))
    if parts.careteam is not None:
        app.mount("/care", parts.careteam)
    app.add_middleware(Door, webhooks=webhooks(parts))
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders, secure=parts.config.secure)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        log.error("request_failed", route=request.url.path.split("/")[1], error=type(error).__name__)
        return Problem(500, "failed", "Something on our side failed. Please try again.").response(
            request.url.path
        )

    return app


def _spool(parts: Parts) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    """It speaks of danger before the database is there."""
    drain = [Drain(parts.spool, parts.reception, parts.metrics)] if parts.spool is not None else []
    return [("spool", each.run) for each in drain]


def _tasks(parts: Parts):  # type: ignore[no-untyped-def]
    """What runs beside the routes: answering, watching over those who wait, and with Twilio sending."""
    timing = parts.config.timing
    shared = (parts.bells, parts.phrases, parts.metrics, timing)
    screens = (parts.second, parts.crowd)
    yield "worker", Worker(parts.store, parts.rasa, *shared, parts.config.workers, *screens).run
    yield "second", parts.second.run
    if parts.store.one_writer:
        yield "checkpoints", Checkpoints(parts.store).run
    yield "clock", ClockWatch(parts.store, parts.bells, parts.desk).run
    yield "papers", PaperReader(parts.store, parts.bells, parts.metrics, parts.config).run
    yield "watch", Watch(parts.store, *shared, parts.crowd).run
    told = (parts.bells, parts.phrases, timing, parts.release, parts.config.clinic_timezone)
    yield "herald", Herald(parts.store, *told).run
    yield "pager", Pager(parts.store, parts.bells, parts.desk).run
    yield "holds", HoldWatch(parts.store, parts.bells, parts.desk).run
    if parts.twilio is not None:
        quiet = Quiet(parts.release, parts.config.clinic_timezone)
        config = parts.config
        yield "sender", Sender(
            parts.store, parts.twilio, *shared, config.senders, quiet,
            pace=config.pace, validity=config.validity_period,
        ).run  # fmt: skip
        reconciler = Reconciler(
            parts.store,
            parts.twilio,
            parts.reception,
            parts.phrases,
            parts.metrics,
            timing,
            parts.catching_up,
        )
        yield "reconciler", reconciler.run
