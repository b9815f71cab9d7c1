"""Known truth of each criterion of NCT06904729, from the generator's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.simulate.calendar import DayRange
from remit.simulate.oracle.daily_dose import exact_latest, ratio_against
from remit.simulate.oracle.happenings import finding_of_latest_biopsy, happened
from remit.simulate.oracle.kleene import (
    Answers,
    all_of,
    any_of,
    at_least,
    negate,
    unknown_for,
    when,
)
from remit.simulate.oracle.known_scores import classified, sledai_at_least
from remit.simulate.oracle.lookups import (
    Op,
    against,
    against_code,
    age_between,
    attested,
    between,
    latest,
    on,
    until,
)
from remit.simulate.state import DrawnCohort
from remit.truth import Reason

STUDY = "NCT06904729"
STANDARD_COURSES = (
    "mycophenolate",
    "cyclophosphamide",
    "calcineurin_inhibitor",
    "b_cell_depletion",
    "belimumab",
)


def _back(
    cohort: DrawnCohort, *, days: int = 0, months: int = 0, anchor: str = "screening"
) -> DayRange:
    """From so long before an anchor up to it."""
    return between(on(cohort, STUDY, anchor, days=-days, months=-months), on(cohort, STUDY, anchor))


def _until_screening(cohort: DrawnCohort) -> DayRange:
    return until(cohort, on(cohort, STUDY, "screening"))


def _attested(item: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: attested(cohort, STUDY, item)


def _ever(name: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: happened(cohort, name, _until_screening(cohort))


def _incomplete(cohort: DrawnCohort) -> Answers:
    return unknown_for(Reason.INCOMPLETE, cohort.size)


def _age(cohort: DrawnCohort) -> Answers:
    return age_between(cohort, on(cohort, STUDY, "screening"), ">= 6", "<= 18")


def _classified(cohort: DrawnCohort) -> Answers:
    return classified(cohort, "eular_acr_2019", _until_screening(cohort))


def _biopsy_class(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, months=6)
    return finding_of_latest_biopsy(cohort, "ln_class", window, "III", "IV", "III+V", "IV+V")


def _biopsy_active(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, months=6)
    return finding_of_latest_biopsy(cohort, "ln_activity", window, "active", "active_and_chronic")


def _latest(name: str, op: Op, threshold: str) -> Callable[[DrawnCohort], Answers]:
    def answer(cohort: DrawnCohort) -> Answers:
        labs = cohort.labs[name]
        return latest(labs, _back(cohort, days=28), against(labs, name, op, threshold))

    return answer


def _active(cohort: DrawnCohort) -> Answers:
    return sledai_at_least(cohort, _back(cohort, days=28), 8)


def _refractory(cohort: DrawnCohort) -> Answers:
    courses = [happened(cohort, name, _until_screening(cohort)) for name in STANDARD_COURSES]
    return all_of(at_least(2, courses), attested(cohort, STUDY, "two_courses_failed"))


def _cd19(cohort: DrawnCohort) -> Answers:
    labs = cohort.labs["cd19_expression"]
    records = against_code(labs, "cd19_expression", "positive")
    return latest(labs, _back(cohort, days=28), records)


def _guardian(cohort: DrawnCohort) -> Answers:
    minor = age_between(cohort, on(cohort, STUDY, "consent"), "< 18", "")
    return when(minor, attested(cohort, STUDY, "guardian_consent"))


def _filtration(cohort: DrawnCohort) -> Answers:
    """0.413 × height / creatinine at least 30, so height / creatinine at least 30 / 0.413."""
    height = exact_latest(cohort, "height", _back(cohort, months=3))
    creatinine = exact_latest(cohort, "creatinine", _back(cohort, days=28))
    return any_of(
        ratio_against(height, creatinine, ">=", "30000/413"),
        attested(cohort, STUDY, "kidney_function_reduced_by_lupus"),
    )


def _circulation(cohort: DrawnCohort) -> Answers:
    unstable = happened(cohort, "haemodynamic_instability", _back(cohort))
    return all_of(attested(cohort, STUDY, "haemodynamically_stable"), negate(unstable))


def _ana(cohort: DrawnCohort) -> Answers:
    labs = cohort.labs["ana_titre"]
    return latest(labs, _until_screening(cohort), against(labs, "ana_titre", ">=", "80"))


def _infection(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, days=14)
    return any_of(
        happened(cohort, "infection", window, overlapping=("anti_infective",)),
        attested(cohort, STUDY, "uncontrolled_or_suspected_infection"),
    )


def _malignancy(cohort: DrawnCohort) -> Answers:
    return happened(cohort, "malignancy", _back(cohort, months=60))


def _other_trial(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, months=3, anchor="enrolment")
    return any_of(
        happened(cohort, "trial_participation", window), attested(cohort, STUDY, "other_trial")
    )


CRITERIA: Mapping[str, Callable[[DrawnCohort], Answers]] = {
    "I1": _age,
    "I2": _classified,
    "I3a": _biopsy_class,
    "I3b": _biopsy_active,
    "I4": _active,
    "I5": _refractory,
    "I6": _cd19,
    "I7a": _attested("venous_access"),
    "I7b": _attested("cells_can_be_collected"),
    "I8a": _attested("consent"),
    "I8b": _guardian,
    "I9a": _incomplete,
    "I9b": _incomplete,
    "I9c": _filtration,
    "I9d": _incomplete,
    "I9e": _circulation,
    "I10": _ana,
    "I11": _latest("ecog", "<=", "2"),
    "E1": _ever("kidney_transplant"),
    "E2": _attested("serious_drug_allergy"),
    "E3": _infection,
    "E4a": _attested("severe_heart_disorder"),
    "E4b": _attested("severe_liver_disorder"),
    "E4c": _attested("severe_lung_disorder"),
    "E4d": _attested("coagulation_disorder"),
    "E5": _ever("congenital_immunoglobulin_deficiency"),
    "E6": _incomplete,
    "E7": _malignancy,
    "E8a": _attested("severe_central_nervous_system_disease"),
    "E8b": _attested("mental_illness"),
    "E8c": _attested("severe_cognitive_dysfunction"),
    "E9": _other_trial,
    "E10": _ever("car_t_cells"),
    "E11": _attested("unsuitable"),
}
