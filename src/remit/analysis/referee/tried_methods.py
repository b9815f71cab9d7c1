"""The methods that are tried on counts, by the name under which a ruling tells of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import TypeAlias

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.exact_tables import conditional_odds_ratio, fisher_test
from remit.analysis.methods.mantel_haenszel import (
    common_odds_ratio,
    correlation_test,
    general_association,
    row_mean_scores,
)
from remit.analysis.methods.one_proportion import clopper_pearson, jeffreys, mid_p, wilson
from remit.analysis.methods.plain_proportions import (
    agresti_caffo_difference,
    agresti_coull,
    likelihood_ratio_test,
    odds_ratio_test,
    pearson_test,
    wald_difference,
    wald_interval,
    wald_test,
    yates_test,
)
from remit.analysis.methods.ratio_bounds import common_risk_ratio, score_risk_ratio
from remit.analysis.methods.stratified_proportions import (
    mantel_haenszel_difference,
    stratified_score_difference,
    weighted_difference,
)
from remit.analysis.methods.two_proportions import (
    miettinen_nurminen_difference,
    newcombe_difference,
    odds_ratio,
    risk_ratio,
    score_test,
)
from remit.analysis.methods.unconditional_tests import (
    barnard_test,
    boschloo_test,
    fisher_mid_p,
)
from remit.analysis.referee.printed_rows import Scale
from remit.errors import MethodError

Pair: TypeAlias = tuple[int, int]
Four: TypeAlias = tuple[int, int, int, int]
MOST_FOR_EXACT = 100_000  # persons; beyond, exact and normal tests do not differ in print
MOST_PERSONS = 2_000  # of a table whose companions are gone through
MOST_TABLES = 1_500_000  # pairs of counts that tests without margins go through


def _table(a: int, n: int, b: int, m: int) -> list[list[int]]:
    return [[a, n - a], [b, m - b]]


_DIFFERENCES: Mapping[str, Callable[[Four, float], Estimate]] = {
    "Wald": lambda c, level: wald_difference(*c, level=level),
    "Wald, continuity corrected": lambda c, level: wald_difference(*c, level=level, corrected=True),
    "Newcombe": lambda c, level: newcombe_difference(*c, level=level),
    "Miettinen-Nurminen": lambda c, level: miettinen_nurminen_difference(*c, level=level),
    "Mee (Miettinen-Nurminen without N/(N-1))": lambda c, level: miettinen_nurminen_difference(
        *c, level=level, factor=False
    ),
    "Agresti-Caffo": lambda c, level: agresti_caffo_difference(*c, level=level),
}
_ODDS: Mapping[str, Callable[[Four, float], Estimate]] = {
    "odds ratio, Woolf": lambda c, level: odds_ratio(*c, level=level),
    "conditional odds ratio, exact": lambda c, level: conditional_odds_ratio(
        _table(*c), level=level
    ),
}
_RISKS: Mapping[str, Callable[[Four, float], Estimate]] = {
    "risk ratio, Katz": lambda c, level: risk_ratio(*c, level=level),
    "risk ratio, score": lambda c, level: score_risk_ratio(*c, level=level),
}
_TESTS: Mapping[str, Callable[[Four], Significance]] = {
    "chi square, Pearson": lambda c: score_test(*c),
    "chi square, N-1": lambda c: score_test(*c, factor=True),
    "chi square, Yates": lambda c: yates_test(*c),
    "likelihood ratio": lambda c: likelihood_ratio_test(*c),
    "Wald, variances not pooled": lambda c: wald_test(*c),
    "Wald of the log odds ratio (logistic)": lambda c: odds_ratio_test(*c),
    "Fisher": lambda c: fisher_test(_table(*c)),
}
_UNCONDITIONAL: Mapping[str, Callable[[Four], Significance]] = {
    "Fisher, mid-p": lambda c: fisher_mid_p(*c),
    "Boschloo": lambda c: boschloo_test(*c),
    "Barnard": lambda c: barnard_test(*c),
}
_SHARES: Mapping[str, Callable[[int, int, float], Estimate]] = {
    "Clopper-Pearson": lambda x, n, level: clopper_pearson(x, n, level=level),
    "Wilson": lambda x, n, level: wilson(x, n, level=level),
    "Wald": lambda x, n, level: wald_interval(x, n, level=level),
    "Jeffreys": lambda x, n, level: jeffreys(x, n, level=level),
    "mid-p": lambda x, n, level: mid_p(x, n, level=level),
    "Agresti-Coull": lambda x, n, level: agresti_coull(x, n, level=level),
}
Strata: TypeAlias = tuple[Four, ...]
_STRATIFIED: Mapping[Scale, Mapping[str, Callable[[Strata, float], Estimate]]] = {
    Scale.DIFFERENCE: {
        "Mantel-Haenszel, Sato": lambda s, level: mantel_haenszel_difference(s, level=level),
        "CMH weights": lambda s, level: weighted_difference(s, level=level),
        "Miettinen-Nurminen, CMH weights": lambda s, level: stratified_score_difference(
            s, level=level
        ),
    },
    Scale.RISK_RATIO: {
        "common risk ratio, Mantel-Haenszel": lambda s, level: common_risk_ratio(s, level=level),
    },
    Scale.ODDS_RATIO: {
        "common odds ratio, Mantel-Haenszel": lambda s, level: common_odds_ratio(
            [_table(*one) for one in s], level=level
        ),
    },
}


@cache
def estimates(scale: Scale, counts: Four, level: float) -> Mapping[str, Estimate]:
    """What each method gives of two groups' counts, the first against the second."""
    chosen = {
        Scale.DIFFERENCE: _DIFFERENCES,
        Scale.ODDS_RATIO: _ODDS,
        Scale.RISK_RATIO: _RISKS,
    }.get(scale, {})
    large = counts[1] + counts[3] > MOST_FOR_EXACT
    return {
        name: method(counts, level)
        for name, method in chosen.items()
        if not (large and "exact" in name)
    }


@cache
def significances(counts: Four, *, slow: bool = True) -> Mapping[str, float]:
    """The two-sided p of each test of two groups' counts, where it is defined.

    Args:
        slow: also the tests that go through all tables without margins.
    """
    large = counts[1] + counts[3] > MOST_FOR_EXACT
    found = {
        name: test(counts).p for name, test in _TESTS.items() if not (large and name == "Fisher")
    }
    if slow and counts[1] and counts[3] and (counts[1] + 1) * (counts[3] + 1) <= MOST_TABLES:
        found |= {name: test(counts).p for name, test in _UNCONDITIONAL.items()}
    return {name: p for name, p in found.items() if p is not None}


def significances_of_many(groups: tuple[Pair, ...]) -> Mapping[str, float]:
    """The p of each test of more than two groups' counts."""
    found = significances_of_table(tuple((x, n - x) for x, n in groups))
    return {name: p for name, p in found.items() if name in _UNORDERED}


_UNORDERED = frozenset({"chi square, Pearson", "chi square, N-1", "Fisher"})


@cache
def significances_of_table(table: tuple[tuple[int, ...], ...]) -> Mapping[str, float]:
    """The p of each test of a table of counts, a row for each group."""
    found = {
        "chi square, Pearson": pearson_test(table).p,
        "chi square, N-1": general_association([table]).p,
        "row mean scores (ordered answers)": row_mean_scores([table]).p,
        "correlation of ranks 1, 2, 3 … (trend)": correlation_test([table]).p,
    }
    if sum(map(sum, table)) <= MOST_PERSONS:
        # A table with too many companions has no exact test here.
        with suppress(MethodError):
            found["Fisher"] = fisher_test(table).p
    return {name: p for name, p in found.items() if p is not None}


@cache
def shares(x: int, n: int, level: float) -> Mapping[str, Estimate]:
    """The interval of one proportion by each method."""
    return {name: method(x, n, level) for name, method in _SHARES.items()}


@cache
def stratified(scale: Scale, strata: Strata, level: float) -> Mapping[str, Estimate]:
    """What each method over strata gives."""
    return {
        f"{name} ({len(strata)} strata)": method(strata, level)
        for name, method in _STRATIFIED.get(scale, {}).items()
    }


@cache
def stratified_tests(strata: Strata) -> Mapping[str, float]:
    """The p of Cochran, Mantel and Haenszel over strata."""
    p = general_association([_table(*one) for one in strata]).p
    return {} if p is None else {f"Cochran-Mantel-Haenszel ({len(strata)} strata)": p}
