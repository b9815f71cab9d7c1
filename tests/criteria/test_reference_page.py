"""The committed reference page is the one that the spec rows make.

Rewrite it with `REMIT_REWRITE_SNAPSHOTS=1 python -m pytest tests/criteria/test_reference_page.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from criteria.reference_page import render_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "language.md"


def test_the_committed_page_is_current() -> None:
    page = render_page()
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.exists(), f"{PAGE} is missing: {__doc__}"
    assert page == PAGE.read_text(encoding="utf-8"), f"the rows have changed: {__doc__}"


def test_the_links_of_the_page_lead_to_headings() -> None:
    page = render_page()
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\(#([^)]+)\)", page)) <= headings
