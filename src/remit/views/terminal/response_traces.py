"""One person's responses traced to their records, as text for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from remit.endpoints.leaf_records import TracedRecord
from remit.endpoints.visit_traces import TracedGate, TracedLeaf, TracedResponse
from remit.terminal import plain_text
from remit.truth import Status
from remit.views.words import GLYPH, REASON, WORD, evidence_cells

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
