"""Listens for laboratories: several at once, each one's messages in the order they were sent."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from record.mllp.frames import Framer, FrameTooLong, framed
from record.mllp.receiving import Receiver

log = structlog.get_logger()

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CHUNK = 65_536


@dataclass(frozen=True)
class Limits:
    """How much, how many, how long. Seconds; the reasons stand beside them."""

    longest: int = 4_000_000  # bytes of a message: hundreds of results, or one large report in words
    connections: int = 64
    midway: float = 60.0  # a message that stops half way is given up, so that nobody can hold us for nothing
    idle: float = 3600.0  # a laboratory's line stays open between messages; a dead one is closed in the end
    closing: float = 15.0  # for messages in hand when we are told to stop


DEFAULT_LIMITS = Limits()


class Listener:
    """A server on one address. `peers` are the networks that may speak to it, beside this machine itself."""

    def __init__(
        self, receiver: Receiver, peers: Sequence[Network] = (), limits: Limits | None = None
    ) -> None:
        self._receiver, self._peers, self._limits = receiver, tuple(peers), limits or Limits()
        self._open: set[asyncio.Task[None]] = set()
        # SQLite has one writer: messages wait here in order rather than on its lock.
        self._turn = asyncio.Semaphore(1 if receiver.engine.dialect.name == "sqlite" else 4)
        self._server: asyncio.Server | None = None
        self._storing = 0

    async def start(self, host: str, port: int) -> int:
        """Begin to listen; returns the port, which with 0 the machine chooses."""
        self._server = await asyncio.start_server(self._connected, host, port, limit=CHUNK)
        bound: int = self._server.sockets[0].getsockname()[1]
        log.info("mllp_listening", host=host, port=bound)
        return bound

    async def stop(self) -> None:
        """Take no more connections, finish what is in hand, and close."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=self._limits.closing)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or not self._welcome(writer):
            writer.close()
            return
        self._open.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            log.info("mllp_closed", reason=type(error).__name__)
        finally:
            self._open.discard(task)
            writer.close()

    @property
    def busy(self) -> bool:
        """Whether a message is being stored."""
        return self._storing > 0

    def knows(self, host: str) -> bool:
        """Whether this address may send. MLLP knows no passwords: all there is, is where from."""
        address = ipaddress.ip_address(host.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return address.is_loopback or any(address in network for network in self._peers)

    def _welcome(self, writer: asyncio.StreamWriter) -> bool:
        host = str(writer.get_extra_info("peername")[0])
        known = self.knows(host)
        if not known or len(self._open) >= self._limits.connections:
            log.warning("mllp_refused", reason="full" if known else "unknown peer", host=host)
            return False
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framer = Framer(self._limits.longest)
        while True:
            patience = self._limits.midway if framer.midway else self._limits.idle
            async with asyncio.timeout(patience):
                data = await reader.read(CHUNK)
            if not data:
                if framer.midway:
                    log.warning("mllp_cut_off", reason="half a message")
                return
            try:
                for message in framer.feed(data):
                    await self._handle(writer, message)
            except FrameTooLong as error:
                await self._answer(writer, self._receiver.refuse(error.head))
                return

    async def _handle(self, writer: asyncio.StreamWriter, message: bytes) -> None:
        """Stored, then answered. A stop in between lets both be finished: half would be said twice."""
        async with self._turn:
            storing = asyncio.create_task(asyncio.to_thread(self._receiver.receive, message))
            self._storing += 1
            try:
                answer = await asyncio.shield(storing)
            except asyncio.CancelledError:
                await self._answer(writer, await storing)
                raise
            finally:
                self._storing -= 1
        await self._answer(writer, answer)

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(framed(answer))
        async with asyncio.timeout(self._limits.midway):
            await writer.drain()
