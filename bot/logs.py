"""What this process writes to its log: warnings and our own lines, and never a patient's words."""

import logging


def log_plainly(level: int = logging.WARNING) -> None:
    """Rasa's debug lines print every message's text, so structlog is set even where nothing else is."""
    import structlog

    from bot.faults import PlainFormatter

    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("kith").setLevel(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
