"""Starts Rasa's own server on loopback with our channel, without its API, and only with the right model."""

import logging
import os

from bot.faults import PlainFormatter
from bot.training import ROOT, model_path

NEEDED = ("KITH_RASA_SECRET", "KITH_TRACKER_URL", "KITH_ACTIONS_URL")


class StartError(Exception):
    """The server cannot start; the message says what to do."""


def serve(port: int) -> None:
    """Runs until told to stop."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise StartError(f"{', '.join(missing)} not set (bin/kith run sets them)")
    model = model_path()
    if not model.exists():
        raise StartError(f"no model for this version in {model.parent}: run make build")
    _log_plainly()
    from rasa.core.run import serve_application  # four seconds of imports, after the cheap checks
    from rasa.core.utils import AvailableEndpoints

    serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=port,
        credentials=str(ROOT / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml")),
        enable_api=False,
    )


def _log_plainly() -> None:
    """Warnings and our own lines; Rasa's debug lines print every message's text."""
    import structlog

    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("kith").setLevel(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
