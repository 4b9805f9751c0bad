"""After a start the older texts come first, and nobody waits long for them."""

import asyncio
from collections.abc import Callable
from time import monotonic

from gateway.catching_up import CatchingUp
from tests.gateway.conftest import Kit


def test_newer_texts_wait_until_twilio_has_been_asked() -> None:
    async def asked() -> float:
        catching_up = CatchingUp(seconds=20)
        catching_up.begin()
        asyncio.get_running_loop().call_later(0.2, catching_up.end)
        began = monotonic()
        await catching_up.over()
        return monotonic() - began

    assert 0.1 < asyncio.run(asked()) < 10


def test_a_twilio_that_does_not_answer_holds_them_up_for_a_moment_only() -> None:
    async def alone() -> float:
        catching_up = CatchingUp(seconds=0.2)
        catching_up.begin()
        began = monotonic()
        await catching_up.over()
        await catching_up.over()
        return monotonic() - began

    assert 0.1 < asyncio.run(alone()) < 10


def test_a_gateway_without_twilio_waits_for_nobody(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit()
    kit.text("hello")  # taken in although it is the first
    assert kit.parts.catching_up._over.is_set()
