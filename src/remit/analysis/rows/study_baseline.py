"""Who came into a study: age, sex, and all that its plan measures, at the first visit, by arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from remit.analysis.rows.ages_and_sexes import SEXES, ages_and_sexes
from remit.analysis.rows.baseline_rows import describe_levels, describe_numbers
from remit.analysis.rows.question import MethodQuestion
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import OBSERVED, Flags, Floats, VisitAnswers

BASELINE = "baseline"
OPEN_BIRTH = "the day of birth is not known exactly enough"
NOT_RECORDED = "not recorded"
EVERYONE = "everyone taken into the study"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One thing that is known of persons at the first visit.

    Attributes:
        name: the id of its analysis. label: in words, with the unit.
        answers: one a person; rows: by arm, together, and the standardised difference of arms.
    """

    name: str
    label: str
    answers: VisitAnswers
    rows: tuple[ResultRow, ...]


@dataclass(frozen=True, slots=True)
class StudyBaseline:
    """A study's persons at the first visit.

    Attributes:
        arms: id -> label, in order. numbers: id -> persons.
    """

    study: str
    visit: str
    arms: Mapping[str, str]
    numbers: Mapping[str, int]
    characteristics: tuple[Characteristic, ...]

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        return tuple(row for one in self.characteristics for row in one.rows)


def study_baseline(trial: TrialAnswers, *, plan_hash: str = "", plan: str = "") -> StudyBaseline:
    """Everyone taken into a study, at its first visit, whatever was found later.

    No test compares the arms: whom chance alone has parted differs by chance. How far they differ
    is their standardised difference.

    Args:
        plan_hash, plan: what every row says of the plan.
    """
    protocol, visit = trial.study.protocol, trial.study.visits.ids[0]
    labels = {arm.id: arm.label for arm in protocol.arms}
    found = []
    for _, label, answers in characteristics_of(trial, visit):
        question = MethodQuestion(answers, trial.arms, None, 0.95)
        describe = describe_levels if answers.levels else describe_numbers
        head = RowHead(
            study=protocol.id, analysis=answers.analysis, title=label, role=BASELINE,
            population=EVERYONE, plan_hash=plan_hash, plan=plan,
        )  # fmt: skip
        statistics = describe(question, together=len(trial.arms) > 1, differences=True)
        rows = result_rows(head, answers, statistics)
        found.append(Characteristic(answers.analysis, label, answers, rows))
    return StudyBaseline(
        protocol.id,
        visit,
        {arm: labels.get(arm, arm) for arm in trial.arms},
        {arm: int(np.count_nonzero(trial.arm == arm)) for arm in trial.arms},
        tuple(found),
    )


def characteristics_of(trial: TrialAnswers, visit: str) -> Iterator[tuple[str, str, VisitAnswers]]:
    """Of age, sex and each quantity of the plan: its name, its label, and answers at a visit."""
    rows = trial.places_at(visit)
    there = rows >= 0
    days = trial.study.visits.visits.day[np.maximum(rows, 0)]
    numbered = days.astype("datetime64[D]").astype(np.int32)
    known = ages_and_sexes(trial.study.followed.facts, trial.persons, numbered)
    age = np.where(there, known.age, np.nan)
    yield "age", "Age (years)", _numbers(trial, "age", visit, age, "a", missing=OPEN_BIRTH)
    blank = _numbers(trial, "sex", visit, known.sex, "", missing=NOT_RECORDED)
    yield "sex", "Sex", replace(blank, levels=tuple(SEXES.values()))
    sheet = trial.study.followed.sheet
    for name, quantity in trial.quantities.items():
        values = np.where(there, quantity.values(sheet)[np.maximum(rows, 0)], np.nan)
        label = f"{quantity.label} ({quantity.unit})" if quantity.unit else quantity.label
        own = name.replace(" ", "_")
        yield own, label, _numbers(trial, own, visit, values, quantity.unit, missing=NOT_RECORDED)


def _numbers(
    trial: TrialAnswers, name: str, visit: str, values: Floats, unit: str, *, missing: str
) -> VisitAnswers:
    known: Flags = ~np.isnan(values)
    return VisitAnswers(
        f"{BASELINE}_{name}",
        visit,
        trial.persons,
        tuple(trial.names.all_shown(trial.persons)),
        trial.arm,
        np.where(known, values, 0.0),
        known,
        np.where(known, OBSERVED, missing),
        unit=unit,
    )
