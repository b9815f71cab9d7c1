"""Parts with more named dates than their dataset holds: by a rule, or by entry events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from remit.facts.arrays import NO_DAY, Days, Whole, arrow_of, repeated_code, texts_of, whole_numbers
from remit.facts.asked_days import AskedDays
from remit.facts.imprecise_dates import Asked, open_days
from remit.facts.reading import Block, Kind, Part, TablesPart, at_hand, chosen_rows
from remit.facts.tables import TABLES

_TABLE = TABLES["study_anchor"]
_NAMED = ("person_id", "anchor")
_CODES = pa.dictionary(pa.int32(), pa.string())
_CODED = pa.schema(
    [field.with_type(_CODES) if field.type == pa.string() else field for field in _TABLE.schema]
)


class DatedPart:
    """A part with more named dates; all else is that of the part.

    Most of what a dataset holds of named dates is of other studies: only those that are asked for
    are read and brought into order, once for each study.

    Args:
        persons: of the part, ascending.
        dates: study and name of the date -> the day of each person; `NO_DAY` where there is none. A
            date that the part holds goes first.
    """

    def __init__(self, part: Part, persons: Whole, dates: Mapping[tuple[str, str], Days]) -> None:
        self._part, self._persons, self._days = part, persons, dict(dates)
        # One entry is set at once, so that threads may fill it side by side.
        self._dates: dict[str | None, TablesPart] = {}

    @cached_property
    def _added(self) -> pa.Table:
        return date_rows(self._part, self._persons, self._days)

    @property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`."""
        return self._part.kinds

    @property
    def range(self) -> object:
        """Whose rows they are, where the part says it."""
        return getattr(self._part, "range", None)

    @property
    def copies_may_read(self) -> bool:
        """Whether copies of this process may read it, as the part says it."""
        return bool(getattr(self._part, "copies_may_read", False))

    def fetched(
        self,
        needs: Mapping[str, Sequence[Block]],
        *,
        persons: Collection[int] | None = None,
        days: AskedDays | None = None,
    ) -> Part:
        """As `DistantPart.fetched`; what is read by leaves is no date by rule."""
        return at_hand(self._part, needs, persons=persons, days=days)

    def open_days(
        self, of: Asked | None = None, *, persons: Collection[int] | None = None
    ) -> pa.Table:
        """As `OpenDaysPart.open_days`."""
        return open_days(self._part, of, persons=persons)

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """As `Part.rows`."""
        part = self._dated(study) if table == "study_anchor" else self._part
        return part.rows(table, columns, concepts=concepts, persons=persons, study=study)

    def days_of(self, study: str, persons: Whole) -> Mapping[str, Days] | None:
        """As `DatedPersons.days_of`: where the part itself has no date of the study."""
        found = {name: days for (of, name), days in self._days.items() if of == study}
        if not found or not np.array_equal(persons, self._persons):
            return None
        return None if self._part.rows(_TABLE.name, _NAMED, study=study).num_rows else found

    def _dated(self, study: str | None) -> TablesPart:
        """The named dates of a study, of all when None."""
        if study not in self._dates:
            names = _TABLE.schema.names
            held = self._part.rows(_TABLE.name, names, study=study)
            rows = chosen_rows(self._added, _TABLE, names, concepts=None, persons=None, study=study)
            # As `date_rows` gives them, those of one study are in order.
            in_order = study is not None and held.num_rows == 0
            if not in_order:
                rows = pa.concat_tables([one.cast(_TABLE.schema) for one in (held, rows)])
            self._dates[study] = TablesPart(
                {_TABLE.name: rows}, in_order=(_TABLE.name,) if in_order else ()
            )
        return self._dates[study]


def date_rows(part: Part, persons: Whole, dates: Mapping[tuple[str, str], Days]) -> pa.Table:
    """Rows of `study_anchor` for the persons of a part who have no such date yet, in its order.

    Their texts are codes of the few that there are, as those of one study are when they are read.

    Args:
        persons: ascending.
        dates: study and name of the date -> the day of each person; `NO_DAY` where there is none.
    """
    pieces = []
    held = {study: part.rows(_TABLE.name, _NAMED, study=study) for study, _ in dates}
    for (study, anchor), days in sorted(dates.items(), key=lambda item: item[0]):
        new = days != NO_DAY
        if held[study].num_rows:
            new &= ~np.isin(persons, _dated(held[study], anchor))
        at = np.flatnonzero(new)
        columns = {
            "person_id": arrow_of(persons.take(at), pa.int64()),
            "study": repeated_code(study, len(at)),
            "anchor": repeated_code(anchor, len(at)),
            "anchor_date": arrow_of(days.take(at), pa.int32()).view(pa.date32()),
        }
        pieces.append(pa.Table.from_arrays([columns[n] for n in _CODED.names], schema=_CODED))
    # `Schema.empty_table` would load pandas, which takes longer than a small screening.
    return pa.concat_tables([pa.Table.from_batches([], _CODED), *pieces])


def dated_persons(part: Part, study: str, anchor: str) -> Whole:
    """The persons of a part who have a date of this name."""
    return _dated(part.rows(_TABLE.name, _NAMED, study=study), anchor)


def _dated(rows: pa.Table, anchor: str) -> Whole:
    """The persons who have a date of this name, of rows of one study."""
    names, name = texts_of(rows["anchor"])
    wanted = np.array([known == anchor for known in names], np.bool_)[name]
    return np.asarray(whole_numbers(rows["person_id"])[wanted], np.int64)
