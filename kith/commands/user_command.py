"""Add, list or disable the people who sign in to the care-team pages."""

import argparse
import getpass
import sys

from sqlalchemy import Connection

from kith.errors import CommandError
from kith.settings import Settings
from record import users
from record.database import connect, migrate
from record.ids import now

ROLES = ("nurse", "physician", "social-worker", "engineer")


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser(
        "add", help="add a person; the password is asked for, or read from standard input"
    )
    add.add_argument("username")
    add.add_argument("--name", help="as shown to patients and colleagues (default: the user name)")
    add.add_argument("--role", choices=ROLES, default="nurse")
    add.add_argument(
        "--second-factor", action="store_true", help="also ask for a code from an authenticator app"
    )
    actions.add_parser("list", help="list everyone")
    disable = actions.add_parser("disable", help="someone may no longer sign in")
    disable.add_argument("username")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    engine = connect(settings.database_url)
    migrate(engine)
    with engine.begin() as connection:
        if arguments.action == "list":
            for user in users.everyone(connection):
                print(f"{user.username}\t{user.role}\t{user.display_name}")
        elif arguments.action == "disable":
            disable(connection, arguments.username)
        else:
            add(connection, arguments)
    return 0


def add(connection: Connection, arguments: argparse.Namespace) -> None:
    """One more person; with a second factor its secret is shown once."""
    user = users.create(
        connection,
        username=arguments.username,
        display_name=arguments.name or arguments.username,
        role=arguments.role,
        password=read_password(),
        at=now(),
    )
    print(f"Added {arguments.username} ({arguments.role}).")
    if arguments.second_factor:
        secret = users.new_totp_secret()
        users.set_totp(connection, user.id, secret)
        print(f"For an authenticator app, shown once: {users.totp_address(arguments.username, secret)}")


def disable(connection: Connection, username: str) -> None:
    """They may no longer sign in; what they did stays in the audit log."""
    user = next((each for each in users.everyone(connection) if each.username == username), None)
    if user is None:
        raise CommandError(f"there is no user {username}")
    users.disable(connection, user.id, now())
    print(f"{username} can no longer sign in.")


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
