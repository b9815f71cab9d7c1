"""Imputation as a plan asks for it: what is supposed of whom, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from analysis.test_trial_analysis import ARMS, STUDY, analysis_of, asked, planned
from remit.analysis.methods.imputed_differences import imputed_differences
from remit.analysis.plan.estimand import estimand_of
from remit.analysis.rows.imputed_statistics import IMPUTED_NUMBERS, IMPUTED_RESPONSES, SHIFT
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.question import MethodQuestion, Statistic
from remit.analysis.rows.trial_analysis import NOT_ESTIMABLE, analyse_trial
from remit.analysis.rows.visit_answers import NO_RESPONSE
from remit.errors import MethodError, ProtocolError
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.protocol.analysis_sections import Analysis, Population
from remit.protocol.imputation_sections import Imputation, Supposition
from remit.report.figures.tipping_figure import tipping_figure
from remit.views.terminal.analysis_plans import describe_plan

STATED = {"imputations": 20, "seed": 5, "reference": "interleukin_2"}
RESCUE = {
    "event": "rescue",
    "text": "Rituximab was given.",
    "strategy": "treatment_policy",
    "expression": "any rituximab in (baseline, visit]",
    "imputed_as": "jump_to_reference",
}


def numbers(**changes: object) -> Analysis:
    given = {"methods": ("imputed_differences",), "imputation": STATED, **changes}
    return analysis_of("sledai_2k_change", **given)


def of_two_arms(
    first: Sequence[float | None],
    second: Sequence[float | None],
    *,
    after: Mapping[int, str] | None = None,
    supposed: Mapping[str, Supposition] | None = None,
    stated: Mapping[str, object] | None = None,
) -> MethodQuestion:
    """One visit of two arms, `a` and `b`.

    Args:
        after: place of a person -> the event that she had.
    """
    every = [*first, *second]
    base = asked([0.0 if one is None else one for one in every])
    answers = replace(
        base.answers,
        arm=np.array(["a"] * len(first) + ["b"] * len(second)),
        known=np.array([one is not None for one in every]),
        after=np.array([(after or {}).get(place, "") for place in range(len(every))], "U20"),
    )
    imputation = Imputation.model_validate(
        stated or {"imputations": 2000, "seed": 1, "reference": "b"}
    )
    return MethodQuestion(answers, ("a", "b"), ("a", "b"), 0.95, imputation, supposed or {})


def taken(method: str, *questions: MethodQuestion) -> dict[tuple[str, ...], Statistic]:
    takers = {**IMPUTED_NUMBERS, **IMPUTED_RESPONSES}
    return {(s.name, *s.part): s for s in takers[method](method, questions) if s.at is None}


# ---- numbers, by closed forms -------------------------------------------------------------------


def test_each_event_has_its_own_supposition() -> None:
    """One visit, no covariates: a mean of the imputed is the mean of whose answers they are.

    Of 40 in the first arm 25 are known, 5 jump to the other arm, 10 stay: the difference of the
    known means is kept by 35 of 40.
    """
    random = np.random.default_rng(4)
    first, second = random.normal(3, 1, 25).tolist(), random.normal(1, 1, 32).tolist()
    question = of_two_arms(
        [*first, *[None] * 15],
        [*second, *[None] * 8],
        after={25 + place: "rescue" for place in range(5)},
        supposed={"rescue": "jump_to_reference"},
    )
    found = taken("imputed_differences", question)
    difference = found["difference",].estimate
    error = found["standard error",].estimate.value
    missing = found["missing information",].estimate.value
    assert difference.value is not None
    assert error is not None
    assert missing is not None
    noise = 3 * error * sqrt(missing / 2000)
    assert difference.value == pytest.approx(
        35 / 40 * (np.mean(first) - np.mean(second)), abs=noise
    )
    assert "23 of 80 imputed" in difference.warnings
    counts = [s.estimate.value for s in IMPUTED_NUMBERS["imputed_differences"](
        "imputed_differences", [question]) if s.name == "imputed answers"]  # fmt: skip
    assert counts == [15, 8]


def test_the_reference_may_be_the_first_arm() -> None:
    random = np.random.default_rng(8)
    first, second = random.normal(0, 1, 12).tolist(), random.normal(1, 1, 12).tolist()
    rows = [*first[:9], None, None, None], second
    given = {"imputations": 50, "seed": 1}
    one = taken("imputed_differences", of_two_arms(*rows, stated={**given, "reference": "a"}))
    answers = [[value] for row in rows for value in row]
    groups = ["a"] * 12 + ["b"] * 12
    direct = imputed_differences(answers, groups, reference="a", random=1, imputations=50)
    pooled = direct.contrasts[0].pooled
    found = one["difference",].estimate
    assert pooled.estimate.value is not None
    assert pooled.estimate.low is not None
    assert direct.contrasts[0].groups == ("b", "a")
    assert found.value == -pooled.estimate.value
    assert found.high == -pooled.estimate.low


def test_a_tipping_point_comes_with_its_shifts() -> None:
    """A shift of every imputed answer moves the mean of 10 by 4 / 10 of it."""
    random = np.random.default_rng(3)
    first, second = random.normal(5, 1, 6).tolist(), random.normal(0, 1, 10).tolist()
    stated = {"imputations": 40, "seed": 2, "reference": "b", "shifts": (-4.0, 0.0, -2.0)}
    question = of_two_arms([*first, *[None] * 4], second, stated=stated)
    every = list(IMPUTED_NUMBERS["tipping_point"]("tipping_point", [question]))
    shift = next(s for s in every if s.name == SHIFT).estimate.value
    assert shift is not None
    assert shift < 0
    by_shift = {s.at: s.estimate.value for s in every if s.name == "difference"}
    assert list(by_shift) == [-4, -2, 0]
    plain = taken("imputed_differences", question)["difference",].estimate.value
    assert by_shift[0] == plain
    assert plain is not None
    assert by_shift[-4] == pytest.approx(plain - 4 * 0.4)
    p = {s.at: s.estimate.value for s in every if s.name == "p"}
    assert all(value is not None for value in p.values())


def test_responses_without_a_gap_are_those_observed() -> None:
    first, second = [1.0, 1, 1, 0, 1, 0, 1, 0, 1, 1], [0.0, 1, 0, 0, 1, 0, 0, 0, 0, 0]
    found = taken("imputed_responses", of_two_arms(first, second))
    assert found["risk difference",].estimate.value == pytest.approx(0.7 - 0.2)
    wald = sqrt(0.7 * 0.3 / 10 + 0.2 * 0.8 / 10)
    assert found["standard error",].estimate.value == pytest.approx(wald)


def test_who_counts_as_no_response_is_imputed_all_the_same() -> None:
    random = np.random.default_rng(1)
    first, second = (random.integers(0, 2, 30).astype(float).tolist() for _ in range(2))
    question = of_two_arms(first, second)
    how = question.answers.how.astype("U60")
    how[:6] = NO_RESPONSE
    ruled = replace(question, answers=replace(question.answers, how=how))
    value = taken("imputed_responses", ruled)["risk difference",].estimate
    assert "6 of 60 imputed" in value.warnings


def test_what_cannot_be_imputed_is_refused() -> None:
    nobody = of_two_arms([None] * 5, [1.0, 2, 3, 4, 5])
    empty = of_two_arms([], [1.0, 2, 3, 4, 5])
    random = np.random.default_rng(2)
    whole = of_two_arms(random.normal(0, 1, 12).tolist(), random.normal(0, 1, 12).tolist())
    column = random.normal(0, 1, 24)
    twice = {"one": column, "its double": 2 * column}
    singular = replace(whole, answers=replace(whole.answers, baseline=twice))
    for question in (nobody, empty, singular):
        with pytest.raises(MethodError):
            list(IMPUTED_NUMBERS["imputed_differences"]("imputed_differences", [question]))


# ---- in a plan ----------------------------------------------------------------------------------


def due_at_week_24(cohort: Facts) -> int:
    """Of how many of NCT05631717 the planted truth says that week 24 was due at the data cut."""
    rows = cohort.extra("responses").to_pylist()
    asked = ("NCT05631717", "sri_4", "week_24")
    those = [r for r in rows if (r["study"], r["definition"], r["visit"]) == asked]
    return sum(row["response"] != "not yet due" for row in those)


def test_a_plan_imputes_and_gives_the_same_bits_for_a_seed(large_cohort: Facts) -> None:
    told = numbers(
        methods=("imputed_differences", "tipping_point"),
        intercurrent=[RESCUE],
        imputation={**STATED, "sensitivity": ["copy_increments"], "shifts": [0, 2]},
    )
    rows = analyse_trial(planned(told), large_cohort).rows
    again = analyse_trial(planned(told), large_cohort).rows
    assert rows == again
    by_id = {row.id: row for row in rows}
    head = "sledai_2k_change.week_24.stem_cells-vs-interleukin_2"
    own = by_id[f"{head}.imputed_differences.difference"]
    other = by_id[f"{head}.imputed_differences.copy_increments.difference"]
    assert own.value is not None
    assert other.value is not None
    assert own.value != other.value
    assert (own.n, own.n + own.missing) == (other.n, due_at_week_24(large_cohort))
    assert any("imputed" in word for word in own.warnings)
    seeded = numbers(intercurrent=[RESCUE], imputation={**STATED, "seed": 6})
    third = {row.id: row for row in analyse_trial(planned(seeded), large_cohort).rows}
    assert third[own.id].value != own.value
    shifted = tuple(row for row in rows if row.method == "tipping_point")
    figure = tipping_figure(shifted, dict(zip(ARMS, ARMS, strict=True)), reference=ARMS[1])
    assert "stem_cells" in figure.axes[0].get_xlabel()


def test_too_few_answers_are_said_in_a_row(large_cohort: Facts) -> None:
    """Men: 3 and 4, of whom nothing can be learned."""
    men = Population(id="men", label="Men", text="Men.", expression="sex is male")
    plan = planned(numbers(population="men")).model_copy(update={"populations": (men,)})
    rows = analyse_trial(plan, large_cohort).rows
    (found,) = [row for row in rows if row.method == "imputed_differences"]
    assert (found.statistic, found.value, found.visit) == (NOT_ESTIMABLE, None, "week_24")
    assert "too few answers" in found.warnings[0]


def test_a_hypothetical_event_leaves_a_response_to_be_imputed(large_cohort: Facts) -> None:
    events = [
        {"event": "rescue_treatment", "text": "x", "strategy": "hypothetical"},
        {"event": "treatment_stopped", "text": "x", "strategy": "composite"},
        {"event": "died", "text": "x", "strategy": "composite"},
    ]
    stated = {"imputations": 10, "seed": 1}
    methods = ("clopper_pearson", "imputed_responses")
    told = analysis_of(
        "sri_response", methods=methods, intercurrent=events, imputation=stated,
        visits=("week_16", "week_24"),
    )  # fmt: skip
    plan = planned(told)
    estimand = estimand_of(told, plan)
    assert estimand.missing == "imputed"
    found = analyse_trial(plan, large_cohort)
    answers = found.answers[-1]
    aside = answers.how == "set aside: rescue_treatment"
    assert aside.any()
    assert not answers.known[aside].any()
    row = next(row for row in found.rows if row.statistic == "risk difference")
    imputed = int((~answers.known).sum())
    assert f"{imputed} of {due_at_week_24(large_cohort)} imputed" in row.warnings
    counts = [row for row in found.rows if row.statistic == "imputed answers"]
    assert sum(row.value or 0 for row in counts) == imputed


def test_the_plan_says_what_is_supposed_of_whom() -> None:
    told = numbers(intercurrent=[RESCUE], imputation={**STATED, "sensitivity": ["copy_reference"]})
    text = " ".join(describe_plan(planned(told), locked="not locked").split())
    for words in (
        "missing after the event rescue are imputed with the mean of Low-dose interleukin-2",
        "other missing answers are imputed as in the own arm, missing at random",
        "20 imputations from seed 5, pooled by Rubin's rules",
        "all that is missing after a last answer is imputed as if the person had been in",
    ):
        assert words in text


FAULTS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "nothing stated": ({"imputation": None}, "nothing says how often"),
    "no method": ({"methods": ("ancova",)}, "no method of it makes"),
    "nothing compared": ({"compare": None}, "compares nothing"),
    "an arm not compared": (
        {"imputation": {**STATED, "reference": "somebody"}},
        "none of the arms",
    ),
    "no reference": (
        {"imputation": {"imputations": 9, "seed": 1, "sensitivity": ["copy_reference"]}},
        "that it does not name",
    ),
    "shifts of no method": ({"imputation": {**STATED, "shifts": [1.0]}}, "no method of it tries"),
    "back to no baseline": (
        {"imputation": {**STATED, "sensitivity": ["return_to_baseline"]}},
        "scale of the answers",
    ),
    "an event that is not imputed": (
        {"intercurrent": [{**RESCUE, "strategy": "while_on_treatment"}]},
        "are not imputed",
    ),
    "a dead person's number": (
        {"intercurrent": [{"event": "died", "text": "x", "strategy": "treatment_policy"}]},
        "treatment_policy",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_impossible_combinations_are_refused(name: str) -> None:
    changes, words = FAULTS[name]
    with pytest.raises(ProtocolError, match=words):
        check_plan(planned(numbers(**changes)))


def test_responses_are_imputed_at_random_alone() -> None:
    stated = {"imputations": 9, "seed": 1, "reference": ARMS[1], "sensitivity": ["copy_reference"]}
    told = analysis_of("sri_response", methods=("imputed_responses",), imputation=stated)
    with pytest.raises(ProtocolError, match="missing at random alone"):
        check_plan(planned(told))
    event = {"event": "rescue_treatment", "text": "x", "strategy": "hypothetical"}
    with pytest.raises(ProtocolError, match="hypothetical"):
        check_plan(planned(analysis_of("sri_response", intercurrent=[event])))
    assert protocol_named(STUDY).analyses
