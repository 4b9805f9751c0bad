"""Score cases on a throw-away stack and show the table: what `bin/kith eval` does."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evaluation import case, score
from evaluation.runner import Runner
from kith.stack import throwaway_stack


def evaluate(paths: Sequence[Path], report: Path | None) -> dict[str, Any]:
    """The report, written as JSON if asked; CaseError or StackError when it cannot be had."""
    cases = case.load(paths)
    tally = score.Tally()
    with throwaway_stack() as stack:
        runner = Runner(stack)
        for each in tqdm(cases, unit="case", disable=None):
            score.count(tally, each, runner.run(each))
    result = score.report(tally)
    if report:
        report.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return result


def table(report: Mapping[str, Any]) -> str:
    """The report's figures, one a line."""
    width = max(map(len, report))
    rows = [
        f"{key:<{width}}  {'-' if value is None else value}"
        for key, value in report.items()
        if key != "failures"
    ]
    return "\n".join([*rows, f"{'failed checks':<{width}}  {len(report['failures'])}"])
