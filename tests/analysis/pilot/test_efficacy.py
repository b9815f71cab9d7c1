"""Tables 14-3.01 to 14-3.13: scores at baseline and later, and what the arms differ in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from remit.analysis.methods import repeated_measures as model
from remit.analysis.methods.residual_covariance import CovarianceStructure
from remit.analysis.rows.adjusted_statistics import (
    OVERALL,
    adjusted_means,
    dose_response,
    repeated_means,
)
from remit.analysis.rows.baseline_rows import describe_levels, describe_numbers
from remit.analysis.rows.question import Statistic
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_heads import result_rows
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.views.cell_patterns import CellPattern
from remit.views.rounded import rounded
from remit.views.table_sheets import LinePlan, TableColumn, TableSheet, table_sheet

from .pilot_data import (
    ARMS,
    HIGH,
    LOW,
    PLACEBO,
    Row,
    Rows,
    adam,
    answers,
    asked,
    head,
    number,
    persons,
)  # fmt: skip
from .published_cells import (
    Comparison,
    Difference,
    held_against,
    printed_numbers,
    published,
    with_old_rounding,
)  # fmt: skip

pytestmark = pytest.mark.shared
Floats = npt.NDArray[np.float64]
Kept = Callable[[Row], bool]
DOSES = {PLACEBO: 0.0, LOW: 54.0, HIGH: 81.0}
PAIRS = ((LOW, PLACEBO), (HIGH, PLACEBO), (HIGH, LOW))
COLUMNS = tuple(TableColumn(arm, arm, pattern=arm) for arm in ARMS)
DESCRIBED = {
    "n": CellPattern("{mean.n}"),
    "Mean (SD)": CellPattern("{mean:1} ({standard deviation:2})"),
    "Median (Range)": CellPattern("{median:1} ({lowest:0};{highest:0})"),
}
COMPARED = {
    "p-value": CellPattern("{p:3}"),
    "Diff of LS Means (SE)": CellPattern("{difference:1} ({standard error:2})"),
    "95% CI": CellPattern("({difference.low:1};{difference.high:1})"),
}


def described_lines(found: VisitAnswers, label: str) -> Iterator[LinePlan]:
    """A heading, and below it the numbers of each arm."""
    yield LinePlan((label,))
    for name, cell in DESCRIBED.items():
        patterns = dict.fromkeys(ARMS, cell)
        yield LinePlan((name,), found.analysis, found.visit, patterns=patterns, indent=1)


def compared_lines(found: VisitAnswers, *, notes: bool = True) -> Iterator[LinePlan]:
    """The differences from placebo, each under its arm, then the one between the doses."""
    marks = " [1][3]" if notes else ""
    between = (
        ("p-value(Xan - Placebo)", {LOW: (LOW, PLACEBO), HIGH: (HIGH, PLACEBO)}),
        ("p-value(Xan High - Xan Low)", {HIGH: (HIGH, LOW)}),
    )
    for label, pairs in between:
        for name, cell in COMPARED.items():
            text = f"{label}{marks}" if name == "p-value" else name
            patterns = {arm: replace(cell, arms=pair) for arm, pair in pairs.items()}
            yield LinePlan((text,), found.analysis, found.visit, patterns=patterns)


def trend_line(found: VisitAnswers) -> LinePlan:
    patterns = {HIGH: CellPattern("{trend_analysis/p:3}", arms=())}
    text = "p-value(Dose Response) [1][2]"
    return LinePlan((text,), found.analysis, found.visit, patterns=patterns)


def scores(shared: Path, name: str, kept: Kept) -> Rows:
    return [row for row in adam(shared, name) if row["EFFFL"] == "Y" and kept(row)]


def at(rows: Rows, visit: int) -> Rows:
    return [row for row in rows if number(row["AVISITN"]) == visit]


def answered(
    rows: Rows, value: str | Callable[[Row], object], analysis: str, *, baseline: bool = False
) -> VisitAnswers:
    return answers(
        rows,
        value,
        analysis=analysis,
        arm="TRTP",
        baseline=("BASE",) if baseline else (),
        strata="SITEGR1",
    )


def described_rows(found: VisitAnswers) -> tuple[ResultRow, ...]:
    return result_rows(
        head(found.analysis, population="efficacy"), found, describe_numbers(asked(found))
    )


def modelled_rows(found: VisitAnswers) -> tuple[ResultRow, ...]:
    question = asked(found)
    statistics = (*adjusted_means(question, PAIRS), *dose_response(question, DOSES))
    return result_rows(head(found.analysis, population="efficacy"), found, statistics)


def covariance_table(shared: Path, rows: Rows, number_: str, visit: int) -> Comparison:
    """Baseline, a visit, the change, and the analysis of covariance of the change."""
    start = answered(at(rows, 0), "AVAL", "baseline")
    then = answered(at(rows, visit), "AVAL", "visit")
    change = answered(at(rows, visit), "CHG", "change", baseline=True)
    found = [row for one in (start, then, change) for row in described_rows(one)]
    found += modelled_rows(change)
    plans = [
        *described_lines(start, "Baseline"),
        *described_lines(then, f"Week {visit}"),
        *described_lines(change, "Change from Baseline"),
        trend_line(change),
        *compared_lines(change),
    ]
    return compared(shared, number_, found, plans, of=rows)


def compared(
    shared: Path,
    number_: str,
    rows: Sequence[ResultRow],
    plans: Sequence[LinePlan],
    *,
    of: Rows,
) -> Comparison:
    """Args:
    of: the records of the persons of whom the head of the table gives the number.
    """
    numbers = persons(of, arm="TRTP")
    assert printed_numbers(shared, number_) == numbers
    printed = published(shared, number_, {1: f"Placebo (N={numbers[0]})"})

    def held() -> Comparison:
        sheet = table_sheet(rows, plans, columns=COLUMNS, title=number_)
        return held_against(sheet, printed, labels=1)

    found = held()
    # Where a cell comes out otherwise at all, it does by R 3.6's rounding of halves.
    assert with_old_rounding(held) == Comparison(found.compared, ())
    return found


def adas(row: Row) -> bool:
    return row["PARAMCD"] == "ACTOT" and row["ANL01FL"] == "Y"


TABLES: Mapping[str, tuple[int, Kept]] = {
    "14-3.01": (24, lambda row: adas(row) and row["ITTFL"] == "Y"),
    "14-3.03": (8, lambda row: adas(row) and row["ITTFL"] == "Y"),
    "14-3.07": (24, lambda row: adas(row) and row["COMP24FL"] == "Y" and row["DTYPE"] != "LOCF"),
    "14-3.08": (24, lambda row: adas(row) and row["SEX"] == "M"),
}


@pytest.mark.parametrize("name", TABLES)
def test_change_of_adas_cog(shared: Path, name: str) -> None:
    visit, kept = TABLES[name]
    rows = scores(shared, "adqsadas", kept)
    assert covariance_table(shared, rows, name, visit) == Comparison(37, ())


def test_cibic_at_week_24(shared: Path) -> None:
    def kept(row: Row) -> bool:
        return (row["ITTFL"], row["PARAMCD"], row["ANL01FL"]) == ("Y", "CIBICVAL", "Y")

    everyone = scores(shared, "adqscibc", kept)
    found = answered(at(everyone, 24), "AVAL", "cibic")
    plans = [*described_lines(found, "Week 24"), trend_line(found), *compared_lines(found)]
    rows = [*described_rows(found), *modelled_rows(found)]
    assert compared(shared, "14-3.02", rows, plans, of=everyone) == Comparison(19, ())


def test_mean_npi_x(shared: Path) -> None:
    def kept(row: Row) -> bool:
        return (row["ITTFL"], row["PARAMCD"]) == ("Y", "NPTOTMN")

    def change(row: Row) -> object:
        after, before = number(row["AVAL"]), number(row["BASE"])
        return None if after is None or before is None else after - before

    rows = scores(shared, "adqsnpix", kept)
    start = answered(at(rows, 0), "AVAL", "baseline")
    then = answered(at(rows, 98), "AVAL", "mean")
    changed = answered(at(rows, 98), change, "change", baseline=True)
    plans = [
        *described_lines(start, "Baseline"),
        *described_lines(then, "Mean of Weeks 4-24"),
        trend_line(changed),
        *compared_lines(changed),
    ]
    found = [*described_rows(start), *described_rows(then), *modelled_rows(changed)]
    # The median is 3.25.
    half = Difference("Median (Range)", 1, "3.2 ( 0;49)", "3.3 (0;49)")
    assert compared(shared, "14-3.12", found, plans, of=rows) == Comparison(28, (half,))


def repeated(shared: Path) -> tuple[dict[str, VisitAnswers], dict[str, list[Statistic]]]:
    rows = scores(shared, "adqsadas", lambda row: adas(row) and row["DTYPE"] != "LOCF")
    visits = {
        visit: replace(answered(at(rows, visit), "CHG", "mmrm", baseline=True), visit=str(visit))
        for visit in (8, 16, 24)
    }
    everyone = answered(at(rows, 0), "AVAL", "mmrm")
    visits = {visit: persons_of(found, everyone) for visit, found in visits.items()}
    found: dict[str, list[Statistic]] = {}
    questions = [asked(one) for one in visits.values()]
    for statistic in repeated_means(questions, PAIRS, times=WEEKS.tolist(), over_visits=True):
        found.setdefault(str(statistic.visit), []).append(statistic)
    of_visits = {found.visit: found for found in visits.values()}
    return {**of_visits, OVERALL: replace(everyone, visit=OVERALL)}, found


def persons_of(found: VisitAnswers, everyone: VisitAnswers) -> VisitAnswers:
    """The same answers, with the numbers by which all visits know a person."""
    places = dict(zip(everyone.name, everyone.person.tolist(), strict=True))
    return replace(found, person=np.array([places[name] for name in found.name], np.int64))


def mmrm_sheet(shared: Path, visit: str) -> TableSheet:
    of_visits, statistics = repeated(shared)
    found = of_visits[visit]
    rows = result_rows(head("mmrm", population="efficacy"), found, statistics[visit])
    means = CellPattern("{adjusted mean:1} ({standard error:2})")
    plans = [
        LinePlan(("LS Means (SE)",), "mmrm", visit, patterns=dict.fromkeys(ARMS, means)),
        *compared_lines(found, notes=False),
    ]
    return table_sheet(rows, plans, columns=COLUMNS, title="14-3.11")


WEEKS = np.array([8.0, 16.0, 24.0])


def lines_of_persons() -> CovarianceStructure:
    """A level and a slope over weeks of each person, and an error: what the printed table fitted.

    The two vary together without limit: the likeliest variance of slopes for itself would be
    negative, so that the fit of the table stands where level and slope hang together entirely.
    """

    def reach(parameters: Floats) -> Floats:
        return np.asarray(parameters[0] + parameters[1] * WEEKS)

    def matrix(parameters: Floats, _: int) -> Floats:
        along = reach(parameters)
        return np.asarray(np.outer(along, along) + parameters[2] * np.eye(3))

    def slopes(parameters: Floats, _: int) -> Floats:
        along = reach(parameters)
        turned = [np.outer(one, along) for one in (np.ones(3), WEEKS)]
        return np.stack([*(one + one.T for one in turned), np.eye(3)])

    def start(rough: Floats) -> Floats:
        return np.array([0.5 * np.sqrt(rough[0, 0]), 0.01, 0.5 * rough[0, 0]])

    return CovarianceStructure("unstructured", "lines of persons", start, matrix, slopes)


def test_repeated_measures_of_adas_cog(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The table says "at Week 24"; what it prints is averaged over weeks 8, 16 and 24, and its model
    # has a line for each person where the plan has an unstructured covariance.
    printed = published(shared, "14-3.11", {1: "Placebo (N=79)"})
    rows = scores(shared, "adqsadas", adas)
    assert printed_numbers(shared, "14-3.11") == persons(rows, arm="TRTP")
    week_24 = held_against(mmrm_sheet(shared, "24"), printed, labels=1)
    assert (week_24.compared, week_24.equal) == (12, 0)
    monkeypatch.setattr(model, "STRUCTURES", (lines_of_persons(),))
    assert held_against(mmrm_sheet(shared, OVERALL), printed, labels=1) == Comparison(12, ())


def test_repeated_measures_are_those_of_sas(shared: Path) -> None:
    # PROC MIXED, TYPE=UN, DDFM=KR: issue 6 of github.com/atorus-research/CDISC_pilot_replication.
    _, statistics = repeated(shared)
    found = {(one.name, one.arms): one.estimate.value for one in statistics["24"]}
    assert [rounded(found["adjusted mean", (arm,)], 4) for arm in ARMS] == [
        "2.3291",
        "1.7352",
        "1.5009",
    ]
    for pair, difference, p in ((PAIRS[0], "-0.5939", "0.5600"), (PAIRS[1], "-0.8282", "0.4403")):
        assert rounded(found["difference", pair], 4) == difference
        assert rounded(found["p", pair], 4) == p


CIBIC = (
    "Marked improvement",
    "Moderate improvement",
    "Minimal improvement",
    "No Change",
    "Minimal worsening",
    "Moderate worsening",
    "Marked worsening",
)


def test_categories_of_cibic(shared: Path) -> None:
    def kept(row: Row) -> bool:
        return (row["ITTFL"], row["ANL01FL"]) == ("Y", "Y")

    def category(row: Row) -> object:
        return CIBIC[int(number(row["AVAL"]) or 0) - 1]

    everyone = scores(shared, "adqscibc", kept)
    rows: list[ResultRow] = []
    plans = []
    count = CellPattern("{count:0} ({proportion:<0}%)", none="{count:0}")
    for visit in (8, 16, 24):
        name = f"Week {visit}"
        found = answers(
            at(everyone, visit), category,
            analysis=name, arm="TRTP", levels=CIBIC, strata="SITEGR1",
        )  # fmt: skip
        tests = describe_levels(asked(found), tests=("row_mean_scores",))
        rows += result_rows(head(name, population="efficacy"), found, tests)
        n = {"arm": CellPattern("{count.n}"), "p": CellPattern("{p:4}", part=())}
        plans.append(LinePlan((name, "n"), name, part=(CIBIC[0],), patterns=n))
        plans += [LinePlan(("", w), name, part=(w,), patterns={"arm": count}) for w in CIBIC]
    columns = (*(TableColumn(arm, arm) for arm in ARMS), TableColumn("p-value", pattern="p"))
    sheet = table_sheet(rows, plans, columns=columns, title="14-3.13")
    printed = published(shared, "14-3.13", {1: "Assessment", 2: "Placebo (N=79)"})
    assert printed_numbers(shared, "14-3.13") == persons(everyone, arm="TRTP")
    assert held_against(sheet, printed, labels=2) == Comparison(75, ())
