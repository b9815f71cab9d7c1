"""The documentation page of an instrument, made from its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.instruments.instrument import Instrument, Item, Total
from remit.views.questions import answers_text

GENERATED = "<!-- Made from the definition file; `make docs` writes it again. -->"


def instrument_page(instrument: Instrument) -> str:
    """The page in Markdown: what is asked, how it is worked out, and who says so."""
    lines = [
        GENERATED,
        "",
        f"# {instrument.title}",
        "",
        f"`remit score {instrument.id.replace('_', '-')}`. Source: {instrument.citation}.",
        "",
        f"- **Window**: {instrument.window}",
        f"- **Gives**: {', '.join(f'`{name}`' for name in instrument.outputs)}",
        f"- **Licence**: {instrument.licence}",
        *(f"- {note}" for note in instrument.notes),
    ]
    if instrument.once_is_enough:
        lines.append("- A finding counts once it was seen: a value can show it and never deny it.")
    lines += _unconfirmed(
        [
            (rule.rule, ", ".join(f"`{name}`" for name in rule.touches))
            for rule in instrument.unconfirmed
        ]
    )
    if instrument.parameters:
        rows = [(f"`{n}`", p.value, p.text, p.ground) for n, p in instrument.parameters.items()]
        lines += [
            "",
            "## Parameters",
            "",
            *markdown_table(("name", "value", "meaning", "ground"), rows),
        ]
    lines += ["", "## Items", "", *_items(instrument.items)]
    derived = [item for item in instrument.items if item.derived or item.derived_ever]
    if derived:
        lines += ["", "## Decided by values", ""]
        lines.append("Where nothing is recorded, the value of the visit decides.")
        lines += ["", *markdown_table(("item", "expression"), [_derived(item) for item in derived])]
    lines += _named(instrument.definitions.items())
    if instrument.formulas:
        rows = [(f"`{f.id}`", f.label, f"`{f.equation}`", f.unit) for f in instrument.formulas]
        lines += ["", "## Equations", "", *markdown_table(("id", "name", "equation", "unit"), rows)]
    if instrument.totals:
        sums = [
            (f"`{t.id}`", t.label, _adds(t), f"{t.range[0]:g} to {t.range[1]:g}")
            for t in instrument.totals
        ]
        lines += ["", "## Totals", "", *markdown_table(("id", "name", "adds", "range"), sums)]
    for ladder in instrument.ladders:
        rungs = [(rung.grade, f"`{_line(rung.when)}`", rung.text) for rung in ladder.rungs]
        steps = [*rungs, (ladder.otherwise, "otherwise", "")]
        lines += ["", f"## {ladder.label} (`{ladder.id}`)", ""]
        lines += ["The first grade whose expression is met.", ""]
        lines += markdown_table(("grade", "when", ""), steps)
    return "\n".join(lines) + "\n"


def _unconfirmed(rules: Sequence[tuple[str, str]]) -> list[str]:
    if not rules:
        return []
    return [
        "",
        "## Not confirmed from the primary text",
        "",
        *markdown_table(("rule", "touches"), rules),
    ]


def _items(items: Sequence[Item]) -> list[str]:
    rows = []
    for item in items:
        points = "" if item.points is None else f"{item.points:g}"
        group = (item.group or "").replace("_", " ")
        rows.append(
            (f"`{item.id}`", item.label, group, answers_text(item), points, item.definition)
        )
    return markdown_table(("item", "name", "group", "answers", "points", "meaning"), rows)


def _derived(item: Item) -> tuple[str, str]:
    texts = [f"`{_line(item.derived)}`"] if item.derived else []
    if item.derived_ever:
        texts.append(f"in a criterion, over its window: `{_line(item.derived_ever)}`")
    return f"`{item.id}`", "; ".join(texts)


def _named(definitions: Iterable[tuple[str, str]]) -> list[str]:
    rows = [(f"`{name}`", f"`{_line(text)}`") for name, text in definitions]
    return (
        ["", "## Named expressions", "", *markdown_table(("name", "expression"), rows)]
        if rows
        else []
    )


def _adds(total: Total) -> str:
    if total.grade_points:
        points = ", ".join(f"{grade} {worth:g}" for grade, worth in total.grade_points.items())
        return f"grades of {len(total.of)} ladders: {points}"
    what = ", ".join(total.of) if total.of else "all items"
    if total.without:
        what += f" without {', '.join(total.without)}"
    rules = {
        "sum": "",
        "highest": "; of each group the highest item",
        "capped": f"; at most {', '.join(f'{g} {c:g}' for g, c in total.caps.items())}",
        "prorated": "; the sum times all items over those answered",
        "first": "; the first of them that is answered",
    }
    return what + rules[total.rule]


def _line(text: str) -> str:
    """An expression on one line."""
    return " ".join(text.split())


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown; a bar inside a cell is escaped."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in cells),
    ]
