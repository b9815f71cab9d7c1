"""Overlapping dose eras, day by day against a plain count of days."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.rows import CUT, tables_with
from remit.facts.intake.accounting.report import DoseNote
from remit.facts.intake.rows import dose_overlaps as overlaps
from remit.facts.intake.rows.dose_overlaps import DisjointEras, disjoint_eras, joined_notes
from remit.facts.snapshot import write_dataset
from remit.facts.soundness import check_dataset
from remit.facts.tables import TABLES

MG, G, MG_PER_DAY, ALSO_MG_PER_DAY = 8576, 8504, 8909, 8700
FIRST = date(2024, 1, 1)
Era = tuple[int, int, str | None, int | None]  # first and last day of January, dose, unit


def _table(eras: Sequence[Era], *, drug: int = 1, person: int = 1) -> pa.Table:
    rows = [
        {
            "dose_era_id": place,
            "person_id": person,
            "drug_concept_id": drug,
            "unit_concept_id": unit,
            "dose_value": None if dose is None else Decimal(dose),
            "dose_era_start_date": FIRST + timedelta(first - 1),
            "dose_era_end_date": FIRST + timedelta(last - 1),
        }
        for place, (first, last, dose, unit) in enumerate(eras, 1)
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["dose_era"].schema)


def _eras(found: DisjointEras) -> list[Era]:
    return sorted(
        (
            (row["dose_era_start_date"] - FIRST).days + 1,
            (row["dose_era_end_date"] - FIRST).days + 1,
            None if row["dose_value"] is None else f"{row['dose_value'].normalize():f}",
            row["unit_concept_id"],
        )
        for row in found.eras.to_pylist()
    )


def _said(found: DisjointEras) -> dict[str, tuple[int, ...]]:
    return {note.what: note.examples for note in found.notes}


@pytest.mark.parametrize(
    ("given_eras", "expected", "said"),
    [
        pytest.param(
            [(1, 10, "5", MG), (5, 20, "2.5", MG)],
            [(1, 4, "5", MG), (5, 10, "7.5", MG), (11, 20, "2.5", MG)],
            {overlaps.SUMMED: (1, 2)},
            id="different doses add up on the days they share",
        ),
        pytest.param(
            [(1, 30, "20", MG), (10, 12, "5", MG)],
            [(1, 9, "20", MG), (10, 12, "25", MG), (13, 30, "20", MG)],
            {overlaps.SUMMED: (1, 2)},
            id="an era inside another",
        ),
        pytest.param(
            [(1, 10, "5", MG), (1, 10, "5.000", MG)],
            [(1, 10, "5", MG)],
            {overlaps.TWICE: (1, 2)},
            id="the same dose twice counts once",
        ),
        pytest.param(
            [(1, 10, "5", MG), (5, 20, "5", MG)],
            [(1, 20, "5", MG)],
            {overlaps.TWICE: (1, 2)},
            id="the same dose partly overlapping",
        ),
        pytest.param(
            [(1, 10, "10", MG), (1, 10, "10", MG), (1, 10, "5", MG)],
            [(1, 10, "15", MG)],
            {overlaps.SUMMED: (1, 2, 3), overlaps.TWICE: (1, 2)},
            id="three eras, two of them the same",
        ),
        pytest.param(
            [(1, 10, "10", MG), (11, 20, "10", MG)],
            [(1, 20, "10", MG)],
            {overlaps.JOINED: (1, 2)},
            id="adjoining eras of one dose are one",
        ),
        pytest.param(
            [(1, 10, "10", MG), (11, 20, "5", MG), (22, 23, "5", MG)],
            [(1, 10, "10", MG), (11, 20, "5", MG), (22, 23, "5", MG)],
            {},
            id="adjoining eras of other doses, and a day between, stay",
        ),
        pytest.param(
            [(1, 10, "10", MG), (5, 20, "1", G)],
            [(1, 4, "10", MG), (5, 10, None, None), (11, 20, "1", G)],
            {overlaps.UNITS: (1, 2)},
            id="different units are unknown",
        ),
        pytest.param(
            [(1, 10, "10", MG_PER_DAY), (5, 20, "5", ALSO_MG_PER_DAY)],
            [
                (1, 4, "10", MG_PER_DAY),
                (5, 10, "15", ALSO_MG_PER_DAY),
                (11, 20, "5", ALSO_MG_PER_DAY),
            ],
            {overlaps.SUMMED: (1, 2)},
            id="two ids of one unit are one unit",
        ),
        pytest.param(
            [(1, 10, "10", MG), (5, 20, "5", None)],
            [(1, 4, "10", MG), (5, 10, None, None), (11, 20, "5", None)],
            {overlaps.UNITS: (1, 2)},
            id="a unit beside none is unknown",
        ),
        pytest.param(
            [(1, 10, "10", MG), (5, 20, None, MG)],
            [(1, 4, "10", MG), (5, 20, None, MG)],
            {overlaps.NO_NUMBER: (1, 2)},
            id="a dose without a number is unknown",
        ),
        pytest.param(
            [(1, 10, "10", MG), (5, 20, "-5", MG)],
            [(1, 4, "10", MG), (5, 20, None, MG)],
            {overlaps.NO_NUMBER: (1, 2)},
            id="a negative dose is none",
        ),
        pytest.param(
            [(1, 10, "0.1", MG), (1, 10, "0.2", MG)],
            [(1, 10, "0.3", MG)],
            {overlaps.SUMMED: (1, 2)},
            id="sums are exact",
        ),
        pytest.param(
            [(1, 10, "999999999999", MG), (1, 10, "1", MG)],
            [(1, 10, None, MG)],
            {overlaps.TOO_MUCH: (1, 2)},
            id="a sum that no number holds is unknown",
        ),
        pytest.param(
            [(1, 10, "10", MG), (5, 8, "5", MG), (9, 10, "5", MG)],
            [(1, 4, "10", MG), (5, 10, "15", MG)],
            {overlaps.SUMMED: (1, 2, 3)},
            id="equal sums that follow one another are one era",
        ),
    ],
)
def test_each_day_has_one_dose(
    given_eras: list[Era], expected: list[Era], said: dict[str, tuple[int, ...]]
) -> None:
    found = disjoint_eras(_table(given_eras), data_cut=CUT)
    assert _eras(found) == expected
    assert _said(found) == said
    ids = found.eras["dose_era_id"].to_pylist()
    assert len(set(ids)) == len(ids)


def test_eras_of_other_drugs_and_persons_do_not_meet() -> None:
    rows = pa.concat_tables(
        [
            _table([(1, 10, "5", MG)]),
            _table([(5, 20, "7", MG)], drug=2),
            _table([(5, 20, "7", MG)], person=2),
        ]
    )
    found = disjoint_eras(rows, data_cut=CUT)
    assert found.eras is rows
    assert found.notes == ()


def test_what_is_left_of_an_era_after_the_data_cut_alone_is_no_era() -> None:
    # On day 11 and 12 both, from day 13 on one of them: the data end on day 12.
    rows = _table([(1, 12, "5", MG), (11, 40, "10", MG)])
    found = disjoint_eras(rows, data_cut=FIRST + timedelta(11))
    assert _eras(found) == [(1, 10, "5", MG), (11, 12, "15", MG)]
    assert len(rows) + found.made - found.merged == len(found.eras)
    # One that begins in time goes on as it came.
    found = disjoint_eras(rows, data_cut=FIRST + timedelta(12))
    assert _eras(found)[-1] == (13, 40, "10", MG)


def test_ids_near_the_largest_leave_room_for_new_ones() -> None:
    rows = _table([(1, 30, "20", MG), (10, 12, "5", MG)])
    large = pa.array([(1 << 63) - 1, (1 << 63) - 2], pa.int64())
    found = disjoint_eras(rows.set_column(0, rows.schema.field(0), large), data_cut=CUT)
    assert set(found.eras["dose_era_id"].to_pylist()) == {(1 << 63) - 1, (1 << 63) - 2, 1}


def test_notes_of_two_parts_are_one() -> None:
    one = DoseNote("joined", 2, 1, (5, 9))
    other = DoseNote("joined", 3, 2, (1, 2, 3))
    assert joined_notes([one, other]) == (DoseNote("joined", 5, 3, (1, 2, 3, 5, 9)),)


_ERA = st.tuples(
    st.integers(1, 3),
    st.integers(1, 12),
    st.integers(0, 6),
    st.sampled_from(["1", "2", "2.5", None]),
    st.sampled_from([MG, MG, MG, G, None]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ERA, max_size=9), st.randoms(use_true_random=False))
def test_the_same_as_a_count_of_days(drawn: list[tuple[int, int, int, str | None, int | None]],
                                     chance: random.Random) -> None:  # fmt: skip
    tables = [
        _table([(first, first + more, dose, unit)], drug=drug)
        for drug, first, more, dose, unit in drawn
    ]
    if not tables:
        return
    rows = pa.concat_tables(tables)
    rows = rows.set_column(0, rows.schema.field(0), pa.array(range(1, len(drawn) + 1), pa.int64()))
    days: dict[tuple[int, int], list[tuple[str | None, int]]] = defaultdict(list)
    for drug, first, more, dose, unit in drawn:
        for day in range(first, first + more + 1):
            days[drug, day].append((dose, unit or 0))
    expected: dict[tuple[int, int], Decimal | None] = {}
    for key, said in days.items():
        known = len({unit for _, unit in said}) == 1 and all(dose is not None for dose, _ in said)
        expected[key] = sum((Decimal(str(d)) for d, _ in set(said)), Decimal(0)) if known else None
    found = disjoint_eras(rows, data_cut=CUT).eras
    got: dict[tuple[int, int], Decimal | None] = {}
    for row in found.to_pylist():
        for day in range((row["dose_era_start_date"] - FIRST).days + 1,
                         (row["dose_era_end_date"] - FIRST).days + 2):  # fmt: skip
            assert (row["drug_concept_id"], day) not in got, "two eras on one day"
            got[row["drug_concept_id"], day] = row["dose_value"]
    assert got == expected
    order = list(range(rows.num_rows))
    chance.shuffle(order)
    again = disjoint_eras(rows.take(order), data_cut=CUT).eras
    assert _without_ids(again).equals(_without_ids(found))


def _without_ids(rows: pa.Table) -> pa.Table:
    rows = rows.drop_columns(["dose_era_id"]).combine_chunks()
    return rows.sort_by([(name, "ascending") for name in rows.column_names]).combine_chunks()


def test_what_is_made_passes_the_check(tmp_path: object) -> None:
    rows = _table([(1, 10, "10", MG), (5, 20, "2.5", MG), (21, 25, "2.5", MG), (3, 9, "10", MG)])
    out = disjoint_eras(rows, data_cut=CUT).eras
    facts = write_dataset(
        f"{tmp_path}/data", tables_with(dose_era=out), source="t", data_cut=CUT, check=False
    )
    assert [f for f in check_dataset(facts) if f.table == "dose_era"] == []
