"""The section of one study: what it asks, its cohorts with their counts, and its criteria."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from remit.protocol.schema import Protocol
from remit.report.screening_charts import bar, flow_chart, number_of, strip_chart
from remit.report.template import rendered
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


def study_card(protocol: Protocol) -> Markup:
    """What the study is and which choices stand where the registry leaves something open."""
    told = [
        ("Study", f"{protocol.id}, {protocol.design.type}"),
        ("Design", protocol.design.text),
        ("Sponsor", protocol.sponsor),
        ("Status on the page", f"{protocol.status}; target {protocol.target_enrolment:,} persons"),
        ("Written from", "; ".join(f"page {p.page} ({p.site})" for p in protocol.pages)),
    ]
    told += [(f"Cohort {group.id}", f"{group.label}. {group.text}") for group in protocol.cohorts]
    told += [(f"Arm {group.id}", f"{group.label}. {group.text}") for group in protocol.arms]
    choices = [
        (
            f"{name} (changed)" if name in protocol.choices else name,
            parameter.text,
            protocol.setting(name),
            f"{parameter.ground} {parameter.citation}" if parameter.citation else parameter.ground,
        )
        for name, parameter in protocol.parameters.items()
    ]
    return rendered("study_card.html", protocol=protocol, told=told, choices=choices)


def cohort_part(screening: Screening, shown: ShownCohort, *, name: str) -> Markup:
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
    return rendered(
        "cohort.html",
        name=name,
        heading=title[0].upper() + title[1:],
        heads=heads,
        strip=strip,
        shown=shown,
        flow=flow_chart(screening, shown, name=f"{name}-flow"),
        caption=f"Attrition, {title}: persons at each step, n = {shown.persons}",
        head=("id", "kind", "in our words", *counted),
        rows=rows,
        numbers=len(COUNTS),
    )


def reasons_part(screening: Screening, reasons: Mapping[str, Mapping[str, str]]) -> Markup:
    """Why verdicts are unknown, criterion by criterion, over all persons (`shown_reasons`)."""
    words = {reason.word: REASON[reason] for reason in Reason}
    counts = [count for rows in reasons.values() for count in rows.values()]
    largest = max((number_of(count) or 0 for count in counts), default=0)
    found = [
        (
            criterion,
            [
                (words[word], count, bar(count, largest))
                for word, count in reasons[criterion.id].items()
            ],
        )
        for criterion in screening.protocol.criteria
        if reasons[criterion.id]
    ]
    return rendered("reasons.html", found=found)


def criteria_part(screening: Screening, *, name: str) -> Markup:
    """Every criterion: our words, what was decided, its place on the page and its expression."""
    return rendered(
        "criteria.html",
        name=name,
        criteria=screening.protocol.criteria,
        states=STATE,
        definitions=list(screening.protocol.definition_texts().items()),
    )
