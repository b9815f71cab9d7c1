"""The course of a followed person says what the records say; unknown stays unknown."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from remit.analysis.comparison import compare_responses
from remit.analysis.comparison_counts import shown_comparison
from remit.endpoints.course_panels import page_scores, panel_scores
from remit.endpoints.definition_choice import all_definitions, own_definition
from remit.endpoints.patient_course import PatientCourse, Series
from remit.endpoints.patient_page import patient_course
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_study
from remit.errors import ProtocolError
from remit.truth import Reason
from report.followed import followed_arms, followed_people, followed_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyAdjudication:
    folder: Path = tmp_path_factory.mktemp("followed") / "d"
    protocol = followed_study()
    scores = page_scores(protocol)
    found = adjudicate_study(
        protocol, followed_people(folder), all_definitions(), more_scores=scores
    )
    return replace(found, followed=replace(found.followed, arms=followed_arms()))


def series(course: PatientCourse, name: str) -> Series:
    return next(item for item in course.series if item.name == name)


def texts(course: PatientCourse, name: str) -> list[str]:
    return [point.text for point in series(course, name).points]


def test_values_stand_at_their_visits(study: StudyAdjudication) -> None:
    course = patient_course(study, 1)
    assert course.arm == "a"
    assert [(v.tick, v.days) for v in course.visits] == [("0", 0), ("4", 28), ("8", 56), ("12", 84)]
    assert course.time_unit == "weeks"
    assert texts(course, "upcr") == ["2.4", "1.2", "0.6", "0.4"]
    assert texts(course, "dose of glucocorticoid") == ["30", "30", "7.5", "7.5"]
    assert texts(course, "pga") == ["2", "1.5", "0.9", "0.3"]
    # CKD-EPI 2021, a woman of 33.9 years with 0.9 mg/dL: 142 (0.9/0.7)^-1.2 0.9938^age 1.012.
    assert texts(course, "egfr_ckd_epi_2021")[3] == "86"
    assert series(course, "c3").limits == (90.0, 180.0)
    assert series(course, "anti_dsdna").limits == (None, 30.0)
    assert series(course, "upcr").limits == (None, None)
    assert [s.unit for s in course.series][:4] == ["g/g", "g/d", "mg/dL", "mL/min/1.73 m²"]


def test_what_is_not_measured_is_said(study: StudyAdjudication) -> None:
    course = patient_course(study, 2)
    assert texts(course, "upcr") == ["1.5", "1.6", "not measured", "1.8"]
    assert texts(course, "c3") == ["not measured", "85", "not measured", "not measured"]
    assert series(course, "pga").measured == 0
    assert series(course, "c3").measured == 1


def test_a_bound_stays_a_bound(study: StudyAdjudication) -> None:
    point = series(patient_course(study, 2), "anti_dsdna").points[1]
    assert point.text == "<0.2"
    assert (point.low, point.high, point.high_open) == (-inf, 0.2, True)
    assert point.why is Reason.CENSORED
    assert point.is_known
    assert not point.is_exact


def test_another_unit_is_converted_and_the_record_kept(study: StudyAdjudication) -> None:
    point = series(patient_course(study, 3), "creatinine").points[0]
    assert point.text == "0.6"  # 53 umol/L x 113.12 g/mol / 10,000
    assert point.low == pytest.approx(0.599536)
    assert point.recorded == "53 umol/L"
    # The third visit was two days late.
    assert [p.days for p in series(patient_course(study, 3), "creatinine").points] == [
        0,
        28,
        58,
        84,
    ]


def test_points_by_organ_have_both_bounds(study: StudyAdjudication) -> None:
    (stack,) = patient_course(study, 1).stacks
    # Baseline, all items recorded: arthritis 4 and rash 2; the other items are recorded as absent.
    assert (stack.low[0], stack.high[0]) == (6, 6)
    # Week 4: protein 4, complement or anti-dsDNA 4. Rash is absent; of 105 points 2 are gone.
    assert (stack.low[1], stack.high[1]) == (8, 103)
    groups = {group.group: (group.low, group.high) for group in stack.groups}
    assert groups["renal"] == ((0, 4, 4, 0), (0, 16, 16, 12))
    assert groups["skin"] == ((2, 0, 0, 0), (2, 4, 6, 6))
    assert sum(group.high[1] for group in stack.groups) == 103
    assert stack.recorded == (False,) * 4


def test_a_recorded_total_goes_first(study: StudyAdjudication) -> None:
    (stack,) = patient_course(study, 3).stacks
    assert stack.recorded == (True, False, False, False)
    assert stack.total[0].text == "8"
    assert (stack.low[0], stack.high[0]) == (4, 105)


def test_grades_and_responses(study: StudyAdjudication) -> None:
    course = patient_course(study, 1)
    (bilag,) = course.grades
    renal = next(strip for strip in bilag.strips if strip.label == "renal")
    assert len(bilag.strips) == 9
    assert renal.cells[0] == ("A", "B", "C")
    own = next(s for s in course.responses if s.definition == "nanjing_registry")
    assert [(c.grade, c.judged) for c in own.cells] == [
        (None, False),
        ("NR", True),
        ("PR", True),
        ("CR", True),
    ]
    assert [c.gates for c in own.cells] == [
        "baseline",
        "CR: proteinuria; PR: improvement",
        "CR: proteinuria",
        "",
    ]
    missed = patient_course(study, 2).responses
    own = next(s for s in missed if s.definition == "nanjing_registry")
    assert own.cells[2].grade is None
    assert "unknown (no_data)" in own.cells[2].gates


def test_a_stranger_is_refused(study: StudyAdjudication) -> None:
    with pytest.raises(ValueError, match="person 9 is not followed"):
        patient_course(study, 9)


# ---- what a comparison may show ------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> StudyAdjudication:
    """Each of the three persons six times."""
    folder: Path = tmp_path_factory.mktemp("crowd") / "d"
    found = adjudicate_study(followed_study(), followed_people(folder, copies=6), all_definitions())
    return replace(found, followed=replace(found.followed, arms=followed_arms(6)))


def test_a_comparison_starts_with_the_study_s_own(crowd: StudyAdjudication) -> None:
    own = own_definition(crowd.protocol)
    assert own == "nanjing_registry"
    shown = shown_comparison(compare_responses(crowd, "week_12"), reference=own)
    assert shown.definitions[0] == own
    assert shown.persons == "18"
    assert not set(shown.definitions) & set(shown.without)
    first, second = shown.rates[:2]
    assert (first.arm, first.observed.count, first.observed.n) == ("a", "6", "6")
    # Of arm b, person 2 does not respond and person 3 does (PR: protein fell by 60 %).
    assert (second.arm, second.observed.count, second.observed.n) == ("b", "6", "12")
    assert second.observed.rate is not None
    assert second.observed.rate.value == 0.5
    assert "renal_flare" not in (*shown.definitions, *shown.without)


@pytest.mark.parametrize("smallest", [3, 5, 8])
def test_the_counts_of_a_comparison_are_rounded_together(
    crowd: StudyAdjudication, smallest: int
) -> None:
    comparison = compare_responses(crowd, "week_12", smallest=smallest)
    shown = shown_comparison(comparison, reference="nanjing_registry")

    def number(text: str) -> int:
        assert text[0] == "≈"
        assert int(text[1:]) % smallest == 0
        return int(text[1:])

    persons = number(shown.persons)
    assert persons == 18 // smallest * smallest
    for definition in shown.definitions:
        arms = [arm for arm in shown.rates if arm.definition == definition]
        assert sum(number(a.observed.n) + number(a.not_assessable) for a in arms) == persons
        for arm in arms:
            assert number(arm.observed.count) <= number(arm.observed.n)
            assert arm.observed.rate.count == number(arm.observed.count)
            assert number(arm.imputed.count) <= number(arm.imputed.n)
    for pair, found in shown.agreement.items():
        assert number(found.agreed) <= number(found.n) <= persons
        assert (found.kappa.n, found.kappa.agreed) == (number(found.n), number(found.agreed)), pair
    for flip in shown.flips:
        assert number(flip.persons) > 0
    # What is shown is the exact page of its stand-ins: who responds under what adds up.
    flips = sum(number(f.persons) for f in shown.flips if f.responder_under == shown.reference
                and f.not_under == "kdigo_2024")  # fmt: skip
    own = [a for a in shown.rates if a.definition == shown.reference]
    assert flips <= sum(number(a.observed.count) for a in own)


def test_a_comparison_that_hides_nothing_is_refused(crowd: StudyAdjudication) -> None:
    with pytest.raises(ValueError, match="smallest"):
        compare_responses(crowd, "week_12", smallest=2)


def test_too_few_persons_are_nobody(crowd: StudyAdjudication) -> None:
    shown = shown_comparison(compare_responses(crowd, "week_12", smallest=20))
    assert (shown.persons, shown.definitions, shown.rates, shown.flips) == ("≈0", (), (), ())
    assert shown.nobody == "Nobody, or a few persons only,"


# ---- panels from the protocol --------------------------------------------------------------------


def test_a_study_names_its_panels_and_gets_them_without_code(tmp_path: Path) -> None:
    """A made-up study of the skin: both totals of CLASI by group or number, and its severity."""
    protocol = followed_study(panels=("clasi",))
    dataset = followed_people(tmp_path / "d")
    found = adjudicate_study(
        protocol, dataset, all_definitions(), more_scores=page_scores(protocol)
    )
    course = patient_course(found, 1)
    (activity,) = course.stacks
    assert (activity.id, activity.label) == ("clasi_activity", "CLASI activity")
    assert [group.group for group in activity.groups] == ["erythema", "scale", "mucosa", "hair"]
    # Nothing of the skin was recorded: from 0 to the most that all sites give (70, Albrecht 2005).
    assert (set(activity.low), set(activity.high)) == ({0}, {70})
    assert series(course, "clasi_damage").label == "CLASI damage"
    (severity,) = course.grades
    assert severity.label == "Severity of skin activity"
    assert severity.strips[0].grades == ("severe", "moderate", "mild")


def test_panels_come_from_the_definitions_where_the_protocol_is_silent() -> None:
    protocol = followed_study().model_copy(update={"report": None})
    assert panel_scores(protocol) == ()
    parameter = protocol.parameters["response_definition"]
    other = parameter.model_copy(update={"default": "sri_4", "options": {"sri_4": "SRI-4."}})
    asked = protocol.model_copy(update={"parameters": {"response_definition": other}})
    assert panel_scores(asked) == ("sledai_2k", "bilag_2004")


def test_a_panel_of_no_score_is_refused() -> None:
    with pytest.raises(ProtocolError, match="sledai_3000"):
        panel_scores(followed_study(panels=("sledai_3000",)))
