"""A real PostgreSQL for the store's tests: a throw-away cluster on a socket of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def binaries() -> Path | None:
    """Where initdb and pg_ctl are, or None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


@dataclass(frozen=True)
class Cluster:
    """A cluster that can be stopped and started again."""

    home: Path
    programs: Path

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://kith@/postgres?host={self.home}"

    def start(self) -> None:
        options = f"-k {self.home} -c listen_addresses='' -c fsync=off -c max_connections=60"
        self._ctl("-o", options, "-l", self.home / "log", "-w", "start")

    def stop(self) -> None:
        """As when the machine loses power."""
        self._ctl("-m", "immediate", "stop")

    def _ctl(self, *arguments: object) -> None:
        _run(self.programs / "pg_ctl", "-D", self.home / "data", *arguments)


@contextmanager
def running() -> Iterator[Cluster]:
    """A running cluster; it and its files are gone afterwards."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    home = Path(tempfile.mkdtemp(prefix="kith-pg-"))
    _give(home)
    _run(programs / "initdb", "-D", home / "data", "-U", "kith", "-A", "trust", "--no-sync", "-E", "UTF8")
    made = Cluster(home, programs)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a running cluster."""
    with running() as made:
        yield made.url


@contextmanager
def database(cluster_url: str, *, like: str = "template1") -> Iterator[str]:
    """A database of its own in the cluster: empty, or a copy of another one there that nobody has open."""
    name = f"kith_{uuid4().hex[:12]}"
    admin = create_engine(cluster_url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    try:
        yield cluster_url.replace("/postgres?", f"/{name}?")
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def name_of(url: str) -> str:
    """The database's name in such an address."""
    return str(make_url(url).database)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; an ordinary user of this machine runs it then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _give(path: Path) -> None:
    if owner := _owner():
        shutil.chown(path, owner)


def _run(*command: object) -> None:
    # Output goes nowhere: a server that keeps a pipe open would make us wait for ever.
    subprocess.run(
        [str(part) for part in command],
        check=True,
        user=_owner(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
