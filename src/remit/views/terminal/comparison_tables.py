"""Comparisons of definitions as text for the terminal; small counts hidden."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from remit.analysis.comparison import Comparison
from remit.analysis.comparison_counts import ShownComparison
from remit.disclosure import WITHHELD
from remit.views.rates import elsewhere_text, kappa_text, shown_rate_text
from remit.views.terminal.layout import SHOWN, columns_table


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
    if len(pairs) > SHOWN and own:
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
    for key, people in ordered[:SHOWN]:
        listed = ", ".join(map(str, people[:6])) + (" …" if len(people) > 6 else "")
        table.add_row(*key, f"{len(people)}: {listed}")
    more = len(ordered) - SHOWN
    return Group(table, f"… {more} more: use --format json") if more > 0 else table


def _counted_flips(shown: ShownComparison) -> RenderableType:
    table = columns_table(
        "responds under", "not under", "because of", "persons", right=("persons",)
    )
    for flip in shown.flips[:SHOWN]:
        table.add_row(flip.responder_under, flip.not_under, flip.gate, flip.persons)
    more = len(shown.flips) - SHOWN
    return Group(table, f"… {more} more: use --format json") if more > 0 else table
