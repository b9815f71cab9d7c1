"""What a plan calls a quantity: a score's total, a laboratory value, or the dose of a drug."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.margins import readings_in_unit
from remit.criteria.columns.numbers import MICRO
from remit.criteria.columns.sheet import AT_VISIT, VISIT, Sheet, dose_column
from remit.criteria.environment import Environment
from remit.criteria.tree import Reading, Value
from remit.facts.codes import Codes
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.inputs import Inputs
from remit.instruments.instrument import Instrument
from remit.protocol import Protocol
from remit.protocol.mentions import unknown_name
from remit.units import unit_text

DOSE_OF = "dose of "


@dataclass(frozen=True, slots=True)
class PlannedQuantity:
    """How a quantity is read at visits.

    Attributes:
        instruments: ids of those that have to be scored for it.
        inputs: the columns that a sheet must have for it, beside them.
        column: of the sheet. `reading`: how its numbers come to one unit; None of a score's total.
    """

    name: str
    label: str
    unit: str
    column: str
    instruments: tuple[str, ...] = ()
    inputs: Inputs = field(default_factory=Inputs)
    reading: Reading | None = None

    def values(self, sheet: Sheet) -> npt.NDArray[np.float64]:
        """The numbers at all visits in `unit`, shape (rows,); not a number where none is exact."""
        if self.reading is not None:
            return readings_in_unit(self.reading, sheet)
        column = sheet.numbers[self.column]
        exact = column.is_exact
        return np.where(exact, column.low / (MICRO * column.scale), np.nan)


def quantity_named(name: str, protocol: Protocol, codes: Codes) -> PlannedQuantity:
    """The quantity of a name.

    Raises:
        ProtocolError: neither a score, nor a concept with numbers, nor the dose of a drug.
    """
    environment = Environment(protocol.dictionary, frozenset({VISIT}), codes=codes)
    if name.startswith(DOSE_OF):
        drug = name.removeprefix(DOSE_OF)
        if drug not in protocol.dictionary.concepts:
            raise unknown_name("drug or class", drug, protocol.dictionary.concepts)
        dose = environment.dose(protocol.dictionary.concepts[drug], AT_VISIT)
        inputs = Inputs(doses={dose_column(drug): dose})
        label = f"Daily dose of {drug.replace('_', ' ')}"
        return PlannedQuantity(name, label, "mg/d", dose_column(drug), inputs=inputs, reading=dose)
    for instrument in packaged_instruments().values():
        column = (instrument.main or "") if name == instrument.id else name
        if column in instrument.outputs:
            label = instrument.title if name == instrument.id else column
            return PlannedQuantity(
                name, label, _unit_of(instrument, column), column, (instrument.id,)
            )
    concept = protocol.dictionary.concepts.get(name)
    if concept is None or concept.unit is None:
        raise unknown_name("score, or concept with numbers,", name, protocol.dictionary.concepts)
    measure = environment.measure(concept)
    inputs = Inputs(measures={name: measure})
    label = concept.label
    return PlannedQuantity(
        name, label, measure.unit, name, inputs=inputs, reading=Value(measure, AT_VISIT)
    )


def _unit_of(instrument: Instrument, output: str) -> str:
    """The unit of an output: points, unless a formula gives it in another."""
    units = {formula.id: formula.unit for formula in instrument.formulas}
    return unit_text(units[output]) if output in units else ""
