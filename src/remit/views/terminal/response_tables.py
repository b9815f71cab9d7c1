"""Responses as text for a terminal: adjudications, definitions compared, panels, and traces.

A trace leads from one person's response, condition by condition, to its records.
"""

from __future__ import annotations

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.analysis.agreement import Kappa
from remit.analysis.comparison import Comparison
from remit.analysis.comparison_counts import ShownComparison
from remit.analysis.panels import Panel
from remit.analysis.shown_counts import ShownCounts, ShownTimes, shown_counts
from remit.disclosure import counts_note
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.grounds import person_responses
from remit.endpoints.leaf_records import TracedRecord
from remit.endpoints.study_responses import StudyAdjudication
from remit.endpoints.visit_traces import TracedGate, TracedLeaf, TracedResponse
from remit.facts.person_names import NO_NAMES, PersonNames
from remit.terminal import plain_text, visible_text
from remit.truth import Status
from remit.views.rates import elsewhere_text, kappa_text, shown_rate_text
from remit.views.terminal.plain_tables import SHOWN, columns_table
from remit.views.words import GLYPH, REASON, WORD, evidence_cells

_STYLE = {Status.MET: "blue", Status.NOT_MET: "bold red", Status.UNKNOWN: "yellow"}


def study_text(
    study: StudyAdjudication, *, visits: tuple[str, ...], smallest: int = 0
) -> RenderableType:
    """The responses of a study: counts, who failed at which gate, and how many ever reached it."""
    parts: list[RenderableType] = []
    shown = shown_counts(study, visits, smallest=smallest)
    for adjudication, counts in zip(study.adjudications, shown, strict=True):
        definition = adjudication.definition
        parts.append(Text(f"{definition.title} ({definition.id})", style="bold"))
        parts.append(f"  {definition.citation}")
        missing = study.not_collected[definition.id]
        if missing and not smallest:  # that somebody has it is a count as well
            parts.append(f"  nobody followed has: {', '.join(missing)}")
        parts.extend(f"  unconfirmed rule: {rule.rule}" for rule in definition.unconfirmed)
        if definition.confirmation is not None:
            parts.append(f"  confirmed by the visit before: {definition.confirmation.text}")
        parts.extend(_timing_lines(study, adjudication, visits))
        parts.append(_counts_table(counts))
        parts.extend(_time_line(item) for item in counts.times)
        parts.append("")
    if smallest:
        parts.append(Text(counts_note(smallest)))
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
    waiting = () if counts.all_due else ("not yet due",)
    heads = (*counts.grades, "not assessable", "n", *waiting)
    table = columns_table("visit", *heads, "first condition failed, most often", right=heads)
    for row in counts.visits:
        gates = (f"{gate} {count}" for gate, count in row.gates[:3])
        table.add_row(
            row.visit,
            *row.counts,
            row.not_assessable,
            row.n,
            *(() if counts.all_due else (row.not_due,)),
            ", ".join(gates),
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
    table = columns_table("person", "visit", "definition", "response", "first condition failed")
    rows = list(person_responses(study, visits, with_records=False))
    for row in rows[:SHOWN]:
        gates = "; ".join(f"{grade}: {gate}" for grade, gate in row.failing.items() if gate)
        table.add_row(str(row.person), row.visit, row.definition, row.response, gates)
    rest = len(rows) - SHOWN
    return Group(table, f"… {rest} more rows: use --format json") if rest > 0 else table


def comparison_text(
    comparison: Comparison, shown: ShownComparison, *, names: PersonNames = NO_NAMES
) -> RenderableType:
    """Rates by arm, agreement, and the gates at which people flip.

    Args:
        names: how the dataset calls its persons.
        shown: the comparison as it may be shown. Single persons are named where it is exact.
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
        parts += [f"{shown.nobody} can be assessed under: {', '.join(shown.without)}", ""]
    if shown.elsewhere:
        parts += [elsewhere_text(shown), ""]
    flips = _counted_flips(shown) if shown.smallest else _persons_flips(comparison, names)
    parts += [*_agreement(shown), "", flips]
    if shown.smallest:
        parts += ["", Text(counts_note(shown.smallest))]
    return Group(*parts)


def _agreement(shown: ShownComparison) -> list[RenderableType]:
    pairs = list(shown.agreement.items())
    own = [(pair, found) for pair, found in pairs if shown.reference in pair]
    left = 0
    if len(pairs) > SHOWN and own:
        pairs, left = own, len(pairs) - len(own)
    heads = ("pair", "n", "agree", "kappa (95 % interval)")
    table = columns_table(*heads, right=("n", "agree"))
    for (first, second), found in pairs:
        table.add_row(f"{first} / {second}", found.n, found.agreed, kappa_text(found.kappa))
    more = f"… {left} more pairs without {shown.reference}: use --format json"
    return [table, more] if left else [table]


def _persons_flips(comparison: Comparison, names: PersonNames) -> RenderableType:
    table = columns_table("responds under", "not under", "because of", "persons")
    counted: dict[tuple[str, str, str], list[int]] = {}
    for flip in comparison.flips:
        key = (flip.responder_under, flip.not_under, flip.gate)
        counted.setdefault(key, []).append(flip.person)
    ordered = sorted(counted.items(), key=lambda x: -len(x[1]))
    for key, people in ordered[:SHOWN]:
        listed = ", ".join(names.all_shown(people[:6])) + (" …" if len(people) > 6 else "")
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
            line.person, line.visit, line.first or "-", line.second or "-",
            line.consensus or "open", line.by, line.computed,
        )  # fmt: skip
    return table


def _agreed(kappa: Kappa) -> str:
    return f"agree on {kappa.agreed} of {kappa.n}, kappa {kappa_text(kappa)}"


def traces_text(
    responses: tuple[TracedResponse, ...], *, names: PersonNames = NO_NAMES
) -> RenderableType:
    """Each response, gate by gate: value, threshold and distance, and the records behind them.

    Args:
        names: how the dataset calls its persons.
    """
    parts: list[RenderableType] = []
    for traced in responses:
        imputed = ""
        if traced.imputed_for is not None:
            imputed = f", counted as {traced.imputed} ({traced.imputed_for})"
        head = (
            f"person {names.shown(traced.person)}, {traced.visit} (planned {traced.planned}), "
            f"{traced.definition}: {traced.response}{imputed}"
        )
        parts.append(Text(plain_text(head), style="bold"))
        for gate in traced.gates:
            parts += _gate_parts(gate)
        parts.append(Text())
    return Group(*parts)


def _gate_parts(gate: TracedGate) -> list[RenderableType]:
    name = f"{gate.grade} {gate.id}" if gate.grade else gate.id
    head = Text(f"\n{name}: ")
    head.append(f"{GLYPH[gate.status]} {WORD[gate.status]}", style=_STYLE.get(gate.status, ""))
    parts: list[RenderableType] = [head, Padding(Text(plain_text(gate.text)), (0, 0, 0, 4))]
    for leaf in gate.leaves:
        parts.append(Padding(Text(leaf_line(leaf)), (0, 0, 0, 4)))
        lines = [record_line(record) for record in leaf.records] or ["no record found"]
        parts += [Padding(Text(line), (0, 0, 0, 8)) for line in lines]
    return parts


def leaf_line(leaf: TracedLeaf) -> str:
    """A comparison in one line: its answer, its text, and how far the value is off."""
    text = f"{GLYPH[leaf.status]} {leaf.text}"
    if leaf.value is not None and leaf.threshold is not None:
        unit = f" {(leaf.unit or '').strip('{}')}".rstrip()
        text += (
            f": {_short(leaf.value)} against {_short(leaf.threshold)}{unit}, "
            f"distance {_short(leaf.distance or 0.0, sign='+')}"
        )
    if leaf.reason is not None:
        text += f" ({REASON[leaf.reason]})"
    return plain_text(text)


def _short(value: float, *, sign: str = "") -> str:
    return f"{value:{sign}.6f}".rstrip("0").rstrip(".")


def record_line(record: TracedRecord) -> str:
    """A record in one line: what it was read as, its row, days and value."""
    table, row, days, recorded, read, meaning = evidence_cells(record.evidence)
    if record.sign and record.sign not in recorded:
        recorded = f"{record.sign} {recorded}"
    converted = f"read as {read}" if read and not recorded.endswith(read) else ""
    parts = [f"{plain_text(record.name)}: {table} {row}", days, recorded, converted, meaning]
    return ", ".join(part for part in parts if part)
