"""A comparison as it may be shown: every count as a text, marked where it is rounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from remit.analysis.agreement import Kappa, Rate
from remit.analysis.comparison import ArmRate, Comparison
from remit.disclosure import shown_count


@dataclass(frozen=True, slots=True)
class ShownRate:
    """A rate with its counts as they may be shown."""

    count: str
    n: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class ShownArm:
    """One arm under one definition, as `ArmRate`."""

    definition: str
    arm: str
    observed: ShownRate
    imputed: ShownRate
    not_assessable: str


@dataclass(frozen=True, slots=True)
class ShownAgreement:
    """The agreement of two definitions with its counts as they may be shown."""

    n: str
    agreed: str
    kappa: Kappa


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
        flips: from and to the reference, the most frequent first.
        elsewhere: definition -> when its source judges, where that is not at this visit.
        smallest: counts are rounded to its multiples; 0 where they are exact.
    """

    visit: str
    persons: str
    reference: str
    arms: tuple[str, ...]
    definitions: tuple[str, ...]
    without: tuple[str, ...]
    rates: tuple[ShownArm, ...]
    agreement: Mapping[tuple[str, str], ShownAgreement]
    flips: tuple[ShownFlips, ...]
    elsewhere: Mapping[str, str]
    smallest: int

    @property
    def nobody(self) -> str:
        """What a count of zero is called: rounded, it can be a few persons."""
        return "Nobody" if self.smallest == 0 else "Nobody, or a few persons only,"

    def agreement_of(self, one: str, other: str) -> ShownAgreement:
        """The agreement of two definitions, in either order."""
        pair = (one, other)
        return self.agreement[pair if pair in self.agreement else (other, one)]


def shown_comparison(comparison: Comparison, *, reference: str | None = None) -> ShownComparison:
    """A comparison with its counts as texts.

    Where it is one of stand-ins (`Comparison.smallest`), so are its rates and its agreement.
    """
    first = reference if reference in comparison.definitions else comparison.definitions[0]
    assert first is not None
    anybody = {rate.definition for rate in comparison.rates if rate.observed.n}
    order = [first, *(name for name in comparison.definitions if name != first)]
    names = tuple(name for name in order if name in anybody)
    return ShownComparison(
        comparison.visit,
        shown_count(len(comparison.persons), smallest=comparison.smallest),
        first,
        tuple(dict.fromkeys(rate.arm for rate in comparison.rates)),
        names,
        tuple(name for name in order if name not in anybody),
        tuple(
            _arm(rate, smallest=comparison.smallest)
            for name in names
            for rate in comparison.rates
            if rate.definition == name
        ),
        {
            pair: _agreement(kappa, smallest=comparison.smallest)
            for pair, kappa in comparison.agreement.items()
            if set(pair) <= anybody
        },
        _flips(comparison, first),
        {name: when for name, when in comparison.elsewhere.items() if name in names},
        comparison.smallest,
    )


def _arm(rate: ArmRate, *, smallest: int) -> ShownArm:
    def shown(found: Rate) -> ShownRate:
        count, n = (shown_count(number, smallest=smallest) for number in (found.count, found.n))
        return ShownRate(count, n, found)

    return ShownArm(
        rate.definition,
        rate.arm,
        shown(rate.observed),
        shown(rate.imputed),
        shown_count(rate.not_assessable, smallest=smallest),
    )


def _agreement(kappa: Kappa, *, smallest: int) -> ShownAgreement:
    n, agreed = (shown_count(number, smallest=smallest) for number in (kappa.n, kappa.agreed))
    return ShownAgreement(n, agreed, kappa)


def _flips(comparison: Comparison, reference: str) -> tuple[ShownFlips, ...]:
    """To and from the reference; those of as many persons by name."""
    counted = Counter(
        (flip.responder_under, flip.not_under, flip.gate)
        for flip in comparison.flips
        if reference in (flip.responder_under, flip.not_under)
    )
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        ShownFlips(*key, shown_count(count, smallest=comparison.smallest)) for key, count in ordered
    )
