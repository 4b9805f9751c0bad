"""The dashboard and the alerts name figures that exist, and every alert says what to do."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.gateway.conftest import Kit

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = re.compile(r"\bkith_[a-z_]+")
RULES = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((DEPLOY / "grafana/dashboard.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in PANELS for target in panel["targets"]
]


def served(kit: Kit) -> set[str]:
    """Names of every figure /metrics knows, whether or not it has a value yet."""
    text = kit.client.get("/metrics").text
    found = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
        found |= {name, f"{name}_total", f"{name}_bucket", f"{name}_count"} if kind == "histogram" else {name}
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_looked_at_is_served(shared: Kit, expression: str) -> None:
    named = set(NAME.findall(expression))
    assert named
    assert named <= served(shared)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["action"]


def test_what_must_be_watched_is() -> None:
    watched = {name for rule in RULES for name in NAME.findall(rule["expr"])}
    assert watched >= {
        "kith_inbox_oldest_seconds",
        "kith_pages_oldest_seconds",
        "kith_spool_messages",
        "kith_worker_heartbeat_seconds",
    }


def test_places_on_the_dashboard_do_not_overlap() -> None:
    cells = [
        (x, y)
        for panel in PANELS
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)


def test_a_worker_shows_that_it_lives(shared: Kit) -> None:
    beat = re.search(
        r"^kith_worker_heartbeat_seconds (\S+)$", shared.client.get("/metrics").text, re.MULTILINE
    )
    assert beat
    assert float(beat[1]) > 1_700_000_000
