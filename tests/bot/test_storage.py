"""The dialogue's tables on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import exc

from bot.storage import Storage
from tests.support import postgres


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/dialogue.db"
    else:
        url = request.getfixturevalue("postgres_url")
    made = Storage(url)
    yield made
    for conversation in made.conversations():
        made.forget(conversation)
    made.engine.dispose()


def test_state_and_reply_are_written_together(storage: Storage) -> None:
    storage.write("c", "one", "m1", "first")
    storage.write("c", "two", "m2", "second")
    assert storage.read("c") == "two"
    assert storage.look("c", "m1")[0] == "first"


def test_a_reply_that_cannot_be_written_takes_its_state_back(storage: Storage) -> None:
    storage.write("c", "one", "m1", "first")
    with pytest.raises(exc.IntegrityError):
        storage.write("c", "two", "m1", "again")
    assert storage.read("c") == "one"


@pytest.mark.parametrize(("writes", "oldest"), [(19, "m0"), (39, "m0"), (40, "m20"), (45, "m20")])
def test_the_last_twenty_replies_are_kept_and_not_many_more(
    storage: Storage, writes: int, oldest: str
) -> None:
    for number in range(writes):
        storage.write("c", "state", f"m{number}", "reply")
    kept = [f"m{number}" for number in range(writes) if storage.look("c", f"m{number}")[0]]
    assert kept[0] == oldest
    assert min(writes, 20) <= len(kept) < 40


def test_conversations_are_apart(storage: Storage) -> None:
    storage.write("c", "one", "m1", "first")
    assert storage.read("d") is None
    assert storage.look("d", "m1")[0] is None
    storage.forget("d")
    assert storage.read("c") == "one"
    storage.forget("c")
    assert (storage.read("c"), storage.look("c", "m1")[0]) == (None, None)


def test_sqlite_is_durable(tmp_path: Path) -> None:
    with Storage(f"sqlite:///{tmp_path}/dialogue.db").engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_an_error_never_quotes_what_was_to_be_stored(tmp_path: Path) -> None:
    storage = Storage(f"sqlite:///{tmp_path}/dialogue.db")
    storage.write("c", "state", "m1", "reply")
    with pytest.raises(exc.IntegrityError) as caught:
        storage.write("c", "a secret marmalade", "m1", "a secret marmalade")
    assert "marmalade" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "${KITH_TRACKER_URL}"])
def test_no_address_is_a_clear_error(url: str) -> None:
    with pytest.raises(ValueError, match="KITH_TRACKER_URL is not set"):
        Storage(url)


def test_a_place_that_cannot_be_written_is_an_error() -> None:
    with pytest.raises(exc.OperationalError):
        Storage("sqlite:////nowhere/at/all/dialogue.db")
