"""A backup: everything comes back, from either database into either; a damaged file changes nothing."""

import gzip
import io
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, insert, select, text

from record import audit, backup, database, people
from record.backup import BackupError
from record.intake import take_in
from record.tables import attachment, conversation, message, patient, patient_identifier
from tests.record.conftest import Databases
from tests.record.samples import bundle, observation
from tests.record.samples import patient as person

AT = "2026-03-09T14:00:00.000000Z"


def fill(engine: Engine, files: int = 3) -> None:
    """Results, a conversation with a picture in it, and who looked."""
    for number in range(files):
        content = bundle(person(), observation(id=f"o{number}", value=3 + number / 7))
        take_in(engine, content, name="file", at=AT)
    with engine.begin() as connection:
        contact = people.ensure_contact(connection, "sms", "+12025550123", AT)
        said = {"patient_id": contact.patient_id, "conversation_id": contact.conversation_id, "at": AT}
        line = {"id": "m1", "seq": 1, "direction": "in", "channel": "sms", "author": "patient"}
        words = "caf\u00e9 \U0001f600 <b>\u2028 'quoted'"
        connection.execute(insert(message), {**said, **line, "text": words, "card": {"media": [1, None]}})
        connection.execute(insert(message), {**said, **line, "id": "m2", "seq": 2, "text": ""})
        _picture(connection, contact)
        audit.append(connection, at=AT, agent="nurse", action="R", entity="Patient/1", outcome="ok")


def _picture(connection: Any, contact: Any) -> None:
    required = {
        column.name: "x"
        for column in attachment.columns
        if not column.nullable and column.server_default is None and column.type.python_type is str
    }
    numbers = {
        column.name: 1
        for column in attachment.columns
        if not column.nullable and column.server_default is None and column.type.python_type is int
    }
    keys = {"id": "a1", "message_id": "m1", "patient_id": contact.patient_id}
    keys["conversation_id"] = contact.conversation_id
    known = {name: value for name, value in keys.items() if name in attachment.c}
    (picture,) = [c.name for c in attachment.columns if c.type.python_type is bytes]
    connection.execute(insert(attachment), {**required, **numbers, **known, picture: bytes(range(256))})


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The ledger: every row of every table."""
    metadata = MetaData()
    with database.reading(engine) as connection:
        metadata.reflect(connection)
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }
    return {
        name: sorted(found, key=lambda row: json.dumps(row, default=bytes.hex))
        for name, found in rows.items()
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def another(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Engine]]:
    """Empty databases of a kind: what is restored may move from one to the other."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    databases, made = Databases(request.param, tmp_path_factory.mktemp("another"), server), list[Engine]()

    def empty() -> Engine:
        made.append(database.connect(databases.empty()))
        return made[-1]

    yield empty
    for each in made:
        each.dispose()


def saved(engine: Engine) -> bytes:
    file = io.BytesIO()
    backup.save(engine, file, at=AT)
    return file.getvalue()


def test_the_ledger_is_equal_afterwards(engine: Engine, another: Callable[[], Engine]) -> None:
    fill(engine)
    target = another()
    summary = backup.restore(target, io.BytesIO(saved(engine)))
    before, after = everything(engine), everything(target)
    assert after == before
    assert summary.rows == {name: len(rows) for name, rows in before.items() if name != "alembic_version"}
    assert summary.rows["observation"] == 3
    with database.reading(target) as connection:
        assert audit.verify(connection).broken_at is None
    (picture,) = after["attachment"]
    assert bytes(range(256)) in picture.values()


def test_what_is_written_meanwhile_is_in_it_wholly_or_not_at_all(
    engine: Engine, another: Callable[[], Engine]
) -> None:
    """A patient and their identifier are written together; a backup never has the one without the other."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set() and number < 500:
            with engine.begin() as connection:
                who = people.create_patient(connection, at=AT)
                row = {"id": f"i{number}", "patient_id": who, "system": "mrn", "value": str(number)}
                connection.execute(insert(patient_identifier), row)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [saved(engine) for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    for file in files:
        target = another()
        rows = backup.restore(target, io.BytesIO(file)).rows
        assert rows["patient"] == rows["patient_identifier"]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda whole: whole[: len(whole) // 2],
    "a byte changed": lambda whole: whole[:200] + bytes([whole[200] ^ 1]) + whole[201:],
    "a line left out": lambda whole: _lines(whole, lambda lines: lines[:3] + lines[4:]),
    "the end left out": lambda whole: _lines(whole, lambda lines: lines[:-1]),
    "a word changed": lambda whole: _lines(
        whole, lambda lines: [x.replace(b"nurse", b"nobody") for x in lines]
    ),
    "another table": lambda whole: _lines(
        whole, lambda lines: [*lines[:1], b'{"table":"sqlite_master","row":{}}\n', *lines[1:]]
    ),
    "a format of the future": lambda whole: _lines(
        whole, lambda lines: [lines[0].replace(b'"kith-backup":1', b'"kith-backup":2'), *lines[1:]]
    ),
    "a revision of the future": lambda whole: _lines(
        whole, lambda lines: [lines[0].replace(b'"revision":"', b'"revision":"9'), *lines[1:]]
    ),
    "nothing": lambda whole: b"",
    "not ours": lambda whole: b"PK\x03\x04 something else",
}


def _lines(whole: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    return gzip.compress(b"".join(change(gzip.decompress(whole).splitlines(keepends=True))))


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_refused_and_nothing_of_it_is_kept(
    engine: Engine, another: Callable[[], Engine], damage: Callable[[bytes], bytes]
) -> None:
    fill(engine)
    target = another()
    with pytest.raises(BackupError):
        backup.restore(target, io.BytesIO(damage(saved(engine))))
    assert not any(rows for name, rows in everything(target).items() if name != "alembic_version")


def test_a_database_in_use_is_never_overwritten(engine: Engine) -> None:
    fill(engine)
    file, before = saved(engine), everything(engine)
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(engine, io.BytesIO(file))
    assert everything(engine) == before


def with_the_dialogue(engine: Engine) -> None:
    """Rasa's cache in the same database, as where one PostgreSQL holds everything."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE dialogue_conversation (conversation_id TEXT, state TEXT)"))
        connection.execute(text("INSERT INTO dialogue_conversation VALUES ('c1', 'words of somebody')"))


def test_the_dialogues_cache_in_the_same_database_stays_out(
    engine: Engine, another: Callable[[], Engine]
) -> None:
    fill(engine)
    with_the_dialogue(engine)
    file = io.BytesIO()
    assert "dialogue_conversation" not in backup.save(engine, file, at=AT).rows
    assert b"words of somebody" not in gzip.decompress(file.getvalue())
    there = another()
    database.migrate(there)
    with_the_dialogue(there)  # a Rasa that was started before the restore
    file.seek(0)
    backup.restore(there, file)
    assert everything(there) == everything(engine)


def test_a_file_that_has_the_dialogues_cache_is_restored_without_it(
    engine: Engine, another: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As nightly files were before: they must not be lost for it."""
    fill(engine)
    before = everything(engine)
    with_the_dialogue(engine)
    file = io.BytesIO()
    with monkeypatch.context() as earlier:
        earlier.setattr(backup, "DIALOGUE", "no such table")
        assert "dialogue_conversation" in backup.save(engine, file, at=AT).rows
    there = another()
    file.seek(0)
    backup.restore(there, file)
    assert everything(there) == before


def test_a_database_without_tables_has_nothing_to_save(another: Callable[[], Engine]) -> None:
    with pytest.raises(BackupError, match="no tables"):
        backup.save(another(), io.BytesIO(), at=AT)


def test_a_backup_of_an_older_version_is_brought_up_to_date(another: Callable[[], Engine]) -> None:
    from alembic import command

    old, new = another(), another()
    config = database.alembic_config()
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = {"id": "p1", "language": "en", "created_at": AT}
        connection.execute(insert(patient), row)
        talk = {"id": "c1", "patient_id": "p1", "created_at": AT}
        connection.execute(insert(conversation), talk)
    summary = backup.restore(new, io.BytesIO(saved(old)))
    assert (summary.revision, summary.total) == ("0001", 2)
    found, expected = database.revision(new)
    assert found == expected != "0001"
