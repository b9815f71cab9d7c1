"""One person's responses traced to their records, as text for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.endpoints.leaf_records import TracedRecord
from remit.endpoints.visit_traces import TracedGate, TracedLeaf, TracedResponse
from remit.terminal import plain_text
from remit.truth import Status
from remit.views.words import EVIDENCE_HEAD, GLYPH, REASON, WORD, evidence_cells

_STYLE = {Status.MET: "blue", Status.NOT_MET: "bold red", Status.UNKNOWN: "yellow"}


def traces_text(responses: tuple[TracedResponse, ...]) -> RenderableType:
    """Each response, gate by gate: value, threshold and distance, and the records behind them."""
    parts: list[RenderableType] = []
    for traced in responses:
        imputed = ""
        if traced.imputed_for is not None:
            imputed = f", counted as {traced.imputed} ({traced.imputed_for})"
        head = (
            f"person {traced.person}, {traced.visit} (planned {traced.planned}), "
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
        below = _records_table(leaf.records) if leaf.records else Text("no record found")
        parts.append(Padding(below, (0, 0, 0, 8)))
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


def _records_table(records: tuple[TracedRecord, ...]) -> Table:
    table = Table("what", *EVIDENCE_HEAD, box=None, padding=(0, 1, 0, 0))
    for record in records:
        cells = list(evidence_cells(record.evidence))
        place = EVIDENCE_HEAD.index("recorded")
        if record.sign and record.sign not in cells[place]:
            cells[place] = f"{record.sign} {cells[place]}"
        table.add_row(*(Text(cell) for cell in (plain_text(record.name), *cells)))
    return table
