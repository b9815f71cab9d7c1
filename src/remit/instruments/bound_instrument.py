"""An instrument whose every expression is bound to what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from remit.criteria.binder import bind_expression
from remit.criteria.columns.on_sheet import check_node, leaves_in_order
from remit.criteria.dates import Window
from remit.criteria.environment import Environment
from remit.criteria.scope import window_of_text
from remit.criteria.tree import Leaf, Node, leaves_of
from remit.facts.codes import Codes
from remit.instruments.catalogue import MOMENTS, instrument_environment, packaged_instruments
from remit.instruments.inputs import Inputs, inputs_of, item_inputs
from remit.instruments.instrument import Instrument


@dataclass(frozen=True, slots=True)
class BoundInstrument:
    """An instrument whose every expression was looked up and checked.

    Attributes:
        days: from which a visit's findings and values come, where the dataset plans no visits.
        recorded, derived: item id -> what says that a finding is there, by record and by value.
        rungs: ladder id -> the expression of each rung.
        inputs: the columns that a sheet must have: items, and what expressions and equations read.
        given: the leaves that read nothing but these columns, in order.
        made: ladder id -> its leaves that read a settled finding, or what is worked out before.
    """

    instrument: Instrument
    environment: Environment
    days: Window
    recorded: Mapping[str, Node]
    derived: Mapping[str, Node]
    rungs: Mapping[str, tuple[Node, ...]]
    inputs: Inputs
    given: tuple[Leaf, ...]
    made: Mapping[str, tuple[Leaf, ...]]


def bind_instrument(instrument: Instrument, codes: Codes) -> BoundInstrument:
    """Bind every expression of an instrument.

    Args:
        codes: of the dataset that is scored; `NO_VOCABULARY` for forms.

    Raises:
        ExpressionError: one does not parse, bind, or cannot be read from a sheet of visits.
    """
    environment = instrument_environment(instrument, codes)

    def bound(text: str, what: str) -> Node:
        source = f"{instrument.id}, {what}"
        node = bind_expression(text, environment, source=source)
        check_node(node, MOMENTS, source=source)
        return node

    findings = [item for item in instrument.items if item.type == "finding"]
    counts = "one of {present, not_attributed}" if instrument.whatever_cause else "present"
    recorded = {item.id: bound(f"{item.id} is {counts}", f"item {item.id}") for item in findings}
    derived = {
        item.id: bound(item.derived, f"item {item.id}")
        for item in findings
        if item.derived is not None
    }
    rungs = {
        ladder.id: tuple(bound(rung.when, f"{ladder.id} {rung.grade}") for rung in ladder.rungs)
        for ladder in instrument.ladders
    }
    of_findings = [*recorded.values(), *derived.values()]
    nodes = [*of_findings, *chain.from_iterable(rungs.values())]
    asked = item_inputs(instrument, environment).plus(inputs_of(nodes, environment.dictionary))
    worked_out = {*recorded, *instrument.outputs}

    def is_made(leaf: Node) -> bool:
        return not worked_out.isdisjoint(inputs_of([leaf], environment.dictionary).names)

    of_rungs = {
        ladder: [leaf for node in nodes for leaf in leaves_of(node)]
        for ladder, nodes in rungs.items()
    }
    others = [leaf for leaf in chain.from_iterable(of_rungs.values()) if not is_made(leaf)]
    return BoundInstrument(
        instrument,
        environment,
        window_of_text(instrument.reads, environment, source=f"{instrument.id}, reads"),
        recorded,
        derived,
        rungs,
        asked.without(instrument.outputs),
        leaves_in_order([*of_findings, *others]),
        {ladder: leaves_in_order(filter(is_made, leaves)) for ladder, leaves in of_rungs.items()},
    )


@lru_cache(maxsize=64)
def bound_packaged(name: str, codes: Codes) -> BoundInstrument:
    """A packaged instrument, bound once for each resolution of codes."""
    return bind_instrument(packaged_instruments()[name], codes)
