"""Changes of laboratory values and vital signs, and Hy's law, in a plan: by hand, person by person.

Grades: CTCAE 5 (NCI 2017), platelets below 75, 50 and 25; hemoglobin below 10 and 8.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from remit.analysis.methods.liver_safety import BILIRUBIN, HY, NEITHER, TEMPLE
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_files import read_rows
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.analysis.rows.value_changes import BOTH, HIGH, LOW, NORMAL, SIGNIFICANT
from remit.analysis.rows.visit_answers import NOT_EACH
from remit.errors import RemitError
from remit.protocol import Protocol, protocol_named
from remit.protocol.analysis_sections import Analysis, LiverVariable, ShiftVariable
from remit.report.analysis_page import write_analysis
from remit.testing.datasets import small_facts
from remit.testing.row_kinds import Row

START = date(2024, 1, 8)
WEEKS = {"baseline": 0, "week_4": 4, "week_8": 8, "week_16": 16, "week_20": 20, "week_24": 24}
FIRST, SECOND = "stem_cells", "interleukin_2"


def planned(**variable: object) -> Protocol:
    own = protocol_named("nct05631717")
    base = next(one for one in own.analyses if one.id == "laboratory_changes")
    changes = {"shift": None, "liver": None, **variable}
    analysis = Analysis.model_validate({**base.model_dump(), **changes})
    return own.model_copy(update={"analyses": (analysis,)})


def values(person: int, concept: str, unit: str, **limits: object) -> list[Row]:
    """Values at the visits that are named: `week_4=60`; `low` and `high` are limits of normal."""
    own: dict[str, object] = {name: limits.pop(name) for name in ("low", "high") if name in limits}
    return [
        {
            "person_id": person,
            "concept": concept,
            "date": START + timedelta(weeks=WEEKS[visit]),
            "number": number,
            "unit": unit,
            **own,
        }
        for visit, number in limits.items()
    ]


def analysed(protocol: Protocol, rows: list[Row], arms: dict[int, str]) -> TrialAnalysis:
    anchors = [
        {"person_id": who, "anchor": "baseline", "date": START, "study": "NCT05631717"}
        for who in arms
    ]
    facts = small_facts([*anchors, *rows], data_cut=date(2024, 12, 31))
    return analyse_trial(protocol, facts, arms=arms)


def count(rows: tuple[ResultRow, ...], arm: str, *part: str) -> tuple[float | None, int]:
    (row,) = (
        row
        for row in rows
        if (row.arm, row.versus, row.part, row.statistic) == (arm, "", part, "count")
    )
    return row.value, row.n


PLATELETS = ShiftVariable(instrument="ctcae_v5", tests=("platelets",))
GRADED = [
    # Grade 0 to 2 and back: the worst counts.
    *values(1, "platelets", "10*9/L", low=150, baseline=200, week_4=60, week_24=160),
    # Grade 1 to 1: no change.
    *values(2, "platelets", "10*9/L", low=150, baseline=100, week_4=90, week_8=80),
    # Without a limit 200 is of grade 0 or 1; grade 2 is worse than either.
    *values(3, "platelets", "10*9/L", baseline=200, week_4=60),
    # Grade 0 or 1 to grade 1: nobody knows.
    *values(4, "platelets", "10*9/L", baseline=200, week_4=76),
    # Nothing after baseline.
    *values(5, "platelets", "10*9/L", low=150, baseline=200),
    # All visits.
    *values(
        6, "platelets", "10*9/L", low=150,
        baseline=200, week_4=180, week_8=180, week_16=180, week_20=180, week_24=49,
    ),
]  # fmt: skip
GROUPS = {1: FIRST, 2: FIRST, 3: FIRST, 4: SECOND, 5: SECOND, 6: SECOND}


def test_a_grade_that_is_worse_for_sure_is_a_change_and_one_that_may_be_is_not_known() -> None:
    rows = analysed(planned(shift=PLATELETS), GRADED, GROUPS).rows
    assert count(rows, FIRST, "platelets", SIGNIFICANT) == (2, 3)
    assert count(rows, SECOND, "platelets", SIGNIFICANT) == (1, 1)
    assert count(rows, FIRST) == (2, 3)
    assert count(rows, FIRST, "platelets", "grade 0", "grade 2") == (1, 1)
    assert count(rows, FIRST, "platelets", "grade 1", "grade 1") == (1, 1)
    assert count(rows, SECOND, "platelets", "grade 0", "grade 3") == (1, 1)
    p = [row for row in rows if row.statistic == "p" and row.part == ("platelets",)]
    assert len(p) == 1


def test_a_visit_of_which_nothing_is_known_is_told_and_bounds_the_share() -> None:
    rows = analysed(planned(shift=PLATELETS), GRADED, GROUPS).rows
    (row,) = (one for one in rows if one.id.startswith("laboratory_changes.stem_cells.clopper"))
    # Person 2 has no value at three visits.
    assert f"1 of 3: {NOT_EACH}" in row.warnings
    (bounds,) = (
        one for one in rows if (one.arm, one.part, one.statistic[:6]) == (FIRST, (), "bounds")
    )
    assert (bounds.low, bounds.high) == (2 / 3, 1.0)
    (of_second,) = (
        one for one in rows if (one.arm, one.part, one.statistic[:6]) == (SECOND, (), "bounds")
    )
    assert (of_second.low, of_second.high) == (1 / 3, 1.0)


def test_more_than_one_grade_may_be_asked_for() -> None:
    two = PLATELETS.model_copy(update={"rise": 2})
    rows = analysed(planned(shift=two), GRADED, GROUPS).rows
    # Person 3 rose by one or two.
    assert count(rows, FIRST, "platelets", SIGNIFICANT) == (1, 2)


def test_a_shift_at_visits_is_that_of_each() -> None:
    protocol = planned(shift=PLATELETS, visits=("week_4", "week_24"))
    rows = analysed(protocol, GRADED, GROUPS).rows
    at = {
        visit: count(tuple(r for r in rows if r.visit == visit), FIRST, "platelets", SIGNIFICANT)
        for visit in ("week_4", "week_24")
    }
    assert at == {"week_4": (2, 3), "week_24": (0, 1)}


PRESSURE = ShiftVariable.model_validate(
    {
        "limits": [
            {"of": "systolic_bp", "low": "90 mm[Hg]", "high": "180 mm[Hg]", "change": "20 mm[Hg]"}
        ]
    }
)


@pytest.mark.parametrize(
    ("baseline", "later", "start", "state", "changed"),
    [
        (160, {"week_4": 180}, NORMAL, HIGH, 1),  # at both limits
        (161, {"week_4": 180}, NORMAL, HIGH, 0),  # a rise by 19
        (160, {"week_4": 179}, NORMAL, NORMAL, 0),
        (110, {"week_4": 90}, NORMAL, LOW, 1),
        (185, {"week_4": 206}, HIGH, HIGH, 1),  # it was high before, and rose
        (120, {"week_4": 90, "week_8": 185}, NORMAL, BOTH, 1),
        (120, {"week_4": 90, "week_8": 120}, NORMAL, LOW, 1),
    ],
)
def test_a_vital_sign_changes_beyond_a_limit_and_by_a_stated_number(
    baseline: int, later: dict[str, int], start: str, state: str, changed: int
) -> None:
    rows = [
        *values(1, "systolic_bp", "mm[Hg]", baseline=baseline, **later),
        *values(2, "systolic_bp", "mm[Hg]", baseline=120, week_4=120),
    ]
    found = analysed(planned(shift=PRESSURE), rows, {1: FIRST, 2: SECOND}).rows
    assert count(found, FIRST, "systolic_bp", SIGNIFICANT) == (changed, 1)
    assert count(found, FIRST, "systolic_bp", start, state) == (1, 1)


def test_without_limits_of_the_plan_those_of_each_record_decide() -> None:
    own = ShiftVariable.model_validate({"limits": [{"of": "c3"}]})
    rows = [
        *values(1, "c3", "g/L", low="0.9", high="1.8", baseline="0.9", week_4="0.89"),
        *values(2, "c3", "g/L", low="0.9", high="1.8", baseline="0.5", week_4="0.4"),
        *values(3, "c3", "g/L", low="0.9", high="1.8", baseline="1", week_4="0.9"),
        *values(4, "c3", "g/L", baseline="1", week_4="0.9"),  # no limits, nothing to say
    ]
    arms = {1: FIRST, 2: FIRST, 3: FIRST, 4: SECOND}
    found = analysed(planned(shift=own), rows, arms).rows
    assert count(found, FIRST, "c3", SIGNIFICANT) == (1, 3)
    assert count(found, FIRST, "c3", LOW, LOW) == (1, 1)
    assert count(found, SECOND, "c3", SIGNIFICANT) == (0, 0)
    (bounds,) = (r for r in found if (r.arm, r.part, r.statistic[:6]) == (SECOND, (), "bounds"))
    assert (bounds.value, bounds.low, bounds.high) == (None, 0.0, 1.0)


def test_hys_law_takes_the_peaks_after_baseline_as_multiples_of_each_record() -> None:
    def liver(who: int, alt: object, bilirubin: object, *, week: str = "week_8") -> list[Row]:
        return [
            *values(who, "alt", "U/L", high=40, baseline=20, **{week: alt}),
            *values(who, "bilirubin_total", "mg/dL", high="1.2", baseline=1, week_4=bilirubin),
        ]

    rows = [
        *liver(1, 120, "2.5"),  # three times exactly, and more than twice
        *liver(2, 120, "2.4"),  # twice exactly is not above
        *liver(3, "119.9", "2.5"),
        *liver(4, 50, 1),
        *values(5, "alt", "U/L", high=40, baseline=500, week_4=20),  # no bilirubin
    ]
    arms = {1: FIRST, 2: FIRST, 3: FIRST, 4: FIRST, 5: SECOND}
    found = analysed(planned(liver=LiverVariable()), rows, arms).rows
    quadrants = {
        name: count(found, FIRST, "quadrant", name)[0] for name in (HY, TEMPLE, BILIRUBIN, NEITHER)
    }
    assert quadrants == {HY: 1, TEMPLE: 1, BILIRUBIN: 1, NEITHER: 1}
    assert count(found, FIRST) == (1, 4)
    assert count(found, SECOND) == (None, 0)
    # Without a phosphatase nobody can be told to have cholestasis.
    assert not [row for row in found if any("cholestasis" in part for part in row.part)]


@pytest.mark.parametrize(
    ("sign", "alt", "expected"),
    # Above 400 is above three times 40, whatever it was; above 100 may be less, at its visit alone.
    [(">", 400, (1, 1)), (">", 100, (None, 0)), ("<", 30, (None, 0)), ("=", 400, (1, 1))],
)
def test_a_peak_beyond_what_a_laboratory_measures_is_raised(
    sign: str, alt: int, expected: tuple[int | None, int]
) -> None:
    peak = values(1, "alt", "U/L", high=40, week_4=alt)
    rows: list[Row] = [
        *({**row, "sign": sign} for row in peak),
        *values(1, "bilirubin_total", "mg/dL", high="1.2", week_4=3),
        *values(2, "alt", "U/L", high=40, week_4=10),
    ]
    found = analysed(planned(liver=LiverVariable()), rows, {1: FIRST, 2: SECOND}).rows
    assert count(found, FIRST) == expected


def test_a_number_of_a_test_leads_to_its_persons(tmp_path: Path) -> None:
    found = analysed(planned(shift=PLATELETS), GRADED, GROUPS)
    write_analysis(found, tmp_path / "out")
    name = "laboratory_changes.stem_cells.count.platelets.significant_change.count"
    traced = trace_row(tmp_path / "out", name)
    assert {line.person_id: line.value for line in traced.lines} == {1: 1, 2: 0, 3: 1}
    whole = trace_row(tmp_path / "out", "laboratory_changes.interleukin_2.count.count")
    assert {line.person_id: line.value for line in whole.lines} == {4: None, 5: None, 6: 1}
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Significant changes by test" in page
    assert "2 of 3 (66.7 %)" in page


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ({"instrument": "ctcae_v5", "tests": ["sodium"]}, "sodium"),
        ({"instrument": "sledai_2k"}, "sledai_2k"),
        ({"limits": [{"of": "systolic_bp", "high": "180 mg"}]}, "mg"),
        ({"limits": [{"of": "blood_pressure", "high": "180 mm[Hg]"}]}, "blood_pressure"),
    ],
)
def test_what_a_plan_cannot_read_is_refused(variable: dict[str, object], told: str) -> None:
    with pytest.raises(RemitError) as caught:
        check_plan(planned(shift=ShiftVariable.model_validate(variable)))
    assert told in str(caught.value)


def test_the_trace_of_a_shift_says_from_where_to_where(printed: Path) -> None:
    """A cell counts those of its state at baseline who were later in the other one."""
    cells = [
        row
        for row in read_rows(printed)
        if row.analysis == "laboratory_changes" and row.statistic == "count" and len(row.part) == 3
    ]
    assert cells
    for row in cells[:12]:
        lines = trace_row(printed, row.id).lines
        there = [(line.stratum, line.answer) for line in lines if line.value is not None]
        assert row.value == there.count((row.part[-2], row.part[-1]))
