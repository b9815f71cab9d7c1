"""ADSL: one row a person, and what every other dataset takes from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from remit.analysis.datasets.column_values import (
    Whole,
    date_values,
    day_values,
    number_values,
    picked_words,
    text_values,
    whole_values,
)
from remit.analysis.datasets.dataset_columns import AnalysisDataset, DatasetColumn, dataset_rows
from remit.analysis.datasets.subject_columns import (
    RACES,
    SEXES,
    YES_NO,
    flag_names,
    reason_name,
    subject_columns,
)
from remit.analysis.rows.study_baseline import StudyBaseline
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.analysis.rows.trial_answers import ALL, TrialAnswers
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import DatasetError
from remit.facts.deaths import open_deaths_of
from remit.protocol.protocol_sections import Visit
from remit.terminal import plain_text
from remit.truth import Status

NAME = "ADSL"
EVERYONE = "Everyone taken in"


@dataclass(frozen=True, slots=True)
class TrialSubjects:
    """The persons of a trial as other datasets refer to them.

    Attributes:
        dataset: ADSL, a row a person in the order of `trial.persons`.
        flags: population -> the column of its flag.
        strata: expression of a stratum -> its column.
    """

    trial: TrialAnswers
    dataset: AnalysisDataset
    flags: Mapping[str, str]
    strata: Mapping[str, str]

    @property
    def shared(self) -> tuple[DatasetColumn, ...]:
        """The columns that every other dataset has of it."""
        return (
            _of_adsl("STUDYID", "Study Identifier"),
            _of_adsl("USUBJID", "Unique Subject Identifier"),
            _of_adsl("SUBJID", "Subject Identifier for the Study"),
            _of_adsl("TRTP", "Planned Treatment", of="TRT01P", terms_name="TREATMENT"),
            _of_adsl(
                "TRTPN", "Planned Treatment (N)", of="TRT01PN", kind="integer",
                terms_name="TREATMENTN", decoded_by="TRTP",
            ),
            _of_adsl("AGE", "Age", kind="integer"),
            _of_adsl("SEX", "Sex", terms=SEXES, terms_name="SEX"),
            *(
                _of_adsl(one.name, one.label, terms=YES_NO, terms_name="NY")
                for one in self.dataset.columns
                if one.name in self.flags.values()
            ),
        )  # fmt: skip

    def taken(self, places: Whole) -> Mapping[str, pa.Array]:
        """The values of `shared` for the persons at some places."""
        at = pa.array(places)
        return {
            one.name: self.dataset.rows[one.source.partition(".")[2]].combine_chunks().take(at)
            for one in self.shared
        }


def _of_adsl(
    name: str,
    label: str,
    *,
    of: str = "",
    kind: str = "text",
    terms: Mapping[str, str] | None = None,
    terms_name: str = "",
    decoded_by: str = "",
) -> DatasetColumn:
    assert kind in {"text", "integer"}
    return DatasetColumn(
        name, label, "integer" if kind == "integer" else "text", "Predecessor",
        f"{NAME}.{of or name}", terms or {}, terms_name, decoded_by,
    )  # fmt: skip


def trial_subjects(found: TrialAnalysis) -> TrialSubjects:
    """ADSL of an analysed trial.

    Raises:
        DatasetError: two persons are told apart by blanks at the end of their ids alone.
    """
    trial, protocol = found.trial, found.protocol
    assert found.baseline is not None, "an analysed trial has a baseline"
    flags = flag_names([one.id for one in protocol.populations])
    strata = {
        text: f"STRAT{number}"
        for number, text in enumerate(
            dict.fromkeys(text for one in protocol.analyses for text in one.strata), start=1
        )
    }
    columns = subject_columns(protocol, flags, strata)
    values = {**_identity(trial), **_person(trial, found.baseline), **_dates(trial)}
    for population in protocol.populations:
        values |= _membership(trial, flags[population.id], population.expression)
    for text, name in strata.items():
        values[name] = _answer(trial, text)
    rows = dataset_rows(columns, values, len(trial.persons))
    _require_once(rows)
    dataset = AnalysisDataset(
        NAME,
        "Subject-Level Analysis Dataset",
        "SUBJECT LEVEL ANALYSIS DATASET",
        "One record per subject",
        ("STUDYID", "USUBJID"),
        columns,
        rows,
    )
    return TrialSubjects(trial, dataset, flags, strata)


def _identity(trial: TrialAnswers) -> dict[str, pa.Array]:
    n, study = len(trial.persons), trial.study.protocol.id
    names = [name.rstrip() for name in trial.names.all_shown(trial.persons)]
    labels = {arm.id: arm.label for arm in trial.study.protocol.arms}
    arms = trial.arms
    words = [EVERYONE if arm == ALL else plain_text(labels.get(arm, arm)) for arm in arms]
    places = np.array([arms.index(str(arm)) for arm in trial.arm], np.int64)
    treatment = picked_words(places, words)
    return {
        "STUDYID": text_values([study] * n),
        "USUBJID": text_values(f"{study}.{name}" for name in names),
        "SUBJID": text_values(names),
        "ARM": treatment,
        "TRT01P": treatment,
        "TRT01PN": whole_values(places + 1),
    }


def _person(trial: TrialAnswers, baseline: StudyBaseline) -> dict[str, pa.Array]:
    age = _characteristic(baseline, "baseline_age")
    sex = _characteristic(baseline, "baseline_sex")
    people = trial.study.followed.facts.rows(
        "person", ("person_id", "race_concept_id"), persons=trial.persons.tolist()
    ).to_pylist()
    races = {row["person_id"]: RACES.get(row["race_concept_id"]) for row in people}
    # The levels of the answer are female and male, in that order.
    sexes = np.where(sex.known, sex.value.astype(np.int64), 2)
    return {
        "AGE": number_values(np.where(age.known, age.value, np.nan)),
        "AGEU": picked_words(np.where(age.known, 0, -1).astype(np.int64), ("YEARS",)),
        "AGERSN": text_values(
            None if known else why
            for known, why in zip(age.known.tolist(), age.how.tolist(), strict=True)
        ),
        "SEX": picked_words(sexes, tuple(SEXES)),
        "RACE": text_values(races.get(person) for person in trial.persons.tolist()),
    }


def _characteristic(baseline: StudyBaseline, name: str) -> VisitAnswers:
    return next(one.answers for one in baseline.characteristics if one.name == name)


def _dates(trial: TrialAnswers) -> dict[str, pa.Array]:
    persons = trial.persons.tolist()
    facts, protocol = trial.study.followed.facts, trial.study.protocol
    anchors = facts.rows("study_anchor", ("person_id", "study", "anchor", "anchor_date"))
    allocated: dict[int, date] = {
        row["person_id"]: row["anchor_date"]
        for row in anchors.to_pylist()
        if row["study"] == protocol.id and row["anchor"] == "allocation"
    }
    deaths = trial.study.followed.deaths
    between = open_deaths_of(facts, trial.persons)
    first = trial.places_at(trial.study.visits.ids[0])
    return {
        "RANDDT": date_values([allocated.get(person) for person in persons]),
        "BLDT": day_values(
            np.where(
                first < 0,
                np.datetime64("NaT"),
                trial.study.visits.visits.day[np.maximum(first, 0)],
            )
        ),
        "LASTVIS": _last_assessed(trial),
        "DTHFL": text_values("Y" if person in deaths else None for person in persons),
        "DTHDT": date_values(
            [None if person in between else deaths.get(person) for person in persons]
        ),
        "DTHRSN": text_values(
            between[person].words if person in between else None for person in persons
        ),
    }


def visit_words(trial: TrialAnswers) -> tuple[str, ...]:
    """What the visits are called, in their order; each once."""
    labels = {visit.id: visit.label for visit in trial.study.protocol.visits}
    found = [plain_text(labels[visit]) for visit in trial.study.visits.ids]
    return tuple(found if len(set(found)) == len(found) else trial.study.visits.ids)


def visit_numbers(trial: TrialAnswers) -> tuple[int, ...]:
    """AVISITN: weeks after the baseline, or months where a study plans all visits in months.

    Their places where two would have the same number.
    """
    planned = {visit.id: visit for visit in trial.study.protocol.visits}
    found = [_number(planned[visit]) for visit in trial.study.visits.ids]
    mixed = len({visit.week is None for visit in planned.values()}) > 1
    return tuple(range(len(found)) if mixed or len(set(found)) < len(found) else found)


def _number(visit: Visit) -> int:
    return visit.week if visit.week is not None else visit.month or 0


def _last_assessed(trial: TrialAnswers) -> pa.Array:
    last = np.full(len(trial.persons), -1, np.int64)
    if trial.study.adjudications:
        known = trial.study.adjudications[0].places >= 0
        for place, visit in enumerate(trial.study.visits.ids):
            rows = trial.places_at(visit)
            if place:
                last = np.where((rows >= 0) & known[np.maximum(rows, 0)], place, last)
    return picked_words(last, visit_words(trial))


def _membership(trial: TrialAnswers, flag: str, expression: str | None) -> dict[str, pa.Array]:
    if expression is None:
        return {flag: picked_words(np.zeros(len(trial.persons), np.int64), ("Y",))}
    status = trial.statuses[expression]
    places = np.where(status == Status.MET, 0, np.where(status == Status.NOT_MET, 1, -1))
    why = [
        f"unknown: {trial.reason(expression, place)}" if code == Status.UNKNOWN else None
        for place, code in enumerate(status.tolist())
    ]
    return {
        flag: picked_words(places.astype(np.int64), ("Y", "N")),
        reason_name(flag): text_values(why),
    }


def _answer(trial: TrialAnswers, expression: str) -> pa.Array:
    return text_values(Status(code).word for code in trial.statuses[expression].tolist())


def _require_once(rows: pa.Table) -> None:
    ids = rows["USUBJID"].to_pylist()
    if len(set(ids)) < len(ids):
        raise DatasetError(
            "two persons have ids that differ in blanks at their end alone",
            expected="ids that a SAS file can tell apart",
            got=f"{len(ids) - len(set(ids))} ids that stand twice without the blanks",
            next_step="give one of the persons another id in the source",
        )
