"""Small measuring tools: percentiles, resident memory, waiting for a port."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx

PAGE = 4096  # bytes, as /proc/<pid>/statm counts


@dataclass(frozen=True)
class Figures:
    """One assistant, measured. Latencies in milliseconds, memory in MiB, times in seconds."""

    ready: float
    p50: float
    p95: float
    per_second: float
    growth: float  # latency around message 500 of one conversation over that around message 10
    memory: float


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    return median(seconds) * 1000, quantiles(seconds, n=20, method="inclusive")[18] * 1000


def growth(seconds: Sequence[float], early: int = 10, late: int = 500, around: int = 10) -> float:
    """How much slower a conversation is late than early: the median of a window around each."""
    window = [median(seconds[max(0, at - around) : at + around]) for at in (early, late)]
    return window[1] / window[0]


def timed(action: Callable[[], object]) -> float:
    """Seconds one call takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def resident_mib(pids: Iterable[int]) -> float:
    """Memory these processes and their children hold."""
    return sum(_resident(pid) for pid in _with_children(pids)) / 1024**2


def _with_children(pids: Iterable[int]) -> set[int]:
    found = set(pids)
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        parents[int(path.parent.name)] = int(after_name[1])
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def wait_for(address: str, seconds: float = 180) -> None:
    """Until something answers there; TimeoutError otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(address, timeout=2).status_code < 500:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer in {seconds:.0f} s")
