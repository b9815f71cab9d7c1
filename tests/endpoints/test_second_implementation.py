"""Packaged definitions against the second implementations in `tests/independent`.

Those were written from the specification, or from the sources, and share no code with Remit.
`make bench` draws 200,000 visits of some (`REMIT_VISITS=200000`), the suite fewer.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from random import Random

import pytest

from endpoints.judging import answers, bound
from independent.composites import Visit, sri
from independent.guideline_response import (
    dutch,
    eular_2012,
    eular_2025,
    kdigo_2012,
    kdigo_relapse,
)
from independent.renal_response import nct05631717_response
from remit.endpoints.adjudication import adjudicate_sheet
from remit.instruments.forms import form_sheet

SEED, VISITS = 20261125, int(os.environ.get("REMIT_VISITS", "50000"))
Record = Mapping[str, Decimal | None]
WORDS = {"not_assessable": "not assessable"}
TRUTHS = {True: "R", False: "NR", None: "not assessable"}


def words(
    name: str,
    pairs: Sequence[tuple[Mapping[str, object], Mapping[str, object]]],
    *,
    moment: str = "baseline",
) -> list[str]:
    """The observed grade of each pair of a visit before and a visit, all on one sheet."""
    rows = [answers(values) for pair in pairs for values in pair]
    before = [-1 if row % 2 == 0 else row - 1 for row in range(len(rows))]
    moments = {"baseline": [-1] * len(rows), "previous": [-1] * len(rows), moment: before}
    sheet = form_sheet(rows, bound(name).inputs, moments=moments)
    adjudication = adjudicate_sheet(bound(name), sheet)
    return adjudication.words(adjudication.places)[1::2]


def maybe(random: Random, values: Sequence[str]) -> Decimal | None:
    """One of the values, missing now and then."""
    return None if random.random() < 0.12 else Decimal(random.choice(values))


# Thresholds of section 9.1, what meets them exactly, and neighbours.
CREATININE = ("0.7", "0.84", "0.999", "1", "1.05", "1.2", "1.201", "1.25", "1.5", "1.875", "2")
PROTEIN = ("0.2", "0.35", "0.499", "0.5", "0.501", "0.7", "1", "1.4", "2", "2.001", "4")
DOSES = ("0", "5", "9.99", "10", "10.01", "20")


def renal_visit(random: Random, *, dose: bool) -> Record:
    return {
        "creatinine_mg_dl": maybe(random, CREATININE),
        "upcr_g_g": maybe(random, PROTEIN),
        "protein_24h_g": maybe(random, PROTEIN) if random.random() < 0.5 else None,
        "prednisone_mg": maybe(random, DOSES) if dose else None,
    }


def renal_answers(record: Record) -> Mapping[str, object]:
    names = {
        "cr": "creatinine_mg_dl",
        "upcr": "upcr_g_g",
        "p24": "protein_24h_g",
        "pred": "prednisone_mg",
    }
    return {name: record[key] for name, key in names.items()}


def test_nanjing_registry_agrees_on_generated_visits() -> None:
    """The measure of protein that was made decides, as vectors ln-02 to ln-08 have it."""
    random = Random(SEED)
    pairs = [
        (renal_visit(random, dose=False), renal_visit(random, dose=True)) for _ in range(VISITS)
    ]
    ours = words("nanjing_registry", [(renal_answers(b), renal_answers(n)) for b, n in pairs])
    theirs = [nct05631717_response(before, now, one_measure_suffices=True) for before, now in pairs]
    expected = [WORDS.get(word, word) for word in theirs]
    differ = [i for i in range(VISITS) if ours[i] != expected[i]]
    assert not differ, (len(differ), [(pairs[i], ours[i], expected[i]) for i in differ[:3]])
    assert min(Counter(expected)[word] for word in ("CR", "PR", "NR", "not assessable")) > 100


def sri_visit(random: Random, *, baseline: bool) -> Visit:
    """Grades that mostly stay calm, so that all conditions decide now and then."""
    weights = (1, 3, 3, 4, 3) if baseline else (0.15, 1, 4, 4, 2)
    letters = random.choices("ABCDE", weights, k=9)
    if random.random() < 0.08:
        letters[random.randrange(9)] = "not_evaluable"
    sledai = random.randrange(2, 16) if baseline else random.randrange(12)
    pga = Decimal(random.choice(("1", "1.2", "1.29", "1.3", "1.31", "1.5", "1.8")))
    visit: Visit = {
        "sledai": None if random.random() < 0.03 else sledai,
        "bilag": letters,
        "pga": None if random.random() < 0.03 else pga,
    }
    return visit


def sri_answers(visit: Visit) -> Mapping[str, object]:
    letters = ["_" if letter == "not_evaluable" else letter for letter in visit["bilag"] or ()]
    return {"sledai_2k": visit["sledai"], "pga": visit["pga"], "bilag": "".join(letters)}


@pytest.mark.parametrize("points", [4, 6])
def test_sri_agrees_on_generated_visits(points: int) -> None:
    random = Random(SEED + points)
    visits = VISITS if points == 4 else 5_000
    pairs = [
        (sri_visit(random, baseline=True), sri_visit(random, baseline=False)) for _ in range(visits)
    ]
    ours = words(f"sri_{points}", [(sri_answers(b), sri_answers(n)) for b, n in pairs])
    expected = [TRUTHS[sri(points, before, now)] for before, now in pairs]
    differ = [i for i in range(visits) if ours[i] != expected[i]]
    assert not differ, (len(differ), [(pairs[i], ours[i], expected[i]) for i in differ[:3]])
    assert min(Counter(expected)[word] for word in TRUTHS.values()) > 100


# ---- guidelines ----------------------------------------------------------------------------------

GUIDELINE_VISITS = 20_000
RATIOS = (
    "0.25", "0.3", "0.442", "0.45", "0.499", "0.5", "0.501", "0.6", "0.7", "0.8", "1", "1.2", "1.5",
    "1.8", "1.99", "2", "2.4", "2.999", "3", "3.1", "5.3", "5.5", "6", "7.001", "8",
)  # fmt: skip
RATES = ("40", "68", "70", "72", "80", "80.9", "81", "82", "89.9", "90", "100", "101.25", "110")
LEVELS = (
    "0.8", "0.81", "0.9", "0.92", "1", "1.15", "1.151", "1.2", "1.201", "1.25", "1.4", "1.8",
    "1.999", "2", "2.07", "2.25", "2.4", "3", "3.5", "3.501",
)  # fmt: skip
PREFLARE = ("60", "80", "92", "110")


def guideline_visit(random: Random) -> Record:
    return {
        "upcr": maybe(random, RATIOS),
        "gfr": maybe(random, RATES),
        "creatinine": maybe(random, LEVELS),
        "preflare_umol": maybe(random, PREFLARE) if random.random() < 0.4 else None,
    }


Answered = Mapping[str, object]


def guideline_answers(record: Record, *names: str) -> Answered:
    short = {"creatinine": "cr", "preflare_umol": "preflare_creatinine"}
    return {short.get(name, name): record[name] for name in names}


def read_pairs(
    pairs: Sequence[tuple[Record, Record]], *names: str
) -> list[tuple[Answered, Answered]]:
    """What a definition is asked of each pair."""
    return [
        (guideline_answers(before, *names), guideline_answers(now, *names)) for before, now in pairs
    ]


def generated_pairs(seed: int) -> list[tuple[Record, Record]]:
    random = Random(SEED + seed)
    return [(guideline_visit(random), guideline_visit(random)) for _ in range(GUIDELINE_VISITS)]


def agree(name: str, ours: list[str], expected: list[str], pairs: Sequence[object]) -> None:
    differ = [i for i in range(len(ours)) if ours[i] != expected[i]]
    found = [(pairs[i], ours[i], expected[i]) for i in differ[:3]]
    assert not differ, (name, len(differ), found)
    assert min(Counter(expected).values()) > 100, (name, Counter(expected))
    assert len(set(expected)) >= 3, name


def test_eular_agrees_on_generated_visits() -> None:
    pairs = generated_pairs(1)
    read = read_pairs(pairs, "upcr", "gfr")
    expected = [eular_2012(before, now) for before, now in pairs]
    agree("eular_2012", words("eular_2012", read), expected, pairs)
    theirs = [eular_2025(before, now) for before, now in pairs]
    for name in theirs[0]:
        agree(name, words(name, read), [found[name] for found in theirs], pairs)


@pytest.mark.parametrize(("name", "theirs"), [("kdigo_2012", kdigo_2012), ("dutch_2012", dutch)])
def test_creatinine_before_the_flare_agrees_on_generated_visits(
    name: str, theirs: Callable[[Record, Record], str]
) -> None:
    pairs = generated_pairs(2)
    read = read_pairs(pairs, "upcr", "creatinine", "preflare_umol")
    agree(name, words(name, read), [theirs(before, now) for before, now in pairs], pairs)


def test_relapse_agrees_on_generated_visits() -> None:
    pairs = generated_pairs(3)
    read = read_pairs(pairs, "upcr", "creatinine")
    names = {True: "flare", False: "no flare", None: "not assessable"}
    theirs = [kdigo_relapse(before, now) for before, now in pairs]
    for name in theirs[0]:
        ours = words(name, read, moment="previous")
        agree(name, ours, [names[found[name]] for found in theirs], pairs)
