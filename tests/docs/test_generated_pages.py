"""The pages of instruments and response definitions are those that their files make.

Write them again with `make docs`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from remit.analysis.methods.register import methods
from remit.endpoints.definition_files import packaged_definitions
from remit.instruments.catalogue import packaged_instruments
from remit.views.markdown import (
    definition_page,
    definitions_table,
    instrument_page,
    markdown_table,
)

METHODS = """Each method of `remit.analysis.methods` was compared with an oracle: R, printed values
or an enumeration that shares no code with it. The cases stand in `tests/analysis/oracles`; the last
column is the largest difference that a test allows, absolute or relative."""
REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def _pages(kind: str) -> Mapping[str, str]:
    if kind == "instruments":
        found = packaged_instruments()
        pages = {name: instrument_page(item) for name, item in found.items()}
        rows = [(f"[{i.title}]({n}.md)", f"`{n}`", i.citation) for n, i in found.items()]
    else:
        known = packaged_definitions()
        pages = {name: definition_page(item) for name, item in known.items()}
        rows = [(f"[{i.title}]({n}.md)", f"`{n}`", i.citation) for n, i in known.items()]
    title = "Instruments" if kind == "instruments" else "Response definitions"
    lines = [f"# {title}", "", *markdown_table(("page", "name", "source"), rows), ""]
    if kind == "responses":
        lines += ["## Renal responses side by side", "", *definitions_table(known.values()), ""]
    pages["README"] = "\n".join(lines)
    return pages


@pytest.mark.parametrize("kind", ["instruments", "responses"])
def test_the_pages_are_current(kind: str) -> None:
    folder, pages = REFERENCE / kind, _pages(kind)
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.md"):
            old.unlink()
        for name, text in pages.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
    assert {path.stem for path in folder.glob("*.md")} == set(pages)
    for name, text in pages.items():
        assert (folder / f"{name}.md").read_text(encoding="utf-8") == text, name


def _methods_page() -> str:
    rows = [
        (f"`{name}`", found.title, found.reference, f"`{found.oracle}`", f"{found.tolerance:g}")
        for name, found in methods().items()
    ]
    columns = ("name", "method", "reference", "oracle", "within")
    return "\n".join(["# Methods", "", METHODS, "", *markdown_table(columns, rows), ""])


def test_the_page_of_methods_is_current() -> None:
    place = REFERENCE / "methods.md"
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        place.write_text(_methods_page(), encoding="utf-8")
    assert place.read_text(encoding="utf-8") == _methods_page()


def test_every_page_names_its_source() -> None:
    for kind in ("instruments", "responses"):
        for name, text in _pages(kind).items():
            assert name == "README" or "Source: " in text


def test_the_readme_counts_what_is_packaged() -> None:
    text = (REFERENCE.parents[1] / "README.md").read_text(encoding="utf-8")
    definitions = {int(n) for n in re.findall(r"\b(\d+) definitions\b", text)}
    assert definitions == {len(packaged_definitions())}
    instruments = {int(n) for n in re.findall(r"\b(\d+) instruments\b", text)}
    assert instruments == {len(packaged_instruments())}
