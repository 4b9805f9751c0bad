"""A CSV file in, a result a row, read as its mapping says; every cell that cannot be read is named."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from record import csv_cells as cells
from record import marks
from record.csv_cells import WrongCell
from record.csv_mapping import Mapping
from record.incoming import Coding, IncomingPatient, IncomingRange, IncomingResult, Malformed, Parcel
from record.words import storable

NAMED_AT_ONCE = 10  # wrong cells: enough to see what is wrong with a file
WIDEST = 100_000  # characters of a cell
SEX = {"f": "female", "female": "female", "m": "male", "male": "male", "o": "other", "other": "other"}
# How exports write a result's status, as FHIR ObservationStatus; HL7 v2's letters are table 0085.
STATUS = {
    "": "final", "final": "final", "f": "final", "complete": "final", "completed": "final",
    "corrected": "corrected", "c": "corrected", "amended": "amended", "a": "amended",
    "preliminary": "preliminary", "p": "preliminary", "pending": "registered", "i": "registered",
    "entered-in-error": "entered-in-error", "d": "entered-in-error", "w": "entered-in-error",
    "deleted": "entered-in-error", "cancelled": "cancelled", "canceled": "cancelled", "x": "cancelled",
}  # fmt: skip


def read(content: str, name: str, mapping: Mapping) -> Parcel:
    """What the rows say. Malformed names the cells that cannot be read (`row 3 column "Result"`)."""
    rows = _rows(storable(content), mapping)
    header = next(rows, None)
    if header is None:
        raise Malformed("", "is empty")
    reading = _Reading(Parcel(source=name), mapping, _places(header[1], mapping), content)
    for number, row in rows:
        if any(cell.strip() for cell in row):
            reading.row(number, row, header[1])
    reading.finish()
    return reading.parcel


def _rows(content: str, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on; Malformed where quotes are not closed."""
    reader = csv.reader(
        io.StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=mapping.delimiter, strict=True
    )
    number = 1
    try:
        for row in reader:
            yield number, row
            number = reader.line_num + 1
    except csv.Error as error:
        raise Malformed(f"row {number}", f"is not CSV: {error}") from error


def _places(header: list[str], mapping: Mapping) -> dict[str, int]:
    """Where each column stands; a header the mapping names and the file lacks is an error."""
    titles = [title.strip() for title in header]
    places = {}
    for what, title in mapping.columns.named().items():
        if titles.count(title.strip()) != 1:
            has = "twice" if title.strip() in titles else "not in the file"
            raise Malformed(f'row 1 column "{title}"', f"is {has}; the mapping says it holds the {what}")
        places[what] = titles.index(title.strip())
    return places


@dataclass
class _Reading:
    """The rows so far."""

    parcel: Parcel
    mapping: Mapping
    places: dict[str, int]
    content: str
    wrong: list[tuple[str, str]] = field(default_factory=list)
    people: dict[tuple[str | None, ...], str] = field(default_factory=dict)

    def row(self, number: int, row: list[str], header: list[str]) -> None:
        where = f"row {number}"
        if len(row) != len(header):
            self.wrong.append((where, f"has {len(row)} cells, the header has {len(header)}"))
            return
        said = {what: row[place].strip() for what, place in self.places.items()}
        try:
            self._take(number, said)
        except WrongCell as error:
            title = header[self.places[error.what]].strip() if error.what in self.places else error.what
            self.wrong.append((f'{where} column "{title}"', error.why))

    def finish(self) -> None:
        """Nothing of a file with a wrong cell is taken: half a file would look like all of it."""
        if not self.wrong:
            return
        where, why = self.wrong[0]
        others = [f"{one}: {what}" for one, what in self.wrong[1:NAMED_AT_ONCE]]
        more = len(self.wrong) - 1 - len(others)
        told = "".join(f"; {other}" for other in others) + (f"; and {more} more" if more > 0 else "")
        raise Malformed(where, f"{why}{told}")

    def _take(self, number: int, said: dict[str, str]) -> None:
        for what, cell in said.items():
            if len(cell) > WIDEST:
                raise WrongCell(what, f"is longer than {WIDEST:,} characters")
        status = STATUS.get(said.get("status", "").casefold())
        if status is None:
            raise WrongCell("status", "is not a status Kith knows")
        text = said.get("name") or said.get("code")
        if not text:
            raise WrongCell("name" if "name" in self.places else "code", "does not say which test it is")
        patient, taken = self._patient(said), cells.time(said.get("time", ""), self.mapping)
        if not said["value"] and status not in ("entered-in-error", "cancelled", "registered"):
            self.parcel.skip(f"row {number}", "no value was given")
            return
        self.parcel.results.append(self._result(number, said, text, status, patient, taken))

    def _result(
        self,
        number: int,
        said: dict[str, str],
        text: str,
        status: str,
        patient: str,
        taken: str | None,
    ) -> IncomingResult:
        code = said.get("code")
        return IncomingResult(
            where=f"row {number}",
            patient=patient,
            source_key=self._key(number, said, text, taken),
            codings=(Coding(self.mapping.code_system, code, said.get("name") or None),) if code else (),
            text=text,
            value=cells.decimal(said["value"], self.mapping),
            status=status,
            unit=said.get("unit") or None,
            unit_text=said.get("unit") or None,
            ranges=tuple(self._ranges(said)),
            flag=marks.read([self.mapping.flag(said["flag"])]) if said.get("flag") else None,
            effective=taken,
            note=said.get("note") or None,
        )

    def _key(self, number: int, said: dict[str, str], text: str, taken: str | None) -> str:
        """The laboratory's own number; else the test and when. Without either only the same file is known."""
        if said.get("id"):
            return f"csv|{said['id']}|{said.get('code') or text}"
        if taken:
            return f"csv|{said.get('code') or text}|{taken}"
        return f"csv|{hashlib.sha256(self.content.encode()).hexdigest()}|{number}"

    def _patient(self, said: dict[str, str]) -> str:
        """Whose row it is: `""` where the file does not say, and the sender must."""
        told = tuple(said.get(what) or None for what in ("patient", "family", "given", "birth_date", "sex"))
        if not any(told):
            if "patient" in self.places:
                raise WrongCell("patient", "does not say whose it is")
            return ""
        known = self.people.get(told)
        if known is None:
            known = self.people[told] = self._new_patient(said)
        return known

    def _new_patient(self, said: dict[str, str]) -> str:
        identifier = said.get("patient")
        if "patient" in self.places and not identifier:
            raise WrongCell("patient", "does not say whose it is")
        sex = said.get("sex", "").casefold()
        if sex and sex not in SEX and sex not in ("u", "unknown"):
            raise WrongCell("sex", "is not a sex Kith knows (female, male, other, unknown)")
        born = cells.birth_date(said.get("birth_date", ""), self.mapping)
        named = "|".join(filter(None, (said.get("family"), said.get("given"), born)))
        ref = identifier or named or "patient"
        if any(one.ref == ref for one in self.parcel.patients):
            return ref  # the same person with more or less said of them: the first row counts
        self.parcel.patients.append(
            IncomingPatient(
                ref=ref,
                identifiers=((self.mapping.patient_system, identifier),) if identifier else (),
                given=said.get("given") or None,
                family=said.get("family") or None,
                birth_date=born,
                sex=SEX.get(sex),
            )
        )
        return ref

    def _ranges(self, said: dict[str, str]) -> Iterator[IncomingRange]:
        low, high = (cells.limit(what, said.get(what, ""), self.mapping) for what in ("low", "high"))
        if low or high:
            yield IncomingRange(low=low, high=high)
        elif said.get("range"):
            yield IncomingRange(text=said["range"])
