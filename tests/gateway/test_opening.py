"""A gateway started while the database is down takes texts, answers danger, and goes on when it is back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.opening import opened
from gateway.spool import Spool
from record.database import DatabaseError, connect
from record.tables import inbox, task
from tests.gateway.conftest import Kit, until


@pytest.fixture
def gone(tmp_path: Path) -> str:
    """The address of a database whose disk is not there."""
    return f"sqlite:///{tmp_path / 'disk' / 'kith.db'}"


def test_texts_are_spooled_danger_is_answered_and_all_of_it_is_taken_in_later(
    make_kit: Callable[..., Kit], gone: str, tmp_path: Path, empty_database: Path
) -> None:
    spool = Spool(tmp_path / "spool", reserve=1 << 16)
    kit = make_kit(gone, spool=spool, is_open=False)
    assert kit.text("hello").status_code == 200
    assert kit.text("chest pain", From="+13035550102").status_code == 200
    until(lambda: kit.on_phone("+13035550102") == ["Call 911 now. (emergency)"])
    ready = kit.client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] == "not answering"
    assert ready.json()["parts"]["spool"] == "2 messages wait for the database"
    assert kit.client.get("/health/accepting").status_code == 200
    assert "kith_spool_messages 2.0" in kit.client.get("/metrics").text
    (tmp_path / "disk").mkdir()
    shutil.copy(empty_database, tmp_path / "disk" / "kith.db")
    until(lambda: len(spool) == 0 and kit.said())
    until(lambda: kit.on_phone() == ["About hello"])
    assert len(kit.rows(inbox)) == 2
    assert [row.code for row in kit.rows(task)] == ["red-flag-emergency"]
    assert kit.on_phone("+13035550102").count("Call 911 now. (emergency)") == 1
    assert kit.client.get("/health/accepting").json()["parts"]["database"] == "ok"
    spool.close()


def test_the_widget_keeps_its_message_until_then(make_kit: Callable[..., Kit], gone: str) -> None:
    kit = make_kit(gone, is_open=False)
    assert kit.client.post("/widget/session").status_code == 503


def test_why_it_is_not_there_is_said_in_one_line(gone: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert opened(connect(gone)) is False
    said = capsys.readouterr().err
    assert "unable to open database file" in said
    assert "KITH_SPOOL_DIR" in said
    assert said.count("\n") == 1


def test_a_newer_versions_database_is_refused_as_before(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of-tomorrow'")
    with pytest.raises(DatabaseError, match="newer version"):
        opened(engine)
    engine.dispose()
