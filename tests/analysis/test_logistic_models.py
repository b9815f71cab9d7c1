"""Logistic regression, plain, penalised and exact: real patients, separation, and bad input."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from math import inf, log
from pathlib import Path

import numpy as np
import pytest

from remit.analysis.methods.exact_logistic import exact_logistic
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.logistic_regression import (
    LogisticModel,
    firth_regression,
    logistic_regression,
)
from remit.errors import MethodError

# Heinze G, Schemper M. Stat Med 2002;21:2409: endometrial cancer of 79 women; neovasculation,
# pulsatility index of arteria uterina, endometrium height, and whether the grade is high.
ENDOMETRIUM = (
    "0,13,1.64:0 0,16,2.26:0 0,8,3.14:0 0,34,2.68:0 0,20,1.28:0 0,5,2.31:0 0,17,1.8:0 "
    "0,10,1.68:0 0,26,1.56:0 0,17,2.31:0 0,8,2.01:0 0,7,1.89:0 0,20,3.15:0 0,10,1.23:0 "
    "0,18,1.27:0 0,16,1.76:0 0,18,2:0 0,8,2.64:1 0,29,0.88:1 0,12,1.27:1 0,20,1.37:1 "
    "1,38,0.97:1 1,22,1.14:1 1,7,0.88:1 1,25,0.91:1 1,15,0.58:1 0,7,0.97:1 0,28,1.5:0 "
    "0,11,1.33:0 0,19,2.37:0 0,10,1.82:0 0,10,3.13:0 0,18,1.31:0 0,14,1.92:0 0,21,1.64:0 "
    "0,11,2.01:0 0,17,1.88:0 0,25,1.93:0 0,16,2.11:0 0,19,1.29:0 0,15,1.72:0 0,33,0.75:0 "
    "0,24,1.92:0 0,48,1.84:1 0,12,1.11:1 0,19,1.61:1 0,2,1.18:1 1,22,1.44:1 1,40,1.18:1 "
    "1,5,0.93:1 1,0,1.17:1 0,21,1.19:1 0,15,1.06:1 0,29,2.02:0 0,15,2.29:0 0,12,2.33:0 "
    "0,3,2.9:0 0,20,1.7:0 0,23,1.41:0 0,12,2.25:0 0,22,1.54:0 0,42,1.97:0 0,15,1.75:0 "
    "0,13,2.16:0 0,14,2.57:0 0,19,1.37:0 0,12,3.61:0 0,13,2.04:0 0,10,2.17:0 0,12,1.69:1 "
    "1,49,0.27:1 0,6,1.84:1 0,5,1.3:1 0,17,0.96:1 1,11,1.01:1 1,21,0.98:1 0,5,0.35:1 "
    "1,19,1.02:1 0,33,0.85:1 "
)
Data = tuple[list[int], list[list[float]]]


def membranous(shared: Path) -> Data:
    """Latent membranous lupus nephritis: van Dyk DA, Meng XL. J Comput Graph Stat 2001;10:1."""
    with (shared / "data/trials/lupus_real/latent_membranous_ln_55.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    return [int(row["response"]) for row in rows], [
        [float(row["x1"]), float(row["x2"])] for row in rows
    ]


def invented() -> Data:
    random = np.random.default_rng(4)
    x = np.round(random.normal(size=(60, 2)), 1)
    y = random.random(60) < 1 / (1 + np.exp(-x[:, 0]))
    return y.astype(int).tolist(), x.tolist()


def test_endometrial_cancer_as_logistf_has_it() -> None:
    # R logistf, as firthlogist prints it in its tests (github.com/jzluo/firthlogist, 0b24e49c).
    women = [woman.split(":") for woman in ENDOMETRIUM.split()]
    rows = [[float(one) for one in known.split(",")] for known, _ in women]
    grades = [int(grade) for _, grade in women]
    found = firth_regression(grades, rows)
    printed = [
        (2.92927330, 0.6097244, 7.85463171),
        (-0.03475175, -0.1244587, 0.04045547),
        (-2.60416387, -4.3651832, -1.23272106),
    ]
    for ratio, (value, low, high) in zip(found.profile, printed, strict=True):
        assert _logs(ratio) == pytest.approx((low, value, high), rel=2e-5)
    assert found.intercept.value == pytest.approx(3.77455951, rel=1e-6)
    # Every woman with neovasculation has a high grade.
    plain = logistic_regression(grades, rows)
    assert plain.ratios[0].value is None
    assert "Firth" in plain.warnings[0]
    assert plain.ratios[1].value is not None


@pytest.mark.shared
def test_membranous_nephritis_as_r_has_it(shared: Path) -> None:
    # R 4.2.2: glm(response ~ x1 + x2, binomial), and its penalised likelihood climbed by optim.
    answers, rows = membranous(shared)
    plain = logistic_regression(answers, rows)
    assert [log(one.value or 0) for one in plain.ratios] == pytest.approx(
        [7.4108490, 4.1806914], abs=5e-7
    )
    assert plain.intercept.value == pytest.approx(-3.0260404, abs=5e-7)
    assert [one.p for one in plain.tests] == pytest.approx([0.064456422, 0.1208328], abs=1e-6)
    assert plain.log_likelihood[0] == pytest.approx(-5.025378627, abs=1e-9)
    assert "Firth" in plain.warnings[0]
    penalised = firth_regression(answers, rows)
    assert [log(one.value or 0) for one in penalised.ratios] == pytest.approx(
        [4.0385306, 2.2476072], abs=2e-6
    )
    assert penalised.log_likelihood[0] == pytest.approx(-5.5331872, abs=1e-7)
    assert penalised.warnings == ()


@pytest.mark.shared
@pytest.mark.parametrize("of", [0, 1])
def test_membranous_nephritis_counted_out(shared: Path, of: int) -> None:
    answers, rows = membranous(shared)
    # Persons one by one, each sum of all three a key of a dictionary, in whole halves.
    ways = Counter({(0, 0, 0): 1})
    for x_1, x_2 in rows:
        new = Counter(ways)
        for (n, a, b), count in ways.items():
            new[n + 1, a + round(2 * x_1), b + round(2 * x_2)] += count
        ways = new
    chosen = [row for row, answer in zip(rows, answers, strict=True) if answer]
    seen = (len(chosen), *(round(2 * sum(row[at] for row in chosen)) for at in (0, 1)))
    other = 2 - of
    same = {
        key[1 + of]: count
        for key, count in ways.items()
        if key[0] == seen[0] and key[other] == seen[other]
    }
    alike = sum(count for count in same.values() if count <= same[seen[1 + of]])
    found = exact_logistic(answers, rows, of=of)
    assert found.values == len(same)
    assert found.test.p == pytest.approx(alike / sum(same.values()), rel=1e-10)
    assert seen[1 + of] == max(same)
    assert found.ratio.high == inf
    assert found.ratio.warnings


def test_separation_is_found_and_what_to_use_is_said() -> None:
    rows = [[float(x)] for x in range(8)]
    whole = logistic_regression([0] * 4 + [1] * 4, rows)
    assert whole.ratios[0].value is None
    assert whole.tests[0].p is None
    assert "Firth" in whole.warnings[0]
    assert "exact" in whole.warnings[0]
    # The likelihood itself has its limit: 8 log 2 below it stands the intercept alone.
    assert whole.together.statistic == pytest.approx(16 * log(2), rel=1e-9)
    assert whole.profile[0].high == inf
    assert (whole.profile[0].low or 0) > 1
    penalised = firth_regression([0] * 4 + [1] * 4, rows)
    assert penalised.ratios[0].value is not None
    assert penalised.profile[0].high != inf


def test_a_separating_covariate_beside_one_that_does_not() -> None:
    # All with the mark said yes; age says nothing for certain.
    rows = [[1.0, age] for age in (3.0, 5.0, 4.0)] + [[0.0, age] for age in (1.0, 4.0, 2.0, 6.0, 5)]
    found = logistic_regression([1, 1, 1, 0, 1, 1, 0, 1], rows)
    assert found.ratios[0].value is None
    assert found.ratios[1].value is not None
    assert found.ratios[1].warnings == found.warnings
    fewer = logistic_regression([0, 1, 1, 0, 1], [row[1:] for row in rows[3:]])
    assert found.ratios[1].value == pytest.approx(fewer.ratios[0].value, rel=1e-5)


@pytest.mark.parametrize("answer", [0, 1])
def test_all_of_one_answer(answer: int) -> None:
    rows = [[float(x)] for x in (1, 2, 3, 4, 6)]
    plain = logistic_regression([answer] * 5, rows)
    assert plain.ratios[0].value is None
    assert "all persons answered alike" in plain.warnings[0]
    assert firth_regression([answer] * 5, rows).warnings
    exact = exact_logistic([answer] * 5, rows)
    assert exact.test.p is None
    assert exact.ratio.warnings


def test_a_table_of_two_by_two_is_fishers() -> None:
    answers = [1] * 7 + [0] * 5 + [1] * 2 + [0] * 9
    rows = [[1.0]] * 12 + [[0.0]] * 11
    assert exact_logistic(answers, rows).test.p == pytest.approx(
        fisher_test([[7, 5], [2, 9]]).p, rel=1e-9
    )


@pytest.mark.parametrize("method", [logistic_regression, firth_regression])
def test_rows_units_and_sides(method: object) -> None:
    assert callable(method)
    answers, rows = invented()
    found = method(answers, rows)
    assert isinstance(found, LogisticModel)
    order = np.random.default_rng(2).permutation(len(answers))
    mixed = method([answers[at] for at in order], [rows[at] for at in order])
    other = method([1 - answer for answer in answers], rows)
    scaled = method(answers, [[1000 * a + 3, b / 88.4] for a, b in rows])
    for place, ratio in enumerate(found.profile):
        assert _logs(mixed.profile[place]) == pytest.approx(_logs(ratio), abs=1e-8)
        low, value, high = _logs(ratio)
        assert _logs(other.profile[place]) == pytest.approx((-high, -value, -low), abs=1e-8)
        by = (1000.0, 1 / 88.4)[place]
        assert [by * one for one in _logs(scaled.profile[place])] == pytest.approx(
            _logs(ratio), abs=1e-7
        )
        assert scaled.likelihood_ratios[place].p == pytest.approx(
            found.likelihood_ratios[place].p, rel=1e-7
        )


def test_exact_rows_and_sides() -> None:
    answers = [1, 0, 0, 1, 1, 0, 1, 0, 1, 1]
    rows = [[a, b] for a, b in zip([0, 0, 1, 1, 2, 0, 2, 1, 1, 2], [1, 0] * 5, strict=True)]
    found = exact_logistic(answers, rows)
    turned = exact_logistic(answers[::-1], rows[::-1])
    assert (turned.test.p, turned.ratio.value) == pytest.approx((found.test.p, found.ratio.value))
    other = exact_logistic([1 - answer for answer in answers], rows)
    assert other.test.p == pytest.approx(found.test.p)
    assert (other.ratio.low or 0) * (found.ratio.high or 0) == pytest.approx(1.0)
    scaled = exact_logistic(answers, [[0.1 * a + 0.7, b] for a, b in rows])
    assert log(scaled.ratio.value or 0) == pytest.approx(10 * log(found.ratio.value or 0))


@pytest.mark.parametrize("method", [logistic_regression, firth_regression, exact_logistic])
@pytest.mark.parametrize(
    ("answers", "rows", "said"),
    [
        ([], [], "yes or no"),
        ([1, 0, 2], [[1.0], [2.0], [3.0]], "1 of 3 that are neither"),
        ([1, 0], [[1.0]], "2 rows of numbers"),
        ([1, 0, 1], [[1.0], [float("nan")], [2.0]], "a number for each covariate"),
        ([1, 0, 1], [[1.0], [1.0], [1.0]], "the same for all"),
        ([1], [[1.0]], "depend on each other"),
        ([1, 0, 1, 0], [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [0.0, 0.0]], "depend on each other"),
    ],
)
def test_what_cannot_be_is_refused(
    method: object, answers: Sequence[int], rows: Sequence[Sequence[float]], said: str
) -> None:
    assert callable(method)
    with pytest.raises(MethodError, match=said):
        method(answers, rows)


def test_exact_regression_says_when_there_is_too_much_to_count() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(30, 2)).tolist()
    with pytest.raises(MethodError, match="round the covariates"):
        exact_logistic([0, 1] * 15, rows)
    with pytest.raises(MethodError, match="no such covariate"):
        exact_logistic([0, 1, 1], [[0.0], [1.0], [2.0]], of=1)


def _logs(estimate: object) -> tuple[float, ...]:
    return tuple(log(getattr(estimate, name)) for name in ("low", "value", "high"))
