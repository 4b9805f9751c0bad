"""Logs as JSON lines with an allow-list of keys: a name, a number or a word of anyone never gets out."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "logger"),
        *("inbox_id", "outbox_id", "message_id", "conversation_id"),
        *("error", "reason", "code", "status", "state", "method", "route", "seconds", "count", "attempts"),
        *("host", "port", "version", "database", "where"),
    }
)

OURS = "kith."  # loggers of our own rooms: they fill in counts, kinds of errors and places, no one's words


def only_allowed(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list, and say how many were dropped."""
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    if dropped := len(event) - len(kept):
        kept["dropped"] = dropped
    return kept


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Our own logs and those of the libraries, through the same list."""
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_allowed,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _library_event],
            pass_foreign_args=True,
            use_get_message=False,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *shared,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("kith").setLevel(level.upper())


def _library_event(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's message may hold anything: its template is kept, what was filled in is not."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and record.name.startswith(OURS):
        event.pop("positional_args", None)
        event["event"] = record.getMessage()[:200]
        _add_error(event, record)
    elif record is not None:
        filled_in = event.pop("positional_args", None)
        event["event"] = str(record.msg)[:200] if filled_in else f"{record.name} says something"
        event["where"] = f"{record.module}:{record.lineno}"
        _add_error(event, record)
    return event


def _add_error(event: MutableMapping[str, Any], record: logging.LogRecord) -> None:
    """The kind of an error; its words may quote a patient."""
    if record.exc_info and record.exc_info[0]:
        event["error"] = record.exc_info[0].__name__
        event.pop("exc_info", None)
