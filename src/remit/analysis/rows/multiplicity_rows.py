"""The tests of a family adjusted for each other: one more row for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from remit.analysis.methods.multiplicity import (
    AdjustedTests,
    bonferroni,
    fixed_sequence,
    hochberg,
    holm,
)
from remit.analysis.methods.register import method_named
from remit.analysis.rows.result_row import ResultRow
from remit.protocol.analysis_sections import Analysis, MultiplicityFamily

PROCEDURES: Mapping[str, Callable[[Sequence[float]], AdjustedTests]] = {
    "bonferroni": bonferroni,
    "holm": holm,
    "hochberg": hochberg,
    "fixed_sequence": fixed_sequence,
}


def adjusted_rows(
    families: Sequence[MultiplicityFamily],
    analyses: Sequence[Analysis],
    rows: Sequence[ResultRow],
) -> Iterator[ResultRow]:
    """For each family the adjusted p of its members' first tests, in the order of the plan.

    A member whose test gives no p counts as one that shows nothing, and its row says so.
    """
    for family in families:
        if family.procedure == "none":
            continue
        members = [one.id for one in analyses if one.family == family.id]
        tests = [test for name in members if (test := _first_test(name, rows)) is not None]
        if not tests:
            continue
        p = [1.0 if test.value is None else test.value for test in tests]
        adjusted = PROCEDURES[family.procedure](p)
        for test, value in zip(tests, adjusted.p, strict=True):
            lacking = () if test.value is not None else ("its test gives no p: taken as 1",)
            yield replace(
                test,
                id=f"{test.id}.{family.procedure}",
                method=family.procedure,
                statistic="adjusted p",
                value=value,
                warnings=(*test.warnings, *lacking),
                reference=method_named(family.procedure).reference,
            )


def _first_test(analysis: str, rows: Sequence[ResultRow]) -> ResultRow | None:
    return next((row for row in rows if row.analysis == analysis and row.statistic == "p"), None)
