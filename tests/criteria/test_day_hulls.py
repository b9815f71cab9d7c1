"""No leaf sees a record of a measure on a day that is not asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from criteria.spec.running import spec_tables
from criteria.spec.writing import DATA_CUT, ENVIRONMENT, STUDY
from criteria.test_leaves import SPECS, _leaves
from remit.criteria.binder import bind_expression
from remit.criteria.columns.day_hulls import asked_days
from remit.criteria.columns.records import read_records
from remit.criteria.columns.subjects import Belonging, Subjects, study_subjects
from remit.criteria.leaves import Leaf
from remit.criteria.meanings import LEAF_KINDS, codes_of_leaves
from remit.criteria.tree import leaves_of
from remit.facts.arrays import LAST_DAY, NO_DAY, dates_of, whole_numbers
from remit.facts.asked_days import AskedDays
from remit.facts.reading import TablesPart

# All days are known here: rows on others are read whatever is asked.
TABLES_OF_SPECS = {
    name: rows for name, rows in spec_tables(SPECS).items() if name != "imprecise_date"
}


def _without_others(days: AskedDays | None) -> TablesPart:
    """The rows of the specs, but for those that nobody asks for."""
    if days is None:
        return TablesPart(TABLES_OF_SPECS)
    rows = TABLES_OF_SPECS["measurement"]
    person, day = whole_numbers(rows["person_id"]), dates_of(rows["measurement_date"])
    code = whole_numbers(rows["measurement_concept_id"])
    place = np.minimum(np.searchsorted(days.person, person), len(days.person) - 1)
    kept = days.person[place] == person
    for one in days.ranges:
        of_range = np.isin(code, list(one.concepts))
        kept &= ~of_range | ((day >= one.first[place]) & (day <= one.last[place]))
    return TablesPart({**TABLES_OF_SPECS, "measurement": rows.filter(pa.array(kept))})


def _codes(leaf: Leaf, part: TablesPart, subjects: Subjects) -> np.ndarray:
    records = read_records(leaf.reads, part, subjects, complete=frozenset())
    return codes_of_leaves((leaf,), records)[leaf]


def _subjects() -> Subjects:
    return study_subjects(TablesPart(TABLES_OF_SPECS), study=STUDY, data_cut=DATA_CUT)


def _several(who: Subjects) -> Subjects:
    """Each person twice: on her own dates, and a year later; each date has days of its own."""
    at = np.repeat(np.arange(len(who)), 2)
    later = np.tile([0, 365], len(who)).astype(np.int32)
    dates = {
        name: np.where(day[at] == NO_DAY, NO_DAY, day[at] + later).astype(np.int32)
        for name, day in who.dates.items()
    }
    return Subjects(
        who.person[at],
        dates,
        who.sex[at],
        who.born_first[at],
        who.born_last[at],
        who.study,
        who.data_cut,
        {
            name: Belonging(day - np.int32(20), day + np.int32(10), nearest=True)
            for name, day in dates.items()
        },
    )


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("kind", LEAF_KINDS, ids=lambda kind: kind.__name__)
def test_what_is_not_asked_for_changes_no_answer(kind: type, several: bool) -> None:
    who = _several(_subjects()) if several else _subjects()
    whole = TablesPart(TABLES_OF_SPECS)
    for leaf in _leaves()[kind]:
        part = _without_others(asked_days(((leaf,),), (who,)))
        assert np.array_equal(_codes(leaf, part, who), _codes(leaf, whole, who)), leaf


def test_leaves_of_two_studies_are_asked_for_together() -> None:
    every = [leaf for leaves in _leaves().values() for leaf in leaves]
    one = _subjects()
    two = replace(
        one, dates={name: np.where(d == NO_DAY, d, d - 50) for name, d in one.dates.items()}
    )
    halves = (every[::2], every[1::2])
    part = _without_others(asked_days(halves, (one, two)))
    for some, who in zip(halves, (one, two), strict=True):
        for leaf in some:
            whole = _codes(leaf, TablesPart(TABLES_OF_SPECS), who)
            assert np.array_equal(_codes(leaf, part, who), whole), leaf


def _asked(*texts: str) -> AskedDays | None:
    leaves = [p.leaf for text in texts for p in leaves_of(bind_expression(text, ENVIRONMENT))]
    return asked_days((leaves,), (_subjects(),))


def test_a_window_without_a_beginning_asks_for_all_days() -> None:
    assert _asked("any upcr in [.., screening] > 1 g/g") is None
    # The same codes in a short window too: the long one counts.
    short = "latest upcr in [screening - 28 days, screening] > 1 g/g"
    assert _asked("any upcr in [.., screening] > 1 g/g", short) is None


def test_a_window_asks_for_its_days_and_who_has_no_date_for_none() -> None:
    days = _asked("latest upcr in [screening - 28 days, screening) > 1 g/g")
    who = _subjects()
    assert days is not None
    (one,) = days.ranges
    screening = who.dates["screening"]
    there = screening != NO_DAY
    assert (one.first[there] == screening[there] - 28).all()
    assert (one.last[there] == screening[there] - 1).all()
    assert (one.first[~there] == LAST_DAY).all()
    assert (one.last[~there] == NO_DAY).all()


def test_a_few_ranges_are_asked_for_that_hold_all_windows() -> None:
    lengths = {
        "upcr > 1 g/g": 7,
        "alt > 10 U/L": 14,
        "sledai_2k >= 6": 28,
        "ana_titre >= 1:80": 365,
    }
    lengths["body_temperature > 38 Cel"] = 730
    leaves = []
    for text, days in lengths.items():
        name, test = text.split(" ", 1)
        asked = f"any {name} in [screening - {days} days, screening] {test}"
        leaves += [placed.leaf for placed in leaves_of(bind_expression(asked, ENVIRONMENT))]
    found = asked_days((leaves,), (_subjects(),))
    assert found is not None
    assert len(found.ranges) == 3
    who = _subjects()
    for days, leaf in zip(lengths.values(), leaves, strict=True):
        ids = set(leaf.reads[0].ids or ())
        (one,) = (each for each in found.ranges if ids <= each.concepts)
        there = who.dates["screening"] != NO_DAY
        assert (one.first[there] <= who.dates["screening"][there] - days).all()
