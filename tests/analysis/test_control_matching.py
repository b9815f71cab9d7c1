"""Controls matched to cases: the same whatever the order of rows, and honest about who lacks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from remit.analysis.methods.matched_controls import (
    UNBALANCED,
    nearest_controls,
    optimal_controls,
    random_controls,
    random_order,
    variance_ratio,
)
from remit.analysis.plan.plan_lock import plan_hash
from remit.analysis.rows.chosen_controls import AFTER, BEFORE, ControlMatching
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.errors import MethodError, ProtocolError
from remit.facts.opened import Facts
from remit.protocol import Protocol, protocol_named
from remit.protocol.consistency import disagreements
from remit.protocol.matching_sections import Matching
from remit.report.analysis_page import write_analysis
from remit.testing import Row, small_facts
from remit.views.balance_tables import balance_texts, matching_lines

PROTOCOL = protocol_named("umin000042298")
(PLANNED,) = PROTOCOL.matchings
AGES = st.lists(st.integers(20, 60), min_size=1, max_size=6)

# ---- the order of a draw ------------------------------------------------------------------------


def test_the_order_is_that_of_hashes_of_seed_draw_and_id() -> None:
    names = ["A-1", "A-2", "B-1", "ü"]
    keys = {name: sha256(f"7/3/{name}".encode()).hexdigest() for name in names}
    found = [names[place] for place in random_order(names, seed=7, draw=3)]
    assert found == sorted(names, key=lambda name: keys[name])
    turned = names[::-1]
    assert [turned[place] for place in random_order(turned, seed=7, draw=3)] == found


def test_every_two_of_five_are_drawn_as_often() -> None:
    """10 pairs over 5,000 draws, 500 of each; chi square of 9 degrees of freedom, 99.9 %: 27.88."""
    names = [f"p{number}" for number in range(5)]
    drawn = Counter(
        tuple(sorted(random_order(names, seed=1, draw=draw)[:2])) for draw in range(1, 5001)
    )
    assert set(drawn) == set(combinations(range(5), 2))
    assert sum((count - 500) ** 2 / 500 for count in drawn.values()) < 27.88


# ---- methods ------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(AGES, AGES, st.integers(0, 30), st.randoms(use_true_random=False))
def test_pairs_keep_the_limits_and_the_best_are_no_worse(
    cases: list[int], pool: list[int], caliper: int, random: object
) -> None:
    one, other = ([age % 2 for age in ages] for ages in (cases, pool))
    near = nearest_controls(cases, one, pool, other, caliper=caliper)
    best = optimal_controls(cases, one, pool, other, caliper=caliper)
    for found in (near, best):
        assert len(set(found.controls)) == len(found.controls)
        assert sorted([*found.cases, *found.alone]) == list(range(len(cases)))
        apart = [
            abs(cases[case] - pool[control])
            for case, control in zip(found.cases, found.controls, strict=True)
        ]
        assert max(apart, default=0) <= caliper
        assert sum(apart) == found.distance
    assert best.pairs >= near.pairs
    assert best.pairs > near.pairs or best.distance <= near.distance


def test_a_pair_exactly_at_the_caliper_is_one() -> None:
    for caliper, pairs in ((5, 1), (4, 0)):
        found = nearest_controls([40], [0], [45], [0], caliper=caliper)
        assert (found.pairs, found.alone) == (pairs, () if pairs else (0,))
    assert nearest_controls([40], [0], [40], [1], caliper=5).alone == (0,), "another sex"


def test_a_draw_is_made_again_until_it_is_alike() -> None:
    """Cases of 30 to 33; the first order draws the old, the second the young."""
    pool, orders = [70, 71, 72, 30, 31, 33], [[0, 1, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2]]
    found = random_controls([30, 31, 32, 33], [0] * 4, pool, [0] * 6, orders, size=3)
    assert (found.controls, found.draws, found.alike, found.p_sex) == ((3, 4, 5), 2, True, None)
    once = random_controls([30, 31, 32, 33], [0] * 4, pool, [0] * 6, orders[:1], size=3)
    assert (once.controls, once.alike, once.warnings) == ((0, 1, 2), False, (UNBALANCED,))


def test_what_cannot_be_matched_is_refused() -> None:
    with pytest.raises(MethodError, match="too few controls"):
        random_controls([30], [0], [31], [0], [[0]], size=2)
    with pytest.raises(MethodError, match="ages that are known"):
        nearest_controls([float("nan")], [0], [31], [0], caliper=3)
    with pytest.raises(MethodError, match="age and sex"):
        nearest_controls([30], [2], [31], [0], caliper=3)
    with pytest.raises(MethodError, match="caliper"):
        optimal_controls([30], [0], [31], [0], caliper=-1)
    assert nearest_controls([30], [0], [], [], caliper=3).alone == (0,)
    assert optimal_controls([30], [0], [], [], caliper=3).alone == (0,)
    assert variance_ratio([1], [1, 2]).value is None
    assert variance_ratio([1, 2], [3, 3]).value is None


# ---- a study ------------------------------------------------------------------------------------


def patient(person: int, birth: str) -> list[Row]:
    return [*dated(person, birth), {"person_id": person, "concept": "sle", "date": "2019-01-01"}]


def dated(person: int, birth: str, *, sex: str = "female") -> list[Row]:
    days = dict.fromkeys(PROTOCOL.anchors, "2024-01-10")
    rows: list[Row] = [
        {"person_id": person, "anchor": name, "date": day, "study": PROTOCOL.id}
        for name, day in days.items()
    ]
    return [*rows, {"person_id": person, "birth": birth, "sex": sex}]


def healthy(person: int, birth: str, *, sex: str = "female") -> list[Row]:
    """Somebody of whom every answer of cohort 4 is the one that lets in."""
    rows = dated(person, birth, sex=sex)
    for item in PROTOCOL.attestations:
        rows.append(
            {"person_id": person, "attested": item, "answer": item == "healthy_control"}
            | {"by": "x", "date": "2024-01-10", "study": PROTOCOL.id}
        )
    rows.append(
        {"person_id": person, "concept": "egfr", "date": "2024-01-05", "number": "95"}
        | {"unit": "mL/min/{1.73_m2}"}
    )
    return rows


def with_rule(**changes: object) -> Protocol:
    own = Matching.model_validate({**PLANNED.model_dump(), **changes})
    return PROTOCOL.model_copy(update={"matchings": (own,)})


def matched(
    protocol: Protocol, rows: Sequence[Row], cases: Sequence[int]
) -> tuple[TrialAnalysis, ControlMatching]:
    facts = small_facts(rows, data_cut=date(2025, 6, 30), complete=["condition_occurrence"])
    found = analyse_trial(protocol, facts, arms=dict.fromkeys(cases, "all"))
    return found, found.matchings[0]


PATIENTS = [*patient(1, "1984-01-10"), *patient(2, "1974-01-10"), *patient(3, "1964-01-11")]


def test_pairs_of_a_study_and_their_balance() -> None:
    """Ages on 10 January 2024 by hand: 40, 50, 59 (a day before the birthday)."""
    protocol = with_rule(rule="nearest", size=None, caliper=2)
    rows = [
        *PATIENTS,
        *healthy(11, "1982-06-01"),  # 41
        *healthy(12, "1974-01-11"),  # 49, a day before the birthday
        *healthy(13, "1960-01-01"),  # 64
        *healthy(14, "1984-01-10", sex="male"),
        *dated(15, "1984-01-10"),  # nobody signed that she is healthy
    ]
    _, found = matched(protocol, rows, [1, 2, 3])
    assert (found.cases, found.pool) == (3, 4)
    assert {(one.case, one.control) for one in found.matched} == {("1", "11"), ("2", "12")}
    assert "1 cases have no control of their sex within 2 years that is left" in found.notes
    assert any("open whether they meet the criteria" in note for note in found.notes)
    ages = {
        (row.visit, row.arm): row.value
        for row in found.rows
        if row.analysis == "healthy_controls_age" and row.statistic == "mean" and not row.versus
    }
    assert ages["before", "cases"] == pytest.approx((40 + 50 + 59) / 3)
    assert ages["before", "controls"] == pytest.approx((41 + 49 + 64 + 40) / 4)
    assert (ages["after", "cases"], ages["after", "controls"]) == (45, 45)
    texts = {row[0]: row[1:] for row in balance_texts(found).rows}
    assert texts["Persons"] == ("3", "4", "2", "2")
    assert texts["Women"] == ("3 (100.0 %)", "3 (75.0 %)", "2 (100.0 %)", "2 (100.0 %)")
    assert texts["Age: standardised difference"][-1] == "0.00"


def test_the_order_of_rows_and_persons_changes_nothing() -> None:
    protocol = with_rule(size=3)
    rows = [*PATIENTS]
    births = {number: f"{1958 + number}-03-0{1 + number % 5}" for number in range(11, 24)}
    for number, birth in births.items():
        rows += healthy(number, birth)
    _, one = matched(protocol, rows, [1, 2, 3])
    _, other = matched(protocol, rows[::-1], [3, 1, 2])
    assert one.matched == other.matched
    assert one.draws == other.draws
    assert {row.source_hash for row in one.rows} == {row.source_hash for row in other.rows}
    _, seeded = matched(with_rule(size=3, seed=5), rows, [1, 2, 3])
    assert len(seeded.matched) == 3
    assert seeded.matched != one.matched


def test_too_few_controls_are_said_and_nobody_is_chosen() -> None:
    found, matching = matched(with_rule(size=3), [*PATIENTS, *healthy(11, "1982-06-01")], [1, 2, 3])
    assert matching.matched == ()
    assert (matching.alike, matching.draws) == (None, None)
    assert any("too few controls" in note for note in matching.notes)
    assert {row.visit for row in matching.rows} == {BEFORE}
    assert "Nobody was chosen." in list(matching_lines(matching))
    assert found.rows, "the rest of the plan is carried out"


def test_who_has_two_possible_ages_is_left_out_and_counted() -> None:
    rows = [*PATIENTS, *healthy(11, "1982"), *healthy(12, "1983-02-01"), *healthy(13, "1974-03-01")]
    _, found = matched(with_rule(size=2), rows, [1, 2, 3])
    assert (found.pool, len(found.matched)) == (2, 2)
    told = "1 controls left out: birth not known to the day, two ages possible"
    assert told in found.notes


def test_a_draw_that_is_never_alike_says_that_others_have_to_be_recruited() -> None:
    rows = [*PATIENTS]
    for number in range(11, 17):
        rows += healthy(number, "2006-03-01")
    _, found = matched(with_rule(size=5, draws=4), rows, [1, 2, 3])
    assert (found.draws, found.alike) == (4, False)
    assert UNBALANCED in found.notes


def test_the_packaged_rule_on_the_cohort(large_cohort: Facts, tmp_path: Path) -> None:
    found = analyse_trial(PROTOCOL, large_cohort)
    (matching,) = found.matchings
    assert len(matching.matched) == 20
    assert matching.alike
    chosen = {int(one.control) for one in matching.matched}
    taken = {r["person_id"] for r in large_cohort.extra("allocation").to_pylist()}
    assert not chosen & {p for p in taken if p in set(found.trial.persons.tolist())}
    truth = large_cohort.extra("truth").to_pylist()
    for row in truth:
        if row["study"] == PROTOCOL.id and row["person_id"] in chosen:
            criterion = PROTOCOL.criterion(row["criterion"])
            if criterion.id != "I4b" and (not criterion.cohorts or "4" in criterion.cohorts):
                assert row["status"] == (1 if criterion.kind == "inclusion" else 0), row
    tests = [row.value for row in matching.rows if row.visit == AFTER and row.statistic == "p"]
    assert all(p is None or p >= 0.05 for p in tests)
    folder = write_analysis(found, tmp_path / "results")
    written = (folder / "controls-healthy_controls.csv").read_text(encoding="utf-8-sig")
    assert [row["control"] for row in csv.DictReader(written.splitlines())] == [
        one.control for one in matching.matched
    ]
    trace = trace_row(folder, "healthy_controls_age.after.controls.count.mean")
    assert {line.person_id for line in trace.lines} == chosen
    assert trace.row.value == pytest.approx(np.mean([line.value for line in trace.lines]))


# ---- plans --------------------------------------------------------------------------------------


def test_a_matching_is_part_of_the_plan_that_is_locked() -> None:
    assert plan_hash(with_rule(seed=1)) != plan_hash(PROTOCOL)
    without = PROTOCOL.model_copy(update={"matchings": ()})
    assert plan_hash(without) != plan_hash(PROTOCOL)


@pytest.mark.parametrize(
    ("key", "name"),
    [("controls", "9"), ("population", "nobody"), ("age_at", "tomorrow"), ("applies", "I9")],
)
def test_names_that_the_protocol_lacks_are_refused(key: str, name: str) -> None:
    faults = disagreements(with_rule(**{key: name}))
    assert any(isinstance(fault, ProtocolError) and name in str(fault) for fault in faults)


@pytest.mark.parametrize(
    "changes", [{"rule": "nearest"}, {"size": None}, {"caliper": 2.0}, {"alpha": 0}, {"size": 0}]
)
def test_a_rule_without_what_it_needs_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Matching.model_validate({**PLANNED.model_dump(), **changes})
