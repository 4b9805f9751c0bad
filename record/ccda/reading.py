"""A C-CDA document as one parcel: whom it is about, and what its sections say."""

from xml.etree.ElementTree import Element

from record.ccda import facts, results
from record.ccda.xml import CDA, code_of, every, find, parse, time, words
from record.incoming import IncomingPatient, Malformed, Parcel

RESULTS, PROBLEMS, MEDICINES = "30954-2", "11450-4", "10160-0"  # LOINC codes of sections
PRIVATE_ROOTS = {"2.16.840.1.113883.4.1", "2.16.840.1.113883.4.3.25"}  # social security, driver's licence
SEX = {"F": "female", "M": "male", "UN": "other"}


def read(content: str, name: str) -> Parcel:
    """What a document says; Malformed names the element."""
    root = parse(content)
    if root.tag != f"{CDA}ClinicalDocument":
        raise Malformed("", "is not a C-CDA document (ClinicalDocument is expected)")
    parcel = Parcel(source=name)
    parcel.patients.append(_patient(root))
    read_aloud = facts.narrative(root)
    as_of = time(find(root, "effectiveTime"), "effectiveTime") or "9999"
    sections = [(code_of(section), section) for section in root.iter(f"{CDA}section")]
    for code, section in sections:
        if code == RESULTS:
            results.read(parcel, section)
        elif code == PROBLEMS:
            facts.read_problems(parcel, section, read_aloud)
        elif code == MEDICINES:
            facts.read_medicines(parcel, section, read_aloud, as_of)
    if not any(code == RESULTS for code, _ in sections):
        parcel.skip("", "the document has no results section")
    return parcel


def _patient(root: Element) -> IncomingPatient:
    role = find(root, "recordTarget", "patientRole")
    if role is None:
        raise Malformed("recordTarget/patientRole", "is missing: nobody is named")
    name = find(role, "patient", "name")
    born = time(find(role, "patient", "birthTime"), "recordTarget/patientRole/patient/birthTime")
    gender = find(role, "patient", "administrativeGenderCode")
    identifiers = [
        (f"urn:oid:{one.get('root')}", one.get("extension", ""))
        for one in every(role, "id")
        if one.get("root") and one.get("extension") and one.get("root") not in PRIVATE_ROOTS
    ]
    given = " ".join(words(part) for part in every(name, "given")) if name is not None else ""
    return IncomingPatient(
        ref="recordTarget",
        identifiers=tuple(identifiers),
        given=given or None,
        family=words(find(name, "family")) or None if name is not None else None,
        birth_date=born[:10] if born else None,
        sex=SEX.get(gender.get("code", "")) if gender is not None else None,
    )
