"""ADRS: responses at each visit under each definition, and the answers of each planned analysis."""

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
    NO_RESPONSE,
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
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers
from remit.endpoints.adjudication import Adjudication
from remit.protocol.analysis_sections import Analysis
from remit.truth import Reason, Status

NAME = "ADRS"
LAST_BEFORE_WORDS = "last before"  # how the words of an answer begin that another visit gave
YES, NO, NOT_ASSESSED = "Y", "N", "NE"
GRADES = {
    "CR": "Complete response",
    "PR": "Partial response",
    "R": "Response",
    "NR": "No response",
    "flare": "Flare",
    "no flare": "No flare",
    NOT_ASSESSED: "Not assessable",
    YES: "Yes: the grades that the analysis counts are reached",
    NO: "No",
}
_MOST_GRADES = 2  # beside the last, which has no gates
_OF_RESPONSE = (
    DatasetColumn(
        "ADT", "Analysis Date", "date", "Derived", "The planned day of the visit.",
    ),
    DatasetColumn(
        "ADY", "Analysis Relative Day", "integer", "Derived",
        "Days from the planned baseline visit, which is day 1, to ADT; there is no day 0.",
    ),
    DatasetColumn(
        "AVAL", "Analysis Value", "float", "Derived",
        "Of a definition the place of the grade, 1 being the best; of an analysis 1 for yes and 0 "
        "for no; missing where it is not assessable.",
    ),
    DatasetColumn(
        "AVALC", "Analysis Value (C)", "text", "Derived",
        "Of a definition the grade of response; of an analysis whether a grade that it counts is "
        "reached.", GRADES, "RESPONSE",
    ),
    DERIVATION,
    analysis_flag(
        1,
        "Y of the record that counts: of a definition by its own rules for intercurrent events and "
        "missing answers; of an analysis every answer that is known.",
    ),
    *(
        column
        for number in range(1, _MOST_GRADES + 1)
        for column in (
            DatasetColumn(
                f"MCRIT{number}", f"Analysis Multi-Response Criterion {number}", "text", "Assigned",
                "The grade of response whose gates are named beside it.",
            ),
            DatasetColumn(
                f"MCRIT{number}ML", f"Multi-Response Criterion {number} Evaluation", "text",
                "Derived",
                "The first gate of that grade that is not met, in the order of the definition; a "
                "gate that is unknown where none fails; ALL MET where all are.",
            ),
        )
    ),
    DatasetColumn(
        "ICEVENT", "Intercurrent Event", "text", "Derived",
        "Why the definition's rules make it no response where the values do not: the id of an "
        "event, or `missing`.",
    ),
    REASON,
    DatasetColumn(
        "SRCID", "Definition or Analysis in the Protocol", "text", "Assigned",
        "The id of the response definition, or of the planned analysis.",
    ),
    NUMBER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResponseRecords:
    """ADRS of a trial.

    Attributes:
        definitions: id -> PARAMCD. analyses: id of a planned analysis of responses -> PARAMCD.
    """

    dataset: AnalysisDataset
    definitions: Mapping[str, str]
    analyses: Mapping[str, str]


def response_records(
    subjects: TrialSubjects, analyses: Sequence[Analysis], answers: Sequence[VisitAnswers]
) -> ResponseRecords | None:
    """ADRS; None of a study that plans no analysis of a response.

    Args:
        analyses: all that were made, those under other definitions too.
        answers: of all of them.
    """
    judged = subjects.trial.study.adjudications
    if not judged:
        return None
    asked = [one for one in analyses if one.response is not None]
    columns = (*subjects.shared, *PARAMETERS, *VISITS, *_OF_RESPONSE)
    named = [
        (f"definition {one.definition.id}", f"Response: {one.definition.title}",
         f"Definition {one.definition.id}: {one.definition.citation}.")
        for one in judged
    ]  # fmt: skip
    named += [
        (f"analysis {one.id}", f"Analysis: {one.title} ({one.id})",
         f"The answers of the planned analysis {one.id}, by its estimand.")
        for one in asked
    ]  # fmt: skip
    short = short_codes(
        [*(one.definition.id for one in judged), *(f"{one.id} analysis" for one in asked)]
    )
    codes = {f"definition {one.definition.id}": short[one.definition.id] for one in judged}
    codes |= {f"analysis {one.id}": short[f"{one.id} analysis"] for one in asked}
    parameters = parameter_list(named, codes)
    tables = [
        table
        for one, parameter in zip(judged, parameters, strict=False)
        for table in _of_definition(subjects, one, parameter, columns)
    ]
    for one, parameter in zip(asked, parameters[len(judged) :], strict=True):
        tables += [
            _of_analysis(subjects, found, parameter, columns)
            for found in answers
            if found.analysis == one.id
        ]
    dataset = AnalysisDataset(
        NAME,
        "Response Analysis Dataset",
        CATEGORY,
        "One record per subject per parameter per analysis visit per derivation",
        KEYS,
        columns,
        numbered(tables, KEYS),
        parameters,
    )
    return ResponseRecords(
        dataset,
        {one.definition.id: codes[f"definition {one.definition.id}"] for one in judged},
        {one.id: codes[f"analysis {one.id}"] for one in asked},
    )


def _of_definition(
    subjects: TrialSubjects,
    judged: Adjudication,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
) -> Iterator[pa.Table]:
    """The observed responses, then what the definition's own rules make of those that differ."""
    trial = subjects.trial
    later = trial.study.visits.place > 0
    rows = np.flatnonzero(later & ~judged.outside)
    observed, counted = judged.places[rows], judged.imputed[rows]
    reasons = _reasons(judged, rows, observed)
    known = (observed >= 0) & (observed == counted)
    yield dataset_rows(
        columns,
        {
            **_heads(subjects, parameter, rows),
            "AVAL": number_values(
                np.where(observed < 0, np.nan, (observed + 1).astype(np.float64))
            ),
            "AVALC": picked_words(
                np.where(observed < 0, len(judged.grades), observed),
                (*judged.grades, NOT_ASSESSED),
            ),
            "ANL01FL": flag_values(known),
            **_gates(judged, rows),
            "AREASN": text_values(reasons),
            "SRCID": same_text(judged.definition.id, len(rows)),
        },
        len(rows),
    )
    changed = np.flatnonzero((counted >= 0) & (counted != observed))
    rows, places = rows[changed], counted[changed]
    events = judged.imputed_for
    yield dataset_rows(
        columns,
        {
            **_heads(subjects, parameter, rows),
            "AVAL": number_values((places + 1).astype(np.float64)),
            "AVALC": picked_words(places, judged.grades),
            "DTYPE": same_text(NO_RESPONSE, len(rows)),
            "ANL01FL": same_text("Y", len(rows)),
            "ICEVENT": text_values(events[row] for row in rows.tolist()),
            "AREASN": text_values(f"{events[row]}: counts as the last grade" for row in rows),
            "SRCID": same_text(judged.definition.id, len(rows)),
        },
        len(rows),
    )


def _heads(
    subjects: TrialSubjects, parameter: DatasetParameter, rows: Whole
) -> Mapping[str, pa.Array]:
    """Who, about what, and when."""
    days = subjects.trial.study.visits.visits.day[rows].astype("datetime64[D]")
    return {
        **of_persons(subjects, rows),
        **of_parameter(parameter, len(rows)),
        **at_visits(subjects.trial, rows),
        "ADT": day_values(days),
        "ADY": days_since_baseline(subjects.trial, rows, days),
    }


def _reasons(judged: Adjudication, rows: Whole, observed: Whole) -> Iterator[str | None]:
    """Why a response is not assessable, and which grades are possible; None where it is."""
    why, possible = judged.possible.why, judged.possible.possible
    for row, place in zip(rows.tolist(), observed.tolist(), strict=True):
        if place >= 0:
            yield None
            continue
        grades = [g for bit, g in enumerate(judged.grades) if int(possible[row]) >> bit & 1]
        code = int(why[row])
        word = Reason(code).word if code else "unknown"
        yield f"{word}; possible: {', '.join(grades)}"


def _gates(judged: Adjudication, rows: Whole) -> Mapping[str, pa.Array]:
    """The first gate of each grade that is not met, with its status."""
    found: dict[str, pa.Array] = {}
    for number, grade in enumerate(judged.grades[:-1][:_MOST_GRADES], start=1):
        gates = judged.gate_ids(grade)
        first = judged.first_failing(grade)[rows]
        words = [f"{gate}: {status}" for gate in gates for status in ("not met", "unknown")]
        unknown = _unknown_at(judged, grade, rows, first)
        places = np.where(first < 0, len(words), 2 * first + unknown)
        found[f"MCRIT{number}"] = same_text(f"First gate of {grade} not met", len(rows))
        found[f"MCRIT{number}ML"] = picked_words(places.astype(np.int64), (*words, "ALL MET"))
    return found


def _unknown_at(
    judged: Adjudication, grade: str, rows: Whole, first: Whole
) -> npt.NDArray[np.int64]:
    """1 where the first gate that is not met is unknown, else 0."""
    statuses = np.array(
        [verdicts.statuses[rows] for (of, _), verdicts in judged.gates.items() if of == grade]
    )
    at = statuses[np.maximum(first, 0), np.arange(len(rows))] if len(rows) else first
    return np.asarray(at == int(Status.UNKNOWN), np.int64)


def _of_analysis(
    subjects: TrialSubjects,
    found: VisitAnswers,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
) -> pa.Table:
    """The answers of an analysis at a visit, as they were counted."""
    trial = subjects.trial
    rows = trial.places_at(found.visit)[np.searchsorted(trial.persons, found.person)]
    kept = found.where(rows >= 0)
    rows = rows[rows >= 0]
    derived = [
        None if how == OBSERVED or not known
        else LAST_BEFORE if how.startswith(LAST_BEFORE_WORDS)
        else NO_RESPONSE
        for how, known in zip(kept.how.tolist(), kept.known.tolist(), strict=True)
    ]  # fmt: skip
    yes = np.where(kept.value > 0, 0, 1)
    return dataset_rows(
        columns,
        {
            **_heads(subjects, parameter, rows),
            "AVAL": number_values(np.where(kept.known, kept.value, np.nan)),
            "AVALC": picked_words(
                np.where(kept.known, yes, 2).astype(np.int64), (YES, NO, NOT_ASSESSED)
            ),
            "DTYPE": text_values(derived),
            "ANL01FL": flag_values(kept.known),
            "AREASN": text_values(None if how == OBSERVED else how for how in kept.how.tolist()),
            "SRCID": same_text(found.analysis, len(rows)),
        },
        len(rows),
    )
