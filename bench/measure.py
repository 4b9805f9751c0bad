"""Small measuring tools: percentiles, resident memory, waiting for a port."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx

TICK = os.sysconf("SC_CLK_TCK")  # of /proc, a second
LONG = 50.0  # ms; of a flush
PAGE = 4096  # bytes, as /proc/<pid>/statm counts


@dataclass(frozen=True)
class Assistant:
    """One running assistant: how to speak to it, and how long its start took."""

    say: Callable[[str], float]  # a sender says the next thing; seconds until the answer
    ready: float
    pids: Callable[[], Sequence[int]]


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


def one_by_one(assistants: Sequence[Assistant], senders: Sequence[str], pause: float) -> list[list[float]]:
    """Each message to every assistant in turn, so that a noisy moment of the machine strikes all alike.

    The pause is a person's: what an assistant still does after its answer is not counted against its next.
    """
    took: list[list[float]] = [[] for _ in assistants]
    for sender in senders:
        for assistant, list_ in zip(assistants, took, strict=True):
            list_.append(assistant.say(sender))
            time.sleep(pause)
    return took


def at_once(assistant: Assistant, messages: int, threads: int) -> float:
    """Messages a second with several people writing without a pause, each waiting for the answer."""
    names = [f"crowd {each}" for each in range(threads * 4)]
    for name in names:
        assistant.say(name)

    def rounds(own: Sequence[str]) -> int:
        return sum(1 for _ in range(messages // len(names)) for name in own if assistant.say(name))

    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        done = sum(pool.map(rounds, [names[each::threads] for each in range(threads)]))
        return done / (time.perf_counter() - began)


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


class Flushes:
    """How long the disk itself takes for next to nothing, beside what is measured: nothing that is kept
    before it is answered can be quicker. `with Flushes(folder) as disk: ...; disk.words()`."""

    def __init__(self, folder: Path, pause: float = 0.05) -> None:
        self._file, self._pause = folder / "flushes", pause
        self._over, self._took = threading.Event(), list[float]()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Flushes":
        os.sync()  # what was written before is not what is measured
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._file.unlink()

    def _work(self) -> None:
        with self._file.open("wb", buffering=0) as file:
            while not self._over.wait(self._pause):
                file.seek(0)
                file.write(b"\0" * PAGE)
                began = time.perf_counter()
                os.fdatasync(file.fileno())
                self._took.append((time.perf_counter() - began) * 1000)

    def words(self) -> str:
        """ "a bare flush of the disk took 0.3 ms, p99 7 ms, longest 67 ms; 0.1 s in all over 50 ms"."""
        p99 = quantiles(self._took, n=100, method="inclusive")[98]
        long = sum(each for each in self._took if each > LONG) / 1000
        return (
            f"a bare flush of the disk took {median(self._took):.1f} ms, p99 {p99:.0f} ms, "
            f"longest {max(self._took):.0f} ms; {long:.1f} s in all in such over {LONG:.0f} ms"
        )


class Usage:
    """Who had the processors: these processes, this one, and everything else on the machine."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = set(pids) | {os.getpid()}
        self._before = self._now()

    def _now(self) -> tuple[float, float, float]:
        """Seconds of work done by ours, by the whole machine, and seconds there were."""
        spent = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        idle = spent[3] + spent[4]
        ours = sum(_worked(pid) for pid in _with_children(self._pids))
        return ours / TICK, (sum(spent) - idle) / TICK, sum(spent) / TICK

    def words(self) -> str:
        """ "Kith and the load took 61% of the processors, other programs 4%"."""
        ours, busy, there = (now - then for now, then in zip(self._now(), self._before, strict=True))
        return (
            f"Kith and the load took {ours / there:.0%} of the processors, "
            f"other programs {max(0.0, busy - ours) / there:.0%}"
        )


def _worked(pid: int) -> int:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(after_name[11]) + int(after_name[12])
