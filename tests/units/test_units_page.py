"""The page of units is the one that the table makes; `make docs` writes it again."""

from __future__ import annotations

import os
from pathlib import Path

from units.units_page import units_page

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/units.md"


def test_the_page_of_units_is_current() -> None:
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        PAGE.write_text(units_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == units_page()
