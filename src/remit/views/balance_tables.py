"""A matching of controls as a table of texts: both groups before and after, and how far apart."""

from __future__ import annotations

from collections.abc import Iterator

from remit.analysis.rows.chosen_controls import AFTER, BEFORE, CASES, CONTROLS, ControlMatching
from remit.analysis.rows.result_row import ResultRow
from remit.views.analysis_texts import ResultTexts
from remit.views.rounded import p_text, rounded

_LINES = (
    ("Age: standardised difference", "age", "standardised difference"),
    ("Age: ratio of variances", "age", "ratio of variances"),
    ("Age: p (Student's t)", "age", "p"),
    ("Sex: standardised difference", "sex", "standardised difference"),
    ("Sex: p (Fisher)", "sex", "p"),
)


def balance_texts(found: ControlMatching) -> ResultTexts:
    """Age and sex of cases, of all controls and of the chosen ones, and the two compared."""
    after = any(row.visit == AFTER for row in found.rows)
    heads = ("", "cases", "all controls", *(("cases matched", "controls chosen") if after else ()))
    columns = [(BEFORE, CASES), (BEFORE, CONTROLS)]
    columns += [(AFTER, CASES), (AFTER, CONTROLS)] if after else []
    described = (
        ("Persons", _number),
        ("Age in years, mean (SD)", _mean),
        ("Women", _women),
    )
    rows = [(head, *(text(found, when, arm) for when, arm in columns)) for head, text in described]
    for head, what, statistic in _LINES:
        cells = [
            cell
            for when, _ in columns[1::2]
            for cell in ("", _compared(found, when, what, statistic))
        ]
        rows.append((head, *cells))
    return ResultTexts(f"{found.matching.title}: balance before and after", heads, tuple(rows))


def matching_lines(found: ControlMatching) -> Iterator[str]:
    """What was done, in sentences."""
    rule = found.matching
    if rule.rule == "random":
        yield (
            f"{rule.size} controls drawn at random from {found.pool} for {found.cases} cases, "
            f"until neither age (Student's t) nor sex (Fisher) differs at {rule.alpha:g}; "
            f"seed {rule.seed}."
        )
    else:
        yield (
            f"{'Nearest' if rule.rule == 'nearest' else 'Best'} controls of the same sex within "
            f"{rule.caliper:g} years, from {found.pool} for {found.cases} cases; seed {rule.seed}."
        )
    if found.draws is not None:
        yield f"Draws made: {found.draws:,}."
    if found.alike is not None:
        yield "Alike in age and sex." if found.alike else "Not alike in age and sex."
    else:
        yield "Nobody was chosen."


def _rows(found: ControlMatching, when: str, what: str, statistic: str) -> Iterator[ResultRow]:
    for row in found.rows:
        asked = (f"{found.matching.id}_{what}", when, statistic)
        if (row.analysis, row.visit, row.statistic) == asked:
            yield row


def _of_arm(
    found: ControlMatching, when: str, arm: str, what: str, statistic: str
) -> ResultRow | None:
    those = _rows(found, when, what, statistic)
    return next((row for row in those if row.arm == arm and not row.versus), None)


def _number(found: ControlMatching, when: str, arm: str) -> str:
    row = _of_arm(found, when, arm, "age", "mean")
    return "0" if row is None else f"{row.n:,}"


def _mean(found: ControlMatching, when: str, arm: str) -> str:
    mean = _of_arm(found, when, arm, "age", "mean")
    spread = _of_arm(found, when, arm, "age", "standard deviation")
    told = (None if one is None else one.value for one in (mean, spread))
    return "{} ({})".format(*(rounded(value, 1) for value in told))


def _women(found: ControlMatching, when: str, arm: str) -> str:
    for row in _rows(found, when, "sex", "count"):
        if row.arm == arm and row.part == ("female",) and row.value is not None:
            share = f" ({100 * row.value / row.n:.1f} %)" if row.n else ""
            return f"{row.value:.0f}{share}"
    return "–"


def _compared(found: ControlMatching, when: str, what: str, statistic: str) -> str:
    for row in _rows(found, when, what, statistic):
        if row.versus:
            return p_text(row.value) if statistic == "p" else rounded(row.value, 2)
    return "–"
