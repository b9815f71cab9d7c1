"""The planned analyses of a study: who counts, with what, and what the rows say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import get_type_hints

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from remit.analysis.methods.estimates import Significance
from remit.analysis.methods.register import method_named
from remit.analysis.plan.estimand import SUMMARIES, estimand_of
from remit.analysis.plan.plan_lock import (
    CHANGED,
    LOCKED,
    lock_of,
    lock_state,
    lock_text,
    plan_hash,
    read_lock,
)
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.question import MethodQuestion
from remit.analysis.rows.result_row import ResultRow, row_table, rows_of
from remit.analysis.rows.row_files import read_rows
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.statistics import methods_of, takers_of
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.analysis.rows.variables import answers_of
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import DatasetError, ProtocolError, RemitError
from remit.facts.opened import Facts
from remit.protocol import Protocol, packaged_protocols, protocol_named
from remit.protocol.analysis_sections import (
    Analysis,
    IntercurrentEvent,
    MultiplicityFamily,
    Population,
)
from remit.report.analysis_page import write_analysis

STUDY = "nct05631717"
ARMS = ("stem_cells", "interleukin_2")
NOT_DUE = "not yet due"


@pytest.fixture(scope="module")
def found(analysed: TrialAnalysis) -> TrialAnalysis:
    return analysed


def planned(*analyses: Analysis, protocol: Protocol | None = None) -> Protocol:
    own = protocol or protocol_named(STUDY)
    return own.model_copy(update={"analyses": analyses})


def analysis_of(name: str, **changes: object) -> Analysis:
    own = next(one for one in protocol_named(STUDY).analyses if one.id == name)
    return Analysis.model_validate({**own.model_dump(), **changes})


def row_of(rows: tuple[ResultRow, ...], name: str) -> ResultRow:
    return next(row for row in rows if row.id == name)


# ---- who counts, against the truth that the simulator wrote -------------------------------------


@pytest.mark.parametrize(
    ("name", "grades"), [("complete_response", {"CR"}), ("overall_response", {"CR", "PR"})]
)
def test_responders_are_those_of_the_planted_truth(
    large_cohort: Facts, found: TrialAnalysis, name: str, grades: set[str]
) -> None:
    arms = {
        row["person_id"]: row["arm"]
        for row in large_cohort.extra("allocation").to_pylist()
        if row["study"] == "NCT05631717"
    }
    truth = [
        row
        for row in large_cohort.extra("responses").to_pylist()
        if (row["study"], row["definition"], row["visit"])
        == ("NCT05631717", "nanjing_registry", "week_24")
    ]
    planted = Counter(arms[row["person_id"]] for row in truth if row["imputed"] in grades)
    due = Counter(arms[row["person_id"]] for row in truth if row["imputed"] != NOT_DUE)
    for arm in ARMS:
        row = row_of(found.rows, f"{name}.week_24.{arm}.count.count")
        assert row.value == planted[arm]
        assert (row.n, row.missing) == (due[arm], 0)
        left = [
            word for word in row.warnings if word.endswith("left out: not yet due at the data cut")
        ]
        assert left == [f"{20 - due[arm]} left out: not yet due at the data cut"]


def truth_of(cohort: Facts, study: str, definition: str, visit: str) -> dict[int, str]:
    """Person -> the planted response after the definition's rules."""
    return {
        row["person_id"]: row["imputed"]
        for row in cohort.extra("responses").to_pylist()
        if (row["study"], row["definition"], row["visit"]) == (study, definition, visit)
    }


def test_months_are_counted_of_those_whose_visit_has_come(large_cohort: Facts) -> None:
    """NCT06904729 at its four times: the planted responders, of those not waiting at the cut."""
    rows = analyse_trial(protocol_named("nct06904729"), large_cohort).rows
    waiting = []
    for visit in ("week_12", "week_24", "month_12", "month_24"):
        truth = truth_of(large_cohort, "NCT06904729", "kdigo_2024", visit)
        due = [answer for answer in truth.values() if answer != NOT_DUE]
        waiting.append(len(truth) - len(due))
        for name, grades in (
            ("complete_response", {"CR"}),
            ("overall_response", {"CR", "PR"}),
            ("no_response", {"NR"}),
        ):
            row = row_of(rows, f"{name}.{visit}.car_t.count.count")
            assert row.value == sum(answer in grades for answer in due)
            assert (row.n, row.missing) == (len(due), 0)
    assert waiting == sorted(waiting)
    assert waiting[-1] > 20


def test_every_person_has_one_grade_under_the_rule_for_missing_answers(large_cohort: Facts) -> None:
    study = protocol_named("nct06167174")
    rows = analyse_trial(study, large_cohort).rows
    arms = {
        row["person_id"]: row["arm"]
        for row in large_cohort.extra("allocation").to_pylist()
        if row["study"] == "NCT06167174"
    }
    for arm in ("mycophenolate", "cyclophosphamide"):
        counts = [
            row_of(rows, f"{name}.week_24.{arm}.count.count").value
            for name in ("complete_response", "partial_response", "no_response")
        ]
        due = [
            person
            for person, answer in truth_of(
                large_cohort, "NCT06167174", "kdigo_2024", "week_24"
            ).items()
            if arms[person] == arm and answer != NOT_DUE
        ]
        assert sum(count for count in counts if count is not None) == len(due)


@pytest.mark.parametrize("name", packaged_protocols())
def test_every_packaged_plan_is_carried_out(large_cohort: Facts, name: str) -> None:
    study = protocol_named(name)
    result = analyse_trial(study, large_cohort)
    assert {row.analysis for row in result.rows} == {one.id for one in study.analyses}
    assert len({row.id for row in result.rows}) == len(result.rows)
    for row in result.rows:
        numbers = [row.value, row.low, row.high]
        assert not any(number is not None and np.isnan(number) for number in numbers)
        assert row.value is not None or row.low is not None or row.warnings, row.id
        assert row.reference
        assert row.n >= 0 <= row.missing


def test_what_is_unknown_is_neither_an_event_nor_none(large_cohort: Facts) -> None:
    rows = analyse_trial(protocol_named("nct06904729"), large_cohort).rows
    row = row_of(rows, "severe_neutropenia.car_t.count.count")
    assert row.missing > 0
    bounds = row_of(rows, "severe_neutropenia.car_t.count.bounds_of_the_proportion")
    assert row.value is not None
    assert bounds.low == row.value / 50
    assert bounds.high == (row.value + row.missing) / 50


# ---- numbers, against R 4.2.2 -------------------------------------------------------------------


def asked(
    values: list[float],
    events: list[bool] | None = None,
    *,
    baseline: Mapping[str, npt.NDArray[np.float64]] | None = None,
) -> MethodQuestion:
    n = len(values)
    answers = VisitAnswers(
        "one",
        "",
        np.arange(n),
        tuple(map(str, range(n))),
        np.array(["a"] * (n // 2) + ["b"] * (n - n // 2)),
        np.array(values),
        np.ones(n, np.bool_),
        np.full(n, "observed", "U20"),
        None if events is None else np.array(events),
        since=None if events is None else np.where(events, 0.0, np.array(values)),
        baseline=baseline or {},
    )
    return MethodQuestion(answers, ("a", "b"), ("a", "b"), 0.95)


def test_a_comparison_of_numbers_is_that_of_r() -> None:
    """`lm(y ~ g + b)`, the first arm less the second."""
    change = [-2.0, -4, -6, -3, -5, 0, -1, -2, 1, -3, 0, -2]
    baseline = {"b": np.array([10.0, 12, 14, 9, 11, 8, 10, 9, 12, 13, 8, 10])}
    take = takers_of(analysis_of("sledai_2k_change"))["ancova"]
    by_name = {s.name: s.estimate for s in take("ancova", asked(change, baseline=baseline))}
    assert by_name["difference"].value == pytest.approx(-1.9754098361, abs=1e-9)
    assert by_name["difference"].low == pytest.approx(-3.96802118234, abs=1e-9)
    assert by_name["difference"].high == pytest.approx(0.01720151021, abs=1e-9)
    assert by_name["p"].value == pytest.approx(0.05162114058, abs=1e-9)
    assert by_name["statistic"].value == pytest.approx(-2.242628759, abs=1e-8)


def test_times_are_compared_as_r_does() -> None:
    """`survdiff`, `coxph` (the hazard of the first arm over the second), `survfit` by log-log."""
    times = [28.0, 56, 56, 112, 168, 168, 56, 112, 168, 168, 168, 168]
    events = [True, True, False, True, True, False, False, True, False, False, True, False]
    takers = takers_of(analysis_of("time_to_complete_response"))
    question = asked(times, events)
    log_rank = {
        s.name: s.estimate.value for s in takers["log_rank_test"]("log_rank_test", question)
    }
    assert log_rank["statistic"] == pytest.approx(2.113440982, abs=1e-8)
    cox = {s.name: s.estimate.value for s in takers["cox_model"]("cox_model", question)}
    assert cox["hazard ratio"] == pytest.approx(3.248110829, abs=1e-6)
    medians = [
        s.estimate for s in takers["kaplan_meier"]("kaplan_meier", question) if s.name == "median"
    ]
    assert [(m.value, m.low, m.high) for m in medians] == [(112, 28, None), (None, 112, None)]


def test_a_covariate_that_is_the_same_for_all_is_left_out_and_said() -> None:
    take = takers_of(analysis_of("sledai_2k_change"))["ancova"]
    question = asked([1.0, 2, 3, 2, 3, 5], baseline={"b": np.zeros(6)})
    difference = next(s.estimate for s in take("ancova", question) if s.name == "difference")
    assert difference.value == pytest.approx(2 - 10 / 3)
    assert "same for all" in difference.warnings[0]


def test_an_arm_of_nobody_and_answers_all_alike_give_warnings_and_no_numbers() -> None:
    numbers, times = analysis_of("sledai_2k_change"), analysis_of("time_to_complete_response")
    answers = asked([1.0, 2, 3, 4], [False] * 4).answers
    alone = MethodQuestion(answers.of_arm("a"), ("a", "b"), ("a", "b"), 0.95)
    same = asked([168.0] * 4, [False] * 4)
    for analysis, question in ((numbers, alone), (times, alone), (times, same)):
        for name, take in takers_of(analysis).items():
            for statistic in take(name, question):
                lacks = statistic.estimate.value is None
                assert not lacks or statistic.estimate.warnings or statistic.estimate.low, name


# ---- what may not matter ------------------------------------------------------------------------


def test_the_other_way_round_the_difference_has_the_other_sign(
    large_cohort: Facts, found: TrialAnalysis
) -> None:
    names = ("complete_response", "sledai_2k_change")
    turned = planned(*(analysis_of(name, compare=ARMS[::-1]) for name in names))
    rows = analyse_trial(turned, large_cohort).rows
    for name, method, statistic in (
        ("complete_response.week_24", "miettinen_nurminen_difference", "risk_difference"),
        ("sledai_2k_change.week_24", "repeated_measures", "difference"),
    ):
        one = row_of(found.rows, f"{name}.stem_cells-vs-interleukin_2.{method}.{statistic}")
        other = row_of(rows, f"{name}.interleukin_2-vs-stem_cells.{method}.{statistic}")
        assert one.value is not None
        assert one.low is not None
        assert (other.value, other.high) == pytest.approx((-one.value, -one.low), abs=1e-9)


def test_rows_stand_on_answers_whatever_their_order(found: TrialAnalysis) -> None:
    answers = found.answers[0]
    order = np.argsort(-answers.person)
    shuffled = VisitAnswers(
        answers.analysis,
        answers.visit,
        answers.person[order],
        tuple(answers.name[place] for place in order),
        answers.arm[order],
        answers.value[order],
        answers.known[order],
        answers.how[order],
    )
    assert shuffled.digest == answers.digest == found.rows[0].source_hash
    changed = answers.value.copy()
    changed[0] = 1 - changed[0]
    other = VisitAnswers(
        answers.analysis, answers.visit, answers.person, answers.name, answers.arm, changed,
        answers.known, answers.how,
    )  # fmt: skip
    assert other.digest != answers.digest


def test_rows_are_the_same_after_a_file(found: TrialAnalysis) -> None:
    assert rows_of(row_table(found.rows)) == found.rows


# ---- events and missing answers -----------------------------------------------------------------


def event(strategy: str) -> IntercurrentEvent:
    text = "Rescue or a stop of treatment."
    return IntercurrentEvent.model_validate(
        {"event": "rescue_treatment", "text": text, "strategy": strategy}
    )


def test_a_strategy_decides_what_an_event_and_a_missing_answer_are(
    large_cohort: Facts, found: TrialAnalysis
) -> None:
    """Composite: a failure. Treatment policy: what was observed, and missing is no failure."""
    base = analysis_of("sri_response")
    told = base.model_copy(
        update={
            "intercurrent": tuple(
                IntercurrentEvent.model_validate(
                    {"event": name, "text": "x", "strategy": "treatment_policy"}
                )
                for name in ("rescue_treatment", "treatment_stopped", "died")
            )
        }
    )
    policy = planned(told)
    estimand = estimand_of(told, policy)
    assert estimand.missing == "observed_only"
    assert estimand_of(base, policy).missing == "non_responder"
    observed = answers_of(told, estimand, found.trial)[0]
    composite = answers_of(base, estimand_of(base, policy), found.trial)[0]
    happened = np.isin(composite.how, ["rescue_treatment", "treatment_stopped"])
    assert happened.any()
    assert not composite.value[happened].any()
    assert set(observed.how.tolist()) == {"observed", "missing"}
    assert composite.known.all()
    assert not observed.known[observed.how == "missing"].any()
    both = observed.known & ~happened
    assert (observed.value[both] == composite.value[both]).all()


def test_while_on_treatment_takes_the_last_answer_before(large_cohort: Facts) -> None:
    base = analysis_of("glucocorticoid_dose_change", methods=("mean_interval",), adjusted_for=())
    expression = "dose of glucocorticoid at visit <= 10 mg/d"
    answers = {}
    for strategy in ("treatment_policy", "while_on_treatment", "hypothetical"):
        given = {"event": "low_dose", "text": "x", "strategy": strategy, "expression": expression}
        told = Analysis.model_validate({**base.model_dump(), "intercurrent": [given]})
        result = analyse_trial(planned(told), large_cohort)
        answers[strategy] = {one.visit: one for one in result.answers}
    last = answers["while_on_treatment"]["week_24"]
    aside = answers["hypothetical"]["week_24"]
    moved = np.char.startswith(last.how, "last before low_dose")
    assert moved.any()
    assert (np.char.startswith(aside.how, "set aside: low_dose") == moved).all()
    assert not aside.known[moved].any()
    policy = answers["treatment_policy"]["week_24"]
    assert (last.value[~moved] == policy.value[~moved]).all()


def test_times_lie_between_two_visits(found: TrialAnalysis) -> None:
    answers = next(one for one in found.answers if one.analysis == "time_to_complete_response")
    assert answers.event is not None
    assert answers.since is not None
    used = answers.used
    assert used.event is not None
    assert used.since is not None
    assert (used.since[used.event] < used.value[used.event]).all()
    assert set(used.value.tolist()) <= {28.0, 56.0, 112.0, 140.0, 168.0}
    assert (used.since[~used.event] == used.value[~used.event]).all()


def test_a_death_counts_as_a_response_that_never_comes(found: TrialAnalysis) -> None:
    """Composite: whoever died without one waits to the end, and is not censored at her death."""
    told = analysis_of("time_to_complete_response")
    estimand = estimand_of(told, found.protocol)
    trial = found.trial
    before = answers_of(told, estimand, trial)[0]
    assert before.event is not None
    who = int(before.person[before.known & ~before.event][0])
    early = {who: date(1900, 1, 1)}
    followed = replace(trial.study.followed, deaths=early)
    other = replace(trial, study=replace(trial.study, followed=followed))
    after = answers_of(told, estimand, other)[0]
    place = after.person.tolist().index(who)
    assert after.event is not None
    assert (after.value[place], bool(after.event[place])) == (168.0, False)
    assert after.how[place] == "died before"


def test_every_method_of_a_plan_is_a_test_or_says_what_it_estimates() -> None:
    names = ("complete_response", "sledai_2k_change", "time_to_complete_response")
    for name in {method for one in names for method in methods_of(analysis_of(one))}:
        is_test = get_type_hints(method_named(name).function)["return"] is Significance
        assert is_test != (name in SUMMARIES), name


# ---- populations, strata, families --------------------------------------------------------------


def test_a_population_by_expression_takes_those_who_meet_it(large_cohort: Facts) -> None:
    study = protocol_named(STUDY)
    women = Population(id="women", label="Women", text="Women.", expression="sex is female")
    told = analysis_of("complete_response", population="women", methods=("clopper_pearson",))
    plan = study.model_copy(update={"populations": (women,), "analyses": (told,)})
    result = analyse_trial(plan, large_cohort)
    people = large_cohort.rows("person").to_pylist()
    female = {row["person_id"] for row in people if row["gender_concept_id"] == 8532}
    truth = truth_of(large_cohort, "NCT05631717", "nanjing_registry", "week_24")
    due = {person for person, answer in truth.items() if answer != NOT_DUE}
    assert set(result.answers[0].person.tolist()) == female & due
    assert 0 < len(female & due) < len(due)


def test_strata_part_the_comparison(large_cohort: Facts) -> None:
    told = analysis_of(
        "complete_response",
        family=None,
        strata=("sex is female",),
        methods=(
            "mantel_haenszel_difference",
            "stratified_score_difference",
            "general_association",
        ),
    )
    result = analyse_trial(planned(told), large_cohort)
    strata = result.answers[0].strata
    assert strata is not None
    assert set(strata.tolist()) == {"sex is female: met; ", "sex is female: not_met; "}
    assert {row.method for row in result.rows} == {"count", *told.methods}


def test_a_family_is_tested_in_its_order(found: TrialAnalysis) -> None:
    first = row_of(
        found.rows, "complete_response.week_24.stem_cells-vs-interleukin_2.fisher_test.p"
    )
    second = row_of(
        found.rows, "overall_response.week_24.stem_cells-vs-interleukin_2.fisher_test.p"
    )
    adjusted = [row.value for row in found.rows if row.statistic == "adjusted p"]
    assert first.value is not None
    assert second.value is not None
    assert adjusted == [first.value, max(first.value, second.value)]


# ---- the plan: faults and lock ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"methods": ("cox_model",)}, "cannot use the method 'cox_model'"),
        ({"methods": ("t_test",)}, "cannot use the method 't_test'"),
        ({"response": {"definition": "no_such", "grades": ("CR",)}}, "no_such"),
        ({"response": {"definition": "nanjing_registry", "grades": ("XR",)}}, "a grade that"),
        (
            {"intercurrent": ({"event": "x", "text": "x", "strategy": "composite"},)},
            "'x' is recognised",
        ),
        (
            {"intercurrent": ({"event": "died", "text": "x", "strategy": "hypothetical"},)},
            "is none for",
        ),
        ({"strata": ("sex is purple",)}, "purple"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_why(changes: dict[str, object], said: str) -> None:
    with pytest.raises(RemitError, match=said):
        check_plan(planned(analysis_of("complete_response", **changes)))


def test_an_unknown_quantity_is_refused() -> None:
    told = analysis_of("sledai_2k_change", quantity={"of": "sledai_3k"})
    with pytest.raises(ProtocolError, match="sledai_3k"):
        check_plan(planned(told))


def test_a_study_without_a_plan_is_refused() -> None:
    with pytest.raises(ProtocolError, match="plans no analyses"):
        check_plan(planned())


@pytest.mark.parametrize(
    "changes",
    [
        {"response": None},
        {"visits": ()},
        {"compare": ("stem_cells", "stem_cells")},
        {"incidence": {"expression": "any infection at baseline"}},
    ],
)
def test_an_analysis_has_one_variable_and_what_it_needs(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"one variable|visits|two different arms"):
        analysis_of("complete_response", **changes)


def test_a_lock_holds_until_anything_that_decides_changes(tmp_path: Path) -> None:
    study = protocol_named(STUDY)
    lock = lock_of(study, "A. Statistician", on=date(2026, 11, 28))
    path = tmp_path / "lock.json"
    path.write_text(lock_text(lock), encoding="utf-8")
    assert read_lock(path) == lock
    assert lock_state(study, lock) == f"{LOCKED} by A. Statistician on 2026-11-28"
    others = (
        study.with_parameters({"response_definition": "access"}),
        planned(*study.analyses[1:]),
        study.model_copy(update={"visits": study.visits[:-1]}),
        study.model_copy(
            update={"families": (MultiplicityFamily(id="primary", text="x", procedure="holm"),)}
        ),
    )
    for other in others:
        assert lock_state(other, lock) == CHANGED
        assert plan_hash(other) != lock.plan_hash
    with pytest.raises(ProtocolError, match="another study"):
        lock_state(protocol_named("nct06167174"), lock)
    with pytest.raises(ProtocolError, match="by somebody"):
        lock_of(study, "  ", on=date(2026, 11, 28))
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ProtocolError, match="not the lock"):
        read_lock(path)


# ---- files and the trace ------------------------------------------------------------------------


def test_a_number_leads_to_the_persons_behind_it(
    found: TrialAnalysis, printed: Path, tmp_path: Path
) -> None:
    folder = copytree(printed, tmp_path / "results")
    assert read_rows(folder) == found.all_rows
    name = "overall_response.week_24.stem_cells.count.count"
    trace = trace_row(folder, name)
    assert trace.row.value == sum(line.value or 0 for line in trace.lines)
    assert {line.arm for line in trace.lines} == {"stem_cells"}
    assert len(trace.lines) == trace.row.n
    with pytest.raises(DatasetError, match="no row"):
        trace_row(folder, "overall_response.week_99")
    table = pq.read_table(folder / "answers.parquet")
    pq.write_table(table.slice(1), folder / "answers.parquet")
    with pytest.raises(DatasetError, match="changed since"):
        trace_row(folder, name)
    with pytest.raises(DatasetError, match="no folder of results"):
        trace_row(tmp_path, name)


def test_the_results_are_printed_with_the_same_bytes(
    found: TrialAnalysis, printed: Path, tmp_path: Path
) -> None:
    one, other = printed, write_analysis(found, tmp_path / "other")
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert {"index.html", "results.pdf", "tables.rtf", "tables.xlsx"} <= {str(n) for n in names}
    assert (one / "results.pdf").read_bytes().startswith(b"%PDF-")
    # A workbook holds the time at which it was made, and so does the manifest's hash of it.
    for name in names:
        if name.suffix in {".pdf", ".svg", ".html", ".csv", ".rtf"}:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_no_name_is_markup_in_print(large_cohort: Facts, tmp_path: Path) -> None:
    """A title and an arm with what means something to Typst, to HTML and to formulas of figures."""
    hostile = '#panic("x") $x^2$ <b> = * _ @a \\ "'
    own = protocol_named(STUDY)
    arms = tuple(arm.model_copy(update={"label": hostile}) for arm in own.arms)
    told = analysis_of("complete_response", title=hostile)
    plan = own.model_copy(update={"arms": arms, "title": hostile, "analyses": (told,)})
    folder = write_analysis(analyse_trial(plan, large_cohort), tmp_path / "hostile")
    assert (folder / "results.pdf").read_bytes().startswith(b"%PDF-")
    assert "<b>" not in (folder / "index.html").read_text(encoding="utf-8")


def test_arms_of_other_names_are_refused(large_cohort: Facts) -> None:
    people = {
        row["person_id"]: "arm A"
        for row in large_cohort.extra("allocation").to_pylist()
        if row["study"] == "NCT05631717"
    }
    with pytest.raises(DatasetError, match="nobody was taken into the arms"):
        analyse_trial(protocol_named(STUDY), large_cohort, arms=people)
    one = dict.fromkeys(people, "stem_cells")
    rows = analyse_trial(protocol_named(STUDY), large_cohort, arms=one).rows
    between = [row for row in rows if row.versus and row.statistic in {"risk difference", "p"}]
    assert between
    assert all(row.value is None and row.warnings for row in between)
