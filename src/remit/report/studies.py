"""The section of one study: what it asks, its cohorts with their counts, and its criteria."""

from __future__ import annotations

from collections.abc import Mapping

from remit.protocol.schema import Protocol
from remit.report.markup import Html, element, joined, scrolling, table
from remit.report.screening_charts import bar, flow_chart, number_of, strip_chart
from remit.screening import Screening
from remit.screening.cohort_counts import ShownCohort
from remit.terminal import short_text
from remit.truth import Reason
from remit.views.words import COUNTS, REASON, step_counts

STATE: Mapping[str, str] = {
    "executable": "executed as written",
    "needs_attestation": "needs a person's signature",
    "lossy_operator": "held back: the page lost a comparison sign",
    "incomplete": "held back: the page lost a part",
    "not_in_data": "held back: the data cannot hold it",
}


def study_card(protocol: Protocol) -> Html:
    """What the study is and which choices stand where the registry leaves something open."""
    facts = [
        ("Study", f"{protocol.id}, {protocol.design.type}"),
        ("Design", protocol.design.text),
        ("Sponsor", protocol.sponsor),
        ("Status on the page", f"{protocol.status}; target {protocol.target_enrolment:,} persons"),
        ("Written from", "; ".join(f"page {p.page} ({p.site})" for p in protocol.pages)),
    ]
    facts += [(f"Cohort {group.id}", f"{group.label}. {group.text}") for group in protocol.cohorts]
    facts += [(f"Arm {group.id}", f"{group.label}. {group.text}") for group in protocol.arms]
    rows = [
        (
            joined((name, " (changed)" if name in protocol.choices else "")),
            parameter.text,
            element("code", protocol.setting(name)),
            joined((parameter.ground, f" {parameter.citation}" if parameter.citation else "")),
        )
        for name, parameter in protocol.parameters.items()
    ]
    chosen = element(
        "details",
        element("summary", f"Choices where the registry leaves something open ({len(rows)})"),
        table(
            "Parameters of the study, each with its ground",
            ("parameter", "what it decides", "chosen", "ground"),
            rows,
            kind="wide",
        ),
    )
    notes = element("ul", *(element("li", note) for note in protocol.notes))
    return element(
        "div",
        element("p", protocol.summary),
        fact_list(facts),
        notes if protocol.notes else "",
        chosen if rows else "",
        class_="card",
    )


def fact_list(facts: list[tuple[str, str]]) -> Html:
    pairs = (part for name, text in facts for part in (element("dt", name), element("dd", text)))
    return element("dl", *pairs, class_="facts")


def cohort_part(screening: Screening, shown: ShownCohort, *, name: str) -> Html:
    """One cohort: three counts, the flow and every step. `name` is unique on the page."""
    heads = (
        ("Eligible", shown.eligible, "in", "every criterion is known and lets the person in"),
        (
            "Undetermined",
            shown.undetermined,
            "open",
            "nothing keeps the person out; a fact is open",
        ),
        ("Not eligible", shown.not_eligible, "out", "at least one criterion keeps the person out"),
    )
    counts = element(
        "ul",
        *(
            element("li", element("b", count), f"{word}: {meaning}", class_=style)
            for word, count, style, meaning in heads
        ),
        class_="counts",
    )
    strip = strip_chart(
        [
            ("eligible", shown.eligible, "f-in"),
            ("undetermined", shown.undetermined, "f-open"),
            ("not eligible", shown.not_eligible, "f-idle"),
        ]
    )
    title = "all persons" if shown.cohort is None else f"cohort {shown.cohort}: {shown.label}"
    rows = []
    for step in shown.steps:
        criterion = screening.protocol.criterion(step.criterion)
        words = short_text(criterion.text, width=90)
        rows.append((criterion.id, f"{criterion.kind[:4]}.", words, *step_counts(step)))
    counted = ("n/a" if word == "not_applicable" else word for word in COUNTS)
    head = ("id", "kind", "in our words", *counted)
    steps = table(
        f"Attrition, {title}: persons at each step, n = {shown.persons}",
        head,
        rows,
        kind="steps",
        numbers=len(COUNTS),
    )
    waiting = (
        f"Of {shown.persons} persons screened. Of the undetermined, {shown.waiting} wait only for "
        "a signature or a better source; no further record would help them."
    )
    return element(
        "section",
        element("h3", title[0].upper() + title[1:], id=name),
        counts,
        strip,
        element("p", waiting, class_="quiet"),
        element("div", flow_chart(screening, shown, name=f"{name}-flow"), steps, class_="flow"),
    )


def reasons_part(screening: Screening, reasons: Mapping[str, Mapping[str, str]]) -> Html:
    """Why verdicts are unknown, criterion by criterion, over all persons (`shown_reasons`)."""
    words = {reason.word: REASON[reason] for reason in Reason}
    found = {
        criterion.id: [(words[word], count) for word, count in reasons[criterion.id].items()]
        for criterion in screening.protocol.criteria
    }
    largest = max((number_of(n) or 0 for rows in found.values() for _, n in rows), default=0)
    bodies = []
    for criterion in screening.protocol.criteria:
        span = str(len(found[criterion.id]))
        cells = [
            element("th", criterion.id, scope="rowgroup", rowspan=span),
            element("td", criterion.text, rowspan=span),
        ]
        rows = []
        for reason, count in found[criterion.id]:
            cells += [element("td", reason), element("td", count, class_="n")]
            rows.append(element("tr", *cells, element("td", bar(count, largest))))
            cells = []
        bodies.append(element("tbody", *rows) if rows else Html(""))
    if largest == 0 and not any(bodies):
        return element("p", "No verdict is unknown.")
    caption = "Persons whose verdict is unknown, by reason; a person may count under several"
    head = [element("th", name, scope="col") for name in ("criterion", "in our words", "reason")]
    head.append(element("th", "persons", scope="col", class_="n"))
    head.append(element("td"))
    whole = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", *head)),
        *bodies,
        class_="reasons",
    )
    return scrolling(whole, label=caption)


def criteria_part(screening: Screening, *, name: str) -> Html:
    """Every criterion: our words, what was decided, its place on the page and its expression."""
    rows = []
    for criterion in screening.protocol.criteria:
        confirmed = ""
        if criterion.confirmation is not None:
            signs = ", ".join(criterion.confirmation.operators)
            confirmed = f" Signs restored ({signs}) by {criterion.confirmation.by}: "
            confirmed += criterion.confirmation.ground
        rows.append(
            (
                element("span", criterion.id, id=f"{name}-{criterion.id}"),
                criterion.kind
                + (f" ({', '.join(criterion.cohorts)})" if criterion.cohorts else ""),
                criterion.text,
                criterion.interpretation + confirmed,
                "; ".join(str(source) for source in criterion.sources),
                element("code", criterion.expression) if criterion.expression else "none",
                STATE[criterion.state],
            )
        )
    criteria = table(
        "Criteria; an exclusion that is met keeps a person out",
        ("criterion", "kind", "in our words", "as interpreted", "source", "expression", "state"),
        rows,
        kind="criteria",
    )
    definitions = [
        (element("code", key), element("code", text))
        for key, text in screening.protocol.definition_texts().items()
    ]
    if not definitions:
        return criteria
    named = table("Named definitions", ("meets", "expression"), definitions, kind="wide")
    summary = element("summary", f"Named definitions ({len(definitions)})")
    return joined((criteria, element("details", summary, named)))
