"""What virtual patients are asked for: the columns, and the visits that the judged one looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remit.criteria.tree import leaves_of
from remit.endpoints.bound_definition import BoundDefinition
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import BoundInstrument, bind_instrument
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.inputs import Inputs

FINDINGS = frozenset({"rescue_treatment", "treatment_stopped", "other_deterioration"})
_PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class AskedVisits:
    """What is drawn of each person for some definitions.

    Attributes:
        weeks: of all visits, the baseline first.
        read: places among them that are written down, in order; the judged one last.
        inputs: the columns but those of filtration rates. egfr: with the equations that are read.
    """

    weeks: tuple[int, ...]
    read: tuple[int, ...]
    inputs: Inputs
    egfr: BoundInstrument | None


def asked_visits(
    bounds: Sequence[BoundDefinition], weeks: Sequence[int], at: int, *, whole: bool = False
) -> AskedVisits:
    """What must be written down so that one visit is judged as if all were.

    That is the baseline, the visit, and those before it that a confirmation or a reading looks at.

    Args:
        at: the place of the visit that is judged. whole: write every visit up to it.
    """
    inputs = Inputs()
    for bound in bounds:
        inputs = inputs.plus(bound.inputs)
    back = at if whole or not all(map(_stays, bounds)) else _looks_back(bounds)
    read = tuple(sorted({0, *range(max(0, at - back), at + 1)}))
    egfr = packaged_instruments()["egfr"]
    formulas = tuple(one for one in egfr.formulas if one.id in inputs.measures)
    rates = None
    if formulas:
        few = egfr.model_copy(update={"formulas": formulas, "output_order": ()})
        rates = bind_instrument(few, NO_VOCABULARY)
    return AskedVisits(tuple(weeks), read, inputs.without(egfr.outputs), rates)


def _looks_back(bounds: Sequence[BoundDefinition]) -> int:
    """How many visits before the judged one are looked at."""
    confirmed = any(bound.definition.confirmation is not None for bound in bounds)
    read = any(
        _PREVIOUS in window.anchors
        for bound in bounds
        for node in bound.nodes
        for placed in leaves_of(node)
        for window in placed.leaf.windows
    )
    return confirmed + read


def _stays(bound: BoundDefinition) -> bool:
    """Whether an intercurrent event of a visit stays, or was there at the first visit already.

    What virtual patients have found, they keep: then first and last visit tell whether it happened.
    """
    read = bound.event_inputs
    other = read.measures or read.doses or read.dose_days or read.people or read.asked
    alone = all(len(list(leaves_of(node))) == 1 for node in bound.intercurrent.values())
    return alone and not other and set(read.categories) <= FINDINGS
