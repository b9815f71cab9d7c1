"""The renal domain of BILAG-2004, written from section 2.3 (rule and `Text` column) alone.

Each of the six A features, the B rule and the C rule is true, false or unknown. The grade is
worked out with every unknown false and with every unknown true; it is given where both agree.

Readings chosen where the text is open:

1. `previous` is `None` at a first visit. Protein over its limit then counts as not decreased.
   Rises of creatinine, GFR < 67 %, rises of the dipstick and of the blood pressure need a
   previous value and are false at a first visit. The table says so for creatinine and GFR only.
2. With a previous visit whose value is blank, the comparison is unknown, not false.
3. GFR < 50 "and previous > 50 or not measured" is taken word for word: without a previous GFR,
   at a first visit or blank, GFR < 50 is the third feature. The table's row on the first visit
   ("GFR < 80, default false") is read as the < 67 % clause only, and its row on a blank value
   does not undo the explicit words "not measured".
4. Proteinuria is judged on what was measured: with a low 24 h value, a missing PCR or ACR does
   not leave it open. With nothing measured it is unknown. The same for creatinine and GFR in the
   third feature. The B clause on creatinine has one input: without creatinine it is unknown.
5. The dipstick speaks only where no quantitative value is there today, in A, B and C alike (the
   text says it for A and C), even where the quantitative value cannot be compared.
6. "Up by 1 level to >= 2+" is a rise of at least one level that ends at 2+ or more.
7. PCR is compared with PCR, ACR with ACR, 24 h with 24 h; one does not stand in for another.
8. A previous protein of 0 with a value today is not a decrease.
9. Nephrotic syndrome and accelerated hypertension are taken as stated. They are not derived from
   protein or blood pressure, not even to exclude them.
10. C needs > 140 systolic and > 90 diastolic and both rises.
11. D or E with an unknown history is not evaluable.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .kleene import Truth, all_of, any_of

Value = int | Decimal | bool | None
Visit = Mapping[str, Value]
Limits = dict[str, Decimal]

SEVERE = {"protein_24h_g": Decimal(1), "pcr_mg_mmol": Decimal(100), "acr_mg_mmol": Decimal(100)}
MODERATE = {
    "protein_24h_g": Decimal("0.5"),
    "pcr_mg_mmol": Decimal(50),
    "acr_mg_mmol": Decimal(50),
}
MILD = {"protein_24h_g": Decimal("0.25"), "pcr_mg_mmol": Decimal(25), "acr_mg_mmol": Decimal(25)}
STILL = Decimal("0.75")  # a fall of exactly 25 % is a decrease

KEYS = frozenset(
    {
        *SEVERE,
        "dipstick",
        "sbp",
        "dbp",
        "accelerated_hypertension",
        "nephrotic",
        "creatinine_umol_l",
        "gfr",
        "active_sediment",
        "active_nephritis",
    }
)


def renal_grade(now: Visit, previous: Visit | None, ever_involved: Truth) -> str:
    """The renal grade A to E, or `not_evaluable` where the unknowns leave more than one."""
    for visit in (now, previous or {}):
        strange = sorted(set(visit) - KEYS)
        if strange:
            raise ValueError(f"not renal inputs: {strange}; use {sorted(KEYS)}")
    features = a_features(now, previous)
    b_alone = any_of(
        [_moderate_protein(now, previous), _creatinine_rise_of_b(now, previous)],
    )
    c_alone = any_of([_mild_protein(now), _rising_pressure(now, previous)])
    grades = {
        _letter(
            [fill if truth is None else truth for truth in features],
            fill if b_alone is None else b_alone,
            fill if c_alone is None else c_alone,
        )
        for fill in (False, True)
    }
    if len(grades) > 1:
        return "not_evaluable"
    grade = grades.pop()
    if grade != "inactive":
        return grade
    if ever_involved is None:
        return "not_evaluable"
    return "D" if ever_involved else "E"


def a_features(now: Visit, previous: Visit | None) -> list[Truth]:
    """The six features of category A in the order of the text."""
    return [
        _severe_protein(now, previous),
        _flag(now, "accelerated_hypertension"),
        _deteriorating_function(now, previous),
        _flag(now, "active_sediment"),
        _flag(now, "active_nephritis"),
        _flag(now, "nephrotic"),
    ]


def _letter(features: list[bool], b_alone: bool, c_alone: bool) -> str:
    protein, _hypertension, _function, sediment, nephritis, _nephrotic = features
    if sum(features) >= 2 and (protein or sediment or nephritis):
        return "A"
    if any(features) or b_alone:
        return "B"
    return "C" if c_alone else "inactive"


# --- protein -------------------------------------------------------------------------------


def _severe_protein(now: Visit, previous: Visit | None) -> Truth:
    measured = _quantities(now)
    if not measured:
        return _dipstick_rise(now, previous, levels=2)
    return any_of(
        all_of([value > SEVERE[key], _not_decreased(key, value, previous)])
        for key, value in measured.items()
    )


def _moderate_protein(now: Visit, previous: Visit | None) -> Truth:
    measured = _quantities(now)
    if not measured:
        return _dipstick_rise(now, previous, levels=1)
    return any_of(
        all_of([value >= MODERATE[key], _not_decreased(key, value, previous)])
        for key, value in measured.items()
    )


def _mild_protein(now: Visit) -> Truth:
    measured = _quantities(now)
    if not measured:
        dipstick = _number(now, "dipstick")
        return None if dipstick is None else dipstick >= 1
    return any(value > MILD[key] for key, value in measured.items())


def _quantities(now: Visit) -> Limits:
    read = {key: _number(now, key) for key in SEVERE}
    return {key: value for key, value in read.items() if value is not None}


def _not_decreased(key: str, value: Decimal, previous: Visit | None) -> Truth:
    if previous is None:
        return True
    before = _number(previous, key)
    return None if before is None else value > before * STILL


def _dipstick_rise(now: Visit, previous: Visit | None, *, levels: int) -> Truth:
    """Up by so many levels, to 2+ or more (which a rise by two levels always is)."""
    dipstick = _number(now, "dipstick")
    if dipstick is None:
        return None
    if dipstick < 2 or previous is None:
        return False
    before = _number(previous, "dipstick")
    return None if before is None else dipstick - before >= levels


# --- kidney function -----------------------------------------------------------------------


def _deteriorating_function(now: Visit, previous: Visit | None) -> Truth:
    clauses: list[Truth] = []
    creatinine = _number(now, "creatinine_umol_l")
    if creatinine is not None:
        clauses.append(all_of([creatinine > 130, _creatinine_risen(creatinine, previous)]))
    gfr = _number(now, "gfr")
    if gfr is not None:
        clauses.append(all_of([gfr < 80, _gfr_fallen(gfr, previous)]))
        before = None if previous is None else _number(previous, "gfr")
        clauses.append(gfr < 50 and (before is None or before > 50))
    return any_of(clauses) if clauses else None


def _creatinine_risen(creatinine: Decimal, previous: Visit | None) -> Truth:
    if previous is None:
        return False
    before = _number(previous, "creatinine_umol_l")
    return None if before is None else creatinine > before * Decimal("1.30")


def _gfr_fallen(gfr: Decimal, previous: Visit | None) -> Truth:
    if previous is None:
        return False
    before = _number(previous, "gfr")
    return None if before is None else gfr < before * Decimal("0.67")


def _creatinine_rise_of_b(now: Visit, previous: Visit | None) -> Truth:
    creatinine = _number(now, "creatinine_umol_l")
    if creatinine is None:
        return None
    if creatinine <= 130 or previous is None:
        return False
    before = _number(previous, "creatinine_umol_l")
    if before is None:
        return None
    return before * Decimal("1.15") <= creatinine <= before * Decimal("1.30")


# --- blood pressure ------------------------------------------------------------------------


def _rising_pressure(now: Visit, previous: Visit | None) -> Truth:
    return all_of(
        [
            _pressure(now, previous, "sbp", over=140, rise=30),
            _pressure(now, previous, "dbp", over=90, rise=15),
        ]
    )


def _pressure(now: Visit, previous: Visit | None, key: str, *, over: int, rise: int) -> Truth:
    value = _number(now, key)
    if previous is None:
        return False
    if value is None:
        return None
    before = _number(previous, key)
    return all_of([value > over, None if before is None else value - before >= rise])


# --- reading -------------------------------------------------------------------------------


def _number(visit: Visit, key: str) -> Decimal | None:
    value = visit.get(key)
    if isinstance(value, bool | float):
        raise TypeError(f"{key} is a whole number, a Decimal or None")
    return None if value is None else Decimal(value)


def _flag(visit: Visit, key: str) -> Truth:
    value = visit.get(key)
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{key} is True, False or None")
    return value
