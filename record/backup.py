"""The whole record as one compressed file, and back: from SQLite or PostgreSQL, into either.

Lines of JSON: what it is, one row a line, at last how many rows there were and the SHA-256 of all of it.
A file that was cut short or changed is refused before anything is kept.
"""

import gzip
import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from alembic import command
from sqlalchemy import JSON, Connection, Engine, MetaData, Table, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from record.database import alembic_config, migrate, reading, revision

FORMAT = 1
ROWS = 500  # written or inserted at a time
VERSION_TABLE = "alembic_version"
DIALOGUE = "dialogue_"  # how the names of Rasa's tables begin: a cache, at times in the same database
BYTES = "kith:bytes"  # how a value of bytes stands in the file


class BackupError(Exception):
    """The file or the database cannot be used for this; the message says why and what to do."""


@dataclass(frozen=True)
class Summary:
    """What a backup holds: the revision of its tables, and how many rows of each."""

    revision: str
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def save(engine: Engine, file: BinaryIO, *, at: str) -> Summary:
    """Write everything as it stands at one moment, while Kith goes on. Raises BackupError without tables."""
    found, _ = revision(engine)
    if found is None:
        raise BackupError("the database has no tables yet: there is nothing to save")
    seal = hashlib.sha256()
    rows: dict[str, int] = {}
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed, reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))

        def write(line: Mapping[str, Any]) -> None:
            content = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            seal.update(content)
            packed.write(content)

        write({"kith-backup": FORMAT, "revision": found, "at": at})
        for table in _tables(connection):
            rows[table.name] = 0
            for row in connection.execution_options(yield_per=ROWS).execute(select(table)).mappings():
                write({"table": table.name, "row": {name: _out(value) for name, value in row.items()}})
                rows[table.name] += 1
        packed.write(json.dumps({"rows": rows, "sha256": seal.hexdigest()}).encode() + b"\n")
    return Summary(found, rows)


def restore(engine: Engine, file: BinaryIO) -> Summary:
    """Fill an empty database, in one transaction, and bring its tables up to date. All of it, or nothing.

    Raises BackupError for a file that is damaged or not ours, and for a database that holds anything.
    """
    lines = _lines(file)
    made = _header(next(lines, {}))
    if revision(engine)[0] is None:
        _make_tables(engine, made)
    elif revision(engine)[0] != made:
        raise BackupError(
            "the database has tables of another version than the backup: "
            "restore into an empty database, its tables are brought up to date afterwards"
        )
    try:
        with engine.begin() as connection:
            rows = _fill(connection, lines)
    except (SQLAlchemyError, KeyError, TypeError, ValueError) as error:
        # Its own words would quote the row, which is somebody's.
        raise BackupError(f"a row of the backup does not fit its table ({type(error).__name__})") from None
    migrate(engine)
    return Summary(made, rows)


def _fill(connection: Connection, lines: Iterator[dict[str, Any]]) -> dict[str, int]:
    tables = {table.name: table for table in _tables(connection)}
    for table in tables.values():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise BackupError(f"the database is not empty: there are rows in {table.name}")
    rows = dict.fromkeys(tables, 0)
    while batch := list(islice(lines, ROWS)):
        for name, given in _by_table(batch, tables):
            connection.execute(insert(tables[name]), given)
            rows[name] += len(given)
    return rows


def _by_table(
    batch: Sequence[dict[str, Any]], tables: Mapping[str, Table]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of a batch, those of one table together, in the order in which they stand in the file."""
    together: dict[str, list[dict[str, Any]]] = {}
    for line in batch:
        if str(line.get("table")).startswith(DIALOGUE):
            continue  # written by versions that took the cache for a part of the record
        if line.get("table") not in tables:
            raise BackupError(f"the backup has a table this version does not know: {line.get('table')}")
        row = {name: _in(value) for name, value in line["row"].items()}
        together.setdefault(line["table"], []).append(row)
    yield from together.items()


def _lines(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """Every line but the last, which is held against them; raises BackupError where they do not agree."""
    seal, before, rows = hashlib.sha256(), b"", dict[str, int]()
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            for line in packed:
                if before:
                    seal.update(before)
                    given = json.loads(before)
                    if "table" in given:
                        rows[given["table"]] = rows.get(given["table"], 0) + 1
                    yield given
                before = line
        last = json.loads(before)
        told = {name: count for name, count in last["rows"].items() if count}
        whole = last["sha256"] == seal.hexdigest() and told == rows
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"the file is damaged or is no backup of Kith ({type(error).__name__})") from None
    if not whole:
        raise BackupError("the file was changed or cut short: its seal does not fit. Nothing was restored")


def _header(first: Mapping[str, Any]) -> str:
    if first.get("kith-backup") != FORMAT:
        raise BackupError("this is no backup of Kith, or one of a format this version does not know")
    return str(first["revision"])


def _make_tables(engine: Engine, wanted: str) -> None:
    """The tables as they were when the backup was made, so that every row fits."""
    config = alembic_config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, wanted)
    except Exception as error:
        raise BackupError(
            f"the backup has tables of revision {wanted}, which this version of Kith cannot make: "
            "it was made by a newer version. Install that version"
        ) from error


def _tables(connection: Connection) -> list[Table]:
    """The record's tables, each after those it points to; null stays null in what holds JSON."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name != VERSION_TABLE and not name.startswith(DIALOGUE))
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                kind = postgresql.JSONB if isinstance(column.type, postgresql.JSONB) else JSON
                column.type = kind(none_as_null=True)
    return list(metadata.sorted_tables)


def _out(value: Any) -> Any:
    return {BYTES: b64encode(value).decode()} if isinstance(value, (bytes, memoryview)) else value


def _in(value: Any) -> Any:
    is_bytes = isinstance(value, dict) and value.keys() == {BYTES}
    return b64decode(value[BYTES]) if is_bytes else value
