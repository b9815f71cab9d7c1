"""The documentation page of a response definition, made from its file."""

from __future__ import annotations

from collections.abc import Iterable

from remit.endpoints.definition import Definition
from remit.views.markdown.instrument_page import GENERATED, markdown_table


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


def _confirmation(definition: Definition) -> str:
    asked = definition.confirmation
    if asked is None:
        return ""
    gates = f" Gates: {', '.join(f'`{name}`' for name in asked.gates)}." if asked.gates else ""
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
