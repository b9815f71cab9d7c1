"""SLEDAI-2K and all domains of BILAG-2004 equal their second implementations on drawn visits.

`make bench` draws 200,000 of each (`REMIT_VISITS=200000`), the suite fewer.

The second implementations, in `tests/independent`, were written from the specification by other
people and share no code with Remit. The visits go through the table of visits, as a user's do.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random

import numpy as np
import pyarrow as pa

from independent.bilag import DOMAINS, POINTS, domain_grade, domain_items
from independent.bilag_renal import renal_grade
from independent.sledai import WEIGHTS, items_from_laboratory, sledai_2k
from instruments.test_bilag_second import COUNTS, FLAGS, NAMES, RENAL, Value, make_renal
from remit.criteria.columns.numbers import MICRO
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.scores import score_sheet
from remit.instruments.visit_tables import read_visits

SEED, VISITS = 20261125, int(os.environ.get("REMIT_VISITS", "50000"))
NUMBER = pa.decimal128(18, 6)

# Key of the second implementation -> our column, its unit, and values at and beside the threshold.
LABORATORY: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "rbc_hpf": ("urine_rbc", "/[HPF]", ("0", "5", "5.01", "6", "40")),
    "wbc_hpf": ("urine_wbc", "/[HPF]", ("0", "5", "5.01", "6", "40")),
    "urine_protein_24h_g": ("urine_protein_24h", "g/d", ("0.1", "0.5", "0.500001", "3")),
    "upcr_g_g": ("upcr", "g/g", ("0.1", "0.5", "0.500001", "3")),
    "c3": ("c3", "mg/dL", ("60", "89.9", "90", "120")),
    "c4": ("c4", "mg/dL", ("5", "9.9", "10", "20")),
    "anti_dsdna": ("anti_dsdna", "[IU]/mL", ("10", "30", "30.1", "200")),
    "temperature_c": ("body_temperature", "Cel", ("36.8", "38", "38.1", "39")),
    "platelets": ("platelets", "10*9/L", ("40", "99.9", "100", "250")),
    "leukocytes": ("leukocytes", "10*9/L", ("2", "2.9", "3", "7")),
}
LIMITS = {
    "c3_lln": ("c3.lln", "90"),
    "c4_lln": ("c4.lln", "10"),
    "anti_dsdna_uln": ("anti_dsdna.uln", "30"),
}
WORDS = ("present", "absent", "absent", "absent", "not_attributed", "not_assessed")


def test_sledai_equals_the_second_implementation() -> None:
    random = Random(SEED)
    columns: dict[str, list[object]] = {name: [] for name in WEIGHTS}
    values: dict[str, list[Decimal | None]] = {name: [] for name, _, _ in LABORATORY.values()}
    values |= {column: [] for column, _ in LIMITS.values()}
    expected = []
    for _ in range(VISITS):
        rare = random.random()
        measured: dict[str, Decimal | None] = {}
        for key, (column, _, choices) in LABORATORY.items():
            known = random.random() > 0.3
            measured[key] = Decimal(random.choice(choices)) if known else None
            values[column].append(measured[key])
        for key, (column, limit) in LIMITS.items():
            measured[key] = Decimal(limit) if random.random() > 0.1 else None
            values[column].append(measured[key])
        derived = items_from_laboratory(measured)
        items = {}
        for name in WEIGHTS:
            word = random.choice(WORDS) if random.random() < rare else "absent"
            recorded = word if name not in derived or random.random() < 0.2 else "not_assessed"
            columns[name].append(recorded)
            # What a physician recorded goes before what values say.
            items[name] = derived.get(name, recorded) if recorded == "not_assessed" else recorded
        expected.append(sledai_2k(items))
    units = {f"{name}.unit": [unit] * VISITS for name, unit, _ in LABORATORY.values()}
    table = pa.table(
        {name: pa.array(words, pa.string()) for name, words in (columns | units).items()}
        | {name: pa.array(numbers, NUMBER) for name, numbers in values.items()}
    )
    bound = bound_packaged("sledai_2k", NO_VOCABULARY)
    sheet = read_visits(table, bound.inputs).sheet
    total = score_sheet(bound, sheet).numbers["sledai_2k"]
    ours = zip((total.low // MICRO).tolist(), (total.high // MICRO).tolist(), strict=True)
    differ = [row for row, pair in enumerate(ours) if pair != expected[row]]
    assert not differ, (len(differ), [expected[row] for row in differ[:5]])
    assert len({low for low, high in expected if low == high}) > 40
    assert sum(low < high for low, high in expected) > VISITS / 10


def test_the_renal_domain_equals_the_second_implementation() -> None:
    random = Random(SEED)
    names = {**{key: row[0] for key, row in RENAL.items()}, "dipstick": "urine_dipstick_protein"}
    numbers: dict[str, list[Decimal | None]] = {name: [] for name in names.values()}
    words: dict[str, list[str | None]] = {name: [] for name in FLAGS.values()}
    words |= {"ever_renal": [], "first_assessment": []}
    person: list[int] = []
    day: list[date] = []
    expected = []
    for number in range(VISITS):
        now, before = make_renal(random)
        ever = random.choice((True, False, None))
        expected.append(renal_grade(now, before, ever))
        for visit, on in ((before, date(2024, 1, 1)), (now, date(2024, 1, 29))):
            if visit is None:
                continue
            person.append(number)
            day.append(on)
            own = visit is now
            for key, name in names.items():
                value = visit[key]
                numbers[name].append(None if value is None else Decimal(value))
            for key, name in FLAGS.items():
                words[name].append(_word(visit.get(key)) if own else None)
            words["ever_renal"].append(_word(ever) if own else None)
            first = "present" if before is None else "absent"
            words["first_assessment"].append(first if own else None)
    table = pa.table(
        {"person": pa.array(person), "date": pa.array(day)}
        | {name: pa.array(column, NUMBER) for name, column in numbers.items()}
        | {name: pa.array(column, pa.string()) for name, column in words.items()}
        | {f"{name}.unit": pa.array([unit] * len(person)) for name, unit, *_ in RENAL.values()}
    )
    bound = bound_packaged("bilag_2004", NO_VOCABULARY)
    given = read_visits(table, bound.inputs)
    sheet, visits = given.sheet, given.visits
    possible = score_sheet(bound, sheet).grades["bilag_renal"].possible
    rows = [
        row for row in range(len(visits)) if visits.day[row].astype(object) == date(2024, 1, 29)
    ]
    letters = {1 << place: letter for place, letter in enumerate("ABCDE")}
    ours = [letters.get(int(possible[row]), "not_evaluable") for row in rows]
    differ = [place for place in range(VISITS) if ours[place] != expected[place]]
    assert not differ, (len(differ), [(ours[p], expected[p]) for p in differ[:5]])
    assert min(Counter(expected).values()) > VISITS / 400, Counter(expected)
    assert set(expected) == {"A", "B", "C", "D", "E", "not_evaluable"}


# ---- the eight domains that read one visit -------------------------------------------------------

CODES, YES_OR_NO = (0, 1, 2, 3, 4, None), (False, True, None)
GRADES = (*POINTS, "not_evaluable")
# A renal domain that was never affected: everything was measured and is normal.
CALM_KIDNEY: Mapping[str, tuple[float, str]] = {
    "urine_protein_24h": (0.1, "g/d"),
    "creatinine": (70, "umol/L"),
    "egfr": (100, "mL/min/{1.73_m2}"),
    "systolic_bp": (120, "mm[Hg]"),
    "diastolic_bp": (75, "mm[Hg]"),
}
NOT_AFFECTED = {**dict.fromkeys(FLAGS.values(), "absent"), "ever_renal": "absent"}


def _answers(domain: str) -> dict[int, tuple[Value, ...]]:
    """The answers that each item of a domain may have; the last is that it was not done."""
    if domain != "haematological":
        return dict.fromkeys(domain_items(domain), CODES)
    counts = {n: (*(Decimal(v) for v in values), None) for n, (_, values) in COUNTS.items()}
    return {**counts, 95: CODES, 96: YES_OR_NO, 97: YES_OR_NO}


def _drawn(answers: Mapping[int, tuple[Value, ...]], random: np.random.Generator) -> np.ndarray:
    """The place of each item's answer at each visit, shape (visits, items)."""
    shape = (VISITS, len(answers))
    sizes = np.array([len(values) for values in answers.values()])
    calm = np.array(
        [size - 2 if n in COUNTS else 0 for n, size in zip(answers, sizes, strict=True)]
    )
    active = random.choice([0, 0.03, 0.1, 0.4], (VISITS, 1))
    missing = random.choice([0, 0, 0.05, 0.3], (VISITS, 1))
    places = np.where(random.random(shape) < active, random.integers(0, sizes - 1, shape), calm)
    return np.where(random.random(shape) < missing, sizes - 1, places)


def _column(name: str, values: tuple[Value, ...], places: np.ndarray) -> dict[str, pa.Array]:
    if values == YES_OR_NO:
        return {name: pa.array(np.array(["absent", "present", "not_assessed"])[places])}
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    return {name: pa.array(numbers[places])}


def test_the_other_domains_equal_the_second_implementation() -> None:
    random = np.random.default_rng(SEED)
    columns: dict[str, pa.Array] = {}
    expected = {}
    for domain in DOMAINS:
        answers = _answers(domain)
        places = _drawn(answers, random)
        for place, (number, values) in enumerate(answers.items()):
            columns |= _column(NAMES[number], values, places[:, place])
        ever = random.integers(0, 3, VISITS)
        columns |= _column(f"ever_{domain}", YES_OR_NO, ever)
        # The plain second implementation is asked once for each visit that differs.
        keys = ever.astype(np.int64)
        for place, values in enumerate(answers.values()):
            keys = keys * len(values) + places[:, place]
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        found = [
            domain_grade(
                domain,
                {n: v[p] for (n, v), p in zip(answers.items(), places[row].tolist(), strict=True)},
                YES_OR_NO[ever[row]],
            )
            for row in first.tolist()
        ]
        expected[domain] = np.array([GRADES.index(grade) for grade in found])[inverse]
    same = {name: pa.repeat(word, VISITS) for name, word in NOT_AFFECTED.items()}
    same |= {"first_assessment": pa.repeat("present", VISITS)}
    for name, (value, unit) in CALM_KIDNEY.items():
        same |= {name: pa.repeat(float(value), VISITS), f"{name}.unit": pa.repeat(unit, VISITS)}
    for number, (unit, _) in COUNTS.items():
        same |= {f"{NAMES[number]}.unit": pa.repeat(unit, VISITS)}
    bound = bound_packaged("bilag_2004", NO_VOCABULARY)
    sheet = read_visits(pa.table(columns | same), bound.inputs).sheet
    scores = score_sheet(bound, sheet)
    single = np.full(32, GRADES.index("not_evaluable"))
    single[[1 << place for place in range(5)]] = range(5)
    for domain, grades in expected.items():
        ours = single[scores.grades[f"bilag_{domain}"].possible]
        differ = np.flatnonzero(ours != grades)
        assert len(differ) == 0, (domain, len(differ), differ[:5])
        assert np.bincount(grades, minlength=6).min() > VISITS / 2_000, (
            domain,
            np.bincount(grades),
        )
    assert (single[scores.grades["bilag_renal"].possible] == GRADES.index("E")).all()
    every = np.stack(list(expected.values()))
    known = (every < 5).all(axis=0)
    points = np.array([*POINTS.values(), 0])[every].sum(axis=0)
    total = scores.numbers["bilag_2004"]
    assert (total.low[known] == points[known] * MICRO).all()
    assert (total.high[known] == points[known] * MICRO).all()
    assert known.sum() > VISITS / 50


def _word(truth: object) -> str | None:
    return None if truth is None else "present" if truth else "absent"
