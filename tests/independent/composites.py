"""SRI, BICLA, LLDAS and DORIS, written from sections 3 and 4 of the specification alone.

Each answer is `True`, `False` or `None` (unknown or not evaluable). `False` is given as soon as
one condition certainly fails, even where another cannot be judged.

Readings chosen where the text is open:

* A SLEDAI-2K bound counts: with (4, 6) at baseline and (0, 2) now, SRI-4 is open. A missing
  total may be anything from 0 to 105.
* "SRI-k not attainable" (baseline below k) comes out as `False`: the fall cannot reach k.
* An unknown BILAG domain may hold any letter. Each domain is looked at by itself: a new A, or in
  BICLA an A or B that did not improve, costs 2; a new B costs 1; a total of 2 or more fails. So
  an A now after an unknown grade is certain to fail BICLA (not improved, or new) but not SRI.
* A PGA that is missing is unknown, even where the ends of the scale would settle the difference.
* SRI has no rescue condition here; BICLA asks for `treatment_failure` (discontinuation or
  restricted medication).
* BICLA needs a certain A or B at baseline; without one it is not evaluable (`None`), before
  anything else. "No deterioration > 10 %" of EMBLEM is 10 % of the scale: up to +0.3, included.
* LLDAS and DORIS judge PGA and prednisone today; `new_features` of a first visit is `None`.
  `treatment_permitted` is the attested therapy line of the table for either definition.
* DORIS takes the signs of the 2021 abstract: PGA < 0.5, prednisone <= 5 mg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypedDict

from .kleene import Truth, all_of, not_
from .sledai import clinical_sledai_2k, item_active, sledai_2k

NOT_EVALUABLE = "not_evaluable"
LETTERS = "ABCDE"
STEP = Decimal("0.3")  # on the 0-3 scale

# Items 1-8, 11-14, 18, 19 and 22 of section 1.1.
MAJOR_ORGAN_ITEMS = (
    "seizure",
    "psychosis",
    "organic_brain_syndrome",
    "visual_disturbance",
    "cranial_nerve_disorder",
    "lupus_headache",
    "cva",
    "vasculitis",
    "urinary_casts",
    "hematuria",
    "proteinuria",
    "pyuria",
    "pleurisy",
    "pericarditis",
    "fever",
)


class Visit(TypedDict, total=False):
    """What SRI and BICLA read of one visit; a key left out is unknown."""

    sledai: int | tuple[int, int] | None
    bilag: Sequence[str] | None
    pga: Decimal | None


class LowActivityVisit(TypedDict, total=False):
    """What LLDAS and DORIS read of one visit; a key left out is unknown."""

    items: Mapping[str, str]
    new_features: bool | None
    haemolytic_anaemia: bool | None
    gastrointestinal_activity: bool | None
    pga: Decimal | None
    prednisone_mg: Decimal | None
    treatment_permitted: bool | None


def sri(k: int, baseline: Visit, now: Visit) -> Truth:
    """SRI-k for k = 4 to 8: SLEDAI fall, no new A and fewer than two new B, PGA not worse."""
    if k not in (4, 5, 6, 7, 8):
        raise ValueError(f"SRI-k is defined for k = 4 to 8; got {k}")
    before_low, before_high = _total(baseline)
    now_low, now_high = _total(now)
    fallen = _decided(yes=before_low - now_high >= k, no=before_high - now_low < k)
    rise = _pga_rise(baseline, now)
    return all_of(
        [
            fallen,
            _bilag_condition(baseline, now, improvement=False),
            None if rise is None else rise < STEP,
        ]
    )


def bicla(
    variant: Literal["emblem", "tulip"],
    baseline: Visit,
    now: Visit,
    *,
    treatment_failure: Truth,
) -> Truth:
    """BICLA; the variants differ at a PGA rise of exactly 0.3 only."""
    if variant not in ("emblem", "tulip"):
        raise ValueError(f"BICLA variant is emblem or tulip; got {variant}")
    if not {"A", "B"} & set(_grades(baseline)):
        return None
    before_low, before_high = _total(baseline)
    now_low, now_high = _total(now)
    not_increased = _decided(yes=now_high <= before_low, no=now_low > before_high)
    rise = _pga_rise(baseline, now)
    steady: Truth = None
    if rise is not None:
        steady = rise <= STEP if variant == "emblem" else rise < STEP
    return all_of(
        [
            _bilag_condition(baseline, now, improvement=True),
            not_increased,
            steady,
            not_(treatment_failure),
        ]
    )


def lldas(visit: LowActivityVisit) -> Truth:
    """Lupus low disease activity state (Franklyn 2016, operational major organ items)."""
    items = visit.get("items", {})
    low, high = sledai_2k(items)
    return all_of(
        [
            _decided(yes=high <= 4, no=low > 4),
            *(not_(item_active(items, name)) for name in MAJOR_ORGAN_ITEMS),
            not_(visit.get("haemolytic_anaemia")),
            not_(visit.get("gastrointestinal_activity")),
            not_(visit.get("new_features")),
            _at_most(visit.get("pga"), Decimal(1)),
            _at_most(visit.get("prednisone_mg"), Decimal("7.5")),
            visit.get("treatment_permitted"),
        ]
    )


def doris(visit: LowActivityVisit) -> Truth:
    """DORIS 2021 remission: clinical SLEDAI-2K of 0, PGA < 0.5, prednisone <= 5 mg."""
    low, high = clinical_sledai_2k(visit.get("items", {}))
    pga = visit.get("pga")
    return all_of(
        [
            _decided(yes=high == 0, no=low > 0),
            None if pga is None else pga < Decimal("0.5"),
            _at_most(visit.get("prednisone_mg"), Decimal(5)),
            visit.get("treatment_permitted"),
        ]
    )


def _decided(*, yes: bool, no: bool) -> Truth:
    if yes:
        return True
    return False if no else None


def _at_most(value: Decimal | None, limit: Decimal) -> Truth:
    return None if value is None else value <= limit


def _total(visit: Visit) -> tuple[int, int]:
    total = visit.get("sledai")
    if total is None:
        return 0, 105
    return (total, total) if isinstance(total, int) else total


def _pga_rise(baseline: Visit, now: Visit) -> Decimal | None:
    before, after = baseline.get("pga"), now.get("pga")
    return None if before is None or after is None else after - before


def _grades(visit: Visit) -> list[str]:
    grades = visit.get("bilag")
    if grades is None:
        return [NOT_EVALUABLE] * 9
    strange = sorted(set(grades) - {*LETTERS, NOT_EVALUABLE})
    if len(grades) != 9 or strange:
        raise ValueError(f"nine grades, A to E or {NOT_EVALUABLE}, expected; got {list(grades)}")
    return list(grades)


def _bilag_condition(baseline: Visit, now: Visit, *, improvement: bool) -> Truth:
    least = most = 0
    for before, after in zip(_grades(baseline), _grades(now), strict=True):
        costs = [
            _cost(b, a, improvement=improvement)
            for b in _possible(before)
            for a in _possible(after)
        ]
        least += min(costs)
        most += max(costs)
    return _decided(yes=most <= 1, no=least >= 2)


def _possible(grade: str) -> str:
    return LETTERS if grade == NOT_EVALUABLE else grade


def _cost(before: str, after: str, *, improvement: bool) -> int:
    """What one domain costs: 2 ends the response, 1 may happen once."""
    if before != "A" and after == "A":
        return 2
    if before in "CDE" and after == "B":
        return 1
    if improvement and ((before == "A" and after == "A") or (before == "B" and after == "B")):
        return 2
    return 0
