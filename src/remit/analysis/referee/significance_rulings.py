"""The p of two or more arms: whether a test of their counts gives it.

A p that is printed as a bound, such as `<0.001`, can be consistent and never reproduced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from remit.analysis.methods.summaries import z_of_p
from remit.analysis.referee.count_rulings import counts_of
from remit.analysis.referee.matched_methods import Cases, Nearest, remark_of_matches
from remit.analysis.referee.printed_numbers import PrintedNumber, Relation
from remit.analysis.referee.printed_rows import PrintedComparison, PrintedRow
from remit.analysis.referee.roundings import SOUND, convention_of, shown
from remit.analysis.referee.rulings import Remark, Ruling
from remit.analysis.referee.stated_methods import StatedMethod
from remit.analysis.referee.tried_methods import (
    significances,
    significances_of_many,
    significances_of_table,
    stratified_tests,
)


def significance_remarks(
    comparison: PrintedComparison, cases: Cases, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a test of two arms' counts gives the p."""
    p = comparison.get("p")
    if p is None:
        return
    found: dict[str, list[float]] = {}
    case = cases.cases[0]
    for one in cases.cases:
        for name, value in significances(one.counts, slow=not p.is_weak).items():
            found.setdefault(name, []).append(value)
        for name, value in stratified_tests(one.strata).items() if one.strata else ():
            found.setdefault(name, []).append(value)
    if stated.one_sided:
        found |= {f"{name}, one side": [p / 2 for p in ps] for name, ps in found.items()}
    if not found:
        lines = (f"no test is defined for {case.text}",)
        yield Remark((p,), Ruling.NOT_CHECKABLE, lines)
        return
    yield p_remark(p, found, case.text, cases, stated)


def many_remarks(
    row: PrintedRow, comparison: PrintedComparison, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a test of three or more arms' counts gives the p."""
    p = comparison.get("p")
    counts = [counts_of(arm) for arm in row.arms]
    known = [one for one in counts if one is not None and len(one.pairs) == 1]
    if p is None or len(known) != len(row.arms):
        return
    groups = tuple(one.pairs[0] for one in known)
    found = {name: [value] for name, value in significances_of_many(groups).items()}
    text = " against ".join(f"{x}/{n}" for x, n in groups)
    if found:
        told = tuple(one.how for one in known if one.how)
        cases = Cases((), told, any(one.open for one in known))
        yield p_remark(p, found, text, cases, stated)


def crosstab_remarks(
    row: PrintedRow, comparison: PrintedComparison, stated: StatedMethod
) -> Iterator[Remark]:
    """Whether a test of a table of counts gives the p."""
    p = comparison.get("p")
    if p is None:
        return
    found = {name: [value] for name, value in significances_of_table(row.crosstab).items()}
    text = " against ".join("/".join(map(str, counts)) for counts in row.crosstab)
    if found:
        yield p_remark(p, found, text, Cases((), (), open=False), stated)


def p_remark(
    p: PrintedNumber,
    found: Mapping[str, Sequence[float]],
    text: str,
    cases: Cases,
    stated: StatedMethod,
) -> Remark:
    """What the p of several tests say of a printed one.

    Args:
        found: the p of each test; several where the counts are not sure.
    """
    if p.is_weak:
        return _weak_p(p, found, text, cases, stated)
    given: dict[str, list[str]] = {}
    for name, values in found.items():
        for value in values:
            how = convention_of(value, p)
            if how is not None:
                given.setdefault(how, []).append(f"{name}|{name} of {text}: p = {shown(value)}")
    least, most = max(p.low, 0.0), min(p.high, 1.0)
    nearest: Nearest | None = None
    for name, values in found.items():
        for value in values:
            away = _z_away(value, least, most)
            if nearest is None or away < nearest.away:
                nearest = Nearest(away, f"{name} of {text}: p = {shown(value)}", (value,))
    return remark_of_matches((p,), given, nearest, tuple(found), cases, stated)


def _z_away(value: float, least: float, most: float) -> float:
    """How far the z of a p lies from those of a range of p."""
    z, low, high = z_of_p(max(value, 1e-300)), z_of_p(most), z_of_p(max(least, 1e-300))
    return max(0.0, low - z, z - high)


def holds(p: PrintedNumber, value: float) -> bool:
    """Whether a computed p agrees with a bound that is printed."""
    match p.relation:
        case Relation.BELOW:
            return value < p.number
        case Relation.AT_MOST:
            return value <= p.number
        case Relation.ABOVE:
            return value > p.number
        case Relation.AT_LEAST:
            return value >= p.number
        case Relation.EQUAL:
            return convention_of(value, p) in SOUND


def _weak_p(
    p: PrintedNumber,
    found: Mapping[str, Sequence[float]],
    text: str,
    cases: Cases,
    stated: StatedMethod,
) -> Remark:
    """A bound such as `<0.001`: it can be consistent, and never reproduced."""
    agree = [name for name, values in found.items() if any(holds(p, value) for value in values)]
    every = [value for values in found.values() for value in values]
    span = f"{shown(min(every))} to {shown(max(every))}"
    told = [*cases.told, f"{len(found)} tests of {text}: p from {span}"]
    tried = tuple(found)
    if agree:
        if len(agree) < len(found):
            told.append(f"{p.text} by {len(agree)} of them: {', '.join(agree)}")
        return Remark((p,), Ruling.CONSISTENT, tuple(told), tuple(agree), tried, from_counts=True)
    edge = p.number
    away = min(_z_away(value, edge, edge) for value in every)
    told.append(f"none is {p.text}; the nearest is {shown(away, 2)} of z away")
    if away <= stated.near:
        told.append(stated.excuse)
        return Remark((p,), Ruling.CLOSE, tuple(told), (), tried, from_counts=True)
    return Remark((p,), Ruling.CANNOT, tuple(told), (), tried, from_counts=True)
