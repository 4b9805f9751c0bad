"""The stand-in put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twilio_standin import control, media, phone, rest
from twilio_standin.config import StandinConfig
from twilio_standin.errors import ApiError
from twilio_standin.faults import Faults
from twilio_standin.messages import Ledger
from twilio_standin.network import Network
from twilio_standin.optout import OptOuts
from twilio_standin.webhooks import Webhooks

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class PageHeaders:
    """Adds the headers; `receive` passes untouched, so that a fault can find the connection under it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def create_app(config: StandinConfig, client: httpx.AsyncClient | None = None) -> FastAPI:
    """One account's Twilio; `client` reaches the application (a test may hand one in)."""
    ledger, faults, opt_outs = Ledger(), Faults(), OptOuts(config.opt_out)
    shelf = media.Shelf()
    http = client or httpx.AsyncClient(timeout=config.webhook_timeout, trust_env=False)
    network = Network(config, ledger, faults, Webhooks(config, ledger, http), opt_outs)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await network.close()
        await http.aclose()

    app = FastAPI(title="Twilio stand-in", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ledger, app.state.faults = ledger, faults
    app.include_router(rest.routes(config, ledger, faults, network, opt_outs))
    app.include_router(media.routes(config, ledger, faults, shelf))
    app.include_router(phone.routes(config, ledger, network, shelf))
    app.include_router(control.routes(ledger, faults))

    @app.exception_handler(ApiError)
    async def refused(request: Request, error: ApiError) -> Response:
        return error.response()

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/")
    async def front() -> Response:
        return RedirectResponse("/phone")

    @app.get("/phone")
    async def phones() -> Response:
        page = STATIC / "index.html"
        return FileResponse(page) if page.exists() else PlainTextResponse("No simulator page is installed.")

    app.add_middleware(PageHeaders)
    if STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
