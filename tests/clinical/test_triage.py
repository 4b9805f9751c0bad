"""How soon: every rule of the table has a source and a case, at its limit and on the safe side of it."""

from datetime import date
from decimal import Decimal

import pytest

from clinical import background, triage
from clinical.catalogue import Catalogue
from clinical.interpret import judge
from clinical.types import Interpretation, Judgement, Person, Result
from clinical.types import Triage as Found

TODAY = date(2026, 9, 1)
NOBODY = Person()
WOMAN = Person(sex="female", birth_date=date(1980, 5, 1))
PREGNANT = Person(sex="female", birth_date=date(1995, 5, 1), pregnant=True)


def found(
    known: Catalogue,
    analyte: str,
    value: str,
    unit: str | None = None,
    symptoms: str = "",
    person: Person = WOMAN,
) -> Found:
    result = Result(analyte, value, unit or known[analyte].unit)
    judgement = judge(result, person, TODAY, known)
    return triage.triage(judgement, result, person, frozenset(symptoms.split()), catalogue=known)


@pytest.mark.parametrize(
    ("analyte", "value", "symptoms", "tier"),
    [
        ("potassium", "4.2", "", "nothing"),
        ("potassium", "4.2", "heart-rhythm", "nothing"),
        ("potassium", "5.3", "", "next-visit"),
        ("potassium", "5.5", "", "call-today"),
        ("potassium", "5.9", "palpitations", "act-now"),
        ("potassium", "6.4", "", "call-today"),
        ("potassium", "6.5", "", "act-now"),
        ("potassium", "2.9", "weakness", "act-now"),
        ("glucose", "199", "", "next-visit"),
        ("glucose", "200", "", "this-week"),
        ("glucose", "300", "", "call-today"),
        ("glucose", "300", "vomiting", "act-now"),
        ("glucose", "500", "", "act-now"),
        ("glucose", "69", "", "call-today"),
        ("glucose", "69", "confusion", "act-now"),
        ("glucose", "53", "", "act-now"),
        ("sodium", "130", "", "next-visit"),
        ("sodium", "130", "confusion", "act-now"),
        ("sodium", "129", "", "call-today"),
        ("sodium", "120", "", "act-now"),
        ("hemoglobin", "10", "", "next-visit"),
        ("hemoglobin", "9.9", "", "this-week"),
        ("hemoglobin", "8.1", "", "this-week"),
        ("hemoglobin", "8.0", "", "call-today"),
        ("hemoglobin", "8.0", "breathing", "act-now"),
        ("hemoglobin", "5.0", "", "act-now"),
        ("platelets", "49", "bleeding", "act-now"),
        ("neutrophils", "0.9", "fever", "act-now"),
        ("neutrophils", "0.9", "", "next-visit"),
        ("inr", "4.0", "head-injury", "act-now"),
        ("inr", "9", "", "act-now"),
        ("troponin_i", "0.5", "", "act-now"),
        ("alt", "100", "", "next-visit"),
        ("alt", "150", "", "this-week"),
        ("alt", "500", "", "call-today"),
        ("egfr", "30", "", "this-week"),
        ("egfr", "15", "", "call-today"),
        ("tsh", "9.9", "", "next-visit"),
        ("tsh", "10", "", "this-week"),
        ("lithium", "1.3", "vomiting", "act-now"),
        ("lithium", "1.3", "", "next-visit"),
        ("blood_culture", "positive", "", "act-now"),
        ("hiv", "reactive", "", "this-week"),
        ("hiv", "non-reactive", "", "nothing"),
        ("urine_nitrite", "positive", "fever", "call-today"),
        ("d_dimer", "2.0", "breathing", "act-now"),
        ("d_dimer", "2.0", "", "call-today"),
        ("d_dimer", "0.51", "", "call-today"),
        ("d_dimer", "0.4", "", "nothing"),
        ("vancomycin_trough", "28", "", "call-today"),
        ("vancomycin_trough", "20", "", "nothing"),
        ("phenytoin", "25", "", "call-today"),
        ("phenytoin", "20", "", "nothing"),
        ("phenytoin", "9", "", "next-visit"),
        ("bilirubin_total", "2.1", "jaundice", "call-today"),
        ("bilirubin_total", "2.1", "confusion", "act-now"),
        ("hemoglobin", "10", "breathlessness", "call-today"),
        ("hemoglobin", "10.1", "breathlessness", "next-visit"),
        ("glucose", "200", "frequent-urination", "call-today"),
        ("glucose", "199", "frequent-urination", "next-visit"),
        ("glucose", "65", "shaking", "act-now"),
        ("sodium", "150", "confusion", "act-now"),
        ("sodium", "149", "confusion", "next-visit"),
        ("calcium", "7.5", "numbness", "act-now"),
        ("calcium", "7.6", "numbness", "call-today"),
        ("calcium", "10.5", "confusion", "call-today"),
        ("inr", "2", "bleeding", "call-today"),
        ("inr", "1.9", "bleeding", "next-visit"),
        ("inr", "4.5", "", "call-today"),
        ("white_cells", "12", "fever", "call-today"),
        ("white_cells", "9", "fever", "nothing"),
        ("troponin_i", "0.01", "chest-pain", "call-today"),
        ("tsh", "0.1", "fever", "act-now"),
        ("tsh", "0.1", "palpitations", "call-today"),
        ("covid", "positive", "breathlessness", "act-now"),
        ("covid", "negative", "breathlessness", "nothing"),
        ("ferritin", "999", "", "this-week"),
    ],
)
def test_tiers(tests_known: Catalogue, analyte: str, value: str, symptoms: str, tier: str) -> None:
    assert found(tests_known, analyte, value, None, symptoms).tier == tier


@pytest.mark.parametrize(
    ("analyte", "value", "symptoms", "tier"),
    [
        ("tsh", "6.2", "", "call-today"),
        ("platelets", "95", "", "call-today"),
        ("alt", "90", "severe-headache", "act-now"),
        ("urine_culture", "positive", "", "call-today"),
    ],
)
def test_pregnancy_makes_it_more_urgent(
    tests_known: Catalogue, analyte: str, value: str, symptoms: str, tier: str
) -> None:
    order = triage.TIERS.index
    assert found(tests_known, analyte, value, None, symptoms, PREGNANT).tier == tier
    assert order(found(tests_known, analyte, value, None, symptoms).tier) < order(tier)  # type: ignore[arg-type]


def test_an_inr_short_of_the_goal_on_warfarin_is_for_today(tests_known: Catalogue) -> None:
    on_warfarin = Person(medicines=("Warfarin 5 MG",))
    for value in ("1.0", "1.3", "1.9"):
        assert found(tests_known, "inr", value, person=on_warfarin).tier == "call-today"
    assert found(tests_known, "inr", "2.0", person=on_warfarin).tier == "next-visit"
    assert found(tests_known, "inr", "1.3").tier == "next-visit"


@pytest.mark.parametrize(
    ("analyte", "value", "tier"),
    [
        ("glucose", "199", "next-visit"),
        ("glucose", "200", "call-today"),
        ("bilirubin_total", "5", "call-today"),
        ("tsh", "9.9", "next-visit"),
        ("tsh", "10", "call-today"),
    ],
)
def test_a_childs_result_is_sooner_for_today(
    tests_known: Catalogue, analyte: str, value: str, tier: str
) -> None:
    child = Person(birth_date=date(2017, 5, 1), childhood="child")
    assert found(tests_known, analyte, value, person=child).tier == tier
    assert found(tests_known, analyte, value).tier != "call-today"


def test_limits_convert(tests_known: Catalogue) -> None:
    assert found(tests_known, "glucose", "27.8", "mmol/L").tier == "act-now"
    assert found(tests_known, "glucose", "27.8", "mmol/L").rule == "glucose-very-high"


def test_what_could_not_be_judged_is_never_nothing(tests_known: Catalogue) -> None:
    unknown = Result("crp", "6")
    judgement = judge(unknown, NOBODY, TODAY, tests_known)
    assert triage.triage(judgement, unknown, NOBODY, catalogue=tests_known).tier == "next-visit"
    urgent = Result("glucose", "25")  # far too low, or far too high
    judgement = judge(urgent, NOBODY, TODAY, tests_known)
    assert triage.triage(judgement, urgent, NOBODY, catalogue=tests_known).tier == "call-today"


def test_a_symptom_never_lowers_a_tier(tests_known: Catalogue) -> None:
    names = " ".join(name for listed in triage.table("triage")["symptoms"].values() for name in listed)
    for analyte, value in (("potassium", "6.0"), ("glucose", "300"), ("hemoglobin", "7"), ("sodium", "125")):
        plain, worse = found(tests_known, analyte, value), found(tests_known, analyte, value, None, names)
        assert triage.TIERS.index(worse.tier) >= triage.TIERS.index(plain.tier)


def test_a_clinics_own_rule_counts(tests_known: Catalogue) -> None:
    rule = triage.Rule(
        "clinic-sodium", "call-today", "Our clinic calls at 147.", "https://clinic.example",
        analytes=frozenset({"sodium"}), at_least=Decimal(147),
    )  # fmt: skip
    result = Result("sodium", "147", "mmol/L")
    judgement = judge(result, WOMAN, TODAY, tests_known)
    tier = triage.triage(judgement, result, WOMAN, catalogue=tests_known, more=[rule])
    assert (tier.tier, tier.rule) == ("call-today", "clinic-sodium")


RULES = triage.rules()


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_every_rule_has_a_source_and_fires(tests_known: Catalogue, rule: triage.Rule) -> None:
    assert rule.source.startswith("http")
    assert rule.reason.endswith(".")
    for key in rule.analytes or {"potassium"}:
        assert key in tests_known.by_key
    assert triage.fits(rule, _at_its_limit(rule))


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.at_least or rule.at_most], ids=lambda rule: rule.id
)
def test_every_limit_holds_back_on_its_safe_side(rule: triage.Rule) -> None:
    case = _at_its_limit(rule)
    step = Decimal("-0.001") if rule.at_least is not None else Decimal("0.001")
    limit = rule.at_least if rule.at_least is not None else rule.at_most
    assert limit is not None
    assert not triage.fits(
        rule, triage.Case(**{**case.__dict__, "number": triage.Amount(limit + step, limit + step)})
    )


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.symptoms], ids=lambda rule: rule.id)
def test_a_rule_with_symptoms_needs_one(rule: triage.Rule) -> None:
    case = _at_its_limit(rule)
    assert not triage.fits(rule, triage.Case(**{**case.__dict__, "symptoms": frozenset({"hiccups"})}))


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.conditions or rule.medicines], ids=lambda rule: rule.id
)
def test_a_rule_about_a_condition_or_a_medicine_needs_one(rule: triage.Rule) -> None:
    bare = {"conditions": frozenset({"gout"}), "medicines": frozenset({"vitamins"})}
    assert not triage.fits(rule, triage.Case(**{**_at_its_limit(rule).__dict__, **bare}))
    groups = {group.code for kind in ("conditions", "medicines") for group in background.groups(kind)}
    assert rule.conditions | rule.medicines <= groups


def _at_its_limit(rule: triage.Rule) -> triage.Case:
    limit = rule.at_least if rule.at_least is not None else rule.at_most
    codes: list[Interpretation] = sorted(rule.when) or ["H"]  # type: ignore[assignment]
    return triage.Case(
        key=next(iter(rule.analytes), "potassium"),
        interpretation="L" if rule.at_most is not None and not rule.when else codes[0],
        number=None if limit is None else triage.Amount(limit, limit),
        share=rule.times_high if codes[0].startswith("H") else rule.times_low,
        symptoms=rule.symptoms,
        pregnant=bool(rule.pregnant),
        conditions=rule.conditions,
        medicines=rule.medicines,
        child=bool(rule.child),
    )


def test_a_judgement_without_a_rule_is_for_the_next_visit(tests_known: Catalogue) -> None:
    odd = Judgement("AA", "laboratory-flag", "")
    assert triage.triage(odd, Result(None, "x"), NOBODY, catalogue=tests_known).tier == "call-today"
