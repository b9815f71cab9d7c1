"""Known truth of each criterion of UMIN000042298, from the generator's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.simulate.calendar import DayRange
from remit.simulate.oracle.daily_dose import (
    dose_against,
    dose_on,
    exact_latest,
    highest_dose,
    ratio_against,
)
from remit.simulate.oracle.happenings import happened
from remit.simulate.oracle.kleene import Answers, all_of, any_of, unknown_for
from remit.simulate.oracle.lookups import (
    Op,
    against,
    against_code,
    against_limit,
    age_between,
    attested,
    between,
    latest,
    on,
    until,
)
from remit.simulate.state import DrawnCohort
from remit.truth import Reason

STUDY = "UMIN000042298"


def _back(
    cohort: DrawnCohort, *, days: int = 0, months: int = 0, anchor: str = "screening"
) -> DayRange:
    """From so long before an anchor up to it."""
    return between(on(cohort, STUDY, anchor, days=-days, months=-months), on(cohort, STUDY, anchor))


def _attested(item: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: attested(cohort, STUDY, item)


def _within_a_year(condition: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: happened(cohort, condition, _back(cohort, months=12))


def _aged(bound: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: age_between(cohort, on(cohort, STUDY, "consent"), bound, "")


def _lupus(cohort: DrawnCohort) -> Answers:
    return happened(cohort, "sle", until(cohort, on(cohort, STUDY, "screening")))


def _induction(cohort: DrawnCohort) -> Answers:
    dose = dose_on(cohort, "prednisolone", on(cohort, STUDY, "baseline"))
    weight = exact_latest(cohort, "weight", _back(cohort, months=12, anchor="baseline"))
    return all_of(ratio_against(dose, weight, ">=", "0.5"), ratio_against(dose, weight, "<=", "1"))


def _earlier_induction(cohort: DrawnCohort) -> Answers:
    before = between(
        on(cohort, STUDY, "relapse", months=-24), on(cohort, STUDY, "relapse", days=-1)
    )
    dose = highest_dose(cohort, "prednisolone", before)
    weight = exact_latest(cohort, "weight", _back(cohort, months=12, anchor="baseline"))
    return any_of(
        ratio_against(dose, weight, ">=", "0.5"), attested(cohort, STUDY, "earlier_induction")
    )


def _dose_at_relapse(cohort: DrawnCohort) -> Answers:
    day_before = on(cohort, STUDY, "relapse", days=-1)
    return dose_against(cohort, "prednisolone", day_before, ">=", "10")


def _filtration(cohort: DrawnCohort) -> Answers:
    labs = cohort.labs["egfr"]
    return latest(labs, _back(cohort, days=28), against(labs, "egfr", "<", "15"))


def _combined(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, months=3)
    return happened(cohort, "glucocorticoid", window, overlapping=("immunosuppressant",))


def _to_limit(cohort: DrawnCohort, name: str, op: Op, *, lower: bool = False) -> Answers:
    labs = cohort.labs[name]
    records = against_limit(labs, op, "1", limits=labs.low if lower else labs.high)
    return latest(labs, _back(cohort, days=28), records)


def _complement(cohort: DrawnCohort) -> Answers:
    return all_of(
        _to_limit(cohort, "c3", ">=", lower=True), _to_limit(cohort, "c4", ">=", lower=True)
    )


def _low_dose(cohort: DrawnCohort) -> Answers:
    return dose_against(cohort, "glucocorticoid", on(cohort, STUDY, "screening"), "<", "10")


def _fatigue(*answers: str) -> Callable[[DrawnCohort], Answers]:
    def answer(cohort: DrawnCohort) -> Answers:
        labs = cohort.labs["ssc_fatigue"]
        records = against_code(labs, "ssc_fatigue", *answers)
        return latest(labs, _back(cohort, days=28), records)

    return answer


_lung = _attested("severe_lung_disorder")
_nervous = _attested("central_nervous_system_disorder")
_nephritis = _attested("highly_active_nephritis")
_symptoms = _attested("neuropsychiatric_symptoms")
_malignancy = _within_a_year("malignancy")
_unsuitable = _attested("unsuitable")
CRITERIA: Mapping[str, Callable[[DrawnCohort], Answers]] = {
    "I0a": _aged(">= 15"),
    "I0b": _lupus,
    "E0a": _attested("refused"),
    "E0b": _aged("< 15"),
    "I1-1": _induction,
    "I1-2a": _earlier_induction,
    "I1-2b": _dose_at_relapse,
    "I1-2c": _attested("relapse_in_stable_phase"),
    "E1a": _malignancy,
    "E1b": _filtration,
    "E1c": _lung,
    "E1d": _nervous,
    "E1e": _unsuitable,
    "I2a": _attested("belimumab_decided"),
    "I2b": _attested("mild_or_moderate_lupus"),
    "I2c": _attested("steroid_not_reducible"),
    "I2d": _combined,
    "E2a": _nervous,
    "E2b": _nephritis,
    "E2c": _malignancy,
    "E2d": _lung,
    "E2e": _unsuitable,
    "I3a": _complement,
    "I3b": lambda cohort: _to_limit(cohort, "anti_dsdna", "<="),
    "I3c": lambda cohort: _to_limit(cohort, "crp", "<="),
    "I3d": _low_dose,
    "I3e": _fatigue("significant", "severe"),
    "I3f": _fatigue("none"),
    "E3a": _malignancy,
    "E3b": _filtration,
    "E3c": _lung,
    "E3d": _nervous,
    "E3e": _within_a_year("hypothyroidism"),
    "E3f": _symptoms,
    "E3g": _attested("medication_causes_fatigue"),
    "E3h": _unsuitable,
    "I4a": _attested("healthy_control"),
    "I4b": lambda cohort: unknown_for(Reason.NOT_IN_DATA, cohort.size),
    "E4a": _malignancy,
    "E4b": _within_a_year("autoimmune_disease"),
    "E4c": _filtration,
    "E4d": _lung,
    "E4e": _nervous,
    "E4f": _unsuitable,
}
