"""What stands in deploy/ is true of the code: settings, commands, paths and probes."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from kith.processes import QUIET_ENVIRONMENT
from kith.settings import ROOT

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()


def documented() -> set[str]:
    return set(re.findall(r"`(KITH_\w+)`", (ROOT / "docs/settings.md").read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_named_is_one(path: Path) -> None:
    named = set(re.findall(r"\bKITH_[A-Z_]+\b", path.read_text())) - {"KITH_SITE"}  # the proxy's own
    assert named <= documented(), f"{path.name} names settings that do not exist"


def manifests() -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all((DEPLOY / "kubernetes/kith.yaml").read_text()) if each]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for each in manifests():
        template = each["spec"].get("template") or each["spec"].get("jobTemplate", {}).get("spec", {}).get(
            "template"
        )
        for container in (template or {"spec": {"containers": []}})["spec"]["containers"]:
            yield each["kind"], container


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def commands() -> Iterator[list[str]]:
    for _, container in containers():
        yield container.get("command", [])
    for service in compose()["services"].values():
        yield service.get("command", [])
    for line in re.findall(r"^CMD (\[.*\])$", CONTAINERFILE, re.M):
        yield yaml.safe_load(line)


def test_every_module_started_is_there() -> None:
    modules = {command[command.index("-m") + 1] for command in commands() if "-m" in command}
    assert modules == {"gateway", "actions", "bot"}
    for module in modules:
        assert find_spec(f"{module}.__main__") if module != "bot" else (ROOT / "bot/__main__.py").exists()


def test_probes_ask_doors_that_exist() -> None:
    asked = set(re.findall(r"path: (/health/\w+)", (DEPLOY / "kubernetes/kith.yaml").read_text()))
    asked |= set(re.findall(r"(/health/\w+)", (DEPLOY / "compose.yaml").read_text()))
    code = "".join(path.read_text() for path in (ROOT / "gateway").glob("*.py"))
    assert asked == {"/health/live", "/health/accepting"}
    for path in asked:
        assert path in code or path.rpartition("/")[2] in code
    assert "/webhooks/kith/" in (DEPLOY / "kubernetes/kith.yaml").read_text()


def test_every_container_has_limits_and_gives_up_its_rights() -> None:
    for _, container in containers():
        assert container["resources"]["limits"]["memory"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    running = [container for kind, container in containers() if kind == "StatefulSet"]
    assert [each["name"] for each in running] == ["gateway", "actions", "dialogue"]
    assert all("startupProbe" in each and "livenessProbe" in each for each in running)


def test_every_process_can_write_where_its_data_goes() -> None:
    assert "KITH_VAR_DIR=/var/kith" in CONTAINERFILE
    for _, container in containers():
        assert "/var/kith" in {mount["mountPath"] for mount in container["volumeMounts"]}
    ours = [each for each in compose()["services"].values() if each["image"].startswith("kith-")]
    assert len(ours) == 3
    for service in ours:
        assert service["read_only"] is True
        assert "kith:/var/kith" in service["volumes"]


def test_what_must_stay_inside_is_not_let_through() -> None:
    (ingress,) = [each for each in manifests() if each["kind"] == "Ingress"]
    let_through = {path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
    assert let_through == {"/twilio", "/widget", "/care", "/fhir"}
    inside = re.search(r"@inside path (.*)", (DEPLOY / "Caddyfile").read_text())
    assert inside is not None
    assert set(inside[1].split()) == {"/metrics", "/health/ready", "/admin/*"}


def test_the_images_are_quiet_and_carry_no_torch() -> None:
    """What `bin/kith run` tells its processes, an image tells them too."""
    run = CONTAINERFILE[CONTAINERFILE.index(" AS run") :]
    for name, value in QUIET_ENVIRONMENT.items():
        if name != "CUDA_VISIBLE_DEVICES":  # there is no torch that would look
            assert f"{name}={value}" in run
    assert "make build" not in run
    assert "build.txt" not in run
    assert "USER 10001" in run
    assert re.search(r"AS dialogue-serving\nRUN rm -rf \S+/tensorflow\*", CONTAINERFILE)
    assert "COPY --from=dialogue-serving /kith/.venv/dialogue" in run
    assert "--from=dialogue-env" not in run


def test_everything_the_dialogue_needs_is_copied() -> None:
    dialogue = CONTAINERFILE[CONTAINERFILE.index(" AS dialogue\n") :]
    for name in ("config.yml", "endpoints.yml", "credentials.yml", "bot", "clinical", "data", "models"):
        assert re.search(rf"COPY .*\b{re.escape(name)}\b", dialogue), name


@pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl renders the manifests; it is not installed here"
)
def test_the_manifests_render() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {each["kind"] for each in yaml.safe_load_all(done.stdout)} >= {
        "StatefulSet",
        "ConfigMap",
        "CronJob",
    }
