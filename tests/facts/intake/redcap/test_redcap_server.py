"""A project pulled by PyCap from a server; and every way in which a server fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from facts.intake.redcap.redcap_project import (
    COLUMNS_OF_RECORDS,
    FIELDS,
    MAP,
    RECORDS,
    dictionary_text,
    read_export,
    read_project,
    write_project,
    written,
)
from facts.intake.redcap.redcap_server import TOKEN, Answers, redcap_api
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.intake.redcap.redcap_server import pull_redcap


def _answers() -> Answers:
    return Answers(
        {"metadata": dictionary_text(FIELDS), "record": written(RECORDS, COLUMNS_OF_RECORDS)}
    )


def test_a_project_is_pulled_as_its_files_say(tmp_path: Path) -> None:
    answers = _answers()
    with redcap_api(answers) as url:
        pulled = read_export(pull_redcap(url, TOKEN))
    from_files = read_project(tmp_path)
    assert pulled.tables.keys() == from_files.tables.keys()
    for name, rows in pulled.tables.items():
        assert rows.equals(from_files.tables[name]), name
    records = next(asked for asked in answers.asked if asked["content"] == "record")
    assert (records["format"], records["type"], records["rawOrLabel"]) == ("csv", "flat", "raw")
    fields = {value for name, value in records.items() if name.startswith("fields[")}
    assert "full_name" not in fields  # marked as an identifier: not asked for
    assert {"record_id", "dob", "upcr", "history"} <= fields


@pytest.mark.parametrize("form", ["draft", "import"])
def test_the_command_takes_the_token_from_the_environment_alone(tmp_path: Path, form: str) -> None:
    place, out = tmp_path / "map.toml", tmp_path / "clinic"
    place.write_text(MAP, encoding="utf-8")
    draft = tmp_path / "draft.toml"
    with redcap_api(_answers()) as url:
        words = ["facts", "import", "redcap", "--url", url]
        words += (
            ["--draft-map", str(draft)]
            if form == "draft"
            else ["--map", str(place), "--out", str(out), "--study", "nct06167174"]
        )
        refused = CliRunner().invoke(main, words, env={"REDCAP_TOKEN": None})
        assert "there is no token" in refused.output
        assert not out.exists()
        assert not draft.exists()
        ran = CliRunner().invoke(main, words, env={"REDCAP_TOKEN": TOKEN})
    assert ran.exit_code == 0, ran.output
    assert TOKEN not in ran.output
    for path in (out if form == "import" else tmp_path).rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()


def test_an_export_that_was_cut_is_refused_where_its_rows_are_said(tmp_path: Path) -> None:
    write_project(tmp_path)
    records = tmp_path / "records.csv"
    words = ["facts", "import", "redcap", str(tmp_path / "dictionary.csv"), str(records)]
    words += ["--map", str(tmp_path / "mended.toml"), "--expect", "records=6"]
    ran = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "whole")])
    assert ran.exit_code == 0, ran.output
    whole = records.read_text(encoding="utf-8").splitlines(keepends=True)
    records.write_text("".join(whole[:-1]), encoding="utf-8")
    ran = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "cut")])
    assert ran.exit_code != 0
    assert "another number of rows of records" in ran.output
    assert not (tmp_path / "cut").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"silent": True}, "no answer in time"),
        ({"slow": True}, "one that goes on"),
        ({"cut": True}, "an answer that broke off"),
        ({"status": 302, "location": "http://127.0.0.1:9/api/", "texts": {}}, None),
        ({"texts": {}}, None),
        ({"texts": {"metadata": "<html>Sign in</html>"}}, "a page or an error"),
        ({"texts": {"metadata": '{"error":"down"}'}}, "a page or an error"),
        ({"texts": {"metadata": "error: the project is offline"}}, "a refusal"),
    ],
)
def test_a_server_that_fails_is_told_and_nothing_is_written(
    tmp_path: Path, change: dict[str, object], said: str | None
) -> None:
    answers = _answers()
    for name, value in change.items():
        setattr(answers, name, value)
    place, out = tmp_path / "map.toml", tmp_path / "clinic"
    place.write_text(MAP, encoding="utf-8")
    with redcap_api(answers) as url, pytest.raises(DatasetError) as refused:
        read_export(pull_redcap(url, TOKEN, wait=0.2, most=1.0))
    assert said is None or said in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert not out.exists()


def test_a_wrong_token_and_a_dead_server_are_told() -> None:
    with redcap_api(_answers()) as url, pytest.raises(DatasetError, match="the token is wrong"):
        pull_redcap(url, TOKEN[::-1])
    with pytest.raises(DatasetError, match="no connection"):
        pull_redcap(url, TOKEN)
    with pytest.raises(DatasetError, match="no token of a project"):
        pull_redcap(url, "WRONG")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://redcap.example.org/", "no address of a REDCap API"),
        ("https://[redcap/api/", "no address of a REDCap API"),
        ("ftp://redcap.example.org/api/", "no address of a REDCap API"),
        ("https://redcap.example.org/api/?token=A/api/", "no address of a REDCap API"),
        ("https://user:secret@redcap.example.org/api/", "holds a user or a password"),
        ("http://redcap.example.org/api/", "in clear"),
    ],
)
def test_an_address_that_would_give_the_token_away_is_refused(url: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said) as refused:
        pull_redcap(url, TOKEN)
    assert "secret" not in str(refused.value)
