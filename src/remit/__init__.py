"""Remit runs lupus studies as code.

The functions here are those of the command line, for notebooks:

>>> import remit
>>> remit.open_protocol("nct06167174").target_enrolment
100
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from remit.analysis.comparison import Comparison
    from remit.analysis.referee.refereed_tables import Refereed
    from remit.analysis.rows.trial_analysis import TrialAnalysis
    from remit.endpoints.study_responses import StudyAdjudication
    from remit.facts.opened import Facts
    from remit.instruments.cards import Card
    from remit.instruments.written_numbers import Answer
    from remit.protocol import Protocol
    from remit.registry import Record, Trial
    from remit.result_table import ResultTable
    from remit.screening import Explanation, Screening


def __getattr__(name: str) -> str:
    """The version, looked up when somebody asks: most commands do not."""
    if name == "__version__":
        from importlib.metadata import version

        return version("remit-lupus")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# The stages are imported when they are used: reading a page must not wait for the query engine.

Shown = TypeVar("Shown")


def _shown(value: Shown) -> Shown:
    """The value, after notebooks were told how to show what is loaded by now."""
    from remit.views.notebook import attach_loaded

    attach_loaded()
    return value


def read_page(page: Path | str) -> Record:
    """Read a registry page; its format is recognised.

    Raises:
        PageError: the page cannot be read or its format is not known.

    >>> import remit
    >>> from remit.registry import fixture_pages
    >>> remit.read_page(fixture_pages()[0]).format
    'clinconnect'
    """
    from remit import registry

    return _shown(registry.read_page(page))


def link_pages(pages: Sequence[Path | str | Record]) -> tuple[Trial, ...]:
    """Link pages, exports of registries, or records read from them, into trials.

    Raises:
        PageError: a file cannot be read.
    """
    from remit import registry

    records = [
        record
        for page in pages
        for record in (
            (page,) if isinstance(page, registry.Record) else registry.read_records(page)
        )
    ]
    return _shown(registry.link_records(records))


def simulate_facts(out: Path | str, *, persons: int, seed: int) -> Facts:
    """Write a synthetic lupus cohort with known truth into the folder `out` and open it.

    Raises:
        DatasetError: `persons` is below 1, or the seed negative.
        OutputError: `out` exists or cannot be written.
    """
    from remit.simulate import write_cohort

    return _shown(write_cohort(out, persons=persons, seed=seed))


def open_facts(folder: Path | str) -> Facts:
    """Open a dataset; each of its files is verified.

    Raises:
        DatasetError: a file is missing, damaged or of the wrong type.
    """
    from remit.facts import opened

    return _shown(opened.open_facts(folder))


def open_protocol(study: Path | str, **parameters: str) -> Protocol:
    """A packaged study by name, or a protocol file; parameters may be set otherwise.

    Raises:
        ProtocolError: there is no such study, parameter or option, or the file is wrong.

    >>> import remit
    >>> remit.open_protocol("nct06904729", schwartz="original_one_constant").setting("schwartz")
    'original_one_constant'
    """
    from remit.protocol import protocol_named, read_protocol

    path = Path(study)
    is_file = path.suffix == ".toml" or os.path.exists(path)  # no error for a long name
    found = read_protocol(path) if is_file else protocol_named(str(study))
    return _shown(found.with_parameters(parameters) if parameters else found)


def screen(
    study: Protocol | Path | str,
    data: Facts | Path | str,
    *,
    parameters: Mapping[str, str] | None = None,
    screening_date: str | None = None,
) -> Screening:
    """Screen every person of a dataset for a study.

    Args:
        screening_date: when those are screened of whom the dataset does not say it: a day such as
            2024-01-31, last-visit, first-visit, or a CSV file (person, date).

    Raises:
        ProtocolError: the study or one of its expressions is wrong.
        DatasetError: the dataset cannot be read, or the rule for the dates is none.
    """
    from remit.facts.screening_dates import dated_facts, screening_rule
    from remit.protocol import Protocol
    from remit.screening import screen_dataset
    from remit.screening.entry_days import entered_facts

    plan = study if isinstance(study, Protocol) else open_protocol(study)
    if parameters:
        plan = plan.with_parameters(parameters)
    dataset = open_facts(data) if isinstance(data, Path | str) else data
    if plan.entry is not None:
        dataset = entered_facts(dataset, (plan,))
    if screening_date is not None:
        anchors = {plan.id: plan.default_anchor}
        dataset = dated_facts(dataset, screening_rule(screening_date), anchors)
    return _shown(screen_dataset(plan, dataset))


def changes_since(screening: Screening, earlier: Path | str) -> ResultTable:
    """Who stands otherwise than at an earlier screening, and by which record or criterion.

    Args:
        earlier: the folder that `remit screen --format parquet` wrote then.

    Returns:
        One row a change: person (the id as it came), cohort, status, was, change, changed_by.

    Raises:
        DatasetError: the folder is none of a screening, or of another study.
    """
    from remit.facts.person_names import person_names
    from remit.result_table import ResultTable
    from remit.screening import changes
    from remit.screening.earlier_screenings import read_earlier

    named = bool(person_names(screening.facts).names)
    before = read_earlier(earlier, study=screening.protocol.id, named=named)
    return _shown(ResultTable(changes.changes_table(changes.changes_since(screening, before))))


def explain(screening: Screening, person: int) -> Explanation:
    """Explain one person's verdicts: the records behind each and what is missing.

    Raises:
        DatasetError: the dataset has no such person.
    """
    from remit.screening import explain_person

    return _shown(explain_person(screening, person))


def score(
    instrument: str,
    items: Mapping[str, Answer],
    *,
    unlisted: Literal["unknown", "absent"] = "unknown",
) -> Card:
    """Score one visit from its items.

    Args:
        items: item name -> answer, as `remit score INSTRUMENT --describe` lists them.
        unlisted: what a finding is that is not named and that no value decides.

    Raises:
        InstrumentError: there is no such instrument or item, or an answer does not fit.

    >>> import remit
    >>> card = remit.score("sledai_2k", {"seizure": "present", "platelets": "90 10*9/L"})
    >>> card.outcomes[0].value
    '9 to 105'
    """
    from remit.facts.codes import NO_VOCABULARY
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.cards import card_of
    from remit.instruments.catalogue import instrument_named
    from remit.instruments.forms import form_sheet
    from remit.instruments.scores import score_sheet

    bound = bound_packaged(instrument_named(instrument).id, NO_VOCABULARY)
    scores = score_sheet(bound, form_sheet([items], bound.inputs), unlisted=unlisted)
    return _shown(card_of(bound, scores, 0, visit="visit"))


def score_visits(
    instrument: str, visits: object, *, unlisted: Literal["unknown", "absent"] = "unknown"
) -> ResultTable:
    """Score a table of visits, one row each.

    Args:
        visits: a dataframe (pandas, Polars) or an Arrow table: a column an item; `NAME.unit`,
            `NAME.uln`, `NAME.lln` beside a quantity; `person` (texts or whole numbers) and `date`
            where other visits are read.

    Returns:
        One row a visit and output: person, date, output, low, high, grade, complete; ordered by
        person and date within an output. Without `person` a visit is called by its row, from 0.

    Raises:
        InstrumentError: a column that nobody asks for, or an answer that does not fit.
    """
    from remit.facts.codes import NO_VOCABULARY
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.catalogue import instrument_named
    from remit.instruments.dataset_scores import scores_table
    from remit.instruments.scores import score_sheet
    from remit.instruments.visit_tables import read_visits
    from remit.result_table import ResultTable

    bound = bound_packaged(instrument_named(instrument).id, NO_VOCABULARY)
    given = read_visits(visits, bound.inputs)
    scores = score_sheet(bound, given.sheet, unlisted=unlisted)
    called = given.called(given.visits.person)
    return _shown(ResultTable(scores_table(given.visits, scores, called=called)))


def score_shifts(
    instrument: str, visits: object, *, unlisted: Literal["unknown", "absent"] = "unknown"
) -> ResultTable:
    """Each person's worst grade after baseline beside that at baseline.

    Args:
        instrument: one that reports shifts (`ctcae_v5`).
        visits: as for `score_visits`, with `person` and `date`; a person's first is the baseline.

    Returns:
        One row a person and test: person, baseline, worst and shift as bounds (equal where
        known), the date, day and number of the worst visit, how many visits came after baseline
        and of how many the grade is not exact.

    Raises:
        InstrumentError: the instrument reports no shift, the table has no persons, or it is wrong.
    """
    from remit.errors import InstrumentError
    from remit.facts.codes import NO_VOCABULARY
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.catalogue import instrument_named
    from remit.instruments.scores import score_sheet
    from remit.instruments.shifts import shifts_of, shifts_table
    from remit.instruments.visit_tables import read_visits
    from remit.result_table import ResultTable

    bound = bound_packaged(instrument_named(instrument).id, NO_VOCABULARY)
    given = read_visits(visits, bound.inputs)
    if not given.dated:
        raise InstrumentError(
            "a shift since baseline needs to know whose visits these are, and when",
            expected="the columns person and date",
            got="a table without them",
            next_step="add both columns",
        )
    shifts = shifts_of(given.visits, score_sheet(bound, given.sheet, unlisted=unlisted))
    return _shown(ResultTable(shifts_table(shifts, called=given.called)))


def adjudicate(
    study: Protocol | Path | str, data: Facts | Path | str, *, definition: str | None = None
) -> StudyAdjudication:
    """Adjudicate the response of everyone followed in a study.

    Args:
        definition: a packaged definition, a `.toml` file, or `all`; the study's own when None.

    Raises:
        ProtocolError: the study plans no visits, or names no definition.
        InstrumentError: there is no such definition.
        DatasetError: the dataset cannot be read.
    """
    from remit.endpoints.definition_choice import chosen_definitions
    from remit.endpoints.study_responses import adjudicate_study
    from remit.protocol import Protocol

    plan = study if isinstance(study, Protocol) else open_protocol(study)
    dataset = open_facts(data) if isinstance(data, Path | str) else data
    named = () if definition is None else (definition,)
    return _shown(adjudicate_study(plan, dataset, chosen_definitions(plan, *named)))


def compare(responses: StudyAdjudication, visit: str, *, smallest: int = 0) -> Comparison:
    """The same patients under every definition that they were adjudicated under, at one visit.

    Args:
        visit: the id of a planned visit, such as `week_24`.
        smallest: counts are rounded to its multiples (0 shows all).

    Raises:
        ProtocolError: the study plans no such visit.
    """
    from remit.analysis.comparison import compare_responses

    return _shown(compare_responses(responses, visit, smallest=smallest))


def analyze(
    study: Protocol | Path | str,
    data: Facts | Path | str,
    *,
    every_definition: bool = False,
) -> TrialAnalysis:
    """Carry out the planned analyses of a study over those who were taken in.

    Args:
        every_definition: make each comparison of responses under all other definitions too.

    Raises:
        ProtocolError: the study plans no analyses, or one that cannot be carried out.
        DatasetError: the dataset cannot be read, or does not say who was taken in.
    """
    from remit.analysis.rows.trial_analysis import analyse_trial
    from remit.protocol import Protocol

    plan = study if isinstance(study, Protocol) else open_protocol(study)
    dataset = open_facts(data) if isinstance(data, Path | str) else data
    return _shown(analyse_trial(plan, dataset, every_definition=every_definition, flow=True))


def referee_file(file: Path | str) -> Refereed:
    """The ruling on every printed number of a file: YAML, CSV or a pasted table.

    Raises:
        PrintedTableError: the file cannot be read, or a number of it in two ways.
    """
    from remit.analysis.referee import printed_files

    return _shown(printed_files.referee_file(file))


def write_report(
    out: Path | str, screenings: Sequence[Screening], *, title: str, smallest: int = 0
) -> Path:
    """Write the report of some screenings, and return its path.

    Args:
        out: a new folder; one file to mail if the name ends in `.html`.
        smallest: counts are rounded to its multiples (0 shows all).

    Raises:
        OutputError: the output exists or cannot be written.
    """
    from remit import report
    from remit.output import write_new_file
    from remit.screening import explain_persons
    from remit.screening.worklist import worklist_rows

    explained = {
        item.protocol.id: explain_persons(item, report.choose_examples(item)) for item in screenings
    }
    worklists = {
        item.protocol.id: worklist_rows(item, most=report.MOST_ROWS) for item in screenings
    }
    found = report.compose_report(
        screenings, explained=explained, worklists=worklists, title=title, smallest=smallest
    )
    out = Path(out)
    if out.suffix.lower() == ".html":
        return write_new_file(out, report.render_file(found))
    return report.write_folder(found, out)


__all__ = [
    "__version__",
    "adjudicate",
    "changes_since",
    "compare",
    "explain",
    "link_pages",
    "open_facts",
    "open_protocol",
    "read_page",
    "referee_file",
    "score",
    "score_shifts",
    "score_visits",
    "screen",
    "simulate_facts",
    "write_report",
]
