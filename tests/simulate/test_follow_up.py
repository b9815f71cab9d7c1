"""The follow-up of the synthetic cohort: who, when, what was measured, and the known responses."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from remit.endpoints import definition_named
from remit.endpoints.study_responses import adjudicate_study
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.instruments.catalogue import packaged_instruments
from remit.protocol import packaged_protocols, protocol_named
from remit.simulate import read_allocation, read_responses, simulate_cohort
from remit.simulate.calendar import ABSENT, day_of
from remit.simulate.cohort import DATA_CUT, Drawn, draw_cohort
from remit.simulate.draw.attendance import planned_visits
from remit.simulate.draw.laboratory import COMPLETE, NONE
from remit.simulate.draw.persons import Seeds
from remit.simulate.item_codes import BILAG_FIRST, BILAG_GROUPS, BY_LABORATORY, ITEMS, item_id
from remit.simulate.oracle import known_answers
from remit.simulate.oracle.known_responses import DEFINITIONS, known_responses
from remit.simulate.oracle.planned_visits import picked_at, plan_of
from remit.simulate.state import Labs
from remit.simulate.tables.batches import FIRST_ID, kinds_of

PERSONS = 2000
WITH_VISITS = ("NCT05631717", "NCT06167174", "NCT06904729", "UMIN000042298")


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_cohort(first=1, persons=PERSONS, seeds=Seeds(1, 0), data_cut=DATA_CUT)


@pytest.fixture(scope="module")
def cohort(large_cohort: Facts) -> Facts:
    return large_cohort


def added(cohort: Facts, table: str = "measurement") -> pa.Table:
    """The rows of the follow-up, and of the items at screening."""
    rows = cohort.rows(table)
    return rows.filter(pc.greater_equal(rows.column(0), FIRST_ID))


def of_concept(rows: pa.Table, name: str) -> pa.Table:
    return rows.filter(pc.equal(rows["measurement_concept_id"], omop(name)))


def omop(name: str) -> int:
    return packaged_dictionary().omop_ids(name)[0]


# ---- who -----------------------------------------------------------------------------------------


def test_each_study_follows_some_and_nobody_is_followed_twice(drawn: Drawn) -> None:
    followed = {one.study: one for one in drawn.cohort.followed}
    assert set(followed) == {protocol_named(name).id for name in packaged_protocols()}
    for study, one in followed.items():
        assert 35 <= len(one.at) <= protocol_named(study).target_enrolment
        assert (drawn.cohort.anchors[study]["baseline"][one.at] != ABSENT).all()
    everyone = np.concatenate([one.at for one in followed.values()])
    assert len(set(everyone.tolist())) == len(everyone)


def test_later_chunks_follow_a_quarter() -> None:
    later = draw_cohort(first=1, persons=PERSONS, seeds=Seeds(1, 3), data_cut=DATA_CUT)
    for one in later.cohort.followed:
        assert 0 < len(one.at) <= protocol_named(one.study).target_enrolment // 4


def test_arms_are_those_of_the_protocol_and_balanced(cohort: Facts) -> None:
    rows = read_allocation(cohort).to_pylist()
    arms: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        arms[row["study"]][row["arm"]] += 1
    for study, counted in arms.items():
        assert set(counted) == ({arm.id for arm in protocol_named(study).arms} or {"all"})
        assert max(counted.values()) - min(counted.values()) <= 1
    assert set(arms) == set(WITH_VISITS)
    assert len({(row["study"], row["person_id"]) for row in rows}) == len(rows)


# ---- what screening sees -------------------------------------------------------------------------


def test_no_answer_at_screening_changes_by_the_follow_up(drawn: Drawn) -> None:
    again = known_answers(drawn.cohort)
    for key, answers in drawn.known.items():
        assert np.array_equal(answers.status, again[key].status), key
        assert np.array_equal(answers.reasons, again[key].reasons), key


def test_everything_added_lies_after_screening_and_before_the_data_cut(drawn: Drawn) -> None:
    cohort = drawn.cohort
    for one in cohort.followed:
        screening = cohort.anchors[one.study]["screening"][one.at][:, None]
        for _, _, labs in kinds_of(one.measured):
            there = labs.there & (screening != ABSENT)
            assert (labs.day > screening)[there].all()
            assert (labs.day <= day_of(DATA_CUT))[there].all()
        for eras in one.eras.values():
            baseline = cohort.anchors[one.study]["baseline"][one.at][:, None]
            assert (eras.start > baseline)[eras.there].all()


def test_items_stand_for_totals_at_screening(drawn: Drawn) -> None:
    items, totals = drawn.cohort.items, drawn.cohort.labs["sledai_2k"]
    with_total = totals.there[items.at].any(axis=1)
    assert 0.15 < with_total.mean() < 0.35
    answers = drawn.known["NCT05631717", "I3"].status[items.at[~with_total]]
    assert {0, 1, 2} == set(answers.tolist())
    assert set(items.items) == {item_id(name) for name in ITEMS}


def test_items_are_those_of_the_instruments() -> None:
    form = packaged_instruments()["sledai_2k"]
    assert {item.id: (item.omop, item.points) for item in form.items} == {
        name: (item_id(name), points) for name, (points, _) in ITEMS.items()
    }
    # No count of joints is simulated: arthritis is recorded.
    assert {item.id for item in form.items if item.derived} - {"arthritis"} == BY_LABORATORY
    grades = {
        item.omop - BILAG_FIRST
        for item in packaged_instruments()["bilag_2004"].items
        if item.type == "grade" and item.omop is not None
    }
    assert {n for groups in BILAG_GROUPS.values() for group in groups for n in group} < grades


# ---- the mess ------------------------------------------------------------------------------------


def test_rows_of_the_follow_up_break_no_rule(cohort: Facts) -> None:
    assert {finding.rule for finding in check_dataset(cohort)} == {"unit unknown"}


def test_units_are_mixed_and_some_missing_or_unknown(cohort: Facts) -> None:
    rows = added(cohort)
    upcr = of_concept(rows, "upcr")
    assert {"g/g", "mg/g", "mg/mmol", "mg/TV", None} <= set(upcr["unit_source_value"].to_pylist())
    creatinine = of_concept(rows, "creatinine")
    assert {"mg/dL", "umol/L"} <= set(creatinine["unit_source_value"].to_pylist())
    assert pc.sum(pc.is_valid(upcr["value_source_value"])).as_py() > 5
    assert pc.sum(pc.is_valid(upcr["operator_concept_id"])).as_py() > 3
    c3 = of_concept(rows, "c3")
    assert 0 < c3["range_low"].null_count < 0.1 * c3.num_rows


def test_some_have_two_records_of_one_day(cohort: Facts) -> None:
    upcr = of_concept(added(cohort), "upcr")
    counted = upcr.group_by(["person_id", "measurement_date"]).aggregate([([], "count_all")])
    assert pc.sum(pc.greater(counted["count_all"], 1)).as_py() > 10


def test_visits_are_missed_and_left_and_lie_on_the_edge(drawn: Drawn) -> None:
    gaps = dropouts = edges = beyond = 0
    for one in drawn.cohort.followed:
        came = one.visits.there[:, :7]
        last = np.where(came.any(axis=1), 6 - came[:, ::-1].argmax(axis=1), 0)
        gaps += int((~came & (np.arange(7) < last[:, None])).any(axis=1).sum())
        dropouts += int((last < 6).sum())
        assert came[:, 3].mean() > 0.95
        if one.study in WITH_VISITS:
            baseline = drawn.cohort.anchors[one.study]["baseline"][one.at]
            off = one.visits.start[:, 1:3] - baseline[:, None] - np.array([28, 56])
            edges += int((np.abs(off)[came[:, 1:3]] == 7).sum())
            beyond += int((np.abs(off)[came[:, 1:3]] == 8).sum())
    assert min(gaps, dropouts) > 10
    assert min(edges, beyond) > 0


def test_doses_taper_and_some_are_raised_again(drawn: Drawn) -> None:
    tapered = rescued = 0
    for one in drawn.cohort.followed:
        eras = one.eras["prednisolone"]
        known = eras.there & (eras.amount > 0)
        for row in range(len(one.at)):
            doses = eras.amount[row][known[row]]
            tapered += int(len(doses) > 2 and doses[-1] < doses[0] / 2)
            rescued += int((np.diff(doses) > 0).any())
    assert tapered > 100
    assert rescued > 10


def test_most_are_covered_and_some_are_not() -> None:
    covered = []
    for seed in (1, 2, 3):
        cohort = draw_cohort(first=1, persons=1500, seeds=Seeds(seed, 0), data_cut=DATA_CUT).cohort
        for one in cohort.followed:
            day = cohort.anchors[one.study]["baseline"][one.at] + 168  # week 24
            for spells, at in ((cohort.coverage, one.at), (one.coverage, slice(None))):
                holds = spells.there[at] & (spells.start[at] <= day[:, None])
                covered.append((holds & (spells.end[at] >= day[:, None])).any(axis=1))
    either = np.concatenate(covered[0::2]) | np.concatenate(covered[1::2])
    assert 0.85 < either.mean() < 1


# ---- courses and responses -----------------------------------------------------------------------


def test_values_go_with_the_true_course_and_with_each_other(drawn: Drawn) -> None:
    protein: list[np.ndarray] = []
    complement: list[np.ndarray] = []
    courses: list[np.ndarray] = []
    for one in drawn.cohort.followed:
        for name, into in (("upcr", protein), ("c3", complement)):
            labs = one.measured.labs[name]
            plain = labs.there & (labs.unit == 0) & (labs.bound == 0) & (labs.amount > 0)
            at = 6  # week 24
            into.append(np.where(plain[:, at], labs.amount[:, at] / 1e6, np.nan))
        courses.append(one.course)
    upcr, c3, course = (np.concatenate(part) for part in (protein, complement, courses))
    assert np.nanmedian(upcr[course == COMPLETE]) < 0.6 < np.nanmedian(upcr[course == NONE])
    assert np.nanmedian(c3[course == COMPLETE]) > np.nanmedian(c3[course == NONE]) + 20
    both = ~np.isnan(upcr) & ~np.isnan(c3)
    ranks = [np.argsort(np.argsort(values[both])) for values in (upcr, c3)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] < -0.3


def test_arms_of_the_randomised_study_differ_in_truth() -> None:
    better: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for chunk in range(5):
        drawn = draw_cohort(first=1, persons=1500, seeds=Seeds(1, chunk), data_cut=DATA_CUT)
        one = next(f for f in drawn.cohort.followed if f.study == "NCT05631717")
        for arm, course in zip(one.arm, one.course, strict=True):
            number[one.arms[arm]] += 1
            better[one.arms[arm]] += int(course != NONE)
    share = {arm: better[arm] / number[arm] for arm in number}
    assert share["stem_cells"] > share["interleukin_2"] + 0.05


def test_every_response_is_planted(cohort: Facts) -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in read_responses(cohort).to_pylist():
        seen[row["study"], row["definition"]].add(row["response"])
        assert row["visit"] in {visit.id for visit in protocol_named(row["study"]).visits}
    assert set(seen) == {(study, name) for study in WITH_VISITS for name in DEFINITIONS}
    for name in DEFINITIONS:
        response = {grade.grade for grade in definition_named(name).responses}
        grades = set().union(*(found for (_, other), found in seen.items() if other == name))
        assert grades == {*response, "NR", "not assessable", "not yet due"}


@pytest.mark.parametrize("study", WITH_VISITS)
def test_the_engine_gives_the_planted_responses(cohort: Facts, study: str) -> None:
    rows = [row for row in read_responses(cohort).to_pylist() if row["study"] == study]
    names = tuple(dict.fromkeys(row["definition"] for row in rows))
    persons = tuple(sorted({row["person_id"] for row in rows}))
    definitions = tuple(definition_named(name) for name in names)
    found = adjudicate_study(protocol_named(study), cohort, definitions, persons=persons)
    visits = found.visits.visits
    for name, judged in zip(names, found.adjudications, strict=True):
        words = zip(judged.words(judged.places), judged.words(judged.imputed), strict=True)
        engine = dict(
            zip(zip(visits.person.tolist(), visits.label, strict=True), words, strict=True)
        )
        planted = {
            (row["person_id"], row["visit"]): (row["response"], row["imputed"])
            for row in rows
            if row["definition"] == name
        }
        assert {key: engine[key] for key in planted} == planted


def test_one_seed_gives_one_follow_up(drawn: Drawn) -> None:
    (whole,) = simulate_cohort(persons=PERSONS, seed=1)
    assert known_responses(whole) == known_responses(drawn.cohort)


# ---- which record counts -------------------------------------------------------------------------


def records(*rows: tuple[int, int]) -> Labs:
    """One person's records: day and second; their amount is their place."""
    day, second = (np.array(column, np.int32)[None, :] for column in zip(*rows, strict=True))
    shape = day.shape
    zero = np.zeros(shape, np.int8)
    amount = np.arange(shape[1], dtype=np.int64)[None, :]
    return Labs(
        there=np.ones(shape, np.bool_), day=day, second=second, amount=amount, unit=zero,
        units=(), bound=zero, high=amount, low=amount, coded=zero, codes=(0,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "visit", "place"),
    [
        (((28, -1), (27, -1)), "week_4", 0),
        (((27, -1), (29, -1)), "week_4", 1),  # as near: the later day
        (((29, 60), (29, -1)), "week_4", 0),  # the later time; none comes before any
        (((29, 60), (29, 60)), "week_4", 1),  # the greater id
        (((35, -1),), "week_4", 0),  # the last day of the window
        (((36, -1),), "week_4", None),
        (((126, -1),), "week_16", 0),  # two windows meet: the earlier visit has the day between
        (((126, -1),), "week_20", None),
        (((127, -1),), "week_20", 0),
        (((155, -1),), "week_24", 0),
        (((182, -1),), "week_24", 0),
        (((183, -1),), "week_24", None),
    ],
)
def test_the_nearest_record_counts(
    rows: tuple[tuple[int, int], ...], visit: str, place: int | None
) -> None:
    start = day_of(date(1970, 1, 1))
    plan = plan_of(planned_visits(protocol_named("NCT05631717")), np.array([start], np.int32))
    at = plan.visits.index(visit)
    found = picked_at(records(*rows), plan)
    assert bool(found.there[0, at]) == (place is not None)
    if place is not None:
        assert found.amount[0, at] == place
