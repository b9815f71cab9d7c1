"""Each printed number of some tables with its ruling: none is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from remit.analysis.referee.agreement_rulings import agreement_remarks, subtraction_remarks
from remit.analysis.referee.comparison_rulings import (
    estimate_remarks,
    interval_remarks,
    share_remarks,
)
from remit.analysis.referee.correlation_rulings import correlation_remarks
from remit.analysis.referee.count_rulings import count_remarks, rate_remarks
from remit.analysis.referee.matched_methods import cases_of
from remit.analysis.referee.mean_rulings import (
    arm_remarks_of_means,
    mean_interval_remarks,
    mean_test_remarks,
)
from remit.analysis.referee.order_rulings import order_remarks
from remit.analysis.referee.oriented_arms import parts_of_total
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import (
    PrintedArm,
    PrintedComparison,
    PrintedRow,
    PrintedTable,
    Scale,
)
from remit.analysis.referee.rulings import RefereedNumber, Remark, Ruling, ruled
from remit.analysis.referee.sequential_rulings import sequential_remarks
from remit.analysis.referee.significance_rulings import (
    crosstab_remarks,
    many_remarks,
    significance_remarks,
)
from remit.analysis.referee.stated_methods import StatedMethod, stated_method
from remit.analysis.referee.sum_rulings import (
    arm_remarks,
    named_remarks,
    partition_remarks,
    partitions_of,
    strata_by_row,
)
from remit.analysis.referee.table_trees import NEEDS
from remit.analysis.referee.tried_methods import Strata, shares

# Numbers of an arm against which others are checked.
ALONE = "a count, beside which nothing is printed that follows from it"
VALUES = "the patients' values are needed"
INPUTS = {
    "x": "a count, taken as printed",
    "n": "the number of persons, taken as printed",
    "time": "the persons' years, taken as printed",
    "mean": "say the step of the values (`step: 1` for whole numbers) to have it checked",
    "sd": "say the step of the values (`step: 1` for whole numbers) to have it checked",
    "se": "a standard error of an arm needs its standard deviation",
    **dict.fromkeys(("median", "q1", "q3", "min", "max"), VALUES),
    "pct": "its count and n are missing",
    "low": "the other bound of the interval is missing",
    "high": "the other bound of the interval is missing",
}


@dataclass(frozen=True, slots=True)
class RefereedTable:
    """A table with its numbers.

    Attributes:
        numbers: in the order of the source, every printed number once.
        habits: which one test gives most of the table's p, a line.
    """

    table: PrintedTable
    numbers: tuple[RefereedNumber, ...]
    habits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refereed:
    """All tables of a file.

    Attributes:
        source: the file's name.
    """

    source: str
    tables: tuple[RefereedTable, ...]

    @property
    def numbers(self) -> tuple[RefereedNumber, ...]:
        return tuple(number for table in self.tables for number in table.numbers)

    @property
    def counts(self) -> Mapping[Ruling, int]:
        """How many numbers have each ruling, in the order of the rulings."""
        found = Counter(number.ruling for number in self.numbers)
        return {ruling: found.get(ruling, 0) for ruling in Ruling}

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {ruling}" for ruling, count in self.counts.items() if count)
        return f"<Refereed {self.source}: {counts}>"


def referee_tables(tables: Sequence[PrintedTable], *, source: str = "") -> Refereed:
    """The ruling on every printed number of some tables."""
    return Refereed(source, tuple(_table(table) for table in tables))


def _table(table: PrintedTable) -> RefereedTable:
    stated = stated_method(table.method)
    strata = strata_by_row(table.rows)
    remarks: dict[int, list[Remark]] = {
        place: list(_remarks(table, row, stated, *strata.get(place, ((), ""))))
        for place, row in enumerate(table.rows)
    }
    for partition in partitions_of(table.rows):
        for place, remark in partition_remarks(table.rows, partition):
            remarks[place].append(remark)
    for place, remark in order_remarks(table.rows):
        # It speaks where the counts already do; alone it would not say which row is wrong.
        if any(one.numbers == remark.numbers and one.ruling in _OFF for one in remarks[place]):
            remarks[place].append(remark)
    numbers = []
    for place, row in enumerate(table.rows):
        grouped: dict[tuple[str, ...], list[Remark]] = defaultdict(list)
        for remark in _without_blame(remarks[place]):
            grouped[tuple(number.key for number in remark.numbers)].append(remark)
        for remark in _rest(row, table):
            key = tuple(number.key for number in remark.numbers)
            if not grouped[key]:
                grouped[key].append(remark)
        for key in _keys_of(row):
            numbers.append(ruled(table.id, row.name, grouped[key]))
    return RefereedTable(table, tuple(numbers), tuple(_habits(numbers)))


def _without_blame(remarks: Sequence[Remark]) -> Iterator[Remark]:
    """The remarks; a number that its counts cannot give makes none wrong that contradicts it."""
    wrong = {
        number.key
        for remark in remarks
        if remark.from_counts and remark.ruling is Ruling.CANNOT
        for number in remark.numbers
    }
    for remark in remarks:
        blamed = remark.against is not None and remark.against.key in wrong
        yield replace(remark, ruling=Ruling.NOT_CHECKABLE) if blamed else remark


def _remarks(
    table: PrintedTable, row: PrintedRow, stated: StatedMethod, strata: Strata, strata_name: str
) -> Iterator[Remark]:
    for arm in row.arms:
        yield from count_remarks(arm, derived=row.derived, stated=stated)
        yield from arm_remarks_of_means(row, arm)
        yield from rate_remarks(arm)
        yield from mean_interval_remarks(arm)
        if "mean" not in arm.numbers:
            yield from share_remarks(arm, _own_interval(arm), stated)
    yield from arm_remarks(row)
    yield from named_remarks(row)
    adjusted = any(table.kind.lower().startswith(kind) for kind in ("ancova", "mmrm"))
    _, arms = parts_of_total(row)
    yield from sequential_remarks(row)
    by_row = stated_method(row.method) if row.method else stated
    for comparison in row.comparisons:
        own = is_adjusted(comparison)
        stated = stated_method(f"adjusted {comparison.scale}") if own else by_row
        yield from subtraction_remarks(row, comparison, stated, adjusted=adjusted)
        yield from agreement_remarks(comparison)
        yield from correlation_remarks(row, comparison)
        yield from mean_test_remarks(row, comparison, stated)
        if len(arms) == 1 and comparison.scale is Scale.UNSAID:
            yield from share_remarks(arms[0], comparison, stated)
        cases = cases_of(row, comparison, strata, strata_name)
        if cases is not None:
            yield from estimate_remarks(comparison, cases, stated)
            yield from interval_remarks(comparison, cases, stated)
            yield from significance_remarks(comparison, cases, stated)
        elif row.crosstab:
            yield from crosstab_remarks(row, comparison, stated)
        elif len(arms) > 2 and not comparison.name and comparison.scale is Scale.UNSAID:
            yield from many_remarks(row, comparison, stated)


def _own_interval(arm: PrintedArm) -> PrintedComparison:
    """The interval of an arm, as that of a row of one arm."""
    bounds = {what: number for what, number in arm.numbers.items() if what in {"low", "high"}}
    return PrintedComparison(arm.name, Scale.UNSAID, bounds)


def is_adjusted(comparison: PrintedComparison) -> bool:
    """Whether the key of an estimate says that it is adjusted."""
    keys = [number.key.lower().split(".")[-1] for number in comparison.numbers.values()]
    return any("adj" in key or key.startswith(("aor", "ahr")) for key in keys)


# ---- every number once --------------------------------------------------------------------------


def _keys_of(row: PrintedRow) -> list[tuple[str, ...]]:
    """What stands in a row: each number by its key, the bounds of an interval together."""
    keys: dict[tuple[str, ...], None] = {}
    for arm in row.arms:
        keys |= dict.fromkeys(tuple(number.key for number in group) for group in _groups(arm))
    for comparison in row.comparisons:
        keys |= dict.fromkeys(
            tuple(number.key for number in group) for group in _groups(comparison)
        )
    keys |= dict.fromkeys((number.key,) for number, _ in row.left)
    keys |= dict.fromkeys((number.key,) for number in row.inputs)
    for total, parts in row.parts:
        keys |= dict.fromkeys((number.key,) for number in (total, *parts))
    return list(keys)


def _groups(comparison: PrintedComparison | PrintedArm) -> Iterator[tuple[PrintedNumber, ...]]:
    low, high = comparison.get("low"), comparison.get("high")
    for what, number in comparison.numbers.items():
        if what == "low" and high is not None:
            yield (number, high)
        elif what != "high" or low is None:
            yield (number,)


def _rest(row: PrintedRow, table: PrintedTable) -> Iterator[Remark]:
    """What is said of a number of which no check said anything."""
    for arm in row.arms:
        for what, number in arm.numbers.items():
            if what not in {"low", "high"}:
                yield _of_input(row, arm, what, number, table)
        for group in _groups(arm):
            if len(group) == 2:
                lines = ("counts, or a mean with its deviation and n, are missing",)
                yield Remark(group, Ruling.NOT_CHECKABLE, lines)
    for comparison in row.comparisons:
        why = _missing(row, comparison, table)
        for group in _groups(comparison):
            yield Remark(group, Ruling.NOT_CHECKABLE, (why,))
    for number in row.inputs:
        yield Remark((number,), Ruling.GIVEN, ("a count, taken as printed",))
    for number, why in row.left:
        yield Remark((number,), Ruling.NOT_CHECKABLE, (why,))
    for total, parts in row.parts:
        for number in (total, *parts):
            yield Remark((number,), Ruling.GIVEN, ("a part of a sum, taken as printed",))


def _of_input(
    row: PrintedRow, arm: PrintedArm, what: str, number: PrintedNumber, table: PrintedTable
) -> Remark:
    if what in {"x", "n", "time"}:
        lines = [INPUTS[what]]
        x, n = arm.get("x"), arm.get("n")
        if what == "x" and n is not None and "pct" not in arm.numbers:
            lines += _shares_of(x, n)
        if what == "x" and _stands_alone(row):
            return Remark((number,), Ruling.NOT_CHECKABLE, (ALONE, *lines[1:]))
        return Remark((number,), Ruling.GIVEN, tuple(lines))
    why = INPUTS.get(what, "nothing determines it")
    if what == "mean" and "ls" in number.key.lower():
        why = next((told for word, told in NEEDS.items() if word in table.kind.lower()), VALUES)
    return Remark((number,), Ruling.NOT_CHECKABLE, (why,))


def _stands_alone(row: PrintedRow) -> bool:
    """Whether a row holds counts and nothing that they could be held against."""
    printed = {what for arm in row.arms for what in arm.numbers}
    return printed <= {"x", "n", "time"} and not (row.comparisons or row.left or row.parts)


def _shares_of(x: PrintedNumber | None, n: PrintedNumber) -> Iterator[str]:
    """The share with its exact interval, where a source prints the count alone."""
    if x is None or x.whole is None or not n.whole or x.whole > n.whole:
        return
    exact = shares(x.whole, n.whole, 0.95)["Clopper-Pearson"]
    one_sided = shares(x.whole, n.whole, 0.90)["Clopper-Pearson"]
    if exact.low is not None and exact.high is not None and one_sided.low is not None:
        yield (
            f"{x.whole}/{n.whole} = {100 * x.whole / n.whole:.1f} %, exact 95 % interval "
            f"{100 * exact.low:.1f} to {100 * exact.high:.1f}, one-sided lower limit "
            f"{100 * one_sided.low:.1f}; neither percentage nor interval is printed"
        )


def _missing(row: PrintedRow, comparison: PrintedComparison, table: PrintedTable) -> str:
    kind = table.kind.lower()
    for word, told in NEEDS.items():
        if kind.startswith(word):
            return told
    if comparison.scale is Scale.HAZARD_RATIO:
        return "a hazard ratio needs each patient's time; its interval and p can be held together"
    if comparison.is_named_p:
        return "what this p compares is not said by names of arms, as in p_A_vs_B"
    if comparison.scale is Scale.COEFFICIENT:
        return "a coefficient needs the patients' values"
    if comparison.scale is Scale.CORRELATION:
        return "a correlation needs the patients' pairs of values"
    if any("median" in arm.numbers for arm in row.arms):
        return "a rank test needs the patients' values"
    if comparison.first and not all(
        row.arm(name) for name in (comparison.first, comparison.second)
    ):
        return f"no counts of {comparison.first} and {comparison.second} stand in this row"
    if len(row.arms) == 1 and comparison.get("p") is not None:
        return "one group: what it was compared with is not printed"
    return "counts (x_, n_), or means with deviations and n, of the arms are missing"


# ---- the habits of a table ----------------------------------------------------------------------


def _habits(numbers: Sequence[RefereedNumber]) -> Iterator[str]:
    """How many of a table's p one test gives: one that gives all is likelier than luck."""
    exact = [
        number
        for number in numbers
        if number.number.split(".")[-1] == "p" and number.tried and number.ruling in _CHECKED
    ]
    found = Counter(name for number in exact for name in number.by)
    if len(exact) < 2 or not found:
        return
    best = max(found.values())
    if best < 2 or 2 * best < len(exact):
        return
    names = [name for name, count in found.items() if count == best]
    yield f"of {len(exact)} p that counts or summaries can give, {best} by {'; '.join(names)}"


_OFF = frozenset({Ruling.CANNOT, Ruling.CLOSE})
_CHECKED = frozenset({Ruling.REPRODUCED, Ruling.CLOSE, Ruling.CANNOT})
