"""The listening process beside the gateway: it hears the same, and nothing is lost where it is not there."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from gateway import beside, hearing
from gateway.beside import Beside
from gateway.listener import READY
from gateway.second import LINE
from listening.redflags.types import Screening
from tests.gateway.conftest import EAR, Kit, until

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models/embedding"
LISTENER = [sys.executable, "-m", "gateway.listener", str(MODEL)]
SAID = (
    "my chest is tight and my left arm is numb",
    "everyone would be better off without me",
    "no chest pain, just want my numbers",
    "mi papa no puede respirar",
    "hello",
    'a line\nbreak, a "quote" and ñ 😀',
)

pytestmark = pytest.mark.skipif(not MODEL.is_dir(), reason="no embedding model: run `bin/kith build`")


async def there(ears: Beside) -> None:
    ears.call()
    async with asyncio.timeout(60):
        while not ears.is_there:  # noqa: ASYNC110 - it rings for nobody
            await asyncio.sleep(0.02)


def with_ears(then: Callable[[Beside], Awaitable[None]], command: list[str] = LISTENER) -> None:
    async def run() -> None:
        ears = Beside(command)
        try:
            await then(ears)
        finally:
            await ears.end()

    asyncio.run(run())


def pid(ears: Beside) -> int:
    assert ears._process is not None
    return ears._process.pid


def test_it_hears_what_the_gateway_hears() -> None:
    here = hearing.screen_with(hearing.model(MODEL))

    async def then(ears: Beside) -> None:
        await there(ears)
        for text in SAID:
            heard, expected = await ears.screen(text), here(text)
            assert heard is not None
            assert (heard.level, heard.flags) == (expected.level, expected.flags)
            assert heard.fear == pytest.approx(expected.fear)  # features are summed in no fixed order

    with_ears(then)


def test_wexpectedit_is_not_the_gateway_listens_itself() -> None:
    async def then(ears: Beside) -> None:
        assert await ears.screen("hello") is None

    with_ears(then)


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
def test_one_that_dies_or_hangs_is_given_up_and_called_again_later(
    harm: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(ears: Beside) -> None:
        await there(ears)
        monkeypatch.setattr(beside, "PATIENCE", 0.3)
        os.kill(pid(ears), harm)
        assert await ears.screen("hello") is None
        assert not ears.is_there
        ears.call()
        await asyncio.sleep(0.05)
        assert ears._coming is None, "it is left alone for a while"
        monkeypatch.setattr(beside, "PATIENCE", 10)
        monkeypatch.setattr(beside, "PAUSE", 0)
        ears._not_before = 0.0
        await there(ears)
        assert (await ears.screen("i cant breathe")).level == "emergency"

    with_ears(then)


@pytest.mark.parametrize("program", ["raise SystemExit(1)", "print('hello')", "import time; time.sleep(60)"])
def test_one_that_never_gets_ready_disturbs_nobody(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "STARTS", 1.0)

    async def then(ears: Beside) -> None:
        ears.call()
        await asyncio.wait_for(asyncio.shield(asyncio.gather(ears._coming, return_exceptions=True)), 10)
        assert not ears.is_there
        assert await ears.screen("hello") is None

    with_ears(then, [sys.executable, "-c", program])


def test_one_given_up_half_way_never_answers_the_next_question() -> None:
    async def then(ears: Beside) -> None:
        await there(ears)
        os.kill(pid(ears), signal.SIGSTOP)
        asking = asyncio.create_task(ears.screen("my chest hurts"))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await ears.screen("hello") is None

    with_ears(then)


def test_no_secret_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_TWILIO_AUTH_TOKEN", "very secret")
    program = f"""
import json, os, sys
os.write(1, {READY!r})
for line in sys.stdin:
    told = [name for name, value in os.environ.items() if value == "very secret" or name.startswith("KITH_")]
    print(json.dumps({{"level": "none", "flags": [], "fear": len(told)}}), flush=True)
"""

    async def then(ears: Beside) -> None:
        await there(ears)
        assert await ears.screen("hello") == Screening("none", (), 0)

    with_ears(then, [sys.executable, "-c", program])


def test_without_a_model_it_does_not_begin(tmp_path: Path) -> None:
    ended = subprocess.run([*LISTENER[:-1], str(tmp_path)], cwd=ROOT, input=b"", capture_output=True)
    assert ended.returncode == 1
    assert ended.stdout == b""


def test_it_ends_with_whoever_started_it_and_tells_no_ones_words() -> None:
    """A gateway that is killed only leaves a closed pipe."""
    process = subprocess.Popen(
        LISTENER, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == READY
    process.stdin.write(json.dumps("my secret is Rosalind").encode() + b"\n")
    out, logged = process.communicate(timeout=30)
    assert json.loads(out)["level"] == "none"
    assert process.returncode == 0
    assert b"Rosalind" not in logged


def slowly(text: str) -> Screening:
    """A gateway that cannot keep up, and hears nothing."""
    sleep(0.05)
    return Screening("none")


def test_a_rush_calls_it_and_quiet_lets_it_go(
    make_kit: Callable[..., Kit], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.second.QUIET", 0.5)
    ears = Beside(LISTENER)
    overrun = replace(EAR, screen=slowly, glance=lambda _: Screening("none"))
    kit = make_kit(sqlite_url, ear=overrun, beside=ears)
    with ExitStack() as at_the_door:
        for _ in range(6):
            at_the_door.enter_context(kit.parts.crowd)
        assert not ears.is_there

        def rush() -> bool:
            for number in range(LINE + 8):
                kit.text("hello there", From=f"+1303555{number:04d}")
            return ears.is_there

        until(rush, 120)
        kit.text("i cant breathe and my lips are blue")
        until(lambda: "Call 911 now. (emergency)" in kit.said(), 60)
    until(lambda: not ears.is_there, 60)
