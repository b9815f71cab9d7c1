"""`remit docs`: pages without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import remit.cli.packaged_pages as pages
from remit.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/language.md"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["docs", "language", *words])


def test_the_page_is_that_of_the_documentation() -> None:
    assert run().output == PAGE.read_text(encoding="utf-8")


def test_a_wheel_has_its_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no checkout is, the page is read from the package."""
    copy = tmp_path / "documentation/language.md"
    copy.parent.mkdir()
    copy.write_text("# The language\n", encoding="utf-8")
    monkeypatch.setattr(pages, "_CHECKOUT", tmp_path / "none")
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    assert run().output == "# The language\n"


def test_a_section_is_found_by_its_heading() -> None:
    found = run("confirmed pairs").output
    assert found.startswith("### Confirmed pairs\n")
    assert found.count("\n### ") == 0
    assert "confirmed within" in found
    assert "### Confirmed pairs" in run("all records of a window").output
    assert "Confirmed pairs" in run("--topics").output.splitlines()


def test_an_unknown_heading_names_the_nearest() -> None:
    result = run("Confirmed pear")
    assert result.exit_code == 2
    assert "Confirmed pairs" in result.output
    assert run("Doses", "--topics").exit_code == 2
