"""Daily doses of drugs where a source has no dose eras: from sig, quantity, supply and strength.

Source: OHDSI, "How to Calculate Drug Dose" (ohdsi.github.io/CommonDataModel/drug_dose.html), case
1: for tablets and other fixed amounts, where DRUG_STRENGTH has no denominator, the dose of a record
is quantity × amount, and the daily dose that divided by its days. It is taken only where the
product has one ingredient, the amount a unit of mass, and the record a quantity and days of supply.
A box of several pieces is none of these: its quantity may count boxes or pieces.

A sig goes before that, since a supply that is divided by its days hides a taper and what is taken
as needed. One that is not understood to its last word, or that strength, supply or the length of
the record contradict, leaves presence without a dose; so does all else, such as concentrations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import (
    NO_DAY,
    Whole,
    arrow_of,
    dates_of,
    decimals_of,
    texts_of,
    whole_numbers,
)
from remit.facts.intake.omop.drug_strengths import NO_STRENGTH, DrugStrengths
from remit.facts.intake.omop.omop_values import held_numbers, typed
from remit.facts.intake.omop.written_sigs import WrittenSig, written_sig
from remit.facts.tables import NUMBER, TABLES, Type
from remit.facts.vocabulary.resolved_tables import row_codes
from remit.units import find_unit

Flags = npt.NDArray[np.bool_]
_MASS: Mapping[int, int] = {9655: 1, 8576: 1_000, 8504: 1_000_000}  # ug, mg, g in ug
_MOST = 10**18  # the least that a number of the tables cannot hold, in millionths
_WEEK = 7
BESIDE = ("quantity", "days_supply", "sig")


@dataclass(frozen=True, slots=True)
class InferredDoses:
    """Rows of `dose_era`, and by which product's strength each is: a row of `dose_basis`."""

    eras: pa.Table
    basis: pa.Table


@dataclass(slots=True)
class StrengthDoses:
    """Makes eras of the records of drugs.

    Attributes:
        counts: rule -> records.
    """

    strengths: DrugStrengths
    counts: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def doses(self, batch: pa.RecordBatch, rows: pa.RecordBatch) -> InferredDoses:
        """The doses that records of drugs stand for.

        Args:
            batch: as the source has them. rows: the same as rows of `drug_exposure`.
        """
        codes, place = row_codes("drug_exposure", pa.Table.from_batches([rows]))
        products = [self.strengths.product(code) for code in codes]
        found = [self.strengths.single.get(product, NO_STRENGTH) for product in products]
        ingredient, amount, unit = (
            np.array([one[at] for one in found], np.int64)[place] for at in range(3)
        )
        quantity = _column(batch, "quantity", "number").astype(np.float64) / 1e6
        days = _column(batch, "days_supply", "int").astype(np.float64)
        start, end = (dates_of(rows[f"drug_exposure_{which}_date"]) for which in ("start", "end"))
        known, has_sig = (ingredient > 0) & (start != NO_DAY), _has_sig(batch)
        fixed, supplied = known & (amount > 0), (quantity > 0) & (days > 0)
        by_sig = _sig_doses(batch, amount, unit, known & has_sig)
        with np.errstate(divide="ignore", invalid="ignore"):
            daily = quantity * amount / days
            # A sig and a supply that are both told have to say the same.
            apart = np.abs(daily * by_sig.days - by_sig.of_pieces) > 1e-9 * by_sig.of_pieces
        length = np.where(end == NO_DAY, start, end) - start + 1
        rules = (
            ("no single strength in a unit of mass: presence only", ~known | (~fixed & ~has_sig)),
            ("the sig is not understood as a whole: presence only", has_sig & ~by_sig.read),
            (
                "the sig tells pieces of no fixed strength: presence only",
                has_sig & ~by_sig.known & ~fixed,
            ),
            ("the sig tells no exact dose: presence only", has_sig & ~by_sig.known),
            ("sig and strength contradict each other: presence only", by_sig.wrong),
            (
                "sig and quantity / days of supply contradict each other: presence only",
                by_sig.known & supplied & (by_sig.of_pieces > 0) & apart,
            ),
            ("the sig is of fewer days than the record: presence only", length > by_sig.length),
            ("sig × amount", by_sig.known),
            ("no quantity or days of supply: presence only", ~supplied),
            ("quantity × amount / days of supply", np.ones(len(known), np.bool_)),
        )
        of_rule = np.select([here for _, here in rules], list(range(len(rules))))
        for number, (rule, _) in enumerate(rules):
            self.counts[rule] += int(np.count_nonzero(of_rule == number))
        divided, written = of_rule == len(rules) - 1, of_rule == len(rules) - 3
        told = divided | written
        computed = held_numbers(pa.array(np.where(divided, daily / 1e6, np.nan)[told]))[0]
        values = pc.if_else(
            pa.array(written[told], pa.bool_()), decimals_of(by_sig.dose[told], NUMBER), computed
        )
        count = int(np.count_nonzero(told))
        ids = np.arange(self.last + 1, self.last + count + 1)
        self.last += count
        here = pa.array(told, pa.bool_())
        columns = [
            arrow_of(ids, pa.int64()),
            rows["person_id"].filter(here),
            arrow_of(ingredient[told], pa.int32()),
            arrow_of(np.where(written, by_sig.unit, unit)[told], pa.int32()),
            values,
            rows["drug_exposure_start_date"].filter(here),
            rows["drug_exposure_end_date"].filter(here),
        ]
        product = np.array(products, np.int64)[place][told]
        basis = [
            columns[0],
            columns[1],
            columns[2],
            arrow_of(product, pa.int32()),
            *columns[5:],
            pa.array(written[told], pa.bool_()),
            pa.array((divided | by_sig.by_amount)[told], pa.bool_()),
        ]
        return InferredDoses(_open_table("dose_era", columns), _open_table("dose_basis", basis))

    def note(self) -> str | None:
        """How doses were inferred, as one note."""
        said = [f"{rule} ({count:,})" for rule, count in self.counts.items() if count]
        origin = self.strengths.origin
        by_vocabulary = origin is not None and origin.by == "vocabulary"
        where = "drug_strength of the vocabulary" if by_vocabulary else "drug_strength"
        return (
            f"dose_era has no row: doses were inferred from {where}: {'; '.join(said)}"
            if self.strengths.single and said
            else None
        )


def _open_table(name: str, columns: list[pa.Array]) -> pa.Table:
    """Rows of a table of facts of which each value may be empty still."""
    fields = [pa.field(f.name, f.type) for f in TABLES[name].schema]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


@dataclass(frozen=True, slots=True)
class _SigDoses:
    """What the sigs of records say, row by row; shape (rows,).

    Attributes:
        read: whether the sig was understood. wrong: whether the strength contradicts it.
        known: whether it gives a dose: `dose`, in millionths of `unit`.
        by_amount: whether that dose is so many times the amount of the strength.
        of_pieces: millionths of the product's unit in `days` days; 0 where it tells no pieces.
        length: for how many days it holds at most.
    """

    read: Flags
    wrong: Flags
    known: Flags
    by_amount: Flags
    dose: Whole
    unit: Whole
    of_pieces: npt.NDArray[np.float64]
    days: Whole
    length: Whole


def _has_sig(batch: pa.RecordBatch) -> Flags:
    if "sig" not in batch.schema.names:
        return np.zeros(batch.num_rows, np.bool_)
    texts = typed(batch["sig"], "text")[0]
    blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(texts), ""), fill_value=True)
    return np.asarray(~whole_numbers(blank).astype(np.bool_), np.bool_)


def _sig_doses(batch: pa.RecordBatch, amount: Whole, unit: Whole, asked: Flags) -> _SigDoses:
    """The doses by sig of the asked rows."""
    count = len(asked)
    found = _SigDoses(
        np.zeros(count, np.bool_),
        np.zeros(count, np.bool_),
        np.zeros(count, np.bool_),
        np.zeros(count, np.bool_),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.float64),
        np.ones(count, np.int64),
        np.full(count, np.iinfo(np.int32).max, np.int64),
    )
    if not asked.any():
        return found
    texts, number = texts_of(pa.chunked_array([typed(batch["sig"], "text")[0]]))
    at = np.flatnonzero(asked)
    keys = np.stack([np.asarray(number, np.int64)[at], amount[at], unit[at]], axis=1)
    distinct, place = np.unique(keys, axis=0, return_inverse=True)
    for which, (text, of_one, kind) in enumerate(distinct.tolist()):
        sig = written_sig(texts[text] or "")
        if sig is None:
            continue
        here = at[place.reshape(-1) == which]
        found.read[here], found.days[here] = True, sig.days
        if sig.length is not None:
            found.length[here] = sig.length
        if sig.pieces is not None and of_one:
            found.of_pieces[here] = float(sig.pieces * of_one)
        found.wrong[here] = _is_wrong(sig, of_one, kind)
        dose = _dose_of(sig, of_one, kind)
        if dose is not None:
            found.known[here], (found.dose[here], found.unit[here]) = True, dose
            found.by_amount[here] = sig.pieces is not None and of_one > 0
    return found


def _is_wrong(sig: WrittenSig, amount: int, unit: int) -> bool:
    """Whether a sig says another strength than the product has."""
    if not amount:
        return False
    held = amount * _MASS[unit]
    if sig.each is not None and sig.each * _MASS[sig.unit] != held:
        return True
    both = sig.mass is not None and sig.pieces is not None
    return both and (sig.mass or 0) * _MASS[sig.unit] != (sig.pieces or 0) * held


def _dose_of(sig: WrittenSig, amount: int, unit: int) -> tuple[int, int] | None:
    """The dose of a sig a day or a week, in millionths, and its unit; None where none is exact."""
    if sig.pieces is not None and amount:
        dose = sig.pieces * amount
    elif sig.mass is not None:
        dose, unit = sig.mass, sig.unit
    elif sig.pieces is not None and sig.each is not None:
        dose, unit = sig.pieces * sig.each, sig.unit
    else:
        return None
    if sig.days == _WEEK:
        weekly = find_unit(omop_id=None, text="mg/wk")
        assert weekly is not None, "the closed table has it"
        dose, unit = dose * _MASS[unit] / _MASS[8576], weekly.omop_ids[0]
    return (int(dose), unit) if dose.denominator == 1 and dose < _MOST else None


def _column(batch: pa.RecordBatch, name: str, kind: Type) -> Whole:
    """Whole numbers, 0 where there is none; numbers in units of the sixth place."""
    if name not in batch.schema.names:
        return np.zeros(batch.num_rows, np.int64)
    values = typed(batch[name], kind)[0]
    return np.asarray(whole_numbers(pc.fill_null(values, 0)), np.int64)
