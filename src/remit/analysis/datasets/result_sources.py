"""Where each result comes from: the records of a dataset that its statistics were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remit.analysis.datasets.dataset_columns import AnalysisDataset
from remit.analysis.datasets.event_time_records import EventTimeRecords
from remit.analysis.datasets.response_records import ResponseRecords
from remit.analysis.datasets.safety_answer_records import SafetyAnswerRecords
from remit.analysis.datasets.subject_level import TrialSubjects, visit_numbers
from remit.analysis.datasets.visit_records import VisitDatasets
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.protocol.analysis_sections import Analysis

# Columns of numbers: SAS compares none of them with a text.
_NUMBERS = frozenset({"AVISITN"})


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a dataset where every condition holds.

    Attributes:
        conditions: column -> the value that it has.
        variables: the columns that are analysed.
    """

    dataset: str
    conditions: tuple[tuple[str, str], ...]
    variables: tuple[str, ...]

    @property
    def words(self) -> str:
        """As SAS would write it.

        >>> Selection("ADRS", (("PARAMCD", "CR"), ("AVISITN", "24")), ("AVALC",)).words
        "ADRS where PARAMCD EQ 'CR' and AVISITN EQ 24"
        """
        told = " and ".join(
            f"{name} EQ {value}" if name in _NUMBERS else f"{name} EQ '{value}'"
            for name, value in self.conditions
        )
        return f"{self.dataset} where {told}" if told else self.dataset


@dataclass(frozen=True, slots=True)
class ResultSource:
    """The selection behind the rows of one analysis at one visit.

    Attributes:
        analysis, visit: of the result rows; the visit is empty of answers that are one a person.
        beside: of other datasets what is joined by USUBJID: covariates and strata.
        about: what the parts of the rows begin with, where it is of a part of the analysis.
    """

    analysis: str
    visit: str
    title: str
    role: str
    population: str
    told: str
    selection: Selection
    beside: tuple[Selection, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its analysis, visit and part, as ids of rows write them."""
        parts = (self.analysis, self.visit, *self.about)
        return ".".join(one.replace(" ", "_").replace(".", "_") for one in parts if one)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the answers of analyses stand."""

    subjects: TrialSubjects
    values: VisitDatasets
    responses: ResponseRecords | None
    times: EventTimeRecords | None
    safety: SafetyAnswerRecords | None
    events: AnalysisDataset | None


def result_sources(found: TrialAnalysis, places: Places) -> tuple[ResultSource, ...]:
    """The source of the rows of every analysis at each of its visits, and of the baseline."""
    return (*_planned(found, places), *_of_baseline(found, places))


def _planned(found: TrialAnalysis, places: Places) -> Iterator[ResultSource]:
    labels = {one.id: one.label for one in found.protocol.populations}
    for one in found.asked:
        estimand = found.estimands[one.id]
        beside = tuple(_beside(one, places))
        parts = [()] if places.safety is None else places.safety.parts(one.id)
        for visit in one.visits or ("",):
            for about in parts:
                yield ResultSource(
                    one.id, visit, one.title, one.role, labels[one.population], estimand.sentence,
                    _selection(one, visit, about, places), beside, about,
                )  # fmt: skip


def _selection(one: Analysis, visit: str, about: tuple[str, ...], places: Places) -> Selection:
    """The records that hold the answers of an analysis at a visit, all marked as used."""
    at = _at(places, visit) if visit else ()
    if one.quantity is not None:
        placed = places.values.analyses[one.id]
        dataset, code = places.values.codes[placed.quantity]
        variables = (placed.variable,) if placed.variable == "AVAL" else ("CHG", "BASE")
        return Selection(dataset, (("PARAMCD", code), *at, (placed.flag, "Y")), variables)
    if one.response is not None:
        assert places.responses is not None
        dataset, code = places.responses.dataset.name, places.responses.analyses[one.id]
        return Selection(dataset, (("PARAMCD", code), *at, ("ANL01FL", "Y")), ("AVALC",))
    if one.time_to_response is not None:
        assert places.times is not None
        dataset, code = places.times.dataset.name, places.times.analyses[one.id]
        variables = ("AVAL", "CNSR")
        return Selection(dataset, (("PARAMCD", code), ("ANL01FL", "Y")), variables)
    assert places.safety is not None
    dataset, code = places.safety.dataset.name, places.safety.codes[one.id, about]
    variable = "AVAL" if (one.id, about) in places.safety.numbers else "AVALC"
    return Selection(dataset, (("PARAMCD", code), *at, ("ANL01FL", "Y")), (variable,))


def _at(places: Places, visit: str) -> tuple[tuple[str, str], ...]:
    trial = places.subjects.trial
    number = visit_numbers(trial)[trial.study.visits.ids.index(visit)]
    return (("AVISITN", str(number)),)


def _beside(one: Analysis, places: Places) -> Iterator[Selection]:
    """Covariates at baseline that the records do not hold themselves, and strata."""
    own = one.quantity.name if one.quantity is not None else None
    for name in one.adjusted_for:
        if name != own and name in places.values.codes:
            dataset, code = places.values.codes[name]
            yield Selection(dataset, (("PARAMCD", code), ("ABLFL", "Y")), ("AVAL",))
    if one.adverse_events is not None and places.events is not None:
        yield Selection(places.events.name, (), ("AEBODSYS", "AEDECOD", "ASTDT"))
    if one.strata:
        adsl = places.subjects
        yield Selection(adsl.dataset.name, (), tuple(adsl.strata[text] for text in one.strata))


def _of_baseline(found: TrialAnalysis, places: Places) -> Iterator[ResultSource]:
    assert found.baseline is not None
    own: Mapping[str, str] = {"baseline_age": "AGE", "baseline_sex": "SEX"}
    by_name = {f"baseline_{name.replace(' ', '_')}": at for name, at in places.values.codes.items()}
    for one in found.baseline.characteristics:
        if one.name in own:
            selection = Selection(places.subjects.dataset.name, (), (own[one.name],))
        elif one.name in by_name:
            dataset, code = by_name[one.name]
            selection = Selection(dataset, (("PARAMCD", code), ("ABLFL", "Y")), ("AVAL",))
        else:
            continue
        yield ResultSource(
            one.name, found.baseline.visit, one.label, "baseline", "Everyone taken in",
            f"{one.label} at the first visit, described by arm", selection,
        )  # fmt: skip
