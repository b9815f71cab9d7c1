"""Each construct is in the one table of meanings, and says itself all that its meaning touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from criteria.spec.catalogue import CHAPTERS
from criteria.spec.running import spec_tables
from criteria.spec.writing import DATA_CUT, ENVIRONMENT, STUDY
from remit.criteria.binder import bind_expression
from remit.criteria.columns.records import Records, read_records
from remit.criteria.columns.subjects import Subjects, WindowDays, study_subjects
from remit.criteria.dates import Moment, Window
from remit.criteria.meanings import LEAF_KINDS, MEANINGS, codes_of_leaves
from remit.criteria.readings import WindowAbsence
from remit.criteria.tree import Leaf, leaves_of
from remit.facts.reading import Kind, TablesPart
from remit.facts.tables import TABLES

SPECS = [spec for items in CHAPTERS.values() for item in items for spec in item.specs]
COLUMNS_OF_EVERY_ROW = {"person_id", "place", "kind"}


@cache
def _leaves() -> Mapping[type, tuple[Leaf, ...]]:
    """The distinct leaves of the language page, by kind."""
    found: dict[type, dict[Leaf, None]] = defaultdict(dict)
    for text in dict.fromkeys(spec.expression for spec in SPECS):
        for placed in leaves_of(bind_expression(text, ENVIRONMENT)):
            found[type(placed.leaf)][placed.leaf] = None
    return {kind: tuple(leaves) for kind, leaves in found.items()}


@cache
def _part() -> TablesPart:
    return TablesPart(spec_tables(SPECS))


@cache
def _subjects() -> Subjects:
    return study_subjects(_part(), study=STUDY, data_cut=DATA_CUT)


@dataclass(frozen=True)
class Narrow:
    """A part that gives a leaf what it declares and refuses all else."""

    part: TablesPart
    leaf: Leaf
    read: set[str] = field(default_factory=set)

    @property
    def kinds(self) -> Sequence[Kind]:
        return self.part.kinds

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        self.read.add(table)
        declared = [read for read in self.leaf.reads if read.table == table]
        if table not in {"observation_period", "attestation", "imprecise_date"}:
            of = TABLES[table]
            allowed = {of.key if name == "row" else name for r in declared for name in r.columns}
            # The key tells whose days are not exactly known.
            allowed |= {of.key} | {n for n in (of.concept, of.start, of.end) if n is not None}
            more = set(columns) - allowed - COLUMNS_OF_EVERY_ROW
            assert not more, f"{table}: {sorted(more)} are not declared"
            assert concepts is not None, "all codes are read"
            codes = {code for read in declared for code in read.ids or ()}
            assert set(concepts) <= codes, f"{table}: codes that are not declared"
        return self.part.rows(table, columns, concepts=concepts, persons=persons, study=study)


@dataclass(slots=True)
class Asked:
    """What a leaf asked for while it was evaluated."""

    windows: set[Window] = field(default_factory=set)
    days: set[Moment] = field(default_factory=set)
    absences: set[WindowAbsence] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    found = Asked()
    span, of_values, doubts = Records.span, Records.span_of_values, Records.doubts
    day, rows, table = Subjects.day, Records.rows, Records.table
    first_days = Records.first_days

    def watched_span(self: Records, window: Window) -> WindowDays:
        found.windows.add(window)
        return span(self, window)

    def watched_values(self: Records, window: Window) -> WindowDays:
        found.windows.add(window)
        return of_values(self, window)

    def watched_day(self: Subjects, moment: Moment) -> np.ndarray:
        found.days.add(moment)
        return day(self, moment)

    def watched_doubts(self: Records, absences: Sequence[WindowAbsence]) -> np.ndarray:
        found.absences.update(absences)
        return doubts(self, absences)

    def watched_rows(self: Records, name: str, ids: tuple[int, ...]) -> object:
        found.tables.add(name)
        return rows(self, name, ids)

    def watched_table(self: Records, name: str) -> object:
        found.tables.add(name)
        return table(self, name)

    def watched_first_days(
        self: Records, name: str, ids: tuple[int, ...], *, routes: tuple[int, ...] | None = None
    ) -> object:
        found.tables.add(name)
        return first_days(self, name, ids, routes=routes)

    monkeypatch.setattr(Records, "first_days", watched_first_days)
    monkeypatch.setattr(Records, "span", watched_span)
    monkeypatch.setattr(Records, "span_of_values", watched_values)
    monkeypatch.setattr(Records, "doubts", watched_doubts)
    monkeypatch.setattr(Records, "rows", watched_rows)
    monkeypatch.setattr(Records, "table", watched_table)
    monkeypatch.setattr(Subjects, "day", watched_day)
    return found


def test_each_kind_of_leaf_has_its_meaning() -> None:
    assert set(MEANINGS) == set(LEAF_KINDS)
    for kind in LEAF_KINDS:
        for name in ("readings", "reads", "windows", "absences"):
            assert isinstance(getattr(kind, name), property), f"{kind.__name__} has no {name}"


def test_each_kind_of_leaf_is_on_the_language_page() -> None:
    assert set(_leaves()) == set(LEAF_KINDS)


@pytest.mark.parametrize("kind", LEAF_KINDS, ids=lambda kind: kind.__name__)
def test_a_leaf_says_all_that_it_touches(kind: type, asked: Asked) -> None:
    for leaf in _leaves()[kind]:
        for seen in fields(asked):
            getattr(asked, seen.name).clear()
        part = Narrow(_part(), leaf)
        records = read_records(leaf.reads, part, _subjects(), complete=frozenset())
        codes_of_leaves((leaf,), records)
        declared = {read.table for read in leaf.reads}
        assert asked.tables - {"observation_period"} == declared - {"attestation"}, leaf
        assert part.read - {"observation_period", "imprecise_date"} == declared, leaf
        assert asked.absences == set(leaf.absences), leaf
        dates = {Window(day, day) for day in asked.days if not asked.windows}
        assert asked.windows | dates == set(leaf.windows), leaf


def test_a_leaf_alone_says_what_it_says_among_others() -> None:
    """What others read adds nothing to it: no rows, columns or codes that it did not declare."""
    every = tuple(leaf for leaves in _leaves().values() for leaf in leaves)
    reads = [read for leaf in every for read in leaf.reads]
    together = read_records(reads, _part(), _subjects(), complete=frozenset())
    codes = codes_of_leaves(every, together)
    for leaf in every:
        alone = read_records(leaf.reads, _part(), _subjects(), complete=frozenset())
        assert np.array_equal(codes_of_leaves((leaf,), alone)[leaf], codes[leaf]), leaf


@pytest.mark.parametrize("kind", LEAF_KINDS, ids=lambda kind: kind.__name__)
def test_readings_of_a_leaf_are_within_what_it_reads(kind: type) -> None:
    for leaf in _leaves()[kind]:
        for reading in leaf.readings:
            assert reading.window in leaf.windows
            assert set(reading.absences) <= set(leaf.absences)
            for read in reading.reads:
                assert any(
                    read.table == whole.table
                    and read.columns <= whole.columns
                    and set(read.ids or ()) <= set(whole.ids or ())
                    for whole in leaf.reads
                )
