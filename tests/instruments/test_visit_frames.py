"""Tables of visits as people hold them: filtered, with categories, with ids and types mixed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import polars as pl
import pytest

import remit
from remit.errors import InstrumentError

ROWS = {
    "person": ["A", "B", "C"],
    "date": [date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)],
    "seizure": ["present", "absent", "present"],
}


def totals(visits: object) -> dict[object, float]:
    """Person -> the least total of SLEDAI-2K; a seizure has 8 points (Gladman 2002)."""
    rows = remit.score_visits("sledai-2k", visits).to_arrow().to_pylist()
    return {row["person"]: row["low"] for row in rows if row["output"] == "sledai_2k"}


def test_the_index_of_a_filtered_frame_is_no_item() -> None:
    frame = pd.DataFrame(ROWS)
    assert totals(frame[frame["seizure"] == "present"]) == {"A": 8, "C": 8}
    assert totals(frame.set_axis([7, 7, 7])) == {"A": 8, "B": 0, "C": 8}
    assert totals(frame.set_index("person")) == {"A": 8, "B": 0, "C": 8}


@pytest.mark.parametrize("column", ["person", "seizure"])
def test_categories_are_their_values(column: str) -> None:
    expected = {"A": 8, "B": 0, "C": 8}
    assert totals(pd.DataFrame(ROWS).astype({column: "category"})) == expected
    frame = pl.DataFrame(ROWS)
    assert totals(frame.with_columns(pl.col(column).cast(pl.Categorical))) == expected
    enum = pl.Enum(frame[column].unique().sort())
    assert totals(frame.with_columns(pl.col(column).cast(enum))) == expected


@pytest.mark.parametrize(
    "column",
    [
        {"person": pd.Series([1, "P2", 3], dtype=object)},
        {"seizure": pd.Series([True, "secret", 3], dtype=object)},
    ],
)
def test_a_column_of_several_types_is_refused_without_its_values(
    column: dict[str, object],
) -> None:
    with pytest.raises(InstrumentError, match="no table that Arrow holds") as refused:
        totals(pd.DataFrame({**ROWS, **column}))
    assert "P2" not in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_what_is_no_table_is_refused() -> None:
    for strange in (pd.Series([1]), pd.DataFrame([[1, 2]], columns=["seizure", "seizure"])):
        with pytest.raises(InstrumentError, match="no table that Arrow holds"):
            totals(strange)
    with pytest.raises(InstrumentError, match="not one of its answers"):
        totals(pl.DataFrame({**ROWS, "seizure": [b"1", b"0", b"1"]}))


def test_an_id_is_never_another_number() -> None:
    """2**63 as a signed whole number of 64 bits is -2**63."""
    with pytest.raises(InstrumentError, match="too large for a whole number"):
        totals(pl.DataFrame({**ROWS, "person": [1, 2, 2**63]}))
    assert totals(pl.DataFrame({**ROWS, "person": [1, 2, 2**63 - 1]})) == {1: 8, 2: 0, 2**63 - 1: 8}


def test_a_day_is_that_of_the_place() -> None:
    """Half past eleven in New York is the next day in Greenwich, and no visit of that day."""
    late = pd.to_datetime(["2024-01-01T23:30"] * 3).tz_localize("America/New_York")
    rows = remit.score_visits("sledai-2k", pd.DataFrame({**ROWS, "date": late})).to_arrow()
    assert set(rows["date"].to_pylist()) == {date(2024, 1, 1)}
