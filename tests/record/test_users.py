"""Accounts: the right password opens one, five wrong ones close it for a while."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import Connection, func, select

from record import users
from record.ids import new_id, stamp
from record.tables import session, user

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
AT = stamp(NOON)
PASSWORD = "a long enough password"


@pytest.fixture
def nurse(store: Connection) -> users.User:
    return users.create(
        store, username="Nora ", display_name="Nora N.", role="nurse", password=PASSWORD, at=AT
    )


def sign_in(
    store: Connection, name: str, password: str, at: datetime, *, code: str | None = None
) -> users.SignIn:
    """The steps of an attempt, one after the other."""
    weighed = users.weigh(users.password_hash(store, name), password)
    return users.sign_in(store, name, weighed, at, code=code)


def test_the_right_password_opens_it(store: Connection, nurse: users.User) -> None:
    assert sign_in(store, " NORA", PASSWORD, NOON) == users.SignIn(nurse, "ok")


def test_the_password_is_kept_as_a_hash(store: Connection, nurse: users.User) -> None:
    kept = store.scalar(select(user.c.password_hash))
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.parametrize(
    ("name", "password", "outcome"),
    [("nora", "wrong", "wrong-password"), ("nora", "", "wrong-password"), ("nobody", PASSWORD, "unknown")],
)
def test_anything_else_does_not(
    store: Connection, nurse: users.User, name: str, password: str, outcome: str
) -> None:
    assert sign_in(store, name, password, NOON) == users.SignIn(None, outcome)  # type: ignore[arg-type]


@pytest.mark.parametrize(("wrong", "outcome"), [(4, "ok"), (5, "locked"), (6, "locked")])
def test_the_fifth_wrong_try_locks(store: Connection, nurse: users.User, wrong: int, outcome: str) -> None:
    for _ in range(wrong):
        sign_in(store, "nora", "wrong", NOON)
    assert sign_in(store, "nora", PASSWORD, NOON).outcome == outcome


@pytest.mark.parametrize(("minutes", "outcome"), [(14, "locked"), (15, "ok"), (16, "ok")])
def test_a_lock_ends(store: Connection, nurse: users.User, minutes: int, outcome: str) -> None:
    for _ in range(5):
        sign_in(store, "nora", "wrong", NOON)
    assert sign_in(store, "nora", PASSWORD, NOON + timedelta(minutes=minutes)).outcome == outcome


def test_a_right_try_forgets_the_wrong_ones(store: Connection, nurse: users.User) -> None:
    for _ in range(2):
        for _ in range(4):
            sign_in(store, "nora", "wrong", NOON)
        assert sign_in(store, "nora", PASSWORD, NOON).outcome == "ok"


def test_what_happened_to_the_account_while_the_password_was_weighed_counts(
    store: Connection, nurse: users.User
) -> None:
    weighed = users.weigh(users.password_hash(store, "nora"), PASSWORD)
    users.set_password(store, nurse.id, PASSWORD + "!")
    assert users.sign_in(store, "nora", weighed, NOON).outcome == "wrong-password"
    weighed = users.weigh(users.password_hash(store, "nora"), PASSWORD + "!")
    for _ in range(4):
        sign_in(store, "nora", "wrong", NOON)
    assert users.sign_in(store, "nora", weighed, NOON).outcome == "locked"


def test_a_code_is_asked_for_and_works_once(store: Connection, nurse: users.User) -> None:
    secret = users.new_totp_secret()
    users.set_totp(store, nurse.id, secret)
    code = pyotp.TOTP(secret).at(NOON)
    assert sign_in(store, "nora", PASSWORD, NOON).outcome == "wrong-code"
    assert sign_in(store, "nora", PASSWORD, NOON, code="000000").outcome == "wrong-code"
    assert sign_in(store, "nora", PASSWORD, NOON, code=code).outcome == "ok"
    assert sign_in(store, "nora", PASSWORD, NOON, code=code).outcome == "wrong-code"


@pytest.mark.parametrize(
    ("drift", "outcome"), [(-60, "wrong-code"), (-30, "ok"), (30, "ok"), (60, "wrong-code")]
)
def test_a_phones_clock_may_be_one_step_off(
    store: Connection, nurse: users.User, drift: int, outcome: str
) -> None:
    secret = users.new_totp_secret()
    users.set_totp(store, nurse.id, secret)
    code = pyotp.TOTP(secret).at(NOON + timedelta(seconds=drift))
    assert sign_in(store, "nora", PASSWORD, NOON, code=code).outcome == outcome


def test_closing_an_account_or_changing_its_password_ends_its_sessions(
    store: Connection, nurse: users.User
) -> None:
    times = {"created_at": AT, "seen_at": AT, "expires_at": AT}
    for end in (
        lambda: users.set_password(store, nurse.id, PASSWORD + "!"),
        lambda: users.disable(store, nurse.id, AT),
    ):
        store.execute(session.insert().values(id=new_id(), user_id=nurse.id, csrf_token="t", **times))
        end()
        assert store.scalar(select(func.count()).select_from(session)) == 0
    assert sign_in(store, "nora", PASSWORD + "!", NOON).outcome == "disabled"
    assert users.get(store, nurse.id) is None
    assert users.everyone(store) == ()


REFUSED = [
    ({"username": "nora"}, "taken"),
    ({"username": " "}, "1 to 64"),
    ({"role": "boss"}, "one of nurse"),
    ({"password": "elevenchars"}, "at least 12"),
]


@pytest.mark.parametrize(("change", "why"), REFUSED)
def test_an_account_that_cannot_be(
    store: Connection, nurse: users.User, change: dict[str, str], why: str
) -> None:
    asked = {"username": "new", "display_name": "New", "role": "nurse", "password": PASSWORD} | change
    with pytest.raises(users.UserError, match=why):
        users.create(store, at=AT, **asked)


def test_changing_nobody(store: Connection) -> None:
    with pytest.raises(users.UserError):
        users.set_password(store, "nobody", PASSWORD)
