"""Days of generated tables that are no longer exactly known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from criteria.draws import one_of
from remit.facts.imprecise_dates import BIRTH, COLUMNS, ImpreciseDate, imprecise_table
from remit.facts.tables import TABLES

SHARE = 0.2
_APART = [0, 0, 1, 2, 9, 30, 200]


def with_imprecise_days(tables: Mapping[str, pa.Table], number: int) -> Mapping[str, pa.Table]:
    """The tables with a share of their days between others, and of births too."""
    random = np.random.default_rng(number)
    rows = []
    for name, columns in COLUMNS.items():
        if name not in tables or name == "person":
            continue
        for row in tables[name].to_pylist():
            timed = row.get(str(TABLES[name].start).replace("_date", "_datetime"))
            for column in columns:
                day = row[column]
                if day is None or timed is not None or random.random() >= SHARE:
                    continue
                first, last = _around(day, random)
                if first < last:
                    key = row[TABLES[name].key]
                    rows.append(ImpreciseDate(row["person_id"], name, key, column, first, last))
    rows += _of_one_statement(tables, rows, random)
    for row in tables["person"].to_pylist():
        if random.random() < SHARE:
            born = date(row["year_of_birth"], row["month_of_birth"] or 6, 3)
            first, last = _around(born, random)
            if first < last:
                who = row["person_id"]
                rows.append(ImpreciseDate(who, "person", who, BIRTH, first, last))
    return {**tables, "imprecise_date": imprecise_table(rows)}


def _of_one_statement(
    tables: Mapping[str, pa.Table], rows: list[ImpreciseDate], random: np.random.Generator
) -> list[ImpreciseDate]:
    """The same possible days for exposures that begin and end with an era on open days."""
    eras = {row["dose_era_id"]: row for row in tables["dose_era"].to_pylist()}
    exposures = tables["drug_exposure"].to_pylist()
    dated = {(row.fact_table, row.fact_id) for row in rows}
    found = []
    for row in rows:
        if row.fact_table != "dose_era" or random.random() >= 0.7:
            continue
        era = eras[row.fact_id]
        for exposure in exposures:
            same = all(
                exposure[f"drug_exposure_{end}_date"] == era[f"dose_era_{end}_date"]
                for end in ("start", "end")
            )
            of_drug = exposure["drug_concept_id"] == era["drug_concept_id"]
            key = exposure["drug_exposure_id"]
            free = ("drug_exposure", key) not in dated
            if same and of_drug and free and exposure["person_id"] == era["person_id"]:
                column = row.date_column.replace("dose_era", "drug_exposure")
                days = (row.first_date, row.last_date)
                found.append(ImpreciseDate(row.person_id, "drug_exposure", key, column, *days))
    return found


def _around(day: date, random: np.random.Generator) -> tuple[date, date]:
    before, after = (timedelta(days=one_of(random, _APART)) for _ in range(2))
    return day - before, day + after
