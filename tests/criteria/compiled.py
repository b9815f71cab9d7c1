"""The compiled query's answers to some criteria over some fact tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import pyarrow as pa

from remit.criteria.compiling import Sources, compile_criteria
from remit.criteria.tree import Node
from remit.truth import Status, Truth, reasons_of_mask


def compiled_truths(
    nodes: Mapping[str, Node],
    tables: Mapping[str, pa.Table],
    *,
    study: str,
    data_cut: date,
    complete: frozenset[str] = frozenset(),
) -> Mapping[int, Mapping[str, Truth]]:
    """By person, then by criterion id."""
    connection = ibis.duckdb.connect()
    views = {name: connection.create_table(name, table) for name, table in tables.items()}
    compiled = compile_criteria(nodes, Sources(views, study, data_cut, complete))
    codes = connection.to_pyarrow(compiled.leaves)
    connection.disconnect()
    verdicts = compiled.verdicts(codes)
    columns = {
        name: [
            Truth(Status(status), reasons_of_mask(mask))
            for status, mask in zip(found.statuses.tolist(), found.reasons.tolist(), strict=True)
        ]
        for name, found in verdicts.items()
    }
    return {
        person: {name: column[place] for name, column in columns.items()}
        for place, person in enumerate(codes["person_id"].to_pylist())
    }
