"""Sheets of random visits for the benchmarks: each column that an instrument or response reads."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from processor_time import processor_time

from remit.criteria.columns.numbers import (
    HIGHEST,
    LOWEST,
    MICRO,
    Categories,
    Numbers,
    categories_of,
    no_numbers,
)
from remit.criteria.columns.sheet import Sheet
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.inputs import Inputs
from remit.truth import Reason

VISITS = 7  # of each person; the first is the baseline
MISSING = 0.05
PEAK = {"creatinine": 3.0, "upcr": 6.0, "urine_protein_24h": 6.0, "pga": 3.0, "platelets": 400.0}


def random_sheet(inputs: Inputs, *, rows: int, seed: int) -> Sheet:
    """A sheet of random values with two decimals, in the canonical unit; some are missing."""
    rng = np.random.default_rng(seed)
    numbers: dict[str, Numbers] = {}
    for name, measure in inputs.measures.items():
        top = PEAK.get(name)
        if top is None:
            top = min(float(measure.plausible[1]), 200.0) if measure.plausible else 200.0
        unit = measure.unit if measure.multipliers else None
        numbers[name] = _numbers(rng, rows, top, unit, whole=not measure.multipliers)
    for name in inputs.doses:
        numbers[name] = _numbers(rng, rows, 30.0, "mg/d", whole=False)
    for name in inputs.dose_days:
        numbers[name] = _numbers(rng, rows, 10.0, None, whole=True)
    if "age" in inputs.people:
        numbers["age"] = _numbers(rng, rows, 70.0, None, whole=True)
    categories: dict[str, Categories] = {}
    for name, category in inputs.categories.items():
        places = rng.integers(0, len(category.known), rows)
        places[rng.random(rows) < MISSING] = -1
        categories[name] = categories_of(category.known, places)
    if "sex" in inputs.people:
        categories["sex"] = categories_of((8507, 8532), rng.integers(0, 2, rows))
    number = np.arange(rows, dtype=np.int64)
    first = number % VISITS == 0
    moments = {"previous": np.where(first, -1, number - 1), "baseline": number - number % VISITS}
    return Sheet(rows, numbers, categories, moments)


def _numbers(
    rng: np.random.Generator, rows: int, top: float, unit: str | None, *, whole: bool
) -> Numbers:
    each = MICRO if whole else MICRO // 100
    micro = rng.integers(0, int(top * (1 if whole else 100)) + 1, rows) * each
    missing = rng.random(rows) < MISSING
    limit = np.full(rows, int(top * MICRO / 2))
    plain = replace(
        no_numbers(rows),
        low=np.where(missing, LOWEST, micro),
        high=np.where(missing, HIGHEST, micro),
        units=() if unit is None else (unit,),
        unit=np.full(rows, -1 if unit is None else 0, np.int16),
        why=np.where(missing, np.int8(Reason.NO_DATA), np.int8(0)),
    )
    return plain if unit is None else replace(plain, uln=limit, lln=limit // 2)


def measure_score(name: str, rows: int) -> Mapping[str, float]:
    """An instrument over visits, and the raw limit: numpy adds as many columns of points."""
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.scores import score_sheet

    bound = bound_packaged(name, NO_VOCABULARY)
    sheet = random_sheet(bound.inputs, rows=rows, seed=1)
    started, busy = time.perf_counter(), processor_time()
    scores = score_sheet(bound, sheet)
    seconds, processor = time.perf_counter() - started, processor_time() - busy
    columns = [column.possible for column in sheet.categories.values()]
    columns += [column.low for column in sheet.numbers.values()]
    started = time.perf_counter()
    total = np.zeros(rows, np.int64)
    for column in columns:
        total += np.where(column == 1, 8, 0)
    raw = time.perf_counter() - started
    main = scores.numbers[bound.instrument.main]
    return {
        "seconds": seconds,
        "processor": processor,
        "raw": raw,
        "columns": len(columns),
        "complete": float(main.is_exact.mean()),
        "checksum": float(total.sum() % 997),
    }


def measure_responses(names: Sequence[str], rows: int) -> Mapping[str, float]:
    """Definitions of response over visits with known scores, and the raw limit of the columns."""
    from remit.endpoints import adjudicate_all, bind_definition, packaged_definitions
    from remit.endpoints.confirmation import confirm_as_defined

    chosen = [bind_definition(packaged_definitions()[name], NO_VOCABULARY) for name in names]
    inputs = Inputs()
    for bound in chosen:
        inputs = inputs.plus(bound.inputs)
    sheet = random_sheet(inputs, rows=rows, seed=2)
    started, busy = time.perf_counter(), processor_time()
    found = confirm_as_defined(adjudicate_all(chosen, sheet), sheet.moments["previous"])
    seconds, processor = time.perf_counter() - started, processor_time() - busy
    started = time.perf_counter()
    touched = sum(int((column.low > 0).sum()) for column in sheet.numbers.values())
    raw = time.perf_counter() - started
    known = float(np.mean([(item.places >= 0).mean() for item in found]))
    return {
        "seconds": seconds,
        "processor": processor,
        "raw": raw,
        "definitions": len(found),
        "assessable": known,
        "checksum": float(touched % 997),
    }
