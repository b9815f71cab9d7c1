"""A sheet: one row a visit of a person, one column a quantity, dose or finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.numbers import Categories, Numbers, Whole, categories_of, no_numbers
from remit.criteria.dates import Moment, Window
from remit.criteria.leaves import DoseDays, Leaf
from remit.criteria.readings import Dose
from remit.facts.selection import chosen
from remit.truth import Reason

VISIT = "visit"
AT_VISIT = Window(Moment(VISIT), Moment(VISIT))


def dose_column(name: str) -> str:
    """The column that holds the daily dose of a drug or class in mg/d.

    >>> dose_column("glucocorticoid")
    'dose of glucocorticoid'
    """
    return f"dose of {name}"


def column_of_dose(dose: Dose) -> str:
    """The column that a dose is read from: that of the daily dose, or one of its own for a span.

    >>> from remit.criteria.dates import Duration, Moment
    >>> from remit.criteria.tree import AbsenceRule
    >>> span = Window(Moment("visit", Duration(12, "week"), -1), Moment("visit"))
    >>> column_of_dose(Dose("glucocorticoid", (), span, AbsenceRule("covered")))
    'highest dose of glucocorticoid in [visit - 12 weeks, visit]'
    """
    if moment_of(dose.window) is not None:
        return dose_column(dose.name)
    return f"highest dose of {dose.name} {dose.window}"


def column_of_days(leaf: DoseDays) -> str:
    """The column that holds the number of days above a dose.

    >>> from fractions import Fraction
    >>> from remit.criteria.dates import Duration, Moment
    >>> from remit.criteria.tree import AbsenceRule, Threshold
    >>> span = Window(Moment("visit", Duration(8, "week"), -1), Moment("visit"))
    >>> dose = Dose("glucocorticoid", (), span, AbsenceRule("covered"))
    >>> column_of_days(DoseDays(dose, Threshold(">", Fraction(10)), 3, consecutive=True))
    'consecutive days with dose of glucocorticoid > 10 mg/d in [visit - 8 weeks, visit]'
    """
    in_a_row = "consecutive " if leaf.consecutive else ""
    limit = f"{leaf.threshold.operator} {leaf.threshold.value} mg/d"
    return f"{in_a_row}days with dose of {leaf.dose.name} {limit} {leaf.dose.window}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known at each visit, and which other visits an expression may read beside it.

    Attributes:
        rows: how many visits.
        numbers: the columns of numbers, by concept name (`age` among them; doses as
            `column_of_dose` names them, days above a dose as `column_of_days`).
        categories: the columns of coded values, by concept name (`sex` among them).
        moments: name of another visit -> its row for each row, -1 where there is none, shape
            (rows,).
        answered: the codes of leaves that were answered from records, because they ask for more
            than readings at visits.
    """

    rows: int
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    categories: Mapping[str, Categories] = field(default_factory=dict)
    moments: Mapping[str, Whole] = field(default_factory=dict)
    answered: Mapping[Leaf, LeafCodes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.numbers.items()}
        lengths |= {name: len(column) for name, column in self.categories.items()}
        assert all(length == self.rows for length in lengths.values()), f"uneven columns: {lengths}"

    def numbers_at(self, name: str, moment: str) -> Numbers:
        """A column of numbers at a moment; where the sheet has no such column, nothing is known."""
        column = self.numbers.get(name)
        if column is None:
            column = no_numbers(self.rows)
        return column if moment == VISIT else column.take(self.rows_at(moment))

    def categories_named(self, name: str, ids: tuple[int, ...]) -> Categories:
        """A column of coded values; where the sheet has no such column, nothing is known."""
        column = self.categories.get(name)
        return categories_of(ids, np.full(self.rows, -1)) if column is None else column

    def codes_at(self, moment: str, codes: LeafCodes) -> LeafCodes:
        """The codes of a moment, from those of the visits themselves."""
        if moment == VISIT:
            return codes
        rows = self.rows_at(moment)
        return chosen(rows < 0, np.int8(Reason.NO_ANCHOR), codes.take(rows))

    def rows_at(self, moment: str) -> Whole:
        """The row of each row's visit at a moment, -1 where it has none."""
        found = self.moments.get(moment)
        return np.full(self.rows, -1, np.int64) if found is None else found

    def with_columns(
        self,
        *,
        numbers: Mapping[str, Numbers] | None = None,
        categories: Mapping[str, Categories] | None = None,
    ) -> Sheet:
        """The same visits with more columns."""
        return replace(
            self,
            numbers={**self.numbers, **(numbers or {})},
            categories={**self.categories, **(categories or {})},
        )


def moment_of(window: Window) -> str | None:
    """The visit at which a window looks; None where it spans days and a sheet cannot answer."""
    if window.start is None or window.start != window.end or window.start.offset is not None:
        return None
    anchor = window.start.anchor
    return anchor if isinstance(anchor, str) else None
