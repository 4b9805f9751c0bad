"""The portrait as JSON: the shape portrait.schema.json describes, stable within a version."""

from collections.abc import Mapping, Sequence
from typing import Any

from record.portrait.parts import (
    Attached,
    Because,
    Change,
    ChartFact,
    Disagreement,
    Discussion,
    Form,
    Gap,
    OpenFlag,
    OpenTask,
    Portrait,
    Quote,
    ResultLine,
    Side,
)
from record.series import Earlier

VERSION = 1
Json = Mapping[str, Any]


def shape(portrait: Portrait) -> Json:
    """JSON values only. Every line names its row: `{"kind": "statement", "id": …, "message": …}`."""
    return {
        "kithPortrait": VERSION,
        "patient": _patient(portrait),
        "assembledAt": portrait.assembled_at,
        "since": portrait.since,
        "strengths": [_quote(each) for each in portrait.strengths],
        "matters": [_quote(each) for each in portrait.matters],
        "changes": [_change(each) for each in portrait.changes],
        "discuss": [_discussion(each) for each in portrait.discuss],
        "disagreements": [_disagreement(each) for each in portrait.disagreements],
        "results": [_result(each) for each in portrait.results],
        "vitalSigns": [_result(each) for each in portrait.vitals],
        "needs": [_quote(each) for each in portrait.needs],
        "questions": [_quote(each) for each in portrait.questions],
        "otherWords": [_quote(each) for each in portrait.other_words],
        "olderWordsAbout": list(portrait.older),
        "chart": [_fact(each) for each in portrait.chart],
        "flags": [_flag(each) for each in portrait.flags],
        "tasks": [_task(each) for each in portrait.tasks],
        "attachments": [_file(each) for each in portrait.attachments],
        "forms": [_form(each) for each in portrait.forms],
        "notKnown": {state: _gaps(portrait.gaps, state) for state in ("denied", "unknown", "not-asked")},
    }


def _patient(portrait: Portrait) -> Json:
    return {
        "id": portrait.patient_id,
        "conversation": portrait.conversation_id,
        "given": portrait.given,
        "family": portrait.family,
        "birthDate": portrait.birth_date,
        "sex": portrait.person.sex,
        "pregnant": portrait.person.pregnant,
        "language": portrait.language,
        "consent": portrait.consent,
        "identityVerified": portrait.identity_verified,
    }


def _place(kind: str, id: str, message_id: str | None, seq: int | None) -> Json:
    return {"kind": kind, "id": id, "message": message_id, "seq": seq}


def _quote(quote: Quote) -> Json:
    return {
        "text": quote.text,
        "category": quote.category,
        "code": quote.code,
        "origin": quote.origin,
        "by": quote.by,
        "saidAt": quote.said_at,
        "notedAt": quote.at,
        "subject": quote.subject,
        "temporality": quote.temporality,
        "polarity": quote.polarity,
        "source": _place("statement", quote.id, quote.message_id, quote.seq),
    }


def _result(line: ResultLine) -> Json:
    return {
        **_value(line.newest),
        "name": line.name,
        "series": line.series,
        "state": sorted(line.state),
        "matters": list(line.matters),
        "change": line.change,
        "note": line.note,
        "quote": line.quote,
        "toldToPatient": not line.awaiting_release,
        "earlier": [_value(each) for each in line.earlier],
        "source": _place("observation", line.newest.id, line.message_id, line.seq),
    }


def _value(row: Earlier) -> Json:
    return {
        "id": row.id,
        "loinc": row.code,
        "analyte": row.analyte,
        "text": row.text,
        "subject": row.subject,
        "value": row.value,
        "comparator": row.comparator,
        "unit": row.unit,
        "unitInferred": row.unit_inferred,
        "low": row.low,
        "high": row.high,
        "rangeText": row.range_text,
        "interpretation": row.interpretation,
        "tier": row.tier,
        "rule": row.rule,
        "origin": row.origin,
        "status": row.status,
        "effective": row.effective,
        "notedAt": row.at,
    }


def _discussion(each: Discussion) -> Json:
    return {
        "headline": each.headline,
        "score": each.score,
        "because": [_because(one) for one in each.because],
        "result": each.result.newest.id if each.result else None,
        "medicine": each.medicine.id if each.medicine else None,
    }


def _because(each: Because) -> Json:
    return {
        "rule": each.rule,
        "says": each.says,
        "reason": each.reason,
        "source": each.source,
        "quote": _quote(each.quote) if each.quote else None,
    }


def _disagreement(each: Disagreement) -> Json:
    return {
        "kind": each.kind,
        "about": each.about,
        "patient": _side(each.patient),
        "chart": _side(each.chart),
    }


def _side(side: Side) -> Json:
    return {
        "text": side.text,
        "origin": side.origin,
        "by": side.by,
        "at": side.at,
        "source": _place(side.kind, side.id, side.message_id, side.seq),
    }


def _fact(fact: ChartFact) -> Json:
    return {"kind": fact.kind, "id": fact.id, "text": fact.text, "status": fact.status}


def _change(each: Change) -> Json:
    return {"kind": each.kind, "says": each.says, "id": each.id, "at": each.at, "seq": each.seq}


def _flag(flag: OpenFlag) -> Json:
    place = _place("flag", flag.id, flag.message_id, flag.seq)
    return {"level": flag.level, "code": flag.code, "quote": flag.quote, "at": flag.at, "source": place}


def _task(task: OpenTask) -> Json:
    return {
        "code": task.code,
        "priority": task.priority,
        "description": task.description,
        "quote": task.quote,
        "at": task.at,
        "source": _place("task", task.id, task.message_id, task.seq),
    }


def _file(file: Attached) -> Json:
    return {
        "kind": file.kind,
        "state": file.state,
        "kilobytes": file.kilobytes,
        "problem": file.problem,
        "at": file.at,
        "source": _place("attachment", file.id, file.message_id, file.seq),
    }


def _form(form: Form) -> Json:
    return {
        "id": form.id,
        "title": form.title,
        "at": form.at,
        "score": form.score,
        "told": list(form.told),
        "denied": list(form.denied),
        "declined": list(form.declined),
        "message": form.message_id,
    }


def _gaps(gaps: Sequence[Gap], state: str) -> list[Json]:
    return [
        {"topic": gap.topic, "how": gap.how, "quote": _quote(gap.quote) if gap.quote else None}
        for gap in gaps
        if gap.state == state
    ]
