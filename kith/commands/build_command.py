"""Export the embedding model, build the knowledge index, train the dialogue: only what has changed."""

import argparse
import subprocess
import time

from kith.errors import CommandError
from kith.processes import APP_PYTHON, DIALOGUE_PYTHON, child_environment
from kith.settings import ROOT, Settings

STEPS = (
    ("Embedding model and knowledge index", (str(APP_PYTHON), "-m", "knowledge", "build")),
    ("Dialogue model", (str(DIALOGUE_PYTHON), "-m", "bot", "train")),
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Each step shows its own progress."""
    for title, command in STEPS:
        print(f"== {title}", flush=True)
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=child_environment(settings), check=False)
        if done.returncode:
            raise CommandError(f"{title.lower()} could not be built (see above)")
        print(f"   done in {time.monotonic() - began:.1f} s", flush=True)
    return 0
