"""A filtration rate where only the year, or the month, of birth is known.

The rate of every possible age is worked out by the second implementation of `tests/independent`:
the answer is the interval of all of them, and a comparison is answered where all agree.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from independent.egfr import (
    chinese_mdrd,
    ckd_epi_2009,
    ckd_epi_2021,
    ckid_u25,
    japanese,
    mdrd_4,
    schwartz_original,
)
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO
from remit.endpoints.adjudication import adjudicate_sheet
from remit.endpoints.bound_definition import bind_definition
from remit.endpoints.definition_files import read_definition_text
from remit.facts.opened import Facts
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.dataset_scores import score_dataset
from remit.testing import Row, small_facts
from remit.truth import Reason, Status

VISIT = date(2024, 3, 31)
ADULT = {
    "ckd_epi_2021": ckd_epi_2021,
    "ckd_epi_2009": ckd_epi_2009,
    "mdrd": mdrd_4,
    "mdrd_chinese": chinese_mdrd,
    "japanese": japanese,
}
Interval = tuple[float, float]


def facts_of(birth: str, *, sex: str = "female", creatinine: str = "1.1") -> Facts:
    who: Row = {"birth": birth, "sex": sex}
    lab: Row = {"date": VISIT}
    return small_facts(
        [
            who,
            {**lab, "concept": "creatinine", "number": creatinine, "unit": "mg/dL"},
            {**lab, "concept": "height", "number": "150", "unit": "cm"},
            {**lab, "concept": "cystatin_c", "number": "1.2", "unit": "mg/L"},
        ],
        data_cut=date(2024, 12, 31),
    )


def rate(equation: str, facts: Facts) -> tuple[Interval | None, int]:
    """The bounds of a rate, None where nothing is known, and the reason."""
    bound = bound_packaged("egfr", facts.codes)
    _, scores = score_dataset(bound, facts, at=VISIT)
    found = scores.numbers[f"egfr_{equation}"]
    low, high = int(found.low[0]), int(found.high[0])
    if low == LOWEST or high == HIGHEST:
        return None, int(found.why[0])
    return (low / MICRO, high / MICRO), int(found.why[0])


def ages(first: date, last: date) -> list[float]:
    """The age at the visit for each possible day of birth, in years."""
    days = (last - first).days
    return [(VISIT - (first + timedelta(days=n))).days / 365.2425 for n in range(days + 1)]


YEAR = (date(1984, 1, 1), date(1984, 12, 31))


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("equation", ADULT)
def test_a_birth_year_gives_the_rates_of_all_its_days(equation: str, sex: str) -> None:
    found, why = rate(equation, facts_of("1984", sex=sex))
    of_age = ADULT[equation]
    wanted = [of_age(1.1, age=age, sex="F" if sex == "female" else "M") for age in ages(*YEAR)]
    assert found is not None
    assert found == pytest.approx((min(wanted), max(wanted)), abs=0.01)
    assert found[0] < found[1]
    assert why == Reason.IMPRECISE_BIRTH_DATE


def test_a_birth_month_gives_a_narrower_interval_and_a_day_gives_one_number() -> None:
    year, month, day = (
        rate("ckd_epi_2021", facts_of(b))[0] for b in ("1984", "1984-06", "1984-06-15")
    )
    assert year is not None
    assert month is not None
    assert day is not None
    assert year[0] < month[0] < day[0] == day[1] < month[1] < year[1]
    assert rate("ckd_epi_2021", facts_of("1984-06-15"))[1] == 0


def test_an_equation_without_age_gives_one_number_where_every_age_is_in_its_range() -> None:
    found, why = rate("schwartz_bedside", facts_of("2014"))
    assert found is not None
    assert found[0] == found[1] == pytest.approx(0.413 * 150 / 1.1, abs=1e-6)
    assert why == 0


@pytest.mark.parametrize(
    ("equation", "born"),
    # 2006: 17 or 18 on the day; 2023: 0 or 1; 1999: 24 or 25, and the equation ends at 25
    [("ckd_epi_2021", "2006"), ("schwartz_bedside", "2006"), ("schwartz_bedside", "2023"),
     ("ckid_u25", "1999"), ("ckid_u25", "2023")],
)  # fmt: skip
def test_a_year_that_may_lie_outside_the_ages_of_an_equation_leaves_it_open(
    equation: str, born: str
) -> None:
    assert rate(equation, facts_of(born)) == (None, Reason.IMPRECISE_BIRTH_DATE)


@pytest.mark.parametrize("born", ["2012", "2020"])
def test_a_year_that_lies_outside_for_sure_says_so(born: str) -> None:
    assert rate("ckd_epi_2021", facts_of(born)) == (None, Reason.IMPLAUSIBLE)


def test_a_constant_that_jumps_within_the_year_keeps_both_values() -> None:
    """Original Schwartz: 0.55 before the 13th birthday of a boy, 0.70 from it."""
    found, _ = rate("schwartz_original", facts_of("2011", sex="male"))
    wanted = {
        schwartz_original(1.1, height_cm=150, age=age, sex="M")
        for age in ages(date(2011, 1, 1), date(2011, 12, 31))
    }
    assert found == pytest.approx((min(wanted), max(wanted)), abs=1e-6)
    assert found == pytest.approx((0.55 * 150 / 1.1, 0.70 * 150 / 1.1), abs=1e-6)
    girl, why = rate("schwartz_original", facts_of("2011"))
    assert girl is not None
    assert (girl[0], why) == (girl[1], 0)


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("born", [2008, 2011, 2012, 2006])
def test_ckid_u25_holds_every_age_of_the_year(born: int, sex: str) -> None:
    found, _ = rate("ckid_u25", facts_of(str(born), sex=sex))
    of_days = ages(date(born, 1, 1), date(born, 12, 31))
    wanted = [
        ckid_u25(1.1, height_cm=150, age=age, sex="F" if sex == "female" else "M")
        for age in of_days
    ]
    assert found == pytest.approx((min(wanted), max(wanted)), abs=0.02)


def test_cystatin_c_peaks_inside_the_year_of_the_fifteenth_birthday() -> None:
    """Pierce 2021: for boys the constant rises to 87.2 at 15 and falls from there (11.6)."""
    found, _ = rate("ckid_u25_cystatin", facts_of("2009", sex="male"))
    assert found is not None
    assert found[1] == pytest.approx(87.2 / 1.2, abs=1e-5)
    youngest, oldest = (
        k / 1.2
        for k in (87.2 * 1.011 ** (ages(*[date(2009, 12, 31)] * 2)[0] - 15),
                  87.2 * 0.960 ** (ages(*[date(2009, 1, 1)] * 2)[0] - 15))
    )  # fmt: skip
    assert found[0] == pytest.approx(min(youngest, oldest), abs=0.01)
    assert found[1] > max(youngest, oldest)


# ---- comparisons ---------------------------------------------------------------------------------

DEFINITION = """
kind = "remit.response"
version = 1
id = "small"
title = "Small"
citation = "none"
judged_at = "any visit"
missing = "not_assessable"
missing_ground = "none"
instruments = ["egfr"]

[[responses]]
grade = "R"
label = "R"
gates = [{ id = "g", text = "t", expression = "EXPRESSION" }]
"""


def gate(expression: str, facts: Facts) -> tuple[Status, int]:
    """Whether a comparison holds at the visit, and the reasons of an open one."""
    text = DEFINITION.replace("EXPRESSION", expression)
    bound = bind_definition(read_definition_text(text, source="small.toml"), facts.codes)
    _, scores = score_dataset(bound_packaged("egfr", facts.codes), facts, at=VISIT)
    verdict = adjudicate_sheet(bound, scores.sheet).gates["R", "g"]
    return Status(int(verdict.statuses[0])), int(verdict.reasons[0])


def test_a_comparison_is_answered_where_both_ends_agree() -> None:
    facts = facts_of("1984")
    found, _ = rate("ckd_epi_2021", facts)
    assert found is not None
    low, high = found
    unit = "mL/min/{1.73_m2}"
    for limit, wanted in (
        (low - 0.01, Status.MET),
        (high + 0.01, Status.NOT_MET),
        ((low + high) / 2, Status.UNKNOWN),
    ):
        status, reasons = gate(f"egfr_ckd_epi_2021 >= {limit:.4f} {unit}", facts)
        assert status is wanted
        assert (reasons == Reason.IMPRECISE_BIRTH_DATE.bit) is (wanted is Status.UNKNOWN)
