"""Packaged studies as REDCap projects: names that REDCap takes, and the same verdicts back.

REDCap's rules for field names: small letters, digits and underscores, a letter first, at most 26
signs (REDCap's Help & FAQ, "Data Dictionary"); choices are `code, label` between `|`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import remit
from facts.intake.redcap.redcap_project import Row, written
from remit.cli import main
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.redcap.redcap_dictionary import COLUMNS, redcap_dictionary
from remit.facts.intake.redcap.redcap_map import RedcapMap, redcap_map_of
from remit.facts.intake.sources.sheet_text import text_grid
from remit.facts.opened import Facts, open_facts
from remit.facts.person_names import person_names
from remit.instruments.catalogue import instrument_dictionary, instrument_named
from remit.protocol import packaged_protocols, protocol_named
from remit.testing import small_facts
from remit.views.redcap_forms import RedcapForms, redcap_forms

STUDIES = tuple(packaged_protocols())
CUT = date(2024, 6, 30)
STUDY = "NCT06167174"
TABLES = ("condition_occurrence", "drug_exposure", "procedure_occurrence", "measurement")
KEYS = ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance")


def _forms(study: str) -> RedcapForms:
    return redcap_forms(protocol_named(study))


@pytest.mark.parametrize("study", STUDIES)
def test_redcap_takes_every_field(study: str) -> None:
    rows = list(csv.reader(io.StringIO(_forms(study).dictionary)))
    assert rows[0] == list(COLUMNS.values())
    fields = [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]
    names = [field["field_name"] for field in fields]
    assert names[0] == "record_id"
    assert len(set(names)) == len(names)
    for field in fields:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,25}", field["field_name"]), field["field_name"]
        assert not field["field_name"].endswith("_")
        assert re.fullmatch(r"[a-z][a-z0-9_]*", field["form_name"])
        assert field["field_label"]
        choices = field["select_choices_or_calculations"]
        if field["field_type"] in {"radio", "dropdown"}:
            codes = [part.split(",", 1)[0].strip() for part in choices.split("|")]
            assert all(re.fullmatch("[A-Za-z0-9_]+", code) for code in codes)
            assert len(set(codes)) == len(codes)
        # What a field is shown for must be there.
        for named in re.findall(r"\[([a-z0-9_]+)\]", field["branching_logic"]):
            assert named in names
    # A form's fields stand together, or REDCap takes it for two.
    forms = [field["form_name"] for field in fields]
    assert len([at for at, form in enumerate(forms) if form != forms[at - 1]]) == len(set(forms))
    assert {field["field_name"] for field in fields if field["identifier"]} == {
        "birth_date",
        "death_date",
    }


@pytest.mark.parametrize("study", STUDIES)
def test_the_map_names_fields_and_concepts_that_there_are(study: str) -> None:
    forms = _forms(study)
    project = redcap_dictionary(text_grid(forms.dictionary.encode(), file="d.csv", delimiter=","))
    mapped = redcap_map_of(forms.map, Path("map.toml"))
    assert mapped.fields.keys() <= project.fields.keys()
    assert set(forms.repeating) <= set(project.forms)
    known = packaged_dictionary()
    for name in mapped.instruments:
        known = instrument_dictionary(instrument_named(name), known)
    for use in mapped.fields.values():
        for concept in (use.concept, *(name.concept for name in use.names.values())):
            assert concept is None or concept in known.concepts
    asked = set(protocol_named(study).attestations)
    assert set(_study(mapped, study).keys()) == asked


def _study(mapped: RedcapMap, study: str) -> Mapping[str, object]:
    return mapped.studies[protocol_named(study).id].signed


def _row(record: str, form: str = "", instance: str = "", **cells: str) -> Row:
    return {**dict(zip(KEYS, (record, form, instance), strict=True)), **cells}


def _signed(record: str, **answers: str) -> Row:
    """The row that stands once for a record, with what was signed."""
    cells: dict[str, str] = {}
    for item, answer in answers.items():
        cells |= {item: answer, f"{item[:22]}_by": "Dr A", f"{item[:22]}_on": "2024-05-01"}
    return _row(record, **cells)


NORMAL = {
    "lab_date": "2024-04-20",
    "urine_protein_24h": "1.8",
    "platelets": "210",
    "alt": "22",
    "alt_high": "35",
    "ast": "20",
    "ast_high": "35",
    "bilirubin_total": "0.6",
    "bilirubin_total_high": "1.2",
    "cholesterol_total": "180",
    "cholesterol_total_high": "200",
    "triglycerides": "120",
    "triglycerides_high": "150",
}
# Three patients as a coordinator types them in, and below the same facts as a test writes them.
RECORDS = (
    {
        **_signed(
            "1",
            sg_consent="1",
            sg_pregnant_now="0",
            sg_lactating="0",
            sg_unsuitable="0",
            sg_other_severe_organ_invo="0",
        ),
        "birth_date": "1990-03-04",
        "sex": "1",
        "watched_from": "2015-01-01",
        "watched_to": "2024-06-30",
        "date_screening": "2024-05-01",
    },
    _row("1", "laboratory", "1", **NORMAL),
    _row("1", "laboratory", "2", lab_date="2024-04-27", urine_protein_24h="1.5"),
    _row("1", "laboratory", "3", lab_date="2023-01-10", slicc_2012="1"),
    _row(
        "1",
        "procedures",
        "1",
        procedure="renal_biopsy",
        procedure_date="2024-02-01",
        ln_class="4",
        ln_activity="1",
    ),
    _row(
        "1",
        "drugs",
        "1",
        drug="prednisolone",
        drug_start="2024-01-01",
        drug_dose="15",
        drug_dose_unit="1",
        drug_route="2",
    ),
    {
        **_signed("2", sg_consent="1", sg_unsuitable="1"),
        "birth_date": "1985-11-17",
        "sex": "2",
        "watched_from": "2015-01-01",
        "watched_to": "2024-06-30",
        "date_screening": "2024-05-01",
    },
    _row("2", "laboratory", "1", **{**NORMAL, "platelets": "40", "alt": "90"}),
    _row("2", "diagnoses", "1", diagnosis="rheumatoid_arthritis", diagnosis_start="2019-02-03"),
    _row(
        "2",
        "diagnoses",
        "2",
        diagnosis="hepatitis_b",
        diagnosis_start="2024-04-25",
        diagnosis_end="2024-05-20",
    ),
    _row(
        "2",
        "procedures",
        "1",
        procedure="renal_biopsy",
        procedure_date="2024-03-15",
        ln_class="5",
        ln_activity="2",
    ),
    _row(
        "2",
        "drugs",
        "1",
        drug="prednisolone",
        drug_start="2024-01-01",
        drug_end="2024-04-01",
        drug_dose="40",
        drug_dose_unit="1",
        drug_route="2",
    ),
    _row(
        "2",
        "drugs",
        "2",
        drug="rituximab",
        drug_start="2024-04-10",
        drug_end="2024-04-10",
        drug_route="1",
    ),
    _row(
        "2",
        "drugs",
        "3",
        drug="methotrexate",
        drug_start="2023-01-01",
        drug_dose="20",
        drug_dose_unit="2",
        drug_route="2",
    ),
    {"record_id": "3", "birth_date": "2010-01-01", "sex": "9", "date_screening": "2024-05-01"},
    _row(
        "3",
        "score_slicc_2012",
        "1",
        slicc_2012_date="2023-06-01",
        synovitis="1",
        serositis="2",
        renal="3",
    ),
)
_VALUES = (
    ("urine_protein_24h", "1.8", "g/d", None),
    ("platelets", "210", "10*9/L", None),
    ("alt", "22", "U/L", "35"),
    ("ast", "20", "U/L", "35"),
    ("bilirubin_total", "0.6", "mg/dL", "1.2"),
    ("cholesterol_total", "180", "mg/dL", "200"),
    ("triglycerides", "120", "mg/dL", "150"),
)
_INSTEAD = {(2, "platelets"): "40", (2, "alt"): "90"}
FACTS: list[Mapping[str, object]] = [
    {"person_id": 1, "birth": "1990-03-04", "sex": "female"},
    {"person_id": 2, "birth": "1985-11-17", "sex": "male"},
    {"person_id": 3, "birth": "2010-01-01", "sex": "unknown"},
    *(
        {"person_id": p, "anchor": "screening", "date": "2024-05-01", "study": STUDY}
        for p in (1, 2, 3)
    ),
    *({"person_id": p, "observed": ("2015-01-01", "2024-06-30")} for p in (1, 2)),
    {"person_id": 3, "observed": None},
    *(
        {
            "person_id": person,
            "attested": item,
            "answer": answer,
            "by": "Dr A",
            "date": "2024-05-01",
            "study": STUDY,
        }
        for person, item, answer in (
            (1, "consent", True),
            (1, "pregnant_now", False),
            (1, "lactating", False),
            (1, "unsuitable", False),
            (1, "other_severe_organ_involvement", False),
            (2, "consent", True),
            (2, "unsuitable", True),
        )
    ),
    *(
        {
            "person_id": person,
            "concept": name,
            "date": "2024-04-20",
            "unit": unit,
            "number": _INSTEAD.get((person, name), number),
            **({"high": high} if high else {}),
        }
        for person in (1, 2)
        for name, number, unit, high in _VALUES
    ),
    {
        "person_id": 1,
        "concept": "urine_protein_24h",
        "date": "2024-04-27",
        "number": "1.5",
        "unit": "g/d",
    },
    {"person_id": 1, "concept": "slicc_2012", "date": "2023-01-10", "value": "fulfilled"},
    {"person_id": 1, "concept": "renal_biopsy", "date": "2024-02-01", "id": 1},
    {"person_id": 1, "concept": "ln_class", "date": "2024-02-01", "value": "IV", "of": 1},
    {"person_id": 1, "concept": "ln_activity", "date": "2024-02-01", "value": "active", "of": 1},
    {
        "person_id": 1,
        "drug": "prednisolone",
        "start": "2024-01-01",
        "end": "2024-06-30",
        "dose": "15 mg/d",
        "route": 4132161,
    },
    {"person_id": 2, "concept": "rheumatoid_arthritis", "date": "2019-02-03"},
    {"person_id": 2, "concept": "hepatitis_b", "date": "2024-04-25", "end": "2024-05-20"},
    {"person_id": 2, "concept": "renal_biopsy", "date": "2024-03-15", "id": 2},
    {"person_id": 2, "concept": "ln_class", "date": "2024-03-15", "value": "V", "of": 2},
    {"person_id": 2, "concept": "ln_activity", "date": "2024-03-15", "value": "chronic", "of": 2},
    {
        "person_id": 2,
        "drug": "prednisolone",
        "start": "2024-01-01",
        "end": "2024-04-01",
        "dose": "40 mg/d",
        "route": 4132161,
    },
    {
        "person_id": 2,
        "drug": "rituximab",
        "start": "2024-04-10",
        "end": "2024-04-10",
        "route": 4171047,
    },
    {
        "person_id": 2,
        "drug": "methotrexate",
        "start": "2023-01-01",
        "end": "2024-06-30",
        "dose": "20 mg/wk",
        "route": 4132161,
    },
    # Items of SLICC 2012 (synovitis 2100001125, serositis 2100001126, renal 2100001127) that are
    # present, absent, and present for another reason.
    {"person_id": 3, "concept": 2100001125, "date": "2023-06-01", "value": 2100000901},
    {"person_id": 3, "concept": 2100001126, "date": "2023-06-01", "value": 2100000902},
    {"person_id": 3, "concept": 2100001127, "date": "2023-06-01", "value": 2100000903},
]


def _verdicts(facts: Facts) -> dict[tuple[int, str], str]:
    names = person_names(facts)
    screening = remit.screen(remit.open_protocol("nct06167174"), facts)
    return {
        (
            int(names.shown(row["person_id"])),
            row["criterion"],
        ): f"{row['status']} {row['reasons'] or ''}".strip()
        for row in screening.verdict_table().to_pylist()
    }


def test_rows_that_were_typed_in_give_the_verdicts_of_the_same_facts(tmp_path: Path) -> None:
    study, records, out = tmp_path / "study.csv", tmp_path / "records.csv", tmp_path / "clinic"
    ran = CliRunner().invoke(main, ["protocol", "redcap", "nct06167174", "--out", str(study)])
    assert ran.exit_code == 0, ran.output
    columns = dict.fromkeys((*KEYS, *(name for row in RECORDS for name in row)))
    records.write_text(written(RECORDS, tuple(columns)), encoding="utf-8")
    words = ["facts", "import", "redcap", str(study), str(records), "--out", str(out)]
    words += ["--map", str(tmp_path / "study.toml"), "--data-cut", CUT.isoformat()]
    words += ["--study", "nct06167174", "--strict"]
    for table in TABLES:
        words += ["--mapped", table]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    expected = _verdicts(
        small_facts(
            FACTS, data_cut=CUT, mapped=(*TABLES, "dose_era"), own_codes=(*TABLES, "dose_era")
        )
    )
    with open_facts(out) as facts:
        found = _verdicts(facts)
    assert found == expected
    # By the page: class IV and stable 15 mg are let in, class V, 40 mg and rituximab are not.
    assert expected[1, "I3"] == "met"
    assert expected[2, "I3"] == "not_met"
    assert expected[2, "E1a"] == "met"
    assert {status.split()[0] for status in expected.values()} >= {"met", "not_met", "unknown"}


def test_the_command_writes_two_files_and_never_over_another(tmp_path: Path) -> None:
    out = tmp_path / "study.csv"
    ran = CliRunner().invoke(main, ["protocol", "redcap", "umin000042298", "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    assert "let these forms repeat: visit, laboratory, diagnoses, drugs" in ran.output
    assert out.with_suffix(".toml").is_file()
    ran = CliRunner().invoke(main, ["protocol", "redcap", "umin000042298", "--out", str(out)])
    assert ran.exit_code != 0
    other = ["protocol", "redcap", "umin000042298", "--out", str(tmp_path / "a.toml")]
    assert CliRunner().invoke(main, other).exit_code != 0
