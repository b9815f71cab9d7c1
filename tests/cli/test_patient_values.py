"""No error and no traceback tells a value of a patient: neither in a form, a table, nor a fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from facts.rows import lab, person, rows_of, write
from remit.cli import main
from remit.errors import RemitError
from remit.facts.snapshot import write_dataset
from remit.facts.tables import TABLES

# Values that a person would be known by; no name, key or path of the tests has any of them.
WORD, NUMBER, BORN, SEEN = "Quxzanthe", "83741.25", "1951-03-17", "2024-11-23"
SECRETS = (WORD, NUMBER, "83741", BORN, "1951", SEEN, "17 March")
HEAD = "person,visit,adjudicator,response,comment\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def assert_silent(result: Result) -> None:
    assert result.exit_code not in (0, 1), result.output
    told = [secret for secret in SECRETS if secret in result.output]
    assert told == [], result.output


FORMS: Mapping[str, object] = {
    "a word for a number": {"platelets": WORD},
    "a word in a number": {"platelets": f"{NUMBER} {NUMBER}"},
    "a range": {"platelets": f"90-{NUMBER}"},
    "a list": {"platelets": [NUMBER, WORD]},
    "an object of others": {"platelets": {"value": NUMBER, "unit": "10*9/L", "uln": WORD}},
    "a word for a finding": {"seizure": WORD},
    "a number for a finding": {"seizure": float(NUMBER)},
    "a negative number": {"platelets": f"-{NUMBER}"},
    "too large": {"platelets": float(NUMBER) * 1e9},
    "no day": [{"date": f"{SEEN}T99", "seizure": "absent"}],
    "one day twice": [{"date": SEEN, "seizure": "absent"}, {"date": SEEN, "seizure": "present"}],
    "a word for a form": WORD,
    "visits of words": {"visit": WORD},
}


@pytest.mark.parametrize("name", FORMS)
def test_no_answer_of_a_form_is_told(tmp_path: Path, name: str) -> None:
    form = tmp_path / "form.json"
    form.write_text(json.dumps(FORMS[name]), encoding="utf-8")
    assert_silent(run("score", "sledai-2k", "--items", form))
    assert_silent(run("score", "sledai-2k", "--items", form, "--shift"))


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}13,week_24,Li,{WORD},\n",
        f"{HEAD}{WORD},week_24,Li,CR,\n",
        f"{HEAD}13,week_24,Li,CR,{WORD},{NUMBER}\n",
        f"{HEAD}13,week_24,,CR,{WORD}\n",
        f"{HEAD}13,,Li,CR,{WORD}\n",
        f"{HEAD}13,week_24,Li,CR,{WORD}\n13,week_24,Li,NR,{WORD}\n",
        f"{WORD},{NUMBER}\n",
    ],
)
def test_no_answer_of_a_panel_is_told(tmp_path: Path, text: str) -> None:
    form = tmp_path / "li.csv"
    form.write_text(text, encoding="utf-8")
    assert_silent(run("panel", "compare", form, form))


def record(**others: object) -> dict[str, object]:
    born = date.fromisoformat(SEEN)
    values = {"measurement_date": born, "value_as_number": Decimal(NUMBER)}
    return {**lab(1), **values, "value_source_value": f"<{NUMBER} {WORD}", **others}


UNSOUND: Mapping[str, Mapping[str, pa.Table]] = {
    "before birth": {
        "measurement": rows_of("measurement", record(measurement_date=date(1951, 3, 16)))
    },
    "born on no day": {},
    "after the cut": {
        "measurement": rows_of("measurement", record(measurement_date=date(2030, 11, 23)))
    },
    "twice": {"measurement": rows_of("measurement", record(), record())},
    "of nobody": {"measurement": rows_of("measurement", record(person_id=9))},
}


@pytest.mark.parametrize("name", UNSOUND)
def test_no_fact_that_cannot_be_is_told(tmp_path: Path, name: str) -> None:
    day = 17 if name != "born on no day" else 32
    born = rows_of("person", person(1, 1951, month_of_birth=3, day_of_birth=day))
    write(tmp_path / "d", person=born, **UNSOUND[name])
    for words in (
        ("facts", "check", tmp_path / "d"),
        ("screen", "nct06167174", "--facts", tmp_path / "d"),
        ("explain", "nct06167174", 1, "--facts", tmp_path / "d"),
        ("adjudicate", "nct05631717", "--facts", tmp_path / "d"),
        ("score", "sledai-2k", "--facts", tmp_path / "d", "--visits"),
    ):
        assert_silent(run(*words))


SIGNED = "person,item,answer,by,date\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{WORD},{NUMBER},{SEEN}\n",
        f"{SIGNED}{WORD},consent,yes,Dr A,2024-01-01\n",
        f"{SIGNED}1,{WORD},yes,Dr A,2024-01-01\n",
        f"{SIGNED}1,written_consent,{WORD},Dr A,2024-01-01\n",
        f"{SIGNED}1,written_consent,yes,Dr A,{WORD}\n",
        f"{SIGNED}1,written_consent,yes,Dr A,{SEEN},{WORD}\n",
        f'{SIGNED}1,"{WORD},yes,Dr A,{SEEN}\n',
    ],
)
def test_no_cell_of_a_file_of_signatures_or_dates_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "omop").mkdir()
    (tmp_path / "omop/person.csv").write_text("person_id,year_of_birth\n1,1990\n")
    (tmp_path / "signed.csv").write_text(text)
    words: list[object] = ["facts", "import", "omop", tmp_path / "omop", "--out", tmp_path / "out"]
    words += ["--data-cut", "2025-01-01"]
    assert_silent(run(*words, "--signed", tmp_path / "signed.csv"))
    (tmp_path / "dates.csv").write_text(text.replace("date\n", "day\n").replace("by", "date"))
    assert_silent(run(*words, "--screening-date", tmp_path / "dates.csv"))


@pytest.mark.parametrize(
    "cells", [f"1,{WORD},{NUMBER}", f"1,{SEEN},{WORD}", f"{WORD},{SEEN},1,2", f'1,"{WORD}']
)
def test_no_cell_of_a_table_is_told(tmp_path: Path, cells: str) -> None:
    (tmp_path / "omop").mkdir()
    (tmp_path / "omop/person.csv").write_text("person_id,year_of_birth\n1,1990\n")
    head = "person_id,measurement_date,value_as_number\n"
    (tmp_path / "omop/measurement.csv").write_text(f"{head}{cells}\n")
    result = run("facts", "import", "omop", tmp_path / "omop", "--out", tmp_path / "out",
                 "--strict", "--data-cut", "2020-01-01")  # fmt: skip
    assert_silent(result)


def test_no_row_of_another_type_is_told(tmp_path: Path) -> None:
    tables = {name: table.schema.empty_table() for name, table in TABLES.items()}
    schema = TABLES["person"].schema
    place = schema.get_field_index("year_of_birth")
    people = rows_of("person", person(1, 1951))
    wrong = people.set_column(place, "year_of_birth", pa.array([BORN]))
    with pytest.raises(RemitError) as refused:
        write_dataset(
            tmp_path / "d", {**tables, "person": wrong}, source="t", data_cut=date(2025, 1, 1)
        )
    assert not [secret for secret in SECRETS if secret in str(refused.value)]


def test_no_cell_of_an_allocation_is_told(tmp_path: Path) -> None:
    arms = tmp_path / "arms.parquet"
    pq.write_table(pa.table({"person_id": [BORN, WORD], "arm": [NUMBER, NUMBER]}), arms)
    write(tmp_path / "d", person=rows_of("person", person(1, 1990)))
    assert_silent(run("adjudicate", "nct05631717", "--facts", tmp_path / "d", "--arms", arms))


# ---- faults of the program itself ---------------------------------------------------------------


def _fail(*_: object, **__: object) -> None:
    try:
        int(WORD)
    except ValueError as error:
        raise KeyError(f"{NUMBER} of {BORN}") from error


def test_a_fault_tells_where_and_not_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.facts.soundness.check_dataset", _fail)
    write(tmp_path / "d", person=rows_of("person", person(1, 1990)))
    ran = run("facts", "check", tmp_path / "d")
    assert ran.exit_code == 70
    assert_silent(ran)
    assert "KeyError, after ValueError" in ran.output
    assert "remit/cli/facts_commands.py:" in ran.output


def test_the_whole_fault_is_shown_to_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remit.facts.soundness.check_dataset", _fail)
    monkeypatch.setenv("REMIT_TRACEBACK", "1")
    write(tmp_path / "d", person=rows_of("person", person(1, 1990)))
    ran = run("facts", "check", tmp_path / "d")
    assert isinstance(ran.exception, KeyError)
