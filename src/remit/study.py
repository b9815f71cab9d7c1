"""The whole flow of a study, as a tuple of named steps. Read this file first.

Each step takes the work so far and returns it with its own result added. This is the only place
that joins the stages; each stage is a package that knows nothing of those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from remit.analysis.comparison import compare_responses
from remit.analysis.comparison_counts import shown_comparison
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.endpoints.course_panels import page_scores
from remit.endpoints.definition_choice import all_definitions, own_definition
from remit.endpoints.patient_page import patient_course
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_study
from remit.facts import opened
from remit.facts.opened import Facts
from remit.facts.screening_dates import dated_facts, screening_rule
from remit.output import write_new_file
from remit.protocol import Protocol, packaged_protocols, protocol_named
from remit.registry import Record, Trial, link_records, read_page
from remit.report import (
    MOST_ROWS,
    Followed,
    choose_courses,
    choose_examples,
    compose_report,
    render_file,
    write_folder,
)
from remit.screening import Explanation, Screening, explain_persons, screen_studies
from remit.screening.entry_days import entered_facts
from remit.screening.worklist import WorklistRow, worklist_rows
from remit.simulate import write_cohort


@dataclass(frozen=True, slots=True)
class Work:
    """What a run was asked to do, and what it has found so far.

    Attributes:
        pages: registry pages to read and link.
        facts: the folder of the dataset.
        open_dataset: opens the dataset where it lies in no folder; None where it does.
        report: the folder of the report; None for none.
        single_file: the file of as much of the report as one file holds; None for none.
        persons, seed: of the synthetic cohort; no persons means that the dataset is there already.
        results: the folder of the results of trials; None for none.
        smallest: counts of the report are rounded to its multiples (0 shows all).
        screening_date: the rule for persons of whom the dataset does not say when they are
            screened; none when None.
    """

    title: str
    pages: tuple[Path, ...]
    protocols: tuple[Protocol, ...]
    facts: Path
    report: Path | None
    single_file: Path | None = None
    results: Path | None = None
    persons: int = 0
    seed: int = 0
    smallest: int = 0
    screening_date: str | None = None
    open_dataset: Callable[[], Facts] | None = None
    records: tuple[Record, ...] = ()
    trials: tuple[Trial, ...] = ()
    dataset: Facts | None = None
    screenings: tuple[Screening, ...] = ()
    worklists: Mapping[str, tuple[WorklistRow, ...]] = field(default_factory=dict)
    explained: Mapping[str, tuple[Explanation, ...]] = field(default_factory=dict)
    adjudicated: Mapping[str, StudyAdjudication] = field(default_factory=dict)
    followed: Mapping[str, Followed] = field(default_factory=dict)
    analysed: Mapping[str, TrialAnalysis] = field(default_factory=dict)


def read_registry_pages(work: Work) -> Work:
    """Each page becomes a record: every field with its source text and lines."""
    return replace(work, records=tuple(read_page(page) for page in work.pages))


def link_pages(work: Work) -> Work:
    """Records of one trial become one trial that keeps who said what, and every disagreement."""
    return replace(work, trials=link_records(work.records))


def simulate_patients(work: Work) -> Work:
    """A synthetic cohort with known truth, where no dataset was given."""
    if work.persons:
        write_cohort(work.facts, persons=work.persons, seed=work.seed)
    return work


def open_facts(work: Work) -> Work:
    """The dataset, after each of its files was verified, and the screening dates by rule."""
    dataset = opened.open_facts(work.facts) if work.open_dataset is None else work.open_dataset()
    dataset = entered_facts(dataset, work.protocols)
    if work.screening_date is not None:
        anchors = {protocol.id: protocol.default_anchor for protocol in work.protocols}
        dataset = dated_facts(dataset, screening_rule(work.screening_date), anchors)
    return replace(work, dataset=dataset)


def screen_patients(work: Work) -> Work:
    """Each study's protocol over every patient: met, not met, unknown or not applicable."""
    assert work.dataset is not None, "open_facts comes first"
    dataset = work.dataset
    return replace(work, screenings=screen_studies(work.protocols, dataset))


def list_work(work: Work) -> Work:
    """The patients nearest to eligible: what keeps them out, what is open and who must sign."""
    if work.smallest:
        return work  # no person is shown
    worklists = {
        screening.protocol.id: worklist_rows(screening, most=MOST_ROWS)
        for screening in work.screenings
    }
    return replace(work, worklists=worklists)


def explain_examples(work: Work) -> Work:
    """Three patients a study, each verdict with the records that decided it."""
    explained = {
        screening.protocol.id: explain_persons(screening, choose_examples(screening))
        for screening in work.screenings
    }
    return replace(work, explained=explained)


def adjudicate_responses(work: Work) -> Work:
    """The response of everyone followed, at every visit, under every definition."""
    assert work.dataset is not None, "open_facts comes first"
    adjudicated = {
        protocol.id: adjudicate_study(
            protocol,
            work.dataset,
            all_definitions(protocol),
            more_scores=page_scores(protocol),
        )
        for protocol in work.protocols
        if protocol.visits
    }
    return replace(work, adjudicated=adjudicated)


def follow_patients(work: Work) -> Work:
    """Three patients a study, visit by visit, and all patients under every definition."""
    followed = {protocol.id: _followed(protocol, work) for protocol in work.protocols}
    return replace(work, followed=followed)


def _followed(protocol: Protocol, work: Work) -> Followed:
    study = work.adjudicated.get(protocol.id)
    if study is None:
        return Followed(note="The study plans no visits: no response is adjudicated.")
    persons, few = len(set(study.visits.visits.person.tolist())), work.smallest
    if persons == 0 and not few:
        return Followed(note="Nobody has a record at a visit after the baseline.")
    if persons < few:
        note = f"Fewer than {few} persons have a record at a visit after the baseline."
        return Followed(note=note)
    own = own_definition(protocol)
    comparison = compare_responses(study, study.visits.ids[-1], smallest=few)
    return Followed(
        tuple(patient_course(study, who) for who in choose_courses(study, definition=own)),
        shown_comparison(comparison, reference=own),
        titles={item.definition.id: item.definition.title for item in study.adjudications},
    )


def analyse_trials(work: Work) -> Work:
    """The planned analyses of each study that compares arms, under every definition of response."""
    if work.results is None:
        return work
    from remit.report.analysis_page import write_analysis  # what draws takes long to load

    assert work.dataset is not None, "open_facts comes first"
    work.results.mkdir(parents=True, exist_ok=True)
    analysed = {}
    for protocol in work.protocols:
        if any(analysis.compare for analysis in protocol.analyses):
            found = analyse_trial(protocol, work.dataset, every_definition=True, flow=True)
            write_analysis(found, work.results / protocol.name)
            analysed[protocol.id] = found
    return replace(work, analysed=analysed)


def write_study_report(work: Work) -> Work:
    """Pages that show all of it: in a folder, in one file to mail, or both."""
    report = compose_report(
        work.screenings,
        explained=work.explained,
        worklists=work.worklists,
        followed=work.followed,
        trials=work.trials,
        title=work.title,
        smallest=work.smallest,
    )
    if work.report is not None:
        write_folder(report, work.report)
    if work.single_file is not None:
        write_new_file(work.single_file, render_file(report))
    return work


@dataclass(frozen=True, slots=True)
class StudyStep:
    """A step of the flow and what to call it while it runs."""

    name: str
    take: Callable[[Work], Work]


STEPS: tuple[StudyStep, ...] = (
    StudyStep("Read registry pages", read_registry_pages),
    StudyStep("Link them into trials", link_pages),
    StudyStep("Simulate patients", simulate_patients),
    StudyStep("Verify the dataset", open_facts),
    StudyStep("Screen every patient", screen_patients),
    StudyStep("List who comes next", list_work),
    StudyStep("Explain three patients a study", explain_examples),
    StudyStep("Adjudicate responses", adjudicate_responses),
    StudyStep("Follow three patients a study", follow_patients),
    StudyStep("Analyse the trials", analyse_trials),
    StudyStep("Write the report", write_study_report),
)


def run_study(work: Work, *, on_step: Callable[[StudyStep], None] | None = None) -> Work:
    """Take every step in order.

    Args:
        on_step: is told each step before it is taken.
    """
    for step in STEPS:
        if on_step is not None:
            on_step(step)
        work = step.take(work)
    return work


def packaged_studies() -> tuple[Protocol, ...]:
    """The four studies that come with Remit."""
    return tuple(protocol_named(name) for name in packaged_protocols())
