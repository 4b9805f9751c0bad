"""Starts Rasa's own server on loopback with our channel, without its API, and only with the right model."""

import os

from bot.places import ROOT
from bot.training import model_path

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
    _try_storage(os.environ["KITH_TRACKER_URL"])
    from rasa.core.run import serve_application  # seconds of imports, after the cheap checks
    from rasa.core.utils import AvailableEndpoints

    from bot.shortcuts import (
        check_answers_lightly,
        look_up_events_once,
        run_graph_in_order,
        send_only_the_turn,
    )

    look_up_events_once()
    check_answers_lightly()
    send_only_the_turn()
    run_graph_in_order()
    serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=port,
        credentials=str(ROOT / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml")),
        enable_api=False,
    )


def _try_storage(url: str) -> None:
    """Rasa would go on with a store in memory where ours cannot be made, and forget at every restart."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from bot.storage import Storage

    try:
        Storage(url).engine.dispose()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StartError(
            f"the dialogue's database cannot be opened: {' '.join(str(cause).split())}"
        ) from error
