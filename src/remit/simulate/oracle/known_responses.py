"""The known responses of the followed at each planned visit, from the generator's own state.

Planted under the definitions of DEFINITIONS: the observed answer, and the one imputed by each
definition's rules for missing values and for events between treatment and response (rescue,
stopped treatment). An event counts from the first record on that says that it is present, at every
later visit; of an event that nobody recorded, no data can tell. A visit whose
window reaches beyond the data cut is not yet due, unless something was measured in it already.

Written from the sources of the definitions and apart from `remit.endpoints`, so that the two can be
compared. Filtration: CKD-EPI 2021 for adults, bedside Schwartz below 18 (Inker 2021, N Engl J Med
385:1737; Schwartz 2009, J Am Soc Nephrol 20:629).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remit.simulate.calendar import Days, Flags, completed_years, day_of, from_parts, parts_of
from remit.simulate.item_codes import OTHER_DETERIORATION, RESCUE_TREATMENT, TREATMENT_STOPPED
from remit.simulate.oracle.bilag import bicla_gates, bilag_gates
from remit.simulate.oracle.kleene import (
    MET,
    NOT_MET,
    UNKNOWN,
    Answers,
    all_of,
    any_of,
    first_known,
    negate,
)
from remit.simulate.oracle.known_scores import is_present, sledai_bounds
from remit.simulate.oracle.lookups import UNDECIDED
from remit.simulate.oracle.planned_visits import (
    AtVisits,
    Plan,
    at_baseline,
    earlier,
    item_of,
    picked_at,
    plan_of,
    sure,
    where_recorded,
)
from remit.simulate.state import MICRO, DrawnCohort, FollowedPersons

NOT_ASSESSABLE, NOT_DUE, NO_RESPONSE = "not assessable", "not yet due", "NR"
Words = NDArray[np.object_]
Rungs = Sequence[tuple[str, Answers]]


@dataclass(frozen=True, slots=True)
class Graded:
    """The grades of a definition from the best down, and to whom it applies; to all where None."""

    rungs: Rungs
    applies: Answers | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """A definition as its source has it.

    Attributes:
        overruled_by: findings that make a person a non-responder whatever the values say.
        missing: what is imputed where the response is not assessable.
    """

    judge: Callable[[AtVisits], Graded]
    overruled_by: tuple[int, ...] = ()
    missing: str = NOT_ASSESSABLE


def _nanjing(at: AtVisits) -> Graded:
    """Registry entry of NCT05631717, page 001; its lost signs read as at most."""
    ratio = at.value("upcr", "<", "0.5")
    collected = at.value("urine_protein_24h", "<", "0.5")
    abnormal = (
        at_baseline(at.value("upcr", ">=", "0.5")),
        at_baseline(at.value("urine_protein_24h", ">=", "0.5")),
    )
    complete = all_of(
        _creatinine_kept(at),
        first_known(any_of(ratio, collected), ratio, collected),
        at.dose("glucocorticoid", "<=", "10"),
    )
    raised = at_baseline(at.value("creatinine", ">", "1.2"))
    partial = all_of(
        first_known(any_of(*abnormal), *abnormal),
        any_of(
            all_of(raised, at.ratio("creatinine", "<", "0.7"), _protein_share(at, "0.7")),
            all_of(negate(raised), _protein_share(at, "0.5")),
        ),
        # Another deterioration counts where creatinine was raised, and only when it is recorded.
        any_of(negate(raised), first_known(negate(_recorded(at, OTHER_DETERIORATION)), raised)),
    )
    return Graded((("CR", complete), ("PR", partial)))


def _creatinine_kept(at: AtVisits) -> Answers:
    return any_of(at.value("creatinine", "<=", "1.2"), at.ratio("creatinine", "<=", "1.25"))


def _protein_share(at: AtVisits, share: str) -> Answers:
    return first_known(at.ratio("upcr", "<", share), at.ratio("urine_protein_24h", "<", share))


def _access(at: AtVisits) -> Graded:
    """ACCESS Trial Group 2014, Arthritis Rheumatol 66:3096; the ratio alone measures protein.

    At most 10 mg of prednisone a day at the visit, and on every day from week 12 on.
    """
    shared = (
        _creatinine_kept(at),
        at.dose("glucocorticoid", "<=", "10"),
        at.highest_dose("glucocorticoid", "<=", "10", from_day=84),
    )
    complete = all_of(at.value("upcr", "<", "0.5"), *shared)
    partial = all_of(at.ratio("upcr", "<", "0.5"), *shared)
    return Graded((("CR", complete), ("PR", partial)))


def _kdigo(at: AtVisits) -> Graded:
    """KDIGO 2024, Kidney Int 105(1S):S1."""
    kept = filtration_kept(at, percent=85)

    def below(grams: str) -> Answers:
        return first_known(at.value("upcr", "<", grams), at.value("urine_protein_24h", "<", grams))

    halved = first_known(at.ratio("upcr", "<=", "0.5"), at.ratio("urine_protein_24h", "<=", "0.5"))
    return Graded((("CR", all_of(below("0.5"), kept)), ("PR", all_of(halved, below("3"), kept))))


def _sledai_fall(at: AtVisits) -> Answers:
    """SLEDAI-2K at least 4 at baseline, and lower by at least 4."""
    low, high = sledai_bounds(at)
    low_then, high_then = earlier(low, "baseline"), earlier(high, "baseline")
    return all_of(
        sure(low_then >= 4, high_then < 4),
        sure(low_then - high >= 4, high_then - low < 4),
    )


def _sri(at: AtVisits) -> Graded:
    """SRI-4: Furie 2009, Arthritis Rheum 61:1143, with SLEDAI-2K and BILAG-2004."""
    return Graded((("R", all_of(_sledai_fall(at), *bilag_gates(at), _no_worse_assessed(at))),))


def _bicla(at: AtVisits) -> Graded:
    """BICLA as in TULIP: Morand 2020, N Engl J Med 382:211."""
    applies, *by_domain = bicla_gates(at)
    low, high = sledai_bounds(at)
    low_then, high_then = earlier(low, "baseline"), earlier(high, "baseline")
    no_higher = sure(high <= low_then, low > high_then)
    return Graded((("R", all_of(*by_domain, no_higher, _no_worse_assessed(at))),), applies)


def _no_worse_assessed(at: AtVisits) -> Answers:
    """The global assessment is higher than at baseline by less than 0.3."""
    assessed = at.exact("pga")
    shape = at.plan.day.shape
    known = (assessed.flaw == UNDECIDED).reshape(shape)
    amount = assessed.amount.reshape(shape)
    both = known & earlier(known, "baseline")
    worse = 10 * (amount - earlier(amount, "baseline")) >= 3 * MICRO * assessed.scale
    return sure(both & ~worse, both & worse)


# Trials count rescue and stopped treatment as no response. Guidelines and registry entries have no
# rule for either. What is missing counts as no response wherever a source is silent.
IN_TRIALS = (RESCUE_TREATMENT, TREATMENT_STOPPED)
DEFINITIONS: Mapping[str, Planted] = {
    "access": Planted(_access, IN_TRIALS, NO_RESPONSE),
    "bicla_tulip": Planted(_bicla, IN_TRIALS, NO_RESPONSE),
    "kdigo_2024": Planted(_kdigo, (), NO_RESPONSE),
    "nanjing_registry": Planted(_nanjing, (), NO_RESPONSE),
    "sledai_fall_4": Planted(lambda at: Graded((("R", _sledai_fall(at)),)), (), NO_RESPONSE),
    "sri_4": Planted(_sri, IN_TRIALS, NO_RESPONSE),
}


def observed(judged: Graded, *, later: Flags) -> Words:
    """The best grade that is met; not assessable where a better one than it may be."""
    found = np.full(judged.rungs[0][1].status.shape, NO_RESPONSE, object)
    for grade, answers in reversed(judged.rungs):
        found = np.where(answers.status == MET, grade, found)
        found = np.where(answers.status == UNKNOWN, NOT_ASSESSABLE, found)
    if judged.applies is not None:
        found = np.where(judged.applies.status == MET, found, NOT_ASSESSABLE)
        later = later & (judged.applies.status != NOT_MET)
    return np.where(later, NOT_DUE, found)


def imputed(judged: Graded, seen: Words, *, overruled: Flags, missing: str) -> Words:
    """The observed grade after the rules for events and for what is missing.

    To whom a definition does not apply, of them it says nothing.
    """
    found = np.where(seen == NOT_ASSESSABLE, missing, seen)
    found = np.where(overruled, NO_RESPONSE, found)
    if judged.applies is not None:
        found = np.where(judged.applies.status == NOT_MET, NOT_ASSESSABLE, found)
    return np.where(seen == NOT_DUE, NOT_DUE, found)


def _overruled(planted: Planted, at: AtVisits) -> Flags:
    """Where an event is on record, from baseline to the visit, that makes a non-responder."""
    start = at.plan.day[:, :1]
    found = np.zeros(at.plan.day.shape, np.bool_)
    for number in planted.overruled_by:
        labs = item_of(at.cohort, at.one, number)
        present = labs.there & (is_present(labs).status == MET) & (labs.day >= start)
        for place, last in enumerate(at.plan.last.T):
            found[:, place] |= (present & (labs.day <= last[:, None])).any(axis=1)
    return found


def _measured(one: FollowedPersons, plan: Plan) -> Flags:
    """Whether anything was recorded of the study's own at a visit."""
    found = np.zeros(plan.day.shape, np.bool_)
    for labs in (*one.measured.labs.values(), *one.measured.items.values()):
        found |= picked_at(labs, plan).there
    return found


def _recorded(at: AtVisits, number: int) -> Answers:
    """Whether the record that counts at each visit says that a finding is there."""
    labs = picked_at(item_of(at.cohort, at.one, number), at.plan)
    return where_recorded(labs, is_present(labs))


def _is_known(one: FollowedPersons) -> bool:
    """Whether the study counts all visits from one day, on which one of them is: its baseline."""
    anchors = {visit.anchor for visit in one.planned}
    return len(anchors) == 1 and sum(not visit.weeks for visit in one.planned) == 1


def known_responses(cohort: DrawnCohort) -> list[tuple[str, str, int, str, str, str]]:
    """Study, definition, person, visit, observed and imputed response; no visit of baseline."""
    rows = []
    for one in sorted(cohort.followed, key=lambda found: found.study):
        if not len(one.at) or not _is_known(one):
            continue
        plan = plan_of(one.planned, cohort.anchors[one.study][one.start][one.at])
        at = AtVisits(cohort, one, plan)
        later = (plan.last > day_of(cohort.data_cut)) & ~_measured(one, plan)
        for definition, planted in DEFINITIONS.items():
            judged = planted.judge(at)
            seen = observed(judged, later=later)
            overruled = _overruled(planted, at)
            counted = imputed(judged, seen, overruled=overruled, missing=planted.missing)
            rows += [
                (
                    one.study,
                    definition,
                    int(person),
                    visit,
                    str(seen[row, place]),
                    str(counted[row, place]),
                )
                for row, person in enumerate(cohort.person[one.at])
                for place, visit in enumerate(plan.visits)
                if place
            ]
    return rows


Rates = NDArray[np.int64]


def filtration_kept(at: AtVisits, *, percent: int) -> Answers:
    """Whether so much of the filtration at baseline is left, by the equation for the age.

    An imprecise birth date leaves several ages: the answer is sure where all of them give it.
    """
    youngest, oldest = _ages(at)
    creatinine, measured = _numbers(at, "creatinine")
    height, tall = _numbers(at, "height")
    female = at.cohort.female[at.one.at][:, None]
    kappa = np.where(female, 0.7, 0.9)
    share = np.where(measured, creatinine, 1) / kappa
    slope = np.where(female, -0.241, -0.302)
    adult = 142 * np.minimum(share, 1) ** slope * np.maximum(share, 1) ** -1.2
    adult = adult * np.where(female, 1.012, 1.0)
    child = 0.413 * height / np.where(measured, creatinine, 1)
    least, most = (adult * 0.9938 ** (age / MICRO) for age in (oldest, youngest))
    of_age, under_age = youngest >= 18 * MICRO, (youngest >= MICRO) & (oldest <= 18 * MICRO)
    return first_known(
        _kept(least, most, measured & of_age, percent),
        _kept(child, child, measured & tall & under_age, percent),
    )


def _kept(
    least: NDArray[np.float64], most: NDArray[np.float64], usable: Flags, percent: int
) -> Answers:
    # Rates are compared to their sixth decimal.
    low, high = (np.rint(np.where(usable, x, 0) * MICRO).astype(np.int64) for x in (least, most))
    both = usable & earlier(usable, "baseline")
    met = 100 * low >= percent * earlier(high, "baseline")
    failed = 100 * high < percent * earlier(low, "baseline")
    return sure(both & met, both & failed)


def _numbers(at: AtVisits, name: str) -> tuple[NDArray[np.float64], Flags]:
    exact = at.exact(name)
    shape = at.plan.day.shape
    number = exact.amount / (exact.scale * MICRO)
    known = (exact.flaw == UNDECIDED) & (number > 0)
    return number.reshape(shape), known.reshape(shape)


def _ages(at: AtVisits) -> tuple[Rates, Rates]:
    """The least and the greatest age on each planned day, in millionths of a year."""
    birth, rows = at.cohort.birth, at.one.at
    return _lived(birth.latest[rows], at), _lived(birth.earliest[rows], at)


def _lived(born: Days, at: AtVisits) -> Rates:
    year, month, day = parts_of(born)
    ages = []
    for planned in at.plan.day.T:
        years = completed_years(born, planned)
        begun = from_parts(year + years, month, day).astype(np.int64)
        ends = from_parts(year + years + 1, month, day)
        ages.append(years.astype(np.int64) * MICRO + (planned - begun) * MICRO // (ends - begun))
    return np.stack(ages, axis=1)
