"""Two of each process on one PostgreSQL beside one of each: `python -m bench.pairs`."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy import Engine, func, select

from bench.network import Network
from kith.processes import child_environment, processes
from kith.settings import ROOT, Settings
from kith.stack import StackError, free_ports, throwaway_stack
from record.database import connect, reading
from record.tables import inbox
from tests.support import postgres

PATIENTS, MESSAGES = 40, 320
WARM = 80  # first messages of every process, not counted
PATIENCE = 300.0  # for a crowded machine; a quiet one needs a tenth


@dataclass(frozen=True)
class Twin:
    """The second of each: where its gateway is, and its processes by name."""

    gateway_url: str
    running: dict[str, "subprocess.Popen[bytes]"]


@contextmanager
def second_of_each(settings: Settings) -> Iterator[Twin]:
    """What a second pod runs: its own ports and spool, the same database, phones and public address."""
    port, rasa, actions = free_ports(3)
    own = {
        "KITH_VAR_DIR": str(settings.var_dir / "second"),
        "KITH_SPOOL_DIR": str(settings.var_dir / "second/spool"),
        "KITH_PORT": str(port),
        "KITH_RASA_PORT": str(rasa),
        "KITH_ACTIONS_PORT": str(actions),
    }
    theirs = Settings.from_env({**settings.to_env(), **own})
    (theirs.var_dir / "log").mkdir(parents=True, exist_ok=True)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for process in processes(theirs):
            if process.name == "twilio-standin":
                continue  # there is one network
            with (theirs.var_dir / "log" / f"{process.name}.log").open("w") as log:
                running[process.name] = subprocess.Popen(
                    process.command, env=child_environment(theirs), cwd=ROOT, stdout=log, stderr=log
                )
        _wait(theirs)
        yield Twin(theirs.gateway_url, running)
    finally:
        for each in running.values():
            each.terminate()
        for each in running.values():
            each.wait(30)


def _wait(settings: Settings) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{settings.gateway_url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise StackError("the second of each did not become ready")


async def throughput(network: Network, engine: Engine, gateways: list[str]) -> float:
    """Messages a second, of a backlog that came all at once through these gateways."""
    network.gateways = gateways
    for count in (WARM, MESSAGES):
        done, began = _done(engine), time.perf_counter()
        sent = await network.flow(1000, count / 1000, network.numbers)
        if {each.status for each in sent} != {200}:
            raise StackError("a webhook was refused")
        while _done(engine) < done + count:
            if time.perf_counter() - began > PATIENCE:
                raise StackError("not every message was answered")
            await asyncio.sleep(0.05)
    return MESSAGES / (time.perf_counter() - began)


def _done(engine: Engine) -> int:
    with reading(engine) as connection:
        answered = select(func.count()).select_from(inbox).where(inbox.c.state == "done")
        return int(connection.execute(answered).scalar_one())


def measure() -> tuple[float, float]:
    """Messages a second with one of each, and with two of each, on this machine."""
    with (
        postgres.running() as cluster,
        postgres.database(cluster.url) as url,
        throwaway_stack({"KITH_DATABASE_URL": url}) as stack,
    ):
        return asyncio.run(_both(stack.settings))


async def _both(settings: Settings) -> tuple[float, float]:
    engine, network = connect(settings.database_url, read_only=True), Network(settings, PATIENTS)
    await network.enrol()
    alone = await throughput(network, engine, [settings.gateway_url])
    with second_of_each(settings) as twin:
        together = await throughput(network, engine, [settings.gateway_url, twin.gateway_url])
    engine.dispose()
    return alone, together


def table() -> str:
    """What `make bench` prints of it."""
    if postgres.binaries() is None:
        return "Two of each on PostgreSQL: not measured, PostgreSQL is not installed."
    one, two = measure()
    return (
        f"{'on one PostgreSQL':<32}{'one':>10}{'two':>10}{'ratio':>8}\n"
        f"{'messages a second, answered':<32}{one:>10.2f}{two:>10.2f}{two / one:>8.2f}"
    )


if __name__ == "__main__":
    print(table())
    sys.exit(0)
