"""Known truth of each criterion of NCT05631717, from the generator's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.simulate.calendar import DayRange
from remit.simulate.oracle.daily_dose import dose_unchanged
from remit.simulate.oracle.happenings import at_most_one, happened
from remit.simulate.oracle.kleene import (
    Answers,
    all_of,
    any_of,
    choose,
    decided,
    first_known,
    negate,
    when,
)
from remit.simulate.oracle.known_scores import sledai_at_least
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

STUDY = "NCT05631717"
WEEK = 7


def _back(
    cohort: DrawnCohort, *, weeks: int = 0, months: int = 0, anchor: str = "screening"
) -> DayRange:
    """From so long before an anchor up to it."""
    return between(
        on(cohort, STUDY, anchor, days=-WEEK * weeks, months=-months), on(cohort, STUDY, anchor)
    )


def _ever(cohort: DrawnCohort) -> DayRange:
    return until(cohort, on(cohort, STUDY, "screening"))


def _attested(item: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: attested(cohort, STUDY, item)


def _within_weeks(name: str, weeks: int) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: happened(cohort, name, _back(cohort, weeks=weeks))


def _nephritis(cohort: DrawnCohort) -> Answers:
    return happened(cohort, "lupus_nephritis", _ever(cohort))


def _acr(cohort: DrawnCohort) -> Answers:
    labs = cohort.labs["acr_1997"]
    before = until(cohort, on(cohort, STUDY, "allocation", days=-1))
    recorded = latest(labs, before, against(labs, "acr_1997", ">=", "4"))
    # Nobody has the eleven criteria on record, from which the number could be counted.
    counted = choose(
        (~before.known, Reason.NO_ANCHOR), (before.known, Reason.NO_DATA), otherwise=False
    )
    return first_known(recorded, counted)


def _age(cohort: DrawnCohort) -> Answers:
    consent = on(cohort, STUDY, "consent")
    return all_of(
        age_between(cohort, consent, "> 18", ""), age_between(cohort, consent, "", "<= 65")
    )


def _latest(cohort: DrawnCohort, name: str, op: Op, threshold: str) -> Answers:
    labs = cohort.labs[name]
    records = against(labs, name, op, threshold)
    return latest(labs, _back(cohort, weeks=4), records)


def _sledai(cohort: DrawnCohort) -> Answers:
    return sledai_at_least(cohort, _back(cohort, weeks=4), 6)


def _proteinuria(cohort: DrawnCohort) -> Answers:
    return any_of(_latest(cohort, "upcr", ">", "1"), _latest(cohort, "urine_protein_24h", ">", "1"))


def _contraception(cohort: DrawnCohort) -> Answers:
    return when(attested(cohort, STUDY, "fertile"), attested(cohort, STUDY, "contraception"))


def _pregnancy_test(name: str) -> Callable[[DrawnCohort], Answers]:
    def answer(cohort: DrawnCohort) -> Answers:
        labs = cohort.labs[name]
        asked = all_of(decided(cohort.female), attested(cohort, STUDY, "childbearing_age"))
        negative = latest(labs, _back(cohort, weeks=1), against_code(labs, name, "negative"))
        return when(asked, negative)

    return answer


def _unstable(cohort: DrawnCohort) -> Answers:
    return negate(dose_unchanged(cohort, "immunosuppressant", _back(cohort, weeks=12)))


def _named_infection(cohort: DrawnCohort) -> Answers:
    month = _back(cohort, weeks=4, anchor="allocation")
    return any_of(
        happened(cohort, "tuberculosis", month),
        happened(cohort, "hepatitis_b", month),
        happened(cohort, "hepatitis_c", month),
        happened(cohort, "hiv_infection", _back(cohort, months=12, anchor="allocation")),
        happened(cohort, "herpes_zoster", month),
    )


def _infection(cohort: DrawnCohort, window: DayRange, *overlapping: str) -> Answers:
    return happened(cohort, "infection", window, leave_out="onychomycosis", overlapping=overlapping)


def _severe_infection(cohort: DrawnCohort) -> Answers:
    return all_of(
        _infection(cohort, _back(cohort, weeks=4, anchor="allocation")),
        attested(cohort, STUDY, "severe_or_recurrent_infection"),
    )


def _hospital_infection(cohort: DrawnCohort) -> Answers:
    month = _back(cohort, weeks=4)
    return all_of(
        _infection(cohort, month, "inpatient_stay"),
        any_of(
            _infection(cohort, month, "inpatient_stay", "iv_antibiotic"),
            attested(cohort, STUDY, "intravenous_antibiotic_for_infection"),
        ),
    )


def _treated_infection(cohort: DrawnCohort) -> Answers:
    fortnight = _back(cohort, weeks=2)
    return all_of(
        _infection(cohort, fortnight),
        any_of(
            _infection(cohort, fortnight, "anti_infective"),
            attested(cohort, STUDY, "infection_needed_treatment"),
        ),
    )


def _live_vaccine(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, weeks=12, anchor="allocation")
    return happened(cohort, "live_vaccine", window, leave_out="zoster_live_vaccine")


def _malignancy(cohort: DrawnCohort) -> Answers:
    return happened(cohort, "malignancy", _ever(cohort), leave_out="basal_cell_carcinoma")


def _basal_cell_carcinoma(cohort: DrawnCohort) -> Answers:
    return all_of(
        happened(cohort, "basal_cell_carcinoma", _ever(cohort)),
        negate(
            any_of(
                attested(cohort, STUDY, "basal_cell_carcinoma_cured"),
                all_of(
                    happened(cohort, "bcc_excision", _ever(cohort)),
                    at_most_one(cohort, "basal_cell_carcinoma", _ever(cohort)),
                ),
            )
        ),
    )


def _pregnant(cohort: DrawnCohort) -> Answers:
    today = on(cohort, STUDY, "screening")
    lately = happened(cohort, "pregnancy", _back(cohort, weeks=42))
    return when(
        decided(cohort.female),
        any_of(
            happened(cohort, "pregnancy", between(today, today)),
            all_of(lately, attested(cohort, STUDY, "pregnant_now")),
        ),
    )


def _lactating(cohort: DrawnCohort) -> Answers:
    today = on(cohort, STUDY, "screening")
    lately = happened(cohort, "pregnancy", _back(cohort, months=24))
    return when(
        decided(cohort.female),
        any_of(
            happened(cohort, "lactation", between(today, today)),
            all_of(lately, attested(cohort, STUDY, "lactating")),
        ),
    )


CRITERIA: Mapping[str, Callable[[DrawnCohort], Answers]] = {
    "I0": _nephritis,
    "I1": _acr,
    "I2": _age,
    "I3": _sledai,
    "I4": _proteinuria,
    "I5": _contraception,
    "I6a": _pregnancy_test("pregnancy_test_urine"),
    "I6b": _pregnancy_test("pregnancy_test_serum"),
    "I7a": _attested("consent"),
    "I7b": _attested("compliance"),
    "E1a": _within_weeks("b_cell_depletion", 24),
    "E1b": _unstable,
    "E1c": _within_weeks("biologic_or_targeted", 4),
    "E2a": _within_weeks("plasmapheresis", 12),
    "E2b": _within_weeks("immunoadsorption", 12),
    "E3a": _attested("uncontrolled_cardiovascular_disease"),
    "E3b": _attested("uncontrolled_nervous_disease"),
    "E3c": _attested("uncontrolled_lung_disease"),
    "E3d": _attested("uncontrolled_liver_disease"),
    "E3e": _attested("uncontrolled_endocrine_disease"),
    "E3f": _attested("uncontrolled_gastrointestinal_disease"),
    "E4a": _named_infection,
    "E4b": _severe_infection,
    "E4c": _hospital_infection,
    "E4d": _treated_infection,
    "E5a": _within_weeks("major_surgery", 12),
    "E5b": _attested("planned_major_surgery"),
    "E6a": _live_vaccine,
    "E6b": _attested("live_vaccine_expected"),
    "E7a": _malignancy,
    "E7b": _basal_cell_carcinoma,
    "E8a": _pregnant,
    "E8b": _lactating,
}
