"""A row of printed numbers, and the rulings on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from remit.analysis.referee.printed_files import printed_tables
from remit.analysis.referee.refereed_tables import Refereed, referee_tables
from remit.analysis.referee.rulings import RefereedNumber


def refereed(text: str, name: str = "t.yaml") -> Refereed:
    """The rulings on a file of this text."""
    return referee_tables(printed_tables(text, path=Path(name)), source=name)


def rulings(*rows: Mapping[str, object], **table: object) -> dict[str, RefereedNumber]:
    """The rulings on some rows, by key; that of the last row where several have a key."""
    text = json.dumps({"id": "t", **table, "rows": rows})
    return {one.number: one for one in refereed(text).numbers}


def ruling(row: Mapping[str, object], key: str, **table: object) -> str:
    return rulings(row, **table)[key].ruling.value
