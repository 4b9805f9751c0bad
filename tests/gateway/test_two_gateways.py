"""Two gateways on one PostgreSQL: each message handled once, in order, whoever it came to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from record.tables import inbox, message, outbox
from tests.gateway.conftest import QUICK, Dialogue, until

PATIENT = replace(QUICK, apologise_after=60.0, slow_after=60.0)


def test_two_gateways_share_the_work(postgres_url: str, make_kit) -> None:
    dialogue = Dialogue()
    one, two = (make_kit(postgres_url, dialogue=dialogue, timing=PATIENT) for _ in range(2))
    forms = [
        (kit, kit.form(f"{person} {n}", From=f"+1202555{person:04d}"))
        for n in range(6)
        for person in range(4)
        for kit in (one, two)
    ]
    shared = forms[0][1]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: each[0].post(each[1]).status_code, forms))
        answers += list(pool.map(lambda kit: kit.post(shared).status_code, (one, two, one, two)))
    assert set(answers) == {200}
    until(lambda: all(row.state == "done" for row in one.rows(inbox)))
    assert len(one.rows(inbox)) == len(forms)
    lines = one.rows(message)
    for conversation in {row.conversation_id for row in lines}:
        mine = [row for row in lines if row.conversation_id == conversation]
        assert [row.seq for row in mine] == list(range(1, len(mine) + 1))
        asked = [row.text for row in mine if row.direction == "in"]
        answered = [row.text.removeprefix("About ") for row in mine if row.direction == "out"]
        assert answered == asked
    heard = [body["message_id"] for body in dialogue.heard]
    assert len(heard) == len(set(heard)) == len(forms)
    until(lambda: all(row.provider_message_id for row in one.rows(outbox)), 30)
    sent = [row.provider_message_id for row in one.rows(outbox)]
    assert len(sent) == len(set(sent)) == len(forms)


def test_an_apology_comes_from_one_of_two(postgres_url: str, make_kit) -> None:
    dialogue = Dialogue(mode="500")
    one, two = (make_kit(postgres_url, dialogue=dialogue) for _ in range(2))
    for n in range(6):
        (one, two)[n % 2].text("hello", From=f"+1202555{n:04d}")
    trouble = one.parts.phrases.patient["trouble"]
    until(lambda: one.said().count(trouble) >= 6)
    dialogue.mode = "answer"
    until(lambda: one.said().count("About hello") == 6)
    assert one.said().count(trouble) == 6
