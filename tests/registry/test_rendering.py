from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
from pathlib import Path

import pytest

import remit.registry
from remit.registry import (
    fixture_pages,
    link_records,
    read_page,
    read_text,
)
from remit.views.json import json_of
from remit.views.json.registry_page import record_page, trial_page
from remit.views.notebook import notebook_html
from remit.views.terminal.registry_entries import describe_record, describe_trial

MODULES = sorted(module.name for module in pkgutil.iter_modules(remit.registry.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_documented_examples_run(name: str) -> None:
    module = importlib.import_module(f"remit.registry.{name}")
    assert doctest.testmod(module, raise_on_error=False).failed == 0


@pytest.mark.parametrize("page", fixture_pages(), ids=lambda page: page.stem)
def test_record_json_has_kind_version_and_a_stable_order(page: Path) -> None:
    body = json_of(record_page(read_page(page)))
    assert list(body)[:4] == ["kind", "version", "source", "format"]
    assert (body["kind"], body["version"]) == ("registry_record", 1)
    text = json.dumps(body)
    assert text == json.dumps(json_of(record_page(read_page(page))))
    assert json.loads(text) == body


def test_trial_json() -> None:
    trials = link_records(read_page(page) for page in fixture_pages())
    for trial in trials:
        body = json_of(trial_page(trial))
        assert (body["kind"], body["version"]) == ("registry_trial", 1)
        assert json.loads(json.dumps(body)) == body


def test_notebook_tables_escape_what_a_page_says() -> None:
    page = next(p for p in fixture_pages() if p.stem == "medpath")
    text = page.read_text(encoding="utf-8").replace(
        "Urine Protein Panels", "<script>alert('x')</script>"
    )
    record = read_text(text, "<b>page</b>")
    trial = link_records([record])[0]
    for html in (notebook_html(record), notebook_html(trial)):
        assert "<script>" not in html
        assert "<b>" not in html
        assert "&lt;script&gt;" in html


def test_descriptions_name_lines_flags_repairs_and_vetoes() -> None:
    records = [read_page(page) for page in fixture_pages()]
    texts = {record.format: describe_record(record) for record in records}
    assert "I2 inclusion [lossy_operator] (line 12)" in texts["trial_table"]
    assert "(label without a value)" in texts["trial_page"]
    assert "(the page gives none)" in texts["medpath"]
    assert "0 lines not understood" in texts["umin"]
    pair = next(t for t in link_records(records) if len(t.records) == 2)
    said = describe_trial(pair)
    assert said.startswith("trial told by 2 pages:")
    assert "repairs trial_table.txt line 12" in said
    outcomes = said.partition("\noutcomes:\n")[2].partition("\n\n")[0]
    assert outcomes.count("(trial_table.txt line") == len(pair.outcomes) > 1
    assert "primary [lossy_operator] (trial_table.txt line 25-27): Complete renal" in outcomes
    assert "veto countries: netherlands, switzerland / sweden" in " ".join(said.split())
    assert max(len(line) for line in said.split("\n")) <= 140


def test_the_how_to_page_runs() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "registry.md"
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted > 15
