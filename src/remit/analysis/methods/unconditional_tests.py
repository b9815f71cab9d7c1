"""Exact tests of two proportions that suppose no margin: Boschloo's and Barnard's; Fisher's mid-p.

All compare `count_1` of `n_1` with `count_2` of `n_2`.
"""

from __future__ import annotations

from remit.analysis.methods.count_tables import (
    check_test,
    conditional_p,
    extremity,
    largest_chance,
    pooled_z,
)
from remit.analysis.methods.estimates import Significance, require_counts
from remit.analysis.methods.register import method

EMPTY = "a group is empty: nothing can be compared"


@method(
    "Boschloo's exact test of two proportions",
    reference="Boschloo RD. Stat Neerl 1970;24:1",
    oracle="unconditional_tests",
    tolerance=1e-8,
)
def boschloo_test(
    count_1: int, n_1: int, count_2: int, n_2: int, *, side: str = "two"
) -> Significance:
    """The largest chance, over all common shares, of a p by Fisher as small as the seen one.

    Args:
        side: "two": by Fisher's two-sided p; "greater" or "less": of the first group.

    Raises:
        MethodError: the counts or the side cannot be.
    """
    return _largest(count_1, n_1, count_2, n_2, "boschloo", side)


@method(
    "Barnard's exact test of two proportions (by the pooled score)",
    reference="Barnard GA. Biometrika 1947;34:123; Suissa S, Shuster JJ. J R Stat Soc A "
    "1985;148:317",
    oracle="unconditional_tests",
    tolerance=1e-8,
)
def barnard_test(
    count_1: int, n_1: int, count_2: int, n_2: int, *, side: str = "two"
) -> Significance:
    """The largest chance, over all common shares, of a score as large as the seen one.

    Raises:
        MethodError: as `boschloo_test`.
    """
    found = _largest(count_1, n_1, count_2, n_2, "barnard", side)
    if found.p is None:
        return found
    return Significance(found.p, float(pooled_z(n_1, n_2)[count_1, count_2]))


@method(
    "Fisher's exact test, mid-p",
    reference="Lancaster HO. J Am Stat Assoc 1961;56:223; Hirji KF, Tan SJ, Elashoff RM. Stat Med "
    "1991;10:1137",
    oracle="unconditional_tests",
    tolerance=1e-9,
)
def fisher_mid_p(
    count_1: int, n_1: int, count_2: int, n_2: int, *, side: str = "two"
) -> Significance:
    """As Fisher's test, of what is as likely as the seen table only half being counted.

    Raises:
        MethodError: as `boschloo_test`.
    """
    if _empty(count_1, n_1, count_2, n_2):
        return Significance(None, warnings=(EMPTY,))
    check_test(n_1, n_2, "fisher_mid_p", side)
    return Significance(float(conditional_p(n_1, n_2, side, mid=True)[count_1, count_2]))


def _empty(count_1: int, n_1: int, count_2: int, n_2: int) -> bool:
    require_counts("two proportions", (count_1, n_1), (count_2, n_2))
    return 0 in (n_1, n_2)


def _largest(count_1: int, n_1: int, count_2: int, n_2: int, test: str, side: str) -> Significance:
    if _empty(count_1, n_1, count_2, n_2):
        return Significance(None, warnings=(EMPTY,))
    check_test(n_1, n_2, test, side)
    rank = extremity(n_1, n_2, test, side)
    return Significance(largest_chance(rank <= rank[count_1, count_2]))
