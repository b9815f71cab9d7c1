"""A lupus study's persons at the first visit, through the functions that describe the pilot's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from statistics import mean, median, stdev

import pytest
from openpyxl import load_workbook

from remit.analysis.plan.estimand import estimand_of
from remit.analysis.rows.question import MethodQuestion
from remit.analysis.rows.row_files import read_rows
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.shift_rows import describe_shifts, from_start, in_bands
from remit.analysis.rows.study_baseline import StudyBaseline, study_baseline
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.analysis.rows.trial_answers import TrialAnswers, read_answers
from remit.analysis.rows.variables import answers_of
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.protocol.analysis_sections import Analysis
from remit.views.trial_tables import baseline_table

STUDY = "nct05631717"
ARMS = ("stem_cells", "interleukin_2")


@pytest.fixture(scope="module")
def trial(large_cohort: Facts) -> TrialAnswers:
    protocol = protocol_named(STUDY)
    return read_answers(protocol, large_cohort, protocol.analyses)


@pytest.fixture(scope="module")
def found(trial: TrialAnswers) -> StudyBaseline:
    return study_baseline(trial)


def value(found: StudyBaseline, name: str, statistic: str, arm: str, *part: str) -> float | None:
    (row,) = (
        row
        for row in found.rows
        if (row.analysis, row.statistic, row.arm, row.versus, row.part)
        == (f"baseline_{name}", statistic, arm, "", part)
    )
    return row.value


def test_ages_and_sexes_are_those_of_the_dataset(
    large_cohort: Facts, trial: TrialAnswers, found: StudyBaseline
) -> None:
    visits = trial.study.visits
    days = {
        int(person): date(1970, 1, 1) + timedelta(days=int(day.astype("datetime64[D]").astype(int)))
        for person, day, place in zip(
            visits.visits.person, visits.visits.day, visits.place.tolist(), strict=True
        )
        if place == 0
    }
    people = {
        row["person_id"]: row
        for row in large_cohort.rows("person").to_pylist()
        if row["person_id"] in days
    }
    for arm in ARMS:
        here = [p for p, a in zip(trial.persons.tolist(), trial.arm, strict=True) if a == arm]
        ages = []
        for person in here:
            row, day = people[person], days[person]
            born = (row["month_of_birth"], row["day_of_birth"])
            ages.append(day.year - row["year_of_birth"] - ((day.month, day.day) < born))
        assert value(found, "age", "mean", arm) == pytest.approx(mean(ages))
        assert value(found, "age", "standard deviation", arm) == pytest.approx(stdev(ages))
        assert value(found, "age", "median", arm) == median(ages)
        women = sum(people[person]["gender_concept_id"] == 8532 for person in here)
        assert value(found, "sex", "count", arm, "female") == women


def test_every_person_and_every_quantity_of_the_plan_is_described(
    trial: TrialAnswers, found: StudyBaseline
) -> None:
    assert sum(found.numbers.values()) == len(trial.persons)
    names = [one.name for one in found.characteristics]
    assert names[:2] == ["baseline_age", "baseline_sex"]
    assert len(names) == 2 + len(trial.quantities)
    assert len({row.id for row in found.rows}) == len(found.rows)
    for row in found.rows:
        if not row.versus and row.statistic in {"mean", "count"}:
            assert row.n + row.missing == (found.numbers[row.arm] if row.arm else 40), row.id


def test_the_table_of_the_first_visit(found: StudyBaseline) -> None:
    sheet = baseline_table(found)
    heads = [column.head for column in sheet.columns]
    assert heads[0].endswith("(N=20)")
    assert heads[2] == "All\n(N=40)"
    first = sheet.lines[0]
    assert first.label == ("Age (years)",)
    assert first.cells[:3] == ("", "", "")
    assert first.cells[3]
    assert [line.label[0] for line in sheet.lines[1:4]] == ["n", "Mean (SD)", "Median (range)"]
    assert [line.label[0] for line in sheet.lines[4:7]] == ["Sex", "Female", "Male"]
    assert sheet.population == "everyone taken into the study"


def test_shifts_of_a_score_from_the_first_visit(trial: TrialAnswers) -> None:
    protocol = trial.study.protocol
    planned = next(
        one
        for one in protocol.analyses
        if one.quantity is not None and one.quantity.name == "sledai_2k"
    )
    visits = (trial.study.visits.ids[0], "week_24")
    wanted = {**planned.model_dump(), "visits": visits}
    wanted["quantity"] = {**wanted["quantity"], "change": False}
    analysis = Analysis.model_validate(wanted)
    levels = ("below 6", "6 to 11", "12 and more")
    start, later = (
        in_bands(found, (6.0, 12.0), levels)
        for found in answers_of(analysis, estimand_of(analysis, protocol), trial)
    )
    found = from_start(later, start)
    question = MethodQuestion(found, trial.arms, None, 0.95)
    head = RowHead(study=protocol.id, analysis=analysis.id, title="SLEDAI-2K")
    rows = result_rows(head, found, describe_shifts(question, levels))
    counts = {
        (row.arm, row.part): row.value for row in rows if row.statistic == "count" and row.part
    }
    both = {(arm, begun, ended): 0 for arm in trial.arms for begun in levels for ended in levels}
    first = dict(
        zip(start.person.tolist(), start.to_arrow().column("answer").to_pylist(), strict=True)
    )
    for person, arm, ended in zip(
        later.person.tolist(), later.arm.tolist(), later.to_arrow().column("answer").to_pylist(),
        strict=True,
    ):  # fmt: skip
        if first[person] is not None and ended is not None:
            both[arm, first[person], ended] += 1
    assert sum(both.values()) > 10
    for (arm, begun, ended), number in both.items():
        assert counts[arm, (begun, ended)] == number


def test_baseline_rows_are_written_traced_and_printed(
    analysed: TrialAnalysis, printed: Path
) -> None:
    result, out = analysed, printed
    assert result.baseline is not None
    written = read_rows(out)
    assert written == result.all_rows
    assert len({row.id for row in written}) == len(written)
    assert {row.plan_hash for row in written} == {result.rows[0].plan_hash}
    found = trace_row(out, "baseline_sex.baseline.stem_cells.count.female.count")
    assert found.row.part == ("female",)
    assert len(found.lines) == 20
    assert sum(line.value == 0 for line in found.lines) == found.row.value
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "<caption>Persons at baseline</caption>" in page
    text = (out / "tables.rtf").read_text(encoding="ascii")
    assert "Persons at baseline" in text
    book = load_workbook(out / "tables.xlsx")
    assert "Persons at baseline" in book.sheetnames
    assert len(book.sheetnames) == page.count("<caption>")
