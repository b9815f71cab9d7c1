"""A published lupus trial tabulated through the functions of every study.

Wang D et al. Arthritis Res Ther 2014;16:R79 (doi 10.1186/ar4520): 40 patients given mesenchymal
stem cells and followed for a year. Table 2 lists all adverse events, table 1 patients 1 to 13.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from remit.analysis.rows.baseline_rows import describe_levels, describe_numbers
from remit.analysis.rows.incidence_rows import PersonEvents, describe_incidence, parts_in_order
from remit.analysis.rows.question import MethodQuestion
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers
from remit.views.table_plans import arm_columns, incidence_plan, levels_plan, numbers_plan
from remit.views.table_sheets import table_sheet

pytestmark = pytest.mark.shared
FOLDER = "data/trials/lupus_real"
ARM = "stem_cells"
HEAD = RowHead(study="wang2014", analysis="a", title="A", population="everyone treated")


def rows_of_file(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / FOLDER / f"wang2014_ucmsc_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answered(values: list[float], *, levels: tuple[str, ...] = ()) -> MethodQuestion:
    """Patients numbered from 1, as the paper does."""
    n = len(values)
    answers = VisitAnswers(
        "a", "", np.arange(1, n + 1, dtype=np.int64), tuple(map(str, range(1, n + 1))),
        np.full(n, ARM), np.array(values), np.ones(n, np.bool_), np.full(n, OBSERVED),
        levels=levels,
    )  # fmt: skip
    return MethodQuestion(answers, (ARM,), None, 0.95)


def test_adverse_events(shared: Path) -> None:
    listed = rows_of_file(shared, "table2_ae")
    days = np.array([float(row["time_days"]) for row in listed])
    events = PersonEvents(
        np.array([int(row["patient"]) for row in listed], np.int64),
        tuple((row["severity"], row["adverse_event"]) for row in listed),
        days,
    )
    deaths = {
        int(row["patient"]): float(row["time_days"])
        for row in listed
        if row["adverse_event"] == "Death"
    }
    question = answered([deaths.get(patient, 365.0) for patient in range(1, 41)])
    statistics = describe_incidence(question, events, rates=True)
    rows = result_rows(HEAD, question.answers, statistics)
    columns = arm_columns({ARM: "Stem cells"}, {ARM: 40}, events=True)
    plan = incidence_plan("a", parts_in_order(rows, (ARM,)), of_any="Any event")
    sheet = table_sheet(rows, plan, columns=columns, title="Adverse events")
    assert [(line.label[0], line.cells) for line in sheet.lines] == [
        ("Any event", ("6 (15.0 %)", "7")),
        ("AE", ("3 (7.5 %)", "4")),
        ("Herpesvirus infection", ("2 (5.0 %)", "3")),
        ("Tuberculosis infection", ("1 (2.5 %)", "1")),
        ("SAE", ("3 (7.5 %)", "3")),
        ("Death", ("3 (7.5 %)", "3")),
    ]
    # Watched for 37 years of 365 days, and 7, 256 and 192 days: three deaths in 13,960 days.
    (death,) = (r for r in rows if (r.part, r.statistic) == (("SAE", "Death"), "event rate"))
    assert death.value == pytest.approx(3 / (13_960 / 365.25) * 100)


def test_patients(shared: Path) -> None:
    listed = rows_of_file(shared, "table1_patients_1_to_13")
    outcomes = ("MCR", "PCR", "NR")
    found: list[ResultRow] = []
    for name, column in (("age", "age_yr"), ("sledai", "sledai_baseline")):
        question = answered([float(row[column]) for row in listed])
        head = RowHead(study="wang2014", analysis=name, title=name)
        found += result_rows(head, question.answers, describe_numbers(question))
    question = answered(
        [float(outcomes.index(row["outcome_12mo"])) for row in listed], levels=outcomes
    )
    head = RowHead(study="wang2014", analysis="outcome", title="outcome")
    found += result_rows(head, question.answers, describe_levels(question))
    plans = [
        *numbers_plan("Age (years)", "age"),
        *numbers_plan("SLEDAI", "sledai"),
        *levels_plan("At 12 months", "outcome", {level: level for level in outcomes}),
    ]
    columns = arm_columns({ARM: "Stem cells"}, {ARM: len(listed)})
    sheet = table_sheet(found, plans, columns=columns, title="Patients 1 to 13")
    # Sums by hand: ages 378, SLEDAI 170 of 13 patients.
    assert [line.cells[0].split(" (")[0] for line in sheet.lines] == [
        "", "13", "29.1", "26.0", "", "13", "13.1", "12.0", "", "2", "5", "6",
    ]  # fmt: skip
    assert sheet.lines[-1].cells == ("6 (46.2 %)",)
