"""Days on which a daily dose lies above a threshold: how many, and how many in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.doses import doubt_of, eras_in, missing_eras, scale_of
from remit.criteria.compiling.parts import (
    MET_CODE,
    NOT_MET_CODE,
    Column,
    Part,
    choose,
    compare_fraction,
)
from remit.criteria.compiling.people import Coverage, People, shift_column
from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Duration
from remit.criteria.tree import DoseDays
from remit.truth import Reason


@dataclass(frozen=True, slots=True)
class DayColumns:
    """Where the joined table holds a count of days, and why it may be more."""

    leaf: DoseDays
    prefix: str

    def value(self, whole: ir.Table) -> Column:
        return whole[f"{self.prefix}days"].fill_null(0)

    def why(self, whole: ir.Table, coverage: Coverage) -> Column:
        """0 when the count is exact, else the reason for which it is a lower bound."""
        return doubt_of(self.leaf.dose, self.prefix, whole, coverage)


def compile_dose_days(
    leaves: Sequence[DoseDays], people: People, coverage: Coverage, sources: Sources
) -> tuple[tuple[Part, ...], tuple[DayColumns, ...]]:
    """The count of each leaf and whether it is reached."""
    parts: list[Part] = []
    columns = []
    for number, leaf in enumerate(leaves):
        found = DayColumns(leaf, f"n{number}_")
        columns.append(found)
        scale = scale_of(leaf.dose)
        eras = eras_in(leaf.dose, scale, people, sources)
        counted = _days_above(eras, leaf, scale, f"{found.prefix}days")
        why = eras.group_by("person_id").aggregate(
            **{f"{found.prefix}why": eras.why.min(where=eras.why > 0)}
        )
        missing = missing_eras(eras, leaf.dose, f"{found.prefix}missing", people, sources)
        parts += [Part(counted), Part(why), Part(missing)]
        parts.append(Part(None, {leaf: _reader(found, people, coverage)}))
    return tuple(parts), tuple(columns)


def _days_above(eras: ir.Table, leaf: DoseDays, scale: int, name: str) -> ir.Table:
    """The number of days above the threshold, or the longest run of them."""
    # The sum changes only where an era begins and on the day after one ends.
    begins = eras.select(at_person="person_id", day=ibis.greatest(eras.begins, eras.first))
    ended = shift_column(ibis.least(eras.ends, eras.last), Duration(1, "day"), 1)
    marks = ibis.union(begins, eras.select(at_person="person_id", day=ended), distinct=True)
    in_order = ibis.window(group_by="at_person", order_by="day")
    marks = marks.mutate(until=marks.day.lead().over(in_order))
    both = marks.left_join(
        eras, [marks.at_person == eras.person_id, eras.begins <= marks.day, eras.ends >= marks.day]
    )
    steps = both.group_by("at_person", "day", "until").aggregate(total=both.amount.sum())
    steps = steps.filter(steps.until.notnull())
    above = compare_fraction(
        steps.total.fill_null(0), leaf.threshold.operator, leaf.threshold.value * scale
    )
    length = choose((above, steps.until.delta(steps.day, unit="day")), otherwise=0)
    steps = steps.select("at_person", "day", length=length)
    if leaf.consecutive:
        # Steps follow each other without a day between them; one of length 0 breaks a run.
        running = ibis.window(
            group_by="at_person", order_by=[steps.day], preceding=None, following=0
        )
        broken = choose((steps.length == 0, 1), otherwise=0)
        steps = steps.mutate(run=broken.sum().over(running))
        runs = steps.group_by("at_person", "run").aggregate(length=steps.length.sum())
        return runs.group_by(person_id="at_person").aggregate(**{name: runs.length.max()})
    return steps.group_by(person_id="at_person").aggregate(**{name: steps.length.sum()})


def _reader(
    columns: DayColumns, people: People, coverage: Coverage
) -> Callable[[ir.Table], Column]:
    def code(whole: ir.Table) -> Column:
        why = columns.why(whole, coverage)
        return choose(
            (people.no_anchor(whole, columns.leaf.dose.window), int(Reason.NO_ANCHOR)),
            (columns.value(whole) >= columns.leaf.days, MET_CODE),
            (why == 0, NOT_MET_CODE),
            otherwise=why,
        )

    return code
