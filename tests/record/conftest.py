"""The store's tests run on both databases it supports: SQLite, and a real PostgreSQL started for them."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from record import database

AT = "2026-03-09T14:00:00.000000Z"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a throw-away PostgreSQL cluster on loopback."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="kith-postgresql-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # initdb refuses root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data, port = folder / "data", free_port()
    run([*as_user, binaries / "initdb", "-D", data, "-U", "kith", "-A", "trust", "-E", "UTF8", "--no-sync"])
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    run([*as_user, binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
    try:
        yield f"postgresql://kith@127.0.0.1:{port}"
    finally:
        run([*as_user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path:
    """Where initdb and pg_ctl are; the suite fails without them, it does not skip."""
    candidates = sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        candidates.insert(0, str(Path(on_path).resolve().parent))
    for candidate in candidates:
        if (Path(candidate) / "initdb").exists() and (Path(candidate) / "pg_ctl").exists():
            return Path(candidate)
    pytest.fail(
        "PostgreSQL's initdb and pg_ctl were not found: the store's tests need them. "
        "Install them with `apt-get install postgresql` (Debian, Ubuntu) or `brew install postgresql`."
    )


def run(command: list[object]) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd="/", check=False
    )
    assert done.returncode == 0, done.stderr or done.stdout


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kith.db'}"
    server = request.getfixturevalue("postgresql")
    name = f"kith_{uuid4().hex}"
    administrator = create_engine(
        server.replace("postgresql:", "postgresql+psycopg:") + "/postgres", isolation_level="AUTOCOMMIT"
    )
    with administrator.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    administrator.dispose()
    return f"{server}/{name}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A migrated, empty store."""
    made = database.connect(url)
    database.migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def store(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction, for tests that look at what they have just written."""
    with engine.begin() as connection:
        yield connection


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A store of the default kind, where the kind makes no difference to what is tested."""
    made = database.connect(f"sqlite:///{tmp_path / 'kith.db'}")
    database.migrate(made)
    yield made
    made.dispose()
