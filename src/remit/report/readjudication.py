"""The same patients under every definition: rates, agreement, and who flips at which gate."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from remit.analysis.comparison_counts import ShownArm, ShownComparison
from remit.report.markup import circle, figure, path, rect, rendered, words
from remit.report.style import style_sheet
from remit.terminal import short_text
from remit.views.rates import elsewhere_text, kappa_text, shown_rate_text

_LABEL, _FACET, _PLOT, _ROW = 345.0, 266.0, 150.0, 21.0
_TITLE_LETTERS = 56
_CELL, _HIGH = 23.0, 17.0
MOST_FLIPS = 40
# The lowest kappa of each shade, and what the key says of it; kappa is shown with two digits.
_SHADES = (("k5", 0.8), ("k4", 0.6), ("k3", 0.4), ("k2", 0.2), ("k1", 0.0))
_KEYS = (
    ("below 0", "k0"),
    ("0 to 0.19", "k1"),
    ("0.2 to 0.39", "k2"),
    ("0.4 to 0.59", "k3"),
    ("0.6 to 0.79", "k4"),
    ("0.8 to 1", "k5"),
    ("not defined", "k-none"),
)


def rates_part(
    shown: ShownComparison,
    *,
    name: str,
    arms: Mapping[str, str],
    titles: Mapping[str, str],
    last: str,
) -> Markup:
    """The rates under every definition, as a figure and a table.

    Args:
        name: unique in the report.
        arms: arm id -> its label.
        titles: definition id -> its title.
        last: the visit in words.
    """
    rates = [
        (
            titled(arm.definition, titles),
            arm.definition,
            _arm_label(arm.arm, arms),
            shown_rate_text(arm.observed),
            shown_rate_text(arm.imputed),
            arm.not_assessable,
        )
        for arm in shown.rates
    ]
    return rendered(
        "rates.html",
        shown=shown,
        last=last,
        without=[titled(one, titles) for one in shown.without],
        elsewhere=elsewhere_text(shown, titles=titles) if shown.elsewhere else "",
        rates=rates,
        rates_drawn=rate_figure(shown, name=f"{name}-rates", arms=arms, titles=titles),
    )


def agreement_part(shown: ShownComparison, *, name: str, titles: Mapping[str, str]) -> Markup:
    """How far the definitions agree, and who flips; arguments as `rates_part`."""
    flips = [
        (
            titled(flip.responder_under, titles),
            titled(flip.not_under, titles),
            flip.gate.replace("_", " "),
            flip.persons,
        )
        for flip in shown.flips[:MOST_FLIPS]
    ]
    reference = titled(shown.reference, titles)
    caption = f"Who flips between {reference} and another definition, and by which condition"
    more = len(shown.flips) - len(flips)
    known = shown.reference in shown.definitions
    return rendered(
        "agreement.html",
        shown=shown,
        reference=reference,
        known=known,
        agreement=_agreement_rows(shown, titles) if known else [],
        agreement_drawn=agreement_figure(shown, name=f"{name}-kappa", titles=titles),
        flips=flips,
        flips_caption=caption
        + (f" (the most frequent; {more} more are left out)" if more > 0 else ""),
    )


def titled(definition: str, titles: Mapping[str, str]) -> str:
    """What a definition is called."""
    return titles.get(definition, definition.replace("_", " "))


def _arm_label(arm: str, arms: Mapping[str, str]) -> str:
    return arms.get(arm, "all persons" if arm == "all" else arm)


def rate_figure(
    shown: ShownComparison,
    *,
    name: str,
    arms: Mapping[str, str],
    titles: Mapping[str, str],
    margin: float = 0,
) -> Markup:
    """Dots with whiskers: a row a definition, a panel an arm."""
    top = 66.0
    height = top + len(shown.definitions) * _ROW
    wide = _LABEL + len(shown.arms) * _FACET
    drawn: list[Markup] = [
        words(0, 14, "Response rates with 95 % intervals", size=13, bold=True),
        words(0, 31, "● observed   □ imputed", size=11, style="t-line"),
    ]
    rates = {(arm.definition, arm.arm): arm for arm in shown.rates}
    for place, arm in enumerate(shown.arms):
        left = _LABEL + place * _FACET
        known = [r.observed for r in shown.rates if r.arm == arm]
        most = max(known, key=lambda observed: observed.rate.n).n
        label = short_text(_arm_label(arm, arms), width=42)
        drawn.append(words(left, 31, label, size=10.5, bold=True))
        said = f"responders/persons assessed, n up to {most}"
        drawn.append(words(left, 45, said, size=10, style="t-line"))
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
        text = short_text(titled(definition, titles), width=_TITLE_LETTERS)
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


def agreement_figure(shown: ShownComparison, *, name: str, titles: Mapping[str, str]) -> Markup:
    """Cohen's kappa of each pair: the number, and the shade of that number."""
    names = shown.definitions
    top, left = 54.0, 365.0
    drawn: list[Markup] = [
        words(0, 14, "Agreement of definitions: Cohen's kappa", size=13, bold=True),
        words(0, 31, "columns have the numbers of the rows", size=10.5, style="t-line"),
    ]
    for k, definition in enumerate(names):
        y = top + k * _HIGH
        text = f"{k + 1}  {short_text(titled(definition, titles), width=_TITLE_LETTERS)}"
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
    for k, (text, style) in enumerate(_KEYS):
        x = k * 88.0
        drawn.append(rect(x, height, 16, 12, f"cell {style}"))
        drawn.append(words(x + 20, height + 10, text, size=10.5))
    said = "not defined: one of the two gives all the same answer"
    drawn.append(words(0, height + 28, said, size=10.5, style="t-line"))
    return figure(
        name,
        title=f"Cohen's kappa between {len(names)} definitions",
        description="Kappa of each pair over the persons whom both can assess, from -1 to 1. The "
        "table that follows has those with the study's own definition, with n and interval.",
        drawn=drawn,
        size=(max(left + (len(names) - 1) * _CELL + 2, 88.0 * len(_KEYS)), height + 34),
        style="broad wide",
    )


def kappa_cell(shown: ShownComparison, one: str, other: str) -> tuple[str, str]:
    """Its text of at most four signs, and the shade of the number that is shown."""
    kappa = shown.agreement_of(one, other).kappa
    if kappa.value is None:
        return "–", "k-none"
    text = f"{kappa.value:.2f}".replace("-0.00", "0.00")
    style = next((style for style, low in _SHADES if float(text) >= low), "k0")
    return "1" if text == "1.00" else text.replace("0.", ".", 1), style


def _agreement_rows(shown: ShownComparison, titles: Mapping[str, str]) -> list[tuple[str, ...]]:
    found = [(other, shown.agreement_of(shown.reference, other)) for other in shown.definitions[1:]]
    return [
        (titled(other, titles), one.n, one.agreed, kappa_text(one.kappa)) for other, one in found
    ]


def readjudication_svg(
    shown: ShownComparison, *, arms: Mapping[str, str], titles: Mapping[str, str]
) -> str:
    """The figure of the rates as a file of its own; the same comparison gives the same bytes."""
    drawn = rate_figure(shown, name="rates", arms=arms, titles=titles, margin=16)
    style = f"<style>{style_sheet(figures_only=True)}</style>"
    head, rest = drawn.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'
