"""What this process writes to its log: JSON lines of warnings and our own, and never a patient's words."""

import json
import logging
from datetime import UTC, datetime

from bot.faults import where

OURS = "kith."  # our own loggers fill in ids, kinds of errors and places alone


class JsonFormatter(logging.Formatter):
    """One line a record. Of a library's message the template is kept, what was filled in is not."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": self._event(record)[:200],
            "level": record.levelname.lower(),
            "logger": record.name,
            "where": f"{record.module}:{record.lineno}",
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = where(record.exc_info[1])
        return json.dumps(line)

    @staticmethod
    def _event(record: logging.LogRecord) -> str:
        if record.name.startswith(OURS):
            return record.getMessage()
        # Without arguments the words may have been put together before: nobody knows what is in them.
        return str(record.msg) if record.args else f"{record.name} says something"


def log_plainly(level: int = logging.WARNING) -> None:
    """Rasa's debug lines print every message's text, so structlog is set even where nothing else is."""
    import structlog

    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("kith").setLevel(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
