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
    folder = Path(tempfile.mkdtemp(prefix="record-tests-postgresql-"))
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


class Databases:
    """Empty databases of one kind, and migrated ones copied from a template that is migrated once."""

    def __init__(self, kind: str, folder: Path, server: str | None) -> None:
        self.kind, self.folder, self.server = kind, folder, server
        self._template: str | None = None

    def empty(self, template: str | None = None) -> str:
        name = f"kith_{uuid4().hex}"
        if self.server is None:
            path = self.folder / f"{name}.db"
            if template is not None:
                shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        copied = f' TEMPLATE "{template.rpartition("/")[2]}"' if template else ""
        administrator = create_engine(
            self.server.replace("postgresql:", "postgresql+psycopg:") + "/postgres",
            isolation_level="AUTOCOMMIT",
        )
        with administrator.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"{copied}'))
        administrator.dispose()
        return f"{self.server}/{name}"

    def migrated(self) -> str:
        if self._template is None:
            self._template = self.empty()
            engine = database.connect(self._template)
            database.migrate(engine)
            engine.dispose()
        return self.empty(self._template)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Once of each kind."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    return Databases(request.param, tmp_path_factory.mktemp("databases"), server)


@pytest.fixture
def url(databases: Databases) -> str:
    """The address of an empty database."""
    return databases.empty()


@pytest.fixture
def migrated_url(databases: Databases) -> str:
    """The address of a migrated, empty store."""
    return databases.migrated()


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """A migrated, empty store of the test's own, for tests that commit."""
    made = database.connect(migrated_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def shared_engine(databases: Databases) -> Iterator[Engine]:
    made = database.connect(databases.migrated())
    yield made
    made.dispose()


@pytest.fixture
def store(shared_engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction that is rolled back, for tests that look at what they wrote."""
    with shared_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases("sqlite", tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture
def sqlite_engine(sqlite_databases: Databases) -> Iterator[Engine]:
    """A store of the default kind, where the kind makes no difference to what is tested."""
    made = database.connect(sqlite_databases.migrated())
    yield made
    made.dispose()
