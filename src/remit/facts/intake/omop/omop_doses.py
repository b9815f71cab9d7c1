"""Daily doses of drugs where a source has no dose eras: from quantity, days of supply and strength.

Source: OHDSI, "How to Calculate Drug Dose" (ohdsi.github.io/CommonDataModel/drug_dose.html), case
1: for tablets and other fixed amounts, where DRUG_STRENGTH has no denominator, the dose of a record
is quantity × amount, and the daily dose that divided by its days. It is taken only where the
product has one ingredient, the amount a unit of mass, and the record a quantity and days of supply.
All else, such as concentrations and instructions in words, is presence without a dose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import NO_DAY, Whole, arrow_of, dates_of, whole_numbers
from remit.facts.intake.omop.omop_files import read_batches
from remit.facts.intake.omop.omop_places import TableSource
from remit.facts.intake.omop.omop_values import held_numbers, typed
from remit.facts.tables import TABLES, Column, FactTable, Type

_COLUMNS = (
    "drug_concept_id",
    "ingredient_concept_id",
    "amount_value",
    "amount_unit_concept_id",
    "denominator_unit_concept_id",
    "numerator_value",
)
_MASS = frozenset({8576, 8504, 9655})  # mg, g, ug
BESIDE = ("quantity", "days_supply")
# As a database is asked for it; each of its values may be empty.
STRENGTHS = FactTable(
    "drug_strength",
    tuple(
        Column(name, "number" if name.endswith("_value") else "concept", required=False)
        for name in _COLUMNS
    ),
    key=_COLUMNS[0],
    order=_COLUMNS[:2],
    concept=_COLUMNS[0],
    required=False,
)


@dataclass(slots=True)
class StrengthDoses:
    """Makes eras of the records of drugs.

    Attributes:
        strengths: product -> its one ingredient, amount in units of the sixth place, and unit.
        counts: rule -> records.
    """

    strengths: Mapping[int, tuple[int, int, int]]
    counts: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def eras(self, batch: pa.RecordBatch, rows: pa.RecordBatch) -> pa.Table:
        """The rows of `dose_era` that records of drugs stand for.

        Args:
            batch: as the source has them. rows: the same as rows of `drug_exposure`.
        """
        drug = whole_numbers(rows["drug_concept_id"], empty=0)
        codes, place = np.unique(drug, return_inverse=True)
        found = [self.strengths.get(code, (0, 0, 0)) for code in codes.tolist()]
        ingredient, amount, unit = (
            np.array([one[at] for one in found], np.int64)[place] for at in range(3)
        )
        quantity = _column(batch, "quantity", "number").astype(np.float64) / 1e6
        days = _column(batch, "days_supply", "int").astype(np.float64)
        start = dates_of(rows["drug_exposure_start_date"])
        known = (ingredient > 0) & (start != NO_DAY)
        told = known & (quantity > 0) & (days > 0)
        self.counts["no single strength in a unit of mass: presence only"] += int(
            np.count_nonzero(~known)
        )
        self.counts["no quantity or days of supply: presence only"] += int(
            np.count_nonzero(known & ~told)
        )
        self.counts["quantity × amount / days of supply"] += int(np.count_nonzero(told))
        with np.errstate(divide="ignore", invalid="ignore"):
            doses = quantity * (amount / 1e6) / days
        values = held_numbers(pa.array(np.where(told, doses, np.nan)[told]))[0]
        count = int(np.count_nonzero(told))
        ids = np.arange(self.last + 1, self.last + count + 1)
        self.last += count
        here = pa.array(told, pa.bool_())
        columns = [
            arrow_of(ids, pa.int64()),
            rows["person_id"].filter(here),
            arrow_of(ingredient[told], pa.int32()),
            arrow_of(unit[told], pa.int32()),
            values,
            rows["drug_exposure_start_date"].filter(here),
            rows["drug_exposure_end_date"].filter(here),
        ]
        fields = [pa.field(f.name, f.type) for f in TABLES["dose_era"].schema]
        return pa.Table.from_arrays(columns, schema=pa.schema(fields))

    def note(self) -> str | None:
        """How doses were inferred, as one note."""
        said = [f"{rule} ({count:,})" for rule, count in self.counts.items() if count]
        return (
            f"dose_era has no row: doses were inferred from drug_strength: {'; '.join(said)}"
            if self.strengths and said
            else None
        )


def read_strengths(source: TableSource) -> StrengthDoses:
    """The products of one ingredient with a fixed amount of mass."""
    return StrengthDoses(strengths_of(read_batches(source, _COLUMNS)))


def strengths_of(batches: Iterable[pa.RecordBatch]) -> Mapping[int, tuple[int, int, int]]:
    """Product -> its one ingredient, amount and unit, of rows of `drug_strength`."""
    held: dict[int, list[tuple[int, int, int]]] = {}
    for batch in batches:
        drug, ingredient, unit, per = (
            _column(batch, name, "concept").tolist()
            for name in (_COLUMNS[0], _COLUMNS[1], _COLUMNS[3], _COLUMNS[4])
        )
        amount = _column(batch, "amount_value", "number").tolist()
        for product, of, much, kind, divided in zip(
            drug, ingredient, amount, unit, per, strict=True
        ):
            fixed = much > 0 and kind in _MASS and divided == 0
            held.setdefault(product, []).append((of, much, kind) if fixed else (0, 0, 0))
    return {drug: rows[0] for drug, rows in held.items() if len(rows) == 1 and rows[0][0]}


def _column(batch: pa.RecordBatch, name: str, kind: Type) -> Whole:
    """Whole numbers, 0 where there is none; numbers in units of the sixth place."""
    if name not in batch.schema.names:
        return np.zeros(batch.num_rows, np.int64)
    values = typed(batch[name], kind)[0]
    return np.asarray(whole_numbers(pc.fill_null(values, 0)), np.int64)
