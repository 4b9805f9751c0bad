"""From a result that comes in to what its patient may hear: kept back, released, and one text about it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from record import database, people, release, tables, view
from record.ids import stamp
from record.intake import take_in
from record.release import Decision
from tests.record.samples import bundle, observation, patient

AT = "2026-03-09T14:00:00.000000Z"
HIV = {"code": {"coding": [{"system": "http://loinc.org", "code": "56888-1"}], "text": "HIV 1+2 Ag/Ab"}}


def hours(count: float) -> str:
    return stamp(datetime.fromisoformat(AT) + timedelta(hours=count))


def hiv(**more: Any) -> dict[str, Any]:
    made = observation(id="hiv", **more)
    made.pop("valueQuantity", None)
    return made | HIV | {"valueString": "Reactive"}


def named(name: str, **more: Any) -> dict[str, Any]:
    return observation(id=name, **more) | {"code": {"text": name}}


def potassium(value: float = 4.5, **more: Any) -> dict[str, Any]:
    return observation(value=value, effectiveDateTime="2026-03-09", **more)


def take(engine: Engine, *results: dict[str, Any], name: str = "file", at: str = AT, **more: Any) -> str:
    return take_in(engine, bundle(patient(), *results), name=name, at=at, **more).patient_ids[0]


def rows(engine: Engine, table: Any) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(table)))


def known(engine: Engine, patient_id: str) -> view.PatientView:
    with engine.begin() as connection:
        contact = people.ensure_contact(connection, "sms", "+15550123", AT, patient_id=patient_id)
        people.verify_identity(connection, patient_id, AT)
        return view.load(connection, contact.conversation_id, at=AT)


def decide(engine: Engine, patient_id: str, decision: Decision, at: str = AT) -> list[bool | None]:
    with engine.begin() as connection:
        kept = release.kept_back(connection, patient_id)
        return [release.decide(connection, patient_id, one.id, decision, by="nurse", at=at) for one in kept]


def test_an_ordinary_result_is_told_at_once_and_one_text_is_planned(engine: Engine) -> None:
    someone = take(engine, potassium(), potassium(value=4.6, id="o2"))
    assert {row.released_at for row in rows(engine, tables.observation)} == {AT}
    (text,) = rows(engine, tables.notice)
    assert (text.patient_id, text.status, text.not_before) == (someone, "waiting", AT)
    assert rows(engine, tables.task) == []


def test_imports_that_follow_each_other_share_the_text(engine: Engine) -> None:
    take(engine, potassium())
    take(engine, potassium(value=4.9, id="o2"), name="later")
    assert len(rows(engine, tables.notice)) == 1


def test_the_same_file_again_plans_nothing(engine: Engine) -> None:
    take(engine, potassium())
    with engine.begin() as connection:
        (text,) = connection.execute(select(tables.notice)).all()
        assert release.close_text(connection, text.id, "sent", AT)
    take(engine, potassium())
    assert [row.status for row in rows(engine, tables.notice)] == ["sent"]


def test_an_old_result_is_no_news(engine: Engine) -> None:
    take(engine, observation(effectiveDateTime="2026-02-06"))
    assert rows(engine, tables.notice) == []


def test_a_result_of_thirty_days_still_is(engine: Engine) -> None:
    take(engine, observation(effectiveDateTime="2026-02-07"))
    assert len(rows(engine, tables.notice)) == 1


def test_an_old_chart_the_patient_knows_waits_for_nobody(engine: Engine) -> None:
    take(engine, hiv(), potassium(value=7.5), news=False)
    assert {row.released_at for row in rows(engine, tables.observation)} == {AT}
    assert rows(engine, tables.notice) == rows(engine, tables.kept_result) == []


def test_what_needs_a_review_is_kept_from_the_patient_until_released(engine: Engine) -> None:
    someone = take(engine, hiv(effectiveDateTime="2026-03-09"))
    (kept,) = rows(engine, tables.kept_result)
    assert (kept.policy, kept.rule, kept.status, kept.release_at) == ("after_review", "hiv", "waiting", None)
    seen = known(engine, someone)
    assert seen.observations == {}
    assert list(seen.kept_back.values()) == ["after_review"]
    assert rows(engine, tables.notice) == []
    (task,) = rows(engine, tables.task)
    assert task.code == "release-result"
    assert "eactive" not in task.description

    assert decide(engine, someone, "release", at=hours(1)) == [True]
    (done,) = rows(engine, tables.kept_result)
    assert (done.status, done.decided_by, done.decided_at) == ("released", "nurse", hours(1))
    assert [row.released_at for row in rows(engine, tables.observation)] == [hours(1)]
    assert [row.not_before for row in rows(engine, tables.notice)] == [hours(1)]
    assert [row.status for row in rows(engine, tables.task)] == ["completed"]
    after = known(engine, someone)
    assert [each.value for series in after.observations.values() for each in series] == ["Reactive"]
    assert after.kept_back == {}


def test_what_is_held_stays_kept_and_can_be_released_later(engine: Engine) -> None:
    someone = take(engine, hiv(effectiveDateTime="2026-03-09"))
    assert decide(engine, someone, "hold") == [True]
    assert decide(engine, someone, "hold") == [False]
    assert known(engine, someone).observations == {}
    assert [row.status for row in rows(engine, tables.task)] == ["completed"]
    assert rows(engine, tables.notice) == []
    assert decide(engine, someone, "release") == [True]
    assert len(known(engine, someone).observations) == 1


def test_what_kith_never_tells_cannot_be_released_only_told(engine: Engine) -> None:
    someone = take(engine, named("Huntington disease gene", effectiveDateTime="2026-03-09"))
    assert decide(engine, someone, "release") == decide(engine, someone, "hold") == [False]
    assert [row.code for row in rows(engine, tables.task)] == ["call-about-result"]
    assert decide(engine, someone, "told") == [True]
    seen = known(engine, someone)
    assert seen.observations == {}
    assert list(seen.kept_back.values()) == ["never_by_bot"]
    assert rows(engine, tables.notice) == []


def test_a_critical_result_is_the_care_teams_first(engine: Engine) -> None:
    someone = take(
        engine, potassium(value=7.5), observation(id="o2", value=5.0, effectiveDateTime="2026-03-01")
    )
    (kept,) = rows(engine, tables.kept_result)
    assert (kept.rule, kept.release_at) == ("critical", hours(4))
    assert [row.code for row in rows(engine, tables.task)] == ["critical-result"]
    (text,) = rows(engine, tables.notice)
    assert text.not_before == hours(4)
    assert [each.value for each in known(engine, someone).results("potassium")] == ["5.0"]


def test_when_nobody_decides_in_time_a_critical_result_is_released(engine: Engine) -> None:
    take(engine, potassium(value=7.5))
    with engine.begin() as connection:
        assert not release.anything_due(connection, hours(3.99))
        assert release.release_due(connection, hours(3.99)) == 0
        assert release.anything_due(connection, hours(4))
        assert release.release_due(connection, hours(4)) == 1
    assert [row.released_at for row in rows(engine, tables.observation)] == [hours(4)]
    assert [row.not_before for row in rows(engine, tables.notice)] == [hours(4)]
    assert [row.decided_by for row in rows(engine, tables.kept_result)] == ["kith"]


def test_a_critical_result_someone_holds_is_not_released_by_time(engine: Engine) -> None:
    someone = take(engine, potassium(value=7.5), potassium(value=3.9, id="o2"))
    decide(engine, someone, "hold", at=hours(1))
    with engine.begin() as connection:
        assert release.release_due(connection, hours(100)) == 0
    assert len(known(engine, someone).results("potassium")) <= 1


def test_a_result_held_in_the_moment_its_time_is_over_stays_held(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer: nothing can come between")
    someone = take(engine, potassium(value=7.5))
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as holding:
            (kept,) = release.kept_back(holding, someone)
            assert release.decide(holding, someone, kept.id, "hold", by="nurse", at=hours(4))
            released = pool.submit(release_now, engine, hours(4))
            while not released.done() and not someone_waits(engine):
                sleep(0.01)
        assert released.result() == 0
    assert [(row.status, row.decided_by) for row in rows(engine, tables.kept_result)] == [("held", "nurse")]
    assert [row.released_at for row in rows(engine, tables.observation)] == [None]
    assert rows(engine, tables.notice) == []


def release_now(engine: Engine, at: str) -> int:
    with engine.begin() as connection:
        return release.release_due(connection, at)


def someone_waits(engine: Engine) -> bool:
    """Whether a transaction of PostgreSQL waits for another's commit."""
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_critical_result_of_last_year_is_history(engine: Engine) -> None:
    take(engine, observation(value=7.5, effectiveDateTime="2025-03-09"))
    assert rows(engine, tables.kept_result) == []


def test_whoever_imports_may_ask_for_a_look_at_each(engine: Engine) -> None:
    someone = take(engine, potassium(), release=False)
    assert [row.released_at for row in rows(engine, tables.observation)] == [None]
    assert decide(engine, someone, "release") == [True]
    assert [row.released_at for row in rows(engine, tables.observation)] == [AT]


def test_a_withdrawn_result_waits_for_nobody(engine: Engine) -> None:
    someone = take(engine, hiv(effectiveDateTime="2026-03-09"))
    take(engine, hiv(effectiveDateTime="2026-03-09", status="entered-in-error"), name="later")
    with database.reading(engine) as connection:
        assert release.kept_back(connection, someone) == ()


def statuses(engine: Engine) -> tuple[list[str], list[str], list[str]]:
    """What was kept back, the tasks that ask for a decision, and the texts."""
    asked = sorted(row.status for row in rows(engine, tables.task) if row.code == "release-result")
    kept = sorted(row.status for row in rows(engine, tables.kept_result))
    return kept, asked, [row.status for row in rows(engine, tables.notice)]


def test_a_withdrawn_result_is_not_released_by_time_and_its_task_is_done(engine: Engine) -> None:
    take(engine, potassium(value=7.5), release=False)
    take(engine, hiv(effectiveDateTime="2026-03-09"), name="more")
    take(engine, potassium(value=7.5, status="entered-in-error"), name="later")
    assert statuses(engine) == (["waiting", "withdrawn"], ["requested"], []), "HIV waits still"
    take(engine, hiv(effectiveDateTime="2026-03-09", status="entered-in-error"), name="last")
    assert statuses(engine) == (["withdrawn"] * 2, ["completed"], [])
    with engine.begin() as connection:
        assert not release.anything_due(connection, hours(100))
        assert release.release_due(connection, hours(100)) == 0


def test_a_result_taken_back_some_other_way_is_not_released_by_time(engine: Engine) -> None:
    take(engine, potassium(value=7.5))
    with engine.begin() as connection:
        connection.execute(tables.observation.update().values(status="entered-in-error"))
        assert not release.anything_due(connection, hours(5))
        assert release.release_due(connection, hours(5)) == 0
    assert rows(engine, tables.notice) == []


def test_a_corrected_result_begins_anew_and_the_wrong_one_waits_no_more(engine: Engine) -> None:
    someone = take(engine, hiv(effectiveDateTime="2026-03-09"))
    right = hiv(effectiveDateTime="2026-03-09", status="corrected") | {"valueString": "Non-reactive"}
    take(engine, right, name="later", at=hours(1))
    assert statuses(engine) == (["waiting", "withdrawn"], ["completed", "requested"], [])
    assert decide(engine, someone, "release", at=hours(2)) == [True]
    assert statuses(engine) == (["released", "withdrawn"], ["completed"] * 2, ["waiting"])


def test_no_text_tells_of_a_result_that_was_withdrawn(engine: Engine) -> None:
    take(engine, potassium(), potassium(value=4.6, id="o2"))
    take(engine, potassium(status="entered-in-error"), name="later")
    assert [row.status for row in rows(engine, tables.notice)] == ["waiting"], "one is left to tell of"
    take(engine, potassium(value=4.6, id="o2", status="entered-in-error"), name="last")
    assert [(row.status, row.reason) for row in rows(engine, tables.notice)] == [("not-sent", "withdrawn")]


def test_a_correction_does_not_hasten_the_text_that_waits_for_a_critical_result(engine: Engine) -> None:
    take(engine, potassium(value=7.5), potassium(value=4.4, id="o2"))
    take(engine, potassium(value=4.5, id="o2", status="corrected"), name="later", at=hours(1))
    waiting = [row.not_before for row in rows(engine, tables.notice) if row.status == "waiting"]
    assert waiting == [hours(4)]


def test_nobody_decides_for_another_patient(engine: Engine) -> None:
    someone = take(engine, hiv(effectiveDateTime="2026-03-09"))
    with engine.begin() as connection:
        (kept,) = release.kept_back(connection, someone)
        other = people.create_patient(connection, at=AT)
        assert release.decide(connection, other, kept.id, "release", by="nurse", at=AT) is None


def test_before_the_identity_check_nobody_hears_even_that_something_is_kept(engine: Engine) -> None:
    someone = take(engine, hiv(effectiveDateTime="2026-03-09"))
    with engine.begin() as connection:
        contact = people.ensure_contact(connection, "sms", "+15550123", AT, patient_id=someone)
        assert view.load(connection, contact.conversation_id, at=AT).kept_back == {}


@pytest.mark.parametrize("status", ["sent", "not-sent"])
def test_a_text_is_closed_once(engine: Engine, status: str) -> None:
    take(engine, potassium())
    with engine.begin() as connection:
        (text,) = release.texts_due(connection, AT)
        assert release.close_text(connection, text.id, status, AT, "why")
        assert not release.close_text(connection, text.id, status, AT)
        assert release.texts_due(connection, hours(1)) == []
