"""All analysis datasets of an analysed trial, and the selection behind each of its results.

They are views: no value is worked out here that an answer does not hold. Whatever a file of them
says (columns, labels, lists of values, derivations) is declared beside its column, once.
"""

from __future__ import annotations

from dataclasses import dataclass

from remit.analysis.datasets.adverse_event_records import adverse_event_records
from remit.analysis.datasets.dataset_columns import AnalysisDataset
from remit.analysis.datasets.event_time_records import event_time_records
from remit.analysis.datasets.long_texts import with_parts
from remit.analysis.datasets.response_records import response_records
from remit.analysis.datasets.result_sources import Places, ResultSource, result_sources
from remit.analysis.datasets.safety_answer_records import safety_answer_records
from remit.analysis.datasets.subject_level import trial_subjects
from remit.analysis.datasets.visit_records import visit_datasets
from remit.analysis.datasets.visit_values import visit_values
from remit.analysis.rows.trial_analysis import TrialAnalysis


@dataclass(frozen=True, slots=True)
class TrialDatasets:
    """The analysis datasets of a trial.

    Attributes:
        datasets: ADSL first. sources: of all results, in the order of the plan.
    """

    found: TrialAnalysis
    datasets: tuple[AnalysisDataset, ...]
    sources: tuple[ResultSource, ...]

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.datasets)
        return f"<TrialDatasets {self.found.protocol.id}: {names}>"

    def named(self, name: str) -> AnalysisDataset:
        return next(one for one in self.datasets if one.name == name)


def trial_datasets(found: TrialAnalysis) -> TrialDatasets:
    """The analysis datasets of a trial; those without a record are left out.

    Raises:
        DatasetError: an id or a title is too long for a transport file.
    """
    trial, answers = found.trial, found.answers
    subjects = trial_subjects(found)
    values = visit_datasets(subjects, visit_values(trial), found.protocol.analyses, answers)
    responses = response_records(subjects, found.asked, answers)
    times = event_time_records(subjects, responses, found.asked, found.estimands, answers)
    safety = safety_answer_records(subjects, found.asked, found.estimands, answers)
    events = adverse_event_records(subjects)
    made = [subjects.dataset, *values.datasets]
    made += [one.dataset for one in (responses, times, safety) if one is not None]
    made += [events] if events is not None else []
    places = Places(subjects, values, responses, times, safety, events)
    return TrialDatasets(
        found, tuple(with_parts(one) for one in made), result_sources(found, places)
    )
