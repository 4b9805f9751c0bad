"""Records come in whole or not at all, a patient's record goes out, a patient is made; by token only."""

import json
from http.client import HTTPConnection

import pytest
from sqlalchemy import select

from record.people import consent_status
from record.tables import audit_event, condition, contact_point, observation, patient
from tests.gateway.conftest import ADMIN, Kit, until

AUTH = {"Authorization": f"Bearer {ADMIN}"}
NEW = {
    "sex": "female",
    "birthDate": "1956-04-02",
    "conditions": ["type 2 diabetes"],
    "results": [{"loinc": "2823-3", "value": "4.4", "unit": "mmol/L", "date": "2026-01-05"}],
    "consent": True,
    "identityVerified": True,
    "contact": {"system": "sms", "value": "+12025550177"},
}


def bundle(*resources: dict) -> str:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def potassium(value: object = 5.9) -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}], "text": "Potassium"},
        "valueQuantity": {"value": value, "unit": "mmol/L", "system": "http://unitsofmeasure.org"},
        "effectiveDateTime": "2026-02-01",
    }


def make(kit: Kit, **change: object) -> dict:
    answer = kit.client.post("/admin/patients", json={**NEW, **change}, headers=AUTH)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", f"Basic {ADMIN}", f"Bearer {ADMIN}x"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/fhir"), ("GET", "/fhir/Patient/x/$everything"), ("POST", "/admin/patients")],
)
def test_without_the_token_the_door_is_shut(shared: Kit, token, method: str, path: str) -> None:
    headers = {"Authorization": token} if token else {}
    answer = shared.client.request(method, path, headers=headers, content=b"{}")
    assert answer.status_code == 401
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert shared.rows(patient) == []


def test_no_token_set_means_no_door(make_kit) -> None:
    kit = make_kit(admin_token="")
    assert (
        kit.client.post("/admin/patients", json=NEW, headers={"Authorization": "Bearer "[:-1]}).status_code
        == 401
    )


def test_a_patient_is_made_with_what_is_known(kit: Kit) -> None:
    made = make(kit)
    assert set(made) == {"patient_id", "conversation_id", "contact_point_id", "contact"}
    [row] = kit.rows(patient)
    assert (row.id, row.sex, row.birth_date) == (made["patient_id"], "female", "1956-04-02")
    assert row.identity_verified_at
    assert [each.text for each in kit.rows(condition)] == ["type 2 diabetes"]
    [result] = kit.rows(observation)
    assert (result.code, result.value, result.unit) == ("2823-3", "4.4", "mmol/L")
    with kit.engine.connect() as connection:
        assert consent_status(connection, row.id) == "active"
    kit.phone("hello", number="+12025550177")
    until(lambda: kit.on_phone("+12025550177") == ["About hello"])
    assert kit.dialogue.heard[0]["metadata"]["patient_id"] == made["patient_id"]


def test_a_web_patient_gets_a_token_that_works(kit: Kit) -> None:
    made = make(kit, contact={"system": "web", "value": "ignored"})
    headers = {"Authorization": f"Bearer {made['contact']['token']}"}
    body = {"client_id": "a", "text": "hello"}
    assert kit.client.post("/widget/messages", json=body, headers=headers).status_code == 202
    assert made["contact"]["token"] not in str(kit.rows(contact_point))


def test_a_number_of_someone_known_is_not_given_away(kit: Kit) -> None:
    make(kit)
    answer = kit.client.post("/admin/patients", json={**NEW, "sex": "male"}, headers=AUTH)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (409, "duplicate")
    assert kit.rows(patient)[0].sex == "female"


def test_someone_who_wrote_first_becomes_known(kit: Kit) -> None:
    kit.phone("hello", number="+12025550177")
    until(lambda: kit.rows(patient))
    made = make(kit)
    assert [row.id for row in kit.rows(patient)] == [made["patient_id"]]
    assert kit.rows(patient)[0].sex == "female"


@pytest.mark.parametrize(
    "change",
    [
        {"sex": "F"},
        {"birthDate": "2 April"},
        {"contact": {"system": "fax", "value": "1"}},
        {"contact": {"system": "sms", "value": "5550100"}},
        {"results": [{"loinc": "2823-3"}]},
        {"birthdate": "1956-04-02"},
    ],
)
def test_what_cannot_be_used_makes_nobody(shared: Kit, change) -> None:
    answer = shared.client.post("/admin/patients", json={**NEW, **change}, headers=AUTH)
    assert answer.status_code == 422
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert shared.rows(patient) == []


def test_a_bundle_is_taken_in_for_a_patient(kit: Kit) -> None:
    made = make(kit, results=[])
    answer = kit.client.post(
        "/fhir",
        params={"patient": made["patient_id"]},
        content=bundle(potassium()),
        headers={**AUTH, "Content-Type": "application/fhir+json"},
    )
    assert answer.status_code == 200, answer.text
    assert [(row.code, row.value) for row in kit.rows(observation)] == [("2823-3", "5.9")]


def test_malformed_fhir_says_which_element_and_leaves_nothing(kit: Kit) -> None:
    made = make(kit, results=[], conditions=[])
    answer = kit.client.post(
        "/fhir",
        params={"patient": made["patient_id"]},
        content=bundle(potassium(), potassium("lots")),
        headers={**AUTH, "Content-Type": "application/fhir+json"},
    )
    assert answer.status_code == 422
    [issue] = answer.json()["issue"]
    assert "entry[1]" in json.dumps(issue)
    assert "valueQuantity" in json.dumps(issue)
    assert kit.rows(observation) == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/fhir+json", 422),
        (b"", "application/fhir+json", 422),
        (b"\xff\xfe", "application/fhir+json", 400),
        (b"hello", "image/png", 415),
        (b"<html/>", "application/xml", 422),
        (b"MSH|", "x-application/hl7-v2+er7", 422),
    ],
)
def test_what_is_no_record_is_refused(kit: Kit, content: bytes, kind: str, status: int) -> None:
    made = make(kit, results=[], conditions=[])
    answer = kit.client.post(
        "/fhir",
        params={"patient": made["patient_id"]},
        content=content,
        headers={**AUTH, "Content-Type": kind},
    )
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "Traceback" not in answer.text
    assert kit.rows(observation) == []


def test_a_record_for_nobody(shared: Kit) -> None:
    answer = shared.client.post(
        "/fhir", params={"patient": "nobody"}, content=bundle(potassium()), headers=AUTH
    )
    assert answer.status_code == 404


def test_everything_of_a_patient_and_the_read_is_noted(kit: Kit) -> None:
    made = make(kit)
    answer = kit.client.get(f"/fhir/Patient/{made['patient_id']}/$everything", headers=AUTH)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/fhir+json")
    kinds = {entry["resource"]["resourceType"] for entry in answer.json()["entry"]}
    assert {"Patient", "Observation"} <= kinds
    with kit.engine.connect() as connection:
        actions = connection.scalars(select(audit_event.c.action).order_by(audit_event.c.seq)).all()
    assert "R" in actions


def test_everything_of_nobody(shared: Kit) -> None:
    answer = shared.client.get("/fhir/Patient/nobody/$everything", headers=AUTH)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (404, "not-found")


def test_a_record_that_is_too_large(shared: Kit) -> None:
    # Only announced: no client should have to send 33 MB to be told.
    connection = HTTPConnection(shared.url.removeprefix("http://"), timeout=60)
    connection.putrequest("POST", "/fhir")
    for name, value in {**AUTH, "Content-Length": str(33 * 1024 * 1024)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["issue"][0]["code"] == "too-long"
    connection.close()
