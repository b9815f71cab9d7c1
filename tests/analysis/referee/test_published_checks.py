"""Numbers of published lupus trials: each is ruled on, and no ruling is too kind."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from analysis.referee.ruled_rows import refereed
from remit.analysis.referee.printed_files import referee_file
from remit.analysis.referee.printed_numbers import ABSENT
from remit.analysis.referee.refereed_tables import Refereed
from remit.analysis.referee.rulings import RefereedNumber, Ruling
from remit.analysis.referee.trees import Cell, Tree, yaml_tree

pytestmark = pytest.mark.shared
# What holds no printed number.
WORDS = {"id", "trial", "kind", "citation", "url", "method_stated", "note", "trap", "data", "model"}
NAMES = {"endpoint", "subgroup", "counts_derived_from_percent"}


@pytest.fixture(scope="module")
def file(shared: Path) -> Path:
    return shared / "data/trials/published_checks.yaml"


@pytest.fixture(scope="module")
def found(file: Path) -> Refereed:
    return referee_file(file)


def cells(tree: Tree, key: str = "") -> Iterator[Cell]:
    """Each value of a check that is a printed number."""
    if isinstance(tree, Cell):
        if tree.text.lower() not in ABSENT:
            yield tree
    elif isinstance(tree, Mapping):
        for name, value in tree.items():
            if name not in WORDS | NAMES:
                yield from cells(value, name)
    else:
        for value in tree:
            yield from cells(value, key)


def one(found: Refereed, table: str, row: str, number: str) -> RefereedNumber:
    return next(
        n for n in found.numbers if (n.table, n.number) == (table, number) and n.row.startswith(row)
    )


def test_every_printed_number_is_ruled_on_once(file: Path, found: Refereed) -> None:
    tree = yaml_tree(file.read_text(encoding="utf-8"), source="f")
    assert isinstance(tree, Mapping)
    printed = [cell.text for cell in cells(tree["checks"])]
    ruled = [text for number in found.numbers for text in number.printed.split(" to ")]
    assert sorted(ruled) == sorted(printed)
    assert all(number.arithmetic for number in found.numbers)


@pytest.mark.parametrize(
    ("table", "row", "number"),
    [
        # As the file itself remarks: no k/181, no k/27.
        ("multitarget_liu2015", "CR wk24", "pct_ctl"),
        ("ecmps_asia", "death or serious infection", "pct_act"),
        # 5 of 32 against 1 of 27: p by every test lies above 0.1.
        ("ecmps_asia", "death or serious infection", "p"),
        # 151/181 is 83.4 and 152/181 is 84.0.
        ("multitarget_liu2015", "overall response wk24", "pct_act"),
        # A larger difference than in the row of BILAG, of the same groups, and a larger p.
        ("illuminate1_tabalumab", "no PGA worsening Q4W", "p"),
    ],
)
def test_known_faults_are_found(found: Refereed, table: str, row: str, number: str) -> None:
    assert one(found, table, row, number).ruling is Ruling.CANNOT


def test_nothing_else_is_called_impossible(found: Refereed) -> None:
    harsh = {Ruling.CANNOT, Ruling.INCONSISTENT}
    assert sum(number.ruling in harsh for number in found.numbers) == 5


def test_a_stratified_trial_is_close_and_never_off(found: Refereed) -> None:
    """TULIP states four strata: what counts alone give may agree, and is not its analysis."""
    tulip = [number for number in found.numbers if number.table.startswith("tulip")]
    assert {n.ruling for n in tulip if n.number == "ci"} == {Ruling.CLOSE}
    sums = [n for n in tulip if n.row.endswith("All") and n.number[:2] in {"x_", "n_"}]
    assert {n.ruling for n in sums if n.row[:5] not in {"FACIT", "SF-36"}} == {Ruling.REPRODUCED}
    assert all(n.by != ("Wald",) for n in tulip if n.ruling is Ruling.REPRODUCED)


def test_what_others_reproduced_is_reproduced(found: Refereed) -> None:
    mee = one(found, "fagerland_mn", "published", "mn_ci_without_N_over_Nminus1")
    assert mee.ruling is Ruling.REPRODUCED
    assert all(name.startswith("Mee") for name in mee.by)
    percents = [n for n in found.numbers if n.table == "voclosporin_vs_alms" and "[3]" in n.number]
    assert len(percents) == 9
    assert {n.ruling for n in percents} == {Ruling.REPRODUCED}
    assert one(found, "cdisc_14_3_11_mmrm", "p", "low_minus_pbo.abs_diff").ruling is (
        Ruling.REPRODUCED
    )
    # rpact 3.3.4 has 3.74955, 2.53994, 2.01607, 1.72018, and this source other last digits.
    bounds = [n for n in found.numbers if n.number.startswith("z[")]
    assert [n.ruling for n in bounds] == [Ruling.REPRODUCED, *[Ruling.CLOSE] * 3]


def test_bounds_are_never_reproduced(found: Refereed) -> None:
    weak = [n for n in found.numbers if n.printed.startswith("<")]
    assert len(weak) > 10
    assert Ruling.REPRODUCED not in {n.ruling for n in weak}


def test_counts_worked_back_from_percentages_reproduce_nothing(found: Refereed) -> None:
    aurora = [n for n in found.numbers if n.table == "aurora1_upcr07"]
    assert Ruling.REPRODUCED not in {n.ruling for n in aurora}


def mutants(text: str) -> Iterator[str]:
    """The text with its last digit one up and one down, and its first digit one up."""
    digits = [place for place, digit in enumerate(text) if digit.isdigit()]
    for place, step in {(digits[-1], 1), (digits[-1], 9), (digits[0], 1)}:
        yield f"{text[:place]}{(int(text[place]) + step) % 10}{text[place + 1 :]}"


def test_no_mutant_of_a_reproduced_number_is_reproduced(file: Path, found: Refereed) -> None:
    """A digit is changed: nothing may still say that it is reproduced, but what truly gives it."""
    lines = file.read_text(encoding="utf-8").split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith("- id:")] + [len(lines)]
    survived: list[tuple[RefereedNumber, str]] = []
    tried = 0
    for number in found.numbers:
        if number.ruling is not Ruling.REPRODUCED:
            continue
        assert number.line is not None
        first = max(at for at in starts if at < number.line)
        last = min(at for at in starts if at >= number.line)
        for offset, part in enumerate(number.printed.split(" to ")):
            at = number.line - 1 + offset
            head, _, tail = lines[at].rpartition(part)
            for changed in mutants(part):
                tried += 1
                check = copy.copy(lines[first:last])
                check[at - first] = f"{head}{changed}{tail}"
                again = refereed("\n".join(["checks:", *check]))
                survived += [
                    (n, changed)
                    for n in again.numbers
                    if (n.row, n.number, n.ruling) == (number.row, number.number, number.ruling)
                ]
    assert tried > 200
    # Of seven and more tests another one may give the new digits: it is named, and does.
    for number, changed in survived:
        assert number.number == "p"
        given = [line.rpartition("p = ")[2] for line in number.arithmetic if "p = " in line]
        decimals = len(changed.partition(".")[2])
        assert any(f"{float(p):.{decimals}f}" == changed for p in given), number
    assert len(survived) <= tried / 100
