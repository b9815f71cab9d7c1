"""Refereed tables on the terminal, as JSON, in a notebook and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import remit
from remit.analysis.referee.refereed_tables import Refereed
from remit.cli import main
from remit.views.notebook.referee_tables import referee_html
from remit.views.terminal.plain_tables import written
from remit.views.terminal.refereed_numbers import refereed_text

TABLE = """id,method,endpoint,x_act,n_act,pct_act,x_ctl,n_ctl,pct_ctl,ci,p
t,<b>crude</b>,CR,56,70,80.0,48,80,60.0,5.2 to 33.4,<0.05
t,<b>crude</b>,PR,8,70,11.9,11,80,13.8,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def found(file: Path) -> Refereed:
    return remit.referee_file(file)


def run(*words: object, code: int = 0) -> str:
    ran = CliRunner().invoke(main, ["referee", *map(str, words)])
    assert ran.exit_code == code, ran.output
    return ran.output


def test_the_terminal_shows_every_ruling_with_its_arithmetic(found: Refereed) -> None:
    shown = written(refereed_text(found), width=200)
    assert "ci 5.2 to 33.4: reproduced by Newcombe" in shown
    assert "pct_act 11.9: cannot come from these counts" in shown
    assert "8/70 = 11.4286 %, not 11.9" in shown
    assert "and 8 counts taken as printed" in shown
    assert "x_act 56: given" not in shown
    assert "x_act 56: given" in written(refereed_text(found, given=True), width=200)


def test_json_holds_every_number(file: Path, found: Refereed) -> None:
    page = json.loads(run(file, "--json"))
    assert (page["kind"], page["version"]) == ("remit.referee", 1)
    assert sum(page["counts"].values()) == len(found.numbers)
    numbers = page["tables"][0]["numbers"]
    assert [one["number"] for one in numbers] == [one.number for one in found.numbers]
    assert next(one for one in numbers if one["number"] == "ci")["by"] == ["Newcombe"]


def test_a_page_escapes_what_the_file_says_and_loads_nothing(file: Path, found: Refereed) -> None:
    out = file.with_suffix(".html")
    assert "written" in run(file, "--format", "html", "--out", out)
    page = out.read_text(encoding="utf-8")
    assert page == referee_html(found)
    assert "&lt;b&gt;crude&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "http" not in page
    assert page.count("<tr") == len(found.numbers) + 9  # two heads and seven rulings


def test_a_notebook_shows_it(found: Refereed) -> None:
    shown: Any = found  # notebooks are told at run time how to show it
    html = shown._repr_html_()
    assert "cannot come from these counts" in html
    assert repr(found).startswith("<Refereed t.csv: ")


def test_wrong_use(file: Path, tmp_path: Path) -> None:
    assert "go together" in run(file, "--format", "html", code=2)
    assert "--all goes with a table" in run(file, "--all", "--json", code=2)
    assert "cannot be read" in run(tmp_path / "none.csv", code=12)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in run(tmp_path / "bytes.csv", code=12)
