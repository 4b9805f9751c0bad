"""Kith under load: `python -m bench.load`: bursts, an ordinary day, one patient who never stops."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median, quantiles

import httpx
from sqlalchemy import Engine, func, select

from bench.measure import Flushes, Usage, resident_mib
from bench.network import Network, Sent
from kith.stack import Stack, throwaway_stack
from record.database import connect, reading
from record.tables import inbox, message

BURST_P99, STEADY_P95, GROWTH, OTHERS = 250.0, 3.0, 0.05, 0.20
PATIENCE = 900.0


def percentile(values: Sequence[float], of_hundred: int) -> float:
    return quantiles(values, n=100, method="inclusive")[of_hundred - 1] if len(values) > 1 else values[0]


async def burst(network: Network, stack: Stack, engine: Engine, rate: float, seconds: float) -> bool:
    """As fast as a flu campaign's answers come in; nothing refused, nothing lost."""
    usage = Usage(stack.pids())
    with Flushes(stack.settings.var_dir) as disk:
        sent = await network.flow(rate, seconds, network.numbers)
    used, took = usage.words(), [each.took * 1000 for each in sent]
    statuses = Counter(each.status for each in sent)
    stored = await until(lambda: not missing(engine, sent), 120)
    print(
        f"burst {rate:g}/s for {seconds:g} s: p50 {median(took):.0f} ms, p99 {percentile(took, 99):.0f} ms, "
        f"longest {max(took):.0f} ms; answers {dict(statuses)}; lost {len(missing(engine, sent))}",
        flush=True,
    )
    print(f"  {used}; {screened_late(stack)}\n  beside it {disk.words()}", flush=True)
    waited = time.monotonic()
    await until(lambda: waiting(engine) == 0, PATIENCE)
    print(f"  all answered {time.monotonic() - waited:.0f} s later; waiting {waiting(engine)}", flush=True)
    return percentile(took, 99) < BURST_P99 and set(statuses) == {200} and stored


async def steady(network: Network, stack: Stack, engine: Engine, rate: float, seconds: float) -> bool:
    """An ordinary busy day; the first tenth warms up, and memory is compared with what it was then."""
    await network.flow(rate, seconds / 10, network.numbers)
    before, usage = resident_mib(stack.pids()), Usage(stack.pids())
    sent = await network.flow(rate, seconds, network.numbers)
    used = usage.words()
    await until(lambda: waiting(engine) == 0, PATIENCE)
    after = resident_mib(stack.pids())
    took = replies(engine, sent)
    growth = after / before - 1
    print(
        f"steady {rate:g}/s for {seconds:g} s over {len(network.numbers)} patients: to queued reply p50 "
        f"{median(took):.2f} s, p95 {percentile(took, 95):.2f} s, longest {max(took):.2f} s; "
        f"answered {len(took)} of {len(sent)}; memory {before:.0f} to {after:.0f} MiB ({growth:+.1%})\n"
        f"  {used}",
        flush=True,
    )
    return percentile(took, 95) < STEADY_P95 and len(took) == len(sent) and growth < GROWTH


async def one_who_never_stops(network: Network, engine: Engine, messages: int, seconds: float) -> bool:
    """One patient's backlog of so many messages; the others' answers take as long as without it.

    Without it is measured before and after, for the speed of a shared machine drifts.
    """
    others = network.numbers[1:21]

    async def window() -> list[float]:
        return replies(engine, await _answered(network, engine, others, seconds))

    before = await window()
    await network.at_once(network.numbers[0], "and another thing", messages)
    beside = median(await window())
    left = waiting(engine)
    await until(lambda: waiting(engine) == 0, PATIENCE)
    after = await window()
    alone = median(before + after)
    print(
        f"beside one patient's {messages} messages: p50 to queued reply {alone * 1000:.0f} ms alone "
        f"({median(before) * 1000:.0f} before, {median(after) * 1000:.0f} after), "
        f"{beside * 1000:.0f} ms beside it ({beside / alone - 1:+.0%}); {left} of it waited still",
        flush=True,
    )
    return beside <= alone * (1 + OTHERS) and left > 0


async def _answered(network: Network, engine: Engine, numbers: Sequence[str], seconds: float) -> list[Sent]:
    sent = await network.flow(2, seconds, numbers)
    await until(lambda: len(replies(engine, sent)) == len(sent), 120)
    return sent


def missing(engine: Engine, sent: Sequence[Sent]) -> set[str]:
    """Accepted webhooks that are no row of the inbox."""
    with reading(engine) as connection:
        known = set(connection.scalars(select(inbox.c.provider_message_id)))
    return {each.sid for each in sent if each.status == 200} - known


def waiting(engine: Engine) -> int:
    with reading(engine) as connection:
        pending = select(func.count()).select_from(inbox).where(inbox.c.state == "pending")
        return int(connection.execute(pending).scalar_one())


def replies(engine: Engine, sent: Sequence[Sent]) -> list[float]:
    """Seconds from each webhook's first byte to its first reply, of those that have one."""
    left = {each.sid: each.left for each in sent}
    with reading(engine) as connection:
        asked = {
            f"{row.id}:0": left[row.provider_message_id]
            for row in connection.execute(select(inbox.c.id, inbox.c.provider_message_id))
            if row.provider_message_id in left
        }
        said = connection.execute(
            select(message.c.effect_key, message.c.at).where(message.c.direction == "out")
        )
        return [
            (datetime.fromisoformat(row.at) - asked[row.effect_key]).total_seconds()
            for row in said
            if row.effect_key in asked
        ]


def screened_late(stack: Stack) -> str:
    """How many messages the crowd kept the screen's model from, and how late it was asked so far."""
    shown = httpx.get(f"{stack.settings.gateway_url}/metrics", timeout=30).text.splitlines()
    figures = dict(line.rsplit(" ", 1) for line in shown if line.startswith("kith_screen_"))
    count, total = (float(figures[f"kith_screen_late_seconds_{each}"]) for each in ("count", "sum"))
    waiting = float(figures["kith_screen_waiting"])
    mean = total / count if count else 0.0
    return f"the model was asked after the door for {count:.0f} (mean {mean:.1f} s later), {waiting:.0f} wait"


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(1)
    return True


async def measure(given: argparse.Namespace) -> bool:
    """Whether every figure holds."""
    with throwaway_stack() as stack:
        engine = connect(stack.settings.database_url, read_only=True)
        network = Network(stack.settings, given.patients)
        await network.enrol()
        held = []
        if given.crowd:
            held.append(await one_who_never_stops(network, engine, given.crowd, given.crowd_seconds))
        if given.steady_seconds:
            held.append(await steady(network, stack, engine, given.steady_rate, given.steady_seconds))
        if given.burst_seconds:
            held.append(await burst(network, stack, engine, given.burst_rate, given.burst_seconds))
        network.close()
        return all(held)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--burst-rate", type=float, default=200, help="webhooks a second (default 200)")
    parser.add_argument("--burst-seconds", type=float, default=60, help="0: none (default 60)")
    parser.add_argument("--steady-rate", type=float, default=15, help="messages a second (default 15)")
    parser.add_argument("--steady-seconds", type=float, default=600, help="0: none (default 600)")
    parser.add_argument("--crowd", type=int, default=2000, help="of one patient; 0: none (default 2000)")
    parser.add_argument("--crowd-seconds", type=float, default=60, help="of the others (default 60)")
    held = asyncio.run(measure(parser.parse_args()))
    print("Every figure holds." if held else "Not every figure holds.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
