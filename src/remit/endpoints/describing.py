"""The documentation page of a response definition, made from its file."""

from __future__ import annotations

from remit.endpoints.schema import Definition
from remit.instruments.describing import GENERATED, markdown_table


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
    ]
    if definition.judged_in:
        lines.append(f"- **Unit of judgement**: {definition.judged_in}")
    if definition.requires is not None:
        lines.append(f"- **Applies where**: {definition.requires.text}")
    if definition.instruments:
        lines.append(f"- **Reads**: {', '.join(f'`{name}`' for name in definition.instruments)}")
    for response in definition.responses:
        rows = [
            (f"`{g.id}`", g.text, f"`{' '.join(g.expression.split())}`") for g in response.gates
        ]
        lines += ["", f"## {response.label} ({response.grade})", ""]
        lines += markdown_table(("gate", "condition", "expression"), rows)
    lines += ["", f"Otherwise: {definition.otherwise}."]
    if definition.definitions:
        rows2 = [(f"`{n}`", f"`{' '.join(t.split())}`") for n, t in definition.definitions.items()]
        lines += ["", "## Named expressions", "", *markdown_table(("name", "expression"), rows2)]
    if definition.intercurrent:
        rows3 = [(event.text, f"`{event.expression}`") for event in definition.intercurrent]
        lines += [
            "",
            "## Makes a non-responder",
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
