"""A part whose rows lie in a database: fetched when they are asked for, and let go."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import arrow_of, whole_numbers
from remit.facts.asked_days import AskedDays
from remit.facts.imprecise_dates import COLUMNS, Asked
from remit.facts.imprecise_dates import NAME as DATES
from remit.facts.live.fetched_part import FetchedPart
from remit.facts.live.live_rows import (
    LiveRows,
    has_sound_keys,
    question_of,
    read_people,
    read_possible,
)
from remit.facts.live.moved_texts import lose_texts, moved_texts
from remit.facts.live.ordered_rows import MOMENT, ordered_rows, placed_together
from remit.facts.live.person_ranges import joined_by_code, person_ranges
from remit.facts.live.source import Source, Wanted
from remit.facts.live.typed_rows import LiveRules
from remit.facts.part import no_rows
from remit.facts.reading import (
    ADDED_FIELDS,
    KIND,
    PLACE,
    STUDY,
    Block,
    Kind,
    Part,
    chosen_rows,
    kinds_of,
    places_of,
)
from remit.facts.screening_dates import births_of
from remit.facts.source_records import NAME as SOURCE
from remit.facts.tables import TABLES

_HELD = 4  # ranges of persons whose births are kept: those that are worked on, and one more
_AT_ONCE = 2  # questions
_FEW = 1_000  # persons that are asked for by their ids


@dataclass(frozen=True, slots=True)
class Live:
    """What all parts of a source share.

    Attributes:
        own: rows that lie in local files and not in the source, by table.
    """

    source: Source
    rules: LiveRules
    own: Mapping[str, pa.Table] = field(default_factory=dict)
    _people: OrderedDict[object, pa.Table] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def tables(self) -> frozenset[str]:
        """The tables that have rows, of the source's own or made."""
        held = self.rules.made.tables | frozenset(self.source.tables)
        told = frozenset([SOURCE]) if lose_texts(self.rules) else frozenset()
        return held | self.rules.resolved_tables | told

    def people(self, key: object, read: Callable[[], pa.Table]) -> pa.Table:
        """The persons of a range, read once while it is worked on."""
        with self._lock:
            if key in self._people:
                self._people.move_to_end(key)
                return self._people[key]
        rows = read()
        with self._lock:
            self._people[key] = rows
            while len(self._people) > _HELD:
                self._people.popitem(last=False)
        return rows


class LivePart:
    """The persons above one id and up to another, which may both be open."""

    def __init__(self, live: Live, *, after: int | None = None, last: int | None = None) -> None:
        self._live = live
        self._after, self._last = after, last
        self._kinds: dict[Kind, int] = {}
        self._lock = threading.Lock()

    @property
    def range(self) -> tuple[int | None, int | None]:
        """Whose rows they are."""
        return self._after, self._last

    @property
    def copies_may_read(self) -> bool:
        """Whether copies of this process may read it: with connections of their own."""
        return self._live.source.copies_may_read

    @property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`, of the rows that were read so far."""
        return tuple(self._kinds)

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
        declared = TABLES[table]
        whom = None if persons is None or declared.person is None else self._whom(persons)
        if table == DATES:
            rows = self.open_days(persons=persons)
        elif table in self._live.own:
            rows = self._inside(self._live.own[table])
        elif table not in self._live.tables or (whom is not None and not whom):
            return no_rows(declared, columns)
        elif table == "person":
            rows = self._people(whom)
        elif table == SOURCE:
            rows = self._texts(whom)
        else:
            rows = self._possible(table, columns, concepts=concepts, persons=persons, study=study)
            if PLACE in columns:
                rows = self._placed(rows, whom)
            if KIND in columns:
                rows = self._with_kinds(rows)
        asked = {*columns, *(name for name in (declared.concept, declared.person) if name), STUDY}
        return chosen_rows(
            ordered_rows(rows, declared, asked),
            declared,
            columns,
            concepts=concepts,
            persons=persons,
            study=study,
        )

    def fetched(
        self,
        needs: Mapping[str, Sequence[Block]],
        *,
        persons: Collection[int] | None = None,
        days: AskedDays | None = None,
    ) -> Part:
        """The same part with the rows that blocks of columns and codes ask for at hand.

        So the places of measurements are worked out once over all that are asked for, and each
        table is asked no more often than it has blocks. With a vocabulary, rows of all days come.
        """
        whom = None if persons is None else self._whom(persons)
        rules = self._live.rules
        if rules.resolved is not None:
            days = None  # a source's own code is another one, or several
        elif days is not None:
            # Ids of Remit's range that mean something else to the source count as no code.
            days = days.without(rules.uncoded.get("measurement", frozenset()))
            days = days.with_births(*births_of(self._people(whom)))
        stated = self._stated(whom)
        if pc.any(pc.equal(stated["fact_table"], "measurement")).as_py():
            days = None  # such a row may lie on other days than its own
        held, ranges = dict[str, Sequence[tuple[Block, pa.Table]]](), list[pa.Table]()
        for table, blocks in needs.items():
            if table in self._live.tables and table != "person" and table not in self._live.own:
                held[table], more = self._held(table, blocks, whom, days)
                ranges += more
        return FetchedPart(self, held, _together(stated, ranges), persons)

    def open_days(
        self, of: Asked | None = None, *, persons: Collection[int] | None = None
    ) -> pa.Table:
        """As `OpenDaysPart.open_days`: the rows are read, and show which of them have none."""
        whom = None if persons is None else self._whom(persons)
        asked = dict.fromkeys(COLUMNS) if of is None else of
        ranges = [
            self._read(table, (TABLES[table].key,), concepts=asked[table], persons=persons).ranges
            for table in sorted(({*COLUMNS} & {*asked}) - {"person"})
            if table in self._live.tables and table not in self._live.own
        ]
        return _together(self._stated(whom), ranges)

    def _stated(self, persons: Collection[int] | None) -> pa.Table:
        """The days that the source itself says are not exactly known."""
        own = self._live.own.get(DATES)
        if own is None and DATES not in self._live.source.tables:
            return TABLES[DATES].schema.empty_table()
        if own is None:
            return self._possible(DATES, TABLES[DATES].schema.names, persons=persons)
        rows = self._inside(own)
        if persons is None:
            return rows
        whose = pa.array(sorted(persons), pa.int64())
        return rows.filter(pc.is_in(rows["person_id"], value_set=whose))

    def _texts(self, persons: Collection[int] | None) -> pa.Table:
        wanted = replace(self._range, persons=persons)
        live = self._live
        return moved_texts(live.source, wanted, self._people(persons), live.rules)

    def _held(
        self,
        table: str,
        blocks: Sequence[Block],
        persons: Collection[int] | None,
        days: AskedDays | None,
    ) -> tuple[list[tuple[Block, pa.Table]], list[pa.Table]]:
        """The rows of blocks, and of `imprecise_date` about them."""
        whole = (replace(self._wanted(table), persons=persons), self._people(persons))
        live = self._live
        is_plain = live.rules.resolved is None and table not in live.rules.made.tables
        if table != "measurement" or persons is not None or not is_plain:
            return self._held_of(table, blocks, whole, days)
        if not has_sound_keys(live.source, TABLES[table]):  # all are held against each other
            return self._held_of(table, blocks, whole, days)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            pieces = list(
                pool.map(lambda one: self._held_of(table, blocks, one, days), person_ranges(*whole))
            )
        code = TABLES[table].concept or ""
        held = [
            (block, joined_by_code([rows[at][1] for rows, _ in pieces], code))
            for at, block in enumerate(blocks)
        ]
        return held, [one for _, found in pieces for one in found]

    def _held_of(
        self,
        table: str,
        blocks: Sequence[Block],
        of_whom: tuple[Wanted, pa.Table],
        days: AskedDays | None,
    ) -> tuple[list[tuple[Block, pa.Table]], list[pa.Table]]:
        """The same of some of the persons."""
        live, (whose, people) = self._live, of_whom
        wanted = [replace(whose, concepts=ids, days=days) for ids, _ in blocks]
        questions = [
            question_of(live.source, table, columns, one, live.rules)
            for (_, columns), one in zip(blocks, wanted, strict=True)
        ]
        known = [one for one in questions if one is not None]
        source = live.source.answered(table, known) if len(known) == len(blocks) else live.source
        # The source works on one question while the rows of another are typed here.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            read = list(
                pool.map(
                    lambda block, one: read_possible(
                        source, table, block[1], one, people, live.rules
                    ),
                    blocks,
                    wanted,
                )
            )
        found = [one.rows for one in read]
        if table == "measurement":
            found = placed_together(found)
            found = [
                self._with_kinds(rows) if KIND in columns else rows
                for rows, (_, columns) in zip(found, blocks, strict=True)
            ]
        held = [
            # With its key a row is found whose day turns out to be open.
            (block, ordered_rows(rows, TABLES[table], {*block[1], TABLES[table].key}))
            for block, rows in zip(blocks, found, strict=True)
        ]
        return held, [one.ranges for one in read]

    @property
    def _range(self) -> Wanted:
        """All rows of the part's persons."""
        return Wanted(after=self._after, last=self._last)

    def _whom(self, persons: Collection[int]) -> frozenset[int]:
        """Those of some persons who may be of this part."""
        after, last = self._after, self._last
        return frozenset(
            person
            for person in persons
            if (after is None or person > after) and (last is None or person <= last)
        )

    def _people(self, persons: Collection[int] | None = None) -> pa.Table:
        live = self._live
        if persons is not None and len(persons) < _FEW:
            wanted = replace(self._range, persons=persons)
            return read_people(live.source, wanted, live.rules)
        return live.people(
            (self._after, self._last),
            lambda: read_people(live.source, self._range, live.rules),
        )

    def _possible(
        self,
        table: str,
        columns: Collection[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        return self._read(table, columns, concepts=concepts, persons=persons, study=study).rows

    def _read(
        self,
        table: str,
        columns: Collection[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> LiveRows:
        wanted = replace(self._wanted(table), concepts=concepts, persons=persons, study=study)
        live = self._live
        return read_possible(live.source, table, columns, wanted, self._people(persons), live.rules)

    def _wanted(self, table: str) -> Wanted:
        """All rows of a table that are of this part."""
        return self._range if TABLES[table].person is not None else Wanted()

    def _placed(self, rows: pa.Table, persons: Collection[int] | None) -> pa.Table:
        """Rows with their places among all of their persons, whatever else is asked later."""
        every = self._possible("measurement", MOMENT, persons=persons)
        key = whole_numbers(every["measurement_id"])
        order = np.argsort(key)
        at = order[np.searchsorted(key, whole_numbers(rows["measurement_id"]), sorter=order)]
        place = places_of(every)[at]
        return rows.append_column(ADDED_FIELDS[PLACE], arrow_of(place, pa.int32()))

    def _with_kinds(self, rows: pa.Table) -> pa.Table:
        kind, kinds = kinds_of(rows)
        with self._lock:
            numbers = np.array(
                [self._kinds.setdefault(one, len(self._kinds)) for one in kinds], np.int16
            )
        column = numbers[kind] if len(kinds) else kind
        return rows.append_column(ADDED_FIELDS[KIND], arrow_of(column, pa.int16()))

    def _inside(self, rows: pa.Table) -> pa.Table:
        """Rows of the persons of this part."""
        if "person_id" not in rows.column_names:
            return rows if self._after is None else rows.slice(0, 0)  # once, not in each part
        person = whole_numbers(rows["person_id"])
        kept = np.ones(len(person), np.bool_)
        if self._after is not None:
            kept &= person > self._after
        if self._last is not None:
            kept &= person <= self._last
        return rows.filter(pa.array(kept))


def _together(stated: pa.Table, ranges: Sequence[pa.Table]) -> pa.Table:
    """What a source states of days, and what its rows show; of one row the rows count."""
    plain = pa.schema([pa.field(f.name, f.type) for f in TABLES[DATES].schema])
    shown = pa.concat_tables([plain.empty_table(), *(piece.cast(plain) for piece in ranges)])
    if shown.num_rows and stated.num_rows:
        columns = ["fact_table", "fact_id"]
        stated = stated.join(shown.select(columns), columns, join_type="left anti")
    together = pa.concat_tables([stated.select(plain.names).cast(plain), shown])
    number = arrow_of(np.arange(1, together.num_rows + 1), pa.int64())
    return together.set_column(0, plain.field(0), pa.chunked_array([number]))
