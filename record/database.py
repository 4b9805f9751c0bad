"""One way to the database, SQLite or PostgreSQL, set so that what was accepted is never lost."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite_library
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
LOG_PAGES = 16_000  # of 4 KiB: how long SQLite's log may grow before `checkpoint` has it begun anew
LOG_LONGEST = 4 * LOG_PAGES  # before a commit itself empties it, where nobody else does
READERS_MS = 200  # that writers wait, then, for those who read what is to be written over
MIGRATION_LOCK = 5_484_001  # any constant: two processes never migrate PostgreSQL at once


IMPATIENCE = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 15_000}
"""libpq's own, in s, s, ms: a server that vanished without a word is noticed, and messages are spooled.

Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says why and what to do."""


def connect(url: str, *, read_only: bool = False) -> Engine:
    """An engine for a SQLite or PostgreSQL address; nothing is opened until it is first used.

    `read_only` gives an engine that cannot write and never creates a database file.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, read_only)
    if address.get_backend_name() == "postgresql":
        return _postgresql(address, read_only)
    raise DatabaseError(f"{address.get_backend_name()} is not supported: give a sqlite or postgresql address")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that takes no write lock, so that reading never waits for the one writer."""
    with engine.connect().execution_options(kith_read_only=True) as connection:
        yield connection


def migrate(engine: Engine) -> str:
    """Bring the tables up to what this code expects and return the revision; safe to call at every start."""
    config = alembic_config()
    script = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        _refuse_newer(connection, script)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    head = script.get_current_head()
    assert head is not None, "the migrations folder is part of this package"  # noqa: S101
    return head


def checkpoint(engine: Engine, *, longest: int = LOG_PAGES) -> None:
    """Move what is committed from SQLite's log into its file, while others read and write.

    A commit that has to do it makes its message wait for two more flushes of the disk. Where someone always
    writes, the log is never begun anew by itself: over `longest` pages writers wait for that a moment.
    Source: https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
    """
    connection = engine.raw_connection()  # no transaction around it
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        found = cursor.fetchone()  # whether it was kept from it, pages in the log, pages moved
        if found is not None and found[1] > longest:
            cursor.execute(f"PRAGMA busy_timeout={READERS_MS}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(RESTART)")
                cursor.fetchall()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    finally:
        connection.close()


def revision(engine: Engine) -> tuple[str | None, str | None]:
    """The database's revision and the one this code expects."""
    with reading(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found, ScriptDirectory.from_config(alembic_config()).get_current_head()


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *conflict: str
) -> int:
    """Insert rows, passing over those whose `conflict` columns are taken; returns how many went in."""
    if not rows:
        return 0
    statement = _insert_new(table, conflict, connection.dialect.name)
    return sum(connection.execute(statement, dict(row)).rowcount for row in rows)


@cache
def _insert_new(table: Table, conflict: tuple[str, ...], dialect: str) -> Executable:
    """Put together once: that costs more than the database takes to do it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(table)
        .on_conflict_do_nothing(index_elements=list(conflict))
        .execution_options(preserve_rowcount=True)
    )


def alembic_config() -> Config:
    """Where the migrations are, for Alembic's own commands."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _refuse_newer(connection: Connection, script: ScriptDirectory) -> None:
    """An older program must not write into tables it does not know."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in {known.revision for known in script.walk_revisions()}:
        raise DatabaseError(
            f"the database is at revision {found}, which this version of Kith does not know: "
            "it was made by a newer version. Install that version, or restore a backup made before it."
        )


def _sqlite(address: URL, read_only: bool) -> Engine:
    if not address.database or address.database == ":memory:":
        raise DatabaseError("SQLite needs a file: sqlite:////path/to/kith.db")
    if read_only:
        address = address.set(database=f"file:{address.database}", query={"mode": "rw", "uri": "true"})
    engine = create_engine(address, module=sqlite_library)

    @event.listens_for(engine, "connect")
    def set_up(dbapi: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves, below
        cursor = dbapi.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")  # accepted means on the disk, power cut or not
            cursor.execute(f"PRAGMA wal_autocheckpoint={LOG_LONGEST}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: upgrading a read lock later can fail without a retry.
        reads = read_only or connection.get_execution_options().get("kith_read_only")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(address: URL, read_only: bool) -> Engine:
    options = "-c default_transaction_read_only=on" if read_only else ""
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={**IMPATIENCE, **({"options": options} if options else {})},
    )
