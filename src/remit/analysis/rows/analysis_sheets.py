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
    def warnings(self) -> tuple[str, ...]:
        """What is to be known of its numbers, each once, with the arm where it is of one."""
        told: dict[str, None] = {}
        for row in self.rows:
            for warning in row.warnings:
                if not row.versus:
                    told[f"{row.arm}: {warning}" if row.arm else warning] = None
        for row in self.between:
            for warning in row.warnings:
                if not any(line.endswith(warning) for line in told):
                    told[f"{row.method}: {warning}"] = None
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
