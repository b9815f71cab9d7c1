"""Classification of the synthetic persons where no result is recorded: what their values alone say.

None of the criteria is recorded as such, and some are shown by a value of the window. SLICC
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
from remit.simulate.reading import Op, against, against_code, against_limit, latest, some
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
    """What the values of a window affirm: a value can show a criterion, and never deny it.

    Attributes:
        nothing: the answer of a criterion of which nothing is recorded.
    """

    cohort: Cohort
    window: Window
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
