"""Virtual trials: the same bits whoever works, power as it is exactly, and what is refused."""

from __future__ import annotations

import gc
from functools import partial
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.two_proportions import miettinen_nurminen_difference
from remit.analysis.plan.estimand import definition_of
from remit.criteria.columns.numbers import Numbers
from remit.endpoints.bound_definition import bind_definition
from remit.endpoints.definition import VisitConfirmation
from remit.endpoints.definition_files import packaged_definitions
from remit.errors import ProtocolError
from remit.facts.codes import NO_VOCABULARY
from remit.protocol import protocol_named
from remit.simulate.trials import virtual_trials
from remit.simulate.trials.asked_visits import asked_visits
from remit.simulate.trials.virtual_assumptions import VirtualAssumptions, read_assumptions
from remit.simulate.trials.virtual_patients import draw_course
from remit.simulate.trials.virtual_trials import (
    VirtualTrials,
    run_trials,
    trial_counts,
    virtual_design,
)

STUDY = protocol_named("nct05631717")
OWN = packaged_definitions()["nanjing_registry"]
CHOSEN = ("nanjing_registry", "access", "kdigo_2024", "kdigo_2012", "regency_crr_steroid")


def run(given: VirtualAssumptions | None = None, **more: int) -> VirtualTrials:
    asked = virtual_design(STUDY, given or VirtualAssumptions(), arms=(20, 20))
    definitions = [packaged_definitions()[name] for name in CHOSEN]
    return run_trials(asked, definitions, OWN, **{"trials": 300, "seed": 4, **more})


def test_the_plans_own_comparison_is_what_is_simulated() -> None:
    asked = virtual_design(STUDY, VirtualAssumptions(), arms=(20, 20))
    assert asked.analysis.id == "complete_response"
    assert definition_of(asked.analysis, STUDY) == OWN
    assert asked.weeks == (0, 4, 8, 16, 20, 24)
    assert asked.weeks[asked.at] == 24


@pytest.mark.parametrize("rows", [500, 9_000, 30_000])
def test_the_same_seed_gives_the_same_bits_whoever_works(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one process or several, and however many visits are judged at once."""
    alone = run()
    monkeypatch.setattr(virtual_trials, "ROWS", rows)
    assert run().powers == run(workers=2).powers == alone.powers
    assert run(seed=5).powers != alone.powers
    # Trials are drawn in blocks of their own: more of them leave the first ones as they are.
    assert run(trials=200).powers != alone.powers


def test_visits_that_are_not_looked_at_need_not_be_written_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One visit is judged as if all were written down, also where it looks at those before it."""
    confirmed = packaged_definitions()["access"].model_copy(
        update={"id": "confirmed", "confirmation": VisitConfirmation(text="Twice.")}
    )
    kdigo = packaged_definitions()["kdigo_2012"]
    gate = kdigo.responses[0].gates[0]
    fell = gate.model_copy(update={"id": "fell", "expression": "upcr <= upcr at previous"})
    best = kdigo.responses[0]
    changed = best.model_copy(update={"gates": (*best.gates, fell)})
    falling = kdigo.model_copy(
        update={"id": "falling", "responses": (changed, *kdigo.responses[1:])}
    )
    high = OWN.model_copy(
        update={
            "id": "high",
            "intercurrent": (
                packaged_definitions()["access"]
                .intercurrent[0]
                .model_copy(update={"expression": "upcr > 6 g/g"}),
            ),
        }
    )
    asked = virtual_design(STUDY, VirtualAssumptions(), arms=(20, 20))
    chosen = [packaged_definitions()[name] for name in CHOSEN]
    weeks = {"own": (0, 5), "confirmed": (0, 4, 5), "falling": (0, 4, 5), "high": range(6)}
    for more, name in ((OWN, "own"), (confirmed, ""), (falling, ""), (high, "")):
        bound = [bind_definition(one, NO_VOCABULARY) for one in (*chosen, more)]
        assert asked_visits(bound, asked.weeks, asked.at).read == tuple(weeks[name or more.id])
        few = trial_counts(asked, [*chosen, more], OWN, trials=200, seed=3)
        with monkeypatch.context() as patch:
            patch.setattr(virtual_trials, "asked_visits", partial(asked_visits, whole=True))
            every = trial_counts(asked, [*chosen, more], OWN, trials=200, seed=3)
        assert np.array_equal(few, every)
        assert few[0 if more is OWN else -1].sum() > 0


def test_what_was_drawn_is_let_go_without_looking_for_rings() -> None:
    """Commands look for rings of unused objects late: 4 GiB of them once lay there."""
    asked = virtual_design(STUDY, VirtualAssumptions(), arms=(20, 20))
    chosen = [packaged_definitions()[name] for name in CHOSEN]
    trial_counts(asked, chosen, OWN, trials=2, seed=3)
    gc.collect()
    gc.disable()
    try:
        trial_counts(asked, chosen, OWN, trials=2, seed=3)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        held = [one for one in gc.garbage if isinstance(one, np.ndarray | Numbers)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not held


def test_simulated_power_is_the_exact_one_within_its_error() -> None:
    found = run(VirtualAssumptions(responding=(0.9, 0.2)), trials=2000)
    assert {one.definition for one in found.powers} == set(CHOSEN)
    for one in found.powers:
        assert one.error == pytest.approx(sqrt(one.power * (1 - one.power) / 2000))
        assert abs(one.power - one.exact) <= 3 * one.error + 1e-12, one
    own = found.powers[0]
    assert own.own
    assert own.power > 0.3


def test_arms_that_are_alike_are_told_apart_no_more_often_than_the_test_allows() -> None:
    found = run(VirtualAssumptions(responding=(0.5, 0.5)), trials=2000)
    for one in found.powers:
        assert one.power <= 0.05 + 3 * sqrt(0.05 * 0.95 / 2000)


def test_rescue_missed_visits_and_steroid_shape_the_answer() -> None:
    """Each lowers the share that responds under definitions that count it, and leaves others."""
    plain = VirtualAssumptions(missed=0.0, leaving=0.0, rescue=0.0)
    shares = {one.definition: one.shares for one in run(plain).powers}
    missed = {o.definition: o.shares for o in run(plain.model_copy(update={"missed": 0.5})).powers}
    steroid = {"steroid_goal": (20.0, 20.0)}
    taken = {o.definition: o.shares for o in run(plain.model_copy(update=steroid)).powers}
    for name in CHOSEN:
        assert missed[name][0] < shares[name][0] or shares[name][0] == 0
    assert taken["access"] == (0.0, 0.0) < shares["access"]
    assert taken["kdigo_2024"] == shares["kdigo_2024"]
    rescued = {"rescue": 1.0, "rescue_steroid": 60.0, "responding": (0.0, 0.0)}
    assert {
        o.shares for o in run(plain.model_copy(update=rescued)).powers if o.definition == "access"
    } == {(0.0, 0.0)}


def test_courses_are_what_was_supposed() -> None:
    """Medians by the laws of the distributions that are drawn from."""
    given = VirtualAssumptions(upcr_least=0.01, missed=0.1, leaving=0.05)
    course = draw_course(np.random.default_rng(1), 40_000, (0, 4, 8, 24), 1.0, given)
    assert np.median(course.upcr[:, 0]) == pytest.approx(2.4, rel=0.03)
    assert np.std(np.log(course.upcr[:, 0])) == pytest.approx(sqrt(0.8**2 + 0.2**2), rel=0.02)
    half = 1 - 0.5 ** (24 / 6)
    expected = 2.4 * (1 - half * (1 - 0.15))
    assert np.median(course.upcr[:, 3]) == pytest.approx(expected, rel=0.05)
    assert course.seen[:, 0].all()
    assert course.left[:, 3].mean() == pytest.approx(1 - 0.95**3, abs=0.01)
    assert course.seen[:, 3].mean() == pytest.approx(0.95**3 * 0.9, abs=0.01)
    assert course.women.mean() == pytest.approx(0.9, abs=0.01)


def test_intervals_hold_the_planted_difference_as_often_as_they_say() -> None:
    """1,000 trials: 95 ± 1.4 % of the intervals; no difference is found in 5 % + 3 errors at most.

    The planted shares are those of 400,000 persons of each arm, drawn with another seed.
    """
    for responding in ((0.8, 0.3), (0.5, 0.5)):
        given = VirtualAssumptions(responding=responding)
        asked = virtual_design(STUDY, given, arms=(20, 20))
        counts = trial_counts(asked, [OWN], OWN, trials=1000, seed=11)[0]
        planted = trial_counts(asked, [OWN], OWN, trials=20_000, seed=12)[0].mean(axis=0) / 20
        pairs, number = np.unique(counts, axis=0, return_counts=True)
        held = rejected = 0
        for (first, second), times in zip(pairs.tolist(), number.tolist(), strict=True):
            interval = miettinen_nurminen_difference(first, 20, second, 20)
            assert interval.low is not None
            assert interval.high is not None
            held += times * (interval.low <= planted[0] - planted[1] <= interval.high)
            p = fisher_test([[first, 20 - first], [second, 20 - second]]).p
            rejected += times * (p is not None and p < 0.05)
        assert 0.95 - 0.014 <= held / 1000 <= 1
        if responding[0] == responding[1]:
            assert rejected / 1000 <= 0.05 + 3 * sqrt(0.05 * 0.95 / 1000)
            assert held / 1000 <= 0.95 + 0.03
        else:
            assert rejected / 1000 > 0.2


def test_what_no_virtual_patient_has_leaves_a_definition_out() -> None:
    asked = virtual_design(STUDY, VirtualAssumptions(), arms=(10, 10))
    every = list(packaged_definitions().values())
    found = run_trials(asked, every, OWN, trials=1, seed=1)
    assert "urine_rbc_casts" in found.not_judged["lunar"]
    assert not {one.definition for one in found.powers} & set(found.not_judged)


def test_bad_designs_are_refused(tmp_path: Path) -> None:
    given = VirtualAssumptions()
    with pytest.raises(ProtocolError, match="no such comparison"):
        virtual_design(STUDY, given, arms=(10, 10), analysis="sledai_2k_change")
    with pytest.raises(ProtocolError, match="has persons"):
        virtual_design(STUDY, given, arms=(0, 10))
    with pytest.raises(ProtocolError, match="no such comparison"):
        virtual_design(protocol_named("nct06904729"), given, arms=(10, 10))
    asked = virtual_design(STUDY, given, arms=(10, 10))
    with pytest.raises(ProtocolError, match="a number of virtual trials"):
        run_trials(asked, [OWN], OWN, trials=0, seed=1)
    lunar = packaged_definitions()["lunar"]
    with pytest.raises(ProtocolError, match="cannot be judged"):
        run_trials(asked, [lunar], lunar, trials=1, seed=1)
    kind = 'kind = "remit.virtual_trial"\n'
    for text, said in (
        (f"{kind}responding = [1.2, 0.4]", "does not fit"),
        (f"{kind}upcr_mean = 3", "does not fit"),
        (f"{kind}responding = ", "cannot be read"),
        ("", "does not say"),
        ("missed = 0.2", "does not say"),
    ):
        path = tmp_path / "assume.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ProtocolError, match=said):
            read_assumptions(path)
    path.write_text(f"{kind}missed = 0.2\n", encoding="utf-8")
    assert read_assumptions(path) == VirtualAssumptions(missed=0.2)
