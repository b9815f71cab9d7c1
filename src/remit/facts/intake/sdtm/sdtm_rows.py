"""The rows of a domain, and the rows of tables that they become.

Each row of a domain is written, merged into another, or left out by a rule; `Outcome` counts it, so
that the sum is the number of rows that were read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat

import numpy as np
import pyarrow as pa

from remit.facts.imprecise_dates import ImpreciseDate
from remit.facts.intake.accounting.report import Fate, Kind, LeftOut, NotUnderstood
from remit.facts.intake.sdtm.files.sdtm_datasets import SdtmDataset
from remit.facts.intake.sdtm.sdtm_days import DaySpan
from remit.facts.source_records import NAME as SOURCE
from remit.facts.source_records import source_rows
from remit.facts.tables import TABLES

SHOWN = 5
# Of the ids that OMOP leaves to whoever needs one; Remit's own concepts have none of these.
_OPEN_NAMES = 2_147_000_000
NOT_IN_DM = "the person is not in DM"
NOT_DONE = "not done, as its status says"
DERIVED = "worked out of other results of the test that stand beside it, as its flag says"
NOT_OCCURRED = "it did not occur, as its row says"
OF_FAMILY = "it is about the family, as its category says"
NOBODY_SAYS = "nobody says whether it occurred"
NO_READABLE_DAY = "rows without a day that can be read: on any day from birth to the data cut"
AGAIN = "says all of another row again"
IGNORED = "its term is ignored by the map"
_ON_PURPOSE = frozenset({NOT_DONE, DERIVED, NOT_OCCURRED, OF_FAMILY, IGNORED})


@dataclass(frozen=True, slots=True)
class DomainRows:
    """The rows of all datasets of a domain.

    Attributes:
        columns: name -> cells, one a row. places: file and row of each, as a table counts.
    """

    domain: str
    columns: Mapping[str, Sequence[str | None]]
    places: Sequence[str]

    def __len__(self) -> int:
        return len(self.places)

    def cells(self, *names: str) -> Iterator[tuple[str | None, ...]]:
        """The cells of some columns, row by row; none where there is no such column."""
        found = [self.columns.get(name) or repeat(None, len(self)) for name in names]
        return zip(*found, strict=True)

    def reference(self, at: int) -> str | None:
        """What the study calls a row of a person, such as `LB/12`; None without a --SEQ."""
        numbers = self.columns.get(f"{self.domain}SEQ")
        number = "" if numbers is None else (numbers[at] or "").strip()
        return f"{self.domain}/{number}" if number else None

    def column(self, name: str) -> Sequence[str | None]:
        return self.columns.get(name) or [None] * len(self)


def domain_rows(domain: str, datasets: Sequence[SdtmDataset]) -> DomainRows:
    """The rows of some datasets as one."""
    names = dict.fromkeys(name for d in datasets for name in d.table.column_names)
    columns: dict[str, list[str | None]] = {name: [] for name in names}
    places: list[str] = []
    for dataset in datasets:
        for name, column in columns.items():
            if name in dataset.table.column_names:
                column += _cells(dataset.table[name])
            else:
                column += [None] * dataset.rows
        places += [f"{dataset.file} row {number}" for number in range(1, dataset.rows + 1)]
    return DomainRows(domain, columns, places)


def _cells(column: pa.ChunkedArray) -> list[str | None]:
    """The cells of a column; cells that say the same are one text in memory."""
    coded = column.combine_chunks().dictionary_encode()
    words = coded.dictionary.to_pylist()
    return [None if at is None else words[at] for at in coded.indices.to_pylist()]


@dataclass(slots=True)
class FactColumns:
    """The columns of a table while rows are added; a required code that no row has is 0."""

    name: str
    cells: dict[str, list[object]] = field(init=False)
    defaults: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        columns = TABLES[self.name].columns
        self.cells = {c.name: [] for c in columns}
        self.defaults = {c.name: 0 if c.required and c.type == "concept" else None for c in columns}

    def __len__(self) -> int:
        return len(self.cells[TABLES[self.name].key])

    def add(self, row: Mapping[str, object]) -> int:
        """Add a row; its key, which is its number where the row brings none."""
        key = TABLES[self.name].key
        number = row.get(key, len(self.cells[key]) + 1)
        for name, column in self.cells.items():
            column.append(row[name] if name in row else self.defaults[name])
        self.cells[key][-1] = number
        assert isinstance(number, int)
        return number

    def table(self) -> pa.Table:
        return pa.Table.from_pydict(self.cells, schema=TABLES[self.name].schema)


@dataclass(slots=True)
class SdtmFacts:
    """What the rows of a study become; it grows while they are read.

    Attributes:
        numbers: USUBJID -> number. births: number -> the days on which the person may be born.
        cut: the last day of the data.
        outcomes: domain -> what became of its rows.
        unknown: table, kind, what is written and its name -> persons; and rows.
        taken: table -> rows of the source that went to it or were left out of it.
        remarks: sentence -> how often.
        rounded: domain -> numbers with more decimals than the tables hold.
        understood: domain -> rows whose meaning and unit are known. not_done: those of them that
            say that it was not done, and are left out.
        checked: domain and how its standard results stand to the original ones -> rows.
        open_codes: test that nothing maps -> the code of its rows.
        strangers: subjects who are not in DM.
        reference: of the row that is read now. sources: table -> keys, persons and references of
            its rows.
        dead: person -> when. undated_deaths: persons who died on a day that DM does not tell.
    """

    numbers: Mapping[str, int]
    cut: date
    births: dict[int, DaySpan] = field(default_factory=dict)
    tables: dict[str, FactColumns] = field(default_factory=dict)
    imprecise: list[ImpreciseDate] = field(default_factory=list)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    left: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    left_rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown: dict[tuple[str, Kind, str, str | None], set[int]] = field(default_factory=dict)
    unknown_rows: Counter[tuple[str, Kind, str, str | None]] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    rounded: Counter[str] = field(default_factory=Counter)
    understood: Counter[str] = field(default_factory=Counter)
    not_done: Counter[str] = field(default_factory=Counter)
    checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    open_codes: dict[str, int] = field(default_factory=dict)
    dead: dict[int, DaySpan] = field(default_factory=dict)
    undated_deaths: set[int] = field(default_factory=set)
    last_seen: dict[int, date] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    reference: str | None = None
    sources: dict[str, tuple[list[int], list[int], list[str]]] = field(default_factory=dict)

    def person(self, name: str | None) -> int | None:
        """The number of a subject; None for one who is not in DM, who is kept in mind."""
        found = self.numbers.get(name or "")
        if found is None and name is not None:
            self.strangers.add(name)
        return found

    def open_code(self, test: str) -> int:
        """The code of a test that nothing maps: so what hangs on it can be counted by its name."""
        return self.open_codes.setdefault(test, _OPEN_NAMES + len(self.open_codes))

    def see(self, person: int, day: date) -> None:
        """Keep the last day of which something is told of a person."""
        if day > self.last_seen.get(person, date.min):
            self.last_seen[person] = day

    def rows(self, table: str) -> FactColumns:
        found = self.tables.get(table)
        if found is None:
            found = self.tables[table] = FactColumns(table)
        return found

    def write(
        self, domain: str, table: str, row: Mapping[str, object], *, again: bool = False
    ) -> int:
        """Add a row of a domain to a table; its key.

        Args:
            again: whether another row was written for the same one.
        """
        if not again:
            self.count(domain, f"written to {table}")
            self.taken[table] += 1
        key, person = self.rows(table).add(row), row["person_id"]
        assert isinstance(person, int)
        self.note_source(person, table, key)
        return key

    def note_source(self, person: int, table: str, key: int) -> None:
        """Keep which row of the study is behind a row of a table."""
        if self.reference is not None:
            keys, persons, references = self.sources.setdefault(table, ([], [], []))
            keys.append(key)
            persons.append(person)
            references.append(self.reference)

    def source_table(self) -> pa.Table:
        """The rows of `source_record`."""
        made = [TABLES[SOURCE].schema.empty_table()]
        for table, (keys, persons, references) in self.sources.items():
            numbers = np.array(keys, np.int64), np.array(persons, np.int64)
            first = sum(rows.num_rows for rows in made) + 1
            made.append(source_rows(table, *numbers, pa.array(references, pa.string()), first))
        return pa.concat_tables(made)

    def count(self, domain: str, outcome: str) -> None:
        found = self.outcomes.get(domain)
        if found is None:
            found = self.outcomes[domain] = Counter()
        found[outcome] += 1

    def leave_out(self, domain: str, table: str, reason: str, place: str) -> None:
        self.count(domain, f"left out: {reason}")
        self.left_out_of(table, domain, reason, place)

    def left_out_of(self, table: str, domain: str, reason: str, place: str) -> None:
        """Leave a row out of one of the tables that are made of its domain."""
        self.taken[table] += 1
        said = f"{domain}: {reason}"
        self.left_rows[table, said] += 1
        shown = self.left.setdefault((table, said), [])
        if len(shown) < SHOWN:
            shown.append(place)

    def not_known(
        self, table: str, kind: Kind, written: str, name: str | None, person: int
    ) -> None:
        key = (table, kind, written, name)
        self.unknown_rows[key] += 1
        self.unknown.setdefault(key, set()).add(person)

    def note_span(self, person: int, table: str, key: int, column: str, span: DaySpan) -> None:
        if not span.is_exact:
            days = ImpreciseDate(person, table, key, column, span.first, span.last)
            self.imprecise.append(days)

    def any_day(self, domain: str, person: int) -> DaySpan:
        """The days of a record of which none can be read: left out, it would count as absent."""
        self.remarks[f"{domain}: {NO_READABLE_DAY}"] += 1
        first = self.born(person)
        return DaySpan(first, max(first, self.cut))

    def born(self, person: int) -> date:
        """The first day on which somebody may be born."""
        found = self.births.get(person)
        return found.first if found is not None else date(1900, 1, 1)

    def left_out(self) -> Mapping[str, tuple[LeftOut, ...]]:
        found: dict[str, list[LeftOut]] = {}
        for (table, said), places in self.left.items():
            rows = self.left_rows[table, said]
            reason = said.partition(": ")[2]
            fate: Fate = "merged" if reason == AGAIN else "refused"
            item = LeftOut(said, rows, tuple(places), reason in _ON_PURPOSE, fate)
            found.setdefault(table, []).append(item)
        return {table: tuple(items) for table, items in found.items()}

    def not_understood(self) -> tuple[NotUnderstood, ...]:
        return tuple(
            NotUnderstood(table, kind, written, self.unknown_rows[key], len(persons), name)
            for key, persons in self.unknown.items()
            for table, kind, written, name in (key,)
        )
