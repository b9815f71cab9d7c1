"""Both sides of each border that the four pages draw: exactly at it, a day or a unit beyond.

Each case names the line of the page (`000` to `004`) whose words draw the border; the expected
verdict is what those words say. One small dataset a study, one person a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import pytest

import remit
from remit.protocol import protocol_named
from remit.testing import Row, small_facts

DAY = date(2024, 6, 1)
ANCHORS = ("consent", "screening", "allocation", "enrolment", "baseline", "relapse")
INTRAVENOUS = 4171047


class Case(NamedTuple):
    """One person on one side of a border."""

    criterion: str
    line: str
    side: str
    rows: tuple[Row, ...]
    expected: str


def ago(days: int) -> str:
    return str(DAY - timedelta(days=days))


def value(concept: str, number: str, unit: str, days: int = 1, high: str | None = None) -> Row:
    row = {"concept": concept, "date": ago(days), "number": number, "unit": unit}
    return row if high is None else row | {"high": high}


def score(concept: str, number: str) -> Row:
    return {"concept": concept, "date": ago(1), "number": number}


def spell(concept: str, first: int, last: int) -> Row:
    return {"concept": concept, "date": ago(first), "end": ago(last)}


def once(concept: str, days: int) -> Row:
    return {"concept": concept, "date": ago(days)}


def dose(drug: str, amount: str, first: int, last: int = 0) -> Row:
    return {"drug": drug, "start": ago(first), "end": ago(last), "dose": amount}


def given(drug: str, first: int, last: int | None = None, route: int | None = None) -> Row:
    row = {"drug": drug, "start": ago(first), "end": ago(first if last is None else last)}
    return row if route is None else row | {"route": route}


def signed(item: str, *, answer: bool) -> Row:
    return {"attested": item, "answer": answer, "date": str(DAY)}


def born(day: str) -> Row:
    return {"birth": day}


def biopsy(days: int) -> tuple[Row, ...]:
    return (
        {"concept": "renal_biopsy", "date": ago(days), "id": 100 + days},
        {"concept": "ln_class", "date": ago(days), "value": "IV", "of": 100 + days},
    )


def sides(criterion: str, line: str, *cases: tuple[str, Row | tuple[Row, ...], str]) -> list[Case]:
    return [
        Case(criterion, line, side, rows if isinstance(rows, tuple) else (rows,), expected)
        for side, rows, expected in cases
    ]


LONG = 400

NEPHRITIS_OMICS = [
    *sides(
        "I1",
        "000:29",
        ("16 today", born("2008-06-01"), "met"),
        ("16 tomorrow", born("2008-06-02"), "not_met"),
        ("61 tomorrow", born("1963-06-02"), "met"),
        ("61 today", born("1963-06-01"), "not_met"),
    ),
    *sides(
        "I3",
        "000:31",
        ("a biopsy exactly 6 months ago", biopsy(183), "met"),
        ("a day later", biopsy(182), "met"),
        ("a day earlier", biopsy(184), "not_met"),
    ),
    *sides(
        "I5",
        "000:33",
        (
            "two, exactly two weeks apart",
            (
                value("urine_protein_24h", "1.01", "g/d", 1),
                value("urine_protein_24h", "1.01", "g/d", 15),
            ),
            "met",
        ),
        (
            "two, a day more apart",
            (
                value("urine_protein_24h", "1.01", "g/d", 1),
                value("urine_protein_24h", "1.01", "g/d", 16),
            ),
            "unknown",
        ),
        (
            "one of them exactly 1 g",
            (
                value("urine_protein_24h", "1", "g/d", 1),
                value("urine_protein_24h", "1.01", "g/d", 8),
            ),
            "not_met",
        ),
    ),
    *sides(
        "I6",
        "000:34",
        ("changed exactly a month ago", dose("prednisone", "10 mg/d", 31), "not_met"),
        ("a day earlier", dose("prednisone", "10 mg/d", 32), "met"),
        ("a day later", dose("prednisone", "10 mg/d", 30), "not_met"),
        (
            "lowered exactly a month ago",
            (dose("prednisone", "20 mg/d", LONG, 32), dose("prednisone", "10 mg/d", 31)),
            "not_met",
        ),
        (
            "lowered a day earlier",
            (dose("prednisone", "20 mg/d", LONG, 33), dose("prednisone", "10 mg/d", 32)),
            "met",
        ),
        (
            "cyclophosphamide until the day before a month ago",
            (dose("prednisone", "10 mg/d", LONG), dose("cyclophosphamide", "50 mg/d", LONG, 32)),
            "not_met",
        ),
        (
            "cyclophosphamide until a day earlier",
            (dose("prednisone", "10 mg/d", LONG), dose("cyclophosphamide", "50 mg/d", LONG, 33)),
            "met",
        ),
        ("prednisone 20 mg", dose("prednisone", "20 mg/d", LONG), "met"),
        ("prednisone 20.1 mg", dose("prednisone", "20.1 mg/d", LONG), "not_met"),
        ("tacrolimus 4 mg", dose("tacrolimus", "4 mg/d", LONG), "met"),
        ("tacrolimus 4.1 mg", dose("tacrolimus", "4.1 mg/d", LONG), "not_met"),
        ("methotrexate 15 mg a week", dose("methotrexate", "15 mg/wk", LONG), "met"),
        ("methotrexate 15.1 mg a week", dose("methotrexate", "15.1 mg/wk", LONG), "not_met"),
        ("azathioprine 100 mg", dose("azathioprine", "100 mg/d", LONG), "met"),
        ("azathioprine 101 mg", dose("azathioprine", "101 mg/d", LONG), "not_met"),
        ("mycophenolate 1 g", dose("mycophenolate_mofetil", "1 g/d", LONG), "met"),
        ("mycophenolate 1.001 g", dose("mycophenolate_mofetil", "1.001 g/d", LONG), "not_met"),
    ),
    *sides(
        "E6",
        "000:42",
        ("50", value("platelets", "50", "10*9/L"), "not_met"),
        ("49.9", value("platelets", "49.9", "10*9/L"), "met"),
    ),
    *[
        case
        for criterion, line, name, unit, at, above in (
            ("E7a", "000:43", "alt", "U/L", "60", "60.1"),
            ("E7b", "000:43", "ast", "U/L", "60", "60.1"),
            ("E8a", "000:44", "bilirubin_total", "mg/dL", "80", "80.1"),
        )
        for case in sides(
            criterion,
            line,
            ("exactly the multiple", value(name, at, unit, high="40"), "not_met"),
            ("above it", value(name, above, unit, high="40"), "met"),
        )
    ],
    *sides(
        "E8b",
        "000:44",
        (
            "exactly twice",
            (
                value("cholesterol_total", "400", "mg/dL", high="200"),
                value("triglycerides", "300", "mg/dL", high="150"),
            ),
            "not_met",
        ),
        ("above twice", value("triglycerides", "300.1", "mg/dL", high="150"), "met"),
    ),
]

STEM_CELLS = [
    *sides(
        "I1",
        "003:15",
        ("4 of 11", score("acr_1997", "4"), "met"),
        ("3 of 11", score("acr_1997", "3"), "not_met"),
    ),
    *sides(
        "I2",
        "003:16",
        ("19 today", born("2005-06-01"), "met"),
        ("19 tomorrow", born("2005-06-02"), "not_met"),
        ("66 tomorrow", born("1958-06-02"), "met"),
        ("66 today", born("1958-06-01"), "not_met"),
    ),
    *sides(
        "I3",
        "003:17",
        ("6", score("sledai_2k", "6"), "met"),
        ("5", score("sledai_2k", "5"), "not_met"),
    ),
    *sides(
        "I4",
        "003:18",
        (
            "both exactly 1.0",
            (value("upcr", "1", "g/g"), value("urine_protein_24h", "1", "g/d")),
            "not_met",
        ),
        (
            "the ratio above",
            (value("upcr", "1.01", "g/g"), value("urine_protein_24h", "1", "g/d")),
            "met",
        ),
        (
            "the collection above",
            (value("upcr", "1", "g/g"), value("urine_protein_24h", "1.01", "g/d")),
            "met",
        ),
    ),
    *sides(
        "E1a",
        "003:24",
        ("exactly 24 weeks ago", given("rituximab", 168), "met"),
        ("a day earlier", given("rituximab", 169), "not_met"),
    ),
    *sides(
        "E1b",
        "003:24",
        ("the same since 12 weeks ago", dose("azathioprine", "50 mg/d", 84), "not_met"),
        ("begun a day later", dose("azathioprine", "50 mg/d", 83), "met"),
        ("stopped 12 weeks ago", dose("azathioprine", "50 mg/d", LONG, 84), "met"),
        ("stopped a day earlier", dose("azathioprine", "50 mg/d", LONG, 85), "not_met"),
    ),
    *sides(
        "E1c",
        "003:24",
        ("exactly 4 weeks ago", given("etanercept", 28), "met"),
        ("a day earlier", given("etanercept", 29), "not_met"),
    ),
    *[
        case
        for criterion, line, name in (
            ("E2a", "003:25", "plasmapheresis"),
            ("E2b", "003:25", "immunoadsorption"),
            ("E5a", "003:28", "major_surgery"),
        )
        for case in sides(
            criterion,
            line,
            ("exactly 12 weeks ago", once(name, 84), "met"),
            ("a day earlier", once(name, 85), "not_met"),
        )
    ],
    *sides(
        "E4a",
        "003:27",
        ("zoster until exactly 4 weeks ago", spell("herpes_zoster", 40, 28), "met"),
        ("until a day earlier", spell("herpes_zoster", 40, 29), "not_met"),
    ),
    *[
        case
        for criterion, days in (("E4c", 28), ("E4d", 14))
        for case in sides(
            criterion,
            "003:27",
            *(
                (
                    side,
                    (
                        spell("pneumonia", 60, last),
                        spell("inpatient_stay", 60, last),
                        given("meropenem", 60, last, INTRAVENOUS),
                    ),
                    expected,
                )
                for side, last, expected in (
                    ("until exactly that day", days, "met"),
                    ("until a day earlier", days + 1, "not_met"),
                )
            ),
        )
    ],
    *sides(
        "E6a",
        "003:29",
        ("exactly 12 weeks ago", given("mmr_vaccine", 84), "met"),
        ("a day earlier", given("mmr_vaccine", 85), "not_met"),
    ),
]

CHILDREN = [
    *sides(
        "I1",
        "004:11",
        ("6 today", born("2018-06-01"), "met"),
        ("6 tomorrow", born("2018-06-02"), "not_met"),
        ("19 tomorrow", born("2005-06-02"), "met"),
        ("19 today", born("2005-06-01"), "not_met"),
    ),
    *sides(
        "I3a",
        "004:13",
        ("a biopsy exactly 6 months ago", biopsy(183), "met"),
        ("a day earlier", biopsy(184), "not_met"),
    ),
    *sides(
        "I4",
        "004:14",
        ("8", score("sledai_2k", "8"), "met"),
        ("7", score("sledai_2k", "7"), "not_met"),
    ),
    *sides(
        "I9c",
        "004:22",
        # Schwartz 2009: 0.413 x 150 cm / 2.065 mg/dL is 30.
        ("30", (value("height", "150", "cm"), value("creatinine", "2.065", "mg/dL")), "met"),
        (
            "just below, not by lupus",
            (
                value("height", "150", "cm"),
                value("creatinine", "2.066", "mg/dL"),
                signed("kidney_function_reduced_by_lupus", answer=False),
            ),
            "not_met",
        ),
    ),
    *sides(
        "I10",
        "004:25",
        ("1:80", score("ana_titre", "80"), "met"),
        ("1:79", score("ana_titre", "79"), "not_met"),
    ),
    *sides(
        "I11",
        "004:26",
        ("2", score("ecog", "2"), "met"),
        ("3", score("ecog", "3"), "not_met"),
    ),
    *sides(
        "E7",
        "004:34",
        ("exactly five years ago", spell("malignancy_unspecified", 1827, 1827), "met"),
        ("a day earlier", spell("malignancy_unspecified", 1828, 1828), "not_met"),
    ),
    *sides(
        "E9",
        "004:36",
        ("exactly 3 months ago", once("trial_participation", 92), "met"),
        (
            "a day earlier, denied",
            (once("trial_participation", 93), signed("other_trial", answer=False)),
            "not_met",
        ),
    ),
]

REFRACTORY = [
    *sides(
        "I0a",
        "002:24",
        ("15 today", born("2009-06-01"), "met"),
        ("15 tomorrow", born("2009-06-02"), "not_met"),
    ),
    *sides(
        "E0b",
        "002:36",
        ("15 today", born("2009-06-01"), "not_met"),
        ("15 tomorrow", born("2009-06-02"), "met"),
    ),
    *[
        case
        for amount, expected in (
            ("30", "met"),
            ("29.9", "not_met"),
            ("60", "met"),
            ("60.1", "not_met"),
        )
        for case in sides(
            "I1-1",
            "002:28",
            (
                f"{amount} mg at 60 kg",
                (value("weight", "60", "kg"), dose("prednisolone", f"{amount} mg/d", 0)),
                expected,
            ),
        )
    ],
    *sides(
        "I1-2b",
        "002:29",
        ("10 mg the day before", dose("prednisolone", "10 mg/d", 100), "met"),
        ("9.9 mg the day before", dose("prednisolone", "9.9 mg/d", 100), "not_met"),
    ),
    *sides(
        "I3d",
        "002:33",
        ("9.9 mg", dose("prednisolone", "9.9 mg/d", 100), "met"),
        ("10 mg", dose("prednisolone", "10 mg/d", 100), "not_met"),
    ),
    *sides(
        "E1b",
        "002:37",
        ("15", value("egfr", "15", "mL/min/{1.73_m2}"), "not_met"),
        ("14.9", value("egfr", "14.9", "mL/min/{1.73_m2}"), "met"),
    ),
]

STUDIES: Mapping[str, list[Case]] = {
    "NCT06167174": NEPHRITIS_OMICS,
    "NCT05631717": STEM_CELLS,
    "NCT06904729": CHILDREN,
    "UMIN000042298": REFRACTORY,
}


@cache
def _verdicts(study: str) -> Mapping[tuple[int, str], str]:
    """(person, criterion) -> status, of all cases of a study in one screening."""
    rows: list[Row] = []
    for person, case in enumerate(STUDIES[study], start=1):
        facts = [*case.rows, *({"anchor": name, "date": str(DAY)} for name in ANCHORS)]
        for row in facts:
            tied = {"study": study} if {"anchor", "attested"} & row.keys() else {}
            numbered = {"id": person * 1000 + int(str(row["id"]))} if "id" in row else {}
            of = {"of": person * 1000 + int(str(row["of"]))} if "of" in row else {}
            rows.append({**row, "person_id": person, **tied, **numbered, **of})
    facts_of_all = small_facts(rows, data_cut=date(2024, 12, 31))
    table = remit.screen(protocol_named(study), facts_of_all).verdict_table()
    return {(row["person_id"], row["criterion"]): str(row["status"]) for row in table.to_pylist()}


@pytest.mark.parametrize(
    ("study", "place"),
    [
        pytest.param(
            study, place, id=f"{study}-{case.criterion}-{case.line}-{case.side.replace(' ', '_')}"
        )
        for study, cases in STUDIES.items()
        for place, case in enumerate(cases)
    ],
)
def test_a_border_is_where_the_page_draws_it(study: str, place: int) -> None:
    case = STUDIES[study][place]
    found = _verdicts(study)[place + 1, case.criterion]
    assert found == case.expected, f"page {case.line}: {case.side}"
