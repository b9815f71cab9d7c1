"""The same patients under every definition: rates, agreement, and who flips at which gate."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from remit.analysis.comparison_counts import ShownArm, ShownComparison
from remit.report.markup import circle, figure, path, rect, rendered, words
from remit.report.style import style_sheet
from remit.views.rates import elsewhere_text, kappa_text, shown_rate_text

_LABEL, _FACET, _PLOT, _ROW = 165.0, 266.0, 150.0, 21.0
_CELL, _HIGH = 23.0, 17.0
MOST_FLIPS = 40
# The lowest kappa of each shade.
_SHADES = (("k5", 0.8), ("k4", 0.6), ("k3", 0.4), ("k2", 0.2), ("k1", 0.0))


def readjudication_part(
    shown: ShownComparison, *, name: str, labels: Mapping[str, str], last: str
) -> Markup:
    """Figures and tables of one comparison.

    Args:
        name: unique on the page.
        labels: arm id -> its label.
        last: the visit in words.
    """
    rates = [
        (
            arm.definition,
            labels.get(arm.arm, arm.arm),
            shown_rate_text(arm.observed),
            shown_rate_text(arm.imputed),
            arm.not_assessable,
        )
        for arm in shown.rates
    ]
    flips = [
        (flip.responder_under, flip.not_under, flip.gate.replace("_", " "), flip.persons)
        for flip in shown.flips[:MOST_FLIPS]
    ]
    caption = f"Who flips between {shown.reference} and another definition, and by which gate"
    more = len(shown.flips) - len(flips)
    several = len(shown.definitions) > 1
    return rendered(
        "readjudication.html",
        shown=shown,
        last=last,
        elsewhere=elsewhere_text(shown) if shown.elsewhere else "",
        rates=rates,
        rates_drawn=rate_figure(shown, name=f"{name}-rates", labels=labels),
        agreement=_agreement_rows(shown) if shown.reference in shown.definitions else [],
        agreement_drawn=agreement_figure(shown, name=f"{name}-kappa") if several else "",
        flips=flips,
        flips_caption=caption
        + (f" (the most frequent; {more} more are left out)" if more > 0 else ""),
    )


def rate_figure(
    shown: ShownComparison, *, name: str, labels: Mapping[str, str], margin: float = 0
) -> Markup:
    """Dots with whiskers: a row a definition, a panel an arm."""
    top, arms = 66.0, shown.arms
    height = top + len(shown.definitions) * _ROW
    wide = _LABEL + len(arms) * _FACET
    drawn: list[Markup] = [
        words(0, 14, "Response rates with 95 % intervals", size=13, bold=True),
        words(0, 31, "● observed   □ imputed", size=11, style="t-line"),
    ]
    rates = {(arm.definition, arm.arm): arm for arm in shown.rates}
    for place, arm in enumerate(arms):
        left = _LABEL + place * _FACET
        known = [r.observed for r in shown.rates if r.arm == arm]
        most = max(known, key=lambda observed: observed.rate.n).n
        label = labels.get(arm, "all persons" if arm == "all" else arm)
        label = label if len(label) <= 42 else label[:41].rstrip() + "…"
        drawn.append(words(left, 31, label, size=10.5, bold=True))
        drawn.append(
            words(left, 45, f"n up to {most}; responders/assessed", size=10, style="t-line")
        )
        for percent in (0, 25, 50, 75, 100):
            x = left + _PLOT * percent / 100
            drawn.append(path(f"M{x:.1f} {top - 4:g} V{height:g}", "gridline"))
            if percent % 50 == 0:
                text = f"{percent} %"
                anchor = {0: "start", 50: "middle", 100: "end"}[percent]
                drawn.append(words(x, top - 7, text, size=10, anchor=anchor, style="t-line"))
        for k, definition in enumerate(shown.definitions):
            drawn += _whiskers(rates[definition, arm], left, top + (k + 0.5) * _ROW)
    for k, definition in enumerate(shown.definitions):
        y = top + (k + 0.5) * _ROW
        text = definition.replace("_", " ")
        own = definition == shown.reference
        drawn.append(words(0, y + 4, f"{text} *" if own else text, size=11, bold=own))
    said = "* the study's own definition" if shown.reference in shown.definitions else ""
    if shown.smallest:
        said += f"{'; ' if said else ''}≈ counts are rounded to multiples of {shown.smallest}"
    if said:
        drawn.append(words(0, height + 16, said, size=10.5, style="t-line"))
    return figure(
        name,
        title=f"Response rates in percent under {len(shown.definitions)} definitions",
        description="Each rate is a dot with its 95 % interval as a line, observed above imputed. "
        "The table that follows has every rate.",
        drawn=drawn,
        size=(wide, height + 22),
        style="broad",
        margin=margin,
    )


def _whiskers(arm: ShownArm, left: float, y: float) -> list[Markup]:
    drawn: list[Markup] = []
    for shown, shift, kind in ((arm.observed, -3.5, "dot"), (arm.imputed, 4.5, "hollow")):
        rate = shown.rate
        if rate.value is None or rate.low is None or rate.high is None:
            continue
        at, low, high = (left + _PLOT * share for share in (rate.value, rate.low, rate.high))
        drawn.append(path(f"M{low:.1f} {y + shift:.1f} H{high:.1f}", f"whisker {kind}-line"))
        if kind == "dot":
            drawn.append(circle(at, y + shift, 3.4, "dot"))
        else:
            drawn.append(rect(at - 2.8, y + shift - 2.8, 5.6, 5.6, "hollow"))
    seen = arm.observed
    text = "none assessed"
    if seen.rate.value is not None:
        text = f"{seen.count}/{seen.n}, {100 * seen.rate.value:.0f} %"
    drawn.append(words(left + _PLOT + 8, y + 4, text, size=10.5))
    return drawn


def agreement_figure(shown: ShownComparison, *, name: str) -> Markup:
    """Cohen's kappa of each pair: the number, and a shade."""
    names = shown.definitions
    top, left = 54.0, 185.0
    drawn: list[Markup] = [
        words(0, 14, "Agreement of definitions: Cohen's kappa", size=13, bold=True),
        words(0, 31, "columns have the numbers of the rows", size=10.5, style="t-line"),
    ]
    for k, definition in enumerate(names):
        y = top + k * _HIGH
        text = f"{k + 1}  {definition.replace('_', ' ')}"
        drawn.append(words(0, y + 12, text, size=11, bold=definition == shown.reference))
        if k + 1 < len(names):
            x = left + (k + 0.5) * _CELL
            drawn.append(words(x, top + _HIGH - 5, str(k + 1), size=10, anchor="middle"))
        for other in range(k):
            text, style = kappa_cell(shown, names[other], definition)
            x = left + other * _CELL
            drawn.append(rect(x + 0.5, y + 0.5, _CELL - 1, _HIGH - 1, f"cell {style}"))
            drawn.append(
                words(x + _CELL / 2, y + 12, text, size=9.5, anchor="middle", style=f"i-{style}")
            )
    height = top + len(names) * _HIGH + 12
    keys = [(f"from {low:g}", style) for style, low in reversed(_SHADES)]
    for k, (text, style) in enumerate([("below 0", "k0"), *keys]):
        x = k * 78.0
        drawn.append(rect(x, height, 16, 12, f"cell {style}"))
        drawn.append(words(x + 20, height + 10, text, size=10.5))
    said = "– not defined: one of the two gives all the same answer"
    drawn.append(words(0, height + 28, said, size=10.5, style="t-line"))
    return figure(
        name,
        title=f"Cohen's kappa between {len(names)} definitions",
        description="Kappa of each pair over the persons whom both can assess, from -1 to 1. The "
        "table that follows has those with the study's own definition, with n and interval.",
        drawn=drawn,
        size=(max(left + (len(names) - 1) * _CELL + 2, 500), height + 34),
        style="broad",
    )


def kappa_cell(shown: ShownComparison, one: str, other: str) -> tuple[str, str]:
    """Its text of at most four signs, and its shade."""
    kappa = shown.agreement_of(one, other).kappa
    if kappa.value is None:
        return "–", "k-none"
    text = f"{kappa.value:.2f}".replace("0.", ".", 1).replace("-.00", ".00")
    text = "1" if text == "1.00" else text
    return text, next((style for style, low in _SHADES if kappa.value >= low), "k0")


def _agreement_rows(shown: ShownComparison) -> list[tuple[str, ...]]:
    found = [(other, shown.agreement_of(shown.reference, other)) for other in shown.definitions[1:]]
    return [(other, one.n, one.agreed, kappa_text(one.kappa)) for other, one in found]


def readjudication_svg(shown: ShownComparison, *, labels: Mapping[str, str]) -> str:
    """The figure of the rates as a file of its own; the same comparison gives the same bytes."""
    drawn = rate_figure(shown, name="rates", labels=labels, margin=16)
    style = f"<style>{style_sheet(figures_only=True)}</style>"
    head, rest = drawn.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'
