"""PostgreSQL by a role that may only read, and what it says when it does not answer."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from conftest import ROOT
from facts.live.conftest import CUT, MAPPED
from facts.live.servers import load_postgresql
from facts.live.test_live_facts import differences
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, live_facts
from remit.facts.live.postgresql_source import PostgresqlSource
from remit.facts.live.source import Wanted
from remit.facts.opened import Facts
from remit.facts.reading import Part
from remit.facts.tables import TABLES
from remit.screening.screened_parts import for_each_part

linux = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")


@pytest.fixture(scope="session")
def reader(hospital: Mapping[str, pa.Table], postgresql: str) -> str:
    """A database whose every session is read-only, as a role that may only read."""
    import psycopg

    address = load_postgresql(postgresql, "reading", hospital)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create role reader login")
        connection.execute("grant usage on schema cdm to reader")
        connection.execute("grant select on all tables in schema cdm to reader")
        connection.execute("alter database reading set default_transaction_read_only = on")
        connection.execute("create schema other")
        connection.execute("create table other.person (person_id int)")
    return address.replace("user=owner", "user=reader")


def test_a_role_that_may_only_read_is_enough(reader: str) -> None:
    # Its schema alone is seen: the other is not for this role.
    with live_facts(PostgresqlSource(reader), LiveChoices(data_cut=CUT)) as facts:
        assert facts.rows("person").num_rows == 60
        assert ", schema cdm, read 20" in facts.manifest.source
    assert "user" not in facts.manifest.source


def test_a_run_sees_one_state_of_the_data(
    hospital: Mapping[str, pa.Table], postgresql: str
) -> None:
    import psycopg

    address = load_postgresql(postgresql, "changing", hospital)
    with live_facts(PostgresqlSource(address), LiveChoices(data_cut=CUT)) as facts:
        with psycopg.connect(address) as connection:
            connection.execute('delete from cdm."PERSON" where "PERSON_ID" > 5')
        assert facts.rows("person").num_rows == 60
        assert isinstance(facts.source, PostgresqlSource)
        # A second connection sees what the first one does.
        connections = facts.source._connections
        with connections.one(), connections.one() as second:
            assert second.execute('select count(*) from cdm."PERSON"').fetchone() == (60,)
    with live_facts(PostgresqlSource(address), LiveChoices(data_cut=CUT)) as facts:
        assert facts.rows("person").num_rows == 5


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies are made whatever threads other tests left behind."""
    monkeypatch.setattr(
        "remit.screening.screened_parts.may_copy",
        lambda parts: all(part.copies_may_read for part in parts),
    )


@linux
@pytest.mark.usefixtures("copies")
def test_copies_of_the_process_see_that_state_with_connections_of_their_own(
    hospital: Mapping[str, pa.Table],
    imported: Facts,
    postgresql: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import psycopg

    address = load_postgresql(postgresql, "copied", hospital)
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 15)
    with live_facts(PostgresqlSource(address), LiveChoices(CUT, mapped=MAPPED)) as facts:
        with psycopg.connect(address) as connection:
            connection.execute('delete from cdm."MEASUREMENT"')
            connection.execute('delete from cdm."PERSON" where "PERSON_ID" > 5')

        def seen(part: Part) -> tuple[int, int, pa.Table]:
            rows = part.rows("measurement", ("measurement_id", "place"))
            return os.getpid(), part.rows("person", ("person_id",)).num_rows, rows

        for _ in range(2):  # copies leave the connections of this process as they are
            found = list(for_each_part(facts.parts, seen))
            assert len(found) == 4
            assert os.getpid() not in {process for process, _, _ in found}
            assert sum(persons for _, persons, _ in found) == 60
            rows = pa.concat_tables([rows for _, _, rows in found]).sort_by("measurement_id")
            there = imported.rows("measurement", ("measurement_id", "place"))
            assert rows.equals(there.sort_by("measurement_id").cast(rows.schema))
            assert facts.rows("person").num_rows == 60


@linux
@pytest.mark.usefixtures("copies")
@pytest.mark.parametrize(("most", "copied"), [(1, False), (3, False), (4, True)])
def test_where_the_server_gives_no_more_connections_copies_ask_for_none(
    reader: str, postgresql: str, monkeypatch: pytest.MonkeyPatch, most: int, copied: bool
) -> None:
    import psycopg

    name = f"few_{most}"
    with psycopg.connect(f"{postgresql} dbname=reading", autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(f"create role {name} login connection limit {most}".encode())
        connection.execute(f"grant reader to {name}".encode())
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 15)
    source = PostgresqlSource(reader.replace("user=reader", f"user={name}"))
    with live_facts(source, LiveChoices(data_cut=CUT)) as facts:
        # Two threads ask: with those connections that there are.
        with ThreadPoolExecutor(2) as pool:
            rows = pool.map(lambda part: part.rows("person", ("person_id",)), facts.parts)
            assert sum(found.num_rows for found in rows) == 60
        found = list(for_each_part(facts.parts, lambda part: os.getpid()))
        assert (os.getpid() not in found) == copied


@pytest.mark.parametrize("counted", [True, False])
def test_with_keys_and_statistics_of_the_server_each_cell_stays(
    cohort: Facts, postgresql: str, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    import psycopg

    tables = {name: cohort.rows(name) for name in TABLES}
    address = load_postgresql(postgresql, f"keyed_{counted}", tables)
    with psycopg.connect(address, autocommit=True) as connection:
        for name in tables:
            if TABLES[name].person is not None and name != "study_anchor":
                key = TABLES[name].key
                connection.execute(f'alter table cdm."{name}" add primary key ("{key}")'.encode())
        if counted:
            connection.execute("analyze")
    monkeypatch.setattr("remit.facts.live.person_ranges.PERSONS", 7)
    said = cohort.manifest
    choices = LiveChoices(said.data_cut, said.complete, said.mapped, said.own_codes)
    with live_facts(PostgresqlSource(address), choices) as facts:
        assert isinstance(facts.source, PostgresqlSource)
        measured = facts.source.tables["measurement"].columns
        assert measured["measurement_id"].unique
        # Nearly all measurements are without a sign; of their source's values few are texts.
        assert measured["operator_concept_id"].sparse == counted
        assert measured["value_source_value"].sparse == counted
        assert not measured["value_as_number"].sparse
        assert differences(facts, cohort) == []


def test_texts_with_signs_of_control_are_read_as_they_are(postgresql: str) -> None:
    texts = ["g/L", "g\x02L", "\x01", "", None, "µg\n/L", 'a "b"']
    table = pa.table(
        {
            "measurement_id": pa.array(range(7), pa.int64()),
            "person_id": pa.array([1] * 7, pa.int64()),
            "measurement_concept_id": pa.array([1] * 7, pa.int32()),
            "unit_source_value": pa.array(texts, pa.string()),
        }
    )
    person = pa.table({"person_id": [1], "year_of_birth": [1990]})
    address = load_postgresql(postgresql, "texts", {"person": person, "measurement": table})
    source = PostgresqlSource(address)
    rows = source.rows("measurement", ("measurement_id", "unit_source_value"), Wanted())
    assert sorted(zip(*rows.to_pydict().values(), strict=True), key=lambda row: int(row[0])) == [
        (str(place), text) for place, text in enumerate(texts)
    ]
    source.close()


# Codes as a database may keep them: in some rows none, in some no code that there can be.
_CODES = [7, 7, 0, None, 9, 7, 9, 3, 1 << 40, -5, 9, 7]


@pytest.mark.parametrize("kind", [pa.int64(), pa.decimal128(21, 2), pa.float64()])
@pytest.mark.parametrize("sign", ["", "\x02"])
def test_several_questions_are_answered_by_one_look(
    postgresql: str, kind: pa.DataType, sign: str
) -> None:
    number = range(len(_CODES))
    texts = [None if at % 3 == 0 else f"g/{at % 2}{sign}" for at in number]
    values = [None if at % 4 == 1 else at / 4 for at in number]
    person = pa.table({"person_id": pa.array(number, pa.int64()), "year_of_birth": [1990] * 12})
    table = pa.table(
        {
            "measurement_id": pa.array(number, pa.int64()),
            "person_id": pa.array(number, pa.int64()),
            "measurement_concept_id": pa.array(_CODES, pa.int64()).cast(kind),
            "unit_source_value": pa.array(texts, pa.string()),
            "value_as_number": pa.array(values, pa.float64()),
        }
    )
    name = f"questions_{str(kind)[:3]}_{len(sign)}"
    address = load_postgresql(postgresql, name, {"person": person, "measurement": table})
    source = PostgresqlSource(address)
    moment = ("measurement_id", "measurement_concept_id")
    questions = [
        ((*moment, "unit_source_value"), Wanted(after=0, concepts=frozenset({7, 3}))),
        ((*moment, "value_as_number", "no_such"), Wanted(after=0, concepts=frozenset({9, 0}))),
        ((*moment, "person_id"), Wanted(after=0, concepts=frozenset({1234}))),
    ]
    # Person 0 is not asked for. What no table of facts can hold counts as no code.
    expected = [[1, 5, 7, 11], [2, 3, 4, 6, 8, 10], []]
    answers = source.answered("measurement", questions)
    for asked in (answers, answers, source):  # an answer is given once, then the source is asked
        found = []
        for question in questions:
            rows = asked.rows("measurement", *question)
            key = rows["measurement_id"].cast(pa.int64())
            rows = rows.set_column(0, "measurement_id", key)
            found.append(rows.sort_by("measurement_id").to_pydict())
        for rows, there in zip(found, expected, strict=True):
            assert rows["measurement_id"] == there
            codes = [code if code is None else float(code) for code in rows[moment[1]]]
            assert codes == [_CODES[row] for row in there]
        assert found[0]["unit_source_value"] == [texts[row] for row in expected[0]]
        said = [float(text) if text else None for text in found[1]["value_as_number"]]
        assert said == [values[row] for row in expected[1]]
    source.close()


@pytest.mark.parametrize(
    ("said", "got", "do"),
    [
        ("host=127.0.0.1 port=1 dbname=x user=y", "port 1 failed", "check host, port"),
        ("{server} dbname=nobody", 'database "nobody" does not exist', "check host, port"),
        ("{server} dbname=postgres", "no table of OMOP", "name it: --schema NAME"),
    ],
)
def test_a_database_that_does_not_answer_is_said(
    postgresql: str, said: str, got: str, do: str
) -> None:
    with pytest.raises(DatasetError) as found:
        PostgresqlSource(said.format(server=postgresql))
    assert got in str(found.value)
    assert do in str(found.value)


def test_a_question_that_takes_too_long_is_stopped(postgresql: str) -> None:
    person = pa.table({"person_id": [1], "year_of_birth": [1990]})
    source = PostgresqlSource(
        load_postgresql(postgresql, "slow", {"person": person}), statement_seconds=1
    )
    with pytest.raises(DatasetError) as found:
        source._answer("select pg_sleep(20)")
    assert "no answer within 1 s" in str(found.value)
    assert "--statement-timeout" in str(found.value)
    source.close()


def test_a_lost_connection_is_said(postgresql: str) -> None:
    import psycopg

    person = pa.table({"person_id": [1], "year_of_birth": [1990]})
    address = load_postgresql(postgresql, "lost", {"person": person})
    source = PostgresqlSource(address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'remit' and datname = 'lost'"
        )
    with pytest.raises(DatasetError, match="the connection was lost"):
        source.row_count("person")
    source.close()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:secret@host/hospital",
        "postgres://host/hospital?password=secret",
        "postgresql+psycopg://me:secret@host/hospital",
        "postgresql:host=h dbname=d password=secret",
        "postgresql:host=h dbname='postgresql://reader:secret@host/hospital'",
        "postgresql:postgresql://reader:secret@host/hospital",
        "postgresql:reader:secret@host/hospital",
        "postgresql://host/hospital?sslpassword=secret",
        "postgresql://host/hospital?pass%77ord=secret",
        "postgresql://host/hospital#password=secret",
        "postgresql:host=h 'password'=secret",
        "postgresql:host=h oauth_client_secret=secret",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(text: str) -> None:
    ran = CliRunner().invoke(main, ["screen", "nct06167174", "--engine", text])
    assert ran.exit_code == DatasetError.exit_code
    assert "secret" not in ran.output
    assert "PGPASSWORD" in ran.output


@pytest.mark.parametrize(
    "text", ["oracle://me:secret@h/d", "hospital.duckdb", "duckdb:", "x:secret"]
)
def test_an_address_of_no_form_is_refused(text: str) -> None:
    with pytest.raises(DatasetError, match="no address of a live source") as found:
        address_of(text)
    assert "secret" not in str(found.value)


def test_commands_read_the_database_and_say_so(reader: str, tmp_path: Path) -> None:
    words = ["screen", "nct06167174", "--engine", f"postgresql:{reader}", "--data-cut", str(CUT)]
    ran = CliRunner().invoke(main, [*words, "--format", "json"])
    assert ran.exit_code == 0, ran.output
    assert '"source": "live: postgresql ' in ran.output
    assert '"manifest_sha256": ""' in ran.output
    ran = CliRunner().invoke(main, [*words, "--facts", str(tmp_path)])
    assert "give one of them" in ran.output
    ran = CliRunner().invoke(main, ["screen", "nct06167174"])
    assert "--facts FOLDER or --engine ADDRESS" in ran.output
    ran = CliRunner().invoke(main, [*words[:2], "--facts", str(tmp_path), "--mapped", "death"])
    assert "--mapped goes with --engine" in ran.output


def test_the_commands_of_the_page_run_on_a_server(reader: str, tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/databases.md").read_text(encoding="utf-8")
    block = page.split("Then the commands are as above:")[1].split("```sh\n")[1].split("```")[0]
    lines = block.splitlines()
    assert len(lines) == 3
    for line in lines:
        words = shlex.split(line)[1:]
        words[words.index("--engine") + 1] = f"postgresql:{reader}"
        if "--out" in words:
            words[-1] = str(tmp_path / words[-1])
        ran = CliRunner().invoke(main, words)
        assert ran.exit_code == 0, ran.output
    assert (tmp_path / "screened-live" / "verdicts.parquet").is_file()
    assert not (tmp_path / "screened-live.parts").exists()
