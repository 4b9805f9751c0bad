"""Faults as logs may show them: kind and place, never the words of an error, which may quote a patient."""

import logging
import traceback
from types import TracebackType


def where(error: BaseException) -> str:
    """`OperationalError at storage.py:54`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


class PlainFormatter(logging.Formatter):
    """Exceptions as their chain of kinds and places."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        error, lines = ei[1], []
        while error is not None:
            lines.append(f"  {where(error)}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
