"""The latest or earliest record of a window: one ranking for all readings that share its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.numbers import (
    COLUMNS,
    EXACT,
    Rows,
    inside,
    kind_column,
    member_code,
    prepared_rows,
    read_one_way,
    test_code,
)
from remit.criteria.compiling.parts import (
    WIDE,
    Column,
    Packing,
    Part,
    any_of,
    choose,
    greatest,
    least,
)
from remit.criteria.compiling.people import People
from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Moment, Window
from remit.criteria.tree import Leaf, Measure, Value, ValueIn, ValueTest
from remit.truth import Reason


@dataclass(frozen=True, slots=True)
class Picked:
    """A reading of the latest record: the names of its columns in the part's table."""

    value: str
    why: str


def compile_picked(
    leaves: Sequence[ValueTest | ValueIn],
    readings: Sequence[Value],
    people: People,
    sources: Sources,
) -> tuple[tuple[Part, ...], Mapping[Value, Picked]]:
    """One pass for all readings that share the end (for earliest: the start) of their window."""
    groups: dict[tuple[Moment | None, bool, bool], tuple[list[ValueTest | ValueIn], list[Value]]]
    groups = {}
    for leaf in leaves:
        window, earliest = _pick_of(leaf)
        groups.setdefault(_side(window, earliest=earliest), ([], []))[0].append(leaf)
    for reading in readings:
        key = _side(reading.window, earliest=reading.earliest)
        groups.setdefault(key, ([], []))[1].append(reading)
    parts: list[Part] = []
    columns: dict[Value, Picked] = {}
    passes = [
        (key, items)
        for key, (tests, values) in groups.items()
        for items in read_one_way([*tests, *values], _read_as)
    ]
    for number, (key, items) in enumerate(passes):
        tests = [item for item in items if not isinstance(item, Value)]
        values = [item for item in items if isinstance(item, Value)]
        part, picked = _compile_group(f"p{number}_", key, tests, values, people, sources)
        parts.append(part)
        columns.update(picked)
    return tuple(parts), columns


def _pick_of(leaf: ValueTest | ValueIn) -> tuple[Window, bool]:
    if isinstance(leaf, ValueTest):
        return leaf.value.window, leaf.value.earliest
    return leaf.window, leaf.earliest


def _ids_of(leaf: ValueTest | ValueIn) -> tuple[int, ...]:
    return leaf.value.measure.ids if isinstance(leaf, ValueTest) else leaf.ids


def _read_as(item: ValueTest | ValueIn | Value) -> tuple[tuple[int, ...], Measure | None]:
    if isinstance(item, ValueIn):
        return item.ids, None
    measure = item.value.measure if isinstance(item, ValueTest) else item.measure
    return measure.ids, measure


def _side(window: Window, *, earliest: bool) -> tuple[Moment | None, bool, bool]:
    if earliest:
        return window.start, window.start_open, True
    return window.end, window.end_open, False


def _compile_group(
    prefix: str,
    key: tuple[Moment | None, bool, bool],
    tests: list[ValueTest | ValueIn],
    readings: list[Value],
    people: People,
    sources: Sources,
) -> tuple[Part, Mapping[Value, Picked]]:
    earliest = key[2]
    windows = [_pick_of(leaf)[0] for leaf in tests] + [value.window for value in readings]
    windows = list(dict.fromkeys(windows))
    ids = list(dict.fromkeys([_ids_of(leaf) for leaf in tests] + [v.measure.ids for v in readings]))
    measures = [leaf.value.measure for leaf in tests if isinstance(leaf, ValueTest)]
    measures += [reading.measure for reading in readings]
    rows = _candidate_rows(ids, windows, measures, tests, readings, people, sources)
    table = rows.table
    # Each row's answers are worked out first: only they and the order go through the ranking.
    packing = Packing(prefix, 5)
    packed = packing.columns(_leaf_codes(rows, tests, people), rows.ids)
    payload = {
        name: rows.by_kind(of_kind, otherwise=0).cast("int64") for name, of_kind in packed.items()
    }
    picked = {}
    for number, reading in enumerate(dict.fromkeys(readings)):
        picked[reading] = Picked(f"{prefix}value_{number}", f"{prefix}why_{number}")
        payload |= _reading_columns(rows, reading, picked[reading], people)
    chosen = _ranked(table.mutate(**payload), earliest=earliest)
    aggregates = {name: chosen[name].bit_or() for name in packed}
    for reading, names in picked.items():
        own = chosen.kind == rows.kind_of(reading.measure.ids)
        aggregates[names.value] = chosen[names.value].max(where=own)
        aggregates[names.why] = chosen[names.why].max(where=own)
    grouped = chosen.group_by("person_id").aggregate(**aggregates)

    def reader(slot: int, window: Window) -> Callable[[ir.Table], Column]:
        def code(whole: ir.Table) -> Column:
            found = packing.value(whole, slot)
            return choose(
                (people.no_anchor(whole, window), int(Reason.NO_ANCHOR)),
                (found == 0, int(Reason.NO_DATA)),
                otherwise=found,
            )

        return code

    readers: dict[Leaf, Callable[[ir.Table], Column]] = {
        leaf: reader(slot, _pick_of(leaf)[0]) for slot, leaf in enumerate(tests)
    }
    return Part(grouped, readers), picked


def _candidate_rows(
    ids: Sequence[tuple[int, ...]],
    windows: Sequence[Window],
    measures: Sequence[Measure],
    tests: Sequence[ValueTest | ValueIn],
    readings: Sequence[Value],
    people: People,
    sources: Sources,
) -> Rows:
    """Rows that lie in some window of their own concept."""
    facts = sources.tables["measurement"].select(*COLUMNS)
    facts = facts.filter(
        facts.measurement_concept_id.isin(sorted({code for group in ids for code in group}))
    )
    persons = people.with_windows(windows)
    # The outermost days are worked out once a person, not once a row.
    persons = persons.mutate(
        from_day=least([persons[name] for name in _names(windows, people.first)]),
        to_day=greatest([persons[name] for name in _names(windows, people.last)]),
    )
    joined = facts.join(persons, "person_id")
    reads = [(_ids_of(leaf), _pick_of(leaf)[0]) for leaf in tests]
    reads += [(reading.measure.ids, reading.window) for reading in readings]
    windows_of_ids: dict[tuple[int, ...], dict[Window, None]] = {}
    for codes, window in reads:
        windows_of_ids.setdefault(codes, {})[window] = None
    # Concepts with the same windows share one condition.
    sharing: dict[tuple[Window, ...], list[int]] = {}
    for codes, own in windows_of_ids.items():
        sharing.setdefault(tuple(own), []).extend(codes)
    concept = joined.measurement_concept_id
    near = [
        concept.isin(sorted(codes)) & _between(joined, own, people)
        for own, codes in sharing.items()
    ]
    day = joined.measurement_date
    joined = joined.filter(day >= joined.from_day, day <= joined.to_day, any_of(near))
    joined = joined.mutate(kind=kind_column(joined.measurement_concept_id, ids))
    return prepared_rows(joined, ids, measures)


def _names(windows: Iterable[Window], name: Callable[[Window], str]) -> list[str]:
    """The distinct columns that hold one end of these windows."""
    return list(dict.fromkeys(name(window) for window in windows))


def _between(rows: ir.Table, windows: Sequence[Window], people: People) -> Column:
    """Whether a row lies between the first and the last day of all these windows."""
    day = rows.measurement_date
    first = least([rows[name] for name in _names(windows, people.first)])
    last = greatest([rows[name] for name in _names(windows, people.last)])
    return (day >= first) & (day <= last)


def _leaf_codes(
    rows: Rows, tests: Sequence[ValueTest | ValueIn], people: People
) -> list[tuple[int, Column]]:
    """For each leaf its kind and, on rows of that kind, its code (0 outside its window)."""
    table = rows.table
    codes = []
    for leaf in tests:
        code = (
            test_code(table, leaf.value.measure, leaf.test)
            if isinstance(leaf, ValueTest)
            else member_code(table.value_as_concept_id, leaf.accepted, leaf.known)
        )
        within = inside(table, _pick_of(leaf)[0], people)
        codes.append((rows.kind_of(_ids_of(leaf)), choose((within, code), otherwise=0)))
    return codes


def _reading_columns(
    rows: Rows, reading: Value, names: Picked, people: People
) -> dict[str, Column]:
    """The exact number of a reading (times its scale) on rows of its kind, and why it has none."""
    table = rows.table
    number = table.value_as_number.cast(WIDE)
    if reading.measure.multipliers:
        number = number * table.multiplier
    why = choose(
        (table.reason > 0, table.reason),
        (table.bound != EXACT, int(Reason.CENSORED)),
        otherwise=0,
    )
    within = (table.kind == rows.kind_of(reading.measure.ids)) & inside(
        table, reading.window, people
    )
    return {
        names.value: choose((within & (why == 0), number), otherwise=ibis.null(WIDE)),
        names.why: choose((within, why), otherwise=ibis.null("int32")),
    }


def _ranked(rows: ir.Table, *, earliest: bool) -> ir.Table:
    """The latest (or earliest) row of each person and kind; docs: "Order of latest"."""
    if earliest:
        order = [
            rows.measurement_date,
            ibis.asc(rows.measurement_datetime, nulls_first=True),
            rows.measurement_id,
        ]
    else:
        order = [
            rows.measurement_date.desc(),
            ibis.desc(rows.measurement_datetime, nulls_first=False),
            rows.measurement_id.desc(),
        ]
    place = ibis.row_number().over(group_by=["person_id", "kind"], order_by=order)
    return rows.filter(place == 0)
