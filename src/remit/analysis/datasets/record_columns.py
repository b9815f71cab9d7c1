"""The columns that datasets with one record a parameter share, and their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.analysis.datasets.column_values import Whole, picked_words, study_days, whole_values
from remit.analysis.datasets.dataset_columns import DatasetColumn, DatasetParameter
from remit.analysis.datasets.subject_level import TrialSubjects, visit_numbers, visit_words
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.terminal import plain_text

Days = npt.NDArray[np.datetime64]
CATEGORY = "BASIC DATA STRUCTURE"
KEYS = ("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "DTYPE")
LAST_BEFORE, NO_RESPONSE = "LOCF", "NRI"
# How a record was derived that nobody observed. Codelist DTYPE (C81224) has LOCF; NRI is ours.
DERIVATIONS = {
    LAST_BEFORE: "Last Observation Carried Forward",
    NO_RESPONSE: "Non-Responder Imputation",
}

PARAMETERS = (
    DatasetColumn(
        "PARAM", "Parameter", "text", "Assigned", "What the record is about, with its unit.",
        {}, "PARAM",
    ),
    DatasetColumn(
        "PARAMCD", "Parameter Code", "text", "Assigned",
        "A code of up to eight letters, made of the name in the protocol.",
        {}, "PARAMCD", "PARAM",
    ),
    DatasetColumn(
        "PARAMN", "Parameter (N)", "integer", "Assigned", "The place of the parameter.",
        {}, "PARAMN", "PARAM",
    ),
)  # fmt: skip
VISITS = (
    DatasetColumn(
        "AVISIT", "Analysis Visit", "text", "Derived",
        "The planned visit; a record belongs to it when it lies within its window, and to the "
        "nearer planned day where two windows meet.", {}, "VISIT",
    ),
    DatasetColumn(
        "AVISITN", "Analysis Visit (N)", "integer", "Assigned",
        "Weeks after the baseline, or months where a study plans in months.",
        {}, "VISITN", "AVISIT",
    ),
)  # fmt: skip
DERIVATION = DatasetColumn(
    "DTYPE", "Derivation Type", "text", "Assigned",
    "How the record was derived where it was not observed.", DERIVATIONS, "DTYPE",
)  # fmt: skip
REASON = DatasetColumn(
    "AREASN", "Reason Value Is Derived or Not Known", "text", "Derived",
    "Why there is no value, or how one came about that was not observed; in Remit's words.",
)  # fmt: skip


def analysis_flag(number: int, source: str) -> DatasetColumn:
    """The flag of the records that an analysis uses."""
    name, label = f"ANL{number:02d}FL", f"Analysis Flag {number:02d}"
    return DatasetColumn(name, label, "text", "Derived", source, {"Y": "Yes"}, "Y")


def parameter_values(
    parameters: Sequence[DatasetParameter], which: Whole
) -> Mapping[str, pa.Array]:
    """The values of `PARAMETERS`, the place of each record's parameter being `which`."""
    numbers = np.array([one.number for one in parameters], np.int64)
    return {
        "PARAM": picked_words(which, [one.text for one in parameters]),
        "PARAMCD": picked_words(which, [one.code for one in parameters]),
        "PARAMN": whole_values(numbers[which]),
    }


def of_parameter(parameter: DatasetParameter, count: int) -> Mapping[str, pa.Array]:
    """The same of some records of one parameter."""
    return parameter_values((parameter,), np.zeros(count, np.int64))


def at_visits(trial: TrialAnswers, rows: Whole) -> Mapping[str, pa.Array]:
    """The values of `VISITS` for some rows of a trial's visits."""
    place = trial.study.visits.place[rows]
    numbers = np.array(visit_numbers(trial), np.int64)
    return {
        "AVISIT": picked_words(place, visit_words(trial)),
        "AVISITN": whole_values(numbers[place]),
    }


def of_persons(subjects: TrialSubjects, rows: Whole) -> Mapping[str, pa.Array]:
    """What the persons of some rows of visits have of ADSL."""
    trial = subjects.trial
    places = np.searchsorted(trial.persons, trial.study.visits.visits.person[rows])
    return subjects.taken(places)


def days_since_baseline(trial: TrialAnswers, rows: Whole, days: Days) -> pa.Array:
    """ADY: the days of records as days of the study; the planned baseline is day 1."""
    visits = trial.study.visits.visits
    start = visits.moments["baseline"][rows]
    first = np.where(start < 0, np.datetime64("NaT"), visits.day[np.maximum(start, 0)])
    return study_days(days, first)


def same_text(text: str | None, count: int) -> pa.Array:
    """One text in every row."""
    return picked_words(np.full(count, -1 if text is None else 0, np.int64), (text or "",))


def parameter_list(
    named: Iterable[tuple[str, str, str]], codes: Mapping[str, str]
) -> tuple[DatasetParameter, ...]:
    """Parameters of names, texts and sources; two with one text are told apart by name."""
    given = list(named)
    texts = [text for _, text, _ in given]
    return tuple(
        DatasetParameter(
            codes[name],
            plain_text(text if texts.count(text) == 1 else f"{text} [{name}]"),
            number,
            source,
        )
        for number, (name, text, source) in enumerate(given, start=1)
    )
