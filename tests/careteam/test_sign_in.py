"""Who gets in, for how long, and what a refusal does not tell."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pyotp
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import update
from starlette.testclient import TestClient

from careteam.sessions import TOUCH_EVERY
from record import users
from record.tables import audit_event, session, user
from tests.careteam.browser import Browser
from tests.careteam.clinic import PASSWORD, Clinic


def test_the_right_password_opens_the_conversations(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    answer = browser.sign_in()
    assert answer.url.path == "/"
    assert "Ana Ruiz" in answer.text
    assert "Nurse" in answer.text


def test_nobody_sees_anything_without_signing_in(clinic: Clinic, browser: Browser) -> None:
    patient = clinic.patient("Maria", "Delgado")
    for path in ("/", f"/patients/{patient.id}"):
        answer = browser.open(path)
        assert answer.url.path == "/sign-in"
        assert "Maria" not in answer.text
    for path in ("/lines", f"/patients/{patient.id}/messages"):
        assert browser.open(path).status_code == 401


@pytest.mark.parametrize(
    ("username", "password"),
    [("ana", "wrong password 1"), ("nobody", PASSWORD), ("", ""), ("ana\x00", PASSWORD)],
)
def test_every_refusal_says_the_same(clinic: Clinic, browser: Browser, username: str, password: str) -> None:
    clinic.user()
    answer = browser.sign_in(username, password)
    assert answer.status_code == 401
    assert "That did not match. Check the name, the password and the code" in answer.text
    assert "kith-care" not in browser.client.cookies


def test_a_disabled_account_and_its_open_session_end(clinic: Clinic, nurse: Browser) -> None:
    [ana] = clinic.rows(user)
    with clinic.engine.begin() as connection:
        users.disable(connection, ana.id, "2026-03-09T16:00:00Z")
    assert nurse.open("/").url.path == "/sign-in"
    assert nurse.sign_in().status_code == 401


def test_five_wrong_passwords_lock_the_account_for_a_while(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    for _ in range(users.TRIES):
        assert browser.sign_in(password="wrong password 1").status_code == 401
    assert browser.sign_in().status_code == 401, "locked: the right password does not help"
    clinic.clock.now += users.LOCKED_FOR + timedelta(seconds=1)
    assert browser.sign_in().status_code == 200


def test_ten_failures_from_one_place_slow_it_down(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    for number in range(10):
        assert browser.sign_in(f"guess{number}", "wrong password 1").status_code == 401
    answer = browser.sign_in()
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    clinic.clock.on(minutes=5, seconds=1)
    assert browser.sign_in().status_code == 200


def test_tries_sent_all_at_once_are_slowed_down_too(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    many = [Browser(TestClient(browser.client.app, base_url="http://clinic.test")) for _ in range(24)]
    tokens = [each.token("/sign-in") for each in many]

    def guess(each: Browser, token: str) -> int:
        typed = {"csrf": token, "username": "ana", "password": "wrong password 1"}
        return each.client.post("/sign-in", data=typed).status_code

    with ThreadPoolExecutor(len(many)) as threads:
        answers = Counter(threads.map(guess, many, tokens))
    assert answers == {401: 10, 429: 14}


def test_those_who_get_in_use_up_nobodys_tries(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    for _ in range(11):
        assert browser.sign_in().status_code == 200


def test_nobody_waits_to_write_while_a_password_is_hashed(clinic: Clinic, browser: Browser) -> None:
    slow = PasswordHasher(time_cost=60).hash(PASSWORD)
    ana = clinic.user()
    with clinic.engine.begin() as connection:
        connection.execute(update(user).where(user.c.id == ana).values(password_hash=slow))
    begun = monotonic()
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(slow, "wrong password 1")
    hashing, waits = monotonic() - begun, [0.0]
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(browser.sign_in, "ana", "wrong password 1")
        while not answer.done():
            begun = monotonic()
            with clinic.engine.begin() as connection:
                connection.execute(update(user).where(user.c.id == ana).values(display_name="Ana R."))
            waits.append(monotonic() - begun)
    assert answer.result().status_code == 401
    assert max(waits) < hashing / 2


def test_a_second_factor_is_asked_for_where_one_is_set(clinic: Clinic, browser: Browser) -> None:
    secret = users.new_totp_secret()
    ana = clinic.user()
    with clinic.engine.begin() as connection:
        users.set_totp(connection, ana, secret)
    code = pyotp.TOTP(secret).at(clinic.clock())
    assert browser.sign_in().status_code == 401
    assert browser.sign_in(code="000000" if code != "000000" else "000001").status_code == 401
    assert browser.sign_in(code=f"{code[:3]} {code[3:]}").status_code == 200
    browser.send("/sign-out")
    assert browser.sign_in(code=code).status_code == 401, "a code works once"


def test_signing_out_ends_the_session_for_good(clinic: Clinic, nurse: Browser) -> None:
    token = nurse.client.cookies["kith-care"]
    answer = nurse.send("/sign-out")
    assert answer.url.path == "/sign-in"
    nurse.client.cookies.set("kith-care", token, domain="clinic.test")
    assert nurse.open("/").url.path == "/sign-in"
    assert clinic.rows(session) == []


def test_the_cookie_is_out_of_reach_and_the_table_keeps_only_its_hash(
    clinic: Clinic, browser: Browser
) -> None:
    clinic.user()
    token = browser.token("/sign-in")
    answer = browser.client.post(
        "/sign-in",
        data={"csrf": token, "username": "ana", "password": PASSWORD},
        follow_redirects=False,
    )
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("kith-care=")]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    value = cookie.split(";")[0].partition("=")[2]
    [row] = clinic.rows(session)
    assert len(row.id) == 64
    assert value not in str(row)


@pytest.mark.parametrize(("idle", "still_in"), [(14.9, True), (15, False), (16, False)])
def test_an_idle_session_ends(clinic: Clinic, nurse: Browser, idle: float, still_in: bool) -> None:
    clinic.clock.on(minutes=idle)
    answer = nurse.open("/")
    assert (answer.url.path == "/") is still_in
    if not still_in:
        assert "You were signed out" in answer.text


@pytest.mark.parametrize(("hours", "still_in"), [(9.9, True), (10.1, False)])
def test_even_a_busy_session_ends_with_the_day(
    clinic: Clinic, nurse: Browser, hours: float, still_in: bool
) -> None:
    end = clinic.clock.now + timedelta(hours=hours)
    while clinic.clock.now + timedelta(minutes=10) < end:
        clinic.clock.on(minutes=10)
        nurse.open("/")
    clinic.clock.now = end
    assert (nurse.open("/").url.path == "/") is still_in


def test_a_page_refreshing_itself_keeps_nobody_signed_in(clinic: Clinic, nurse: Browser) -> None:
    for _ in range(4):
        clinic.clock.on(minutes=4)
        last = nurse.open("/lines")
    assert last.status_code == 401


def test_many_pages_in_a_minute_write_the_session_once(clinic: Clinic, nurse: Browser) -> None:
    [before] = clinic.rows(session)
    clinic.clock.now += TOUCH_EVERY - timedelta(seconds=1)
    nurse.open("/")
    [same] = clinic.rows(session)
    assert same.seen_at == before.seen_at
    clinic.clock.on(seconds=2)
    nurse.open("/")
    [after] = clinic.rows(session)
    assert after.seen_at > before.seen_at


def test_attempts_are_audited_without_what_was_typed(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    browser.sign_in("my-password-by-mistake", "x")
    browser.sign_in("ana", "wrong password 1")
    browser.sign_in()
    rows = clinic.rows(audit_event)
    assert [row.action for row in rows] == [
        "E:sign-in:unknown",
        "E:sign-in:wrong-password",
        "E:sign-in:ok",
    ]
    assert [row.outcome for row in rows] == ["failure", "failure", "success"]
    assert "my-password-by-mistake" not in str(rows)


def test_the_sign_in_form_wants_its_own_token(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    fields = {"username": "ana", "password": PASSWORD}
    browser.open("/sign-in")
    assert browser.client.post("/sign-in", data=fields).status_code == 403
    assert browser.client.post("/sign-in", data={**fields, "csrf": "x" * 43}).status_code == 403
    browser.client.cookies.clear()
    assert browser.client.post("/sign-in", data={**fields, "csrf": "x" * 43}).status_code == 403
