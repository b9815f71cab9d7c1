"""Rates and agreement in words, the same in every view."""

from __future__ import annotations

from collections.abc import Mapping

from remit.analysis.agreement import Kappa
from remit.analysis.comparison_counts import ShownComparison, ShownRate


def shown_rate_text(shown: ShownRate) -> str:
    """A rate with its counts as they may be shown.

    >>> from remit.analysis.agreement import wilson_rate
    >>> shown_rate_text(ShownRate("≈10", "≈20", wilson_rate(10, 20)))
    '≈10/≈20, 50 % (30 to 70)'
    """
    rate = shown.rate
    if rate.value is None or rate.low is None or rate.high is None:
        return f"{shown.count}/{shown.n}"
    percent = [f"{100 * share:.0f}" for share in (rate.value, rate.low, rate.high)]
    return f"{shown.count}/{shown.n}, {percent[0]} % ({percent[1]} to {percent[2]})"


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


def elsewhere_text(shown: ShownComparison, *, titles: Mapping[str, str] | None = None) -> str:
    """Which definitions are judged here at another time than by their source.

    Args:
        titles: definition id -> how to call it; by its id when None.
    """
    judged = ", ".join(
        f"{(titles or {}).get(name, name)} ({when})" for name, when in shown.elsewhere.items()
    )
    return f"Judged at another time by their source: {judged}"
