"""Rows laid out for reading: an analysis, its visits, and what each arm and comparison has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.analysis.rows.result_row import ResultRow


@dataclass(frozen=True, slots=True)
class AnalysisSheet:
    """The rows of one analysis at one visit.

    Attributes:
        by_arm: arm -> its rows. `between`: those of two arms, in the order of the methods.
    """

    analysis: str
    title: str
    visit: str
    by_arm: Mapping[str, tuple[ResultRow, ...]]
    between: tuple[ResultRow, ...]

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        return (*(row for rows in self.by_arm.values() for row in rows), *self.between)

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """What is to be known of its numbers: of whom (an arm, a method, or all), and what.

        What is told of an arm is not told again of a comparison.
        """
        told: dict[tuple[str, str], None] = {}
        for row in self.rows:
            if not row.versus:
                told |= {(row.arm, warning): None for warning in row.warnings}
        of_arms = {warning for _, warning in told}
        for row in self.between:
            told |= {(row.method, one): None for one in row.warnings if one not in of_arms}
        return tuple(told)


def analysis_sheets(rows: Sequence[ResultRow]) -> tuple[AnalysisSheet, ...]:
    """Rows by analysis and visit, in their order."""
    return tuple(_sheets(rows))


def _sheets(rows: Sequence[ResultRow]) -> Iterator[AnalysisSheet]:
    keys = dict.fromkeys((row.analysis, row.visit) for row in rows)
    for analysis, visit in keys:
        here = [row for row in rows if (row.analysis, row.visit) == (analysis, visit)]
        arms = dict.fromkeys(row.arm for row in here if not row.versus)
        by_arm = {
            arm: tuple(row for row in here if row.arm == arm and not row.versus) for arm in arms
        }
        between = tuple(row for row in here if row.versus)
        yield AnalysisSheet(analysis, here[0].title, visit, by_arm, between)
