"""Kith measured the same way: a signed text in at the gateway, until its reply stands in the outbox."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from typing import Any

from bench.measure import Figures, growth, percentiles, resident_mib, timed
from evaluation.case import Case
from evaluation.runner import Runner
from kith.stack import throwaway_stack

SAYS = (
    "hello", "my potassium came back 5.4, is that bad?", "the bus stopped running out here",
    "who can see this?", "what is hemoglobin?", "thanks",
)  # fmt: skip


def measure(messages: int, long: int, threads: int) -> Figures:
    """Kith's figures. The phones are real rows, the webhooks signed, the database on disk."""
    with throwaway_stack() as stack:
        ready = stack.ready_after
        runner = Runner(stack)
        words = cycle(SAYS)

        def say(made: dict[str, Any]) -> None:
            runner.exchange(next(words), made)

        def rounds(lot: list[dict[str, Any]]) -> None:
            for _ in range(messages // (threads * 4)):
                for one in lot:
                    say(one)

        warm = runner.new_patient(Case("warm"))
        for _ in range(6):
            say(warm)
        people = [runner.new_patient(Case(f"p{each}")) for each in range(messages // 3 + 1)]
        singles = [timed(partial(say, people[each // 3])) for each in range(messages)]
        crowd = [runner.new_patient(Case(f"c{each}")) for each in range(threads * 4)]
        with ThreadPoolExecutor(threads) as pool:
            began = time.perf_counter()
            lots = [crowd[each::threads] for each in range(threads)]
            each_says = messages // len(crowd)
            list(pool.map(rounds, lots))
            rate = each_says * len(crowd) / (time.perf_counter() - began)
        one = runner.new_patient(Case("long"))
        lasting = [timed(partial(say, one)) for _ in range(long)]
        p50, p95 = percentiles(singles)
        return Figures(ready, p50, p95, rate, growth(lasting, late=long - 10), resident_mib(stack.pids()))
