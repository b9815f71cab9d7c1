"""ADLB, ADVS, ADQS and ADDOSE: values by visit, with their baseline and the change from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.analysis.datasets.column_values import (
    Whole,
    day_values,
    flag_values,
    number_values,
    picked_words,
    text_values,
    whole_values,
)
from remit.analysis.datasets.dataset_columns import (
    AnalysisDataset,
    DatasetColumn,
    DatasetParameter,
    dataset_rows,
)
from remit.analysis.datasets.record_columns import (
    CATEGORY,
    DERIVATION,
    KEYS,
    LAST_BEFORE,
    PARAMETERS,
    REASON,
    VISITS,
    analysis_flag,
    at_visits,
    days_since_baseline,
    of_parameter,
    of_persons,
    parameter_list,
    same_text,
)
from remit.analysis.datasets.record_order import NUMBER, numbered
from remit.analysis.datasets.short_codes import short_codes
from remit.analysis.datasets.subject_level import TrialSubjects
from remit.analysis.datasets.visit_values import (
    DOSES,
    INDICATORS,
    LABORATORY,
    SCORES,
    VITAL_SIGNS,
    VisitValues,
)
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers
from remit.protocol.analysis_sections import Analysis

Floats = npt.NDArray[np.float64]
TITLES: Mapping[str, str] = {
    LABORATORY: "Laboratory Analysis Dataset",
    VITAL_SIGNS: "Vital Signs Analysis Dataset",
    SCORES: "Scores Analysis Dataset",
    DOSES: "Daily Doses Analysis Dataset",
}
STRUCTURE = "One record per subject per parameter per analysis visit"
_OF_RECORD = (
    DatasetColumn(
        "ADT", "Analysis Date", "date", "Derived",
        "The day of the record; the planned day of the visit where the value was worked out.",
    ),
    DatasetColumn(
        "ADY", "Analysis Relative Day", "integer", "Derived",
        "Days from the planned baseline visit, which is day 1, to ADT; there is no day 0.",
    ),
    DatasetColumn(
        "AVAL", "Analysis Value", "float", "Derived",
        "The value in the unit of the parameter where it is exactly known.",
    ),
    DatasetColumn(
        "AVALC", "Analysis Value (C)", "text", "Derived",
        "What is known of a value that is not exactly known, such as a bound.",
    ),
    DatasetColumn(
        "AVALU", "Analysis Value Unit", "text", "Assigned", "The UCUM code of the unit.", {}, "UNIT"
    ),
    DatasetColumn(
        "BASE", "Baseline Value", "float", "Derived", "AVAL at the first planned visit."
    ),
    DatasetColumn(
        "CHG", "Change from Baseline", "float", "Derived", "AVAL less BASE."
    ),
    DatasetColumn(
        "ABLFL", "Baseline Record Flag", "text", "Derived", "Y at the first planned visit.",
        {"Y": "Yes"}, "Y",
    ),
)  # fmt: skip
_OF_LABORATORY = (
    DatasetColumn(
        "ANRLO", "Analysis Normal Range Lower Limit", "float", "Derived",
        "The record's own lower limit of normal, in the unit of the parameter.",
    ),
    DatasetColumn(
        "ANRHI", "Analysis Normal Range Upper Limit", "float", "Derived",
        "The record's own upper limit of normal, in the unit of the parameter.",
    ),
    DatasetColumn(
        "ANRIND", "Analysis Reference Range Indicator", "text", "Derived",
        "Where the value lies in the record's own limits, compared in the record's own unit.",
        {"LOW": "Below the limits", "NORMAL": "Within the limits", "HIGH": "Above the limits"},
        "ANRIND",
    ),
)  # fmt: skip
_SOURCES = (
    DatasetColumn(
        "SRCDOM", "Source Data", "text", "Assigned",
        "The table of the facts in which the record stands.",
    ),
    DatasetColumn(
        "SRCREF", "Source Record", "text", "Assigned",
        "The key of the record in that table: the number that `remit adjudicate --trace` lists.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuantityAnalysis:
    """A planned analysis of a quantity, and where its answers stand.

    Attributes:
        flag: the column that marks its records in the dataset of `quantity`.
        variable: CHG or AVAL.
    """

    analysis: Analysis
    quantity: str
    flag: str
    variable: str


@dataclass(frozen=True, slots=True)
class VisitDatasets:
    """The datasets of values by visit.

    Attributes:
        codes: quantity -> (dataset, PARAMCD) of those with records.
        analyses: id -> where its answers stand.
    """

    datasets: tuple[AnalysisDataset, ...]
    codes: Mapping[str, tuple[str, str]]
    analyses: Mapping[str, QuantityAnalysis]


def visit_datasets(
    subjects: TrialSubjects,
    values: Sequence[VisitValues],
    analyses: Sequence[Analysis],
    answers: Sequence[VisitAnswers],
) -> VisitDatasets:
    """The datasets of values by visit that have records.

    Args:
        analyses: all planned ones; those of quantities have their answers marked.
        answers: of all analyses, as `TrialAnalysis.answers`.
    """
    planned = {one.quantity.name for one in analyses if one.quantity is not None}
    kept = [one for one in values if one.is_known_somewhere or one.name in planned]
    codes = short_codes(one.name for one in kept)
    datasets: list[AnalysisDataset] = []
    found: dict[str, tuple[str, str]] = {}
    marked: dict[str, QuantityAnalysis] = {}
    for name in TITLES:
        here = [one for one in kept if one.dataset == name]
        if not here:
            continue
        of = _flags(analyses, {one.name for one in here})
        parameters = parameter_list(((one.name, _text(one), one.source) for one in here), codes)
        datasets.append(_dataset(subjects, name, here, parameters, of, answers))
        found |= {
            one.name: (name, parameter.code)
            for one, parameter in zip(here, parameters, strict=True)
        }
        marked |= {one.analysis.id: one for one in of}
    return VisitDatasets(tuple(datasets), found, marked)


def _text(values: VisitValues) -> str:
    return f"{values.label} ({values.unit})" if values.unit else values.label


def _flags(analyses: Sequence[Analysis], names: set[str]) -> tuple[QuantityAnalysis, ...]:
    of = [one for one in analyses if one.quantity is not None and one.quantity.name in names]
    return tuple(
        QuantityAnalysis(
            one,
            one.quantity.name,
            f"ANL{number:02d}FL",
            "CHG" if one.quantity.change else "AVAL",
        )
        for number, one in enumerate(of, start=1)
        if one.quantity is not None
    )


def _dataset(
    subjects: TrialSubjects,
    name: str,
    values: Sequence[VisitValues],
    parameters: Sequence[DatasetParameter],
    analyses: Sequence[QuantityAnalysis],
    answers: Sequence[VisitAnswers],
) -> AnalysisDataset:
    flags = [
        analysis_flag(
            number,
            f"Y of the records whose {one.variable} the analysis {one.analysis.id} uses.",
        )
        for number, one in enumerate(analyses, start=1)
    ]
    columns = (
        *subjects.shared,
        *PARAMETERS,
        *VISITS,
        *_OF_RECORD,
        *(_OF_LABORATORY if name == LABORATORY else ()),
        DERIVATION,
        *flags,
        REASON,
        *_SOURCES,
        NUMBER,
    )
    tables = [
        table
        for one, parameter in zip(values, parameters, strict=True)
        for table in _tables(
            subjects, one, parameter, columns,
            [of for of in analyses if of.quantity == one.name], answers,
        )
    ]  # fmt: skip
    rows = numbered(tables, KEYS)
    return AnalysisDataset(
        name, TITLES[name], CATEGORY, STRUCTURE, KEYS, columns, rows, tuple(parameters)
    )


def _tables(
    subjects: TrialSubjects,
    values: VisitValues,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
    analyses: Sequence[QuantityAnalysis],
    answers: Sequence[VisitAnswers],
) -> Iterator[pa.Table]:
    """The records of a quantity, and those that only an analysis has."""
    trial = subjects.trial
    base = _baseline(trial, values.value)
    marks, derived = dict[str, npt.NDArray[np.bool_]](), list[pa.Table]()
    for one in analyses:
        mark = np.zeros(len(values.value), np.bool_)
        for found in answers:
            if found.analysis != one.analysis.id:
                continue
            rows, moved = _places(trial, values.value, base, one, found)
            mark[rows[~moved]] = True
            derived += _derived(
                subjects, parameter, columns, one, found, rows, moved, base, values.unit
            )
        marks[one.flag] = mark
    yield _observed(subjects, values, parameter, columns, base, marks)
    yield from derived


def _baseline(trial: TrialAnswers, value: Floats) -> Floats:
    start = trial.study.visits.visits.moments["baseline"]
    return np.where(start < 0, np.nan, value[np.maximum(start, 0)])


def _places(
    trial: TrialAnswers, value: Floats, base: Floats, of: QuantityAnalysis, found: VisitAnswers
) -> tuple[Whole, npt.NDArray[np.bool_]]:
    """The row of each known answer, and whether another value than the row's is the answer."""
    used = found.used
    rows = trial.places_at(found.visit)[np.searchsorted(trial.persons, used.person)]
    own = (value - base if of.variable == "CHG" else value)[rows]
    return rows, own != used.value


def _observed(
    subjects: TrialSubjects,
    values: VisitValues,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
    base: Floats,
    marks: Mapping[str, npt.NDArray[np.bool_]],
) -> pa.Table:
    trial = subjects.trial
    rows = np.flatnonzero(values.recorded)
    record, first = values.record[rows], trial.study.visits.place[rows] == 0
    days = values.day[rows]
    reasons = values.reasons()
    found = {
        **of_persons(subjects, rows),
        **of_parameter(parameter, len(rows)),
        **at_visits(trial, rows),
        "ADT": day_values(days),
        "ADY": days_since_baseline(trial, rows, days),
        "AVAL": number_values(values.value[rows]),
        "AVALC": text_values(values.text[row] for row in rows.tolist()),
        "AVALU": same_text(values.unit or None, len(rows)),
        "BASE": number_values(base[rows]),
        "CHG": number_values((values.value - base)[rows]),
        "ABLFL": flag_values(first & ~np.isnan(values.value[rows])),
        "AREASN": text_values(reasons[row] for row in rows.tolist()),
        "SRCDOM": picked_words(np.where(record < 0, -1, 0).astype(np.int64), ("measurement",)),
        "SRCREF": whole_values(record, record >= 0).cast(pa.string()),
        **{name: flag_values(mark[rows]) for name, mark in marks.items()},
    }
    if any(column.name == "ANRIND" for column in columns):
        found["ANRLO"] = number_values(values.low[rows])
        found["ANRHI"] = number_values(values.high[rows])
        found["ANRIND"] = picked_words(values.indicator[rows], INDICATORS)
    return dataset_rows(columns, found, len(rows))


def _derived(
    subjects: TrialSubjects,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
    of: QuantityAnalysis,
    found: VisitAnswers,
    rows: Whole,
    moved: npt.NDArray[np.bool_],
    base: Floats,
    unit: str,
) -> Iterator[pa.Table]:
    """The records of answers that are those of another visit, as the plan asks for."""
    if not moved.any():
        return
    used, rows = found.used.where(moved), rows[moved]
    assert (used.how != OBSERVED).all(), "an observed answer is the value of its visit"
    changes = of.variable == "CHG"
    value = used.value + base[rows] if changes else used.value
    days = subjects.trial.study.visits.visits.day[rows].astype("datetime64[D]")
    yield dataset_rows(
        columns,
        {
            **of_persons(subjects, rows),
            **of_parameter(parameter, len(rows)),
            **at_visits(subjects.trial, rows),
            "ADT": day_values(days),
            "ADY": days_since_baseline(subjects.trial, rows, days),
            "AVAL": number_values(value),
            "AVALU": same_text(unit or None, len(rows)),
            "BASE": number_values(base[rows]),
            "CHG": number_values(used.value if changes else value - base[rows]),
            "DTYPE": same_text(LAST_BEFORE, len(rows)),
            of.flag: same_text("Y", len(rows)),
            "AREASN": text_values(used.how.tolist()),
        },
        len(rows),
    )
