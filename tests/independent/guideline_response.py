"""Guidelines' responses and relapses of nephritis, written from their sources alone.

Sources: EULAR/ERA-EDTA 2012, statement 3.2 (Ann Rheum Dis 71:1771); EULAR 2025 (Ann Rheum Dis
2026;85:75, as transcribed); KDIGO 2012 and the Dutch working party, in the table of Parikh 2020 (Am
J Kidney Dis 76:265); table 29 of KDIGO 2012 (PMC4089588).

Readings chosen where the text is open:

* Only the ratio measures protein here, in g/g; EULAR 2012 prints mg/mmol (1 g/g is 113.1 mg/mmol).
* Normal filtration is 90 mL/min/1.73 m2, "previously abnormal" is abnormal at baseline.
* A return to the creatinine before the flare allows 15 % (KDIGO) or 25 % (Dutch). Where nobody
  recorded it, a creatinine of at most 1.2 mg/dL at baseline stands for it; where that was higher it
  may have been anything up to the value at baseline.
* A relapse is held against the visit before; the upper bounds of the moderate one are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .kleene import Truth, all_of, any_of, not_

Visit = Mapping[str, Decimal | None]
MICROMOLES = Decimal("88.4")  # creatinine of 1 mg/dL in umol/L


def _less(value: Decimal | None, limit: Decimal) -> Truth:
    return None if value is None else value < limit


def _at_least(value: Decimal | None, limit: Decimal) -> Truth:
    return None if value is None else value >= limit


def _share(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after / before


def _at_most(value: Decimal | None, limit: Decimal) -> Truth:
    return None if value is None else value <= limit


def _graded(complete: Truth, partial: Truth) -> str:
    if complete:
        return "CR"
    if complete is None or partial is None:
        return "not assessable"
    return "PR" if partial else "NR"


def eular_2012(baseline: Visit, now: Visit) -> str:
    rate, before = now.get("gfr"), baseline.get("gfr")
    near = any_of(
        [
            _at_least(rate, Decimal(90)),
            all_of([_less(before, Decimal(90)), _at_least(rate, Decimal(81))]),
        ]
    )
    molar = None if (ratio := now.get("upcr")) is None else ratio * Decimal("113.1")
    fall = _share(baseline.get("upcr"), now.get("upcr"))
    complete = all_of([_less(molar, Decimal(50)), near])
    partial = all_of([_at_most(fall, Decimal("0.5")), _less(molar, Decimal(350)), near])
    return _graded(complete, partial)


def eular_2025(baseline: Visit, now: Visit) -> dict[str, str]:
    """The milestones of months 3, 6 and 12, and the response of any visit."""
    kept = _at_least(_share(baseline.get("gfr"), now.get("gfr")), Decimal("0.8"))
    fall = _share(baseline.get("upcr"), now.get("upcr"))
    ratio = now.get("upcr")
    words = {True: "R", False: "NR", None: "not assessable"}
    found = {
        "eular_2025_month_3": words[all_of([_at_most(fall, Decimal("0.75")), kept])],
        "eular_2025_month_6": words[all_of([_at_most(fall, Decimal("0.5")), kept])],
        "eular_2025_month_12": words[all_of([_less(ratio, Decimal("0.7")), kept])],
    }
    complete = all_of([_less(ratio, Decimal("0.5")), kept])
    return {
        **found,
        "eular_2025": _graded(complete, all_of([_at_most(fall, Decimal("0.5")), kept])),
    }


def _returned(baseline: Visit, now: Visit, times: Decimal) -> Truth:
    creatinine, at_flare = now.get("creatinine"), baseline.get("creatinine")
    before = baseline.get("preflare_umol")
    if creatinine is None:
        return None
    if before is not None:
        return creatinine * MICROMOLES <= times * before
    if at_flare is None:
        return None
    if creatinine > times * at_flare:
        return False
    return True if at_flare <= Decimal("1.2") else None


def kdigo_2012(baseline: Visit, now: Visit) -> str:
    ratio, before = now.get("upcr"), baseline.get("upcr")
    nephrotic = _at_least(before, Decimal(3))
    creatinine = _share(baseline.get("creatinine"), now.get("creatinine"))
    complete = all_of([_less(ratio, Decimal("0.5")), _returned(baseline, now, Decimal("1.15"))])
    partial = all_of(
        [
            _at_most(_share(before, ratio), Decimal("0.5")),
            any_of([not_(nephrotic), _less(ratio, Decimal(3))]),
            _at_most(creatinine, Decimal("1.25")),
        ]
    )
    return _graded(complete, partial)


def dutch(baseline: Visit, now: Visit) -> str:
    ratio = now.get("upcr")
    returned = _returned(baseline, now, Decimal("1.25"))
    fall = _less(_share(baseline.get("upcr"), ratio), Decimal("0.5"))
    complete = all_of([_less(ratio, Decimal("0.5")), returned])
    return _graded(complete, all_of([fall, _less(ratio, Decimal(3)), returned]))


def kdigo_relapse(previous: Visit, now: Visit) -> dict[str, Truth]:
    """Whether a relapse is severe, and whether it is moderate or severe."""
    was, creatinine = previous.get("creatinine"), now.get("creatinine")
    before, ratio = previous.get("upcr"), now.get("upcr")
    severe_creatinine: Truth = None
    moderate_creatinine: Truth = None
    if was is not None and creatinine is not None:
        rise, high = creatinine - was, was >= 2
        severe_creatinine = rise > (Decimal("1.5") if high else Decimal(1))
        moderate_creatinine = rise >= (Decimal("0.4") if high else Decimal("0.2"))
    severe_protein: Truth = None
    moderate_protein: Truth = None
    if before is not None and ratio is not None:
        severe_protein = ratio - before > 5
        if before < Decimal("0.5"):
            moderate_protein = ratio >= 1
        elif before <= 1:
            moderate_protein = ratio >= 2
        else:
            moderate_protein = ratio >= 2 * before
        moderate_protein = moderate_protein or severe_protein
    return {
        "kdigo_relapse_severe": any_of([severe_creatinine, severe_protein]),
        "kdigo_relapse_moderate": any_of([moderate_creatinine, moderate_protein]),
    }
