"""Send labelled cases through a Kith of their own (throw-away database, free ports) and score the answers."""

import argparse
from pathlib import Path

from evaluation.run import evaluate, table
from kith.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cases", nargs="+", type=Path, metavar="FILE-OR-FOLDER", help="cases, one JSON object a line"
    )
    parser.add_argument("--report", type=Path, help="write the whole report, with every failure, as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit status 0 whatever the score: it is a measure, not a gate."""
    print(table(evaluate(arguments.cases, arguments.report)))
    return 0
