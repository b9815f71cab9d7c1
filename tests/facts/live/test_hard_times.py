"""A server that dies, waits, refuses or hides: said in words, without a password, and resumable."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from facts.live.conftest import CUT
from facts.live.servers import OwnServer, load_postgresql, own_server, required_programs
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.live.live_facts import LiveChoices, live_facts
from remit.facts.live.postgresql_source import PostgresqlSource
from remit.facts.live.source import Wanted

WHOLE = ("--format", "parquet", "--out")
SECRET = "not-to-be-told-17"


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_server(required_programs()) as found:
        yield found


def _screened(address: str, *words: str | Path) -> Result:
    said = ["screen", "nct06167174", "--engine", f"postgresql:{address}", "--data-cut", str(CUT)]
    ran = CliRunner().invoke(main, [*said, *map(str, words)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert "Traceback" not in ran.output
    return ran


def _execute(address: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_a_server_that_dies_midway_is_said_and_the_run_goes_on(
    server: OwnServer,
    hospital: Mapping[str, pa.Table],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    address = load_postgresql(server.address, "dying", hospital)
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 15)
    whole = _screened(address, *WHOLE, tmp_path / "whole")
    assert whole.exit_code == 0, whole.output
    rows, asked = PostgresqlSource.rows, tmp_path / "asked"

    def dies(
        self: PostgresqlSource, table: str, columns: Sequence[str], wanted: Wanted
    ) -> pa.Table:
        if wanted.last is None and wanted.after is not None and table == "condition_occurrence":
            asked.touch()  # by a copy of this process
            while not list(tmp_path.rglob("*.arrow")):  # some other part is kept
                time.sleep(0.01)
            server.stop()
        return rows(self, table, columns, wanted)

    out = tmp_path / "cut"
    with monkeypatch.context() as patched:
        patched.setattr(PostgresqlSource, "rows", dies)
        ran = _screened(address, *WHOLE, out)
    assert asked.exists()
    assert ran.exit_code == DatasetError.exit_code
    assert "the connection was lost" in ran.output
    assert "goes on from there" in " ".join(ran.output.split())
    assert not out.exists()
    ran = _screened(address, *WHOLE, out)
    assert ran.exit_code == DatasetError.exit_code
    assert "cannot be reached" in ran.output
    server.start()
    ran = _screened(address, *WHOLE, out)
    assert ran.exit_code == 0, ran.output
    assert "resumed: " in ran.output
    for name in ("verdicts.parquet",):
        one, two = (pq.read_table(folder / name) for folder in (tmp_path / "whole", out))
        assert one.equals(two)


def test_a_question_that_takes_too_long_stops_the_command(
    server: OwnServer, hospital: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    address = load_postgresql(server.address, "waiting", hospital)
    _execute(
        address,
        'alter table cdm."MEASUREMENT" rename to measured_here',
        'create view cdm."MEASUREMENT" as select * from cdm.measured_here '
        "where pg_sleep(0.05) is not null",
    )
    ran = _screened(address, "--statement-timeout", "1", *WHOLE, tmp_path / "out")
    assert ran.exit_code == DatasetError.exit_code
    assert "no answer within 1 s" in ran.output
    assert "--statement-timeout SECONDS" in ran.output
    assert not (tmp_path / "out").exists()


@pytest.fixture
def narrow(server: OwnServer, hospital: Mapping[str, pa.Table]) -> Iterator[str]:
    """A role that may read all but what a test takes from it."""
    _execute(f"{server.address} dbname=postgres", "drop database if exists narrow")
    address = load_postgresql(server.address, "narrow", hospital)
    _execute(
        address,
        "drop role if exists narrow",
        "create role narrow login",
        "grant usage on schema cdm to narrow",
        "grant select on all tables in schema cdm to narrow",
    )
    yield address
    _execute(address, "drop owned by narrow")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ('revoke select on cdm."MEASUREMENT" from narrow', "no right to read cdm.MEASUREMENT"),
        (
            'revoke select on cdm."PERSON" from narrow',
            "no schema has a table person that this role may read",
        ),
        ("revoke usage on schema cdm from narrow", "a role that may not read a table"),
    ],
)
def test_what_a_role_may_not_read_is_not_taken_for_missing(
    narrow: str, statement: str, said: str
) -> None:
    _execute(narrow, statement)
    ran = _screened(narrow.replace("user=owner", "user=narrow"))
    assert ran.exit_code == DatasetError.exit_code
    assert said in " ".join(ran.output.split())
    assert "grant" in ran.output or "--schema NAME" in ran.output


def test_a_column_that_a_role_may_not_read_is_named(narrow: str) -> None:
    _execute(
        narrow,
        'revoke select on cdm."MEASUREMENT" from narrow',
        'grant select ("MEASUREMENT_ID", "PERSON_ID", "MEASUREMENT_CONCEPT_ID") '
        'on cdm."MEASUREMENT" to narrow',
    )
    ran = _screened(narrow.replace("user=owner", "user=narrow"))
    assert ran.exit_code == DatasetError.exit_code
    text = " ".join(ran.output.split())
    assert "cdm.MEASUREMENT (" in text
    assert "VALUE_AS_NUMBER" in text
    # A view that leaves them out is a table without them.
    _execute(
        narrow,
        "create schema shown",
        'create view shown.person as select * from cdm."PERSON"',
        'create view shown.study_anchor as select * from cdm."STUDY_ANCHOR"',
        'create view shown.measurement as select "MEASUREMENT_ID", "PERSON_ID", '
        '"MEASUREMENT_CONCEPT_ID" from cdm."MEASUREMENT"',
        "grant usage on schema shown to narrow",
        "grant select on all tables in schema shown to narrow",
    )
    ran = _screened(narrow.replace("user=owner", "user=narrow"), "--schema", "shown")
    assert ran.exit_code == 0, ran.output


def test_a_table_without_its_codes_is_named(
    server: OwnServer, hospital: Mapping[str, pa.Table]
) -> None:
    address = load_postgresql(server.address, "codeless", hospital)
    _execute(address, 'alter table cdm."MEASUREMENT" drop column "MEASUREMENT_CONCEPT_ID"')
    ran = _screened(address)
    assert ran.exit_code == DatasetError.exit_code
    assert "measurement_concept_id is missing" in " ".join(ran.output.split())


def test_a_server_without_a_table_answers_of_the_others(
    server: OwnServer, hospital: Mapping[str, pa.Table]
) -> None:
    address = load_postgresql(server.address, "tableless", hospital)
    _execute(address, 'drop table cdm."MEASUREMENT"')
    with live_facts(PostgresqlSource(address), LiveChoices(data_cut=CUT)) as facts:
        assert facts.rows("measurement").num_rows == 0
        assert facts.rows("person").num_rows == 60
        assert "measurement" not in facts.manifest.tables


def test_a_wrong_password_is_said_and_not_told(
    server: OwnServer, hospital: Mapping[str, pa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = load_postgresql(server.address, "locked", hospital)
    _execute(
        address,
        f"create role locked login password '{SECRET}'",
        "grant usage on schema cdm to locked",
        "grant select on all tables in schema cdm to locked",
    )
    rules = server.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all locked scram-sha-256\n{before}")
    _execute(address, "select pg_reload_conf()")
    reader = address.replace("user=owner", "user=locked")
    for wrong in (f"{SECRET}-wrong", None):
        if wrong is None:
            monkeypatch.delenv("PGPASSWORD", raising=False)
        else:
            monkeypatch.setenv("PGPASSWORD", wrong)
        ran = _screened(reader)
        assert ran.exit_code == DatasetError.exit_code
        assert "password" in ran.output
        assert SECRET not in ran.output
    monkeypatch.setenv("PGPASSWORD", SECRET)
    ran = _screened(reader, "--format", "json")
    assert ran.exit_code == 0, ran.output
    assert SECRET not in ran.output
    rules.write_text(before)
    _execute(address, "select pg_reload_conf()")


def test_a_standby_server_is_read(server: OwnServer, hospital: Mapping[str, pa.Table]) -> None:
    """A server in recovery takes no write and gives no snapshot away: one connection reads all."""
    import psycopg

    address = load_postgresql(server.address, "standby", hospital)
    owned = _screened(address, "--format", "csv")
    server.stop("fast")
    standby = server.data / "standby.signal"
    standby.touch()
    standby.chmod(0o644)
    server.start()
    try:
        with psycopg.connect(address) as connection:
            assert connection.execute("select pg_is_in_recovery()").fetchone() == (True,)
        ran = _screened(address, "--format", "csv")
        assert ran.exit_code == 0, ran.output
        assert ran.output == owned.output
    finally:
        server.stop("fast")
        standby.unlink()
        server.start()
