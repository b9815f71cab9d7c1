"""Doses over a span of days, held against the reference evaluator day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from remit.criteria.environment import Environment, absence_rule
from remit.criteria.reference.doses import daily_dose
from remit.criteria.reference.reading import read_persons
from remit.criteria.reference.values import Days
from remit.criteria.tree import Dose, Moment, Window
from remit.errors import ConceptError, DatasetError
from remit.facts.dataset import Dataset
from remit.facts.dictionary import packaged_dictionary
from remit.instruments.exposure import drug_exposure
from remit.simulate import write_cohort

AT, LOOKBACK = date(2024, 12, 1), 28


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder: Path = tmp_path_factory.mktemp("doses") / "cohort"
    return write_cohort(folder, persons=400, seed=3)


def test_the_sum_is_that_of_the_single_days(cohort: Dataset) -> None:
    dictionary = packaged_dictionary()
    concept = dictionary.concept("glucocorticoid")
    environment = Environment(dictionary, frozenset({"visit"}))
    now = Window(Moment("visit"), Moment("visit"))
    dose = Dose(
        "glucocorticoid", environment.ingredients(concept), now, absence_rule(concept.absence)
    )
    tables = {name: pq.read_table(cohort.path(name)) for name in cohort.manifest.tables}
    people = read_persons(tables, study="", data_cut=cohort.data_cut)
    found = {
        row.person: row for row in drug_exposure("glucocorticoid", cohort, at=AT, lookback=LOOKBACK)
    }
    some = 0
    for person in people:
        row = found[person.person]
        days = [AT - timedelta(days=back) for back in range(LOOKBACK)]
        each = [daily_dose(dose, Days(day, day), person) for day in days]
        assert row.cumulative == sum((amount.value for amount in each), Fraction(0))
        assert (row.daily, row.why_daily) == (each[0].value, each[0].at_least)
        assert (row.why_cumulative is None) == all(amount.at_least is None for amount in each)
        assert row.mean_daily == row.cumulative / LOOKBACK
        if row.daily_per_kg is not None:
            assert row.daily_per_kg == pytest.approx(float(row.daily) / (row.weight or 0))
        some += row.cumulative > 0
    assert some >= 40
    assert len(found) == 400


def test_what_is_not_there_is_named(cohort: Dataset) -> None:
    with pytest.raises(ConceptError, match="prednison"):
        drug_exposure("prednisonee", cohort, at=AT, lookback=28)
    with pytest.raises(ConceptError, match="has no dose"):
        drug_exposure("upcr", cohort, at=AT, lookback=28)
    with pytest.raises(DatasetError, match="no person 999999"):
        drug_exposure("prednisolone", cohort, at=AT, lookback=28, persons=(999999,))
