"""The cells of sheets come out of another process as they were."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from remit.facts.intake.sources.sheet_cells import cells_table, grids_of
from remit.facts.intake.sources.sheet_grid import Cell, Grid

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.just(""),
    TEXTS,
    st.decimals(allow_nan=False, allow_infinity=False, places=6),
    st.dates(),
    st.datetimes(),
)
ROWS = st.dictionaries(
    st.integers(1, 1_048_576),
    st.lists(CELLS, max_size=4).map(lambda cells: (*cells, "end")),
    max_size=4,
)


@given(st.lists(st.tuples(st.none() | TEXTS, ROWS, st.lists(TEXTS, max_size=2), st.booleans())))
def test_grids_come_back_as_they_were(
    sheets: list[tuple[str | None, dict[int, tuple[Cell, ...]], list[str], bool]],
) -> None:
    grids = tuple(
        Grid("a.xlsx", sheet, rows, tuple(notes), hidden=hidden)
        for sheet, rows, notes, hidden in sheets
    )
    assert grids_of(cells_table(grids), "a.xlsx") == grids


def test_a_number_a_day_and_a_moment_keep_their_kinds() -> None:
    moment = datetime.fromisoformat("2024-03-04T08:30:00")
    row: tuple[Cell, ...] = ("a", Decimal("1.80"), date(2024, 3, 4), moment)
    (found,) = grids_of(cells_table([Grid("a.xlsx", "Labor", {7: row})]), "a.xlsx")
    assert found.rows == {7: row}
    assert [type(cell) for cell in found.rows[7]] == [str, Decimal, date, datetime]
    assert str(found.rows[7][1]) == "1.80"
