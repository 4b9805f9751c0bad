"""The widget's loader and frame and the demo clinic's page, each under the strictest policy it can have."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import FileResponse, Response

from gateway.answers import Problem
from gateway.parts import Parts

HERE = Path(__file__).parent
STATIC = HERE / "static" / "widget"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


def routes(parts: Parts) -> APIRouter:
    """`/widget/loader.js`, `/widget/frame`, `/widget/static/…`, and `/demo` in demo mode."""
    router = APIRouter()
    templates = Jinja2Templates(HERE / "templates")
    about = {
        "clinic_name": parts.config.clinic_name,
        "clinic_phone": parts.config.clinic_phone,
        "simulator_url": parts.config.simulator_url,
        "demo": parts.config.demo,
    }

    @router.get("/widget/loader.js")
    async def loader() -> Response:
        # Any clinic page may load it; it holds no secret and only makes the iframe.
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=300"}
        return FileResponse(STATIC / "loader.js", media_type=KINDS[".js"], headers=headers)

    @router.get("/widget/frame")
    async def frame(request: Request) -> Response:
        return templates.TemplateResponse(request, "frame.html", about, headers=_frame_headers(parts))

    @router.get("/widget/static/{name}")
    async def static(name: str) -> Response:
        path = STATIC / name
        if path.parent != STATIC or path.suffix not in KINDS or not path.is_file():
            raise Problem(404, "not-found", "There is no such file.")
        return FileResponse(path, media_type=KINDS[path.suffix], headers={"Cache-Control": "no-cache"})

    @router.get("/demo")
    async def demo(request: Request) -> Response:
        if not parts.config.demo:
            raise Problem(404, "not-found", "There is no demo page here.")
        return templates.TemplateResponse(request, "demo.html", about, headers=_demo_headers())

    return router


def _frame_headers(parts: Parts) -> dict[str, str]:
    """Only our own page and the clinic's named sites may show the frame."""
    ancestors = " ".join(("'self'", *parts.config.widget_origins))
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        f"frame-ancestors {ancestors}",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        "Cache-Control": "no-store",
    }


def _demo_headers() -> dict[str, str]:
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
