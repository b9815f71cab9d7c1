"""Spellings of phase, sex, kind and state in real exports, each read by eye."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest

from remit.registry.text.normal_values import (
    normal_phases,
    normal_sex,
    normal_status,
    normal_study_type,
)

# Of the 32 spellings, those without the EU form's four questions.
PHASES: dict[str, str | None] = {
    "N/A": "", "Not Applicable": "", "Not applicable": "", "0": "0", "Phase 0": "0",
    "Early Phase 1": "0", "1": "1", "Phase 1": "1", "2": "2", "Phase 2": "2", "3": "3",
    "Phase 3": "3", "Phase III": "3", "4": "4", "Phase 4": "4", "1-2": "12", "2-3": "23",
    "Phase 1/Phase 2": "12", "Phase 1 / Phase 2": "12", "Phase I/II": "12",
    "Phase 2/Phase 3": "23", "Phase II/III": "23", "": None, "Retrospective study": None,
    "New Treatment Measure Clinical Study": None,
    # As the API of ClinicalTrials.gov writes them.
    "PHASE2": "2", "EARLY_PHASE1": "0", "NA": "",
}  # fmt: skip
SEXES: dict[str, str | None] = {
    "Both": "all", "All": "all", "<br>Female: yes<br>Male: yes<br>": "all", "Male": "male",
    "<br> Female: yes<br> Male: yes<br>": "all", "Both males and females": "all", "": None,
    "Female": "female", "Females": "female", "Male and Female": "all",
    "Both, male and female": "all", "Female: yes Male: no": "female", "Female: no Male: no": None,
}  # fmt: skip
TYPES: dict[str, str | None] = {
    "Interventional study": "interventional", "Interventional": "interventional",
    "interventional": "interventional", "Observational study": "observational",
    "Interventional clinical trial of medicinal product": "interventional",
    "Observational": "observational", "observational": "observational",
    "Observational [Patient Registry]": "observational", "Expanded Access": "expanded access",
    "Diagnostic test": None, "Epidemilogical research": None, "Basic Science": None,
    "Health services reaserch": None, "Prevention": None, "Prognosis study": None,
    "Treatment study": None, "Screening": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "phases"), PHASES.items())
def test_phases(text: str, phases: str | None) -> None:
    assert normal_phases(text) == (None if phases is None else frozenset(phases))


def test_the_questions_of_the_eu_form() -> None:
    form = (
        "Human pharmacology (Phase I): {}\nTherapeutic exploratory (Phase II): {}\n"
        "Therapeutic confirmatory - (Phase III): {}\nTherapeutic use (Phase IV): {}"
    )
    assert normal_phases(form.format("no", "yes", "yes", "no")) == frozenset("23")
    assert normal_phases(form.format("", "yes", "", "no")) == frozenset("2")
    assert normal_phases(form.format("no", "no", "no", "no")) is None


@pytest.mark.parametrize(("text", "sex"), SEXES.items())
def test_sexes(text: str, sex: str | None) -> None:
    assert normal_sex(text) == sex


@pytest.mark.parametrize(("text", "kind"), TYPES.items())
def test_study_types(text: str, kind: str | None) -> None:
    assert normal_study_type(text) == kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Recruiting", "recruiting"),
        ("RECRUITING", "recruiting"),
        ("Not Recruiting", "not recruiting"),
        ("Not recruiting", "not recruiting"),
        ("ACTIVE_NOT_RECRUITING", "active, not recruiting"),
        ("ENROLLING_BY_INVITATION", "by invitation"),
        ("NOT_YET_RECRUITING", "not yet recruiting"),
        ("Open public recruiting", "recruiting"),
        ("Prematurely Ended", "terminated"),
        ("Authorised", None),
        ("UNKNOWN", None),
        ("", None),
    ],
)
def test_status(text: str, status: str | None) -> None:
    assert normal_status(text) == status


@pytest.mark.shared
def test_no_spelling_of_the_exports_is_left_out(shared: Path) -> None:
    folder = shared / "data" / "registry" / "ictrp"
    with (folder / "ictrp_export_2020-04_sample.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            {"phase": row["Phase"], "sex": row["Inclusion gender"], "type": row["Study type"]}
            for row in csv.DictReader(file)
        ]
    for trial in ElementTree.parse(folder / "ICTRP-Results_18Mar2020.xml").getroot():
        rows.append(
            {
                "phase": trial.findtext("Phase") or "",
                "sex": trial.findtext("Inclusion_gender") or "",
                "type": trial.findtext("Study_type") or "",
            }
        )
    assert len(rows) == 759
    phases = {row["phase"].strip() for row in rows}
    assert len(phases) == 32
    assert {text for text in phases if "(Phase" not in text} <= set(PHASES)
    assert {row["sex"].strip() for row in rows} <= set(SEXES)
    assert {row["type"].strip() for row in rows} <= set(TYPES)
