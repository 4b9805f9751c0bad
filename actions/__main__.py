"""Start the action server with Kith's settings: `python -m actions`."""

import logging
import os
import sys

from actions.room import Room
from actions.server import create_server
from actions.voice import Clinic
from kith.clinic_limits import tests_of
from kith.settings import Settings, SettingsError
from knowledge.errors import KnowledgeError
from knowledge.library import Library
from listening.stories import Head
from record.database import connect
from record.ids import now


def open_room(settings: Settings) -> Room:
    """The one place where the actions' dependencies are opened; the record is opened for reading only."""
    return Room(
        engine=connect(settings.database_url, read_only=True),
        catalogue=tests_of(settings),
        library=Library.open(settings.models_dir / "index"),
        clinic=Clinic(settings.clinic_name, settings.clinic_phone),
        now=now,
        head=Head.open(settings.models_dir / "embedding"),
    )


def main() -> int:
    """Serve on loopback until told to stop; one clear line and status 1 when it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("sanic.access").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env(os.environ)
        room = open_room(settings)
    except (SettingsError, KnowledgeError, OSError, ValueError) as error:
        print(f"actions: {error}", file=sys.stderr)
        return 1
    room.warm()
    server = create_server(room)
    server.run(
        host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
