"""The one page of a patient: their words first, told and measured apart, and nothing made up."""

import re
from datetime import timedelta
from html import unescape

import pytest

from record import people
from record.ids import stamp
from record.tables import audit_event, contact_point, flag, outbox, story_item
from tests.careteam.browser import Browser
from tests.careteam.clinic import Clinic, days, fill, tell_all


def text_of(html: str) -> str:
    """What a reader reads: tags away, spaces single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_whole_page(clinic: Clinic, nurse: Browser) -> None:
    maria = fill(clinic)
    page = nurse.open(f"/patients/{maria.id}").text
    reads = text_of(page)
    for words in (
        "Maria Delgado",
        "67 years",
        "female",
        "+15005550101",
        "Soon: High potassium",
        "My sister Rosa calls every night",
        "told by Rosa , a caregiver",
        "noticed by Kith, not said outright",
        "Lisinopril 20 mg , Spironolactone 25 mg",
        "Call Maria today: potassium 5.9, and she cannot reach the pharmacy.",
        "Kith is answering by itself.",
    ):
        assert words in reads, words


def test_strengths_first_then_what_needs_discussing_results_and_needs(clinic: Clinic, nurse: Browser) -> None:
    page = nurse.open(f"/patients/{fill(clinic).id}").text
    headings = (
        "What helps, and who is with them",
        "What matters to them",
        "What worries them",
        'id="discuss-h"',
        'id="results-h"',
        "What is hard right now",
        'id="known-h"',
    )
    places = [page.index(each) for each in headings]
    assert places == sorted(places)


def test_a_quote_links_to_its_message(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("My bus stopped running")
    maria.told("stressor", "My bus stopped running", seq, code="transportation-insecurity")
    page = nurse.open(f"/patients/{maria.id}").text
    assert f'href="#m-{seq}"' in page
    assert f'id="m-{seq}"' in page
    assert "Getting around" in page


def test_an_old_quote_links_to_the_stretch_it_stands_in(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    first = maria.says("The very first words")
    maria.told("worry", "The very first words", first)
    for number in range(70):
        maria.says(f"message {number}")
    page = nurse.open(f"/patients/{maria.id}").text
    assert f'href="?from={first}#m-{first}"' in page
    assert f'id="m-{first}"' not in page
    assert "Earlier messages" in page
    earlier = nurse.open(f"/patients/{maria.id}?from={first}").text
    assert f'id="m-{first}"' in earlier
    assert "Newest messages" in earlier


@pytest.mark.parametrize(
    ("changes", "under"),
    [
        ({}, "What is hard right now"),
        ({"polarity": "negated"}, "They said this is not so"),
        ({"temporality": "past"}, "Also said: in the past, feared, or about someone else"),
        ({"temporality": "feared"}, "Also said: in the past, feared, or about someone else"),
        ({"subject": "other"}, "Also said: in the past, feared, or about someone else"),
    ],
)
def test_denied_past_and_others_matters_stand_apart(
    clinic: Clinic, nurse: Browser, changes: dict[str, str], under: str
) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("we ran out of food")
    maria.told("stressor", "we ran out of food", seq, code="food-insecurity", **changes)
    page = nurse.open(f"/patients/{maria.id}").text
    headings = [
        each for each in ("What is hard right now", "They said this is not so", "Also said:") if each in page
    ]
    assert headings == [under.split(" in the past")[0]]


def test_what_was_taken_back_is_gone(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("hello")
    maria.told("worry", "taken back words", seq, status="retracted")
    assert "taken back words" not in nurse.open(f"/patients/{maria.id}").text


def test_unknown_is_unknown_and_never_none(clinic: Clinic, nurse: Browser) -> None:
    blank = clinic.patient(None, None)
    reads = text_of(nurse.open(f"/patients/{blank.id}").text)
    for words in (
        "Name not known",
        "age not known",
        "sex not known",
        "Nothing told yet. That does not mean there is nothing to tell.",
        "No results are recorded. That does not mean none were taken.",
        "Conditions none recorded, which is not the same as none",
        "Not asked yet what helps, and who is with them, what matters to them",
    ):
        assert words in reads, words


def test_denied_unknown_and_not_asked_stand_apart(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("we do have enough to eat")
    maria.told("stressor", "enough to eat", seq, code="food-insecurity", polarity="negated")
    maria.put(story_item, item="money", status="declined", updated_at=stamp(clinic.clock()))
    maria.put(story_item, item="rides", status="answered", updated_at=stamp(clinic.clock()))
    reads = text_of(nurse.open(f"/patients/{maria.id}").text)
    assert "They say: not so food today" in reads
    asked = "getting around (asked; the answer does not say) money (asked, and rather not said)"
    assert f"Asked, still unknown {asked}" in reads
    assert "Not asked yet what helps, and who is with them" in reads
    assert "housing, power and water, work, feeling alone" in reads


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"interpretation": "N", "low": "3.5", "high": "5.1"}, "In range 3.5 to 5.1"),
        ({"interpretation": "H", "high": "5.1"}, "High up to 5.1"),
        ({"interpretation": "LL", "low": "3.5"}, "Very low 3.5 or more"),
        (
            {"interpretation": None, "rule": "not-judged:no-unit"},
            "Not judged no unit was given no range known",
        ),
        ({"interpretation": None, "rule": None}, "Not judged there is not enough to judge it by"),
        ({"interpretation": "A", "range_text": "negative"}, "Not usual negative"),
    ],
)
def test_a_result_says_what_it_means_and_against_what(
    clinic: Clinic, nurse: Browser, values: dict[str, str | None], expected: str
) -> None:
    maria = clinic.patient("Maria", None)
    maria.result("Potassium", "5.9", unit="mmol/L", effective_at="2026-02-11", **values)
    assert expected in text_of(nurse.open(f"/patients/{maria.id}").text)


def test_told_and_measured_look_different(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("my sodium was 139")
    maria.result("Potassium", "4.2", unit="mmol/L")
    maria.result("Sodium", "139", origin="told", message_id=maria.messages[seq])
    page = nurse.open(f"/patients/{maria.id}").text
    assert page.count('<tr class="measured"') == 1
    assert page.count('<tr class="told"') == 1
    assert "no unit given" in page


def test_a_result_not_released_is_marked(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    maria.result("Potassium", "6.6", unit="mmol/L", released_at=None)
    assert "not released to the patient" in nurse.open(f"/patients/{maria.id}").text


def test_a_trend_is_drawn_and_told_in_words(clinic: Clinic, nurse: Browser) -> None:
    page = nurse.open(f"/patients/{fill(clinic).id}").text
    assert (
        'aria-label="Potassium, 4 results: 4.4 on 14 Sep 2025, 4.7 on 3 Dec 2025, 5.2 on 11 Feb, 5.9 on today'
        in page
    )
    assert "(told) (mmol/L). Range 3.5 to 5.1." in page


@pytest.mark.parametrize("consent", [None, "rejected"])
def test_without_a_yes_only_flags_and_tasks_are_shown(
    clinic: Clinic, nurse: Browser, consent: str | None
) -> None:
    maria = clinic.patient("Maria", "Delgado", consent=consent, phone="+15005550101")
    seq = maria.says("a secret message. i want to end my life")
    maria.told("worry", "a secret worry", seq)
    maria.result("Secretium", "5.9")
    maria.flagged("crisis", "suicide", "i want to end my life", seq)
    maria.task("call-patient", "stat", "Call Maria now", seq)
    page = nurse.open(f"/patients/{maria.id}").text
    assert "secret" not in page.lower()
    assert "i want to end my life" in page
    assert "Call Maria now" in page
    assert "Crisis:" in page
    assert ("Not shared: they said no" if consent else "Not shared yet") in page
    assert "What Maria told Kith is not shown to anyone" in page
    fragment = nurse.open(f"/patients/{maria.id}/messages").text
    assert "secret" not in fragment


def test_words_written_to_a_clinician_are_for_the_clinician(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None, consent=None)
    maria.says("before, to Kith")
    clinic.clock.on(minutes=1)
    nurse.send(f"/patients/{maria.id}/take-over", on=f"/patients/{maria.id}")
    clinic.clock.on(minutes=1)
    maria.says("after, to Ana")
    page = nurse.open(f"/patients/{maria.id}").text
    assert "after, to Ana" in page
    assert "before, to Kith" not in page


def test_a_line_kept_from_a_clinician_is_not_on_their_page_nor_in_their_thread(
    clinic: Clinic, nurse: Browser
) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("i drink again")
    maria.told("stressor", "i drink again", seq, code="substance-use", withheld_from="Ana")
    open_to_all = maria.says("my bus stopped")
    maria.told("stressor", "my bus stopped", open_to_all, code="transportation-insecurity")
    page = nurse.open(f"/patients/{maria.id}").text
    assert "i drink again" not in page
    assert "my bus stopped" in page
    assert "keeps 1 of the things they told from you" in page
    assert "Kept private, or taken back, at their wish." in page


def test_words_taken_back_are_gone_from_the_thread_and_the_list(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("my brother stole from me")
    maria.told("stressor", "my brother stole from me", seq, status="retracted")
    assert "stole" not in nurse.open(f"/patients/{maria.id}").text
    assert "stole" not in nurse.open("/").text


def test_every_look_is_written_down_before_the_page_is_shown(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    maria.says("hello")
    nurse.open(f"/patients/{maria.id}")
    [look] = clinic.rows(audit_event, action="R")
    [ana] = {row.agent for row in clinic.rows(audit_event, action="E:sign-in:ok")}
    assert (look.agent, look.entity, look.outcome) == (ana, f"Patient/{maria.id}", "success")
    nurse.open(f"/patients/{maria.id}/messages")
    assert len(clinic.rows(audit_event, action="R:messages")) == 1


def test_what_came_since_the_last_look_is_marked(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("old words")
    maria.told("worry", "old words", seq)
    first = nurse.open(f"/patients/{maria.id}").text
    assert "You last looked" not in first
    clinic.clock.on(minutes=10)
    seq = maria.says("new words")
    maria.told("worry", "new words", seq)
    maria.result("Potassium", "5.9")
    clinic.clock.on(minutes=5)
    nurse.sign_in()
    page = nurse.open(f"/patients/{maria.id}").text
    assert "You last looked today 12:00" in text_of(page)
    assert "New since then: 1 result and 1 thing they said." in text_of(page)
    assert page.count('<span class="new">') == 2
    clinic.clock.on(minutes=15)
    nurse.sign_in()
    assert "Nothing new in their story or results since then." in nurse.open(f"/patients/{maria.id}").text


def test_the_readers_own_clicks_do_not_make_the_news_old(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    page = f"/patients/{maria.id}"
    nurse.open(page)
    clinic.clock.on(minutes=60)
    seq = maria.says("new words")
    maria.told("worry", "new words", seq)
    task_id = maria.task("call-patient", "stat", "Call Maria", seq)
    nurse.sign_in()
    first = text_of(nurse.open(page).text)
    assert "You last looked today 12:00" in first
    for _ in range(3):
        clinic.clock.on(minutes=14)
        again = text_of(nurse.send(f"{page}/tasks/{task_id}/done", on=page).text)
        assert "You last looked today 12:00" in again
        assert "New since then: 1 thing they said." in again
    clinic.clock.on(minutes=15)
    nurse.sign_in()
    later = text_of(nurse.open(page).text)
    assert "You last looked today 13:42" in later
    assert "Nothing new in their story or results since then." in later


def test_the_conversation_shows_both_sides_and_why(clinic: Clinic, nurse: Browser) -> None:
    reads = text_of(nurse.open(f"/patients/{fill(clinic).id}").text)
    assert "Rosa , caregiver" in reads
    assert "I hear that this is scary." in reads
    assert "Why Kith said this Potassium 5.9 is high laboratory-range, laboratory" in reads


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["delivered"], "text message, delivered"),
        (["queued"], "text message, waiting to be sent"),
        (["undelivered"], "not delivered"),
        (["failed", "delivered"], "text message, delivered"),
    ],
)
def test_what_became_of_a_text(clinic: Clinic, nurse: Browser, states: list[str], words: str) -> None:
    maria = clinic.patient("Maria", None, phone="+15005550101")
    seq = maria.says("It is high.", direction="out", author="kith")
    at = stamp(clinic.clock())
    for number, state in enumerate(states):
        point = maria.put(contact_point, conversation_id=maria.thread, system="web", value=f"w{number}")
        row = {"conversation_id": maria.thread, "contact_point_id": point, "seq": seq, "next_attempt_at": at}
        with clinic.engine.begin() as connection:
            connection.execute(
                outbox.insert().values(
                    id=f"o{number}",
                    message_id=maria.messages[seq],
                    state=state,
                    created_at=at,
                    updated_at=at,
                    **row,
                )
            )
    assert words in text_of(nurse.open(f"/patients/{maria.id}").text)


def test_a_deleted_patient_has_no_page(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    with clinic.engine.begin() as connection:
        people.change_patient(connection, maria.id, deleted_at=stamp(clinic.clock()))
    assert nurse.open(f"/patients/{maria.id}").status_code == 404
    assert clinic.rows(audit_event, action="R") == []


def test_the_messages_fragment_says_nothing_twice(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    maria.says("first", ago=timedelta(minutes=3))
    answer = nurse.open(f"/patients/{maria.id}/messages")
    tag = {"If-None-Match": answer.headers["etag"]}
    assert nurse.client.get(f"/patients/{maria.id}/messages", headers=tag).status_code == 304
    maria.says("second")
    assert "second" in nurse.client.get(f"/patients/{maria.id}/messages", headers=tag).text


@pytest.mark.parametrize("consent", ["active", None])
def test_the_messages_fragment_tells_that_something_beside_them_changed(
    clinic: Clinic, nurse: Browser, consent: str | None
) -> None:
    maria = clinic.patient("Maria", None, consent=consent)
    seq = maria.says("I want to die", ago=timedelta(minutes=3))
    first = nurse.open(f"/patients/{maria.id}/messages")
    tags = [first.headers["kith-around"]]

    def ask() -> str:
        unchanged = {"If-None-Match": first.headers["etag"]}
        answer = nurse.client.get(f"/patients/{maria.id}/messages", headers=unchanged)
        assert answer.status_code == 304
        return answer.headers["kith-around"]

    assert ask() == tags[0]
    assert f'data-around="{tags[0]}"' in nurse.open(f"/patients/{maria.id}").text
    maria.flagged("crisis", "crisis-suicide", "I want to die", seq)
    tags.append(ask())
    maria.task("human", "stat", "Call Maria", seq)
    tags.append(ask())
    assert len(set(tags)) == 3


def test_the_messages_fragment_tells_that_the_conversation_was_handed_back(
    clinic: Clinic, nurse: Browser
) -> None:
    page = f"/patients/{clinic.patient('Maria', None).id}"
    nurse.send(f"{page}/take-over", on=page)
    taken = nurse.open(f"{page}/messages").headers["kith-around"]
    nurse.send(f"{page}/hand-back", on=page)
    assert nurse.open(f"{page}/messages").headers["kith-around"] != taken


def test_a_long_record_costs_the_page_no_more_than_its_newest(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    for number in range(300):
        maria.says(f"message {number}", ago=days(1))
    page = nurse.open(f"/patients/{maria.id}").text
    assert page.count('class="said"') == 60


def test_two_flags_of_one_number_are_one_strip_and_are_seen_to_together(
    clinic: Clinic, nurse: Browser
) -> None:
    maria = clinic.patient("Maria", None)
    seq = maria.says("my potassium is 5.9")
    heard = maria.flagged("soon", "soon-lab", "my potassium is 5.9", seq)
    judged = maria.flagged("soon", "result-potassium", "potassium is 5.9", seq)
    other = maria.says("and I fell")
    maria.flagged("soon", "soon-fall", "I fell", other)
    page = nurse.open(f"/patients/{maria.id}").text
    assert page.count('<article class="flag') == 2
    assert "Potassium result" in page
    assert nurse.open("/").text.count("badge soon") == 2
    nurse.send(f"/patients/{maria.id}/flags/{judged}/close", on=f"/patients/{maria.id}", also=heard)
    states = {row.code: row.status for row in clinic.rows(flag)}
    assert states == {"soon-lab": "inactive", "result-potassium": "inactive", "soon-fall": "active"}


def test_a_flag_of_another_patient_is_not_closed_with_it(clinic: Clinic, nurse: Browser) -> None:
    maria, james = clinic.patient("Maria", None), clinic.patient("James", None)
    own = maria.flagged("soon", "soon-lab", "words", maria.says("words"))
    others = james.flagged("soon", "soon-lab", "words", james.says("words"))
    answer = nurse.send(f"/patients/{maria.id}/flags/{own}/close", on=f"/patients/{maria.id}", also=others)
    assert answer.status_code == 404
    assert {row.status for row in clinic.rows(flag)} == {"active"}


def test_what_needs_discussing_joins_a_result_and_a_life(clinic: Clinic, nurse: Browser) -> None:
    maria = fill(clinic)
    reads = text_of(nurse.open(f"/patients/{maria.id}").text)
    assert "Potassium high and rising: cannot easily reach care or the pharmacy" in reads
    assert "My bus stopped running" in reads


def test_every_vital_sign_can_be_led_to_and_keeps_its_remark(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    sign = {"category": "vital-signs", "effective_at": "2026-02-11"}
    ids = [
        maria.result("Systolic", "128", code="8480-6", unit="mm[Hg]", note="cuff too small", **sign),
        maria.result("Diastolic", "82", code="8462-4", unit="mm[Hg]", note="arm not at rest", **sign),
        *(maria.result(f"Sign {number}", "1", code=f"sign-{number}", **sign) for number in range(9)),
    ]
    page = nurse.open(f"/patients/{maria.id}").text
    assert "128/82 mm[Hg]" in page
    assert "cuff too small" in page
    assert "arm not at rest" in page
    assert [page.count(f'id="r-{each}"') for each in ids] == [1] * len(ids)


def test_disagreement_vital_signs_remarks_and_files_stand_on_it(clinic: Clinic, nurse: Browser) -> None:
    maria = fill(clinic)
    tell_all(clinic, maria)
    reads = text_of(nurse.open(f"/patients/{maria.id}").text)
    for words in (
        "A condition: Chronic kidney disease, stage 3 They say I don't have kidney disease",
        "The chart says Chronic kidney disease, stage 3 from the chart",
        "Patient and caregiver: Food",
        "Laboratory's remark on Hemoglobin: Specimen slightly hemolyzed.",
        "Blood pressure 152/88 mm[Hg]",
        "more, in range and steady",
        "Photo sent 8 Mar",
    ):
        assert words in reads.replace("today", "9 Mar").replace("yesterday", "8 Mar"), words


def test_the_page_as_json_is_for_who_may_read_it_and_is_noted(clinic: Clinic, nurse: Browser) -> None:
    maria, quiet = fill(clinic), clinic.patient("Quiet", None, consent=None)
    answer = nurse.open(f"/patients/{maria.id}/portrait.json")
    assert answer.json()["kithPortrait"] == 1
    assert answer.json()["strengths"][0]["text"] == "My sister Rosa calls every night"
    assert [row.entity for row in clinic.rows(audit_event, action="R:portrait")] == [f"Patient/{maria.id}"]
    assert nurse.open(f"/patients/{quiet.id}/portrait.json").status_code == 403
