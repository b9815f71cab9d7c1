"""`remit facts import omop`, and screening on a day by rule, run as a user runs them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import remit
from cli.test_commands import fail, run, succeed
from remit.facts.opened import open_facts

PERSON = "person_id,gender_concept_id,year_of_birth\nLN-2,8532,1990\nLN-10,8507,1980\n"
VISIT = (
    "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
    "1,LN-2,9202,2024-03-01,2024-03-01\n2,LN-2,9202,2024-05-01,2024-05-01\n"
    "3,LN-10,9202,2024-04-01,2024-04-01\n4,LN-10,9202,1979-04-01,1979-04-01\n"
)
CONDITION = (
    "condition_occurrence_id,person_id,condition_concept_id,condition_start_date\n"
    "1,LN-2,999001,2024-01-01\n2,LN-10,0,2024-01-01\n"
)
PERIOD = (
    "observation_period_id,person_id,observation_period_start_date,observation_period_end_date,"
    "period_type_concept_id\n1,LN-2,2000-01-01,2024-05-01,0\n2,LN-10,2000-01-01,2024-05-01,0\n"
)
STUDY = "nct06167174"


def printed(*words: object) -> str:
    """What a command prints, without the lines that say what takes long."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def omop(tmp_path: Path) -> Path:
    folder = tmp_path / "omop"
    folder.mkdir()
    files = {
        "person": PERSON,
        "visit_occurrence": VISIT,
        "condition_occurrence": CONDITION,
        "observation_period": PERIOD,
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def test_an_import_says_what_it_did_and_what_hangs_on_it(omop: Path, tmp_path: Path) -> None:
    out = tmp_path / "clinic"
    told = succeed("facts", "import", "omop", omop, "--out", out, "--screening-date", "last-visit")
    assert "no screening date" not in told
    assert "2 persons, data up to 2024-05-01" in told
    said = " ".join(told.split())
    assert "visit_occurrence: 1 row has no day that can be: on any day from birth to" in said
    assert "(before birth: 1, 4)" in said
    assert "the folder has no table drug_exposure, dose_era, " in told
    assert "Not understood: 2:" in told
    assert "Map first" in told
    for study in ("NCT05631717", "NCT06167174", "NCT06904729", "UMIN000042298"):
        assert study in told
    with open_facts(out) as facts:
        assert facts.manifest.mapped == facts.complete == frozenset()
        assert facts.rows("study_anchor").num_rows == 8
        assert facts.rows("person_name")["person_source_value"].to_pylist() == ["LN-2", "LN-10"]
    assert "screening 2024-05-01" in succeed("explain", STUDY, "LN-2", "--facts", out)
    assert succeed("facts", "check", out)


def test_what_is_declared_is_the_users_word(omop: Path, tmp_path: Path) -> None:
    words = ("facts", "import", "omop", omop, "--study", STUDY)
    told = succeed(
        *words, "--out", tmp_path / "a", "--mapped", "condition_occurrence",
        "--complete", "condition_occurrence", "--data-cut", "2024-06-30",
    )  # fmt: skip
    assert "data up to 2024-06-30 (as given)" in told
    assert "NCT05631717" not in told
    with open_facts(tmp_path / "a") as facts:
        assert facts.manifest.mapped == facts.complete == {"condition_occurrence"}


def test_a_file_of_dates_names_persons_as_they_came(omop: Path, tmp_path: Path) -> None:
    dates = tmp_path / "dates.csv"
    dates.write_text("person,date\nLN-10,2024-02-02\n")
    words = ("facts", "import", "omop", omop, "--out", tmp_path / "a", "--study", STUDY)
    told = printed(*words, "--screening-date", dates)
    assert told.startswith("1 of 2 persons has no screening date")
    with open_facts(tmp_path / "a") as facts:
        rows = facts.rows("study_anchor").to_pylist()
    assert [(row["person_id"], row["anchor_date"]) for row in rows] == [(2, date(2024, 2, 2))]


def test_signatures_come_from_a_file(omop: Path, tmp_path: Path) -> None:
    signed = tmp_path / "signed.csv"
    head = "person,item,answer,by,date\n"
    signed.write_text(f"{head}LN-10,nobody_asks,yes,Dr A,2024-04-01\n")
    words = ("facts", "import", "omop", omop, "--out", tmp_path / "a", "--signed", signed)
    told = fail(6, *words, "--study", STUDY)
    assert "signed.csv:2" in told
    item = told.partition("one of ")[2].partition(",")[0]
    signed.write_text(f"{head}LN-10,{item},yes,Dr A,2024-04-01\n")
    succeed(*words, "--study", STUDY)
    with open_facts(tmp_path / "a") as facts:
        assert facts.rows("attestation")["person_id"].to_pylist() == [2]


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        (2, ("--data-cut", "31.12.2024"), "write it like 2024-01-31"),
        (2, ("--signed", "no-such-file.csv"), "does not exist"),
        (4, ("--study", "nobody"), "nobody"),
        (6, ("--screening-date", "yesterday"), "no rule"),
        (6, ("--screening-date", "no-such-file.csv"), "cannot be read"),
        (6, ("--screening-date", "2030-01-01"), "after the data cut"),
        (6, ("--complete", "visits"), "nobody knows a table"),
        (6, ("--mapped", "visits"), "nobody knows a table"),
        (6, ("--complete", "drug_exposure"), "the source has no such table"),
        (6, ("--mapped", "drug_exposure"), "the source has no such table"),
        (6, ("--strict",), "before birth"),
        (2, ("--expect", "person"), "measurement=10040"),
        (2, ("--expect", "person=-1"), "measurement=10040"),
        (2, ("--expect", "person=2", "--expect", "person=3"), "two numbers of rows"),
        (6, ("--expect", "person=3"), "another number of rows of person"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    omop: Path, tmp_path: Path, code: int, words: tuple[str, ...], said: str
) -> None:
    told = fail(code, "facts", "import", "omop", omop, "--out", tmp_path / "out", *words)
    assert said in told
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_there_is_refused_before_any_work(omop: Path, tmp_path: Path) -> None:
    (omop / "person.csv").write_text("not read\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("")
    assert "exists already" in fail(9, "facts", "import", "omop", omop, "--out", tmp_path / "out")


@pytest.fixture
def undated(omop: Path, tmp_path: Path) -> Path:
    told = printed("facts", "import", "omop", omop, "--out", tmp_path / "clinic")
    assert told.startswith("2 of 2 persons have no screening date: their criteria cannot be ")
    return tmp_path / "clinic"


def test_screening_on_a_day_by_rule(undated: Path, tmp_path: Path) -> None:
    told = printed("screen", STUDY, "--facts", undated)
    assert told.startswith("2 of 2 persons have no screening date")
    assert f"remit screen {STUDY} --facts {undated} --screening-date last-visit" in told
    assert "no screening date" not in succeed("screen", STUDY, "--facts", undated, "--smallest", 5)
    rule = ("--screening-date", "last-visit")
    assert "no screening date" not in succeed("screen", STUDY, "--facts", undated, *rule)
    assert "screening 2024-05-01" in succeed("explain", STUDY, "LN-2", "--facts", undated, *rule)
    dates = tmp_path / "dates.csv"
    dates.write_text("person,date\nLN-10,2024-02-02\n")
    told = printed("screen", STUDY, "--facts", undated, "--screening-date", dates)
    assert told.startswith("1 of 2 persons has no screening date")
    told = printed("explain", STUDY, "LN-2", "--facts", undated)
    assert told.startswith("1 of 1 person has no screening date")
    assert f"remit explain {STUDY} LN-2 --facts {undated} --screening-date last-visit" in told
    assert "screening 2024-02-02" in printed(
        "explain", STUDY, "LN-10", "--facts", undated, "--screening-date", dates
    )
    assert "no rule" in fail(6, "screen", STUDY, "--facts", undated, "--screening-date", "soon")


def test_a_notebook_screens_on_a_day_by_rule(undated: Path) -> None:
    found = remit.screen(STUDY, undated, screening_date="last-visit")
    assert found.facts.manifest.source == "OMOP tables: omop; screening dates by rule: last-visit"
    days = found.facts.rows("study_anchor")["anchor_date"].to_pylist()
    assert days == [date(2024, 5, 1), date(2024, 4, 1)]


def test_what_is_parsed_stays_parsable(undated: Path) -> None:
    ran = run("screen", STUDY, "--facts", undated, "--format", "json")
    assert ran.stdout.lstrip().startswith("{")
    assert "2 of 2 persons have no screening date" in ran.stderr


def test_a_report_on_a_day_by_rule(undated: Path, tmp_path: Path) -> None:
    words = ("report", STUDY, "--facts", undated)
    assert "2 of 2 persons" in succeed(*words, "--out", tmp_path / "a.html")
    told = succeed(*words, "--out", tmp_path / "b.html", "--screening-date", "first-visit")
    assert "no screening date" not in told


def test_without_followed_persons_there_is_no_response_to_judge(undated: Path) -> None:
    for words in ((), ("--times",), ("--persons",)):
        told = fail(6, "adjudicate", STUDY, "--facts", undated, *words)
        assert "nobody has a visit of NCT06167174 after its baseline" in told
        assert "study_anchor" in told


def test_named_dates_may_lie_beside_the_tables(omop: Path, tmp_path: Path) -> None:
    (omop / "study_anchor.csv").write_text(
        "person_id,study,anchor,anchor_date\nLN-2,NCT06167174,baseline,2024-05-01\n"
    )
    out = tmp_path / "clinic"
    succeed("facts", "import", "omop", omop, "--out", out)
    told = fail(6, "adjudicate", STUDY, "--facts", out)
    assert "no record at a visit after it" in told


def test_ids_of_either_sign_are_typed_as_they_are(omop: Path, tmp_path: Path) -> None:
    for path in omop.iterdir():
        text = path.read_text().replace("LN-2", "-9066461348710750663").replace("LN-10", "12")
        path.write_text(text)
    out = tmp_path / "clinic"
    succeed("facts", "import", "omop", omop, "--out", out, "--screening-date", "last-visit")
    words = ("explain", STUDY, "-9066461348710750663", "--facts", out)
    assert "screening 2024-05-01" in succeed(*words)
    assert "screening 2024-04-01" in succeed("explain", STUDY, "12", "--facts", out, "--all")
    assert "no such person" in fail(6, "explain", STUDY, "-907", "--facts", out)
    assert "unexpected extra argument" in fail(2, *words, "--al")
    assert "No such option" in fail(2, "explain", STUDY, "12", "--facts", out, "--fats")


def test_named_dates_come_from_a_file(omop: Path, tmp_path: Path) -> None:
    dates, out = tmp_path / "dates.csv", tmp_path / "clinic"
    words = ("facts", "import", "omop", omop, "--out", out, "--anchors", dates, "--study", STUDY)
    for row, said in (
        ("LN-3,screening,2024-05-01", "no such person"),
        ("LN-2,elsewhen,2024-05-01", "no study names such a date"),
        ("LN-2,screening,1989-05-01", "before birth"),
        ("LN-2,screening,2024-05-02", "after the data cut"),
        ("LN-2,screening,2024-02-30", "no date"),
        ("LN-2,screening,2024-05-01\nLN-2,screening,2024-04-01", "two days of one name"),
    ):
        dates.write_text(f"person,anchor,date\n{row}\n")
        told = fail(6, *words)
        assert said in told
        assert "dates.csv:" in told
        assert not out.exists()
    dates.write_text("person;anchor;date;study\nLN-2;screening;2024-03-01;NCT0\n")
    assert "nobody knows such a study" in fail(6, *words)
    dates.write_text("person;anchor;date;study\nLN-2;screening;2024-03-01;\n")
    told = printed(*words)
    assert told.startswith("1 of 2 persons has no screening date")
    assert "screening 2024-03-01" in succeed("explain", STUDY, "LN-2", "--facts", out)
    with open_facts(out) as facts:
        rows = facts.rows("study_anchor").to_pylist()
    assert [(row["person_id"], row["anchor"], row["anchor_date"]) for row in rows] == [
        (1, "screening", date(2024, 3, 1))
    ]


def test_a_column_of_the_source_says_when_people_are_screened(omop: Path, tmp_path: Path) -> None:
    text = "person_id,signed\nLN-2,2024-02-03\nLN-2,2024-02-03\nLN-10,\nLN-77,2024-01-01\n"
    (omop / "consent.csv").write_text(text)
    rule = ("--screening-date", "column:consent.signed")
    succeed("facts", "import", "omop", omop, "--out", tmp_path / "clinic", *rule, "--study", STUDY)
    with open_facts(tmp_path / "clinic") as facts:
        (row,) = facts.rows("study_anchor").to_pylist()
    assert row["anchor_date"] == date(2024, 2, 3)
    for wrong, said in (
        ("LN-2,2024-02-04", "several days"),
        ("LN-10,03/04/2024", "are no days"),
    ):
        (omop / "consent.csv").write_text(f"{text}{wrong}\n")
        told = fail(6, "facts", "import", "omop", omop, "--out", tmp_path / "no", *rule)
        assert said in told
        assert not (tmp_path / "no").exists()
    for column, said in (("visits.day", "no table"), ("consent.day", "no such column")):
        rule = ("--screening-date", f"column:{column}")
        assert said in fail(6, "facts", "import", "omop", omop, "--out", tmp_path / "no", *rule)


def test_the_data_cut_screens_everybody_on_one_day(omop: Path, tmp_path: Path) -> None:
    rule = ("--screening-date", "data-cut", "--data-cut", "2024-05-31", "--study", STUDY)
    succeed("facts", "import", "omop", omop, "--out", tmp_path / "clinic", *rule)
    with open_facts(tmp_path / "clinic") as facts:
        days = facts.rows("study_anchor")["anchor_date"].to_pylist()
    assert days == [date(2024, 5, 31)] * 2


def test_coverage_by_rule_is_said_where_people_look(omop: Path, tmp_path: Path) -> None:
    (omop / "observation_period.csv").unlink()
    out, rule = tmp_path / "clinic", ("--coverage", "first-to-last-visit")
    told = succeed("facts", "import", "omop", omop, "--out", out, *rule)
    assert "by the rule first-to-last-visit" in " ".join(told.split())
    with open_facts(out) as facts:
        assert facts.manifest.source.endswith("; coverage by rule: first-to-last-visit")
        assert facts.rows("observation_period").num_rows == 2
    assert "no rule for coverage" in fail(
        6, "facts", "import", "omop", omop, "--out", tmp_path / "no", "--coverage", "always"
    )
