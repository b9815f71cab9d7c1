"""Renal response of NCT05631717 (page 001), written from section 9.1 of the specification alone.

Readings chosen where the text is open:

* Lost signs as section 9.1 restores them: creatinine <= 1.2 mg/dL or <= 125 % of baseline,
  prednisone <= 10 mg.
* Creatinine > 1.2 mg/dL and protein (UPCR or 24 h) >= 0.5 are abnormal.
* "UPCR < 0.5 or 24 h < 0.5" is a Kleene "or" of two measures, at baseline and now: a measure that
  was not made is unknown, so 0.8 by UPCR with no 24 h collection leaves the gate open. The other
  reading, in which the measure that was made decides (section 9 calls P "UPCR or 24 h"), is
  `one_measure_suffices=True`. The vectors ln-02 to ln-05, ln-07 and ln-08 name UPCR only and
  need it.
* Improvement is judged on UPCR where both visits have it, else on 24 h where both have it, even
  where the abnormal baseline measure was the other one. Strictly more than 30 % or 50 %.
* With protein normal at baseline, PR is false; with creatinine unknown at baseline, PR is unknown
  unless both of its branches fail.
* "No other indicator of deterioration" is attested elsewhere and is no condition here. PR has no
  steroid gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .kleene import Truth, all_of, any_of, not_

Visit = Mapping[str, Decimal | None]

CREATININE_LIMIT = Decimal("1.2")
PROTEIN_LIMIT = Decimal("0.5")
STEROID_LIMIT = Decimal(10)
PROTEIN_MEASURES = ("upcr_g_g", "protein_24h_g")


def nct05631717_response(baseline: Visit, now: Visit, *, one_measure_suffices: bool = False) -> str:
    """`CR`, `PR`, `NR` or `not_assessable`."""
    complete = all_of(
        [
            _renal_function_gate(baseline, now),
            _protein_below_limit(now, one_measure_suffices=one_measure_suffices),
            _steroid_gate(now),
        ]
    )
    if complete is None:
        return "not_assessable"
    if complete:
        return "CR"
    partial = _partial(baseline, now, one_measure_suffices=one_measure_suffices)
    if partial is None:
        return "not_assessable"
    return "PR" if partial else "NR"


def _renal_function_gate(baseline: Visit, now: Visit) -> Truth:
    creatinine, before = now.get("creatinine_mg_dl"), baseline.get("creatinine_mg_dl")
    if creatinine is None:
        return None
    near_baseline = None if before is None else creatinine <= before * Decimal("1.25")
    return any_of([creatinine <= CREATININE_LIMIT, near_baseline])


def _protein_below_limit(visit: Visit, *, one_measure_suffices: bool) -> Truth:
    values = [visit.get(measure) for measure in PROTEIN_MEASURES]
    below = [None if value is None else value < PROTEIN_LIMIT for value in values]
    return _either(below, one_measure_suffices=one_measure_suffices)


def _protein_abnormal(visit: Visit, *, one_measure_suffices: bool) -> Truth:
    values = [visit.get(measure) for measure in PROTEIN_MEASURES]
    abnormal = [None if value is None else value >= PROTEIN_LIMIT for value in values]
    return _either(abnormal, one_measure_suffices=one_measure_suffices)


def _either(truths: list[Truth], *, one_measure_suffices: bool) -> Truth:
    measured = [truth for truth in truths if truth is not None]
    return any_of(measured if one_measure_suffices and measured else truths)


def _steroid_gate(now: Visit) -> Truth:
    dose = now.get("prednisone_mg")
    return None if dose is None else dose <= STEROID_LIMIT


def _partial(baseline: Visit, now: Visit, *, one_measure_suffices: bool) -> Truth:
    before = baseline.get("creatinine_mg_dl")
    creatinine_abnormal = None if before is None else before > CREATININE_LIMIT
    both = all_of(
        [
            creatinine_abnormal,
            _fallen(before, now.get("creatinine_mg_dl"), to_less_than=Decimal("0.7")),
            _protein_fallen(baseline, now, to_less_than=Decimal("0.7")),
        ]
    )
    protein_alone = all_of(
        [
            not_(creatinine_abnormal),
            _protein_fallen(baseline, now, to_less_than=Decimal("0.5")),
        ]
    )
    return all_of(
        [
            _protein_abnormal(baseline, one_measure_suffices=one_measure_suffices),
            any_of([both, protein_alone]),
        ]
    )


def _protein_fallen(baseline: Visit, now: Visit, *, to_less_than: Decimal) -> Truth:
    for measure in PROTEIN_MEASURES:
        fallen = _fallen(baseline.get(measure), now.get(measure), to_less_than=to_less_than)
        if fallen is not None:
            return fallen
    return None


def _fallen(before: Decimal | None, after: Decimal | None, *, to_less_than: Decimal) -> Truth:
    """Whether the value is now below this share of the earlier one."""
    return None if before is None or after is None else after < before * to_less_than
