"""Results in a notebook: one short line, small HTML, and rows for other libraries."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import remit
from remit.endpoints.study_responses import StudyAdjudication
from remit.errors import InstrumentError, OutputError
from remit.facts.opened import Facts
from remit.registry import fixture_pages
from remit.result_table import ResultTable
from remit.screening import Screening

SHORT = 200  # characters of a repr


@pytest.fixture(scope="module")
def facts(cohort_of: Callable[[int, int], Facts]) -> Facts:
    return cohort_of(400, 1)


@pytest.fixture(scope="module")
def screening(facts: Facts) -> Screening:
    return remit.screen("nct06167174", facts)


@pytest.fixture(scope="module")
def responses(facts: Facts) -> StudyAdjudication:
    return remit.adjudicate("nct05631717", facts, definition="all")


def in_a_notebook(shown: Any) -> str:
    html = shown._repr_html_()
    assert isinstance(html, str)
    return html


def test_each_result_is_one_short_line_and_small_html(
    facts: Facts, screening: Screening, responses: StudyAdjudication
) -> None:
    explanation = remit.explain(screening, 14)
    shown: list[object] = [
        facts,
        remit.open_protocol("nct06167174"),
        screening,
        explanation,
        responses,
        remit.compare(responses, "week_24"),
        remit.score("sledai_2k", {"seizure": "present"}),
        remit.score_visits("sledai_2k", pa.table({"seizure": ["present"] * 100})),
        *(remit.read_page(page) for page in fixture_pages()),
        *remit.link_pages(fixture_pages()),
    ]
    for result in shown:
        assert len(in_a_notebook(result)) < 60_000, result
    parts = [
        screening.bound,
        screening.cohorts[0],
        explanation.findings[0],
        responses.adjudications[0],
        responses.followed,
        responses.visits,
    ]
    for result in (*shown, *parts):
        line = repr(result)
        assert len(line) <= SHORT, (type(result), len(line))
        assert "\n" not in line
        assert line.startswith("<"), line


def test_a_comparison_in_a_notebook_hides_small_counts(responses: StudyAdjudication) -> None:
    exact = in_a_notebook(remit.compare(responses, "week_24"))
    assert "rounded" not in exact
    assert "rounded to multiples of 5" in in_a_notebook(
        remit.compare(responses, "week_24", smallest=5)
    )


def test_rows_go_to_arrow_pandas_and_polars(
    screening: Screening, responses: StudyAdjudication
) -> None:
    for result in (screening, responses):
        rows = result.to_arrow()
        assert result.to_pandas().to_dict("list") == rows.to_pandas().to_dict("list")
        polars = result.to_polars()
        assert polars.to_dicts() == rows.to_pylist()
        # Whatever takes Arrow's stream takes the result itself.
        assert pl.DataFrame(result).equals(polars)
        assert pa.table(result).equals(rows)
    assert screening.to_arrow().num_rows == 400 * len(screening.statuses)


def test_a_row_of_responses_says_what_the_adjudication_holds(responses: StudyAdjudication) -> None:
    rows = responses.to_arrow().to_pylist()
    visits = responses.visits.visits
    assert len(rows) == len(visits) * len(responses.adjudications)
    found = {(row["definition"], row["visit"], row["person_id"]): row for row in rows}
    for adjudication in responses.adjudications[:5]:
        words = adjudication.words(adjudication.places)
        for at in range(len(visits)):
            key = (adjudication.definition.id, visits.label[at], int(visits.person[at]))
            assert found[key]["response"] == words[at]
            assert found[key]["planned"] == visits.day[at].astype(object)
            assert found[key]["person"] == str(visits.person[at])


VISITS = {
    "person": ["LN-12", "LN-7", "LN-7"],
    "date": [date(2026, 2, 3), date(2026, 4, 20), date(2026, 1, 12)],
    "platelets": [210.0, 160.0, 90.0],
    "platelets.unit": ["10*9/L"] * 3,
    "arthritis": ["absent", "absent", "present"],
}


@pytest.mark.parametrize("frame", [pa.table, pd.DataFrame, pl.DataFrame])
def test_visits_come_from_any_dataframe_and_persons_are_called_as_there(
    frame: Callable[[object], object],
) -> None:
    scores = remit.score_visits("sledai_2k", frame(VISITS), unlisted="absent")
    rows = [row for row in scores.to_pylist() if row["output"] == "sledai_2k"]
    # Gladman 2002: thrombocytopenia below 100 is 1 point, arthritis is 4.
    assert [(row["person"], row["date"], row["low"], row["high"]) for row in rows] == [
        ("LN-12", date(2026, 2, 3), 0, 0),
        ("LN-7", date(2026, 1, 12), 5, 5),
        ("LN-7", date(2026, 4, 20), 0, 0),
    ]


def test_input_and_output_call_the_person_by_one_name() -> None:
    visits = pa.table({**VISITS, "person": [12, 7, 7]})
    scores = remit.score_visits("sledai_2k", visits, unlisted="absent")
    assert scores.column_names[:2] == ["person", "date"]
    assert scores["person"].to_pylist()[:3] == [7, 7, 12]
    shifts = remit.score_shifts("ctcae_v5", pd.DataFrame(VISITS).drop(columns="arthritis"))
    assert shifts.column_names[0] == "person"
    low = {row["person"]: row for row in shifts.to_pylist() if row["test"] == "platelets"}
    assert set(low) == {"LN-12", "LN-7"}
    assert low["LN-7"]["visits"] == 1
    assert low["LN-12"]["visits"] == 0


def test_ids_that_are_neither_text_nor_whole_numbers_are_refused() -> None:
    with pytest.raises(InstrumentError, match="no column of ids"):
        remit.score_visits("sledai_2k", pa.table({**VISITS, "person": [1.5, 2.5, 2.5]}))


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ResultTable(pa.table({"a": [1]}))
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(OutputError, match="polars is not installed"):
        table.to_polars()
    assert table.to_pandas()["a"].tolist() == [1]
