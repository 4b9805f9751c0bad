"""Faults as logs may show them: kind and place, never the words of an error, which may quote a patient."""

import traceback


def where(error: BaseException) -> str:
    """The first cause: `OperationalError at storage.py:54`."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
