"""Rows in cells: rounding, patterns, and the usual tables of a trial line by line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.analysis.rows.result_row import ResultRow
from remit.views.cell_patterns import CellPattern
from remit.views.table_plans import (
    arm_columns,
    disposition_plan,
    incidence_plan,
    levels_plan,
    numbers_plan,
    shift_columns,
    shift_plan,
)
from remit.views.table_sheets import LinePlan, TableColumn, table_sheet

BLANK = ResultRow(
    id="", study="made", analysis="a", title="A", role="safety", population="safety", estimand="",
    definition="", definition_hash="", visit="", at=None, arm="", versus="", method="count",
    part=(), statistic="", unit="", value=None, low=None, high=None, level=None, n=40, missing=2,
    warnings=(), reference="counted", source_hash="", plan_hash="", plan="",
)  # fmt: skip


def row(
    statistic: str,
    value: float | None,
    *,
    arm: str = "x",
    versus: str = "",
    part: tuple[str, ...] = (),
    method: str = "count",
    low: float | None = None,
    high: float | None = None,
    warnings: tuple[str, ...] = (),
) -> ResultRow:
    return replace(
        BLANK,
        id=".".join([*part, arm, versus, method, statistic]),
        statistic=statistic,
        value=value,
        arm=arm,
        versus=versus,
        part=part,
        method=method,
        low=low,
        high=high,
        warnings=warnings,
    )


@pytest.mark.parametrize(
    ("pattern", "rows", "text"),
    [
        ("{mean:1}", [row("mean", 42.65)], "42.7"),
        ("{mean:1}", [row("mean", -0.04)], "0.0"),
        ("{mean:1} ({standard deviation:2})", [row("mean", 2.25)], "2.3 (–)"),
        ("{mean.n} of {mean.missing}", [row("mean", 1)], "40 of 2"),
        ("{count:0} ({proportion:%1} %)", [row("count", 1), row("proportion", 0.425)],
         "1 (42.5 %)"),
        ("{proportion:%0}", [row("proportion", 0.005)], "1"),
        ("{proportion:<0}", [row("proportion", 0.005)], "<1"),
        ("{proportion:<0}", [row("proportion", 0.0)], "0"),
        ("{proportion:<0}", [row("proportion", 0.01)], "1"),
        ("{p:p4}", [row("p", 0.00004)], "<0.0001"),
        ("{p:p4}", [row("p", 0.00005)], "0.0001"),
        ("{p:p3}", [row("p", None)], "–"),
        ("{d.low:1} to {d.high:1}", [row("d", 1, low=-1.25, high=3)], "-1.3 to 3.0"),
        ("{fisher_test/p:p2}", [row("p", 0.04, method="fisher_test"), row("p", 0.5)], "0.04"),
        ("{median:1}", [row("mean", 1)], ""),
    ],
)  # fmt: skip
def test_a_cell(pattern: str, rows: list[ResultRow], text: str) -> None:
    assert CellPattern(pattern).written(rows) == text


def test_a_cell_of_nothing() -> None:
    none = CellPattern("{count:0} ({proportion:%1} %)", none="{count:0}", absent="not counted")
    assert none.written([row("count", 0), row("proportion", 0.0)]) == "0"
    assert none.written([row("count", 0), row("proportion", None)]) == "0"
    assert none.written([]) == "not counted"


@pytest.mark.parametrize("text", ["", "mean", "{mean:1} {", "{mean:x}", "{mean.width}"])
def test_a_pattern_without_places_is_refused(text: str) -> None:
    with pytest.raises(LookupError, match="no places"):
        CellPattern(text).written([row("mean", 1)])


def test_two_rows_for_one_place_are_refused() -> None:
    two = [row("p", 0.1, method="fisher_test"), row("p", 0.2, method="pearson_chi_square")]
    with pytest.raises(LookupError, match="name the method"):
        CellPattern("{p:p4}").written(two)


def test_lines_and_columns() -> None:
    rows = [
        row("mean", 1.04, warnings=("1 of 40: imputed",)),
        row("mean", 2.05, arm="y"),
        row("difference", -1.01, arm="x", versus="y", low=-2, high=-0.02),
        row("p", 0.049, arm=""),
        row("mean", 7.0, arm="unseen", warnings=("of a column that is not there",)),
    ]
    columns = (
        TableColumn("X", "x"),
        TableColumn("Y", "y"),
        TableColumn("X less Y", "x", "y", pattern="between"),
        TableColumn("p", pattern="p"),
    )
    patterns = {
        "arm": CellPattern("{mean:1}"),
        "between": CellPattern("{difference:2}"),
        "p": CellPattern("{p:p3}"),
    }
    plans = [LinePlan(("Weight",)), LinePlan(("Mean",), "a", patterns=patterns, indent=1)]
    sheet = table_sheet(rows, plans, columns=columns, title="Weight", footnotes=("Fasting.",))
    assert [line.cells for line in sheet.lines] == [
        ("", "", "", ""),
        ("1.0", "2.1", "-1.01", "0.049"),
    ]
    assert sheet.lines[1].indent == 1
    assert sheet.population == "safety"
    assert sheet.footnotes == ("Fasting.", "1 of 40: imputed")


def test_the_usual_tables() -> None:
    arms, numbers = {"x": "New", "y": "Old"}, {"x": 40, "y": 41}
    rows = [
        row("mean", 50.25), row("standard deviation", 9.875), row("median", 51.0),
        row("lowest", 20.0), row("highest", 80.0), row("p", 0.3, arm="", method="ancova"),
        row("count", 3, part=("f",)), row("proportion", 0.075, part=("f",)),
    ]  # fmt: skip
    columns = arm_columns(arms, numbers, together=True, p=True)
    assert [column.head for column in columns] == [
        "New\n(N=40)",
        "Old\n(N=41)",
        "All\n(N=81)",
        "p",
    ]
    plans = [*numbers_plan("Age", "a"), *levels_plan("Sex", "a", {"f": "Female"})]
    sheet = table_sheet(rows, plans, columns=columns, title="Baseline")
    found = [(line.label[0], line.cells[0], line.cells[-1]) for line in sheet.lines]
    assert found == [
        ("Age", "", "0.3000"),
        ("n", "40", ""),
        ("Mean (SD)", "50.3 (9.88)", ""),
        ("Median (range)", "51.0 (20.0 to 80.0)", ""),
        ("Sex", "", "0.3000"),
        ("Female", "3 (7.5 %)", ""),
    ]


def test_tables_of_events_ends_and_shifts() -> None:
    arms, numbers = {"x": "New", "y": "Old"}, {"x": 40, "y": 41}
    part = ("skin", "rash")
    rows = [
        row("count", 4, part=part), row("proportion", 0.1, part=part), row("events", 6, part=part),
        row("count", 0, part=part, arm="y"), row("proportion", 0.0, part=part, arm="y"),
        row("events", 0, part=part, arm="y"),
        row("risk difference", 0.1, part=part, versus="y", low=0.0011, high=0.23),
        row("p", 0.0555, part=part, versus="y", method="fisher_test"),
        row("count", 30, part=("completed",)), row("proportion", 0.75, part=("completed",)),
        row("count", 9, part=("low",)), row("count", 3, part=("low", "high")),
        row("proportion", 1 / 3, part=("low", "high")),
    ]  # fmt: skip
    columns = arm_columns(arms, numbers, events=True, difference=("x", "y"), p=True)
    lines = incidence_plan("a", [(), ("skin",), part], of_any="Any event")
    sheet = table_sheet(rows, lines, columns=columns, title="Events")
    assert [(line.label, line.indent) for line in sheet.lines] == [
        (("Any event",), 0),
        (("skin",), 0),
        (("rash",), 1),
    ]
    cells = ("4 (10.0 %)", "6", "0", "", "10.0 (0.1 to 23.0)", "0.0555")
    assert sheet.lines[2].cells == cells
    ends = table_sheet(
        rows,
        disposition_plan("a", {"moved": "Moved away"}),
        columns=arm_columns(arms, numbers),
        title="Ends",
    )
    assert [line.label[0] for line in ends.lines] == [
        "Completed",
        "Ended early",
        "Moved away",
        "No end known",
    ]
    assert ends.lines[0].cells == ("30 (75.0 %)", "")
    starts = {"low": "Low", "high": "High"}
    shifts = table_sheet(
        rows,
        shift_plan("Platelets", "a", starts, {"high": "High"}),
        columns=shift_columns(arms, numbers, starts),
        title="Shifts",
    )
    assert shifts.lines[0].cells[:2] == ("9", "")
    assert shifts.lines[1].cells[:2] == ("3 (33.3 %)", "")
