"""A long sheet in pieces answers as it does at once, wherever the borders fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest

from remit.criteria.columns import pieces
from remit.criteria.columns.numbers import (
    HIGHEST,
    LOWEST,
    MICRO,
    Categories,
    Numbers,
    categories_of,
    no_numbers,
    same_in_all,
)
from remit.criteria.columns.on_sheet import codes_on_sheet
from remit.criteria.columns.pieces import over_pieces
from remit.criteria.columns.sheet import AT_VISIT, VISIT, Sheet, moment_of
from remit.criteria.leaves import CountTest, ValueIn, ValueTest
from remit.criteria.tree import Leaf, Measure, Placed, leaves_of
from remit.endpoints import adjudicate_all, bind_definition, packaged_definitions
from remit.facts.codes import NO_VOCABULARY
from remit.facts.tables import FEMALE, MALE
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.inputs import Inputs
from remit.instruments.scores import score_sheet
from remit.truth import Reason

ROWS = 613
WHOLE = 1 << 20  # rows of a piece: all at once


def random_sheet(inputs: Inputs, seed: int) -> Sheet:
    """Visits with values that are exact, bounded, missing, too large or of another unit."""
    rng = np.random.default_rng(seed)
    numbers = {name: _numbers(measure, rng) for name, measure in inputs.measures.items()}
    numbers |= {name: _numbers(None, rng) for name in [*inputs.doses, *inputs.dose_days]}
    if "age" in inputs.people:
        numbers["age"] = _numbers(None, rng)
    known = {name: category.known for name, category in inputs.categories.items()}
    if "sex" in inputs.people:
        known["sex"] = tuple(sorted((FEMALE, MALE)))
    # Persons of one to forty visits, so that some are longer than a piece.
    person = np.repeat(np.arange(ROWS), rng.integers(1, 41, ROWS))[:ROWS]
    rows = np.arange(ROWS)
    first = np.concatenate([[True], person[1:] != person[:-1]])
    moments = {
        "previous": np.where(first, -1, rows - 1),
        "baseline": np.maximum.accumulate(np.where(first, rows, 0)),
    }
    answered = {leaf: rng.choice([1, 2, 4], ROWS).astype(np.int8) for leaf in inputs.asked}
    categories = {name: _categories(ids, rng) for name, ids in known.items()}
    return Sheet(ROWS, numbers, categories, moments, answered)


def _numbers(measure: Measure | None, rng: np.random.Generator) -> Numbers:
    top = 200 if measure is None or measure.plausible is None else int(measure.plausible[1]) + 2
    low = rng.integers(0, min(top, 200) * 4, ROWS) * (MICRO // 4)
    high, why = low.copy(), np.zeros(ROWS, np.int8)
    kind = rng.random(ROWS)
    nothing, below, above, between = (
        (kind >= start) & (kind < end)
        for start, end in ((0, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4))
    )
    high[between] += MICRO // 2
    low[nothing | below], high[nothing | above] = LOWEST, HIGHEST
    why[nothing], why[below | above | between] = Reason.NO_DATA, Reason.CENSORED
    units: tuple[str, ...] = () if measure is not None else ("mg/d",)
    if measure is not None and measure.multipliers:
        units = (measure.unit, *(code for code, _ in measure.multipliers if code != measure.unit))
    unit = (
        rng.integers(-1, len(units), ROWS) if rng.random() < 0.5 else np.full(ROWS, len(units) - 1)
    )
    uln = rng.integers(0, 3, ROWS) * 50 * MICRO
    return replace(
        no_numbers(ROWS),
        low=low,
        high=high,
        low_open=above & (rng.random(ROWS) < 0.5),
        units=units,
        unit=unit.astype(np.int16),
        why=why,
        uln=uln,
        lln=uln // 2,
    )


def _categories(ids: tuple[int, ...], rng: np.random.Generator) -> Categories:
    column = categories_of(ids, rng.integers(-1, len(ids), ROWS))
    some = np.asarray(rng.integers(1, 1 << len(ids), ROWS), np.int64)
    partly = (rng.random(ROWS) < 0.2) & ((some & (some - 1)) != 0)
    return replace(
        column,
        possible=np.where(partly, some, column.possible),
        why=np.where(partly, np.int8(Reason.NEEDS_ATTESTATION), column.why),
    )


def arrays_of(value: object, path: str = "") -> Iterator[tuple[str, npt.NDArray[np.generic]]]:
    """Every array in a result, with its path."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from arrays_of(part, f"{path}/{name}")
    elif is_dataclass(value) and not isinstance(value, Leaf | type):
        for field in fields(value):
            if field.name not in {"bound", "answered", "moments"}:
                yield from arrays_of(getattr(value, field.name), f"{path}.{field.name}")


def same(one: object, other: object) -> int:
    """How many arrays were compared: every one is the same in both."""
    left, right = dict(arrays_of(one)), dict(arrays_of(other))
    assert left.keys() == right.keys()
    for path, array in left.items():
        assert array.dtype == right[path].dtype, path
        assert array.tobytes() == right[path].tobytes(), path
    return len(left)


@pytest.fixture(params=[7, 150])
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Pieces of so many rows."""
    rows = int(request.param)
    monkeypatch.setattr(pieces, "PIECE", rows)
    return rows


@pytest.mark.parametrize("unlisted", ["unknown", "absent"])
@pytest.mark.parametrize("name", ["sledai_2k", "bilag_2004", "egfr"])
def test_scores_are_those_of_the_whole_sheet(
    name: str,
    unlisted: Literal["unknown", "absent"],
    short: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = bound_packaged(name, NO_VOCABULARY)
    sheet = random_sheet(bound.inputs, seed=short)
    found = score_sheet(bound, sheet, unlisted=unlisted)
    monkeypatch.setattr(pieces, "PIECE", WHOLE)
    whole = score_sheet(bound, sheet, unlisted=unlisted)
    assert same(found, whole) > 20


def test_responses_are_those_of_the_whole_sheet(
    short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = [bind_definition(one, NO_VOCABULARY) for one in packaged_definitions().values()]
    inputs = Inputs()
    for bound in bounds:
        inputs = inputs.plus(bound.inputs)
    sheet = random_sheet(inputs, seed=short)
    found = adjudicate_all(bounds, sheet)
    monkeypatch.setattr(pieces, "PIECE", WHOLE)
    whole = adjudicate_all(bounds, sheet)
    assert sum(same(*both) for both in zip(found, whole, strict=True)) > 300


def test_no_person_is_cut_and_every_row_stands_once(short: int) -> None:
    sheet = random_sheet(Inputs(), seed=3)
    person = sheet.moments["baseline"]
    seen: list[tuple[int, int]] = []

    def note(piece: Sheet) -> npt.NDArray[np.int64]:
        own = np.arange(piece.rows)
        assert (piece.moments["baseline"] >= 0).all()
        assert (piece.moments["baseline"] <= own).all()
        assert (piece.moments["previous"][piece.moments["baseline"] == own] == -1).all()
        seen.append((piece.rows, int((piece.moments["baseline"] == own).sum())))
        return own - piece.moments["baseline"]

    visit = over_pieces(sheet, note)
    assert visit.tolist() == (np.arange(ROWS) - person).tolist()
    assert sum(rows for rows, _ in seen) == ROWS
    assert sum(persons for _, persons in seen) == len(np.unique(person))


@dataclass(frozen=True, slots=True)
class _Found:
    same: npt.NDArray[np.int64]
    mixed: npt.NDArray[np.int64]
    nothing: None
    word: str


def test_one_value_in_every_row_takes_no_memory_unless_a_piece_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 10)

    def work(piece: Sheet) -> _Found:
        first = int(piece.numbers["n"].low[0])
        mixed = same_in_all(np.int64(7), piece.rows)
        if first == 30:
            mixed = np.arange(piece.rows, dtype=np.int64)
        return _Found(same_in_all(np.int64(5), piece.rows), mixed, None, "word")

    numbers = replace(no_numbers(100), low=np.arange(100))
    found = over_pieces(Sheet(100, {"n": numbers}), work)
    assert found.same.tolist() == [5] * 100
    assert found.same.strides == (0,)
    assert found.mixed.tolist() == [7] * 30 + list(range(10)) + [7] * 60
    assert (found.nothing, found.word) == (None, "word")


def test_bounds_that_are_one_array_stay_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 10)
    exact = np.arange(100)
    numbers = replace(no_numbers(100), low=exact, high=exact)

    def work(piece: Sheet) -> npt.NDArray[np.bool_]:
        column = piece.numbers["n"]
        return np.full(piece.rows, column.low is column.high)

    assert over_pieces(Sheet(100, {"n": numbers}), work).all()


# ---- other visits --------------------------------------------------------------------------------


def _moved(leaf: Leaf) -> tuple[str | None, Leaf]:
    """The visit that a leaf reads, and the leaf that asks the same of the visit itself."""
    match leaf:
        case ValueTest():
            here: Leaf = replace(leaf, value=replace(leaf.value, window=AT_VISIT))
            return moment_of(leaf.value.window), here
        case ValueIn() | CountTest():
            return moment_of(leaf.window), replace(leaf, window=AT_VISIT)
        case _:
            return None, leaf


def test_another_visit_is_read_as_if_its_values_stood_here() -> None:
    """A code is taken from the other visit; the reference here is a sheet whose values were."""
    names = ("sledai_2k", "bilag_2004", "selena_flare_index")
    instruments = [bound_packaged(name, NO_VOCABULARY) for name in names]
    nodes = [node for bound in instruments for rungs in bound.rungs.values() for node in rungs]
    nodes += [node for bound in instruments for node in bound.derived.values()]
    inputs = Inputs()
    for definition in packaged_definitions().values():
        judged = bind_definition(definition, NO_VOCABULARY)
        nodes += judged.nodes
        inputs = inputs.plus(judged.inputs)
    for bound in instruments:
        inputs = inputs.plus(bound.inputs)
    sheet = random_sheet(inputs, seed=5)
    compared = 0
    for leaf in dict.fromkeys(placed.leaf for node in nodes for placed in leaves_of(node)):
        moment, here = _moved(leaf)
        if moment in {None, VISIT} or leaf in sheet.answered:
            continue
        rows = sheet.rows_at(str(moment))
        there = Sheet(
            ROWS,
            {name: column.take(rows) for name, column in sheet.numbers.items()},
            {name: column.take(rows) for name, column in sheet.categories.items()},
        )
        codes = codes_on_sheet([Placed(leaf, "", 0, 0)], sheet)[leaf]
        moved = codes_on_sheet([Placed(here, "", 0, 0)], there)[here]
        assert codes.tolist() == moved.tolist(), leaf
        compared += 1
    assert compared > 50
