"""Text copied from a portal or downloaded by Blue Button: by its labels, and else as a message is read."""

import hashlib

from clinical import extract
from clinical.catalogue import Catalogue
from record import blue_button
from record.incoming import LOINC, Coding, IncomingRange, IncomingResult, Parcel
from record.words import storable


def read(content: str, name: str, catalogue: Catalogue) -> Parcel:
    """The results a text holds. Whose it is a text does not say reliably: the sender must."""
    text = storable(content)
    parcel = Parcel(source=name)
    for mention in extract.read(blue_button.read(text, parcel), catalogue):
        where = f"character {mention.start}"
        if mention.subject != "patient":
            parcel.skip(where, "it is someone else's result")
            continue
        limits = mention.range
        parcel.results.append(
            IncomingResult(
                where=where,
                patient="",
                source_key=_key(mention.analyte, mention.value, mention.effective, text, mention.start),
                codings=(Coding(LOINC, mention.loinc),),
                text=mention.text,
                value=mention.value,
                status="final",
                unit=mention.unit,
                unit_text=mention.unit_text,
                ranges=(
                    IncomingRange(
                        low=None if limits.low is None else str(limits.low),
                        high=None if limits.high is None else str(limits.high),
                        text=limits.text,
                    ),
                )
                if limits
                else (),
                flag=mention.flag,
                effective=mention.effective,
                quote=text[mention.start : mention.end],
            )
        )
    if not (parcel.results or parcel.facts):
        parcel.skip("", "no laboratory result was found in the text")
    return parcel


def _key(analyte: str, value: str, effective: str | None, text: str, start: int) -> str:
    """With a date the same result from another download is known again; without one only the same text is."""
    if effective:
        return f"text|{analyte}|{effective}|{value}"
    return f"text|{hashlib.sha256(text.encode()).hexdigest()}|{start}"
