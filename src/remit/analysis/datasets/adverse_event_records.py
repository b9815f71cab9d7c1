"""ADAE: one row an adverse event of the persons of a trial, as the facts have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.analysis.datasets.column_values import (
    Whole,
    day_values,
    picked_words,
    study_days,
    text_values,
    whole_values,
)
from remit.analysis.datasets.dataset_columns import AnalysisDataset, DatasetColumn, dataset_rows
from remit.analysis.datasets.record_columns import same_text
from remit.analysis.datasets.record_order import NUMBER, numbered
from remit.analysis.datasets.subject_columns import YES_NO
from remit.analysis.datasets.subject_level import TrialSubjects
from remit.facts.adverse_events import NAME as TABLE
from remit.facts.adverse_events import NO_GRADE, YES, AdverseEvents, read_adverse_events
from remit.facts.imprecise_dates import UnknownDay

NAME = "ADAE"
KEYS = ("STUDYID", "USUBJID", "ASTDT", "AEDECOD", "SRCREF")
_OWN_WORDS = "In the source's own words."


def _text(name: str, label: str, source: str) -> DatasetColumn:
    return DatasetColumn(name, label, "text", "Assigned", source)


def _answer(name: str, label: str, source: str) -> DatasetColumn:
    return DatasetColumn(name, label, "text", "Derived", source, YES_NO, "NY")


_OF_EVENT = (
    _text("AETERM", "Reported Term for the Adverse Event", _OWN_WORDS),
    _text(
        "AEDECOD", "Dictionary-Derived Term",
        "The term that a dictionary gave; the reported one where there is none.",
    ),
    _text("AEBODSYS", "Body System or Organ Class", "As the source has it."),
    DatasetColumn("ASTDT", "Analysis Start Date", "date", "Derived",
                  "Missing where the day is not exactly known; AREASN says between which days."),
    DatasetColumn("ASTDY", "Analysis Start Relative Day", "integer", "Derived",
                  "Days from the planned baseline visit, which is day 1; there is no day 0."),
    DatasetColumn("AENDT", "Analysis End Date", "date", "Derived",
                  "Missing where it goes on, or its end is not exactly known."),
    DatasetColumn("AENDY", "Analysis End Relative Day", "integer", "Derived",
                  "Days from the planned baseline visit, which is day 1; there is no day 0."),
    _text("AESEV", "Severity/Intensity", f"{_OWN_WORDS} It is no grade."),
    DatasetColumn("AETOXGRN", "Standard Toxicity Grade (N)", "integer", "Assigned",
                  "The grade of CTCAE; missing where the source has none."),
    _answer("AESER", "Serious Event", "As the source says it; missing where it does not."),
    _answer("AREL", "Analysis Causality",
            "Whether it is related to treatment, as the source says; missing where it does not."),
    _text("AEREL", "Causality", _OWN_WORDS),
    _text("AEACN", "Action Taken with Study Treatment", _OWN_WORDS),
    _text("AEOUT", "Outcome of Adverse Event", _OWN_WORDS),
    _answer("AESDTH", "Results in Death",
            "By the outcome, or by a grade of 5 where that is silent; missing where unknown."),
    DatasetColumn("TRTEMFL", "Treatment Emergent Analysis Flag", "text", "Derived",
                  "Y where the source says so; missing where it says no or nothing.",
                  {"Y": "Yes"}, "Y"),
    DatasetColumn("AREASN", "Reason Start Is Not Known", "text", "Derived",
                  "Between which days it began where the day is not exactly known."),
    _text("SRCDOM", "Source Data", "The table of the facts in which the record stands."),
    _text("SRCREF", "Source Record", "The key of the record in that table."),
    NUMBER,
)  # fmt: skip


def adverse_event_records(subjects: TrialSubjects) -> AnalysisDataset | None:
    """ADAE; None where the facts do not say whether there were adverse events."""
    trial = subjects.trial
    events = read_adverse_events(trial.study.followed.facts, persons=trial.persons.tolist())
    if events is None:
        return None
    columns = (*subjects.shared, *_OF_EVENT)
    rows = numbered([_records(subjects, events, columns)], KEYS)
    return AnalysisDataset(
        NAME,
        "Adverse Event Analysis Dataset",
        "OCCURRENCE DATA STRUCTURE",
        "One record per subject per adverse event",
        KEYS,
        columns,
        rows,
        subclass="ADVERSE EVENT",
    )


def _records(
    subjects: TrialSubjects, events: AdverseEvents, columns: Sequence[DatasetColumn]
) -> pa.Table:
    trial = subjects.trial
    places = np.searchsorted(trial.persons, events.person)
    start = _baseline(subjects)[places]
    count = len(events)
    return dataset_rows(
        columns,
        {
            **subjects.taken(places),
            "AETERM": text_values(events.reported.tolist()),
            "AEDECOD": text_values(events.term.tolist()),
            "AEBODSYS": text_values(events.body_system.tolist()),
            "ASTDT": day_values(events.start),
            "ASTDY": study_days(events.start.astype("datetime64[D]"), start),
            "AENDT": day_values(events.end),
            "AENDY": study_days(events.end.astype("datetime64[D]"), start),
            "AESEV": text_values(events.severity.tolist()),
            "AETOXGRN": whole_values(events.grade.astype(np.int64), events.grade != NO_GRADE),
            **_answers(
                AESER=events.serious, AREL=events.related, AESDTH=events.fatal,
            ),
            "AEREL": text_values(events.causality.tolist()),
            "AEACN": text_values(events.action.tolist()),
            "AEOUT": text_values(events.outcome.tolist()),
            "TRTEMFL": picked_words(
                np.where(events.treatment_emergent == YES, 0, -1).astype(np.int64), ("Y",)
            ),
            "AREASN": text_values(_between(events)),
            "SRCDOM": same_text(TABLE, count),
            "SRCREF": whole_values(events.event).cast(pa.string()),
        },
        count,
    )  # fmt: skip


def _baseline(subjects: TrialSubjects) -> npt.NDArray[np.datetime64]:
    """The planned day of each person's first visit."""
    trial = subjects.trial
    rows: Whole = trial.places_at(trial.study.visits.ids[0])
    days = trial.study.visits.visits.day[np.maximum(rows, 0)].astype("datetime64[D]")
    return np.where(rows < 0, np.datetime64("NaT", "D"), days)


def _answers(**columns: npt.NDArray[np.int8]) -> Mapping[str, pa.Array]:
    """`Y`, `N`, or missing where it is not known."""
    return {
        name: picked_words(np.where(values < 0, -1, 1 - values).astype(np.int64), ("Y", "N"))
        for name, values in columns.items()
    }


def _between(events: AdverseEvents) -> list[str | None]:
    """Between which days each began, where that is not one day."""
    return [
        None if first == last else UnknownDay(first, last).words
        for first, last in zip(
            events.first_day.astype(object).tolist(),
            events.last_day.astype(object).tolist(),
            strict=True,
        )
    ]
