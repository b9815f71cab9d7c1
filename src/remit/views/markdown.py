"""Instruments and response definitions as pages of the documentation, made from their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.criteria.parameters import with_values
from remit.endpoints.definition import Definition
from remit.instruments.instrument import Instrument, Item, Total
from remit.views.words import answers_text

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


def _after_death(definition: Definition) -> str:
    if definition.type == "flare":
        return "open: a death is no flare, and no proof of none."
    if definition.death == "non_responder":
        return "no response at the visits planned later (the composite strategy of ICH E9(R1))."
    return "not assessable at the visits planned later."


def definition_page(definition: Definition) -> str:
    """The page in Markdown: who judges what, gate by gate, and where this file says otherwise."""
    missing = definition.missing.replace("_", " ")
    lines = [
        GENERATED,
        "",
        f"# {definition.title}",
        "",
        f"`--definition {definition.id}`. Source: {definition.citation}.",
        "",
        f"- **Judged at**: {definition.judged_at}",
        f"- **Missing answers**: {missing}. {definition.missing_ground}",
        f"- **After a death**: {_after_death(definition)}",
    ]
    for what, text in (
        ("Unit of judgement", definition.judged_in),
        ("Sample", definition.sample),
        ("Kidney function against", definition.kidney_reference),
        ("Confirmation", _confirmation(definition)),
    ):
        if text:
            lines.append(f"- **{what}**: {text}")
    if definition.requires is not None:
        lines.append(f"- **Applies where**: {definition.requires.text}")
    if definition.instruments:
        lines.append(f"- **Reads**: {', '.join(f'`{name}`' for name in definition.instruments)}")
    for response in definition.responses:
        rows = [
            (f"`{g.id}`", g.text, _expression(g.expression, definition)) for g in response.gates
        ]
        lines += ["", f"## {response.label} ({response.grade})", ""]
        lines += markdown_table(("id", "condition", "expression"), rows)
    lines += ["", f"Otherwise: {definition.otherwise}."]
    if definition.definitions:
        rows2 = [(f"`{n}`", _expression(t, definition)) for n, t in definition.definitions.items()]
        lines += ["", "## Named expressions", "", *markdown_table(("name", "expression"), rows2)]
    if definition.intercurrent:
        rows3 = [
            (event.text, _expression(event.expression, definition))
            for event in definition.intercurrent
        ]
        lines += [
            "",
            "## Makes a non-responder from then on",
            "",
            *markdown_table(("event", "expression"), rows3),
        ]
    if definition.deviations:
        lines += ["", "## Where this file says other than its source", ""]
        lines += [f"- {text}" for text in definition.deviations]
    if definition.unconfirmed:
        lines += ["", "## Not confirmed from the primary text", ""]
        lines += [f"- {rule.rule}" for rule in definition.unconfirmed]
    return "\n".join(lines) + "\n"


def _expression(text: str, definition: Definition) -> str:
    """An expression with the values of its parameters, as code on one line."""
    literals = {name: row.value for name, row in definition.parameters.items()}
    return f"`{' '.join(with_values(text, literals).split())}`"


def _confirmation(definition: Definition) -> str:
    asked = definition.confirmation
    if asked is None:
        return ""
    gates = f" Conditions: {', '.join(f'`{name}`' for name in asked.gates)}." if asked.gates else ""
    return f"{asked.text}{gates}"


def definitions_table(definitions: Iterable[Definition]) -> list[str]:
    """Lines of a Markdown table of renal responses: what each one holds against what."""
    rows = [
        (
            f"[`{one.id}`]({one.id}.md)",
            one.window.words if one.window else one.judged_at,
            one.judged_in,
            one.sample,
            one.kidney_reference,
            _asks(one, "sediment"),
            _asks(one, "steroid"),
            _confirmed_by(one),
            "yes" if one.intercurrent else "no",
            one.missing.replace("_", " "),
        )
        for one in definitions
        if one.kidney_reference
    ]
    head = (
        "definition", "judged at", "in", "sample", "kidney function against", "sediment",
        "steroid", "confirmed", "rescue", "missing answer",
    )  # fmt: skip
    return markdown_table(head, rows)


def _asks(definition: Definition, gate: str) -> str:
    asked = {g.id for response in definition.responses for g in response.gates}
    return "yes" if gate in asked else "no"


def _confirmed_by(definition: Definition) -> str:
    if definition.confirmation is None:
        return "no"
    return ", ".join(definition.confirmation.gates) or "response"
