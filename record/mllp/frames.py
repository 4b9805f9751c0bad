"""The frames of MLLP in a stream of bytes, however it is cut: <VT> message <FS><CR>.

Source: HL7 Minimal Lower Layer Protocol, Transport Specification, release 1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

START, END = b"\x0b", b"\x1c"
_MARKS = re.compile(b"([\x0b\x1c])")
HEAD = 2_000  # bytes of a message that is too long: enough to answer whoever sent it


class FrameTooLong(Exception):
    """A message is longer than is taken; `head` is how it begins."""

    def __init__(self, head: bytes) -> None:
        super().__init__("the message is too long")
        self.head = head


def framed(message: bytes) -> bytes:
    """A message as it goes over the wire."""
    return START + message + END + b"\r"


@dataclass
class Framer:
    """Hands out whole messages, and keeps the rest until more comes.

    What stands between frames belongs to none (a stray line end, a half message that was given up) and is
    passed over. The <CR> is not waited for: some senders leave it out, and <FS> cannot stand in a message.
    """

    longest: int
    _held: bytearray = field(default_factory=bytearray)
    _inside: bool = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages these bytes complete; FrameTooLong as soon as one is too long."""
        for piece in _pieces(data):
            if piece == START:  # also in the midst of a message: its sender has begun anew
                self._held.clear()
                self._inside = True
            elif piece == END:
                whole, inside = bytes(self._held), self._inside
                self._held.clear()
                self._inside = False
                if inside:
                    yield whole
            elif self._inside:
                self._hold(piece)

    @property
    def midway(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._inside

    def _hold(self, piece: bytes) -> None:
        self._held += piece
        if len(self._held) > self.longest:
            raise FrameTooLong(bytes(self._held[:HEAD]))


def _pieces(data: bytes) -> list[bytes]:
    """The bytes cut at every mark, the marks as pieces of their own."""
    return [piece for piece in _MARKS.split(data) if piece]
