"""Two packaged definitions against the second implementations in `tests/independent`.

Those were written from the specification by other people, and share no code with Remit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

import pytest

from endpoints.judging import answers, bound
from independent.composites import Visit, sri
from independent.renal_response import nct05631717_response
from remit.endpoints.adjudication import adjudicate_sheet
from remit.instruments.forms import form_sheet

SEED, VISITS = 20261125, 200_000
Record = Mapping[str, Decimal | None]
WORDS = {"not_assessable": "not assessable"}
TRUTHS = {True: "R", False: "NR", None: "not assessable"}


def words(
    name: str, pairs: Sequence[tuple[Mapping[str, object], Mapping[str, object]]]
) -> list[str]:
    """The observed grade of each pair of baseline and visit, all on one sheet."""
    rows = [answers(values) for pair in pairs for values in pair]
    baseline = [-1 if row % 2 == 0 else row - 1 for row in range(len(rows))]
    sheet = form_sheet(rows, bound(name).inputs, moments={"baseline": baseline})
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
    visits = VISITS if points == 4 else VISITS // 40
    pairs = [
        (sri_visit(random, baseline=True), sri_visit(random, baseline=False)) for _ in range(visits)
    ]
    ours = words(f"sri_{points}", [(sri_answers(b), sri_answers(n)) for b, n in pairs])
    expected = [TRUTHS[sri(points, before, now)] for before, now in pairs]
    differ = [i for i in range(visits) if ours[i] != expected[i]]
    assert not differ, (len(differ), [(pairs[i], ours[i], expected[i]) for i in differ[:3]])
    assert min(Counter(expected)[word] for word in TRUTHS.values()) > 100
