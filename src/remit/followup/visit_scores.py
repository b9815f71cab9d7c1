"""The scores of visits as columns that definitions read: a recorded total before a computed one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from remit.criteria.columns.numbers import Numbers
from remit.criteria.columns.on_sheet import reading_on_sheet
from remit.criteria.columns.sheet import AT_VISIT, Sheet
from remit.criteria.environment import Environment
from remit.criteria.tree import Measure, Value
from remit.facts.codes import Codes
from remit.instruments.inputs import Inputs
from remit.instruments.scores import Scores


def recorded_totals(outputs: Iterable[str], codes: Codes) -> Inputs:
    """Totals that data may hold as recorded results."""
    dictionary = codes.dictionary
    environment = Environment(dictionary, frozenset({"visit"}), codes=codes)
    concepts = [dictionary.concepts[name] for name in outputs if name in dictionary.concepts]
    return Inputs({c.name: environment.measure(c) for c in concepts if c.kind == "score"})


def with_scores(sheet: Sheet, scores: Mapping[str, Scores], recorded: Inputs) -> Sheet:
    """A sheet of visits with the outputs of their scores as columns.

    Args:
        recorded: the totals that the sheet may hold already (see `recorded_totals`).
    """
    for found in scores.values():
        numbers = {
            name: _recorded_first(recorded.measures.get(name), sheet, column)
            for name, column in found.numbers.items()
        }
        sheet = sheet.with_columns(numbers=numbers, categories=found.grades)
    return sheet


def _recorded_first(measure: Measure | None, sheet: Sheet, computed: Numbers) -> Numbers:
    """A recorded total where a usable one is, as in criteria; else the one worked out."""
    if measure is None:
        return computed
    recorded = reading_on_sheet(Value(measure, AT_VISIT), sheet)
    known = recorded.is_exact
    return replace(
        computed,
        low=np.where(known, recorded.low, computed.low),
        high=np.where(known, recorded.high, computed.high),
        why=np.where(known, np.int8(0), computed.why),
        row=np.where(known, recorded.row, computed.row),
        day=np.where(known, recorded.day, computed.day),
    )
