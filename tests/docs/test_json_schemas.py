"""The schemas of the JSON that commands print are those of its pages; `make docs` writes them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from remit.views.json import schema_text
from remit.views.json.published import PUBLISHED

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json"


def test_the_schemas_are_current() -> None:
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob("*.json"):
            old.unlink()
        for name, page in PUBLISHED.items():
            (FOLDER / f"{name}.json").write_text(schema_text(page), encoding="utf-8")
    assert {path.stem for path in FOLDER.glob("*.json")} == set(PUBLISHED)
    for name, page in PUBLISHED.items():
        assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == schema_text(page), name


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_says_all_that_is_written(name: str) -> None:
    schema = json.loads(schema_text(PUBLISHED[name]))
    assert schema["required"] == list(schema["properties"])
    if not name.endswith("-row"):
        assert schema["required"][:2] == ["kind", "version"]
        assert {"const"} <= set(schema["properties"]["kind"])
