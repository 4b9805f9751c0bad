"""Add, list or disable the clinic's systems that may send records in, or read them, over HTTP."""

import argparse

from sqlalchemy import Connection

from kith.errors import CommandError
from kith.settings import Settings
from record import audit, systems
from record.database import connect, migrate
from record.ids import now

AGENT = "kith system"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a system; its token is shown once")
    add.add_argument("name", help="lower case, such as riverside-lab")
    add.add_argument(
        "--may", choices=("write", "read", "read+write"), default="write",
        help="send records in (the default), read patients' records, or both",
    )  # fmt: skip
    actions.add_parser("list", help="list every system")
    disable = actions.add_parser("disable", help="a system's token opens nothing any more")
    disable.add_argument("name")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    engine = connect(settings.database_url)
    migrate(engine)
    try:
        with engine.begin() as connection:
            if arguments.action == "list":
                for each in systems.every(connection):
                    print(f"{each.name}\t{each.may}\t{'disabled' if each.disabled else 'in use'}")
            elif arguments.action == "disable":
                systems.disable(connection, arguments.name, now())
                note(connection, "U:disable", arguments.name)
                print(f"{arguments.name} can no longer send or read.")
            else:
                token = systems.add(connection, arguments.name, now(), may=arguments.may)
                note(connection, "C", arguments.name)
                print(f"Added {arguments.name} ({arguments.may}). Its token, shown once: {token}")
    except systems.ClinicSystemError as error:
        raise CommandError(str(error)) from None
    return 0


def note(connection: Connection, action: str, name: str) -> None:
    """Who may send is itself a matter of record."""
    audit.append(connection, at=now(), agent=AGENT, action=action, entity=f"System/{name}")
