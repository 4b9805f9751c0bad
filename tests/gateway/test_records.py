"""The clinic's systems at the door: whom it opens to, what is answered, and that nothing is taken twice."""

import json
from typing import Any

import pytest

from record import systems
from record.ids import now
from record.tables import audit_event, import_batch, observation, patient
from tests.gateway.conftest import ADMIN, Kit
from tests.record.samples import bundle, hl7
from tests.record.samples import observation as result
from tests.record.samples import patient as person

FHIR = "application/fhir+json"
RECORD = bundle(person(), result())


def token_of(kit: Kit, name: str = "riverside-lab", may: systems.May = "write") -> str:
    with kit.engine.begin() as connection:
        return systems.add(connection, name, now(), may=may)


def send(kit: Kit, content: str | bytes, token: str, kind: str = FHIR, **params: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    return kit.client.post("/fhir", content=content, headers=headers, params=params)


def issues(answer: Any) -> list[dict[str, Any]]:
    assert answer.headers["content-type"].startswith(FHIR)
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    found: list[dict[str, Any]] = body["issue"]
    return found


def test_a_system_sends_a_bundle(kit: Kit) -> None:
    answer = send(kit, RECORD, token_of(kit))
    assert answer.status_code == 200
    assert issues(answer) == [
        {
            "severity": "information",
            "code": "informational",
            "diagnostics": "taken 1 results and 0 conditions and medicines",
        }
    ]
    assert [(row.code, row.value, row.interpretation) for row in kit.rows(observation)] == [
        ("2823-3", "5.9", "H")
    ]
    (noted,) = kit.rows(audit_event)
    (who,) = kit.rows(patient)
    assert (noted.agent, noted.action, noted.entity) == (
        "system riverside-lab",
        "C:import",
        f"Patient/{who.id}",
    )


def test_the_same_bundle_twice_changes_nothing(kit: Kit) -> None:
    token = token_of(kit)
    send(kit, RECORD, token)
    before = [len(kit.rows(table)) for table in (observation, patient, import_batch, audit_event)]
    answer = send(kit, RECORD, token)
    assert (answer.status_code, issues(answer)[0]["diagnostics"]) == (200, "taken in before, nothing changed")
    assert [len(kit.rows(table)) for table in (observation, patient, import_batch, audit_event)] == before


def test_what_was_not_taken_or_not_judged_is_named(kit: Kit) -> None:
    content = bundle(person(), result(code="99999-9"), {"resourceType": "Claim"})
    said = [(each["severity"], each.get("expression")) for each in issues(send(kit, content, token_of(kit)))]
    assert said == [
        ("information", None),
        ("warning", ["entry[2].resource"]),
        ("information", ["entry[1].resource"]),
    ]


def test_a_long_list_is_cut_and_counted(kit: Kit) -> None:
    content = bundle(person(), *({"resourceType": "Claim"} for _ in range(250)))
    found = issues(send(kit, content, token_of(kit)))
    assert len(found) == 201
    assert found[-1]["diagnostics"] == "and 51 more"


def test_a_wrong_element_refuses_the_whole_and_is_named(kit: Kit) -> None:
    content = bundle(person(), result(), result(id="o2", valueQuantity={"value": "5,9"}))
    answer = send(kit, content, token_of(kit))
    assert answer.status_code == 422
    assert issues(answer) == [
        {
            "severity": "error",
            "code": "invalid",
            "diagnostics": "is not a number",
            "expression": ["entry[2].resource.valueQuantity.value"],
        }
    ]
    assert kit.rows(observation) == kit.rows(patient) == kit.rows(audit_event) == []


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer kith_wrong",
        "Basic {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer x{token}",
    ],
)
def test_any_other_token_is_nobodys(kit: Kit, header: str) -> None:
    headers = {"Authorization": header.format(token=token_of(kit)), "Content-Type": FHIR}
    answer = kit.client.post("/fhir", content=RECORD, headers=headers)
    assert (answer.status_code, issues(answer)[0]["code"]) == (401, "login")
    assert kit.rows(observation) == []


def test_a_disabled_system_is_nobody(kit: Kit) -> None:
    token = token_of(kit)
    with kit.engine.begin() as connection:
        systems.disable(connection, "riverside-lab", now())
    assert send(kit, RECORD, token).status_code == 401


RIGHTS = [("write", 200, 403), ("read", 403, 200), ("read+write", 200, 200)]


@pytest.mark.parametrize(("may", "writing", "reading"), RIGHTS)
def test_a_system_may_only_what_it_was_given(kit: Kit, may: systems.May, writing: int, reading: int) -> None:
    send(kit, RECORD, ADMIN)
    token, (who,) = token_of(kit, may=may), kit.rows(patient)
    read = kit.client.get(f"/fhir/Patient/{who.id}/$everything", headers={"Authorization": f"Bearer {token}"})
    sent = send(kit, bundle(person(), result(id="o2")), token)
    assert (sent.status_code, read.status_code) == (writing, reading)
    for answer in (sent, read):
        if answer.status_code == 403:
            assert issues(answer)[0]["code"] == "forbidden"
    agents = [row.agent for row in kit.rows(audit_event) if row.action == "R"]
    assert agents == (["system riverside-lab"] if reading == 200 else [])


def test_a_system_makes_no_patients(kit: Kit) -> None:
    headers = {"Authorization": f"Bearer {token_of(kit, may='read+write')}"}
    assert kit.client.post("/admin/patients", json={}, headers=headers).status_code == 401


REFUSED = [
    (b"hello", "image/png", 415, "not-supported"),
    (b"\xff\xfe\x00", FHIR, 400, "structure"),
    (b"caf\xe9", FHIR, 400, "structure"),
    (b"{", FHIR, 422, "invalid"),
    (b"", FHIR, 422, "invalid"),
    (b"[" * 100_000, FHIR, 422, "invalid"),
    (b'<!DOCTYPE x [<!ENTITY a "b">]><ClinicalDocument/>', "application/cda+xml", 422, "invalid"),
]


@pytest.mark.parametrize(("content", "kind", "status", "code"), REFUSED)
def test_what_is_no_record_is_refused_as_an_outcome(
    kit: Kit, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = send(kit, content, token_of(kit), kind)
    assert (answer.status_code, issues(answer)[0]["code"]) == (status, code)
    assert kit.rows(import_batch) == []


def test_a_record_for_a_patient_there_is_not(kit: Kit) -> None:
    answer = send(kit, RECORD, token_of(kit), patient="nobody")
    assert (answer.status_code, issues(answer)[0]["code"]) == (404, "not-found")
    assert kit.rows(patient) == []


def test_hl7_comes_in_by_the_same_door(kit: Kit) -> None:
    message = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F")
    answer = send(kit, message, token_of(kit), "x-application/hl7-v2+er7")
    assert (answer.status_code, len(kit.rows(observation))) == (200, 1)


def test_an_answer_says_nothing_of_what_was_sent(kit: Kit) -> None:
    wrong = result(valueQuantity={"value": "seven hundred"}, note=[{"text": "a secret"}])
    answer = send(kit, bundle(person(), wrong), token_of(kit))
    assert not any(word in answer.text for word in ("seven", "secret", "Kept", "MRN-1"))
    assert "Traceback" not in json.dumps(answer.json())
