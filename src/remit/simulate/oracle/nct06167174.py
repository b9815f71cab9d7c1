"""Known truth of each criterion of NCT06167174, from the generator's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.simulate.calendar import DayRange
from remit.simulate.oracle.daily_dose import dose_against, dose_unchanged
from remit.simulate.oracle.happenings import finding_of_latest_biopsy, happened
from remit.simulate.oracle.kleene import Answers, all_of, any_of, decided, negate, when
from remit.simulate.oracle.known_scores import classified
from remit.simulate.oracle.lookups import (
    against,
    against_limit,
    age_between,
    attested,
    between,
    confirmed,
    latest,
    on,
    until,
)
from remit.simulate.state import DrawnCohort

STUDY = "NCT06167174"
PROLIFERATIVE = ("III", "IV", "III+V", "IV+V")


def _back(cohort: DrawnCohort, *, days: int = 0, months: int = 0) -> DayRange:
    """From so long before screening up to screening."""
    return between(
        on(cohort, STUDY, "screening", days=-days, months=-months), on(cohort, STUDY, "screening")
    )


def _attested(item: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: attested(cohort, STUDY, item)


def _within_a_year(condition: str) -> Callable[[DrawnCohort], Answers]:
    return lambda cohort: happened(cohort, condition, _back(cohort, months=12))


def _age(cohort: DrawnCohort) -> Answers:
    return age_between(cohort, on(cohort, STUDY, "screening"), ">= 16", "<= 60")


def _slicc(cohort: DrawnCohort) -> Answers:
    return classified(cohort, "slicc_2012", until(cohort, on(cohort, STUDY, "screening")))


def _biopsy_class(cohort: DrawnCohort) -> Answers:
    return finding_of_latest_biopsy(cohort, "ln_class", _back(cohort, months=6), *PROLIFERATIVE)


def _biopsy_active(cohort: DrawnCohort) -> Answers:
    return finding_of_latest_biopsy(
        cohort, "ln_activity", _back(cohort, months=6), "active", "active_and_chronic"
    )


def _proteinuria_twice(cohort: DrawnCohort) -> Answers:
    name = "urine_protein_24h"
    records = against(cohort.labs[name], name, ">", "1")
    return confirmed(cohort, name, _back(cohort, days=28), records, apart=(1, 14))


def _never_treated(cohort: DrawnCohort) -> Answers:
    ever = until(cohort, on(cohort, STUDY, "screening"))
    year = _back(cohort, months=12)
    groups = ("glucocorticoid", "immunosuppressant")
    by_records = all_of(*(negate(happened(cohort, group, ever)) for group in groups))
    by_signature = all_of(
        attested(cohort, STUDY, "never_treated"),
        *(negate(happened(cohort, group, year)) for group in groups),
    )
    return any_of(by_records, by_signature)


OUTSIDE_STANDARD = (
    "cyclophosphamide",
    "ciclosporin",
    "voclosporin",
    "leflunomide",
    "iguratimod",
    "tripterygium",
    "mycophenolic_acid",
    "biologic_or_targeted",
    "b_cell_depletion",
)


def _stable_standard_treatment(cohort: DrawnCohort) -> Answers:
    # "For more than 1 month" (page 000, line 34): one month and a day are the first that is more.
    month = _back(cohort, months=1, days=1)
    today = on(cohort, STUDY, "screening")
    return all_of(
        any_of(
            happened(cohort, "glucocorticoid", month), happened(cohort, "immunosuppressant", month)
        ),
        dose_unchanged(cohort, "glucocorticoid", month),
        dose_unchanged(cohort, "immunosuppressant", month),
        dose_against(cohort, "glucocorticoid", today, "<=", "20"),
        dose_against(cohort, "tacrolimus", today, "<=", "4"),
        dose_against(cohort, "methotrexate", today, "<=", "15/7"),
        dose_against(cohort, "azathioprine", today, "<=", "100"),
        dose_against(cohort, "mycophenolate_mofetil", today, "<=", "1000"),
        negate(any_of(*(happened(cohort, name, month) for name in OUTSIDE_STANDARD))),
    )


def _treatment(cohort: DrawnCohort) -> Answers:
    return any_of(_never_treated(cohort), _stable_standard_treatment(cohort))


def _pregnant(cohort: DrawnCohort) -> Answers:
    today = on(cohort, STUDY, "screening")
    lately = happened(cohort, "pregnancy", _back(cohort, days=42 * 7))
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


def _infection(cohort: DrawnCohort) -> Answers:
    window = _back(cohort, days=14)
    return any_of(
        happened(cohort, "infection", window, overlapping=("antibacterial",)),
        happened(cohort, "infection", window, overlapping=("antiviral",)),
        all_of(
            happened(cohort, "infection", window),
            attested(cohort, STUDY, "infection_needs_treatment"),
        ),
    )


def _platelets(cohort: DrawnCohort) -> Answers:
    labs = cohort.labs["platelets"]
    return latest(labs, _back(cohort, days=28), against(labs, "platelets", "<", "50"))


def _above_uln(name: str, multiple: str) -> Callable[[DrawnCohort], Answers]:
    def answer(cohort: DrawnCohort) -> Answers:
        labs = cohort.labs[name]
        records = against_limit(labs, ">", multiple, limits=labs.high)
        return latest(labs, _back(cohort, days=28), records)

    return answer


def _lipids(cohort: DrawnCohort) -> Answers:
    return any_of(
        _above_uln("cholesterol_total", "2")(cohort), _above_uln("triglycerides", "2")(cohort)
    )


CRITERIA: Mapping[str, Callable[[DrawnCohort], Answers]] = {
    "I1": _age,
    "I2": _slicc,
    "I3": _biopsy_class,
    "I4": _biopsy_active,
    "I5": _proteinuria_twice,
    "I6": _treatment,
    "I7": _attested("consent"),
    "E1a": _within_a_year("other_connective_tissue_disease"),
    "E1b": _within_a_year("other_autoimmune_disease"),
    "E2a": _within_a_year("neuropsychiatric_lupus"),
    "E2b": _within_a_year("alveolar_haemorrhage"),
    "E2c": _within_a_year("retinal_lesion"),
    "E2d": _within_a_year("pulmonary_arterial_hypertension"),
    "E2e": _attested("other_severe_organ_involvement"),
    "E3a": _pregnant,
    "E3b": _lactating,
    "E4": _infection,
    "E5": _within_a_year("other_kidney_disease"),
    "E6": _platelets,
    "E7a": _above_uln("alt", "1.5"),
    "E7b": _above_uln("ast", "1.5"),
    "E8a": _above_uln("bilirubin_total", "2"),
    "E8b": _lipids,
    "E9": _attested("unsuitable"),
}
