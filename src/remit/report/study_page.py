"""The report: one HTML file that holds everything, without scripts and without links outward.

A study has a section: what it asks, its cohorts with their counts, and its criteria.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from markupsafe import Markup

from remit.criteria.parameters import with_values
from remit.disclosure import counts_note
from remit.facts.opened import Facts
from remit.protocol.schema import Protocol
from remit.registry import Trial
from remit.report.followed import Followed, followed_part
from remit.report.markup import rendered
from remit.report.patients import patients_part, verdict_grid
from remit.report.registry import trial_part
from remit.report.screening_charts import bar, flow_chart, number_of, strip_chart
from remit.report.style import style_sheet
from remit.screening import Explanation, Screening
from remit.screening.cohort_counts import ShownCohort, ShownScreening, shown_screenings
from remit.screening.provenance import manifest_sha256
from remit.terminal import plain_text, short_text
from remit.truth import Reason
from remit.views.words import COUNTS, REASON, gap_lines, step_counts

# Rows of the verdict grid of a study; half as many in each cohort where it has several.
MOST_PERSONS = 60
STATE: Mapping[str, str] = {
    "executable": "executed as written",
    "needs_attestation": "needs a person's signature",
    "lossy_operator": "held back: the page lost a comparison sign",
    "incomplete": "held back: the page lost a part",
    "not_in_data": "held back: the data cannot hold it",
    "not_written": "held back: its expression is not written yet",
}


def render_report(
    screenings: Sequence[Screening],
    *,
    explained: Mapping[str, Sequence[Explanation]],
    followed: Mapping[str, Followed] | None = None,
    trials: Sequence[Trial] = (),
    title: str,
    smallest: int = 0,
) -> str:
    """The screenings as one HTML page; the same input gives the same bytes.

    Args:
        explained: study id -> persons to explain, for example those of `choose_examples`.
        followed: study id -> the persons followed and the definitions compared.
        trials: registry pages to show.
        smallest: counts are rounded to its multiples (0 shows all), and persons are then not shown
            one by one.

    Raises:
        DatasetError: a dataset was moved after it was screened.
        ValueError: `smallest` is 1, 2 or negative.
    """
    names = [f"study-{place}" for place in range(1, len(screenings) + 1)]
    counted = shown_screenings(screenings, smallest=smallest)
    studies = [
        _study(
            screening,
            shown,
            explained.get(screening.protocol.id, ()),
            (followed or {}).get(screening.protocol.id),
            name=name,
            single=smallest == 0,
        )
        for name, screening, shown in zip(names, screenings, counted, strict=True)
    ]
    contents = [(study.name, study.heading) for study in studies]
    if trials:
        contents.append(("registry", "Registry pages"))
    style = style_sheet()
    page = rendered(
        "page.html",
        title=title,
        head_title=plain_text(title),
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        datasets=_datasets(screenings, counted),
        counts_note=counts_note(smallest),
        contents=contents,
        studies=studies,
        trials=[trial_part(trial, name=f"trial-{k}") for k, trial in enumerate(trials, start=1)],
        version=version("remit-lupus"),
    )
    return f"{page}\n"


@dataclass(frozen=True, slots=True)
class _Dataset:
    """What is told of a dataset; `seed` is None where it does not say that it is synthetic."""

    seed: int | None
    told: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Study:
    """The parts of one study; those of persons are empty where persons are not shown."""

    name: str
    heading: str
    card: Markup
    gaps: tuple[str, ...]
    cohorts: list[tuple[Markup, Markup]]
    reasons: Markup
    criteria: Markup
    explained: Markup
    followed: Markup


def _datasets(screenings: Sequence[Screening], counted: Sequence[ShownScreening]) -> list[_Dataset]:
    """Each dataset once, in the order of the screenings."""
    found: dict[str, _Dataset] = {}
    for screening, shown in zip(screenings, counted, strict=True):
        digest = manifest_sha256(screening.facts)
        known = digest or str(id(screening.facts))  # rows in memory have no manifest
        if known not in found:
            found[known] = _dataset(screening.facts, digest=digest, persons=shown.persons)
    return list(found.values())


def _dataset(dataset: Facts, *, digest: str, persons: str) -> _Dataset:
    manifest = dataset.manifest
    told = [
        ("Dataset", manifest.source),
        ("Persons", persons),
        ("Data cut", dataset.data_cut.isoformat()),
        ("Seed", "none" if manifest.seed is None else str(manifest.seed)),
        ("Complete tables", ", ".join(sorted(manifest.complete)) or "none declared"),
        ("Dataset written with", manifest.created_with),
        ("Report written with", f"remit {version('remit-lupus')}"),
        ("SHA-256 of the manifest", digest or "none: the rows are in memory"),
    ]
    return _Dataset(manifest.seed, told)


def _study(
    screening: Screening,
    shown: ShownScreening,
    explained: Sequence[Explanation],
    followed: Followed | None,
    *,
    name: str,
    single: bool,
) -> _Study:
    protocol = screening.protocol
    most = MOST_PERSONS if len(shown.cohorts) == 1 else MOST_PERSONS // 2
    nothing = Markup("")
    cohorts = [
        (
            cohort_part(screening, counts, name=f"{name}-cohort-{place}"),
            verdict_grid(screening, cohort, name=name, most=most) if single else nothing,
        )
        for place, (cohort, counts) in enumerate(
            zip(screening.cohorts, shown.cohorts, strict=True), start=1
        )
    ]
    return _Study(
        name,
        f"{protocol.id}: {protocol.title}",
        study_card(protocol),
        gap_lines(screening.code_gaps(), exact=single),
        cohorts,
        reasons_part(screening, shown.reasons),
        criteria_part(screening, name=name),
        patients_part(explained, name=f"{name}-person") if single and explained else nothing,
        nothing
        if followed is None
        else followed_part(protocol, followed, name=name, single=single),
    )


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
        ("Not eligible", shown.not_eligible, "out", _why_not_eligible(shown)),
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
    return rendered("reasons.html", found=found)


def criteria_part(screening: Screening, *, name: str) -> Markup:
    """Every criterion: our words, what was decided, its place on the page and its expression."""
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
