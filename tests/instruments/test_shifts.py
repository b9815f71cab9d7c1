"""Worst grade after baseline beside the baseline grade.

Expected grades by hand from section 13 of the specification (NCI CTCAE 5.0): platelets with a lower
limit of 150: 150 and more grade 0, to 75 grade 1, to 50 grade 2, to 25 grade 3, below 25 grade 4.
ALT with an upper limit of 40: above 40 grade 1, above 120 grade 2, above 200 grade 3, above 800 4.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import remit
from remit.cli import main
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import Facts
from remit.instruments.bound_instrument import bind_instrument, bound_packaged
from remit.instruments.scores import score_sheet
from remit.instruments.shifts import Shift, shift_counts, shifts_of, table_grades
from remit.instruments.visit_tables import read_visits

Platelets = Sequence[int | None]


def visits_of(*persons: Platelets) -> pa.Table:
    """One visit a month from 2025-01-01, with a platelet count or none."""
    rows = [
        {"person": person, "date": dt.date(2025, month, 1), "platelets": count}
        for person, counts in enumerate(persons, start=1)
        for month, count in enumerate(counts, start=1)
    ]
    schema = pa.schema([("person", pa.int64()), ("date", pa.date32()), ("platelets", pa.float64())])
    table = pa.Table.from_pylist(rows, schema=schema)
    table = table.append_column("platelets.unit", pa.array(["10*9/L"] * len(rows)))
    return table.append_column("platelets.lln", pa.array([150.0] * len(rows)))


def platelets_of(*persons: Platelets) -> list[Shift]:
    bound = bound_packaged("ctcae_v5", NO_VOCABULARY)
    given = read_visits(visits_of(*persons), bound.inputs)
    return [
        row
        for row in shifts_of(given.visits, score_sheet(bound, given.sheet))
        if row.test == "platelets"
    ]


@pytest.mark.parametrize(
    ("counts", "baseline", "worst", "shift", "visit", "day"),
    [
        ((140, 60, 40, 160), "1", "3", "+2", 3, 59),  # 1 to 3, on 1 March
        ((200, 24, 24), "0", "4", "+4", 2, 31),  # the first of two equally bad visits
        ((40, 80, 160), "3", "1", "-2", 2, 31),  # never as bad as at baseline
        ((160, 150), "0", "0", "0", 2, 31),  # exactly at the limit
        ((75, 75), "1", "1", "0", 2, 31),  # a bound belongs to the lower grade
        ((75, 50, 25), "1", "3", "+2", 3, 59),
        ((160, None, 60), "0", ">=2", "+2 to +4", 3, 59),  # the unknown visit may have been worse
        ((160, None, 20), "0", "4", "+4", 3, 59),  # nothing is worse than grade 4
        ((160, None, None), "0", "unknown", "0 to +4", None, None),
        ((160, None, 160), "0", "unknown", "0 to +4", 3, 59),
        ((None, 60), "unknown", "2", "-2 to +2", 2, 31),
        ((None, None), "unknown", "unknown", "unknown", None, None),
        ((140,), "1", None, "unknown", None, None),
    ],
)
def test_the_worst_visit_after_baseline(
    counts: Platelets,
    baseline: str,
    worst: str | None,
    shift: str,
    visit: int | None,
    day: int | None,
) -> None:
    (row,) = platelets_of(counts)
    assert row.baseline.text == baseline
    assert (None if row.worst is None else row.worst.text) == worst
    assert row.shift_text == shift
    assert (row.worst_visit, row.worst_day) == (visit, day)
    assert row.baseline_date == dt.date(2025, 1, 1)
    assert row.visits == len(counts) - 1
    assert row.unknown_visits == sum(count is None for count in counts[1:])


def test_without_a_limit_of_normal_grades_0_and_1_stay_open() -> None:
    table = visits_of((160, 160)).drop_columns(["platelets.lln"])
    rows = remit.score_shifts("ctcae_v5", table).to_pylist()
    (row,) = [row for row in rows if row["test"] == "platelets"]
    assert (row["baseline_low"], row["baseline_high"]) == (0, 1)
    assert (row["worst_low"], row["worst_high"]) == (0, 1)
    assert (row["shift_low"], row["shift_high"]) == (-1, 1)


def test_an_abnormal_baseline_of_liver_enzymes_is_graded_by_the_limit_of_normal() -> None:
    """100, then 210 with a limit of 40: grade 1, then 3, though 2.1 times baseline is grade 1."""
    table = pa.table(
        {
            "person": [7, 7],
            "date": [dt.date(2025, 1, 1), dt.date(2025, 1, 15)],
            "alt": [100.0, 210.0],
            "alt.unit": ["U/L", "U/L"],
            "alt.uln": [40.0, 40.0],
        }
    )
    rows = remit.score_shifts("ctcae_v5", table).to_pylist()
    (row,) = [row for row in rows if row["test"] == "alt"]
    assert (row["person"], row["baseline_low"], row["worst_low"]) == (7, 1, 3)
    assert (row["shift_low"], row["shift_high"], row["worst_day"]) == (2, 2, 14)


def test_the_shift_table_counts_every_person_once() -> None:
    shifts = platelets_of((160, 60), (160, 70), (140, 140), (140, None), (None, 20), (160,))
    counts = shift_counts(shifts)["platelets"]
    assert counts == {
        ("0", "2"): 2,
        ("1", "1"): 1,
        ("1", "unknown"): 1,
        ("unknown", "4"): 1,
        ("0", "no later visit"): 1,
    }
    instrument = bound_packaged("ctcae_v5", NO_VOCABULARY).instrument
    across = table_grades(instrument, "platelets", (worst for _, worst in counts))
    assert across == ("0", "1", "2", "3", "4", "unknown", "no later visit")


def test_only_an_instrument_with_shifts_reports_one() -> None:
    table = pa.table({"person": [1], "date": [dt.date(2025, 1, 1)]})
    with pytest.raises(InstrumentError, match="no grades of which a shift"):
        remit.score_shifts("sledai_2k", table)
    with pytest.raises(InstrumentError, match="whose visits"):
        remit.score_shifts("ctcae_v5", pa.table({"platelets": [1.0]}))


def test_a_shift_of_no_total_is_refused() -> None:
    instrument = bound_packaged("ctcae_v5", NO_VOCABULARY).instrument
    wrong = instrument.model_dump() | {"shifts": {"platelets": "ctcae_platelets"}}
    with pytest.raises(ValueError, match="shifts name no total"):
        type(instrument).model_validate(wrong)
    assert (
        bind_instrument(instrument, NO_VOCABULARY).instrument.shifts["alt"]
        == "ctcae_alt_by_limit_grade"
    )


# ---- the command line ----------------------------------------------------------------------------

FORM = [
    {"date": "2025-01-01", "platelets": {"value": 140, "unit": "10*9/L", "lln": 150}},
    {"date": "2025-03-01", "platelets": {"value": 40, "unit": "10*9/L", "lln": 150}},
    {"date": "2025-02-01", "platelets": {"value": 60, "unit": "10*9/L", "lln": 150}},
]


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_form_of_visits_prints_the_shift(tmp_path: Path) -> None:
    form = tmp_path / "visits.json"
    form.write_text(json.dumps(FORM), encoding="utf-8")
    text = run("score", "ctcae_v5", "--items", form, "--shift")
    line = next(line for line in text.splitlines() if line.startswith("platelets"))
    assert line.split() == ["platelets", "1", "3", "+2", "3", "2025-03-01", "59"]
    rows = json.loads(run("score", "ctcae_v5", "--items", form, "--shift", "--json"))
    (row,) = [row for row in rows if row["test"] == "platelets"]
    assert (row["baseline"], row["worst"], row["shift"]) == ("1", "3", "+2")
    assert (row["worst_visit"], row["worst_date"], row["worst_day"]) == (3, "2025-03-01", 59)
    out = tmp_path / "shifts.parquet"
    run("score", "ctcae_v5", "--items", form, "--shift", "--out", out)
    assert pq.read_table(out).num_rows == len(rows) == 11


def test_a_shift_needs_visits(tmp_path: Path) -> None:
    form = tmp_path / "one.json"
    form.write_text('{"platelets": "100 10*9/L"}', encoding="utf-8")
    result = CliRunner().invoke(main, ["score", "ctcae_v5", "--items", str(form), "--shift"])
    assert result.exit_code != 0
    assert "needs several visits" in result.output
    result = CliRunner().invoke(
        main, ["score", "ctcae_v5", "--facts", str(tmp_path), "--at", "2025-01-01", "--shift"]
    )
    assert "a shift needs --visits" in result.output


def test_the_persons_of_a_dataset_make_a_shift_table(small_cohort: Facts) -> None:
    cohort = small_cohort.folder
    text = run("score", "ctcae_v5", "--facts", cohort, "--visits", "--shift")
    lines = text.splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("platelets:"))
    body = [line.split() for line in lines[at + 2 : at + 7]]
    assert [row[0] for row in body] == ["0", "1", "2", "3", "4"]
    rows = json.loads(run("score", "ctcae_v5", "--facts", cohort, "--visits", "--shift", "--json"))
    persons = {row["person"] for row in rows}
    assert len(rows) == 11 * len(persons)
    until = next(place for place, line in enumerate(lines[at:], at) if not line.strip())
    cells = [int(part) for line in lines[at + 2 : until] for part in line.split()[1:]]
    assert sum(cells) == len(persons)
