"""SLEDAI-2K of the synthetic persons: its items recorded at screening, and the known total.

Items and weights as in Gladman, Ibanez and Urowitz, J Rheumatol 2002;29:288.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from remit.simulate.answers import (
    Answers,
    any_of,
    choose,
    first_known,
    total_at_least,
)
from remit.simulate.calendar import Window
from remit.simulate.people import HEALTHY, People, Seeds
from remit.simulate.planting import NO_UNIT, UNLISTED
from remit.simulate.reading import (
    Op,
    against,
    against_codes,
    against_limit,
    latest,
)
from remit.simulate.state import NO_AMOUNT, NO_LIMIT, Added, Cohort, Labs
from remit.truth import Reason

PRESENT, ABSENT, NOT_ATTRIBUTED = 2_100_000_901, 2_100_000_902, 2_100_000_903
FINDINGS = (PRESENT, ABSENT, NOT_ATTRIBUTED, UNLISTED)
FIRST_ITEM = 2_100_001_001
# In the order of the form, which is that of the local ids: points, and how often a person with
# active disease has the finding (invented).
ITEMS: Mapping[str, tuple[int, float]] = {
    "seizure": (8, 0.02),
    "psychosis": (8, 0.015),
    "organic_brain_syndrome": (8, 0.015),
    "visual_disturbance": (8, 0.015),
    "cranial_nerve_disorder": (8, 0.01),
    "lupus_headache": (8, 0.03),
    "cva": (8, 0.01),
    "vasculitis": (8, 0.04),
    "arthritis": (4, 0.25),
    "myositis": (4, 0.03),
    "urinary_casts": (4, 0.1),
    "hematuria": (4, 0.4),
    "proteinuria": (4, 0.6),
    "pyuria": (4, 0.3),
    "rash": (2, 0.25),
    "alopecia": (2, 0.2),
    "mucosal_ulcers": (2, 0.12),
    "pleurisy": (2, 0.06),
    "pericarditis": (2, 0.05),
    "low_complement": (2, 0.5),
    "increased_dna_binding": (2, 0.5),
    "fever": (1, 0.08),
    "thrombocytopenia": (1, 0.08),
    "leukopenia": (1, 0.1),
}
BY_LABORATORY = frozenset(
    {
        "hematuria", "proteinuria", "pyuria", "low_complement", "increased_dna_binding",
        "fever", "thrombocytopenia", "leukopenia",
    }
)  # fmt: skip
# Items take many rows. So that a large cohort stays mostly laboratory values, a chunk has few.
MOST_WITH_ITEMS = 1500
SHARE_WITH_ITEMS = 0.6
FIRST_NUMBER = 400  # of the record ids


def item_id(name: str) -> int:
    """The OMOP id of an item."""
    return FIRST_ITEM + tuple(ITEMS).index(name)


def draw_items(people: People, seeds: Seeds, totals: Labs) -> tuple[Labs, Added]:
    """The totals, and the items that some persons have in their place or beside them."""
    rng = seeds.stream("sledai items")
    candidates = np.flatnonzero(totals.there[:, 0] & ~people.is_for(HEALTHY))
    count = min(MOST_WITH_ITEMS, round(SHARE_WITH_ITEMS * len(candidates)))
    at = np.sort(rng.permutation(candidates)[:count])
    clean = people.clean[at]
    # Beside the items some keep their total, usable or not; most have the items only.
    kept = rng.random(count) < 0.25
    comment = kept & ~clean & (rng.random(count) < 0.5)
    there, amount = totals.there.copy(), totals.amount.copy()
    there[at[~kept]] = False
    amount[at[comment]] = NO_AMOUNT
    day, second = totals.day[at][:, :3], totals.second[at][:, :3]
    shape = day.shape
    # The sheet of a visit: all items, nearly; of what the laboratory decides, some.
    sheet = rng.random(shape) < np.array([1.0, 0.12, 0.08])
    items = {}
    for name, (_, often) in ITEMS.items():
        filled = 0.25 if name in BY_LABORATORY else 0.985
        written = rng.random(shape) < np.where(clean, max(filled, 0.25), filled)[:, None]
        written |= clean[:, None] & (name not in BY_LABORATORY)
        chance = np.clip(often * np.exp(0.7 * people.activity[at]), 0, 0.9)[:, None]
        coded = np.where(rng.random(shape) < chance, 0, 1)
        if name in BY_LABORATORY:
            coded = np.where(clean[:, None], 0, coded)
        unusable = ~clean[:, None] & (rng.random(shape) < 0.02)
        coded = np.where(~clean[:, None] & (rng.random(shape) < 0.03), 2, coded)
        coded = np.where(unusable, rng.choice([-1, 3], shape), coded)
        items[item_id(name)] = coded_labs(sheet & written, day, second, coded, FINDINGS)
    return replace(totals, there=there, amount=amount), Added(at, FIRST_NUMBER, {}, items)


def coded_labs(
    there: NDArray[np.bool_],
    day: NDArray[np.int32],
    second: NDArray[np.int32],
    coded: NDArray[np.int64] | NDArray[np.int8],
    codes: tuple[int, ...],
) -> Labs:
    """Records of a coded answer."""
    shape = there.shape
    return Labs(
        there=there,
        day=day,
        second=second,
        amount=np.full(shape, NO_AMOUNT),
        unit=np.zeros(shape, np.int8),
        units=(NO_UNIT,),
        bound=np.zeros(shape, np.int8),
        high=np.full(shape, NO_LIMIT),
        low=np.full(shape, NO_LIMIT),
        coded=coded.astype(np.int8),
        codes=codes,
    )


# --- the known total ----------------------------------------------------------------------------

# One reading of the laboratory: whatever picks the record, these say what it is held against.
Threshold = Callable[[str, Op, str], Answers]
Side = Literal["low", "high"]
Limit = Callable[[str, Op, Side], Answers]


def by_laboratory(value: Threshold, limit: Limit) -> Mapping[str, Answers]:
    """The items that laboratory values decide."""
    return {
        "hematuria": value("urine_rbc", ">", "5"),
        "proteinuria": first_known(
            value("urine_protein_24h", ">", "0.5"), value("upcr", ">", "0.5")
        ),
        "pyuria": value("urine_wbc", ">", "5"),
        "low_complement": any_of(limit("c3", "<", "low"), limit("c4", "<", "low")),
        "increased_dna_binding": limit("anti_dsdna", ">", "high"),
        "fever": value("body_temperature", ">", "38"),
        "thrombocytopenia": value("platelets", "<", "100"),
        "leukopenia": value("leukocytes", "<", "3"),
    }


def is_present(labs: Labs) -> Answers:
    """Each recorded finding: present or not. `reasons` holds reasons."""
    return against_codes(labs, {PRESENT}, {PRESENT, ABSENT, NOT_ATTRIBUTED})


def sledai_at_least(cohort: Cohort, window: Window, threshold: int) -> Answers:
    """Whether the last total of the window is so high; without a usable one, whether its items are.

    An item is what was last recorded of it in the window, else what laboratory values say.
    """

    def value(name: str, op: Op, bound: str) -> Answers:
        labs = cohort.labs[name]
        return latest(labs, window, against(labs, name, op, bound))

    def limit(name: str, op: Op, side: Side) -> Answers:
        labs = cohort.labs[name]
        limits = labs.low if side == "low" else labs.high
        return latest(labs, window, against_limit(labs, op, "1", limits=limits))

    derived = by_laboratory(value, limit)
    parts = []
    for name, (points, _) in ITEMS.items():
        recorded = _recorded(cohort, name, window)
        found = first_known(recorded, derived[name]) if name in derived else recorded
        parts.append([(points, found)])
    return first_known(value("sledai_2k", ">=", str(threshold)), total_at_least(threshold, parts))


def _recorded(cohort: Cohort, name: str, window: Window) -> Answers:
    """The last record of an item in the window: known for those who have items, else unknown."""
    nobody = np.zeros(cohort.size, np.bool_)
    found = choose((~window.known, Reason.NO_ANCHOR), (~nobody, Reason.NO_DATA), otherwise=False)
    at = cohort.items.at
    labs = cohort.items.items[item_id(name)]
    own = latest(labs, Window(window.low[at], window.high[at], window.known[at]), is_present(labs))
    status, reasons = found.status.copy(), found.reasons.copy()
    status[at], reasons[at] = own.status, own.reasons
    return Answers(status, reasons)
