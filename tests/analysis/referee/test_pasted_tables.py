"""Tables as pages print them: cells are read as the table says what they are, or not at all."""

from __future__ import annotations

import pytest

from analysis.referee.ruled_rows import refereed
from remit.analysis.referee.rulings import RefereedNumber, Ruling
from remit.errors import PrintedTableError

HEAD = "Endpoint\tActive (n = 70)\tPlacebo (N=80)"


def numbers(text: str, name: str = "t.txt") -> dict[str, RefereedNumber]:
    return {one.number: one for one in refereed(text, name).numbers}


def texts(*rows: str, head: str = HEAD) -> dict[str, str]:
    return {key: one.printed for key, one in numbers("\n".join([head, *rows])).items()}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("CR, n (%)\t56 (80.0)\t48 (60.0)", {"x": "56", "pct": "80.0"}),
        ("CR, no. (%)\t56 (80.0)\t48 (60.0)", {"x": "56", "pct": "80.0"}),
        ("CR, % (n)\t80.0 (56)\t60.0 (48)", {"x": "56", "pct": "80.0"}),
        ("CR\t56/70 (80.0)\t48/80 (60.0)", {"x": "56", "n": "70", "pct": "80.0"}),
        ("CR\t56/70 (80.0%)\t48/80", {"x": "56", "n": "70", "pct": "80.0%"}),
        ("CR\t56 (80.0%)\t48 (60.0%)", {"x": "56", "pct": "80.0%"}),
        ("CR, n (%)\t56 [80·0]\t48 [60·0]", {"x": "56", "pct": "80.0"}),
        ("CR, %\t80,0\t60,0", {"pct": "80,0"}),
        ("CR\t80.0%\t60.0%", {"pct": "80.0%"}),
        ("Age, mean (SD)\t33.1 (10.2)\t36.4 (11.9)", {"mean": "33.1", "sd": "10.2"}),
        ("Age, mean ± SD\t33.1 ± 10.2\t36.4±11.9", {"mean": "33.1", "sd": "10.2"}),
        ("Age, mean ± SEM\t33.1 ± 10.2\t36.4±11.9", {"mean": "33.1", "se": "10.2"}),
        ("C3, median (IQR)\t0.8 (0.5–1.1)\t0.9 (0.6–1.2)", {"median": "0.8", "q1": "0.5"}),
        ("C3, median [range]\t0.8 [0.5, 1.1]\t0.9 [0.6, 1.2]", {"min": "0.5", "max": "1.1"}),
    ],
)
def test_cells_whose_table_says_what_they_are(row: str, expected: dict[str, str]) -> None:
    found = texts(row)
    for what, text in expected.items():
        assert found[f"Active {what}"] == text


@pytest.mark.parametrize(
    "row",
    [
        "CR\t56 (80.0)\t48 (60.0)",  # n (%) or mean (SD)?
        "Age\t33.1 ± 10.2\t36.4 ± 11.9",  # a deviation or an error?
        "C3\t0.8 (0.5–1.1)\t0.9 (0.6–1.2)",  # quartiles, extremes or an interval?
        "CR\t56\t48",
    ],
)
def test_cells_that_may_be_two_things_stay_and_say_what_is_missing(row: str) -> None:
    found = numbers(f"{HEAD}\n{row}")
    left = [one for one in found.values() if one.ruling is Ruling.NOT_CHECKABLE]
    assert len(left) >= 2
    assert all("add `n (%)`" in one.arithmetic[0] for one in left)


def test_what_a_note_says_is_said_of_cells_that_nothing_else_explains() -> None:
    note = "Values are n (%) or mean ± SD"
    found = texts("Age, years\t33.1 ± 10.2\t36.4 ± 11.9", "CR\t56 (80.0)\t48 (60.0)", note)
    assert (found["Active mean"], found["Active sd"]) == ("33.1", "10.2")
    assert found["Active pct"] == "80.0"
    both = "Values are n (%) or mean (SD)"
    left = numbers(f"{HEAD}\nCR\t56 (80.0)\t48 (60.0)\n{both}")
    assert any("add `n (%)`" in one.arithmetic[0] for one in left.values())


def test_a_head_of_counts_makes_no_count_of_a_mean() -> None:
    head = "Endpoint\tActive (n=70), n (%)\tPlacebo (n=80), n (%)"
    found = numbers(f"{head}\nAge\t33.1 ± 10.2\t36.4 (11.9)\nCR\t56 (80.0)\t48 (60.0)")
    assert {one.ruling for one in found.values()} <= {
        Ruling.REPRODUCED,
        Ruling.NOT_CHECKABLE,
        Ruling.GIVEN,
    }


def test_what_a_head_says_is_said_of_its_column() -> None:
    head = "Endpoint\tActive (n=70), n (%)\tPlacebo (n=80), n (%)"
    found = texts("CR\t56 (80.0)\t48 (60.0)", head=head)
    assert found["Active pct"] == "80.0"
    assert found["Placebo n"] == "80"


def test_a_second_line_of_heads() -> None:
    found = texts(
        "\t(n = 70)\t(n = 80)", "\tn (%)\tn (%)", "CR\t56 (80.0)\t48 (60.0)", head="\tA\tB"
    )
    assert (found["A n"], found["A x"], found["B pct"]) == ("70", "56", "60.0")


def test_columns_of_estimates_and_p() -> None:
    head = f"{HEAD}\tRisk difference\t95% CI\tOR (90% CI)\tP-value†"
    row = "CR, n (%)\t56 (80.0)\t48 (60.0)\t20.0\t5.2, 33.4\t2.67 (1.4–5.0)\t0.013"
    found = numbers(f"{head}\n{row}")
    assert found["Risk difference"].ruling is Ruling.REPRODUCED
    assert found["95% CI ci"].by == ("Newcombe",)
    assert found["OR (90% CI)"].ruling is Ruling.REPRODUCED
    assert found["p"].ruling is Ruling.REPRODUCED


@pytest.mark.parametrize(
    "text",
    [
        "| Endpoint | A (n=70) | B (n=80) |\n|---|---|---|\n| CR, n (%) | 56 (80.0) | 48 (60.0) |",
        "Endpoint      A (n=70)    B (n=80)\nCR, n (%)     56 (80.0)   48 (60.0)\n",
        "Endpoint\tA (n=70)\tB (n=80)\r\nCR, n (%)\t56 (80.0)\t48 (60.0)\r\n",
    ],
)
def test_columns_are_parted_by_bars_gaps_or_tabs(text: str) -> None:
    found = numbers(text)
    assert found["A pct"].ruling is Ruling.REPRODUCED
    assert found["B pct"].ruling is Ruling.REPRODUCED


def test_titles_methods_sections_and_notes() -> None:
    text = f"""Table 2. Results
{HEAD}\tP
Efficacy
CR, n (%)\t56 (80.0)\t48 (60.0)\t0.02*
Method: Fisher's exact test
* A footnote
"""
    found = refereed(text, "t.txt").tables[0].table
    assert found.title == "Table 2. Results"
    assert found.method == "Fisher's exact test"
    assert found.notes == ("* A footnote",)
    assert found.rows[0].subgroup == "Efficacy"


def test_merged_cells_name_their_line() -> None:
    with pytest.raises(PrintedTableError) as error:
        numbers(f"{HEAD}\nCR, n (%)\t56 (80.0)\t48 (60.0)\nPR, n (%)\t8 (11.4)\n")
    assert "t.txt:3" in str(error.value)
    assert "merged" in str(error.value)


def test_sheets_part_tables_by_their_id() -> None:
    text = "id;method;endpoint;x_a;n_a;pct_a\nt1;;CR;56;70;80,0\nt2;crude;CR;1;3;33,3\n"
    found = refereed(text, "t.csv")
    assert [table.table.id for table in found.tables] == ["t1", "t2"]
    assert found.tables[1].table.method == "crude"
    percents = [one for one in found.numbers if one.number == "pct_a"]
    assert {one.ruling for one in percents} == {Ruling.REPRODUCED}
    assert all("decimal comma" in one.arithmetic[-1] for one in percents)
    assert [one.line for one in percents] == [2, 3]
