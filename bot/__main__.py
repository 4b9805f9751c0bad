"""`python -m bot train` and `python -m bot run`: Rasa without what phones home or is not needed."""

import argparse
import os
import sys
import time
import warnings

from bot.lean import keep_out_tensorflow
from bot.logs import log_plainly

QUIET = {
    "OMP_NUM_THREADS": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL": "WARNING",
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m bot", description="Kith's dialogue engine, on Rasa.")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("train", help="train the model if anything it is made of has changed")
    run = commands.add_parser("run", help="serve on loopback")
    run.add_argument("--port", type=int, default=5005)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 and one clear line when it cannot be done."""
    given = parser().parse_args(arguments)
    os.environ.update(QUIET)
    warnings.simplefilter("ignore")
    keep_out_tensorflow()
    log_plainly()
    if given.command == "train":
        return _train()
    from bot.server import StartError, serve

    try:
        serve(given.port)
    except StartError as error:
        print(f"bot: {error}", file=sys.stderr)
        return 1
    return 0


def _train() -> int:
    from bot.training import TrainingError, model_path, train

    if model_path().exists():
        print(f"{model_path()} (nothing has changed)")
        return 0
    print("Training the dialogue model (about 20 seconds) ...", flush=True)
    began = time.monotonic()
    try:
        path = train()
    except TrainingError as error:
        print(f"bot: {error}", file=sys.stderr)
        return 1
    print(f"{path} (trained in {time.monotonic() - began:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
