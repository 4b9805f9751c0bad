"""The database is set so that what was accepted stays, and an unsuitable one is refused."""

import shutil
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from record import database, people
from record.tables import metadata, patient

AT = "2026-03-09T14:00:00.000000Z"


def test_migrations_and_tables_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_an_empty_database_is_migrated(url: str) -> None:
    made = database.connect(url)
    assert database.revision(made)[0] is None
    assert database.migrate(made) == database.revision(made)[0]
    made.dispose()


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    head = database.migrate(engine)
    assert database.revision(engine) == (head, head)


def test_a_database_from_a_newer_version_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(database.DatabaseError, match=r"9999.*newer version"):
        database.migrate(engine)


def test_migrations_keep_what_is_there(engine: Engine) -> None:
    with engine.begin() as connection:
        people.create_patient(connection, at=AT, given="Ana")
    database.migrate(engine)
    with database.reading(engine) as connection:
        assert connection.scalar(select(patient.c.given)) == "Ana"


def test_foreign_keys_are_enforced(engine: Engine) -> None:
    with pytest.raises(DBAPIError), engine.begin() as connection:
        people.add_identifier(connection, "nobody", "urn:mrn", "1")


def test_a_read_only_engine_cannot_write(migrated_url: str) -> None:
    reader = database.connect(migrated_url, read_only=True)
    with reader.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(patient)) == 0
    with pytest.raises(DBAPIError), reader.begin() as connection:
        people.create_patient(connection, at=AT)
    reader.dispose()


def test_reading_does_not_wait_for_the_writer(engine: Engine) -> None:
    with engine.begin() as writing:
        people.create_patient(writing, at=AT)
        with database.reading(engine) as connection:
            assert connection.scalar(select(func.count()).select_from(patient)) == 0


def test_writers_wait_for_each_other_and_none_is_lost(engine: Engine) -> None:
    def write_five() -> None:
        for _ in range(5):
            with engine.begin() as connection:
                people.create_patient(connection, at=AT)

    writers = [Thread(target=write_five) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(patient)) == 20


def test_sqlite_is_durable(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_our_sqlite_does_not_lose_commits_while_its_log_is_emptied(sqlite_engine: Engine) -> None:
    """https://www.sqlite.org/wal.html#the_wal_reset_bug is mended from 3.51.3 on."""
    with sqlite_engine.connect() as connection:
        version = connection.scalar(text("SELECT sqlite_version()"))
    assert tuple(int(part) for part in str(version).split(".")) >= (3, 51, 3)


def test_a_checkpoint_moves_the_log_into_the_file_while_others_write(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with sqlite_engine.begin() as connection:
        people.create_patient(connection, at=AT)
    file = Path(str(sqlite_engine.url.database))
    assert _patients_without_log(file, tmp_path / "before.db") == 0
    with sqlite_engine.begin() as writing:
        people.create_patient(writing, at=AT)
        database.checkpoint(sqlite_engine)
    assert _patients_without_log(file, tmp_path / "after.db") == 1
    database.checkpoint(sqlite_engine)
    assert _patients_without_log(file, tmp_path / "last.db") == 2


def test_a_long_log_is_begun_anew(sqlite_engine: Engine) -> None:
    log = Path(f"{sqlite_engine.url.database}-wal")
    for _ in range(3):
        _write(sqlite_engine)
        database.checkpoint(sqlite_engine)
    grown = log.stat().st_size
    for _ in range(30):
        _write(sqlite_engine)
        database.checkpoint(sqlite_engine, longest=0)
    assert log.stat().st_size == grown


def test_a_long_log_under_someone_who_reads_holds_no_writer_up_for_long(sqlite_engine: Engine) -> None:
    _write(sqlite_engine)
    with database.reading(sqlite_engine) as slow:
        before = slow.scalar(select(func.count()).select_from(patient))
        _write(sqlite_engine)
        began = monotonic()
        database.checkpoint(sqlite_engine, longest=0)
        _write(sqlite_engine)
        assert monotonic() - began < 5
        assert slow.scalar(select(func.count()).select_from(patient)) == before
    database.checkpoint(sqlite_engine, longest=0)
    with sqlite_engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(patient)) == before + 2
        assert connection.scalar(text("PRAGMA busy_timeout")) == database.BUSY_TIMEOUT_MS


def _write(engine: Engine) -> None:
    with engine.begin() as connection:
        people.create_patient(connection, at=AT)


def _patients_without_log(file: Path, copy: Path) -> int:
    """Those in the database file alone, without what SQLite's log still holds."""
    shutil.copy(file, copy)
    engine = database.connect(f"sqlite:///{copy}")
    with database.reading(engine) as connection:
        found = connection.scalar(select(func.count()).select_from(patient)) or 0
    engine.dispose()
    return found


def test_a_read_only_engine_does_not_create_a_file(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(DBAPIError), database.connect(f"sqlite:///{missing}", read_only=True).connect():
        pass
    assert not missing.exists()


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/kith"])
def test_an_unsuitable_address_is_refused(address: str) -> None:
    with pytest.raises(database.DatabaseError):
        database.connect(address)
