"""Kith under load: `python -m bench.load`: bursts, an ordinary day, one patient who never stops."""

import argparse
import asyncio
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles

import httpx
from sqlalchemy import Engine, func, select
from twilio.request_validator import RequestValidator

from bench.measure import resident_mib
from kith.settings import Settings
from kith.stack import Stack, throwaway_stack
from record.database import connect, reading
from record.tables import inbox, message

WORDS = (
    "hello", "my potassium came back 5.4, is that bad?", "the bus stopped running out here",
    "who can see this?", "what is hemoglobin?", "thanks",
)  # fmt: skip
BURST_P99, STEADY_P95, GROWTH, OTHERS = 250.0, 3.0, 0.05, 0.20
PATIENCE = 900.0


@dataclass(frozen=True)
class Sent:
    """One webhook: its id, when it left, how long the answer took (seconds), and its status."""

    sid: str
    left: datetime
    took: float
    status: int


class Network:
    """Speaks as Twilio for many phones."""

    def __init__(self, settings: Settings, patients: int) -> None:
        self.settings = settings
        self.url = f"{settings.public_url}/twilio/inbound"
        self.signs = RequestValidator(settings.twilio_auth_token.value)
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=256, keepalive_expiry=4)
        self.client = httpx.AsyncClient(timeout=30, trust_env=False, limits=limits)
        self.numbers = [f"+1404{each + 1:07d}" for each in range(patients)]

    async def enrol(self) -> None:
        """Everyone has consented, so that the welcome is not what is measured."""
        headers = {"Authorization": f"Bearer {self.settings.admin_token.value}"}
        gate = asyncio.Semaphore(4)

        async def one(number: str) -> None:
            person = {
                "consent": True,
                "identityVerified": True,
                "contact": {"system": "sms", "value": number},
            }
            async with gate:
                address = f"{self.settings.gateway_url}/admin/patients"
                (await self.client.post(address, json=person, headers=headers)).raise_for_status()

        await asyncio.gather(*(one(number) for number in self.numbers))

    async def text(self, number: str, words: str) -> Sent:
        """One signed webhook."""
        form = {
            "MessageSid": f"SM{uuid.uuid4().hex}", "AccountSid": f"AC{'0' * 31}1", "From": number,
            "To": self.settings.twilio_from, "Body": words, "NumMedia": "0", "FromCity": "",
        }  # fmt: skip
        signed = {"X-Twilio-Signature": self.signs.compute_signature(self.url, form)}
        left, began = datetime.now(UTC), time.perf_counter()
        try:
            status = (await self.client.post(self.url, data=form, headers=signed)).status_code
        except httpx.TransportError:
            status = 0
        return Sent(form["MessageSid"], left, time.perf_counter() - began, status)

    async def flow(self, rate: float, seconds: float, numbers: Sequence[str]) -> list[Sent]:
        """So many a second, whether or not the answers keep up."""
        began, tasks = time.perf_counter(), []
        for each in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, began + each / rate - time.perf_counter()))
            number = numbers[each % len(numbers)]
            tasks.append(asyncio.create_task(self.text(number, WORDS[each % len(WORDS)])))
        return list(await asyncio.gather(*tasks))


def percentile(values: Sequence[float], of_hundred: int) -> float:
    return quantiles(values, n=100, method="inclusive")[of_hundred - 1] if len(values) > 1 else values[0]


async def burst(network: Network, engine: Engine, rate: float, seconds: float) -> bool:
    """As fast as a flu campaign's answers come in; nothing refused, nothing lost."""
    sent = await network.flow(rate, seconds, network.numbers)
    took = [each.took * 1000 for each in sent]
    statuses = Counter(each.status for each in sent)
    stored = await until(lambda: not missing(engine, sent), 120)
    print(
        f"burst {rate:g}/s for {seconds:g} s: p50 {median(took):.0f} ms, p99 {percentile(took, 99):.0f} ms, "
        f"longest {max(took):.0f} ms; answers {dict(statuses)}; lost {len(missing(engine, sent))}",
        flush=True,
    )
    waited = time.monotonic()
    await until(lambda: waiting(engine) == 0, PATIENCE)
    print(f"  all answered {time.monotonic() - waited:.0f} s later; waiting {waiting(engine)}", flush=True)
    return percentile(took, 99) < BURST_P99 and set(statuses) == {200} and stored


async def steady(network: Network, stack: Stack, engine: Engine, rate: float, seconds: float) -> bool:
    """An ordinary busy day; the first tenth warms up, and memory is compared with what it was then."""
    await network.flow(rate, seconds / 10, network.numbers)
    before = resident_mib(stack.pids())
    sent = await network.flow(rate, seconds, network.numbers)
    await until(lambda: waiting(engine) == 0, PATIENCE)
    after = resident_mib(stack.pids())
    took = replies(engine, sent)
    growth = after / before - 1
    print(
        f"steady {rate:g}/s for {seconds:g} s over {len(network.numbers)} patients: to queued reply p50 "
        f"{median(took):.2f} s, p95 {percentile(took, 95):.2f} s, longest {max(took):.2f} s; "
        f"answered {len(took)} of {len(sent)}; memory {before:.0f} to {after:.0f} MiB ({growth:+.1%})",
        flush=True,
    )
    return percentile(took, 95) < STEADY_P95 and len(took) == len(sent) and growth < GROWTH


async def one_who_never_stops(network: Network, engine: Engine, messages: int, seconds: float) -> bool:
    """One patient's backlog of so many messages; the others' answers take as long as without it."""
    others = network.numbers[1:21]
    alone = median(replies(engine, await _answered(network, engine, others, seconds)))
    flood = asyncio.gather(*(network.text(network.numbers[0], "and another thing") for _ in range(messages)))
    await flood
    beside = median(replies(engine, await _answered(network, engine, others, seconds)))
    print(
        f"beside one patient's {messages} messages: p50 to queued reply {alone * 1000:.0f} ms alone, "
        f"{beside * 1000:.0f} ms beside it ({beside / alone - 1:+.0%})",
        flush=True,
    )
    return beside <= alone * (1 + OTHERS)


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
            await until(lambda: waiting(engine) == 0, PATIENCE)
        if given.steady_seconds:
            held.append(await steady(network, stack, engine, given.steady_rate, given.steady_seconds))
        if given.burst_seconds:
            held.append(await burst(network, engine, given.burst_rate, given.burst_seconds))
        await network.client.aclose()
        return all(held)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--burst-rate", type=float, default=200, help="webhooks a second (default 200)")
    parser.add_argument("--burst-seconds", type=float, default=60, help="0: none (default 60)")
    parser.add_argument("--steady-rate", type=float, default=15, help="messages a second (default 15)")
    parser.add_argument("--steady-seconds", type=float, default=600, help="0: none (default 600)")
    parser.add_argument("--crowd", type=int, default=2000, help="of one patient; 0: none (default 2000)")
    parser.add_argument("--crowd-seconds", type=float, default=20, help="of the others (default 20)")
    held = asyncio.run(measure(parser.parse_args()))
    print("Every figure holds." if held else "Not every figure holds.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
