"""Rows of a table as PostgreSQL chooses them: codes and persons come with what is asked of them.

Which range of days a code is asked for and the days of each person stand in the statement, since
nothing is written to the source, not even a temporary table. To look a code up once a row is
cheaper than to look for it in several lists.

A row stays where no range speaks of its code, and where its day is none: what such a day means is
worked out where the rows are typed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from remit.facts.arrays import Days
from remit.facts.asked_days import AskedDays
from remit.facts.live.source import ColumnKind, SourceTable, Wanted
from remit.facts.live.statements import conditions, quoted
from remit.facts.tables import FactTable

# From the first to the last day of the calendar, as days since 1970; PostgreSQL has others.
_FIRST, _LAST = -719_162, 2_932_896
# A moment may be of another day where the clock of the session is another one.
_SLACK: Mapping[ColumnKind, int] = {"day": 0, "moment": 1}
_WHOLE: Collection[ColumnKind] = frozenset({"small", "whole"})
_NO_RANGE = -1


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
        codes, asked = self._codes(self.days), piece
        if 0 not in (piece.concepts or ()):
            asked = replace(piece, concepts=None)  # none but those that are joined
        else:
            codes = f" left{codes}"
        where = conditions(self.table, self.declared, asked)
        days, said = self._days(self.days.between(piece.after, piece.last))
        where = f"{where} and {said}" if where else f" where {said}"
        return f"{written}{codes}{days}{where}"

    def _codes(self, days: AskedDays) -> str:
        assert self.wanted.concepts is not None, "days are asked of codes"
        range_of = {code: number for number, one in enumerate(days.ranges) for code in one.concepts}
        rows = ", ".join(
            f"({code}, {range_of.get(code, _NO_RANGE)})" for code in sorted(self.wanted.concepts)
        )
        concept = quoted(self.table.columns[self.declared.concept or ""].written)
        return f" join (values {rows}) as codes(asked_code, asked_in) on asked_code = {concept}"

    def _days(self, asked: AskedDays) -> tuple[str, str]:
        """The days of each person as a table to join, and the condition that a row is of them."""
        start = self.table.columns[self.declared.start or ""]
        day, slack = quoted(start.written), _SLACK[start.kind]
        of_row = day if start.kind == "day" else f"cast({day} as date)"
        arrays, names, days_of = [_array(asked.person, "int8")], ["asked_person"], ["asked_person"]
        cases = []
        for number, one in enumerate(asked.ranges):
            for word, ends, more in (("first", one.first, -slack), ("last", one.last, slack)):
                name = f"asked_{word}_{number}"
                names.append(name)
                days_of.append(f"date '1970-01-01' + {name} as {name}")
                arrays.append(_array(_within(ends, more), "int4"))
            held = f"{of_row} >= asked_first_{number} and {of_row} <= asked_last_{number}"
            cases.append(f"when {number} then ({held}) is not false or not isfinite({day})")
        person = quoted(self.table.columns[self.declared.person or ""].written)
        join = (
            f" join (select {', '.join(days_of)} from unnest({', '.join(arrays)}) "
            f"as asked({', '.join(names)})) as days on asked_person = {person}"
        )
        return join, f"case asked_in {' '.join(cases)} else true end"


def asked_rows(table: SourceTable, declared: FactTable, wanted: Wanted) -> AskedRows:
    """How the wanted rows of a table are asked for."""
    concept, start = (table.columns.get(name or "") for name in (declared.concept, declared.start))
    days, codes = wanted.days, frozenset(wanted.concepts or ())
    if declared.name != "measurement" or days is None or wanted.persons is not None:
        return AskedRows(table, declared, wanted, None)
    if concept is None or start is None or concept.kind not in _WHOLE or start.kind not in _SLACK:
        return AskedRows(table, declared, wanted, None)
    ranges = tuple(one for one in days.ranges if codes & one.concepts)
    asked = AskedDays(days.person, ranges) if ranges else None
    return AskedRows(table, declared, wanted, asked)


def _within(days: Days, slack: int) -> Days:
    return np.asarray(np.clip(days + np.int32(slack), _FIRST, _LAST), np.int32)


def _array(values: np.ndarray[tuple[int], np.dtype[np.integer]], kind: str) -> str:
    return f"'{{{','.join(map(str, values.tolist()))}}}'::{kind}[]"
