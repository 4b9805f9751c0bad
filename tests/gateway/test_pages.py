"""The widget's files come with a policy that lets nothing else run, and only where they may be shown."""

import re

import pytest

from tests.gateway.conftest import Kit


def directive(policy: str, name: str) -> str:
    return next(part.strip() for part in policy.split(";") if part.strip().startswith(f"{name} "))


def test_the_loader_may_be_loaded_from_any_page(shared: Kit) -> None:
    answer = shared.client.get("/widget/loader.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_frame_shows_only_where_the_clinic_says(make_kit) -> None:
    kit = make_kit(widget_origins=("https://clinic.example",))
    answer = kit.client.get("/widget/frame")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert directive(policy, "frame-ancestors") == "frame-ancestors 'self' https://clinic.example"
    assert directive(policy, "script-src") == "script-src 'self'"
    assert "unsafe" not in policy
    assert "x-frame-options" not in answer.headers
    assert "Test Clinic" in answer.text


def test_the_frame_has_no_inline_code_and_its_files_exist(shared: Kit) -> None:
    html = shared.client.get("/widget/frame").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", html)
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', html):
        assert shared.client.get(path).status_code == 200, path


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 404)])
def test_the_demo_page_is_for_demos(make_kit, demo: bool, status: int) -> None:
    answer = make_kit(demo=demo, simulator_url="http://127.0.0.1:1/phone").client.get("/demo")
    assert answer.status_code == status


def test_a_clinic_name_is_text(make_kit) -> None:
    html = make_kit(clinic_name="<script>alert(1)</script>").client.get("/widget/frame").text
    assert "<script>alert" not in html


def test_the_care_team_is_mounted(make_kit) -> None:
    from fastapi import FastAPI

    pages = FastAPI()

    @pages.get("/here")
    async def here() -> str:
        return "care"

    assert make_kit(careteam=pages).client.get("/care/here").json() == "care"
