"""Classification of the synthetic persons where no result is recorded: what their values alone say.

None of the criteria is recorded as such; some are decided by the last value of the window. SLICC
2012: Petri, Arthritis Rheum 2012;64:2677. EULAR/ACR 2019: Aringer, Arthritis Rheumatol
2019;71:1400.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remit.simulate.answers import (
    Answers,
    all_of,
    any_of,
    choose,
    first_known,
    total_at_least,
)
from remit.simulate.calendar import Window
from remit.simulate.reading import Op, against, against_code, against_limit, latest
from remit.simulate.state import Cohort
from remit.truth import Reason

CLASSES = ("I", "II", "III", "IV", "V", "VI", "III+V", "IV+V")


def classified(cohort: Cohort, name: str, window: Window) -> Answers:
    """Whether the last result of the window is `fulfilled`; without one, whether the values are."""
    labs = cohort.labs[name]
    recorded = latest(labs, window, against_code(labs, name, "fulfilled"))
    rule = {"slicc_2012": _slicc, "eular_acr_2019": _eular_acr}[name]
    everyone = np.ones(cohort.size, np.bool_)
    nothing = choose((~window.known, Reason.NO_ANCHOR), (everyone, Reason.NO_DATA), otherwise=False)
    return first_known(recorded, rule(_Values(cohort, window, nothing)))


@dataclass(frozen=True, slots=True)
class _Values:
    """What the last values of a window say of criteria of which nothing is recorded.

    Attributes:
        nothing: the answer of a criterion that no value decides.
    """

    cohort: Cohort
    window: Window
    nothing: Answers

    def value(self, name: str, op: Op, threshold: str) -> Answers:
        labs = self.cohort.labs[name]
        return self._unrecorded(latest(labs, self.window, against(labs, name, op, threshold)))

    def low(self, name: str) -> Answers:
        labs = self.cohort.labs[name]
        return latest(labs, self.window, against_limit(labs, "<", "1", limits=labs.low))

    def high(self, name: str) -> Answers:
        labs = self.cohort.labs[name]
        records = against_limit(labs, ">", "1", limits=labs.high)
        return self._unrecorded(latest(labs, self.window, records))

    def biopsy(self, *classes: str) -> Answers:
        labs = self.cohort.biopsy_findings["ln_class"]
        records = against_code(labs, "ln_class", *classes)
        return self._unrecorded(latest(labs, self.window, records))

    def first(self, *parts: Answers) -> Answers:
        return self._unrecorded(first_known(*parts))

    def either(self, *parts: Answers) -> Answers:
        return self._unrecorded(any_of(*parts))

    def both(self, *parts: Answers) -> Answers:
        return self._unrecorded(all_of(*parts))

    def total(self, least: int, groups: Sequence[Sequence[tuple[int, Answers]]]) -> Answers:
        return self._unrecorded(total_at_least(least, groups))

    def _unrecorded(self, derived: Answers) -> Answers:
        return first_known(self.nothing, derived)


def _slicc(values: _Values) -> Answers:
    nothing = values.nothing
    protein = values.first(
        values.value("urine_protein_24h", ">=", "0.5"), values.value("upcr", ">=", "0.5")
    )
    clinical = [
        any_of(nothing, protein),  # red cell casts are not counted in anybody
        values.either(values.value("leukocytes", "<", "4"), values.value("lymphocytes", "<", "1")),
        values.value("platelets", "<", "100"),
        *([nothing] * 8),
    ]
    immunological = [values.either(values.low("c3"), values.low("c4")), *([nothing] * 5)]

    def counted(least: int, criteria: Sequence[Answers]) -> Answers:
        return values.total(least, [[(1, one)] for one in criteria])

    by_criteria = all_of(
        counted(4, [*clinical, *immunological]), counted(1, clinical), counted(1, immunological)
    )
    return any_of(all_of(values.biopsy(*CLASSES), nothing), by_criteria)


def _eular_acr(values: _Values) -> Answers:
    nothing = values.nothing
    protein = values.first(
        values.value("urine_protein_24h", ">", "0.5"), values.value("upcr", ">", "0.5")
    )
    clinical = [
        [(2, values.value("body_temperature", ">", "38.3"))],
        [
            (3, values.value("leukocytes", "<", "4")),
            (4, values.value("platelets", "<", "100")),
            (4, nothing),
        ],
        [(2, nothing), (3, nothing), (5, nothing)],
        [(2, nothing), (2, nothing), (4, nothing), (6, nothing)],
        [(5, nothing), (6, nothing)],
        [(6, nothing)],
        [
            (4, protein),
            (8, values.biopsy("II", "V")),
            (10, values.biopsy("III", "IV", "III+V", "IV+V")),
        ],
    ]
    low = (values.low("c3"), values.low("c4"))
    immunological = [
        [(2, nothing)],
        [(3, values.either(*low)), (4, values.both(*low))],
        [(6, values.high("anti_dsdna")), (6, nothing)],
    ]
    return all_of(
        values.value("ana_titre", ">=", "80"),
        values.total(10, [*clinical, *immunological]),
        values.total(1, clinical),
    )
