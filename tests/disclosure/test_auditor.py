"""No count from 1 to smallest - 1 can be worked out of a page, alone or with all others together.

A page of rounded counts is the exact page of its stand-ins, people who could be: so whatever a
reader believes of the distance between a shown and a true number, these people are among his
possible ones, and none of their counts lies in that range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest

from disclosure.auditor import Matrix, bounds_of
from disclosure.random_screenings import (
    DESIGNS,
    kinds_of,
    random_rows,
    screening_of_rows,
)
from remit.disclosure import stand_ins
from remit.screening import Screening
from remit.screening.cohort_counts import (
    ShownScreening,
    shown_screening,
    shown_screenings,
    stand_in_screenings,
)
from remit.views.words import COUNTS

SCREENINGS = 1_500


def numbers_of(shown: ShownScreening) -> dict[tuple[str, ...], int]:
    """Every number of a page by what it counts; marks are taken off."""
    found: dict[tuple[str, ...], str] = {("persons",): shown.persons}
    for cohort in shown.cohorts:
        name = cohort.cohort or ""
        for head in ("eligible", "undetermined", "not_eligible", "waiting"):
            found[name, head] = getattr(cohort, head)
        for step in cohort.steps:
            found |= {(name, step.criterion, one): getattr(step, one) for one in COUNTS}
    for criterion, words in shown.reasons.items():
        found |= {("reason", criterion, word): text for word, text in words.items()}
    return {key: int(text.lstrip("≈").replace(",", "")) for key, text in found.items()}


def told_small(texts: dict[tuple[str, ...], int], smallest: int) -> list[tuple[str, ...]]:
    return [key for key, number in texts.items() if 0 < number < smallest]


def check_sums(shown: ShownScreening) -> None:
    """What a reader knows to be true of every page."""
    page = numbers_of(shown)
    persons = page["persons",]
    for cohort in shown.cohorts:
        name = cohort.cohort or ""
        before = certain = page[name, cohort.steps[0].criterion, "entering"]
        assert before <= persons  # the others died before
        for step in cohort.steps:
            at = {one: page[name, step.criterion, one] for one in COUNTS}
            assert at["entering"] == before == at["excluded"] + at["remaining"]
            assert at["remaining"] == at["passed"] + at["unknown"] + at["not_applicable"]
            assert certain - at["excluded"] - at["unknown"] <= at["certain"] <= certain
            assert at["certain"] + at["unknown"] <= at["remaining"]
            reasons = [n for (kind, *where), n in page.items() if kind == "reason"
                       and where[0] == step.criterion]  # fmt: skip
            assert sum(reasons) >= at["unknown"]
            before, certain = at["remaining"], at["certain"]
        assert (page[name, "eligible"], page[name, "not_eligible"]) == (certain, persons - before)
        assert page[name, "undetermined"] == before - certain >= page[name, "waiting"]


def random_screenings(seed: int, *, most: int = 60) -> Iterator[tuple[int, list[str], int]]:
    random = np.random.default_rng(seed)
    while True:
        design = int(random.integers(len(DESIGNS)))
        persons = int(random.integers(0, most))
        yield design, random_rows(random, design, persons=persons), int(random.integers(3, 9))


def test_a_page_is_that_of_people_who_could_be() -> None:
    hidden = Counter[str]()
    drawn = random_screenings(1)
    for _ in range(SCREENINGS):
        design, rows, smallest = next(drawn)
        screening = screening_of_rows(design, rows)
        shown = shown_screening(screening, smallest=smallest)
        (people,) = stand_in_screenings((screening,), smallest=smallest)
        # Each of them is a person of the data, whole groups of times.
        repeats = Counter(people.person_ids.tolist())
        assert not any(number % smallest for number in repeats.values())
        assert len(people.person_ids) == len(rows) // smallest * smallest
        # Their exact page is the one that was shown: it has no small number,
        page = numbers_of(shown)
        assert numbers_of(shown_screening(people, smallest=0)) == page
        assert not told_small(page, smallest), (design, rows, smallest)
        check_sums(shown)
        # and what is shown of them is no other page.
        assert numbers_of(shown_screening(people, smallest=smallest)) == page
        exact = numbers_of(shown_screening(screening, smallest=0))
        hidden.update(key[-1] for key in told_small(exact, smallest))
    assert sum(hidden.values()) > 15_000
    assert {"excluded", "passed", "unknown", "certain", "eligible", "no_data"} <= set(hidden)


def test_who_knows_the_number_of_persons_learns_no_more() -> None:
    """That number is also in the manifest: the same page has people of just that number."""
    drawn = random_screenings(2)
    for _ in range(300):
        design, rows, smallest = next(drawn)
        (people,) = stand_in_screenings((screening_of_rows(design, rows),), smallest=smallest)
        if not len(people.person_ids):
            continue
        page = numbers_of(shown_screening(people, smallest=smallest))
        left = len(rows) - len(people.person_ids)
        found = []
        for kind in dict.fromkeys(rows[person - 1] for person in people.person_ids.tolist()):
            kinds = [rows[person - 1] for person in people.person_ids.tolist()] + [kind] * left
            more = screening_of_rows(design, kinds)
            found.append(
                numbers_of(shown_screening(more, smallest=smallest)) == page
                and not told_small(numbers_of(shown_screening(more, smallest=0)), smallest)
            )
        assert any(found), (design, rows, smallest)


def counted_kinds(design: int, letters: str) -> tuple[list[str], Matrix, list[tuple[str, ...]]]:
    """Under which counts one person of each kind is counted."""
    kinds = kinds_of(design, letters)
    pages = [numbers_of(shown_screening(screening_of_rows(design, [k]), smallest=0)) for k in kinds]
    keys = list(dict.fromkeys(key for page in pages for key in page))
    return kinds, np.array([[page.get(key, 0) for page in pages] for key in keys], float), keys


Publish = Callable[[Screening, int, list[tuple[str, ...]]], list[int]]


def by_stand_ins(screening: Screening, smallest: int, keys: list[tuple[str, ...]]) -> list[int]:
    page = numbers_of(shown_screening(screening, smallest=smallest))
    return [page.get(key, 0) for key in keys]


def one_by_one(screening: Screening, smallest: int, keys: list[tuple[str, ...]]) -> list[int]:
    """Each count to its nearest multiple: what sums undo."""
    page = numbers_of(shown_screening(screening, smallest=0))
    return [(page.get(key, 0) + smallest // 2) // smallest * smallest for key in keys]


def worked_out(publish: Publish, *, seed: int, times: int, nearest: bool) -> int:
    """Small counts that the linear program bounds within 1 to smallest - 1."""
    found = tried = 0
    for design, rows, smallest in random_screenings(seed, most=40):
        if design > 3 or not rows:
            continue
        plain = ["".join("m" if one in "ab" else one for one in row.strip("+")) for row in rows]
        kinds, counted, keys = counted_kinds(design, "mnuw")
        number = Counter(plain)
        true = counted @ np.array([number[kind] for kind in kinds], float)
        shown = np.array(publish(screening_of_rows(design, plain), smallest, keys), float)
        slack = smallest // 2 if nearest else smallest - 1
        small = np.flatnonzero((true > 0) & (true < smallest))
        for which in np.random.default_rng(seed).permutation(small)[:3].tolist():
            low, high = bounds_of(counted, shown, slack=slack, which=which)
            found += low > 1 - 1e-6 and high < smallest - 1 + 1e-6
        tried += 1
        if tried == times:
            return found
    raise AssertionError("there are always more")


@pytest.mark.parametrize("nearest", [True, False])
def test_the_linear_program_bounds_no_small_count(nearest: bool) -> None:
    assert worked_out(by_stand_ins, seed=3, times=40, nearest=nearest) == 0


def test_the_linear_program_undoes_counts_that_are_rounded_one_by_one() -> None:
    # 8 + 3 = 11 is shown as 10, 5 and 10: the second is 3 or 4.
    sums = np.array([[1, 0], [0, 1], [1, 1]], float)
    low, high = bounds_of(sums, np.array([10, 5, 10], float), slack=2, which=1)
    assert (round(low), round(high)) == (3, 4)
    assert worked_out(one_by_one, seed=3, times=40, nearest=True) > 0


# ---- nested definitions, arms and several studies at once ----------------------------------------


def test_nested_definitions_do_not_subtract_to_a_few() -> None:
    """SRI-4 to SRI-8: who falls by eight points also falls by four. By arm, over many draws."""
    random = np.random.default_rng(5)
    for _ in range(300):
        persons, smallest = int(random.integers(5, 80)), int(random.integers(3, 9))
        fall = random.choice(9, persons, p=random.dirichlet(np.full(9, 0.5)))
        arm = random.random(persons) < random.random()
        columns = [fall >= points for points in range(4, 9)]
        columns += [column & arm for column in columns] + [arm]
        places = stand_ins(columns, persons=persons, smallest=smallest)
        counts = [int(column[places].sum()) for column in columns]
        chain, in_arm = counts[:5], counts[5:10]
        differences = [a - b for run in (chain, in_arm) for a, b in pairwise(run)]
        other_arm = [a - b for a, b in zip(chain, in_arm, strict=True)]
        for number in (*counts, *differences, *other_arm):
            assert number >= 0
            assert number % smallest == 0


def test_studies_of_one_page_have_the_same_stand_ins() -> None:
    random = np.random.default_rng(6)
    rows = random_rows(random, 2, persons=50)
    first, second = screening_of_rows(2, rows), screening_of_rows(1, rows)
    one, other = stand_in_screenings((first, second), smallest=5)
    assert one.person_ids.tolist() == other.person_ids.tolist()
    shown = shown_screenings((first, second), smallest=5)
    # The same first criterion, asked by two studies: as an inclusion, and as an exclusion.
    met = [row[0] == "m" for row in rows]
    assert sum(met[person - 1] for person in one.person_ids) % 5 == 0
    steps = shown[0].cohorts[0].steps[0], shown[1].cohorts[0].steps[0]
    assert steps[0].excluded != steps[1].excluded or steps[0].passed == steps[1].passed
