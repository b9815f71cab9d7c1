"""A fifth study, begun from a page, runs through every stage with files alone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from own_study import CONCEPTS, FLARE, PILL, SPLIT

import remit
from remit.cli import main
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.registry import fixture_pages
from remit.screening import explain_person
from remit.truth import Status

PERSONS = 400
RESPONSE = """\
kind = "remit.response"
version = 1
id = "protein_halved"
title = "Protein halved"
citation = "Our own protocol."
judged_at = "week 24"
missing = "non_responder"
missing_ground = "Our own protocol."

[[responses]]
grade = "CR"
label = "Halved"

[[responses.gates]]
id = "halved"
text = "Half of the baseline, or less."
expression = "first known of (upcr <= 0.5 * upcr at baseline, urine_protein_24h <= 0.5 * urine_protein_24h at baseline)"
"""  # noqa: E501
# What a person does with the file: each criterion of the page gets its expression.
WRITTEN = {
    "I1": "age at screening >= 20 years and age at screening < 56 years",
    "I2": "any lupus_nephritis in [.., screening]",
    "I3": "dose of hydroxychloroquine at screening <= 400 mg/d",
    "I4": "split_product > 7 mg/L or upcr > 3 g/g",
    "E1": "any kidney_transplant in [.., screening]",
    "E2": "any joint_attack in [screening - 3 years, screening]",
}


def run(*words: object) -> str:
    found = CliRunner().invoke(main, [str(word) for word in words])
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a study that `protocol new --from` began and a person went on with."""
    folder = tmp_path_factory.mktemp("fifth")
    page = next(page for page in fixture_pages() if page.stem == "medpath")
    file = folder / "fifth.toml"
    run("protocol", "new", file, "--from", page)
    text = file.read_text(encoding="utf-8")
    for name, expression in WRITTEN.items():
        head, sign, rest = text.partition(f'id = "{name}"\n')
        assert sign, name
        text = (
            head
            + sign
            + rest.replace(
                'state = "not_written"\n# expression = ""',
                f'state = "executable"\nexpression = "{expression}"',
                1,
            )
        )
    # Visits, the response and the own files stand in the file as comments, to be taken out.
    begin = text.index("# [files]")
    end = text.index("[[outcomes]]")
    body = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text[begin:end], flags=re.MULTILINE)
    body = body.replace('units = ["my_units.toml"]\n', "").replace("my_concepts", "concepts")
    body = body.replace("my_response.toml", "response.toml")
    body = body.replace('default = "kdigo_2024"', 'default = "protein_halved"')
    body = body.replace("options = { ", 'options = { protein_halved = "Ours.", ')
    file.write_text(f"{text[:begin]}{body}\n{text[end:]}", encoding="utf-8")
    (folder / "concepts.toml").write_text(CONCEPTS, encoding="utf-8")
    (folder / "response.toml").write_text(RESPONSE, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def cohort(study: Path) -> Facts:
    out = study.parent / "cohort"
    run("facts", "simulate", "--persons", PERSONS, "--seed", 3, "--study", study, "--out", out)
    return remit.open_facts(out)


def test_the_file_is_sound(study: Path) -> None:
    said = run("protocol", "check", study).splitlines()
    assert said[0] == f"{study}: sound; 10 criteria (7 executable, 3 not_written)"
    assert said[1] == "open, no expression yet: I3-1, I3-2, E3"


def test_its_own_concepts_are_simulated(study: Path, cohort: Facts) -> None:
    assert {finding.severity for finding in check_dataset(cohort)} <= {"warning"}
    for table, column, code in (
        ("condition_occurrence", "condition_concept_id", FLARE),
        ("drug_exposure", "drug_concept_id", PILL),
        ("dose_era", "drug_concept_id", PILL),
        ("measurement", "measurement_concept_id", SPLIT),
    ):
        rows = cohort.rows(table, (column,), concepts=(code,))
        assert rows.num_rows > 0, table


def test_what_is_packaged_is_drawn_as_without_them(study: Path, cohort: Facts) -> None:
    """A concept of one's own has random numbers of its own: no other record moves."""
    plain = study.with_name("plain.toml")
    text = study.read_text(encoding="utf-8")
    begin = text.index('concepts = ["concepts.toml"]')
    text = text[:begin] + text[begin:].replace('concepts = ["concepts.toml"]', "concepts = []", 1)
    text = text.replace("any joint_attack", "any pneumonia").replace(
        "split_product > 7 mg/L or", ""
    )
    plain.write_text(text, encoding="utf-8")
    out = study.parent / "plain"
    run("facts", "simulate", "--persons", PERSONS, "--seed", 3, "--study", plain, "--out", out)
    other = remit.open_facts(out)
    for table, column in (
        ("condition_occurrence", "condition_concept_id"),
        ("drug_exposure", "drug_concept_id"),
        ("procedure_occurrence", "procedure_concept_id"),
    ):
        rows = cohort.rows(table)
        kept = rows.filter(pc.less(rows.column(column), 2_101_000_000))
        assert kept.equals(other.rows(table)), table


def test_it_is_screened_and_explained(study: Path, cohort: Facts) -> None:
    plan = remit.open_protocol(study)
    screening = remit.screen(plan, cohort)
    statuses = screening.statuses
    for name in ("E2", "I4", "sex"):
        found = {Status(int(code)) for code in np.unique(statuses[name])}
        assert {Status.MET, Status.NOT_MET} <= found, name
    assert {int(code) for code in np.unique(statuses["E3"])} == {Status.UNKNOWN}
    assert screening.reason_counts("E3") == {"not_written": PERSONS}
    for person in screening.person_ids[:60].tolist():
        # The plain reference says the same, or this raises.
        explain_person(screening, person)
    said = run("screen", study, "--facts", cohort.folder)
    assert "E3" in said
    code = CliRunner().invoke(main, ["explain", str(study), "1", "--facts", str(cohort.folder)])
    assert code.exit_code == 0
    assert "has not written its expression yet" in " ".join(code.output.split())


def test_it_is_adjudicated_by_its_own_definition(study: Path, cohort: Facts) -> None:
    adjudicated = remit.adjudicate(study, cohort)
    (found,) = adjudicated.adjudications
    assert found.definition.id == "protein_halved"
    rows = adjudicated.rows_at("week_24")
    assert len(rows) > 5
    assert {"CR", "NR"} <= {found.words(found.imputed)[row] for row in rows.tolist()}
    said = run("adjudicate", study, "--facts", cohort.folder, "--definition", "all", "--compare")
    assert "protein_halved" in said


def test_it_is_reported(study: Path, cohort: Facts) -> None:
    out = study.parent / "report.html"
    run("report", study, "--facts", cohort.folder, "--out", out)
    text = out.read_text(encoding="utf-8")
    assert "NCT99000002" in text
    assert "Protein halved" in text
