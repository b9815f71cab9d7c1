"""A small dataset whose source calls its persons by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from remit.facts.opened import Facts
from remit.facts.snapshot import write_dataset
from remit.facts.tables import CODED, TABLES
from remit.testing import Row, small_facts


def named_facts(
    rows: Sequence[Row], names: Mapping[int, str], *, data_cut: date, folder: Path
) -> Facts:
    """The rows as `small_facts` has them; person -> the id as it came."""
    facts = small_facts(rows, data_cut=data_cut)
    tables = {name: facts.rows(name) for name in facts.manifest.tables}
    named = [{"person_id": key, "person_source_value": name} for key, name in names.items()]
    tables["person_name"] = pa.Table.from_pylist(named, TABLES["person_name"].schema)
    return write_dataset(
        folder,
        tables,
        source="rows of a test",
        data_cut=data_cut,
        mapped=CODED,
        own_codes=CODED,
    )
