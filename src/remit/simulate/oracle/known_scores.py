"""Scores of the synthetic persons: whether they are classified, and the total of SLEDAI-2K.

Classification where no result is recorded is what the values alone say. None of the criteria is
recorded as such, and some are shown by a value of the window. SLICC 2012: Petri, Arthritis Rheum
2012;64:2677. EULAR/ACR 2019: Aringer, Arthritis Rheumatol 2019;71:1400. SLEDAI-2K: Gladman, Ibanez
and Urowitz, J Rheumatol 2002;29:288.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remit.simulate.calendar import DayRange, Flags
from remit.simulate.item_codes import ABSENT, ITEMS, NOT_ATTRIBUTED, PRESENT, item_id
from remit.simulate.oracle.kleene import (
    MET,
    UNKNOWN,
    Answers,
    all_of,
    any_of,
    choose,
    first_known,
    total_at_least,
)
from remit.simulate.oracle.lookups import (
    UNDECIDED,
    Op,
    Side,
    against,
    against_code,
    against_codes,
    against_limit,
    flaw_of,
    latest,
    some,
)
from remit.simulate.oracle.planned_visits import AtVisits, item_of, picked_at, where_recorded
from remit.simulate.state import MICRO, DrawnCohort, Labs
from remit.truth import Reason

CLASSES = ("I", "II", "III", "IV", "V", "VI", "III+V", "IV+V")


def classified(cohort: DrawnCohort, name: str, window: DayRange) -> Answers:
    """Whether the last result of the window is `fulfilled`; without one, whether the values are."""
    labs = cohort.labs[name]
    recorded = latest(labs, window, against_code(labs, name, "fulfilled"))
    rule = {"slicc_2012": _slicc, "eular_acr_2019": _eular_acr}[name]
    everyone = np.ones(cohort.size, np.bool_)
    nothing = choose((~window.known, Reason.NO_ANCHOR), (everyone, Reason.NO_DATA), otherwise=False)
    return first_known(recorded, rule(_Values(cohort, window, nothing)))


@dataclass(frozen=True, slots=True)
class _Values:
    """What the values of a window affirm: a value can show a criterion, and never deny it.

    Attributes:
        nothing: the answer of a criterion of which nothing is recorded.
    """

    cohort: DrawnCohort
    window: DayRange
    nothing: Answers

    def titre(self, least: str) -> Answers:
        labs = self.cohort.labs["ana_titre"]
        records = against(labs, "ana_titre", ">=", least)
        return self._affirmed(some(self.cohort, "ana_titre", labs, self.window, records))

    def antibodies(self) -> Answers:
        return self._affirmed(self._beyond("anti_dsdna", ">"))

    def complement(self) -> Answers:
        return self._affirmed(any_of(self._beyond("c3", "<"), self._beyond("c4", "<")))

    def _beyond(self, name: str, op: Op) -> Answers:
        """Any value above its upper, or below its lower limit of normal."""
        labs = self.cohort.labs[name]
        records = against_limit(labs, op, "1", limits=labs.high if op == ">" else labs.low)
        return some(self.cohort, name, labs, self.window, records)

    def biopsy(self, *classes: str) -> Answers:
        """The class of the last biopsy."""
        labs = self.cohort.biopsy_findings["ln_class"]
        records = against_code(labs, "ln_class", *classes)
        return self._affirmed(latest(labs, self.window, records))

    def total(self, least: int, groups: Sequence[Sequence[tuple[int, Answers]]]) -> Answers:
        return first_known(self.nothing, total_at_least(least, groups))

    def _affirmed(self, shown: Answers) -> Answers:
        return any_of(shown, self.nothing)


def _slicc(values: _Values) -> Answers:
    nothing = values.nothing
    clinical = [nothing] * 11
    immunological = [values.complement(), *([nothing] * 5)]

    def counted(least: int, criteria: Sequence[Answers]) -> Answers:
        return values.total(least, [[(1, one)] for one in criteria])

    by_criteria = all_of(
        counted(4, [*clinical, *immunological]), counted(1, clinical), counted(1, immunological)
    )
    return any_of(all_of(values.biopsy(*CLASSES), nothing), by_criteria)


def _eular_acr(values: _Values) -> Answers:
    nothing = values.nothing
    nephritis = [
        (4, nothing),
        (8, values.biopsy("II", "V")),
        (10, values.biopsy("III", "IV", "III+V", "IV+V")),
    ]
    # Points of what only a physician's record shows: fever, blood, nerves, skin, serosa, joints.
    other = ((2,), (3, 4, 4), (2, 3, 5), (2, 2, 4, 6), (5, 6), (6,))
    clinical = [*([(points, nothing) for points in group] for group in other), nephritis]
    immunological = [
        [(2, nothing)],
        [(3, values.complement()), (4, nothing)],
        [(6, values.antibodies()), (6, nothing)],
    ]
    return all_of(
        values.titre("80"),
        values.total(10, [*clinical, *immunological]),
        values.total(1, clinical),
    )


# --- SLEDAI-2K ----------------------------------------------------------------------------------

# One reading of the laboratory: whatever picks the record, these say what it is held against.
Threshold = Callable[[str, Op, str], Answers]
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


def sledai_at_least(cohort: DrawnCohort, window: DayRange, threshold: int) -> Answers:
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


def _recorded(cohort: DrawnCohort, name: str, window: DayRange) -> Answers:
    """The last record of an item in the window: known for those who have items, else unknown."""
    nobody = np.zeros(cohort.size, np.bool_)
    found = choose((~window.known, Reason.NO_ANCHOR), (~nobody, Reason.NO_DATA), otherwise=False)
    at = cohort.items.at
    labs = cohort.items.items[item_id(name)]
    own = latest(
        labs, DayRange(window.low[at], window.high[at], window.known[at]), is_present(labs)
    )
    status, reasons = found.status.copy(), found.reasons.copy()
    status[at], reasons[at] = own.status, own.reasons
    return Answers(status, reasons)


def sledai_bounds(at: AtVisits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The least and the greatest total at each visit; a usable recorded total is both."""
    derived = by_laboratory(at.value, at.limit)
    shape = at.plan.day.shape
    low, high = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for name, (points, _) in ITEMS.items():
        labs = picked_at(item_of(at.cohort, at.one, item_id(name)), at.plan)
        found = where_recorded(labs, is_present(labs))
        found = first_known(found, derived[name]) if name in derived else found
        low += points * (found.status == MET)
        high += points * ((found.status == MET) | (found.status == UNKNOWN))
    total = at.labs("sledai_2k")
    known: Flags = total.there & (flaw_of(total, "sledai_2k") == UNDECIDED)
    known &= (total.bound == 0) | (total.bound == 5)
    recorded = total.amount // MICRO
    return np.where(known, recorded, low), np.where(known, recorded, high)
