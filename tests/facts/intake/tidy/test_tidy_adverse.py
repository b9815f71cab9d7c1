"""Sheets of adverse events: what each cell becomes, and that an event without a day stays."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from facts.intake.clinic_rows import read_rows
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.adverse_events import NO, UNKNOWN, YES, AdverseEvents, read_adverse_events
from remit.facts.opened import open_facts

EVENTS = """
[[table]]
file = "events.csv"
holds = "adverse_events"
[table.columns]
patient = "patient"
event = "event"
start = { column = "from", format = "%d.%m.%Y" }
end = { column = "to", format = "%d.%m.%Y", ongoing = ["dauert an"] }
term = "pt"
system = "soc"
severity = "schwere"
grade = "grad"
serious = "sae"
related = "zusammenhang"
action = "massnahme"
[table.words.serious]
ja = "yes"
nein = "no"
[table.words.related]
"möglich" = "POSSIBLE"
[table.words.action]
abgesetzt = "DRUG WITHDRAWN"
"""
HEAD = "patient;event;from;to;pt;soc;schwere;grad;sae;zusammenhang;massnahme\n"
ROW = (
    "P1;Gürtelrose;05.03.2024;20.03.2024;Herpes zoster;Infections and infestations;mäßig;2;nein;"
    "möglich;abgesetzt\n"
)


def test_each_cell_is_what_the_map_says(tmp_path: Path) -> None:
    found = read_rows(tmp_path, {"events.csv": HEAD + ROW}, EVENTS)
    (row,) = found.tables["adverse_event"].to_pylist()
    assert row == {
        "adverse_event_id": 1,
        "person_id": 1,
        "adverse_event_concept_id": 0,
        "start_date": date(2024, 3, 5),
        "end_date": date(2024, 3, 20),
        "term": "Herpes zoster",
        "body_system": "Infections and infestations",
        "reported_term": "Gürtelrose",
        "severity": "mäßig",
        "grade": 2,
        "serious": False,
        "related": True,
        "causality": None,
        "action": "DRUG WITHDRAWN",
        "outcome": None,
        "treatment_emergent": None,
    }
    assert not found.not_understood
    assert found.reads["adverse_event"] == ("events.csv", 1)


def test_without_a_sheet_of_events_nobody_says_that_there_were_none(tmp_path: Path) -> None:
    found = read_rows(tmp_path, {"events.csv": HEAD + ROW}, EVENTS)
    assert "adverse_event" in found.reads
    deaths = '[[table]]\nfile = "d.csv"\nholds = "deaths"\ncolumns = { patient = "patient", date = '
    deaths += '{ column = "day", format = "%Y-%m-%d" } }\n'
    without = read_rows(tmp_path, {"d.csv": "patient;day\nP1;2024-05-01\n"}, deaths)
    assert "adverse_event" not in without.reads


def test_words_that_say_neither_are_told_and_answer_nothing(tmp_path: Path) -> None:
    row = "P1;rash;;dauert an;;;schwer;schwer;vielleicht;kaum;\n"
    found = read_rows(tmp_path, {"events.csv": HEAD + row}, EVENTS)
    (got,) = found.tables["adverse_event"].to_pylist()
    assert (got["start_date"], got["end_date"], got["term"]) == (None, None, None)
    assert (got["grade"], got["serious"], got["related"]) == (None, None, None)
    assert got["severity"] == "schwer"  # a severity is no grade
    written = sorted(item.written for item in found.not_understood)
    assert written == ["grade: schwer", "related: kaum", "serious: vielleicht"]
    assert any("no day: on any day from birth" in note for note in found.notes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P1;;05.03.2024;;;;;;;;\n", "the row names no event"),
        (";rash;05.03.2024;;;;;;;;\n", "the row names no patient"),
        ("P1;rash;2024-13-40;;;;;;;;\n", "column from"),
        ("P1;rash;05.03.2024;04.03.2024;;;;;;;\n", "is before the start"),
        ("P1;rash;05.03.1900;;;;;;;;\n", "the day is before the birth"),
    ],
)
def test_faults_of_a_sheet_are_told_with_their_row(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(DatasetError) as refused:
        read_rows(tmp_path, {"events.csv": HEAD + row}, EVENTS)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[table.words.serious]", "[table.words.outcome]"), "words.outcome: no column"),
        (('event = "event"\n', ""), "columns.event is missing"),
        (('ongoing = ["dauert an"]', 'empty = "ongoing"'), "an empty end of an adverse event"),
    ],
)
def test_a_map_that_cannot_be_is_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        read_rows(tmp_path, {"events.csv": HEAD + ROW}, EVENTS.replace(*change))
    assert said in str(refused.value)


# ---- Wang 2014: the adverse events of a trial of stem cells ----------------------------------

INFUSED = date(2012, 1, 1)  # invented: the paper counts days from the infusion
BIRTHS = """kind = "remit.tidy_map"
version = 1

[[table]]
file = "patients.csv"
holds = "persons"
[table.columns]
patient = "patient"
birth = { column = "born", format = "%Y-%m-%d" }

[[table]]
file = "events.csv"
holds = "adverse_events"
[table.columns]
patient = "patient"
event = "adverse_event"
serious = "severity"
related = "related_to_msct"
start = { column = "day", format = "%Y-%m-%d" }
"""


@pytest.fixture
def wang(shared: Path, tmp_path: Path) -> tuple[AdverseEvents, dict[str, object]]:
    """Table 2 of Wang, Arthritis Res Ther 2014;16:R79, as a clinic would hand it over."""
    source = shared / "data/trials/lupus_real/wang2014_ucmsc_table2_ae.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    days = [str(INFUSED + timedelta(days=int(row["time_days"]))) for row in rows]
    with (tmp_path / "events.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "day"])
        writer.writeheader()
        writer.writerows({**row, "day": day} for row, day in zip(rows, days, strict=True))
    people = "".join(f"{number},1980-01-01\n" for number in range(1, 41))  # 40 were treated
    (tmp_path / "patients.csv").write_text(f"patient,born\n{people}", encoding="utf-8")
    (tmp_path / "map.toml").write_text(BIRTHS, encoding="utf-8")
    words = [
        "facts",
        "import",
        "tidy",
        str(tmp_path / "patients.csv"),
        str(tmp_path / "events.csv"),
    ]
    words += ["--map", str(tmp_path / "map.toml"), "--out", str(tmp_path / "out")]
    ran = CliRunner().invoke(main, [*words, "--data-cut", "2013-01-01"])
    assert ran.exit_code == 0, ran.output
    with open_facts(tmp_path / "out") as facts:
        assert facts.manifest.tables["person"].rows == 40
        found = read_adverse_events(facts)
    assert found is not None
    return found, json.loads((tmp_path / "out" / "import_report.json").read_bytes())


@pytest.mark.shared
def test_the_adverse_events_of_wang_2014(
    wang: tuple[AdverseEvents, dict[str, object]],
) -> None:
    """The paper's table 2: herpesvirus infection in two, tuberculosis in one, three deaths.

    Seven events of six patients; the deaths are the serious ones; none was related to the cells.
    """
    events, report = wang
    assert len(events) == 7
    persons = {
        term: len(set(events.person[events.term == term].tolist()))
        for term in ("Herpesvirus infection", "Tuberculosis infection", "Death")
    }
    assert persons == {"Herpesvirus infection": 2, "Tuberculosis infection": 1, "Death": 3}
    assert Counter(events.term.tolist())["Herpesvirus infection"] == 3
    assert (events.serious == np.where(events.term == "Death", YES, NO)).all()
    assert (events.related == NO).all()
    since = (events.start - np.datetime64(INFUSED)).astype(int).tolist()
    assert sorted(since) == [7, 135, 187, 192, 256, 291, 326]
    # The table has no outcome: that somebody died stands in the term alone, which is no outcome.
    assert (events.fatal == UNKNOWN).all()
    tables = report["tables"]
    assert isinstance(tables, list)
    (told,) = [table for table in tables if table["table"] == "adverse_event"]
    assert (told["read"], told["written"], told["unaccounted"]) == (7, 7, 0)
