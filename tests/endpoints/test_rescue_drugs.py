"""Rescue is read from drug records where the source names the drug, and between visits too.

Source: Rovin 2012, Arthritis Rheum 64:1215, abstract: eight persons "required cyclophosphamide
rescue therapy through week 52". The other sources name no drug; see each file's deviations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from remit.criteria.syntax import parse_expression
from remit.endpoints import definition_named, packaged_definitions
from remit.endpoints.definition import Definition
from remit.endpoints.study_responses import adjudicate_study
from remit.instruments.catalogue import ABSENT, PRESENT
from remit.testing import Row, small_facts
from report.followed import followed_study

BASELINE = date(2024, 1, 1)
RESCUE = 2100003003
LUNAR = definition_named("lunar")
RITUXIMAB = "rescue_treatment is present or any rituximab in (baseline, visit]"


def day(number: int) -> date:
    return BASELINE + timedelta(days=number)


def with_rescue(expression: str) -> Definition:
    """LUNAR with another expression for rescue."""
    events = tuple(
        event.model_copy(update={"expression": expression}) if event.id == "rescue_treatment"
        else event
        for event in LUNAR.intercurrent
    )  # fmt: skip
    return LUNAR.model_copy(update={"intercurrent": events})


def person(*more: Row, observed: tuple[date, date] | None = None) -> list[Row]:
    """One person who responds completely at every visit (days 28, 56 and 84)."""
    rows: list[Row] = [
        {"anchor": name, "date": BASELINE, "study": "T-1"} for name in ("baseline", "screening")
    ]
    if observed is not None:
        rows.append({"observed": observed})
    for number in (0, 28, 56, 84):
        upcr = "2.4" if number == 0 else "0.3"
        rows += [
            {"concept": "upcr", "date": day(number), "number": upcr, "unit": "g/g"},
            {"concept": "creatinine", "date": day(number), "number": "0.8", "unit": "mg/dL",
             "high": "1.2"},
            {"concept": "urine_rbc", "date": day(number), "number": "1", "unit": "/[HPF]"},
            {"concept": "urine_rbc_casts", "date": day(number), "number": "0", "unit": "/[LPF]"},
        ]  # fmt: skip
    return [*rows, *more]


def imputed(rows: Sequence[Row], definition: Definition = LUNAR) -> tuple[list[str], list[str]]:
    """The imputed answers of the visits after baseline, and why they are that."""
    facts = small_facts(rows, data_cut=date(2024, 12, 31))
    (found,) = adjudicate_study(followed_study(), facts, (definition,)).adjudications
    assert found.words(found.places)[1:] == ["CR"] * 3  # the values say so, whatever was given
    return found.words(found.imputed)[1:], found.imputed_for[1:]


def taken(drug: str, first: int, last: int | None = None, **more: object) -> Row:
    return {"drug": drug, "start": day(first), "end": day(first if last is None else last), **more}


def responses(from_visit: int) -> list[str]:
    """Complete responses up to a visit, none from then on; 4 is never."""
    return ["CR" if visit < from_visit else "NR" for visit in (1, 2, 3)]


@pytest.mark.parametrize("drug", ["cyclophosphamide", "rituximab"])
@pytest.mark.parametrize(
    ("first", "last", "from_visit"),
    [
        (40, 40, 2),  # between two visits: a non-responder from the next one on
        (28, 28, 1),  # on the day of a visit
        (29, 29, 2),  # on the day after
        (1, 1, 1),
        (0, 0, 4),  # on the day of baseline
        (-1, -1, 4),
        (-60, -30, 4),
        (84, 84, 3),
        (85, 85, 4),
    ],
)
def test_an_exposure_counts_from_the_next_visit_on(
    drug: str, first: int, last: int, from_visit: int
) -> None:
    definition = LUNAR if drug == "cyclophosphamide" else with_rescue(RITUXIMAB)
    words, why = imputed(person(taken(drug, first, last)), definition)
    assert words == responses(from_visit)
    assert why == ["rescue_treatment" if word == "NR" else "" for word in words]


def test_who_is_on_it_at_baseline_is_not_rescued_by_it() -> None:
    assert imputed(person(taken("cyclophosphamide", -30, 40)))[0] == responses(4)
    assert imputed(person(taken("cyclophosphamide", 0, 40)))[0] == responses(4)
    # `any rituximab in (baseline, visit]` alone asks whether it was taken, not when it was begun
    crossing = person(taken("rituximab", -30, 40))
    assert imputed(crossing, with_rescue(RITUXIMAB))[0] == responses(1)


def test_another_drug_is_no_rescue() -> None:
    assert imputed(person(taken("rituximab", 40)))[0] == responses(4)
    assert imputed(person(taken("mycophenolate_mofetil", 40)))[0] == responses(4)


def test_a_finding_stays_enough() -> None:
    """Also where nothing can be said of drugs, or a record says that there was no rescue."""
    present: Row = {"concept": RESCUE, "date": day(50), "value": PRESENT}
    absent: Row = {"concept": RESCUE, "date": day(56), "value": ABSENT}
    assert imputed(person(present))[0] == responses(2)
    assert imputed(person(present, absent))[0] == responses(2)
    assert imputed(person(absent, taken("cyclophosphamide", 60)))[0] == responses(3)
    short = (day(-30), day(10))
    assert imputed(person(present, observed=short))[0] == responses(2)


def test_an_unknown_drug_answer_overrules_nothing() -> None:
    """Not observed after day 10: whether a drug was given is unknown, and the response stays."""
    assert imputed(person(observed=(day(-30), day(10))))[0] == responses(4)
    absent: Row = {"concept": RESCUE, "date": day(56), "value": ABSENT}
    assert imputed(person(absent, observed=(day(-30), day(10))))[0] == responses(4)
    # what is recorded counts, also outside what was observed
    rescued = person(taken("rituximab", 40), observed=(day(-30), day(10)))
    assert imputed(rescued, with_rescue(RITUXIMAB))[0] == responses(2)


@pytest.mark.parametrize(
    ("dose", "from_visit"),
    [("60 mg/d", 2), ("20.1 mg/d", 2), ("20 mg/d", 4), (None, 4)],
)
def test_a_raised_dose_of_steroid_can_be_rescue(dose: str | None, from_visit: int) -> None:
    """A higher dose than at baseline, between two visits; an exposure without a dose is unknown."""
    text = (
        "rescue_treatment is present or "
        "highest dose of glucocorticoid in (baseline, visit] > dose of glucocorticoid at baseline"
    )
    rows = person(
        taken("prednisolone", -30, 34, dose="20 mg/d"),
        taken("prednisolone", 35, 45, dose=dose),
        taken("prednisolone", 46, 90, dose="10 mg/d"),
    )
    assert imputed(rows, with_rescue(text))[0] == responses(from_visit)


def test_every_packaged_rescue_still_reads_the_finding() -> None:
    """A finding that is recorded decides alone: each expression is it, or it and something else."""
    seen = 0
    for definition in packaged_definitions().values():
        for event in definition.intercurrent:
            alone = f"{event.id} is present"
            parse_expression(event.expression, source=definition.id)
            assert event.expression == alone or event.expression.startswith(f"{alone} or "), event
            assert any(
                "names no drug of rescue" in text or "Rescue is also read from drug records" in text
                for text in definition.deviations
            ), definition.id
            seen += 1
    assert seen == 54
