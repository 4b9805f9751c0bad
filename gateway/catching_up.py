"""Right after a start: what came while nobody listened is taken in before what comes now."""

import asyncio
from datetime import UTC, datetime


class CatchingUp:
    """Newer texts wait until Twilio has been asked for older ones; three seconds after the start at most."""

    def __init__(self, seconds: float = 3.0) -> None:
        self._seconds = seconds
        self._over = asyncio.Event()
        self.began = datetime.now(UTC)

    def begin(self) -> None:
        """From now on webhooks can come; none is on its way to us that was sent before."""
        self.began = datetime.now(UTC)
        asyncio.get_running_loop().call_later(self._seconds, self._over.set)

    def end(self) -> None:
        """Twilio has been asked, or there is no Twilio to ask."""
        self._over.set()

    async def over(self) -> None:
        await self._over.wait()
