"""Start the action server with Kith's settings: `python -m actions`."""

import os
import sys

from actions.rephrasing.model import ModelNotUsable, open_model
from actions.rephrasing.rephraser import Rephraser
from actions.room import Room
from actions.server import create_server
from actions.voice import Clinic
from clinical.catalogue import Catalogue
from kith import logs
from kith.clinic_limits import tests_of
from kith.directory import directory_of
from kith.settings import Settings, SettingsError
from knowledge.errors import KnowledgeError
from knowledge.library import Library
from listening.stories import Head
from record.database import connect
from record.ids import now


def open_room(settings: Settings) -> Room:
    """The one place where the actions' dependencies are opened; the record is opened for reading only."""
    tests, library = tests_of(settings), Library.open(settings.models_dir / "index")
    return Room(
        engine=connect(settings.database_url, read_only=True),
        catalogue=tests,
        library=library,
        clinic=Clinic(settings.clinic_name, settings.clinic_phone, settings.sharing),
        now=now,
        rephraser=open_rephraser(settings, tests, library),
        directory=directory_of(settings),
        head=Head.open(settings.models_dir / "embedding"),
    )


def open_rephraser(settings: Settings, tests: Catalogue, library: Library) -> Rephraser | None:
    """None unless KITH_LLM_MODEL is set: without it nothing leaves this machine."""
    if not settings.llm_model:
        return None
    seconds = settings.llm_timeout
    model = open_model(
        settings.llm_model,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key.value,
        seconds=seconds,
    )
    return Rephraser(model, tests, library, seconds=seconds)


def main() -> int:
    """Serve on loopback until told to stop; one clear line and status 1 when it cannot start."""
    try:
        settings = Settings.from_env(os.environ)
        logs.configure(settings.log_level)
        room = open_room(settings)
    except (SettingsError, KnowledgeError, ModelNotUsable, OSError, ValueError) as error:
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
