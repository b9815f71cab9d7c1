"""Fifteen real REDCap projects (OuhscBbmc/REDCapR, test projects): read, or refused with a reason.

Expected counts are those of the files themselves, taken with the csv module alone.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.draft.draft_redcap import draft_redcap
from remit.facts.intake.redcap.redcap_map import redcap_map_of
from remit.facts.intake.redcap.redcap_tables import RedcapExport, read_redcap, read_redcap_files

pytestmark = pytest.mark.shared
PLACE = Path("map.toml")
CUT = date(2025, 12, 31)
BORN = """
kind = "remit.redcap_map"
version = 1
days_marked_identifiers = [{marked}]
[person]
birth = "dob"
"""
HEIGHTS = """
[fields.height]
concept = "height"
unit = "cm"
date = "{day}"
[fields.weight]
concept = "weight"
unit = "kg"
date = "{day}"
"""
PRESSURES = """
[forms.bp]
date = "date_bp"
visit = "outpatient_visit"
"""
# Project -> whether the birth is marked, more of a map, and what stands in the files.
READ = {
    "blank-for-gray-status": (True, "", {"person": 5}),
    "clinical-trial-1": (True, "", {"person": 500}),
    "longitudinal": (
        True,
        HEIGHTS.format(day="date_enrolled"),
        {"person": 3, "measurement": 6},
    ),
    "repeating-instruments": (True, "", {"person": 2}),
    "repeating-instruments-sparse": (True, "", {"person": 2}),
    "survey": (False, "", {"person": 2}),
}
# Project -> why it is no dataset: ages rest on births.
REFUSED = {
    "checkboxes-1": "nobody has a birth",
    "decimal-comma": "nobody has a birth",
    "decimal-comma-and-dot": "nobody has a birth",
    "decimal-dot": "nobody has a birth",
    "multilevel-model-1": "nobody has a birth",
    "nonnumeric-record-id": "nobody has a birth",
    "potentially-problematic-dictionary": "the sheet has no headers",
    "validation-types-1": "nobody has a birth",
    "vignette-repeating": "nobody has a birth",
}


def _folder(shared: Path, project: str) -> Path:
    return shared / "data" / "clinical" / "redcap_projects" / project


def _export(shared: Path, project: str) -> RedcapExport:
    folder = _folder(shared, project)
    dictionary = next(folder.glob("dictiona*y.csv"))
    return read_redcap_files(dictionary, folder / "data.csv")


def _read(export: RedcapExport, text: str) -> SourceTables:
    mapped = redcap_map_of(text, PLACE)
    return read_redcap(export, mapped, packaged_dictionary(), place=PLACE, data_cut=CUT)


def test_no_project_is_forgotten(shared: Path) -> None:
    there = {path.name for path in _folder(shared, "").iterdir()}
    assert there == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("project", READ)
def test_a_project_with_births_is_read(shared: Path, project: str) -> None:
    marked, more, counts = READ[project]
    export = _export(shared, project)
    found = _read(export, BORN.format(marked='"dob"' if marked else "") + more)
    assert {name: found.tables[name].num_rows for name in counts} == counts
    with (_folder(shared, project) / "data.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    first = next(iter(rows[0]))
    assert f"{len(rows):,} rows of {len({row[first] for row in rows}):,} records" in found.notes[0]
    for table, (_, read) in found.reads.items():
        left = sum(item.rows for item in found.left_out.get(table, ()))
        assert read == found.tables[table].num_rows + left, table


@pytest.mark.parametrize("project", ["repeating-instruments", "repeating-instruments-sparse"])
def test_a_blood_pressure_before_birth_stops_the_import(shared: Path, project: str) -> None:
    # The second record was born on 2010-02-02 or 2019-02-02 and measured on 2004-04-04.
    with pytest.raises(DatasetError, match="the day is before the birth") as refused:
        _read(_export(shared, project), BORN.format(marked='"dob"') + PRESSURES)
    assert str(refused.value.place) == "data.csv, visits of bp:7"


@pytest.mark.parametrize("project", [name for name, (marked, *_) in READ.items() if marked])
def test_no_identifier_of_a_real_project_is_read(shared: Path, project: str) -> None:
    with pytest.raises(DatasetError, match="marked as an identifier"):
        _read(_export(shared, project), BORN.format(marked=""))


@pytest.mark.parametrize("project", REFUSED)
def test_a_project_without_births_is_refused(shared: Path, project: str) -> None:
    text = 'kind = "remit.redcap_map"\nversion = 1\n'
    with pytest.raises(DatasetError, match=REFUSED[project]):
        _read(_export(shared, project), text)


@pytest.mark.parametrize(
    "project", sorted({*READ, *REFUSED} - {"potentially-problematic-dictionary"})
)
def test_a_draft_of_every_project_is_a_map(shared: Path, project: str) -> None:
    draft = draft_redcap(_export(shared, project), packaged_dictionary())
    redcap_map_of(draft.text, PLACE)
    assert draft.questions


def test_the_dictionary_of_the_api_and_that_of_the_page_say_the_same(shared: Path) -> None:
    folder = _folder(shared, "decimal-comma-and-dot")
    drafts = [
        draft_redcap(read_redcap_files(folder / name, folder / "data.csv"), packaged_dictionary())
        for name in ("dictionary.csv", "metadata.csv")
    ]
    assert drafts[0].text == drafts[1].text
    found = redcap_map_of(drafts[0].text, PLACE)
    assert {name for name, use in found.fields.items() if use.concept == "weight"} == {"weight_dot"}
