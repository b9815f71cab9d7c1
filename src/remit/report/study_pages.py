"""The pages of one study: its status, worklist and attrition first, its criteria last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from remit.criteria.parameters import with_values
from remit.facts.person_names import PersonNames
from remit.protocol.schema import Protocol
from remit.report.answer import share_strip
from remit.report.followed import Followed, course_part
from remit.report.markup import rendered
from remit.report.nearest import worklist_parts
from remit.report.pages import PagePart, ReportPage
from remit.report.patients import patient_part
from remit.report.readjudication import agreement_part, rates_part
from remit.report.screening_charts import bar, flow_chart, number_of
from remit.report.verdicts import verdict_grids
from remit.screening import Explanation, Screening
from remit.screening.cohort_counts import ShownCohort, ShownScreening
from remit.screening.worklist import WorklistRow
from remit.truth import Reason
from remit.views.words import COUNTS, REASON, gap_lines, step_counts

# Persons in the grids of a study; each of several cohorts has its share.
MOST_PERSONS, MOST_OF_COHORT = 120, 30
# Cells of one grid, so that its page stays light.
_MOST_CELLS = 1_600
STATE: Mapping[str, str] = {
    "executable": "executed as written",
    "needs_attestation": "needs a person's signature",
    "lossy_operator": "held back: the page lost a comparison sign",
    "incomplete": "held back: the page lost a part",
    "not_in_data": "held back: the data cannot hold it",
    "not_written": "held back: its expression is not written yet",
}


def study_pages(
    screening: Screening,
    shown: ShownScreening,
    *,
    worklist: Sequence[WorklistRow],
    explained: Sequence[Explanation],
    followed: Followed | None,
    name: str,
    names: PersonNames,
    exact: bool,
) -> list[ReportPage]:
    """The pages of a study in order.

    Args:
        name: of its first page; the names of all others and of all places begin with it.
        exact: whether counts are exact, and persons are then shown one by one.
    """
    id_ = screening.protocol.id
    pages = [
        ReportPage(
            name,
            f"{id_}: {screening.protocol.title}",
            id_,
            name,
            _status_parts(screening, shown, worklist, name=name, exact=exact),
        )
    ]
    if exact:
        pages += _verdict_pages(screening, name=name, names=names)
        parts = tuple(
            PagePart("explained", patient_part(one, name=f"{name}-person-{turn}"), turn)
            for turn, one in enumerate(explained)
        )
        title = f"{id_}: persons explained"
        pages.append(ReportPage(f"{name}-explained", title, "Persons explained", name, parts))
    if followed is not None:
        pages += _followed_pages(screening.protocol, followed, name=name, names=names, exact=exact)
    pages.append(
        ReportPage(
            f"{name}-criteria",
            f"{id_}: criteria and choices",
            "Criteria",
            name,
            (
                PagePart("criteria", study_card(screening.protocol)),
                PagePart("criteria", criteria_part(screening, name=name)),
            ),
        )
    )
    return [page for page in pages if page.parts]


def _status_parts(
    screening: Screening,
    shown: ShownScreening,
    worklist: Sequence[WorklistRow],
    *,
    name: str,
    exact: bool,
) -> tuple[PagePart, ...]:
    gaps = gap_lines(screening.code_gaps(), exact=exact)
    lead = rendered(
        "study_lead.html",
        name=name,
        summary=screening.protocol.summary,
        gaps=gaps,
        worklist=exact and worklist,
    )
    parts = [PagePart("status", lead)]
    for place, counts in enumerate(shown.cohorts, start=1):
        at = f"{name}-cohort-{place}"
        parts.append(PagePart("status", cohort_part(counts, name=at)))
        parts.append(PagePart("attrition", attrition_part(screening, counts, name=at)))
    if exact and worklist:
        whole, brief = worklist_parts(screening, worklist, name=name)
        parts.append(PagePart("worklist", whole, brief=brief))
    parts.append(PagePart("reasons", reasons_part(screening, shown.reasons, name=name)))
    return tuple(parts)


def _verdict_pages(screening: Screening, *, name: str, names: PersonNames) -> list[ReportPage]:
    """The grids, each on a page of its own."""
    several = len(screening.cohorts) > 1
    grids = verdict_grids(
        screening,
        name=name,
        names=names,
        most=MOST_OF_COHORT if several else MOST_PERSONS,
        most_cells=_MOST_CELLS,
    )
    of = f" of {len(grids)}" if len(grids) > 1 else ""
    return [
        ReportPage(
            f"{name}-verdicts-{turn}",
            f"{screening.protocol.id}: verdicts, person by person{f', {turn}{of}' if of else ''}",
            f"Verdicts {turn}" if of else "Verdicts",
            name,
            (PagePart("verdicts", grid, turn - 1),),
        )
        for turn, grid in enumerate(grids, start=1)
    ]


def _followed_pages(
    protocol: Protocol, followed: Followed, *, name: str, names: PersonNames, exact: bool
) -> list[ReportPage]:
    """A page for each followed person, and one for all definitions compared."""
    if followed.note:
        lead = Markup("<p>{}</p>").format(followed.note)
        title = f"{protocol.id}: followed persons"
        only = PagePart("responses", lead)
        return [ReportPage(f"{name}-responses", title, "Followed persons", name, (only,))]
    pages = []
    for turn, course in enumerate(followed.courses if exact else ()):
        person = names.shown(course.person)
        part = course_part(protocol, course, name=f"{name}-course-{turn + 1}", person=person)
        pages.append(
            ReportPage(
                f"{name}-followed-{turn + 1}",
                f"{protocol.id}: person {person}, visit by visit",
                f"Followed: person {person}",
                name,
                (PagePart("followed", part, turn),),
            )
        )
    if followed.comparison is not None:
        shown, titles = followed.comparison, followed.titles
        arms = {arm.id: arm.label for arm in protocol.arms}
        visit = next(v for v in protocol.visits if v.id == shown.visit)
        at = f"{name}-again"
        rates = rates_part(shown, name=at, arms=arms, titles=titles, last=visit.label)
        parts = [PagePart("responses", rates)]
        if len(shown.definitions) > 1:
            agreement = agreement_part(shown, name=at, titles=titles)
            parts.append(PagePart("agreement", agreement))
        title = f"{protocol.id}: the same persons under every definition of response"
        pages.append(ReportPage(f"{name}-responses", title, "Responses", name, tuple(parts)))
    return pages


def study_card(protocol: Protocol) -> Markup:
    """What the study is and which choices stand where the registry leaves something open."""
    told = [
        ("Study", f"{protocol.id}, {protocol.design.type}"),
        ("Design", protocol.design.text),
        ("Sponsor", protocol.sponsor),
        ("Status on the page", f"{protocol.status}; target {protocol.target_enrolment:,} persons"),
    ]
    if protocol.pages:
        pages = "; ".join(f"page {p.page} ({p.site})" for p in protocol.pages)
        told.append(("Written from", pages))
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


def _why_not_eligible(shown: ShownCohort) -> str:
    why = "at least one criterion keeps the person out"
    return f"{why}, or the person died before ({shown.died})" if number_of(shown.died) else why


def _cohort_title(shown: ShownCohort) -> str:
    return "all persons" if shown.cohort is None else f"cohort {shown.cohort}: {shown.label}"


def cohort_part(shown: ShownCohort, *, name: str) -> Markup:
    """One cohort: three counts and their shares. `name` is unique in the report."""
    heads = (
        ("Eligible", shown.eligible, "in", "every criterion is known and lets the person in"),
        ("Open", shown.undetermined, "open", "nothing keeps the person out; a fact is missing"),
        ("Not eligible", shown.not_eligible, "out", _why_not_eligible(shown)),
    )
    title = _cohort_title(shown)
    return rendered(
        "cohort.html",
        name=name,
        heading=title[0].upper() + title[1:],
        heads=heads,
        strip=share_strip(shown),
        shown=shown,
    )


def attrition_part(screening: Screening, shown: ShownCohort, *, name: str) -> Markup:
    """The flow and every step of one cohort."""
    rows = []
    for step in shown.steps:
        criterion = screening.protocol.criterion(step.criterion)
        rows.append((criterion.id, f"{criterion.kind[:4]}.", criterion.text, *step_counts(step)))
    counted = ("n/a" if word == "not_applicable" else word for word in COUNTS)
    return rendered(
        "attrition.html",
        flow=flow_chart(screening, shown, name=f"{name}-flow"),
        caption=f"Attrition, {_cohort_title(shown)}: persons at each step, n = {shown.persons} "
        "persons screened",
        head=("id", "kind", "criterion", *counted),
        rows=rows,
        numbers=len(COUNTS),
    )


def reasons_part(
    screening: Screening, reasons: Mapping[str, Mapping[str, str]], *, name: str
) -> Markup:
    """Why verdicts are unknown, criterion by criterion, over all persons."""
    words = {reason.word: REASON[reason] for reason in Reason}
    counts = [count for rows in reasons.values() for count in rows.values()]
    largest = max(map(number_of, counts), default=0)
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
    return rendered("reasons.html", name=name, found=found)


def criteria_part(screening: Screening, *, name: str) -> Markup:
    """Every criterion: what it says, what was decided, its place on the page and its expression."""
    protocol = screening.protocol
    literals = protocol.literal_texts()
    read = {
        criterion.id: with_values(criterion.expression or "", literals)
        for criterion in protocol.criteria
    }
    definitions = protocol.definition_texts().items()
    return rendered(
        "criteria.html",
        name=name,
        criteria=protocol.criteria,
        expressions=read,
        states=STATE,
        definitions=[(term, with_values(text, literals)) for term, text in definitions],
    )
