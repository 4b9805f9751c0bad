"""Add, list or disable the people who sign in to the care-team pages."""

import argparse
import getpass
import sys

from kith.clock import now
from kith.errors import CommandError
from kith.settings import Settings
from record import users
from record.database import connect, migrate

ROLES = ("nurse", "physician", "social-worker", "engineer")


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a person; the password is asked for, or read from standard input")
    add.add_argument("username")
    add.add_argument("--name", help="as shown to patients and colleagues (default: the user name)")
    add.add_argument("--role", choices=ROLES, default="nurse")
    add.add_argument("--second-factor", action="store_true", help="also ask for a code from an authenticator app")
    actions.add_parser("list", help="list everyone")
    disable = actions.add_parser("disable", help="someone may no longer sign in")
    disable.add_argument("username")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    engine = connect(settings.database_url)
    migrate(engine)
    with engine.begin() as connection:
        if arguments.action == "list":
            for user in users.list_users(connection):
                print(f"{user.username}\t{user.role}\t{user.display_name}\t{'disabled' if user.disabled else ''}")
        elif arguments.action == "disable":
            users.disable(connection, arguments.username, at=now())
        else:
            added = users.create(
                connection,
                username=arguments.username,
                password=read_password(),
                display_name=arguments.name or arguments.username,
                role=arguments.role,
                second_factor=arguments.second_factor,
                at=now(),
            )
            print(f"Added {arguments.username} ({arguments.role}).")
            if added.totp_secret:
                print(f"Authenticator secret, shown once: {added.totp_secret}")
    return 0


def read_password() -> str:
    """At least 12 characters, typed twice, or one line of standard input for scripts."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("the two passwords differ")
    if len(password) < 12:
        raise CommandError("a password needs at least 12 characters")
    return password
