"""One phone's messages in the order they came; nobody waits for another's, or for one that failed."""

import asyncio

import pytest

from gateway.lines import Lines


def test_the_slower_first_one_is_stored_first() -> None:
    async def both() -> tuple[list[str], int]:
        lines, stored = Lines(), list[str]()

        async def take(sender: str, text: str, seconds: float) -> None:
            with lines.join(sender) as place:
                await asyncio.sleep(seconds)  # the screen
                await place.first()
                stored.append(text)

        await asyncio.gather(
            take("ana", "one", 0.2),
            take("ana", "two", 0),
            take("ana", "three", 0),
            take("ben", "other", 0.05),
        )
        return stored, len(lines)

    assert asyncio.run(both()) == (["other", "one", "two", "three"], 0)


def test_one_that_fails_or_is_given_up_holds_up_nobody() -> None:
    async def three() -> tuple[list[str], int]:
        lines, stored = Lines(), list[str]()

        async def take(text: str, seconds: float) -> None:
            with lines.join("ana") as place:
                await asyncio.sleep(seconds)
                await place.first()
                if text == "broken":
                    raise OSError(text)
                stored.append(text)

        broken, given_up = asyncio.create_task(take("broken", 0.05)), asyncio.create_task(take("given up", 5))
        last = asyncio.create_task(take("last", 0))
        await asyncio.sleep(0.01)
        given_up.cancel()
        await asyncio.wait_for(last, 2)
        with pytest.raises(OSError, match="broken"):
            await broken
        return stored, len(lines)

    assert asyncio.run(three()) == (["last"], 0)
