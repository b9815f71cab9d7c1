"""MariaDB by ODBC, against a real server: every cell is that of an import of the same tables."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.types as kinds
import pytest

from facts.live.conftest import CUT
from facts.live.hospital import undated_tables, write_parquet
from facts.live.test_live_codes import (
    as_the_hospital_codes,
    imported_with,
    require_same,
    vocabulary_of,
)
from facts.live.test_live_facts import CHOICES, differences
from facts.live.test_live_strengths import require_same_doses, strength_rows
from facts.live.test_made_rows import with_sigs
from facts.vocabulary.small_vocabulary import STRENGTH, write_table
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, open_live
from remit.facts.live.odbc_source import OdbcSource, odbc_words
from remit.facts.opened import Facts

Tables = Mapping[str, pa.Table]
_PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb")


def _absent() -> str:
    """What is missing for a server and its driver; empty where all is here."""
    try:
        importlib.import_module("arrow_odbc")
    except (ImportError, OSError):  # the latter where the system has no driver manager
        return "arrow-odbc or unixODBC is not installed"
    if not [*Path("/usr/lib").rglob("libmaodbc*")]:
        return "the ODBC driver of MariaDB is not installed"
    found = [name for name in _PROGRAMS if shutil.which(name) is None]
    return f"no server of MariaDB is installed: {', '.join(found)}" if found else ""


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Path]:
    """The socket of a server with a folder of its own."""
    if reason := _absent():
        if os.environ.get("REMIT_REQUIRE_MARIADB") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="remit-maria-"))
    data, socket = f"--datadir={folder / 'data'}", folder / "socket"
    words = ["mariadb-install-db", "--no-defaults", data, "--user=root", "--skip-test-db"]
    words += ["--auth-root-authentication-method=normal"]
    subprocess.run(
        words, check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    words = ["mariadbd", "--no-defaults", data, "--user=root", "--skip-networking"]
    server = subprocess.Popen(
        [*words, f"--socket={socket}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            if socket.exists():
                break
            time.sleep(0.1)
        yield socket
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _said(socket: Path, statements: str) -> None:
    words = ["mariadb", "--no-defaults", "-u", "root", f"--socket={socket}", "--local-infile=1"]
    subprocess.run(words, input=statements, text=True, check=True, timeout=60)


_OF_ARROW = (
    (kinds.is_timestamp, "datetime"),
    (kinds.is_date, "date"),
    (kinds.is_boolean, "tinyint"),
    (kinds.is_int32, "int"),
    (kinds.is_integer, "bigint"),
    (kinds.is_decimal, "decimal(18,6)"),
    (kinds.is_floating, "double"),
)


def load_mariadb(socket: Path, database: str, tables: Tables, folder: Path) -> str:
    """Write tables into a new database; the words by which a role that may only read reaches it."""
    import pyarrow.csv as csv

    lines = [f"create database `{database}` character set utf8mb4;", f"use `{database}`;"]
    for name, rows in tables.items():
        columns = ", ".join(f"`{field.name}` {_kind(field.type)}" for field in rows.schema)
        path = folder / f"{name}.csv"
        seconds = pa.table(
            {
                f.name: rows[f.name].cast(pa.timestamp("s")) if kinds.is_timestamp(f.type)
                else rows[f.name]
                for f in rows.schema
            }
        )  # fmt: skip
        csv.write_csv(seconds, path, csv.WriteOptions(include_header=False))
        read = ", ".join(f"@c{place}" for place in range(rows.num_columns))
        sets = ", ".join(
            f"`{field.name}` = nullif(@c{place}, '')" for place, field in enumerate(rows.schema)
        )
        lines += [
            f"create table `{name}` ({columns});",
            f"load data local infile '{path}' into table `{name}` character set utf8mb4 "
            f"fields terminated by ',' optionally enclosed by '\"' ({read}) set {sets};",
        ]
    lines += [
        "create user if not exists reader@localhost;",
        f"grant select on `{database}`.* to reader@localhost;",
    ]
    _said(socket, "\n".join(lines))
    return f"Driver={{MariaDB Unicode}};Socket={socket};Database={database};User=reader"


def _kind(arrow: pa.DataType) -> str:
    return next((word for is_it, word in _OF_ARROW if is_it(arrow)), "varchar(200)")


@pytest.fixture(scope="module")
def words(hospital: Tables, mariadb: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return load_mariadb(mariadb, "cdm", hospital, tmp_path_factory.mktemp("csv"))


def test_every_cell_of_mariadb_is_that_of_the_import(
    words: str, imported: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 23)
    with open_live(address_of(f"odbc:{words}"), CHOICES) as facts:
        assert facts.manifest.source.startswith("live: odbc local/cdm, read 20")
        assert differences(facts, imported) == []


def test_mariadb_with_a_vocabulary_is_the_import_with_it(
    hospital: Tables, mariadb: Path, tmp_path: Path
) -> None:
    tables, vocabulary = as_the_hospital_codes(hospital), vocabulary_of(hospital, tmp_path / "v")
    imported = imported_with(write_parquet(tmp_path / "omop", tables), vocabulary, tmp_path / "out")
    words = load_mariadb(mariadb, "coded", tables, tmp_path)
    choices = LiveChoices(data_cut=CUT, vocabulary=vocabulary)
    with open_live(address_of(f"odbc:{words}"), choices) as facts:
        require_same(facts, imported)


def test_mariadb_has_the_doses_of_a_vocabulary_too(
    hospital: Tables, mariadb: Path, tmp_path: Path
) -> None:
    vocabulary = vocabulary_of(hospital, tmp_path / "v")
    told = with_sigs(hospital)
    tables = as_the_hospital_codes({n: rows for n, rows in told.items() if n != "DRUG_STRENGTH"})
    write_table(vocabulary, "DRUG_STRENGTH.csv", STRENGTH, strength_rows(hospital))
    imported = imported_with(write_parquet(tmp_path / "omop", tables), vocabulary, tmp_path / "out")
    words = load_mariadb(mariadb, "strengths", tables, tmp_path)
    choices = LiveChoices(data_cut=CUT, vocabulary=vocabulary)
    with open_live(address_of(f"odbc:{words}"), choices) as facts:
        require_same_doses(facts, imported)


def test_rows_without_a_day_stay_in_doubt_as_in_an_import(
    cohort: Facts, mariadb: Path, tmp_path: Path
) -> None:
    tables = undated_tables(cohort)
    folder = write_parquet(tmp_path / "omop", tables)
    choices = IntakeChoices(source="Parquet", data_cut=CUT, complete=("measurement",))
    imported = write_intake(tmp_path / "imported", read_omop(folder), choices)[0]
    words = load_mariadb(mariadb, "undated", tables, tmp_path)
    live = LiveChoices(data_cut=CUT, complete=("measurement",))
    with open_live(address_of(f"odbc:{words}"), live) as facts:
        assert differences(facts, imported) == []


def test_letters_of_any_script_and_signs_of_sql_come_as_they_are(
    mariadb: Path, tmp_path: Path
) -> None:
    texts = ["Müller", "狼瘡", "it's", "a\\b", 'say "x"']
    tables = {
        "person": pa.table({"person_id": [1], "year_of_birth": [1990]}),
        "condition_occurrence": pa.table(
            {
                "condition_occurrence_id": range(1, 6),
                "person_id": [1] * 5,
                "condition_concept_id": [257628] * 5,
                "condition_start_date": pa.array([19_800] * 5, pa.int32()).view(pa.date32()),
                "condition_source_value": texts,
            }
        ),
    }
    text = texts[3]
    tables["condition_occurrence"] = tables["condition_occurrence"].filter(
        pa.array([one != text for one in texts])
    )
    words = load_mariadb(mariadb, "letters", tables, tmp_path)
    with open_live(address_of(f"odbc:{words}"), LiveChoices()) as facts:
        rows = facts.rows("condition_occurrence", ["condition_source_value"])
    assert sorted(rows["condition_source_value"].to_pylist()) == sorted({*texts} - {text})


def test_nothing_can_be_written(words: str) -> None:
    source = OdbcSource(words.replace("reader", "root"))
    with pytest.raises(DatasetError, match="the database did not answer"):
        source._read("create table cdm.mine (a int)")
    source.close()


def test_a_database_that_does_not_answer_says_why(mariadb: Path) -> None:
    for change, said in (
        ({"User=reader": "User=nobody"}, "a name or password that the server refuses"),
        ({"Driver={MariaDB Unicode}": "Driver={None}"}, "that ODBC does not know"),
        ({f"Socket={mariadb}": "Socket=/none"}, "the database cannot be reached"),
    ):
        words = f"Driver={{MariaDB Unicode}};Socket={mariadb};User=reader"
        for old, new in change.items():
            words = words.replace(old, new)
        with pytest.raises(DatasetError, match=said):
            OdbcSource(words)


def test_a_url_is_what_odbc_takes() -> None:
    address = address_of("mysql+mysqldb://reader@db.example:3307/omop")
    assert (address.kind, address.target) == (
        "odbc",
        "Driver={MariaDB Unicode};Server=db.example;Port=3307;Database=omop;User=reader",
    )
    assert odbc_words("//db/omop") == "Driver={MariaDB Unicode};Server=db;Database=omop"
    for text in ("mysql://me:secret@h/d", "odbc:DSN=a;PWD=secret", "mysql://h/d?password=secret"):
        with pytest.raises(DatasetError, match="holds a password") as found:
            address_of(text)
        assert "secret" not in str(found.value)
    for text in ("mysql://h", "mysql:h/d", "mysql://h;User=x/d"):
        with pytest.raises(DatasetError, match="no address of a database of MariaDB"):
            address_of(text)
