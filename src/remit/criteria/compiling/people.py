"""One row a person: anchors, windows as ranges of days, birth, and which windows are covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.parts import (
    FIRST_DAY,
    Column,
    Packing,
    any_of,
    choose,
    compare_fraction,
)
from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Duration, Moment, Window, shift_date
from remit.criteria.tree import AbsenceRule, AgeTest, Leaf, LinearTest, SexIs
from remit.truth import Reason


def windows_of(leaf: Leaf) -> tuple[Window, ...]:
    """The windows that a leaf reads."""
    match leaf:
        case LinearTest():
            return tuple(dict.fromkeys(reading.window for reading in leaf.readings))
        case AgeTest() | SexIs():
            return ()
        case _:
            direct = getattr(leaf, "window", None)
            inner = getattr(leaf, "value", None) or getattr(leaf, "dose", None)
            window = direct or getattr(inner, "window", None)
            return (window,) if isinstance(window, Window) else ()


@dataclass(frozen=True, slots=True)
class People:
    """The person table with `anchor_NAME` columns and one column for each distinct end of a window.

    `ends` gives for each window the columns of its first and of its last day.
    """

    table: ir.Table
    ends: Mapping[Window, tuple[str, str]]

    def first(self, window: Window) -> str:
        return self.ends[window][0]

    def last(self, window: Window) -> str:
        return self.ends[window][1]

    def no_anchor(self, table: ir.Table, window: Window) -> Column:
        missing = [table[f"anchor_{name}"].isnull() for name in window.anchors]
        return any_of(missing) if missing else ibis.literal(value=False)

    @property
    def itself(self) -> ir.Table:
        """Persons without the ends of windows.

        What stays is named: Ibis keeps what a `drop` leaves out in a set, and the SQL would then
        depend on the hash seed of the process.
        """
        ends = {name for pair in self.ends.values() for name in pair}
        return self.table.select(*(name for name in self.table.columns if name not in ends))

    def with_windows(self, windows: Iterable[Window], *more: str) -> ir.Table:
        """Persons with the bounds of these windows, to join to a table of facts."""
        names = dict.fromkeys(
            name for window in windows for name in (self.first(window), self.last(window))
        )
        return self.table.select("person_id", *more, *names)


def _moment(table: ir.Table, moment: Moment) -> Column:
    if isinstance(moment.anchor, date):
        day = moment.anchor
        if moment.offset is not None:
            day = shift_date(day, moment.offset, sign=moment.sign)
        return ibis.literal(day)
    column = table[f"anchor_{moment.anchor}"]
    return column if moment.offset is None else shift_column(column, moment.offset, moment.sign)


def shift_column(column: Column, duration: Duration, sign: int) -> Column:
    """A date column moved by a duration; months clip to their end, as `shift_date` does.

    The way through a timestamp keeps the result a date: a date and an interval make a timestamp in
    DuckDB, and comparing dates with timestamps is slow.
    """
    if duration.days is not None:
        step = ibis.interval(days=duration.days)
    else:
        step = ibis.interval(months=duration.months)
    moment = column.cast("timestamp")
    return (moment + step if sign > 0 else moment - step).date()


def _ends(
    table: ir.Table, windows: Sequence[Window], data_cut: date
) -> tuple[dict[str, Column], dict[Window, tuple[str, str]]]:
    """A column for each distinct end of the windows, and which ones are each window's."""
    columns: dict[str, Column] = {}
    names: dict[tuple[Moment | None, int, str], str] = {}

    def named(moment: Moment | None, shift: int, side: str) -> str:
        key = (moment, shift, "" if moment is not None else side)
        if key not in names:
            names[key] = f"day_{len(names)}"
            columns[names[key]] = _end(table, moment, shift, side, data_cut)
        return names[key]

    ends = {
        window: (
            named(window.start, int(window.start_open), "first"),
            named(window.end, -int(window.end_open), "last"),
        )
        for window in windows
    }
    return columns, ends


def _end(table: ir.Table, moment: Moment | None, shift: int, side: str, data_cut: date) -> Column:
    """A moment as a day; an open end leaves its own day out, a missing one has no bound."""
    if moment is None:
        return ibis.literal(FIRST_DAY if side == "first" else data_cut)
    day = _moment(table, moment)
    return shift_column(day, Duration(1, "day"), shift) if shift else day


def compile_people(leaves: Sequence[Leaf], sources: Sources) -> People:
    """Persons with the anchors and windows that the leaves need."""
    windows = tuple(dict.fromkeys(window for leaf in leaves for window in windows_of(leaf)))
    anchors = {anchor for window in windows for anchor in window.anchors}
    anchors |= {leaf.anchor for leaf in leaves if isinstance(leaf, AgeTest)}
    person = sources.tables["person"]
    if sources.persons is not None:
        person = person.filter(person.person_id.isin(list(sources.persons)))
    table = person.select(
        "person_id", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth"
    )
    if anchors:
        dates = sources.tables["study_anchor"]
        dates = dates.filter(dates.study == sources.study, dates.anchor.isin(sorted(anchors)))
        wide = dates.group_by("person_id").aggregate(
            **{
                f"anchor_{name}": dates.anchor_date.max(where=dates.anchor == name)
                for name in sorted(anchors)
            }
        )
        table = table.left_join(wide, "person_id").drop("person_id_right")
    table = table.mutate(**_birth(table))
    columns, ends = _ends(table, windows, sources.data_cut)
    return People(sources.keep(table.mutate(**columns) if columns else table), ends)


def _birth(table: ir.Table) -> dict[str, Column]:
    month = table.month_of_birth.fill_null(1)
    day = choose((table.month_of_birth.isnull(), 1), otherwise=table.day_of_birth.fill_null(1))
    earliest = ibis.date(table.year_of_birth, month, day)
    year_end = ibis.date(table.year_of_birth, ibis.literal(12), ibis.literal(31))
    next_month = shift_column(
        ibis.date(table.year_of_birth, month, ibis.literal(1)), Duration(1, "month"), 1
    )
    latest = choose(
        (table.month_of_birth.isnull(), year_end),
        (table.day_of_birth.isnull(), shift_column(next_month, Duration(1, "day"), -1)),
        otherwise=earliest,
    )
    return {"birth_earliest": earliest, "birth_latest": latest}


def age_code(table: ir.Table, leaf: AgeTest) -> Column:
    """The code of an age test."""
    day = table[f"anchor_{leaf.anchor}"]
    unit = 12 if leaf.period == "year" else 1

    def completed(birth: Column) -> Column:
        months = (day.year() - birth.year()) * 12 + day.month() - birth.month()
        months = months - choose((day.day() < birth.day(), 1), otherwise=0)
        # SQL leaves a negative remainder; an age before birth is below zero, as whole years are.
        return (months - (months % unit + unit) % unit) // unit if unit > 1 else months

    youngest, oldest = completed(table.birth_latest), completed(table.birth_earliest)
    low = compare_fraction(youngest, leaf.operator, leaf.number)
    high = compare_fraction(oldest, leaf.operator, leaf.number)
    between = (
        compare_fraction(youngest, "<", leaf.number) & compare_fraction(oldest, ">", leaf.number)
        if leaf.operator == "=" and leaf.number.denominator == 1  # no whole age is 18.5
        else ibis.literal(value=False)
    )
    return choose(
        (day.isnull(), int(Reason.NO_ANCHOR)),
        ((low != high) | between, int(Reason.IMPRECISE_BIRTH_DATE)),
        (low, 1),
        otherwise=2,
    )


def sex_code(table: ir.Table, leaf: SexIs) -> Column:
    """The code of a sex test."""
    gender = table.gender_concept_id
    return choose(
        (gender.isin(list(leaf.accepted)), 1),
        (gender.isin(list(leaf.known)), 2),
        otherwise=int(Reason.NO_VALUE),
    )


# ---- coverage -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which (window, absence rule, table) are covered, a bit each."""

    table: ir.Table | None
    keys: tuple[tuple[Window, AbsenceRule], ...]
    complete: frozenset[str]

    _PACK = Packing("covered_", 1)

    def holds(self, joined: ir.Table, window: Window, rule: AbsenceRule, table: str) -> Column:
        """Whether absence may be read as "no"."""
        if rule.rule == "explicit":
            return ibis.literal(value=False)
        if rule.rule == "always" or table in self.complete:
            return ibis.literal(value=True)
        return Packing("covered_", 1).value(joined, self.keys.index((window, rule))) == 1


def compile_coverage(
    keys: Iterable[tuple[Window, AbsenceRule]], people: People, sources: Sources
) -> Coverage:
    """Merge each person's observation periods and hold them against the windows."""
    asked = ("covered", "lookback")
    wanted = tuple(dict.fromkeys(key for key in keys if key[1].rule in asked))
    if not wanted:
        return Coverage(None, (), sources.complete)
    periods = _merged_periods(sources.tables["observation_period"])
    persons = people.with_windows((window for window, _ in wanted), "birth_earliest")
    joined = periods.join(persons, "person_id")
    flags = []
    for window, rule in wanted:
        last = joined[people.last(window)]
        starts = [joined[people.first(window)], joined.birth_earliest]
        if rule.rule == "lookback":
            assert rule.days is not None
            starts.append(shift_column(last, Duration(rule.days - 1, "day"), -1))
        first = ibis.greatest(*starts)
        flags.append(choose(((joined.begins <= first) & (joined.ends >= last), 1), otherwise=0))
    packed = joined.group_by("person_id").aggregate(**Packing("covered_", 1).aggregates(flags))
    return Coverage(packed, wanted, sources.complete)


def _merged_periods(periods: ir.Table) -> ir.Table:
    """Observation periods with neighbours that leave no day between them made one."""
    start = periods.observation_period_start_date
    end = periods.observation_period_end_date
    order = [start, end, periods.observation_period_id]
    before = ibis.window(group_by="person_id", order_by=order, preceding=(None, 1))
    marked = periods.select(
        "person_id", "observation_period_id", start=start, end=end, reached=end.max().over(before)
    )
    gap = marked.reached.isnull() | (
        marked.start > shift_column(marked.reached, Duration(1, "day"), 1)
    )
    marked = marked.mutate(opens=choose((gap, 1), otherwise=0))
    running = ibis.window(
        group_by="person_id",
        order_by=[marked.start, marked.end, marked.observation_period_id],
        preceding=None,
        following=0,
    )
    numbered = marked.mutate(island=marked.opens.sum().over(running))
    return numbered.group_by("person_id", "island").aggregate(
        begins=numbered.start.min(), ends=numbered.end.max()
    )
