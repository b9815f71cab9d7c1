"""Comparisons of definitions as text for the terminal and as JSON; small counts hidden."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from remit.analysis.agreement import Kappa, Rate
from remit.analysis.comparison import Comparison
from remit.endpoints.disclosing import ShownComparison, ShownRate
from remit.screening.disclosure import WITHHELD
from remit.terminal import columns_table
from remit.truth import Status

_SHOWN = 40


def rate_text(rate: Rate) -> str:
    """A rate with its interval.

    >>> from remit.analysis.agreement import wilson_rate
    >>> rate_text(wilson_rate(8, 10))
    '8/10, 80 % (49 to 94)'
    """
    if rate.value is None or rate.low is None or rate.high is None:
        return "0/0"
    percent = [f"{100 * share:.0f}" for share in (rate.value, rate.low, rate.high)]
    return f"{rate.count}/{rate.n}, {percent[0]} % ({percent[1]} to {percent[2]})"


def shown_rate_text(shown: ShownRate) -> str:
    """A rate as it may be shown; the counts alone where a hidden one would follow from it."""
    if shown.rate is None:
        return f"{shown.count}/{shown.n}, rate {WITHHELD}"
    return rate_text(shown.rate)


def kappa_text(kappa: Kappa) -> str:
    """Kappa with its interval.

    >>> kappa_text(Kappa(21, 15, 0.0, -0.001, 0.001))
    '0.00 (0.00 to 0.00)'
    >>> kappa_text(Kappa(21, 15, 0.0, None, None))
    '0.00 (no interval)'
    """
    if kappa.value is None:
        return "not defined"
    if kappa.low is None or kappa.high is None:
        return f"{kappa.value:.2f} (no interval)"
    value, low, high = (
        f"{number:.2f}".replace("-0.00", "0.00") for number in (kappa.value, kappa.low, kappa.high)
    )
    return f"{value} ({low} to {high})"


def elsewhere_text(shown: ShownComparison) -> str:
    """Which definitions are judged here at another time than by their source."""
    judged = ", ".join(f"{name} ({when})" for name, when in shown.elsewhere.items())
    return f"Judged at another time by their source: {judged}"


def comparison_text(
    comparison: Comparison, shown: ShownComparison, *, persons: bool
) -> RenderableType:
    """Rates by arm, agreement, and the gates at which people flip.

    Args:
        shown: the comparison as it may be shown.
        persons: whether single persons may be named.
    """
    heads = ("definition", "arm", "observed responders", "imputed", "not assessable")
    rates = columns_table(*heads, right=heads[-1:])
    for rate in shown.rates:
        rates.add_row(
            rate.definition,
            rate.arm,
            shown_rate_text(rate.observed),
            shown_rate_text(rate.imputed),
            rate.not_assessable,
        )
    parts: list[RenderableType] = [
        Text(f"The same {shown.persons} persons at {shown.visit}", style="bold"),
        "",
        rates,
        "",
    ]
    if shown.without:
        parts += [f"Nobody can be assessed under: {', '.join(shown.without)}", ""]
    if shown.elsewhere:
        parts += [elsewhere_text(shown), ""]
    flips = _persons_flips(comparison) if persons else _counted_flips(shown)
    return Group(*parts, *_agreement(shown), "", flips)


def _agreement(shown: ShownComparison) -> list[RenderableType]:
    pairs = list(shown.agreement.items())
    own = [(pair, kappa) for pair, kappa in pairs if shown.reference in pair]
    left = 0
    if len(pairs) > _SHOWN and own:
        pairs, left = own, len(pairs) - len(own)
    heads = ("pair", "n", "agree", "kappa (95 % interval)")
    table = columns_table(*heads, right=("n", "agree"))
    for (first, second), kappa in pairs:
        cells = (
            (WITHHELD,) * 3
            if kappa is None
            else (str(kappa.n), str(kappa.agreed), kappa_text(kappa))
        )
        table.add_row(f"{first} / {second}", *cells)
    more = f"… {left} more pairs without {shown.reference}: use --format json"
    return [table, more] if left else [table]


def _persons_flips(comparison: Comparison) -> RenderableType:
    table = columns_table("responds under", "not under", "because of", "persons")
    counted: dict[tuple[str, str, str], list[int]] = {}
    for flip in comparison.flips:
        key = (flip.responder_under, flip.not_under, flip.gate)
        counted.setdefault(key, []).append(flip.person)
    ordered = sorted(counted.items(), key=lambda x: -len(x[1]))
    for key, people in ordered[:_SHOWN]:
        listed = ", ".join(map(str, people[:6])) + (" …" if len(people) > 6 else "")
        table.add_row(*key, f"{len(people)}: {listed}")
    more = len(ordered) - _SHOWN
    return Group(table, f"… {more} more: use --format json") if more > 0 else table


def _counted_flips(shown: ShownComparison) -> RenderableType:
    table = columns_table(
        "responds under", "not under", "because of", "persons", right=("persons",)
    )
    for flip in shown.flips[:_SHOWN]:
        table.add_row(flip.responder_under, flip.not_under, flip.gate, flip.persons)
    more = len(shown.flips) - _SHOWN
    return Group(table, f"… {more} more: use --format json") if more > 0 else table


def shown_comparison_json(shown: ShownComparison, *, smallest: int) -> dict[str, object]:
    """A comparison as it may be shown, as plain data: counts are texts and no person is named."""
    return {
        "kind": "remit.comparison.counts",
        "version": 1,
        "smallest": smallest,
        "visit": shown.visit,
        "persons": shown.persons,
        "without": list(shown.without),
        "judged_elsewhere": dict(shown.elsewhere),
        "rates": [
            {
                "definition": item.definition,
                "arm": item.arm,
                "observed": _rate_json(item.observed, item.observed.rate),
                "imputed": _rate_json(item.imputed, item.imputed.rate),
                "not_assessable": item.not_assessable,
            }
            for item in shown.rates
        ],
        "agreement": [
            {
                "first": first,
                "second": second,
                "withheld": kappa is None,
                **_kappa_json(kappa),
            }
            for (first, second), kappa in shown.agreement.items()
        ],
        "flips": [
            {
                "persons": flip.persons,
                "responder_under": flip.responder_under,
                "not_under": flip.not_under,
                "gate": flip.gate,
            }
            for flip in shown.flips
        ],
    }


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """A comparison as plain data."""
    return {
        "kind": "remit.comparison",
        "version": 1,
        "visit": comparison.visit,
        "persons": comparison.persons.tolist(),
        "judged_elsewhere": dict(comparison.elsewhere),
        "grades": {name: list(words) for name, words in comparison.grades.items()},
        "responders": {
            name: [Status(int(code)).word for code in codes]
            for name, codes in comparison.responders.items()
        },
        "rates": [
            {
                "definition": item.definition,
                "arm": item.arm,
                "observed": _rate_json(item.observed, item.observed),
                "imputed": _rate_json(item.imputed, item.imputed),
                "not_assessable": item.not_assessable,
            }
            for item in comparison.rates
        ],
        "agreement": [
            {
                "first": first,
                "second": second,
                **_kappa_json(kappa),
            }
            for (first, second), kappa in comparison.agreement.items()
        ],
        "flips": [
            {
                "person": flip.person,
                "responder_under": flip.responder_under,
                "not_under": flip.not_under,
                "gate": flip.gate,
            }
            for flip in comparison.flips
        ],
    }


def _rate_json(counts: Rate | ShownRate, rate: Rate | None) -> dict[str, object]:
    low, high = (None, None) if rate is None else (rate.low, rate.high)
    return {"count": counts.count, "n": counts.n, "low": low, "high": high}


def _kappa_json(kappa: Kappa | None) -> dict[str, object]:
    """The numbers of a kappa; all are empty where it is withheld."""
    values = (
        (None,) * 5
        if kappa is None
        else (kappa.n, kappa.agreed, kappa.value, kappa.low, kappa.high)
    )
    return dict(zip(("n", "agreed", "kappa", "low", "high"), values, strict=True))
