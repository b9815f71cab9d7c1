"""eGFR equations, written from section 11 of the specification alone.

Creatinine in mg/dL (IDMS), age in decimal years, height in cm; the result is in
mL/min/1.73 m2. Plain floats: these are power functions, compared with a tolerance.

Readings chosen where the text is open:

* No equation checks the age it was made for; that is a matter of the rule that uses it.
* 2009 is 141 x 1.018 for women (the abstract), not 144 (the table form of the paper).
* Original Schwartz: "adolescent boy (13-18; >12)" is read in completed years, so 0.70 from the
  13th birthday; both wordings then agree.
"""

from __future__ import annotations

from typing import Literal

Sex = Literal["F", "M"]


def _check(sex: Sex) -> bool:
    if sex not in ("F", "M"):
        raise ValueError("sex is F or M")
    return sex == "F"


def ckd_epi_2021(creatinine: float, *, age: float, sex: Sex) -> float:
    """11.1, adults, no race term."""
    female = _check(sex)
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    value = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938**age
    return float(value * (1.012 if female else 1))


def ckd_epi_2009(creatinine: float, *, age: float, sex: Sex, black: bool = False) -> float:
    """11.2."""
    female = _check(sex)
    kappa, alpha = (0.7, -0.329) if female else (0.9, -0.411)
    ratio = creatinine / kappa
    value = 141 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.209 * 0.993**age
    return float(value * (1.018 if female else 1) * (1.159 if black else 1))


def mdrd_4(creatinine: float, *, age: float, sex: Sex, black: bool = False) -> float:
    """11.3, the IDMS form (175)."""
    value = 175 * creatinine**-1.154 * age**-0.203
    return float(value * (0.742 if _check(sex) else 1) * (1.212 if black else 1))


def schwartz_bedside(creatinine: float, *, height_cm: float) -> float:
    """11.4, 2009."""
    return 0.413 * height_cm / creatinine


def schwartz_original(
    creatinine: float, *, height_cm: float, age: float, sex: Sex, preterm: bool = False
) -> float:
    """11.5, 1976-87, made for Jaffe creatinine."""
    female = _check(sex)
    if age < 1:
        k = 0.33 if preterm else 0.45
    elif age >= 13 and not female:
        k = 0.70
    else:
        k = 0.55
    return k * height_cm / creatinine


def ckid_u25(creatinine: float, *, height_cm: float, age: float, sex: Sex) -> float:
    """11.6, creatinine form; height goes in as metres."""
    if _check(sex):
        if age < 12:
            k = 36.1 * 1.008 ** (age - 12)
        elif age < 18:
            k = 36.1 * 1.023 ** (age - 12)
        else:
            k = 41.4
    elif age < 12:
        k = 39.0 * 1.008 ** (age - 12)
    elif age < 18:
        k = 39.0 * 1.045 ** (age - 12)
    else:
        k = 50.8
    return float(k * (height_cm / 100) / creatinine)


def japanese(creatinine: float, *, age: float, sex: Sex) -> float:
    """11.7, JSN (Matsuo 2009)."""
    return float(194 * creatinine**-1.094 * age**-0.287 * (0.739 if _check(sex) else 1))


def chinese_mdrd(creatinine: float, *, age: float, sex: Sex) -> float:
    """11.8, Ma 2006; the coefficients are marked unconfirmed in the specification."""
    return float(175 * creatinine**-1.234 * age**-0.179 * (0.79 if _check(sex) else 1))
