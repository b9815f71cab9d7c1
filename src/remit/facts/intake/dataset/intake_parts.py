"""The parts of an import, each made as it is to be written, and what is counted of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import Days, Whole, rows_at, whole_numbers
from remit.facts.declared import declared_rows
from remit.facts.imprecise_dates import NAME as DATES
from remit.facts.intake.accounting.report import (
    LeftOut,
    require_nothing_left_out,
)
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.intake_account import IntakeAccount, numbered_after
from remit.facts.intake.persons.anchor_file import read_anchors, require_one_anchor
from remit.facts.intake.persons.coverage_rule import PERIODS, Coverage, read_periods
from remit.facts.intake.persons.person_ids import names_of_persons
from remit.facts.intake.persons.placeholder_births import BirthDays
from remit.facts.intake.persons.signed_file import read_signed
from remit.facts.intake.rows.dose_overlaps import DisjointEras, disjoint_eras
from remit.facts.intake.rows.impossible_rows import PossibleRows, possible_rows
from remit.facts.intake.rows.imprecise_rows import SettledRows, settled_rows
from remit.facts.intake.rows.raw_tables import RawReading
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.reading import TablesPart
from remit.facts.screening_dates import (
    asked_days,
    births_of,
    dated_rows,
    require_days,
)
from remit.facts.snapshot import empty_table
from remit.facts.source_records import NAME as SOURCE
from remit.facts.source_records import kept_references
from remit.facts.tables import TABLES

# Below this there is room for new ids above those that there are.
_ROOM = 1 << 62
_FIRST_RANGE = 1 << 40  # above the numbers that readers give to ranges


@dataclass(slots=True)
class IntakeParts:
    """What the parts of one import are made with, and what is counted of them."""

    store: RowStore
    found: SourceTables
    choices: IntakeChoices
    data_cut: date
    numbers: dict[str, int]
    raw: RawReading | None = None
    coverage: Coverage | None = None
    ranges: int = 0
    born: BirthDays = field(default_factory=BirthDays)
    account: IntakeAccount = field(default_factory=IntakeAccount)

    def parts(self) -> Iterator[dict[str, pa.Table]]:
        """Part by part the tables as they are to be written.

        Raises:
            DatasetError: as `write_intake`, after the last part at the latest.
        """
        births = self._births()
        asked, dates = self._asked_days(births), self._dates(births)
        self.coverage = self._coverage(births)
        names, signed = self.found.persons.names(), self._signed()
        used, any_day, placed, persons = self._used_ids(), False, 0, 0
        for part in self.store.parts():
            if self.raw is not None:
                read = self.raw(part)
                self.account.add_read(read)
                part = dict(read.tables)
            # Told of rows, and no rows of the source: those of rows that stay are kept.
            references = part.pop(SOURCE, empty_table(SOURCE))
            given = {name: part.get(name, empty_table(name)) for name in TABLES}
            possible = possible_rows(given, data_cut=self.data_cut, numbers=self.numbers)
            self.account.add_possible(possible)
            tables = dict(possible.tables)
            self.numbers = numbered_after(self.numbers, tables)
            settled = settled_rows(tables, data_cut=self.data_cut, numbered=self.numbers)
            self.account.add_settled(settled)
            tables = {**settled.tables, DATES: self._with_ranges(settled, possible)}
            if "dose_era" in self.numbers:
                used = np.array([self.numbers["dose_era"]], np.int64)
            eras = disjoint_eras(tables["dose_era"], data_cut=self.data_cut, used=used)
            self.account.add_eras(eras)
            tables["dose_era"] = eras.eras
            used = _with_ids(used, eras)
            if "dose_era" in self.numbers:  # the next part's numbers come after those made here
                self.numbers["dose_era"] = max([self.numbers["dose_era"], *used.tolist()])
            tables[SOURCE] = kept_references(
                references, tables, numbered=self.numbers, changed=eras.changed
            )
            people = whole_numbers(tables["person"]["person_id"])
            persons += len(people)
            self.born.add(tables["person"])
            if self.coverage is not None:
                tables[PERIODS] = self._watched(self.coverage, tables)
            if names is not None:
                tables["person_name"] = _of_persons(names, people)
            if signed is not None:
                theirs = _of_persons(signed, people)
                tables["attestation"] = _all_signed(tables["attestation"], theirs, placed)
                placed += tables["attestation"].num_rows
            tables = {name: declared_rows(TABLES[name], rows) for name, rows in tables.items()}
            if dates is not None:
                theirs = _of_persons(dates, people)
                self.account.made["study_anchor"] += theirs.num_rows
                tables["study_anchor"] = pa.concat_tables([tables["study_anchor"], theirs])
            require_one_anchor(tables["study_anchor"])
            if self.choices.rule is not None:
                held = TablesPart(tables)
                added, has_day = dated_rows(
                    held, self.choices.rule, asked, self.choices.anchors, self.data_cut
                )
                any_day = any_day or has_day
                self.account.made["study_anchor"] += added.num_rows
                tables["study_anchor"] = pa.concat_tables([tables["study_anchor"], added])
            yield tables
        self._close(signed, (persons, placed), any_day=any_day)

    def _with_ranges(self, settled: SettledRows, possible: PossibleRows) -> pa.Table:
        """The days that are not exactly known, with those of rows that have none that can be."""
        held, added = settled.tables[DATES], possible.ranges
        if not added.num_rows:
            return held
        first = _FIRST_RANGE + self.ranges
        self.ranges += added.num_rows
        numbers = pa.array(range(first, first + added.num_rows), pa.int64())
        rows = added.set_column(0, added.schema.field(0), pa.chunked_array([numbers]))
        return pa.concat_tables([held, rows.cast(held.schema)])

    def _close(self, signed: pa.Table | None, counts: tuple[int, int], *, any_day: bool) -> None:
        """What only the last part decides."""
        persons, placed = counts
        left_out = self.account.all_left_out(self.found.left_out)
        if self.choices.strict:
            require_nothing_left_out(left_out)
            _require_dated(self.account.opened)
        _require_somebody(persons, left_out["person"])
        if self.choices.rule is not None:
            require_days(self.choices.rule, any_day=any_day, place=Path(self.choices.source))
        if signed is not None:
            self.account.made["attestation"] += placed
            lost = signed.num_rows - placed
            if lost > 0:
                left = LeftOut("its person was left out", lost, ("(file of signatures)",))
                self.account.left_out.setdefault("attestation", []).append(left)
                self.account.made["attestation"] += lost

    def _births(self) -> tuple[Whole, Days]:
        """Of all persons who are kept, where a file names days of theirs."""
        births: tuple[Whole, Days] = (np.zeros(0, np.int64), np.zeros(0, np.int32))
        choices = self.choices
        in_files = isinstance(choices.rule, Path) or isinstance(choices.coverage, Path)
        if not in_files and choices.dates is None:
            return births
        pieces = [
            births_of(possible_rows(part, data_cut=self.data_cut, numbers={}).tables["person"])
            for part in self.store.parts(("person",))
        ]
        return (
            np.concatenate([persons for persons, _ in pieces]),
            np.concatenate([days for _, days in pieces]),
        )

    def _asked_days(self, births: tuple[Whole, Days]) -> Mapping[int, date] | None:
        rule = self.choices.rule
        if rule is None:
            return None
        return asked_days(rule, names_of_persons(self.found.persons), births, self.data_cut)

    def _coverage(self, births: tuple[Whole, Days]) -> Coverage | None:
        rule = self.choices.coverage
        if rule is None:
            return None
        table = self.store.tables.get(PERIODS)
        top = 0 if table is None else max(table.keys.top or 0, 0)
        if top >= _ROOM:  # no room above the greatest: all are numbered anew
            top = 0
            self.numbers.setdefault(PERIODS, 0)
        given = None
        if isinstance(rule, Path):
            given = read_periods(rule, self.found.persons, births, self.data_cut)
        return Coverage(rule, self.data_cut, top, given)

    def _watched(self, coverage: Coverage, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The periods of a part with those by the rule."""
        if PERIODS in self.numbers:
            coverage.last = self.numbers[PERIODS]
        before = coverage.made
        rows = coverage.periods(tables)
        self.account.made[PERIODS] += coverage.made - before
        if PERIODS in self.numbers:
            self.numbers[PERIODS] = coverage.last
        return rows

    def _dates(self, births: tuple[Whole, Days]) -> pa.Table | None:
        if self.choices.dates is None:
            return None
        return read_anchors(
            self.choices.dates, self.choices.studies, self.found.persons, births, self.data_cut
        )

    def _signed(self) -> pa.Table | None:
        if self.choices.signed is None:
            return None
        return read_signed(
            self.choices.signed,
            items=self.choices.items,
            persons=self.found.persons,
            data_cut=self.data_cut,
        )

    def _used_ids(self) -> Whole:
        """The ids of eras: the greatest, or all where there may be no room above it."""
        table = self.store.tables.get("dose_era")
        if table is None or table.keys.top is None:
            return np.zeros(0, np.int64)
        if table.keys.top < _ROOM:
            return np.array([table.keys.top], np.int64)
        key = TABLES["dose_era"].key
        pieces = [whole_numbers(b[key].drop_null()) for b in self.store.columns("dose_era", [key])]
        return np.concatenate(pieces).astype(np.int64)


def _with_ids(used: Whole, eras: DisjointEras) -> Whole:
    """The used ids with those of the eras of a part."""
    if not eras.made:
        return used
    ids = np.asarray(whole_numbers(eras.eras[TABLES["dose_era"].key]), np.int64)
    if len(used) > 1 or (len(used) and used[0] >= _ROOM):
        return np.union1d(used, ids)
    return np.array([max([int(ids.max()), *used.tolist()])], np.int64)


def _require_dated(undated: Mapping[str, tuple[LeftOut, ...]]) -> None:
    """Nothing, when each row of a strict import has a day that can be.

    Raises:
        DatasetError: the first table with rows that have none.
    """
    for table, items in undated.items():
        for item in items:
            raise DatasetError(
                f"rows of {table} have no day that can be: {item.reason}",
                expected="a day from birth on in every row, since the import is strict",
                got=f"{item.rows:,} rows, such as {', '.join(item.examples)}",
                next_step="correct these rows at their source, or leave out --strict: they are "
                "kept then, on any day from birth to the data cut",
                place=table,
            )


def _require_somebody(persons: int, left_out: tuple[LeftOut, ...]) -> None:
    """Nothing, when some person was kept.

    Raises:
        DatasetError: all were left out: nothing could be screened.
    """
    if persons == 0:
        raise DatasetError(
            "every person was left out",
            expected="at least one person",
            got="; ".join(f"{item.reason}: {item.rows:,}" for item in left_out) or "none",
            next_step="correct the births, or the day of --data-cut",
            place="person",
        )


def _of_persons(rows: pa.Table, people: npt.NDArray[np.integer]) -> pa.Table:
    """The rows of some persons."""
    return rows_at(rows, np.isin(whole_numbers(rows["person_id"]), people))


def _all_signed(held: pa.Table, added: pa.Table, last: int) -> pa.Table:
    """The signatures of both, numbered anew after the last number that is taken."""
    rows = pa.concat_tables([held, added])
    numbers = pa.array(range(last + 1, last + rows.num_rows + 1), pa.int64())
    return rows.set_column(0, rows.schema.field(0), numbers)
