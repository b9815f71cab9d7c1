"""ADINC: incidences, shifts and peaks: answers that are neither responses nor numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from remit.analysis.datasets.column_values import (
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
    PARAMETERS,
    REASON,
    VISITS,
    analysis_flag,
    of_parameter,
    parameter_list,
    same_text,
)
from remit.analysis.datasets.record_order import NUMBER, numbered
from remit.analysis.datasets.short_codes import short_codes
from remit.analysis.datasets.subject_level import TrialSubjects, visit_numbers, visit_words
from remit.analysis.plan.estimand import Estimand
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers
from remit.protocol.analysis_sections import Analysis

NAME = "ADINC"
KEYS = ("STUDYID", "USUBJID", "PARAMCD", "AVISITN")
_OF_ANSWER = (
    DatasetColumn(
        "AVAL", "Analysis Value", "float", "Derived",
        "1 for yes and 0 for no; of answers in words the place of the word, the first being 0; "
        "else the number itself, in the unit of the parameter.",
    ),
    DatasetColumn(
        "AVALC", "Analysis Value (C)", "text", "Derived",
        "Y or N, or the answer in words; missing where it is unknown: AREASN says why.",
        {}, "ANSWER",
    ),
    DatasetColumn(
        "BASEC", "Baseline Value (C)", "text", "Derived",
        "Of a shift the state at baseline, in words.", {}, "STATE",
    ),
    analysis_flag(1, "Y of the records whose answer is known: those that the analysis uses."),
    REASON,
    DatasetColumn(
        "SRCID", "Analysis in the Protocol", "text", "Assigned", "The id of the planned analysis."
    ),
    NUMBER,
)  # fmt: skip
Part = tuple[str, tuple[str, ...]]  # an analysis, and the part of it that is answered


@dataclass(frozen=True, slots=True)
class SafetyAnswerRecords:
    """ADINC of a trial; `codes`: a planned analysis and a part of it -> PARAMCD.

    `numbers`: those whose answers are numbers.
    """

    dataset: AnalysisDataset
    codes: Mapping[Part, str]
    numbers: frozenset[Part]

    def parts(self, analysis: str) -> list[tuple[str, ...]]:
        """The parts of an analysis that are answered; the whole alone of any other."""
        return [about for name, about in self.codes if name == analysis] or [()]


def safety_answer_records(
    subjects: TrialSubjects,
    analyses: Sequence[Analysis],
    estimands: Mapping[str, Estimand],
    answers: Sequence[VisitAnswers],
) -> SafetyAnswerRecords | None:
    """ADINC; None of a study that plans nothing of the kind."""
    asked = {
        one.id: one
        for one in analyses
        if one.response is None and one.time_to_response is None and one.quantity is None
    }
    mine = [one for one in answers if one.analysis in asked]
    if not mine:
        return None
    parts = list(dict.fromkeys((one.analysis, one.about) for one in mine))
    units = {(one.analysis, one.about): f" ({one.unit})" if one.unit else "" for one in mine}
    names = {part: "_".join((part[0], *part[1])) for part in parts}
    short = short_codes(names.values())
    codes = {part: short[names[part]] for part in parts}
    parameters = parameter_list(
        (
            (
                names[part],
                ": ".join((asked[part[0]].title, *part[1])) + units[part],
                f"The answers of the planned analysis {part[0]}: {estimands[part[0]].sentence}.",
            )
            for part in parts
        ),
        short,
    )
    of = dict(zip(parts, parameters, strict=True))
    columns = (*subjects.shared, *PARAMETERS, *VISITS, *_OF_ANSWER)
    tables = [_records(subjects, one, of[one.analysis, one.about], columns) for one in mine]
    dataset = AnalysisDataset(
        NAME,
        "Incidence and Shift Analysis Dataset",
        CATEGORY,
        "One record per subject per parameter per analysis visit, where it has one",
        KEYS,
        columns,
        numbered(tables, KEYS),
        parameters,
    )
    numbers = frozenset((one.analysis, one.about) for one in mine if is_number(one))
    return SafetyAnswerRecords(dataset, codes, numbers)


def is_number(answers: VisitAnswers) -> bool:
    """Whether answers are numbers, such as days, and no words.

    An answer in words or of yes and no has no unit.
    """
    return bool(answers.unit) and not answers.levels


def _records(
    subjects: TrialSubjects,
    found: VisitAnswers,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
) -> pa.Table:
    trial, count = subjects.trial, len(found.person)
    words = found.levels or ("N", "Y")
    worded = np.full(count, not is_number(found), np.bool_)
    places = np.where(found.known & worded, found.value, -1).astype(np.int64)
    values = {
        **subjects.taken(np.searchsorted(trial.persons, found.person)),
        **of_parameter(parameter, count),
        "AVAL": number_values(np.where(found.known, found.value, np.nan)),
        "AVALC": picked_words(places, words),
        "ANL01FL": flag_values(found.known),
        "AREASN": text_values(None if how == OBSERVED else how for how in found.how.tolist()),
        "SRCID": same_text(found.analysis, count),
    }
    if found.visit:
        place = trial.study.visits.ids.index(found.visit)
        number = np.full(count, visit_numbers(trial)[place], np.int64)
        values["AVISIT"] = same_text(visit_words(trial)[place], count)
        values["AVISITN"] = whole_values(number)
    if found.about and found.strata is not None:
        values["BASEC"] = text_values(found.strata.tolist())
    return dataset_rows(columns, values, count)
