"""No small count follows from the shown ones and the sums, and no more is hidden than need be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.plain import plainly_withheld
from remit.disclosure import WITHHELD, Cell, CountTable, shown_cells

SMALLEST = 3


def possible_tables(
    table: CountTable, texts: dict[Cell, str], base: list[Cell], most: int
) -> Iterator[dict[Cell, int]]:
    """Every table that agrees with the texts: the base cells freely, the sums worked out.

    An attacker who knows the sums and tries everything; he shares no code with what hides.
    """
    ranges = [[n for n in range(most + 1) if agrees(texts[cell], n)] for cell in base]
    for numbers in product(*ranges):
        values = dict(zip(base, numbers, strict=True))
        for total, parts in table.sums:
            if all(part in values for part in parts):
                values.setdefault(total, sum(values[part] for part in parts))
        if all(
            values[total] == sum(values[p] for p in parts) for total, parts in table.sums
        ) and all(agrees(text, values[cell]) for cell, text in texts.items()):
            yield values


def agrees(text: str, value: int) -> bool:
    if text == WITHHELD:
        return True
    return 0 < value < SMALLEST if text.startswith("<") else value == int(text)


def told(table: CountTable, texts: dict[Cell, str], base: list[Cell]) -> list[Cell]:
    """The small counts that have one value in every possible table."""
    whole: Cell = ((), "n")
    # Who does not know how many there are may think of a few more.
    most = table.counts[whole] + (0 if whole in table.fixed else SMALLEST)
    small = [c for c, n in table.counts.items() if 0 < n < SMALLEST and c not in table.fixed]
    found: dict[Cell, set[int]] = {cell: set() for cell in small}
    for values in possible_tables(table, texts, base, most):
        for cell in small:
            found[cell].add(values[cell])
    return [cell for cell, numbers in found.items() if len(numbers) < 2]


def crossed(numbers: list[list[int]], *, fixed: bool) -> tuple[CountTable, list[Cell]]:
    """Rows by columns with both margins and the whole."""
    rows, columns = len(numbers), len(numbers[0])
    base: list[Cell] = [((f"r{i}", f"c{k}"), "part") for i in range(rows) for k in range(columns)]
    counts: dict[Cell, int] = dict(zip(base, (n for row in numbers for n in row), strict=True))
    sums: list[tuple[Cell, tuple[Cell, ...]]] = []
    for i, row in enumerate(numbers):
        counts[(f"r{i}",), "margin"] = sum(row)
        sums.append((((f"r{i}",), "margin"), tuple(base[i * columns : (i + 1) * columns])))
    for k in range(columns):
        counts[(f"c{k}",), "margin"] = sum(row[k] for row in numbers)
        sums.append((((f"c{k}",), "margin"), tuple(base[k::columns])))
    whole: Cell = ((), "n")
    counts[whole] = sum(map(sum, numbers))
    sums.append((whole, tuple(((f"r{i}",), "margin") for i in range(rows))))
    sums.append((whole, tuple(((f"c{k}",), "margin") for k in range(columns))))
    known = frozenset({whole} if fixed else ())
    return CountTable(counts, tuple(sums), frozenset(), known, ("n", "margin", "part")), base


def stepped(numbers: list[int]) -> tuple[CountTable, list[Cell]]:
    """Persons who leave step by step, as an attrition; what has left so far is never shown."""
    base: list[Cell] = [((f"s{k}",), "left") for k in range(len(numbers))]
    last: Cell = (("end",), "stayed")
    base.append(last)
    counts: dict[Cell, int] = dict(zip(base, (*numbers[:-1], numbers[-1], 0), strict=True))
    counts[base[-2]], counts[last] = 0, numbers[-1]
    sums: list[tuple[Cell, tuple[Cell, ...]]] = []
    here = last
    for k in range(len(numbers) - 1, -1, -1):
        before: Cell = ((f"s{k}",), "entered") if k else ((), "n")
        counts[before] = counts[base[k]] + counts[here]
        sums.append((before, (base[k], here)))
        here = before
    gone: Cell = (("all",), "gone")
    counts[gone] = sum(counts[cell] for cell in base[:-1])
    sums += [(gone, tuple(base[:-1])), (here, (gone, last))]
    rank = ("n", "stayed", "entered", "left", "gone")
    return CountTable(counts, tuple(sums), frozenset({gone}), frozenset({here}), rank), base


def check(table: CountTable, base: list[Cell]) -> int:
    """The number of hidden cells, after the attacker has failed."""
    texts = shown_cells(table, smallest=SMALLEST)
    assert not any(
        0 < table.counts[c] < SMALLEST
        for c, t in texts.items()
        if t.isdigit() and c not in table.fixed
    )
    assert told(table, texts, base) == [], texts
    withheld = {cell for cell, text in texts.items() if text == WITHHELD}
    plain = plainly_withheld(table, smallest=SMALLEST)
    plain_texts = {
        c: WITHHELD if c in plain else t if t != WITHHELD else "" for c, t in texts.items()
    }
    for cell, text in plain_texts.items():
        if not text:
            count = table.counts[cell]
            small = 0 < count < SMALLEST and cell not in table.fixed
            plain_texts[cell] = f"<{SMALLEST}" if small else str(count)
    # Where the plain version lets nothing be told, the fast one withholds the very same cells.
    if not told(table, plain_texts, base):
        assert withheld == plain
    return sum(not text.isdigit() for text in texts.values())


small_number = st.integers(0, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(small_number, min_size=2, max_size=2), min_size=2, max_size=2), st.booleans()
)
def test_crossed_counts_are_not_told(numbers: list[list[int]], fixed: bool) -> None:
    check(*crossed(numbers, fixed=fixed))


@settings(max_examples=60, deadline=None)
@given(st.lists(small_number, min_size=2, max_size=4))
def test_steps_are_not_told(numbers: list[int]) -> None:
    check(*stepped(numbers))


@pytest.mark.parametrize("seed", range(3))
def test_wide_tables_are_not_told(seed: int) -> None:
    random = np.random.default_rng(seed)
    numbers = random.choice([0, 1, 2, 3], (2, 3), p=[0.3, 0.3, 0.2, 0.2]).tolist()
    check(*crossed(numbers, fixed=True))
