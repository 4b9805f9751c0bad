"""Resolve requirements/*.in into complete, pinned lock files without any index address in them.

Runs pip's own resolver (`pip install --dry-run --report`) in the environment's interpreter and writes
`name==version` lines. Layers (test, build) hold only what they add to the app lock.

    python scripts/lock.py [app test build dialogue]
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"

# Installed by name before everything else, so that an installed CPU build is taken as it is.
INSTALLED_FIRST = {"torch": "2.13.0"}

# What Rasa asks for in a form that is larger than it needs or has no Python 3.11 wheel.
# What is left out, with reasons: requirements/dialogue.exclude and docs/dependencies.md.
# Run there without what they ask for: onnxruntime wants a newer protobuf, rasa-sdk an older Python.
# Both run without.
DIALOGUE_ADDED = ["onnxruntime==1.28.0", "rasa-sdk==3.6.2", "tokenizers==0.22.1"]
DIALOGUE_REPLACED = {"tensorflow": "tensorflow-cpu==2.12.0", "matplotlib": "matplotlib==3.7.5"}


def resolve(python: Path, arguments: list[str]) -> dict[str, str]:
    """Name to version of everything pip would install into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(python), "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
            "--report", str(report), *arguments,
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd=ROOT)
        items = json.loads(report.read_text())["install"]
    return {
        item["metadata"]["name"].lower().replace("_", "-"): item["metadata"]["version"].split("+")[0]
        for item in items
    }


def lines_of(path: Path) -> list[str]:
    """The lines of a requirements file without comments."""
    return [line for raw in path.read_text().splitlines() if (line := raw.split("#")[0].strip())]


def write(name: str, pins: Iterable[str], how: str) -> None:
    """One lock file, sorted, with how it was made on its first line."""
    path = REQUIREMENTS / f"{name}.txt"
    path.write_text(f"# Made by `make lock`; {how}\n" + "".join(f"{pin}\n" for pin in sorted(pins)))
    print(f"{path.relative_to(ROOT)}: {len(path.read_text().splitlines()) - 1} packages", flush=True)


def pin(pins: dict[str, str], left_out: Iterable[str] = ()) -> list[str]:
    """Lines for a lock file, without what is installed apart."""
    skip = {*left_out, "pip", "setuptools", "wheel"}
    return [f"{name}=={version}" for name, version in pins.items() if name not in skip]


def lock_app() -> None:
    """The app environment at run time: no torch in it."""
    pins = resolve(ROOT / ".venv/app/bin/python", ["-r", "requirements/app.in"])
    write("app", pin(pins, INSTALLED_FIRST), "input requirements/app.in")


def lock_layer(name: str) -> None:
    """What a layer adds on top of the app lock."""
    base = (REQUIREMENTS / "app.txt").read_text().split()
    python = ROOT / ".venv/app/bin/python"
    first = (
        [f"{package}=={version}" for package, version in INSTALLED_FIRST.items()] if name == "build" else []
    )
    pins = resolve(python, ["-r", "requirements/app.txt", "-r", f"requirements/{name}.in", *first])
    lines = [line for line in pin(pins, INSTALLED_FIRST) if line not in base]
    # A CUDA build of torch would bring its own libraries; an embedding model is exported on the CPU.
    lines = [line for line in lines if not line.startswith(("nvidia-", "triton==", "cuda-"))]
    write(name, lines, f"input requirements/{name}.in, on top of app.txt")


def rasa_requirements(python: Path, rasa: str) -> list[str]:
    """What Rasa's wheel asks for, read as Python 3.10 would read it: its markers end there."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        subprocess.run([*command, "--dest", folder, rasa], check=True)
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            name = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA"))
            metadata = Parser().parsestr(archive.read(name).decode())
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    python_310 = {"python_version": "3.10", "python_full_version": "3.10.14", "extra": ""}
    return [
        f"{each.name}{'[' + ','.join(each.extras) + ']' if each.extras else ''}{each.specifier}"
        for each in wanted
        if each.marker is None or each.marker.evaluate(python_310)
    ]


def lock_dialogue() -> None:
    """Rasa's environment, without what Rasa never loads here."""
    python = ROOT / ".venv/dialogue/bin/python"
    inputs = lines_of(REQUIREMENTS / "dialogue.in")
    rasa = next(line for line in inputs if line.startswith("rasa=="))
    left_out = set(lines_of(REQUIREMENTS / "dialogue.exclude"))
    wanted = [
        DIALOGUE_REPLACED.get(name, line)
        for line in rasa_requirements(python, rasa)
        if (name := re.split(r"[\[<>=!~]", line)[0].lower().replace("_", "-")) not in left_out
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".in") as file:
        file.write("\n".join([*wanted, *(line for line in inputs if line != rasa)]))
        file.flush()
        pins = resolve(python, ["-r", file.name])
    how = (
        "input requirements/dialogue.in and dialogue.exclude; install with --no-deps --ignore-requires-python"
    )
    write("dialogue", [rasa, *pin(pins, left_out), *DIALOGUE_ADDED], how)


LOCKS = {
    "app": lock_app,
    "test": lambda: lock_layer("test"),
    "build": lambda: lock_layer("build"),
    "dialogue": lock_dialogue,
}

if __name__ == "__main__":
    for lock in sys.argv[1:] or LOCKS:
        LOCKS[lock]()
