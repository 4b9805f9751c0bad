"""Made-up records whose values say what should become of them."""

import json
from typing import Any

LOINC = "http://loinc.org"
LABORATORY = [
    {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}
        ]
    }
]


def patient(**more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "urn:oid:1.2.3", "value": "MRN-1"}],
        "name": [{"family": "Kept", "given": ["Name", "Is"]}],
        "gender": "female",
        "birthDate": "1980-03-10",
    }
    return made | more


def observation(
    code: str | None = "2823-3", value: Any = 5.9, unit: str | None = "mmol/L", **more: Any
) -> dict[str, Any]:
    quantity = {"value": value} | (
        {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit} if unit else {}
    )
    coding = [{"system": LOINC, "code": code, "display": "As the lab calls it"}] if code else []
    made = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "category": LABORATORY,
        "code": {"coding": coding, "text": "As the lab calls it"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-03-01",
        "valueQuantity": quantity,
    }
    return {name: part for name, part in (made | more).items() if part is not None}


def bundle(*resources: dict[str, Any]) -> str:
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    )


def hl7(
    *obx: str, pid: str = "PID|1||MRN-1^^^LAB^MR||Kept^Name^Is||19800310|F", control: str = "MSG1"
) -> str:
    return "\r".join(
        [
            f"MSH|^~\\&|LIS|LAB|KITH|CLINIC|20260301120000||ORU^R01^ORU_R01|{control}|P|2.5.1",
            pid,
            "OBR|1|PLACER1|FILLER1^LIS|24323-8^Panel^LN|||20260301080000",
            *obx,
        ]
    )


def ccda(*observations: str, head: str = "", section: str = "30954-2") -> str:
    entries = "".join(f"<component>{one}</component>" for one in observations)
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <recordTarget><patientRole><id root="1.2.3" extension="MRN-1"/>
  <patient><name><given>Name</given><family>Kept</family></name>
   <administrativeGenderCode code="F"/><birthTime value="19800310"/></patient></patientRole></recordTarget>
 <component><structuredBody><component><section><code code="{section}" codeSystem="2.16.840.1.113883.6.1"/>
  <entry><organizer classCode="BATTERY" moodCode="EVN"><code code="18719-5" displayName="Chemistry"/>
   <effectiveTime><low value="20260301"/></effectiveTime>{entries}</organizer></entry>
 </section></component></structuredBody></component>
</ClinicalDocument>"""


def ccda_result(
    value: str = '<value xsi:type="PQ" value="5.9" unit="mmol/L"/>',
    *,
    code: str = '<code code="2823-3" codeSystem="2.16.840.1.113883.6.1" displayName="Potassium"/>',
    status: str = "completed",
    more: str = "",
    attributes: str = "",
) -> str:
    return (
        f'<observation classCode="OBS" moodCode="EVN" {attributes}><id root="9.9" extension="r1"/>{code}'
        f'<statusCode code="{status}"/><effectiveTime value="20260301080000-0500"/>'
        f"{value}{more}</observation>"
    )
