"""`remit facts import tidy`: from spreadsheets to who may enter, and how it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

import remit
from clinic_files import MENDED, write_own_patients
from first_screening import FILES, first_screening
from remit.cli import main
from remit.facts.opened import open_facts
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset

MINUTES = 5
# What the criteria of NCT06167174 (its page) say of these patients, read by eye.
ELIGIBLE = {
    "LN-001",  # class IV, prednisolone 15 mg and mycophenolate 1 g unchanged, all signed
    "LN-002",  # class III, at the limit of 20 mg a day
    "LN-004",  # class III+V, azathioprine 100 mg
    "LN-008",  # class IV+V
}
KEPT_OUT = {
    "LN-003": "I3",  # class V alone
    "LN-005": "E1b",  # Hashimoto's thyroiditis
    "LN-006": "I3",  # class II
    "LN-007": "I6",  # prednisolone 40 mg a day
    "LN-012": "I6",  # prednisolone 30 mg a day
    "LN-015": "I3",  # class VI
    "LN-018": "I1",  # 15 years old
    "LN-019": "I5",  # 24-hour protein 0.7 g
    "LN-020": "E7a",  # ALT 75 U/L is above 1.5 times 35
}
OPEN = {
    "LN-009": "I7",  # nobody signed
    "LN-010": "E4",  # hepatitis B nine days ago: whether it needs treatment is not signed
}


def test_a_stranger_screens_twenty_patients_in_five_minutes(tmp_path: Path) -> None:
    ran = list(first_screening(tmp_path))
    assert sum(one.seconds for one in ran) < 60 * MINUTES
    assert "4 eligible, 13 not eligible, 3 undetermined" in ran[2].output
    with open_facts(tmp_path / "clinic") as facts:
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
        shown = person_names(facts).shown
        screening = remit.screen(remit.open_protocol("nct06167174"), facts)
        standing = {
            shown(row["person_id"]): row["standing"]
            for row in screening.standing_table().to_pylist()
        }
        verdicts = {
            (shown(row["person_id"]), row["criterion"]): row["status"]
            for row in screening.verdict_table().to_pylist()
        }
    assert {name for name, status in standing.items() if status == "eligible"} == ELIGIBLE
    with (tmp_path / "worklist.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {row["person"] for row in listed} == set(standing)
    assert {row["person"] for row in listed[: len(ELIGIBLE)]} == ELIGIBLE
    for name, criterion in KEPT_OUT.items():
        (row,) = (row for row in listed if row["person"] == name)
        assert criterion in row["failing"].split(), name
        assert row["first_reason"].startswith(f"{row['failing'].split()[0]}: "), name
    for name, criterion in KEPT_OUT.items():
        assert standing[name] == "not eligible", name
        keeps_out = "not_met" if criterion.startswith("I") else "met"
        assert verdicts[name, criterion] == keeps_out, (name, criterion)
    for name, criterion in OPEN.items():
        assert standing[name] == "undetermined", name
        assert verdicts[name, criterion] == "unknown", (name, criterion)


def _run(*words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(main, ["facts", "import", "tidy", *words])
    return ran.exit_code, ran.output


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_own_patients(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_domain_is_declared_mapped_only_where_the_map_and_the_user_say_so(clinic: Path) -> None:
    text = (clinic / "mended.toml").read_text(encoding="utf-8")
    open_name = text.replace('"MMF" = ', '# "MMF" = ')
    (clinic / "open.toml").write_text(open_name, encoding="utf-8")
    files = FILES.split()
    for place, asked, declared in (
        ("mended.toml", (), set()),
        ("mended.toml", ("drug_exposure",), {"drug_exposure", "dose_era"}),
        ("open.toml", ("drug_exposure", "condition_occurrence"), {"condition_occurrence"}),
        ("mended.toml", ("procedure_occurrence",), {"procedure_occurrence"}),
    ):
        out = f"out-{place}-{len(asked)}{''.join(asked[:1])}"
        options = [word for table in asked for word in ("--mapped", table)]
        code, output = _run(*files, "--map", place, "--out", out, *options)
        assert code == 0, output
        with open_facts(out) as facts:
            assert facts.manifest.mapped == declared
            assert facts.manifest.own_codes == declared
            assert facts.manifest.complete == set()
        refused = set(asked) - declared
        assert ("is not declared mapped" in output) == bool(refused), output


def test_a_complete_list_of_drugs_is_one_of_doses(clinic: Path) -> None:
    code, output = _run(
        *FILES.split(), "--map", "mended.toml", "--out", "out", "--complete", "drug_exposure"
    )
    assert code == 0, output
    with open_facts("out") as facts:
        assert facts.manifest.complete == {"drug_exposure", "dose_era"}


def test_names_that_the_map_leaves_open_make_absence_unknown(clinic: Path) -> None:
    text = (clinic / "mended.toml").read_text(encoding="utf-8")
    (clinic / "open.toml").write_text(text.replace('"MMF" = ', '# "MMF" = '), encoding="utf-8")
    code, output = _run(*FILES.split(), "--map", "open.toml", "--out", "out", "--mapped",
                        "drug_exposure", "--screening-date", "last-visit")  # fmt: skip
    assert code == 0, output
    assert "drug_exposure  name  MMF" in " ".join(output.split()).replace(" name ", "  name  ")
    with open_facts("out") as facts:
        shown = person_names(facts).shown
        screening = remit.screen(remit.open_protocol("nct06167174"), facts)
        told = {
            shown(row["person_id"]): row["status"]
            for row in screening.verdict_table().to_pylist()
            if row["criterion"] == "I6"
        }
    assert told["LN-001"] == "unknown"  # what nobody understood may be an immunosuppressant
    assert told["LN-004"] == "unknown"  # no drug is declared to be known, so none is absent


def test_the_import_says_what_it_left_out_and_where(clinic: Path) -> None:
    labs = clinic / "labor.csv"
    row = "LN-099;01.10.2026;Hb;11,0;g/dL;;\r\n"
    labs.write_bytes(labs.read_bytes() + row.encode())
    code, output = _run(*FILES.split(), "--map", "mended.toml", "--out", "out")
    assert code == 0, output
    said = " ".join(output.split())
    assert "measurement: the person is in no sheet of persons: 1 row (labor.csv row 622)" in said
    assert "measurement: its name is ignored by the map: 40 rows" in said
    assert "20 of 20 persons have no screening date" in said
    code, output = _run(*FILES.split(), "--map", "mended.toml", "--out", "strict", "--strict")
    assert code == 6
    assert "rows of measurement cannot be taken: the person is in no sheet of persons" in output


def test_a_faulty_row_stops_the_import_and_leaves_nothing(clinic: Path) -> None:
    labs = clinic / "labor.csv"
    labs.write_bytes(labs.read_bytes() + b"LN-001;31.09.2026;Hb;11,0;g/dL;;\r\n")
    code, output = _run(*FILES.split(), "--map", "mended.toml", "--out", "out")
    assert code == 6
    assert output.splitlines() == [
        "error: labor.csv:622: no day can be read in the column Datum",
        "  expected: a day written as %d.%m.%Y",
        "  got:      a text such as 99.99.9999",
        "  do:       correct the cell; a day that nobody knows is better left to a person than "
        "guessed",
    ]
    assert not (clinic / "out").exists()


def test_the_map_that_the_how_to_mends_is_the_drafted_one(clinic: Path) -> None:
    code, output = _run(*FILES.split(), "--draft-map", "map.toml")
    assert code == 0, output
    drafted = (clinic / "map.toml").read_text(encoding="utf-8").splitlines()
    written = (clinic / "mended.toml").read_text(encoding="utf-8").splitlines()
    changed = [(a, b) for a, b in zip(drafted, written, strict=True) if a != b]
    assert len(changed) == len(MENDED)
    assert "2 names (TSH, Aktivität)" in output
    code, output = _run(*FILES.split(), "--draft-map", "map.toml")
    assert code == 9  # it was mended perhaps: nothing is written over


def test_files_that_leave_nothing_open_need_no_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labs.csv").write_text(
        "patient_id,date,test,value,unit\nA-1,2024-03-14,Plt,150,10^9/L\n", encoding="utf-8"
    )
    code, output = _run("labs.csv", "--out", "out")
    assert code == 6
    assert "  1. no sheet says when a patient was born" in output
    (tmp_path / "people.csv").write_text(
        "patient_id,sex,birth_year\nA-1,F,1990\n", encoding="utf-8"
    )
    code, output = _run("labs.csv", "people.csv", "--out", "out", "--study", "nct06167174")
    assert code == 0, output
    with open_facts("out") as facts:
        assert person_names(facts).names == {1: "A-1"}
        assert facts.rows("measurement")["value_as_number"].to_pylist() == [150]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "mended.toml"), "give --draft-map MAP.toml first"),
        ((), "give --draft-map MAP.toml first, then --map MAP.toml --out DATASET"),
        (("--draft-map", "a.toml", "--map", "mended.toml"), "--draft-map writes a map alone"),
        (("--draft-map", "a.toml", "--out", "x"), "--draft-map writes a map alone"),
    ],
)
def test_a_wrong_use_is_told(clinic: Path, words: tuple[str, ...], said: str) -> None:
    code, output = _run("labor.csv", *words)
    assert code == 2
    assert said in output
    assert not (clinic / "a.toml").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("tidy", "labs.csv", "--map", "missing.toml"),
        ("sdtm", ".", "--map", "missing.toml"),
        ("redcap", "labs.csv", "labs.csv", "--map", "missing.toml"),
    ],
)
def test_a_map_that_is_not_there_is_told_how_to_draft_one(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("labs.csv").write_text("patient,day\n1,2024-01-31\n")
    ran = CliRunner().invoke(main, ["facts", "import", *words, "--out", "clinic"])
    assert ran.exit_code == 6
    assert f"or draft a map: remit facts import {words[0]} " in ran.output
    assert not Path("clinic").exists()
