"""Rows of days that no leaf looks at stay in the database, and every answer stays what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from facts.live.conftest import CUT, MAPPED
from facts.live.hospital import OMOP, write_parquet
from facts.live.servers import load_postgresql
from facts.live.test_live_facts import differences
from remit.criteria.columns import day_hulls
from remit.criteria.columns.subjects import Subjects
from remit.criteria.dates import Window
from remit.facts.arrays import Whole, arrow_of, dates_of, whole_numbers
from remit.facts.asked_days import AskedDays, AskedRange
from remit.facts.imprecise_dates import ImpreciseDate, imprecise_table
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.answered_source import AnsweredSource
from remit.facts.live.live_facts import LiveChoices, live_facts
from remit.facts.live.postgresql_source import PostgresqlSource
from remit.facts.live.source import Question, SourceRows
from remit.facts.opened import Facts
from remit.screening import screen_studies
from remit.study import packaged_studies

# Days after screening at which windows of the packaged studies begin and end, and one beside each.
BORDERS = (-28, 0, -7, -29, 1, -8, -27, -90, -92, -93, -181, -182, -184, -365, -366, -730, -732, 30)
CHOICES = LiveChoices(data_cut=CUT, mapped=MAPPED)


def _with(rows: pa.Table, name: str, column: pa.Array) -> pa.Table:
    field = pa.field(name, column.type)
    return rows.set_column(rows.schema.get_field_index(name), field, column)


@pytest.fixture(scope="session")
def at_borders(cohort: Facts) -> Mapping[str, pa.Table]:
    """Tables whose measurements lie at the borders of windows, or on no day.

    Nobody's dates are those of another; person 5 has none, person 6 none of one study. Each
    thirteenth measurement has no day but that of its time, each seventeenth no day at all, and each
    nineteenth one before birth.
    """
    tables = {name: cohort.rows(name) for name in (*OMOP, "study_anchor")}
    anchors = tables["study_anchor"]
    person = whole_numbers(anchors["person_id"])
    shifted = dates_of(anchors["anchor_date"]) + person * 11 % 97 - 60
    anchors = _with(anchors, "anchor_date", arrow_of(shifted, pa.int32()).view(pa.date32()))
    first_study = anchors["study"][0].as_py()
    of_first = pc.equal(anchors["study"], first_study)
    kept = ~(whole_numbers(of_first).astype(bool) & (person == 6)) & (person != 5)
    tables["study_anchor"] = anchors.filter(pa.array(kept))
    screened = {
        row["person_id"]: row["anchor_date"]
        for row in anchors.to_pylist()
        if row["anchor"] == "screening"
    }
    rows = tables["measurement"]
    days, times = [], []
    for number, who in enumerate(rows["person_id"].to_pylist()):
        day = screened[who] + timedelta(days=BORDERS[number % len(BORDERS)])
        day = date(1801, 2, 3) if number % 19 == 0 else min(day, CUT)
        days.append(None if number % 13 == 0 or number % 17 == 0 else day)
        times.append(None if number % 17 == 0 or number % 3 == 0 else day)
    rows = _with(rows, "measurement_date", pa.array(days, pa.date32()))
    moments = pa.array(times, pa.date32()).cast(pa.timestamp("ms"))
    tables["measurement"] = _with(rows, "measurement_datetime", moments)
    return tables


@pytest.fixture(scope="session")
def borders_imported(
    at_borders: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> Facts:
    folder = write_parquet(tmp_path_factory.mktemp("borders") / "omop", at_borders)
    choices = IntakeChoices(source="Parquet", data_cut=CUT, mapped=MAPPED)
    return write_intake(folder.parent / "imported", read_omop(folder), choices)[0]


@pytest.fixture(scope="session")
def borders_in_postgresql(at_borders: Mapping[str, pa.Table], postgresql: str) -> str:
    """The tables, where a day that is none is also the end of all days."""
    import psycopg

    address = load_postgresql(postgresql, "borders", at_borders)
    with psycopg.connect(address) as connection:
        connection.execute(
            "update cdm.measurement set measurement_date = 'infinity' "
            "where measurement_date is null and measurement_id % 2 = 0"
        )
        connection.execute(
            "update cdm.measurement set measurement_date = '12000-01-01' "
            "where measurement_date is null and measurement_datetime is null "
            "and measurement_id % 5 = 1"
        )
    return address


@pytest.fixture
def always_narrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days are looked up where few rows carry a code of which some days are asked, too."""
    monkeypatch.setattr(PostgresqlSource, "_worth_narrowing", lambda _self, _table, wanted: wanted)


@pytest.mark.usefixtures("always_narrowed")
def test_rows_at_the_borders_of_windows_are_not_lost(
    borders_in_postgresql: str, borders_imported: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[int] = []
    answered = PostgresqlSource.answered

    def counted(self: PostgresqlSource, table: str, questions: Sequence[Question]) -> SourceRows:
        found = answered(self, table, questions)
        if table == "measurement" and questions[0][1].days is not None:
            assert isinstance(found, AnsweredSource)
            came.extend(rows.num_rows for _, rows in found.answers)
        return found

    monkeypatch.setattr(PostgresqlSource, "answered", counted)
    with live_facts(PostgresqlSource(borders_in_postgresql), CHOICES) as facts:
        assert differences(facts, borders_imported) == []
        assert 0 < sum(came) < borders_imported.rows("measurement").num_rows
    # Each study alone too, whose windows are not those of all together.
    for study in packaged_studies():
        with live_facts(PostgresqlSource(borders_in_postgresql), CHOICES) as facts:
            (one,) = screen_studies((study,), facts)
            (two,) = screen_studies((study,), borders_imported)
            for name, statuses in one.statuses.items():
                assert (statuses == two.statuses[name]).all(), (study.id, name)
                assert (one.reasons[name].masks == two.reasons[name].masks).all()


@pytest.mark.usefixtures("always_narrowed")
@pytest.mark.parametrize("side", [0, 1])
def test_a_day_less_would_be_seen(
    borders_in_postgresql: str,
    borders_imported: Facts,
    monkeypatch: pytest.MonkeyPatch,
    side: int,
) -> None:
    ends = day_hulls._ends

    def closer(who: Subjects, window: Window, ids: Whole) -> day_hulls.Ends:
        first, last = ends(who, window, ids)
        return first + np.int32(side == 0), last - np.int32(side == 1)

    monkeypatch.setattr(day_hulls, "_ends", closer)
    with live_facts(PostgresqlSource(borders_in_postgresql), CHOICES) as facts:
        assert differences(facts, borders_imported)


def test_rows_whose_day_is_not_exactly_known_all_come(
    at_borders: Mapping[str, pa.Table], postgresql: str, tmp_path: Path
) -> None:
    measured = at_borders["measurement"].to_pylist()
    some = [row for row in measured if row["measurement_date"] is not None][::7]
    open_days = imprecise_table(
        ImpreciseDate(
            row["person_id"],
            "measurement",
            row["measurement_id"],
            "measurement_date",
            row["measurement_date"] - timedelta(days=40),
            min(row["measurement_date"] + timedelta(days=40), CUT),
        )
        for row in some
    )
    address = load_postgresql(postgresql, "imprecise", at_borders)
    folder = write_parquet(tmp_path / "omop", at_borders)
    choices = IntakeChoices(source="Parquet", data_cut=CUT, mapped=MAPPED)
    source = read_omop(folder)
    tables = {**source.tables, "imprecise_date": open_days}
    imported = write_intake(tmp_path / "imported", replace(source, tables=tables), choices)[0]
    assert imported.rows("imprecise_date").num_rows
    own = {"imprecise_date": imported.rows("imprecise_date")}
    with live_facts(PostgresqlSource(address), replace(CHOICES, own=own)) as facts:
        assert differences(facts, imported) == []


def test_ranges_of_days_of_some_of_the_persons() -> None:
    person = np.array([-5, 2, 9], np.int64)
    first = np.array([1, 2, 3], np.int32)
    days = AskedDays(person, (AskedRange(frozenset({7}), first, first + 10),))
    assert days.between(None, None).person.tolist() == [-5, 2, 9]
    some = days.between(-5, 2)
    assert some.person.tolist() == [2]
    assert some.ranges[0].last.tolist() == [12]
    assert days.between(9, None).person.tolist() == []
    assert days.without(frozenset({7})).ranges == ()
    assert days.without(frozenset({8})).ranges[0].concepts == {7}
