"""What some leaves read together: for each table the codes that are read with the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remit.criteria.columns.rows import ROW
from remit.criteria.readings import Read
from remit.facts.reading import Block

PERIODS = "observation_period"


def codes_of_blocks(blocks: Iterable[Block]) -> frozenset[int] | None:
    """The codes of some blocks; None for all."""
    found = frozenset[int]()
    for ids, _ in blocks:
        if ids is None:
            return None
        found |= ids
    return found


def own_units(reads: Iterable[Read]) -> frozenset[str]:
    return frozenset(unit for read in reads for unit in read.own_units)


def blocks_of(reads: Iterable[Read], *, with_keys: bool) -> Mapping[str, list[Block]]:
    """For each table the codes that are read with the same columns, and those columns.

    Few leaves need the limits of normal of few measures: nobody fetches them for all. Other tables
    are small and are read as one.
    """
    every: dict[str, set[str]] = {PERIODS: set()}
    of_code: dict[int, set[str]] = {}
    codes: dict[str, set[int] | None] = {PERIODS: None}
    for read in reads:
        if read.table == "attestation":
            continue
        if read.table == "measurement" and read.ids is not None:
            for code in read.ids:
                of_code.setdefault(code, set()).update(read.columns)
            continue
        every.setdefault(read.table, set()).update(read.columns)
        if read.ids is None:
            codes[read.table] = None
        elif (wanted := codes.setdefault(read.table, set())) is not None:
            wanted.update(read.ids)
    blocks: dict[str, list[Block]] = {}
    for name, columns in every.items():
        ids = codes[name]
        blocks[name] = [(None if ids is None else frozenset(ids), frozenset(columns))]
    grouped: dict[frozenset[str], set[int]] = {}
    for code, columns in of_code.items():
        grouped.setdefault(frozenset(columns | ({ROW} if with_keys else set())), set()).add(code)
    if grouped:
        blocks["measurement"] = [(frozenset(ids), columns) for columns, ids in grouped.items()]
    return blocks
