"""Responses as text for a terminal: adjudications, the comparison of definitions, and panels."""

from __future__ import annotations

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.analysis.agreement import Kappa
from remit.analysis.comparison import Comparison
from remit.analysis.comparison_counts import ShownComparison
from remit.analysis.panels import Panel
from remit.analysis.shown_counts import ShownCounts, ShownTimes, shown_counts
from remit.disclosure import WITHHELD
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.grounds import person_responses
from remit.endpoints.study_responses import StudyAdjudication
from remit.terminal import visible_text
from remit.views.rates import elsewhere_text, kappa_text, shown_rate_text
from remit.views.terminal.layout import SHOWN, columns_table


def study_text(
    study: StudyAdjudication, *, visits: tuple[str, ...], smallest: int = 0
) -> RenderableType:
    """The responses of a study: counts, rates and who failed at which gate; small counts hidden."""
    parts: list[RenderableType] = []
    for adjudication in study.adjudications:
        definition = adjudication.definition
        parts.append(Text(f"{definition.title} ({definition.id})", style="bold"))
        parts.append(f"  {definition.citation}")
        missing = study.not_collected[definition.id]
        if missing:
            parts.append(f"  nobody followed has: {', '.join(missing)}")
        parts.extend(f"  unconfirmed rule: {rule.rule}" for rule in definition.unconfirmed)
        if definition.confirmation is not None:
            parts.append(f"  confirmed by the visit before: {definition.confirmation.text}")
        parts.extend(_timing_lines(study, adjudication, visits))
        counts = shown_counts(study, adjudication, visits, smallest=smallest)
        parts.append(_counts_table(counts))
        parts.extend(_time_line(item) for item in counts.times)
        parts.append("")
    return Group(*parts)


def _timing_lines(
    study: StudyAdjudication, adjudication: Adjudication, visits: tuple[str, ...]
) -> list[str]:
    """Which of the visits shown are not those at which the source judges."""
    window, timely = adjudication.definition.window, study.in_window(adjudication)
    if window is None or timely is None:
        return []
    other = [visit for visit in visits if not np.any(timely[study.rows_at(visit)])]
    if not other:
        return []
    return [f"  its source judges at {window.words}, not at {', '.join(other)}"]


def _counts_table(counts: ShownCounts) -> Table:
    heads = (*counts.grades, "not assessable", "n")
    table = columns_table("visit", *heads, "first gate failed, most often", right=heads)
    for row in counts.visits:
        gates = (f"{gate} {count}" for gate, count in row.gates[:3])
        table.add_row(
            row.visit,
            *row.counts,
            row.not_assessable,
            row.n,
            WITHHELD if row.gates_withheld else ", ".join(gates),
        )
    return table


def _time_line(times: ShownTimes) -> str:
    text = f"  time to {times.grade} or better: {times.reached} of {times.persons} reached it"
    if times.middle is not None:
        text += (
            f"; the median day of these {times.reached} is {times.middle:g}, "
            f"no estimate over all {times.persons}"
        )
    return text


def persons_text(study: StudyAdjudication, visits: tuple[str, ...]) -> RenderableType:
    """The responses person by person, as many as a terminal holds."""
    table = columns_table("person", "visit", "definition", "response", "first gate failed")
    rows = list(person_responses(study, visits, with_records=False))
    for row in rows[:SHOWN]:
        gates = "; ".join(f"{grade}: {gate}" for grade, gate in row.failing.items() if gate)
        table.add_row(str(row.person), row.visit, row.definition, row.response, gates)
    rest = len(rows) - SHOWN
    return Group(table, f"… {rest} more rows: use --format json") if rest > 0 else table


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


def panel_lines(panel: Panel, *, computed: bool) -> str:
    """How far the two agree, and how much is open.

    Args:
        computed: whether the answer of a definition stands beside the people's.
    """
    lines = [f"{' and '.join(panel.names)}: {_agreed(panel.agreement)}"]
    if computed:
        lines.append(f"consensus and computed answer: {_agreed(panel.against_computed)}")
    lines.append(f"{len(panel.disagreements)} disagreements, {len(panel.open)} open")
    return visible_text("\n".join(lines))


def panel_table(panel: Panel) -> Table:
    """Each visit that is in dispute or open; no row where there is none."""
    table = columns_table("person", "visit", *panel.names, "consensus", "by", "computed")
    for line in dict.fromkeys((*panel.disagreements, *panel.open)):
        table.add_row(
            str(line.person), line.visit, line.first or "-", line.second or "-",
            line.consensus or "open", line.by, line.computed,
        )  # fmt: skip
    return table


def _agreed(kappa: Kappa) -> str:
    return f"agree on {kappa.agreed} of {kappa.n}, kappa {kappa_text(kappa)}"
