"""Rows of a table as PostgreSQL chooses them: persons come with the days that are asked of them.

The days of each person stand in the statement, since nothing is written to the source, not even a
temporary table. The codes stay lists: of a table of codes the server guesses too few rows, and then
sorts them on its disk.

A row stays where no range speaks of its code, and where its day is none that can be: what such a
day means is worked out where the rows are typed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from remit.facts.arrays import Days
from remit.facts.asked_days import AskedDays
from remit.facts.live.source import ColumnKind, SourceTable, Wanted
from remit.facts.live.statements import among, conditions, quoted
from remit.facts.tables import FactTable

# From the first to the last day of the calendar, as days since 1970; PostgreSQL has others.
_FIRST, _LAST = -719_162, 2_932_896
# A moment may be of another day where the clock of the session is another one.
_SLACK: Mapping[ColumnKind, int] = {"day": 0, "moment": 1}
_WHOLE: Collection[ColumnKind] = frozenset({"small", "whole"})


@dataclass(frozen=True, slots=True)
class AskedRows:
    """How a statement asks for rows of a table.

    Attributes:
        days: the days of their codes; None for all.
    """

    table: SourceTable
    declared: FactTable
    wanted: Wanted
    days: AskedDays | None

    def source(self, piece: Wanted) -> str:
        """What follows `from` in a statement about the rows of some of the persons."""
        written = f"{quoted(self.table.schema)}." if self.table.schema else ""
        written += quoted(self.table.written)
        if self.days is None:
            return f"{written}{conditions(self.table, self.declared, piece)}"
        where = conditions(self.table, self.declared, piece)
        days, said = self._days(self.days.between(piece.after, piece.last))
        return f"{written}{days}{where} and {said}" if where else f"{written}{days} where {said}"

    def _days(self, asked: AskedDays) -> tuple[str, str]:
        """The days of each person as a table to join, and the condition that a row is of them."""
        start = self.table.columns[self.declared.start or ""]
        day, slack = quoted(start.written), _SLACK[start.kind]
        of_row = day if start.kind == "day" else f"cast({day} as date)"
        code = quoted(self.table.columns[self.declared.concept or ""].written)
        arrays, names, days_of = [_array(asked.person, "int8")], ["asked_person"], ["asked_person"]
        # Before birth and after the calendar are no days; an infinite one neither.
        none = f"not isfinite({day}) or {of_row} > date '1970-01-01' + {_LAST}"
        if asked.born is not None:
            names.append("asked_born")
            days_of.append("date '1970-01-01' + asked_born as asked_born")
            arrays.append(_array(_within(asked.born, slack), "int4"))
            none += f" or {of_row} < asked_born"
        cases = []
        for number, one in enumerate(asked.ranges):
            for word, ends, more in (("first", one.first, -slack), ("last", one.last, slack)):
                name = f"asked_{word}_{number}"
                names.append(name)
                days_of.append(f"date '1970-01-01' + {name} as {name}")
                arrays.append(_array(_within(ends, more), "int4"))
            held = f"{of_row} >= asked_first_{number} and {of_row} <= asked_last_{number}"
            listed = among(code, one.concepts & frozenset(self.wanted.concepts or ()))
            cases.append(f"when {listed} then ({held}) is not false or {none}")
        person = quoted(self.table.columns[self.declared.person or ""].written)
        join = (
            f" join (select {', '.join(days_of)} from unnest({', '.join(arrays)}) "
            f"as asked({', '.join(names)})) as days on asked_person = {person}"
        )
        return join, f"case {' '.join(cases)} else true end"


def asked_rows(table: SourceTable, declared: FactTable, wanted: Wanted) -> AskedRows:
    """How the wanted rows of a table are asked for."""
    concept, start = (table.columns.get(name or "") for name in (declared.concept, declared.start))
    days, codes = wanted.days, frozenset(wanted.concepts or ())
    if declared.name != "measurement" or days is None or wanted.persons is not None:
        return AskedRows(table, declared, wanted, None)
    if concept is None or start is None or concept.kind not in _WHOLE or start.kind not in _SLACK:
        return AskedRows(table, declared, wanted, None)
    ranges = tuple(one for one in days.ranges if codes & one.concepts)
    asked = AskedDays(days.person, ranges, days.born) if ranges else None
    return AskedRows(table, declared, wanted, asked)


def _within(days: Days, slack: int) -> Days:
    return np.asarray(np.clip(days + np.int32(slack), _FIRST, _LAST), np.int32)


def _array(values: np.ndarray[tuple[int], np.dtype[np.integer]], kind: str) -> str:
    return f"'{{{','.join(map(str, values.tolist()))}}}'::{kind}[]"
