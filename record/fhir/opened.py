"""A FHIR file opened: its resources, where each stands, and what the references between them mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clinical.catalogue import Catalogue
from record.fhir import resources as fhir
from record.fhir.documents import check_resource, documents, path, shaped
from record.incoming import IncomingPatient, Malformed, Parcel


@dataclass(frozen=True)
class Found:
    """A resource, where it stands, and the address others may know it by."""

    where: str
    resource: dict[str, Any]
    address: str = ""  # its entry's fullUrl
    within: "Found | None" = None  # the resource that contains it

    @property
    def kind(self) -> str:
        return str(self.resource["resourceType"])

    @property
    def id(self) -> str:
        """Its id, `""` where it has none that could be referred to."""
        given = self.resource.get("id")
        return given if isinstance(given, str) else ""

    @property
    def name(self) -> str:
        """What makes it the same resource when a file holds it twice."""
        if self.within is not None:  # its id means something only inside: what it says is what it is
            said = {key: value for key, value in self.resource.items() if key != "id"}
            return f"{self.kind}#{json.dumps(said, sort_keys=True, default=str)}"
        return self.address or (f"{self.kind}/{self.id}" if self.id else self.where)


@dataclass
class Opened:
    """What a file holds, before anything in it is understood."""

    parcel: Parcel
    catalogue: Catalogue
    resources: list[Found] = field(default_factory=list)
    by_reference: dict[str, Found] = field(default_factory=dict)
    reports: dict[str, fhir.DiagnosticReport] = field(default_factory=dict)  # by where a result stands

    def resolve(self, reference: fhir.Reference | None, near: Found) -> Found | None:
        """The resource a reference means: one contained beside it, one of the file, or none."""
        target = (reference.reference if reference else None) or ""
        if target.startswith("#"):
            container = near.within or near
            return self.by_reference.get(container.where + target)
        target = target.partition("/_history/")[0]
        return self.by_reference.get(target) or self.by_reference.get("/".join(target.split("/")[-2:]))

    def report_of(self, found: Found) -> fhir.DiagnosticReport | None:
        """The laboratory report a result stands in, where one does."""
        within = found.within.where if found.within else ""
        return self.reports.get(found.where) or self.reports.get(within)

    def subject(self, found: Found, reference: fhir.Reference | None) -> str:
        """Whose it is: the patient in this file it refers to, or the reference itself."""
        if reference is not None and not reference.reference and reference.identifier is not None:
            return self._identified(found, reference.identifier)
        if reference is None or not reference.reference:
            if len(self.parcel.patients) > 1:
                raise Malformed(path(found.where, "subject"), "is missing, and the file has several patients")
            return next((one.ref for one in self.parcel.patients), "")
        target = self.resolve(reference, found)
        return target.name if target else reference.reference

    def _identified(self, found: Found, identifier: fhir.Identifier) -> str:
        """A reference by identifier alone (a medical record number) names a patient of its own."""
        if not (identifier.system and identifier.value):
            raise Malformed(path(found.where, "subject", "identifier"), "has no system, or no value")
        held = (identifier.system, identifier.value)
        known = next((one.ref for one in self.parcel.patients if held in one.identifiers), None)
        if known is not None:
            return known
        name = "|".join(held)
        self.parcel.patients.append(IncomingPatient(ref=name, identifiers=(held,)))
        return name


def open_file(content: str, catalogue: Catalogue) -> Opened:
    """Every resource of the file; Malformed names what is not one."""
    opened = Opened(Parcel(source=""), catalogue)
    for where, document in documents(content):
        check_resource(where, document)
        if document["resourceType"] == "Bundle":
            _open_bundle(opened, where, document)
        else:
            _add(opened, Found(where or document["resourceType"], document))
    for found in opened.resources:
        if found.kind == "DiagnosticReport":
            _note_report(opened, found)
    return opened


def _open_bundle(opened: Opened, where: str, bundle: Mapping[str, Any]) -> None:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise Malformed(path(where, "entry"), "is not a list")
    for index, entry in enumerate(entries):
        here = path(where, f"entry[{index}]")
        if not isinstance(entry, dict):
            raise Malformed(here, "is not an object")
        resource = entry.get("resource")
        if resource is None:
            opened.parcel.skip(here, "an entry without a resource")
            continue
        check_resource(path(here, "resource"), resource)
        address = entry.get("fullUrl")
        _add(opened, Found(path(here, "resource"), resource, address if isinstance(address, str) else ""))


def _add(opened: Opened, found: Found) -> None:
    opened.resources.append(found)
    if found.address:
        opened.by_reference[found.address] = found
    if found.id:
        opened.by_reference.setdefault(f"{found.kind}/{found.id}", found)
    _add_contained(opened, found)


def _add_contained(opened: Opened, found: Found) -> None:
    """What stands inside another resource has no life of its own; results in it are results all the same."""
    contained = found.resource.get("contained", [])
    if not isinstance(contained, list):
        raise Malformed(path(found.where, "contained"), "is not a list")
    for index, resource in enumerate(contained):
        where = path(found.where, "contained", index)
        check_resource(where, resource)
        inner = Found(where, resource, within=found)
        opened.by_reference[f"{found.where}#{inner.id}"] = inner
        if inner.kind in ("Observation", "Patient"):
            opened.resources.append(inner)


def _note_report(opened: Opened, found: Found) -> None:
    """Older systems say only on the report whose its results are, and that they are a laboratory's."""
    report = shaped(fhir.DiagnosticReport, found.where, found.resource)
    opened.reports[found.where] = report
    for index, reference in enumerate(report.result):
        target = opened.resolve(reference, found)
        if target is not None:
            opened.reports[target.where] = report
        elif reference.reference:
            opened.parcel.skip(
                path(found.where, "result", index), "the result it refers to is not in the file"
            )
    if not report.result and not found.resource.get("contained"):
        opened.parcel.skip(found.where, "a report in words, without results")
