"""A comparison as it may be shown: small counts hidden, and what would tell them withheld."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remit.analysis.agreement import Kappa, Rate
from remit.analysis.comparison import ArmRate, Comparison
from remit.disclosure import Cell, CountTable, is_told, rounded_count, shown_cells, shown_count
from remit.truth import Status

# What is opened again first where too much was withheld.
_RANK = ("n", "known", "responders", "judged", "imputed", "open", "others", "imputed_others")


@dataclass(frozen=True, slots=True)
class ShownRate:
    """A rate as it may be shown; `rate` is None where a count that it tells is hidden."""

    count: str
    n: str
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class ShownArm:
    """One arm under one definition, as `ArmRate`."""

    definition: str
    arm: str
    observed: ShownRate
    imputed: ShownRate
    not_assessable: str


@dataclass(frozen=True, slots=True)
class ShownFlips:
    """How many respond under one definition and not under another, by the gate that decided."""

    responder_under: str
    not_under: str
    gate: str
    persons: str


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """A comparison as it may be shown.

    Attributes:
        reference: the study's own definition, to which others are held.
        definitions: those under which anybody can be assessed, `reference` first if it is one.
        without: those under which nobody can be.
        agreement: pair -> kappa; None where a count that it tells is hidden.
        flips: from and to the reference, the most frequent first.
        elsewhere: definition -> when its source judges, where that is not at this visit.
    """

    visit: str
    persons: str
    reference: str
    arms: tuple[str, ...]
    definitions: tuple[str, ...]
    without: tuple[str, ...]
    rates: tuple[ShownArm, ...]
    agreement: Mapping[tuple[str, str], Kappa | None]
    flips: tuple[ShownFlips, ...]
    elsewhere: Mapping[str, str]

    def kappa_of(self, one: str, other: str) -> Kappa | None:
        """The agreement of two definitions, in either order."""
        pair = (one, other)
        return self.agreement[pair if pair in self.agreement else (other, one)]


def shown_comparison(
    comparison: Comparison, *, reference: str | None = None, smallest: int = 0
) -> ShownComparison:
    """A comparison with counts below `smallest` hidden.

    A kappa tells the four counts from which it is worked out, so it is shown only where each of
    them is 0 or at least `smallest`. Numbers of flips are rounded.

    Raises:
        ValueError: `smallest` is 1, 2 or negative.
    """
    first = reference if reference in comparison.definitions else comparison.definitions[0]
    assert first is not None
    anybody = {rate.definition for rate in comparison.rates if rate.observed.n}
    order = [first, *(name for name in comparison.definitions if name != first)]
    names = tuple(name for name in order if name in anybody)
    rates = [
        shown
        for name in names
        for shown in _arms([r for r in comparison.rates if r.definition == name], smallest)
    ]
    arms = tuple(dict.fromkeys(rate.arm for rate in comparison.rates))
    # The whole would tell the size of a small arm.
    several = smallest and len(arms) > 1
    persons = (rounded_count if several else shown_count)(
        len(comparison.persons), smallest=smallest
    )
    return ShownComparison(
        comparison.visit,
        persons,
        first,
        arms,
        names,
        tuple(name for name in order if name not in anybody),
        tuple(rates),
        {
            pair: kappa if _may_tell(comparison, pair, smallest) else None
            for pair, kappa in comparison.agreement.items()
            if set(pair) <= anybody
        },
        _flips(comparison, first, smallest),
        {name: when for name, when in comparison.elsewhere.items() if name in names},
    )


def _arms(rates: list[ArmRate], smallest: int) -> list[ShownArm]:
    """The arms under one definition, their counts judged together."""
    counts: dict[Cell, int] = {}
    sums: list[tuple[Cell, tuple[Cell, ...]]] = []
    unshown: set[Cell] = set()
    fixed: set[Cell] = set()
    for rate in rates:
        whole = rate.observed.n + rate.not_assessable
        here = {
            "n": whole,
            "open": rate.not_assessable,
            "known": rate.observed.n,
            "responders": rate.observed.count,
            "others": rate.observed.n - rate.observed.count,
            "imputed": rate.imputed.count,
            "judged": rate.imputed.n,
            "imputed_others": rate.imputed.n - rate.imputed.count,
            "imputed_open": whole - rate.imputed.n,
            "overruled": rate.observed.count - rate.imputed.count,
        }
        counts |= {((rate.arm,), name): count for name, count in here.items()}
        sums += [
            (((rate.arm,), total), tuple(((rate.arm,), part) for part in parts))
            for total, parts in (
                ("n", ("known", "open")),
                ("known", ("responders", "others")),
                ("n", ("judged", "imputed_open")),
                ("judged", ("imputed", "imputed_others")),
                ("responders", ("imputed", "overruled")),
            )
        ]
        unshown |= {((rate.arm,), "overruled"), ((rate.arm,), "imputed_open")}
        if whole >= smallest:
            fixed.add(((rate.arm,), "n"))
    table = CountTable(counts, tuple(sums), frozenset(unshown), frozenset(fixed), _RANK)
    texts = shown_cells(table, smallest=smallest)

    def shown(arm: str, rate: Rate, count: str, n: str, others: str) -> ShownRate:
        cells = [texts[(arm,), name] for name in (count, n, others)]
        told = all(map(is_told, cells))
        return ShownRate(cells[0], cells[1], rate if told else None)

    return [
        ShownArm(
            rate.definition,
            rate.arm,
            shown(rate.arm, rate.observed, "responders", "known", "others"),
            shown(rate.arm, rate.imputed, "imputed", "judged", "imputed_others"),
            texts[(rate.arm,), "open"],
        )
        for rate in rates
    ]


def _may_tell(comparison: Comparison, pair: tuple[str, str], smallest: int) -> bool:
    first, second = (comparison.responders[name] for name in pair)
    known = (first != Status.UNKNOWN) & (second != Status.UNKNOWN)
    cells = Counter(zip(first[known].tolist(), second[known].tolist(), strict=True))
    left_out = int(np.count_nonzero(~known))
    return all(not 0 < count < smallest for count in (*cells.values(), left_out))


def _flips(comparison: Comparison, reference: str, smallest: int) -> tuple[ShownFlips, ...]:
    """To and from the reference; small ones are put in order by name, not by number."""
    counted = Counter(
        (flip.responder_under, flip.not_under, flip.gate)
        for flip in comparison.flips
        if reference in (flip.responder_under, flip.not_under)
    )
    step = max(smallest, 1)
    ordered = sorted(counted.items(), key=lambda item: (-(item[1] // step), item[0]))
    return tuple(
        ShownFlips(*key, rounded_count(count, smallest=smallest)) for key, count in ordered
    )
