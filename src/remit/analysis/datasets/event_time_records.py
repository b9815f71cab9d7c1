"""ADTTE: times to a response, with what ended each, and the record of ADRS that it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.analysis.datasets.column_values import (
    day_values,
    flag_values,
    number_values,
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
    analysis_flag,
    days_since_baseline,
    of_parameter,
    parameter_list,
    same_text,
)
from remit.analysis.datasets.record_order import NUMBER, numbered
from remit.analysis.datasets.response_records import ResponseRecords
from remit.analysis.datasets.short_codes import short_codes
from remit.analysis.datasets.subject_level import TrialSubjects
from remit.analysis.plan.estimand import Estimand
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.protocol.analysis_sections import Analysis

NAME = "ADTTE"
KEYS = ("STUDYID", "USUBJID", "PARAMCD")
EVENT, CENSORED, DIED, COMPETED = 0, 1, 2, 3
CENSORING = {
    "0": "The event was reached",
    "1": "Censored at the last visit that could be assessed",
    "2": "Died without the event: waits to the end of the follow-up",
    "3": "A competing event came first: EVNTDESC names it",
}
_OF_TIME = (
    DatasetColumn(
        "STARTDT", "Time-to-Event Origin Date for Subject", "date", "Derived",
        "The planned day of the baseline visit.",
    ),
    DatasetColumn("ADT", "Analysis Date", "date", "Derived", "STARTDT and AVAL days."),
    DatasetColumn(
        "ADY", "Analysis Relative Day", "integer", "Derived",
        "Days from the planned baseline visit, which is day 1, to ADT.",
    ),
    DatasetColumn(
        "AVAL", "Analysis Value", "float", "Derived",
        "Days from the planned baseline to the planned day of the visit that ended the time.",
    ),
    DatasetColumn("AVALU", "Analysis Value Unit", "text", "Assigned", "DAYS.", {}, "UNIT"),
    DatasetColumn(
        "AVALLO", "Last Day Known to Be Without the Event", "float", "Derived",
        "Days to the last visit before at which the event is known not to have been reached: the "
        "other end of the interval of an interval-censored analysis.",
    ),
    DatasetColumn(
        "CNSR", "Censor", "integer", "Derived", "0 where the event was reached.", CENSORING, "CNSR"
    ),
    DatasetColumn(
        "EVNTDESC", "Event or Censoring Description", "text", "Derived",
        "What ended the time, in Remit's words.",
    ),
    analysis_flag(1, "Y of the records whose time is known: those that the analysis uses."),
    REASON,
    DatasetColumn(
        "SRCDOM", "Source Data", "text", "Assigned", "ADRS where a visit ended the time.",
    ),
    DatasetColumn(
        "SRCVAR", "Source Variable", "text", "Assigned", "AVALC where a visit ended the time.",
    ),
    DatasetColumn(
        "SRCSEQ", "Source Sequence Number", "integer", "Derived",
        "ASEQ of the subject's record of ADRS at that visit, under the analysis's definition.",
    ),
    NUMBER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventTimeRecords:
    """ADTTE of a trial; `analyses`: id of a planned analysis of a time -> PARAMCD."""

    dataset: AnalysisDataset
    analyses: Mapping[str, str]


def event_time_records(
    subjects: TrialSubjects,
    responses: ResponseRecords | None,
    analyses: Sequence[Analysis],
    estimands: Mapping[str, Estimand],
    answers: Sequence[VisitAnswers],
) -> EventTimeRecords | None:
    """ADTTE; None of a study that plans no analysis of a time."""
    asked = [one for one in analyses if one.time_to_response is not None]
    if not asked:
        return None
    assert responses is not None, "a time to a response has a response"
    codes = short_codes(one.id for one in asked)
    parameters = parameter_list(
        (
            (one.id, f"{one.title} (days)", f"The times of the planned analysis {one.id}.")
            for one in asked
        ),
        codes,
    )
    columns = (*subjects.shared, *PARAMETERS, *_OF_TIME)
    tables = [
        _records(
            subjects, found, parameter, columns,
            _numbers_of(responses, _definition(estimands[one.id])),
        )
        for one, parameter in zip(asked, parameters, strict=True)
        for found in answers
        if found.analysis == one.id
    ]  # fmt: skip
    dataset = AnalysisDataset(
        NAME,
        "Time-to-Event Analysis Dataset",
        CATEGORY,
        "One record per subject per parameter",
        KEYS,
        columns,
        numbered(tables, KEYS),
        parameters,
        "TIME-TO-EVENT",
    )
    return EventTimeRecords(dataset, codes)


def _definition(estimand: Estimand) -> str:
    assert estimand.definition is not None
    return estimand.definition.id


def _numbers_of(responses: ResponseRecords, definition: str) -> Mapping[tuple[str, object], int]:
    """(USUBJID, day) -> ASEQ of the observed record of a definition in ADRS."""
    rows = responses.dataset.rows
    mine = pc.and_(
        pc.equal(rows["PARAMCD"], responses.definitions[definition]), pc.is_null(rows["DTYPE"])
    )
    found = rows.select(["USUBJID", "ADT", "ASEQ"]).filter(mine)
    persons, days, numbers = (found[name].to_pylist() for name in found.column_names)
    return dict(zip(zip(persons, days, strict=True), numbers, strict=True))


def _records(
    subjects: TrialSubjects,
    found: VisitAnswers,
    parameter: DatasetParameter,
    columns: Sequence[DatasetColumn],
    numbers: Mapping[tuple[str, object], int],
) -> pa.Table:
    trial = subjects.trial
    assert found.event is not None
    assert found.since is not None
    places = np.searchsorted(trial.persons, found.person)
    first = trial.places_at(trial.study.visits.ids[0])[places]
    start = trial.study.visits.visits.day[first].astype("datetime64[D]")
    day = start + np.where(found.known, found.value, 0).astype("timedelta64[D]")
    day = np.where(found.known, day, np.datetime64("NaT"))
    died = np.array([how.startswith("died") for how in found.how.tolist()], np.bool_)
    state = np.where(found.event, EVENT, np.where(died, DIED, CENSORED))
    if found.rival is not None:
        state = np.where((found.rival != "") & ~found.event, COMPETED, state)
    persons = subjects.taken(places)
    source = [
        numbers.get((person, at)) if known and ended in (EVENT, CENSORED) else None
        for person, at, known, ended in zip(
            persons["USUBJID"].to_pylist(),
            day.astype(object).tolist(),
            found.known.tolist(),
            state.tolist(),
            strict=True,
        )
    ]
    return dataset_rows(
        columns,
        {
            **persons,
            **of_parameter(parameter, len(places)),
            "STARTDT": day_values(start),
            "ADT": day_values(day),
            "ADY": days_since_baseline(trial, first, day),
            "AVAL": number_values(np.where(found.known, found.value, np.nan)),
            "AVALU": same_text("DAYS", len(places)),
            "AVALLO": number_values(np.where(found.known, found.since, np.nan)),
            "CNSR": whole_values(state.astype(np.int64), found.known),
            "EVNTDESC": text_values(
                how if known else None
                for how, known in zip(found.how.tolist(), found.known.tolist(), strict=True)
            ),
            "ANL01FL": flag_values(found.known),
            "AREASN": text_values(
                None if known else how
                for how, known in zip(found.how.tolist(), found.known.tolist(), strict=True)
            ),
            "SRCDOM": text_values(None if one is None else "ADRS" for one in source),
            "SRCVAR": text_values(None if one is None else "AVALC" for one in source),
            "SRCSEQ": pa.array(source, pa.int64()),
        },
        len(places),
    )
