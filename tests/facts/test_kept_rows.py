"""A few persons of a dataset are read once, and answer as the whole does of them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from remit.facts.kept_rows import facts_of_persons
from remit.facts.opened import Facts
from remit.facts.tables import TABLES

PERSONS = (7, 300)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_rows_are_those_of_the_whole(small_cohort: Facts, name: str) -> None:
    concept, occurring = TABLES[name].concept, small_cohort.codes.occurring or {}
    codes = sorted(occurring.get(name, ()))
    some, others = codes[::2], codes[1::2]
    kept = facts_of_persons(small_cohort, PERSONS, codes={name: some})
    for asked in (None, some[:3], some, others[:3]):
        if asked is not None and concept is None:
            continue
        for study in (None, "NCT06167174"):
            here, there = (
                facts.rows(name, concepts=asked, persons=PERSONS, study=study)
                for facts in (kept, small_cohort)
            )
            assert _plain(here) == _plain(there)
    if TABLES[name].person is not None:
        assert kept.rows(name).num_rows == small_cohort.rows(name, persons=PERSONS).num_rows


def _plain(rows: pa.Table) -> list[dict[str, object]]:
    found: list[dict[str, object]] = rows.to_pylist()
    return found


def test_of_many_parts_only_those_of_the_persons_are_kept(small_cohort: Facts) -> None:
    kept = facts_of_persons(small_cohort, PERSONS, codes={})
    assert len(kept.parts) == 1
    nobody = facts_of_persons(small_cohort, (10**9,), codes={})
    assert nobody.rows("person").num_rows == 0
