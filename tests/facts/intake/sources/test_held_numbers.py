"""A number that the tables cannot hold whole stays on its side of every limit that people write."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.intake.sources.held_numbers import held_number

PARTS = st.integers(-(10**12) + 1, 10**12 - 1)


@given(number=PARTS, places=st.integers(0, 12), limit=PARTS, limit_places=st.integers(0, 5))
def test_a_held_number_stands_to_a_limit_as_the_number_did(
    number: int, places: int, limit: int, limit_places: int
) -> None:
    written, at = Decimal(number).scaleb(-places), Decimal(limit).scaleb(-limit_places)
    held = held_number(written)
    assert held is not None
    assert (held > at, held == at) == (written > at, written == at)
    assert abs(held - written) < Decimal("0.000001")


@given(limit=st.integers(-(10**6), 10**6), beside=st.integers(-(10**4), 10**4))
def test_it_does_so_within_a_hair_of_the_limit(limit: int, beside: int) -> None:
    at = Decimal(limit).scaleb(-5)
    written = at + Decimal(beside).scaleb(-9)
    held = held_number(written)
    assert held is not None
    assert (held > at, held == at) == (written > at, written == at)


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("0.50000049", "0.500001"),
        ("0.49999999", "0.499999"),
        ("-0.50000049", "-0.500001"),
        ("0.0000001", "0.000001"),
        ("0.3333333333", "0.333333"),
        ("0.30000000000000004", "0.3"),  # 0.1 + 0.2 of IEEE 754 doubles
        ("48.099999999999994", "48.1"),
        ("999999999999.999999", "999999999999.999999"),
        ("0.500000000", "0.5"),
    ],
)
def test_a_number_and_what_the_tables_hold(written: str, held: str) -> None:
    assert held_number(Decimal(written)) == Decimal(held)


@pytest.mark.parametrize("written", ["1e12", "-1e400", "NaN", "Infinity", "999999999999.9999999"])
def test_what_they_cannot_hold_is_nothing(written: str) -> None:
    assert held_number(Decimal(written)) is None


def test_an_import_counts_them_by_column(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("person_id,year_of_birth\n1,1990\n")
    head = "measurement_id,person_id,measurement_concept_id,measurement_date,"
    head += "value_as_number,range_high"
    rows = ("0.50000049,0.5", "0.5000000,1.00000001", "0.4999999999,1")
    lines = [f"{number},1,3000963,2024-01-31,{row}" for number, row in enumerate(rows, 1)]
    (tmp_path / "measurement.csv").write_text("\n".join([head, *lines]) + "\n")
    found = read_omop(tmp_path)
    values = found.tables["measurement"]["value_as_number"].to_pylist()
    assert values == [Decimal("0.500001"), Decimal("0.5"), Decimal("0.499999")]
    said = [item for item in found.cells if "more than six decimals" in item.rule]
    assert [(item.table, item.column, item.what, item.cells) for item in said] == [
        ("measurement", "range_high", "rounded", 1),
        ("measurement", "value_as_number", "rounded", 2),
    ]
