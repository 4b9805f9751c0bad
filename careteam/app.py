"""The care-team pages put together."""

from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from careteam import attachments, changes, conversations, oncall, pages, patients, releases, signin
from careteam.access import Gate, SignInNeeded
from careteam.config import CareTeamConfig
from careteam.headers import HEADERS, SecurityHeaders
from careteam.sessions import Sessions
from careteam.throttle import Throttle

STATIC = Path(__file__).parent / "static"
TITLES = {403: "Not allowed", 404: "Not found", 405: "Not found", 422: "That could not be used"}


def create_app(config: CareTeamConfig) -> FastAPI:
    """An application to be mounted under any path, or to stand alone."""
    app = FastAPI(title="Kith care team", docs_url=None, redoc_url=None, openapi_url=None)
    gate = Gate(config, Sessions(config.engine, config.idle, config.absolute))
    shown = pages.load(config)
    app.state.gate = gate
    app.include_router(signin.routes(shown, gate, Throttle()))
    app.include_router(conversations.routes(shown, gate))
    app.include_router(patients.routes(shown, gate))
    app.include_router(attachments.routes(gate))
    app.include_router(changes.routes(gate))
    app.include_router(releases.routes(gate))
    app.include_router(oncall.routes(gate))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(SecurityHeaders, secure=config.secure_cookies)
    _refusals(app, shown)
    return app


def _refusals(app: FastAPI, shown: pages.Pages) -> None:
    """Every refusal is a page in plain words: no stack trace, no hint of what exists."""

    @app.exception_handler(SignInNeeded)
    async def sign_in_first(request: Request, error: SignInNeeded) -> Response:
        if request.url.path.endswith(("/lines", "/messages")):
            return Response(status_code=401)  # the script that asked takes the person to the sign-in page
        asked = {"why": "ended" if error.ended else "", "to": signin.wanted(request)}
        query = urlencode({name: value for name, value in asked.items() if value})
        return RedirectResponse(
            f"{pages.base(request)}/sign-in{'?' if query else ''}{query}", status_code=303
        )

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        title = TITLES.get(error.status_code, "That did not work")
        words = error.detail if error.status_code in (403, 404, 422) else "This address leads nowhere."
        if words == "Not Found":
            words = "This address leads nowhere."
        return shown.show(request, "refused.html", status=error.status_code, title=title, words=words)

    @app.exception_handler(RequestValidationError)
    async def unusable(request: Request, error: RequestValidationError) -> Response:
        words = "Something in this request is missing or too long. Go back, change it, and try again."
        return shown.show(request, "refused.html", status=422, title=TITLES[422], words=words)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        words = "Something on our side failed. Nothing was changed. Please try again in a minute."
        # This one is answered outside the middleware that sets the headers.
        return shown.show(
            request, "refused.html", status=500, headers=HEADERS, title="That did not work", words=words
        )
