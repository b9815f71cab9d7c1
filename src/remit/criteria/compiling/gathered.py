"""Leaves over all measurement records of a window: any, every, count and confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.numbers import (
    COLUMNS,
    Rows,
    inside,
    kind_column,
    prepared_rows,
    read_one_way,
    test_code,
)
from remit.criteria.compiling.parts import (
    FIRST_DAY,
    MET_CODE,
    NOT_MET_CODE,
    Column,
    Part,
    choose,
    compare_fraction,
    greatest,
    least,
    max_flag,
)
from remit.criteria.compiling.people import Coverage, People
from remit.criteria.compiling.sources import Sources
from remit.criteria.tree import (
    CountTest,
    Leaf,
    Measure,
    Quantified,
)
from remit.truth import Reason


def compile_gathered(
    leaves: Sequence[Quantified | CountTest],
    people: People,
    coverage: Coverage,
    sources: Sources,
) -> tuple[Part, ...]:
    """`any`, `every` and `count` over measurement in one pass; confirmed ones in their own."""
    plain = [leaf for leaf in leaves if isinstance(leaf, CountTest) or leaf.gap is None]
    parts: list[Part] = []
    first = 0
    for together in read_one_way(plain, lambda leaf: (measure_of(leaf).ids, measure_of(leaf))):
        parts.append(_compile_plain(first, together, people, coverage, sources))
        first += len(together)
    for number, leaf in enumerate(leaves):
        if isinstance(leaf, Quantified) and leaf.gap is not None:
            parts.append(_compile_confirmed(f"c{number}_", leaf, people, coverage, sources))
    return tuple(parts)


def measure_of(leaf: Quantified | CountTest) -> Measure:
    measure = leaf.measure if isinstance(leaf, Quantified) else leaf.counted
    assert isinstance(measure, Measure)
    return measure


def _window_rows(
    leaves: Sequence[Quantified | CountTest], people: People, sources: Sources
) -> Rows:
    ids = list(dict.fromkeys(measure_of(leaf).ids for leaf in leaves))
    facts = sources.tables["measurement"].select(*COLUMNS)
    flat = sorted({code for group in ids for code in group})
    facts = facts.filter(facts.measurement_concept_id.isin(flat))
    windows = [leaf.window for leaf in leaves]
    joined = facts.join(people.with_windows(windows), "person_id")
    joined = joined.mutate(kind=kind_column(joined.measurement_concept_id, ids))
    day = joined.measurement_date
    near = joined.filter(
        day >= least([joined[people.first(window)] for window in windows]),
        day <= greatest([joined[people.last(window)] for window in windows]),
    )
    return prepared_rows(near, ids, [measure_of(leaf) for leaf in leaves])


def _compile_plain(
    first: int,
    leaves: Sequence[Quantified | CountTest],
    people: People,
    coverage: Coverage,
    sources: Sources,
) -> Part:
    rows = _window_rows(leaves, people, sources)
    table = rows.table
    aggregates = {}
    for number, leaf in enumerate(leaves, first):
        measure = measure_of(leaf)
        within = (table.kind == rows.kind_of(measure.ids)) & inside(table, leaf.window, people)
        aggregates[f"g{number}_n"] = choose((within, 1), otherwise=0).sum()
        if isinstance(leaf, Quantified):
            code = test_code(table, measure, leaf.test)
            aggregates[f"g{number}_met"] = max_flag(within & (code == MET_CODE))
            aggregates[f"g{number}_not"] = max_flag(within & (code == NOT_MET_CODE))
            aggregates[f"g{number}_why"] = code.min(where=within & (code > NOT_MET_CODE))
    grouped = table.group_by("person_id").aggregate(**aggregates)
    readers: dict[Leaf, Callable[[ir.Table], Column]] = {}
    for number, leaf in enumerate(leaves, first):
        if isinstance(leaf, Quantified):
            readers[leaf] = _quantified_reader(number, leaf, people, coverage)
        else:
            readers[leaf] = count_reader(f"g{number}_n", f"g{number}_n", leaf, people, coverage)
    return Part(grouped, readers)


def _quantified_reader(
    number: int, leaf: Quantified, people: People, coverage: Coverage
) -> Callable[[ir.Table], Column]:
    def code(whole: ir.Table) -> Column:
        decisive = whole[f"g{number}_not" if leaf.every else f"g{number}_met"].fill_null(0)
        why = whole[f"g{number}_why"]
        covered = coverage.holds(whole, leaf.window, leaf.measure.absence, "measurement")
        decided, rest = (NOT_MET_CODE, MET_CODE) if leaf.every else (MET_CODE, NOT_MET_CODE)
        return choose(
            (people.no_anchor(whole, leaf.window), int(Reason.NO_ANCHOR)),
            (decisive == 1, decided),
            (why.notnull(), why),
            (whole[f"g{number}_n"].fill_null(0) == 0, int(Reason.NO_DATA)),
            (~covered, int(Reason.NOT_COVERED)),
            otherwise=rest,
        )

    return code


def count_reader(
    fewest: str, most: str, leaf: CountTest, people: People, coverage: Coverage
) -> Callable[[ir.Table], Column]:
    """The code of a count that lies between two columns, or above the first when not covered."""
    counted = leaf.counted
    table = "measurement" if isinstance(counted, Measure) else counted.table

    def code(whole: ir.Table) -> Column:
        low, high = whole[fewest].fill_null(0), whole[most].fill_null(0)
        covered = coverage.holds(whole, leaf.window, counted.absence, table)
        at_low = compare_fraction(low, leaf.operator, leaf.number)
        at_high = compare_fraction(high, leaf.operator, leaf.number)
        number = leaf.number
        if leaf.operator in {">", ">="}:
            met, failed = at_low, covered & ~at_high
        elif leaf.operator in {"<", "<="}:
            met, failed = covered & at_high, ~at_low
        else:
            met = covered & at_low & at_high
            failed = compare_fraction(low, ">", number) | (
                covered & compare_fraction(high, "<", number)
            )
        return choose(
            (people.no_anchor(whole, leaf.window), int(Reason.NO_ANCHOR)),
            (met, MET_CODE),
            (failed, NOT_MET_CODE),
            (high > low, int(Reason.NO_END_DATE)),
            otherwise=int(Reason.NOT_COVERED),
        )

    return code


def _compile_confirmed(
    prefix: str, leaf: Quantified, people: People, coverage: Coverage, sources: Sources
) -> Part:
    assert leaf.gap is not None
    shortest, longest = leaf.gap[0].days, leaf.gap[1].days
    assert shortest is not None, "binding allows days and weeks only"
    assert longest is not None, "binding allows days and weeks only"
    rows = _window_rows([leaf], people, sources)
    table = rows.table.filter(inside(rows.table, leaf.window, people))
    coded = table.select(
        "person_id",
        day=table.measurement_date.delta(ibis.literal(FIRST_DAY), unit="day").cast("int32"),
        code=test_code(table, leaf.measure, leaf.test),
    )
    coded = coded.mutate(passes=choose((coded.code == MET_CODE, 1), otherwise=0), one=1)
    # Neighbours within the gap, by frames over days; a gap that begins at 0 holds the row itself.
    before = ibis.range_window(
        group_by="person_id", order_by=coded.day, preceding=(longest, shortest)
    )
    after = ibis.range_window(
        group_by="person_id", order_by=coded.day, following=(shortest, longest)
    )
    itself = 1 if shortest == 0 else 0
    earlier = coded.passes.sum().over(before).fill_null(0) - coded.passes * itself
    others = coded.one.sum().over(before).fill_null(0) + coded.one.sum().over(after).fill_null(0)
    beside = coded.mutate(earlier=earlier, others=others - 2 * itself)
    passes = beside.passes == 1
    grouped = beside.group_by("person_id").aggregate(
        **{
            f"{prefix}pair": max_flag(passes & (beside.earlier > 0)),
            f"{prefix}lonely": max_flag(passes & (beside.others == 0)),
            f"{prefix}why": beside.code.min(where=beside.code > NOT_MET_CODE),
        }
    )

    def code(whole: ir.Table) -> Column:
        why = whole[f"{prefix}why"]
        covered = coverage.holds(whole, leaf.window, leaf.measure.absence, "measurement")
        return choose(
            (people.no_anchor(whole, leaf.window), int(Reason.NO_ANCHOR)),
            (whole[f"{prefix}pair"] == 1, MET_CODE),
            (why.notnull(), why),
            (whole[f"{prefix}pair"].isnull(), int(Reason.NO_DATA)),
            (whole[f"{prefix}lonely"] == 1, int(Reason.UNCONFIRMED)),
            (~covered, int(Reason.NOT_COVERED)),
            otherwise=NOT_MET_CODE,
        )

    return Part(grouped, {leaf: code})
