"""Baseline, ends, incidences, shifts and quadrants of made persons, numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.analysis.rows.adjusted_statistics import adjusted_means, dose_response
from remit.analysis.rows.baseline_rows import describe_levels, describe_numbers
from remit.analysis.rows.disposition_rows import (
    COMPLETED,
    ENDED,
    UNKNOWN,
    describe_disposition,
)
from remit.analysis.rows.incidence_rows import PersonEvents, describe_incidence, parts_in_order
from remit.analysis.rows.liver_rows import liver_answers
from remit.analysis.rows.question import MethodQuestion, Statistic
from remit.analysis.rows.result_row import ResultRow, row_table, rows_of
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.shift_rows import describe_shifts, from_start, in_bands
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers
from remit.errors import MethodError

HEAD = RowHead(study="made", analysis="a", title="A", population="all")
Key = tuple[tuple[str, ...], tuple[str, ...], str]


def answers(
    values: Mapping[str, Sequence[float | None]],
    *,
    levels: Sequence[str] = (),
    strata: Sequence[str] | None = None,
    baseline: Mapping[str, Sequence[float]] | None = None,
) -> VisitAnswers:
    """Answers of persons numbered from 0, arm by arm; None is none."""
    given_ = [(arm, value) for arm, column in values.items() for value in column]
    n = len(given_)
    known = np.array([value is not None for _, value in given_], np.bool_)
    return VisitAnswers(
        "a",
        "",
        np.arange(n, dtype=np.int64),
        tuple(f"p{place}" for place in range(n)),
        np.array([arm for arm, _ in given_], np.str_),
        np.array([0.0 if value is None else value for _, value in given_]),
        known,
        np.where(known, OBSERVED, "missing"),
        strata=None if strata is None else np.array(strata),
        baseline={name: np.array(column) for name, column in (baseline or {}).items()},
        levels=tuple(levels),
    )


def asked(found: VisitAnswers, *arms: str) -> MethodQuestion:
    return MethodQuestion(found, arms or ("x", "y"), None, 0.95)


def values_of(statistics: Iterable[Statistic]) -> dict[Key, float | None]:
    return {(one.arms, one.part, one.name): one.estimate.value for one in statistics}


# ---- baseline -----------------------------------------------------------------------------------


def test_numbers_of_arms_and_of_all() -> None:
    found = answers({"x": [1, 2, 3, None], "y": [5, 9]})
    statistics = [*describe_numbers(asked(found), together=True)]
    values = values_of(statistics)
    assert values[("x",), (), "mean"] == 2
    assert values[("x",), (), "standard deviation"] == 1
    assert values[("y",), (), "median"] == 7
    assert values[(), (), "mean"] == 4
    assert values[(), (), "lowest"] == 1
    assert values[(), (), "highest"] == 9
    rows = result_rows(HEAD, found, statistics)
    means = {row.arm: (row.n, row.missing) for row in rows if row.statistic == "mean"}
    assert means == {"x": (3, 1), "y": (2, 0), "": (5, 1)}
    assert rows_of(row_table(rows)) == rows
    assert len({row.id for row in rows}) == len(rows)


def test_an_arm_without_answers_is_told() -> None:
    found = answers({"x": [1, 2, 3], "y": [None]})
    statistics = [*describe_numbers(asked(found), tests=("ancova", "kruskal_wallis"))]
    empty = [s for s in statistics if s.arms == ("y",)]
    assert {s.estimate.value for s in empty} == {None}
    assert all(s.estimate.warnings for s in empty)
    tests = [s for s in statistics if s.name == "p"]
    assert [s.method for s in tests] == ["ancova", "kruskal_wallis"]
    assert all(s.estimate.value is None and s.estimate.warnings for s in tests)


def test_answers_in_words() -> None:
    levels = ("mild", "severe", "none")
    found = answers({"x": [0, 0, 1, None], "y": [1, 1, 2]}, levels=levels)
    values = values_of(describe_levels(asked(found), together=True, each={"mild": "fisher_test"}))
    assert values[("x",), ("mild",), "count"] == 2
    assert values[("x",), ("mild",), "proportion"] == pytest.approx(2 / 3)
    assert values[(), ("severe",), "count"] == 3
    assert values[("x",), ("none",), "count"] == 0
    # 2 of 3 against 0 of 3: 1/5 by counting all 20 ways twice over 2 extreme tables (3 + 1).
    assert values[(), ("mild",), "p"] == pytest.approx(0.4)
    of_all = values_of(describe_levels(asked(found), out_of={"x": 4, "y": 4}))
    assert of_all[("x",), ("mild",), "proportion"] == 0.5
    assert found.to_arrow().column("answer").to_pylist()[:4] == ["mild", "mild", "severe", None]


def test_standardised_differences() -> None:
    found = answers({"x": [1, 2, 3], "y": [3, 4, 5]})
    values = values_of(describe_numbers(asked(found), differences=True))
    assert values[("x", "y"), (), "standardised difference"] == -2
    # 1/2 against 3/4: 0.25 over the root of the mean of 0.25 and 0.1875.
    words = answers({"x": [0, 1, 0, 1], "y": [0, 0, 0, 1]}, levels=("a", "b"))
    values = values_of(describe_levels(asked(words), differences=True))
    assert values[("x", "y"), (), "standardised difference"] == pytest.approx(
        0.25 / ((0.25 + 0.1875) / 2) ** 0.5
    )


def test_what_cannot_be_described_is_refused() -> None:
    numbers = answers({"x": [1.0], "y": [2.0]})
    with pytest.raises(MethodError, match="no words"):
        list(describe_levels(asked(numbers)))
    with pytest.raises(MethodError, match="does not compare all arms"):
        list(describe_numbers(asked(numbers), tests=("log_rank_test",)))


# ---- ends ---------------------------------------------------------------------------------------


def test_ends_add_up() -> None:
    levels = ("done", "adverse event", "moved away")
    found = answers({"x": [0, 0, 1, None], "y": [2, 1, 1]}, levels=levels)
    values = values_of(
        describe_disposition(asked(found), together=True, compared=("adverse event",))
    )
    for arms, n in ((("x",), 4), (("y",), 3), ((), 7)):
        parts = ((COMPLETED,), (ENDED,), (UNKNOWN,))
        assert sum(values[arms, part, "count"] or 0 for part in parts) == n
    assert values[("x",), (UNKNOWN,), "count"] == 1
    assert values[("y",), (ENDED, "adverse event"), "proportion"] == pytest.approx(2 / 3)
    # Completed 2 of 4 against 0 of 3: tables of 2 in 7 by x: 3, 12, 6 of 21; as unlikely: 6 + 3.
    assert values[(), (COMPLETED,), "p"] == pytest.approx(9 / 21)
    assert ((), (ENDED, "adverse event"), "p") in values
    with pytest.raises(MethodError, match="completion or a reason"):
        list(describe_disposition(asked(found), compared=("died",)))


# ---- events -------------------------------------------------------------------------------------

WATCHED: Mapping[str, Sequence[float | None]] = {
    "x": [365.25, 365.25, 730.5, None],
    "y": [365.25, 365.25],
}


def made_events(*, days: bool = True) -> PersonEvents:
    listed = (
        (0, ("skin", "rash"), 365.25 / 2),
        (0, ("skin", "rash"), 300.0),
        (0, ("skin", "itch"), 310.0),
        (2, ("skin", "rash"), 365.25),
        (3, ("blood", "anaemia"), 5.0),
        (5, ("blood", "anaemia"), 10.0),
        (99, ("skin", "rash"), 1.0),
    )
    return PersonEvents(
        np.array([row[0] for row in listed], np.int64),
        tuple(row[1] for row in listed),
        np.array([row[2] for row in listed]) if days else None,
    )


def test_persons_and_events_by_part() -> None:
    question = asked(answers(WATCHED))
    found = [*describe_incidence(question, made_events(), pairs=(("x", "y"),), together=True)]
    values = values_of(found)
    assert values[("x",), ("skin",), "count"] == 2
    assert values[("x",), ("skin",), "events"] == 4
    assert values[("x",), ("skin", "rash"), "events"] == 3
    assert values[("x",), (), "count"] == 3
    assert values[("x",), (), "proportion"] == 0.75
    assert values[(), (), "count"] == 4
    assert values[("y",), ("skin",), "count"] == 0
    assert values[("x", "y"), ("skin",), "risk difference"] == 0.5
    # 2 of 4 against 0 of 2: tables of 2 in 6: 1, 8, 6 of 15; no likelier than 6: 1 + 6.
    assert values[("x", "y"), ("skin",), "p"] == pytest.approx(7 / 15)
    (outside,) = {w for s in found for w in s.estimate.warnings if "outside" in w}
    assert outside == "1 events of persons outside the population are not counted"


def test_rates_by_time_watched() -> None:
    question = asked(answers(WATCHED))
    found = {
        (s.arms, s.part, s.name): s for s in describe_incidence(question, made_events(), rates=True)
    }
    # x: one of four was watched nobody knows how long; the others 1, 1 and 2 years. Skin: the first
    # events after half a year and one year, so 2 in 0.5 + 1 + 1 years, and 4 events in 4 years.
    skin = found[("x",), ("skin",), "incidence rate"]
    assert skin.estimate.value == pytest.approx(80)
    assert (skin.n, skin.unit) == (3, "/100 a")
    assert found[("x",), ("skin",), "event rate"].estimate.value == pytest.approx(100)
    assert any("1 it is unknown" in warning for warning in skin.estimate.warnings)
    # Garwood's bounds of two events: 0.2422 and 7.2247 (Ulm K. Am J Epidemiol 1990;131:373).
    assert skin.estimate.low == pytest.approx(0.2422 / 2.5 * 100, abs=0.01)
    assert skin.estimate.high == pytest.approx(7.2247 / 2.5 * 100, abs=0.01)


def test_events_without_a_day_have_no_incidence_rate() -> None:
    question = asked(answers(WATCHED))
    found = {
        (s.arms, s.part, s.name): s.estimate
        for s in describe_incidence(question, made_events(days=False), rates=True)
    }
    assert found[("x",), ("skin",), "incidence rate"].value is None
    assert found[("x",), ("skin",), "incidence rate"].warnings
    assert found[("x",), ("skin",), "event rate"].value == pytest.approx(100)


def test_parts_in_the_order_in_which_they_are_read() -> None:
    found = answers(WATCHED)
    rows = result_rows(HEAD, found, describe_incidence(asked(found), made_events()))
    assert parts_in_order(rows, ("x",)) == (
        (),
        ("blood",),
        ("blood", "anaemia"),
        ("skin",),
        ("skin", "rash"),
        ("skin", "itch"),
    )


def test_no_events_and_no_persons() -> None:
    nothing = PersonEvents(np.array([], np.int64), ())
    values = values_of(describe_incidence(asked(answers(WATCHED)), nothing, pairs=(("x", "y"),)))
    assert values[("x",), (), "count"] == 0
    assert (("x", "y"), (), "p") not in values
    empty = asked(answers({"x": [1.0]}))
    found = [*describe_incidence(empty, made_events(), pairs=(("x", "y"),), rates=True)]
    told = [s for s in found if s.name == "p" or s.arms == ("y",)]
    assert all(s.estimate.value is not None or s.estimate.warnings for s in told)
    with pytest.raises(MethodError, match="each event has"):
        PersonEvents(np.array([1]), ())


def test_the_source_of_incidences_is_their_events_too() -> None:
    found, events = answers(WATCHED), made_events()
    assert events.day is not None
    turned = PersonEvents(events.person[::-1], events.parts[::-1], events.day[::-1])
    assert events.digest(found) == turned.digest(found)
    fewer = PersonEvents(events.person[1:], events.parts[1:], events.day[1:])
    assert events.digest(found) != fewer.digest(found)


# ---- shifts and quadrants -----------------------------------------------------------------------


def test_shifts_from_baseline() -> None:
    found = answers(
        {"x": [0, 0, 1, 1], "y": [0, None, 0]},
        levels=("normal", "high"),
        strata=["normal", "normal", "normal", "high", "normal", "normal", "high"],
    )
    values = values_of(describe_shifts(asked(found), ("normal", "high")))
    assert values[("x",), ("normal",), "count"] == 3
    assert values[("x",), ("normal", "high"), "count"] == 1
    assert values[("x",), ("normal", "high"), "proportion"] == pytest.approx(1 / 3)
    assert values[("y",), ("normal",), "count"] == 1
    assert values[("y",), ("high", "normal"), "proportion"] == 1
    assert ((), (), "p") in values
    with pytest.raises(MethodError, match="one of the states at baseline"):
        list(describe_shifts(asked(found), ("normal",)))


def test_bands_and_what_persons_began_in() -> None:
    start = answers({"x": [2.9, 3.0, None], "y": [5.0, 1.0]})
    later = answers({"x": [1.0, 4.9, 3.0], "y": [5.0, None]})
    levels = ("low", "middle", "high")
    began = in_bands(start, (3.0, 5.0), levels)
    assert began.to_arrow().column("answer").to_pylist() == ["low", "middle", None, "high", "low"]
    found = from_start(in_bands(later, (3.0, 5.0), levels), began)
    assert found.known.tolist() == [True, True, False, True, False]
    assert found.how.tolist()[2] == "no answer at the start"
    values = values_of(describe_shifts(asked(found), levels))
    assert values[("x",), ("low", "low"), "count"] == 1
    assert values[("x",), ("middle", "middle"), "count"] == 1
    assert values[("y",), ("high", "high"), "count"] == 1
    assert values[("x",), ("high",), "count"] == 0
    for bounds in ((3.0,), (5.0, 3.0), (3.0, 3.0)):
        with pytest.raises(MethodError, match="bounds that rise"):
            in_bands(later, bounds, levels)
    with pytest.raises(MethodError, match="begins in one of some states"):
        from_start(later, later)


def test_quadrants_of_hys_law() -> None:
    everyone = answers({"x": [0, 0, 0], "y": [0, 0]})
    enzyme = np.array([3.0, 2.9, np.nan, 5.0, 1.0])
    total = np.array([2.1, 2.1, 1.0, 1.0, 2.0])
    values = values_of(describe_levels(asked(liver_answers(everyone, enzyme, total))))
    assert values[("x",), ("Hy's law range",), "count"] == 1
    assert values[("x",), ("Hy's law range",), "proportion"] == 0.5
    assert values[("x",), ("bilirubin alone",), "count"] == 1
    assert values[("y",), ("transaminase alone",), "count"] == 1
    assert values[("y",), ("neither",), "count"] == 1


# ---- what no number may hang on -----------------------------------------------------------------

Columns = st.lists(st.integers(-50, 50), min_size=3, max_size=8)


@settings(max_examples=40, deadline=None)
@given(x=Columns, y=Columns, order=st.randoms(use_true_random=False))
def test_no_number_hangs_on_the_order_of_persons(x: list[int], y: list[int], order: Random) -> None:
    found = answers({"x": x, "y": y})
    places = np.array(order.sample(range(len(found.person)), len(found.person)))
    turned = replace(
        found,
        person=found.person[places],
        name=tuple(found.name[place] for place in places.tolist()),
        arm=found.arm[places],
        value=found.value[places],
        known=found.known[places],
        how=found.how[places],
    )
    tests = ("ancova", "kruskal_wallis")
    one, other = (
        values_of(describe_numbers(asked(who), together=True, tests=tests, differences=True))
        for who in (found, turned)
    )
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert other[key] == (None if value is None else pytest.approx(value, abs=1e-9))
    assert found.digest == turned.digest


@settings(max_examples=40, deadline=None)
@given(x=Columns, y=Columns, factor=st.integers(2, 50))
def test_a_unit_changes_means_and_no_test(x: list[int], y: list[int], factor: int) -> None:
    found = answers({"x": x, "y": y})
    scaled = replace(found, value=found.value * factor)
    tests = ("ancova", "kruskal_wallis")
    one, other = (
        values_of(describe_numbers(asked(of), tests=tests, differences=True))
        for of in (found, scaled)
    )
    for (arms, part, name), value in one.items():
        if value is None:
            assert other[arms, part, name] is None
        elif name in {"p", "statistic", "df", "standardised difference"}:
            assert other[arms, part, name] == pytest.approx(value, abs=1e-7, rel=1e-6)
        else:
            assert other[arms, part, name] == pytest.approx(value * factor, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(x=Columns, y=Columns)
def test_arms_that_change_places_change_signs_alone(x: list[int], y: list[int]) -> None:
    found = answers({"x": x, "y": y})
    one = values_of(adjusted_means(asked(found, "x", "y"), [("x", "y")]))
    other = values_of(adjusted_means(asked(found, "y", "x"), [("y", "x")]))
    difference = one[("x", "y"), (), "difference"]
    assert difference is not None
    assert other[("y", "x"), (), "difference"] == pytest.approx(-difference, abs=1e-9)
    p = one[("x", "y"), (), "p"]
    assert other[("y", "x"), (), "p"] == (None if p is None else pytest.approx(p, abs=1e-9))


def test_strata_are_one_factor() -> None:
    # x less y: -2.25 in the north and -1.75 in the south, which hold as many.
    found = answers(
        {"x": [1, 2, 11, 12.5], "y": [3, 4.5, 13, 14]},
        strata=["north", "north", "south", "south"] * 2,
    )
    values = values_of(adjusted_means(asked(found), [("x", "y")]))
    assert values[("x", "y"), (), "difference"] == pytest.approx(-2.0)
    slope = values_of(dose_response(asked(found), {"x": 10.0, "y": 0.0}))
    assert slope[(), (), "slope"] == pytest.approx(-0.2)
    assert slope[(), (), "p"] == pytest.approx(values[("x", "y"), (), "p"])


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(7)))
def test_no_incidence_hangs_on_the_order_of_events(order: list[int]) -> None:
    events = made_events()
    assert events.day is not None
    turned = PersonEvents(
        events.person[order], tuple(events.parts[place] for place in order), events.day[order]
    )
    question = asked(answers(WATCHED))
    one, other = (
        values_of(describe_incidence(question, found, pairs=(("x", "y"),), rates=True))
        for found in (events, turned)
    )
    assert one == other


def rows_with_parts() -> tuple[ResultRow, ...]:
    found = answers(WATCHED)
    return result_rows(HEAD, found, describe_incidence(asked(found), made_events()))


def test_rows_of_parts_have_names_of_their_own() -> None:
    rows = rows_with_parts()
    assert len({row.id for row in rows}) == len(rows)
    assert rows_of(row_table(rows)) == rows
