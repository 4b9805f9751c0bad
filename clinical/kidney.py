"""Kidney filtration (eGFR) worked out from creatinine, age and sex."""

from decimal import ROUND_HALF_UP, Decimal

from clinical.types import Sex

SOURCE = "https://www.nejm.org/doi/full/10.1056/NEJMoa2102953"  # CKD-EPI 2021, without race
CREATININE_UNITS = {"mg/dL": Decimal(1), "umol/L": Decimal("0.011312")}


def egfr(creatinine: Decimal, unit: str, age: int, sex: Sex | None) -> Decimal | None:
    """mL/min/1.73 m2 by CKD-EPI 2021, whole; None for a child, an unknown sex or unit, or no creatinine.

    142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age (x 1.012 for women), Scr in mg/dL.
    """
    factor = CREATININE_UNITS.get(unit)
    if factor is None or age < 18 or sex not in ("female", "male") or creatinine <= 0:
        return None
    female = sex == "female"
    share = float(creatinine * factor) / (0.7 if female else 0.9)
    exponent = -0.241 if female else -0.302
    rate = 142 * min(share, 1) ** exponent * max(share, 1) ** -1.200 * 0.9938**age * (1.012 if female else 1)
    return Decimal(rate).quantize(Decimal(1), ROUND_HALF_UP)
