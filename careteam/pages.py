"""Turns what was read into a page: all of it escaped, times in the clinic's zone, links under our mount."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from careteam import labels, times
from careteam.config import CareTeamConfig
from careteam.sessions import Session
from careteam.sparkline import draw

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Pages:
    """The templates of one application."""

    config: CareTeamConfig
    environment: Environment

    def show(
        self,
        request: Request,
        template: str,
        session: Session | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """One page or fragment as an answer."""
        html = self.render(request, template, session, **values)
        return HTMLResponse(html, status_code=status, headers=dict(headers or {}))

    def render(self, request: Request, template: str, session: Session | None, **values: Any) -> str:
        """A template filled in."""
        now, zone = self.config.clock(), ZoneInfo(self.config.timezone)
        return self.environment.get_template(template).render(
            clinic=self.config.clinic_name,
            session=session,
            clinician=session.clinician if session else None,
            csrf=session.csrf_token if session else "",
            base=base(request),
            label=labels.label,
            not_judged=labels.not_judged,
            draw=draw,
            day=lambda when: times.day(when, zone, now),
            moment=lambda when: times.moment(when, zone, now),
            wait=lambda since: times.wait(since, now),
            now=f"{now.astimezone(zone):%H:%M}",
            **values,
        )


def base(request: Request) -> str:
    """Where this application is mounted: "/care", or "" when it stands alone."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def load(config: CareTeamConfig) -> Pages:
    """Templates that escape everything and refuse a name nobody gave them."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return Pages(config, environment)
