"""A real PostgreSQL server for tests, and OMOP tables as hospitals keep them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.types as kinds
import pytest

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
PORT = 54400


def server_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where there is no server."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    for pattern in _PLACES:
        folders = sorted(Path("/").glob(pattern[1:]))
        if folders:
            return folders[-1]
    return None


def required_programs() -> Path:
    """The folder of `server_programs`; without a server the tests are skipped, or fail in CI."""
    programs = server_programs()
    if programs is None:
        reason = "no PostgreSQL server is installed"
        if os.environ.get("REMIT_REQUIRE_POSTGRESQL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return programs


def _as_another_user() -> tuple[list[str], str | None]:
    """How to run a program as somebody who is not root, which the server refuses; and whom."""
    if os.geteuid() != 0:
        return [], None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={pwd.getpwnam(user).pw_gid}",
        "--clear-groups",
    ], user


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server with a folder of its own.

    Attributes:
        address: what libpq takes to reach it, but for the database.
    """

    programs: Path
    folder: Path
    port: int = PORT

    @property
    def address(self) -> str:
        return f"host={self.folder} port={self.port} user=owner"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _control(self, *words: str) -> None:
        before, _ = _as_another_user()
        _run([*before, str(self.programs / "pg_ctl"), "-D", str(self.data), "-w", *words])

    def start(self) -> None:
        settings = f"-k {self.folder} -p {self.port} -c fsync=off -c autovacuum=off"
        settings += " -c listen_addresses=''"
        self._control("-l", str(self.folder / "log"), "-o", settings, "start")

    def stop(self, how: str = "immediate") -> None:
        """Let it go down, by default in the midst of all that it does."""
        self._control("-m", how, "stop")


@contextmanager
def own_server(programs: Path) -> Iterator[OwnServer]:
    """A server that runs, and that a test may stop and start."""
    before, user = _as_another_user()
    folder = Path(tempfile.mkdtemp(prefix="remit-pg-"))
    server = OwnServer(programs, folder)
    try:
        if user is not None:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        words = [*before, str(programs / "initdb"), "-D", str(server.data), "-A", "trust"]
        _run([*words, "-U", "owner", "-E", "UTF8", "--no-sync", "--no-instructions"])
        server.start()
        try:
            yield server
        finally:
            if (server.data / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """A server with a folder of its own; what libpq takes to reach it."""
    with own_server(programs) as server:
        yield server.address


def _run(words: Sequence[str]) -> None:
    subprocess.run(words, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60)


_OF_ARROW = (
    (kinds.is_timestamp, "timestamp"),
    (kinds.is_date, "date"),
    (kinds.is_boolean, "boolean"),
    (kinds.is_int32, "integer"),
    (kinds.is_integer, "bigint"),
    (kinds.is_decimal, "numeric"),
    (kinds.is_floating, "double precision"),
)


def load_postgresql(
    address: str, database: str, tables: Mapping[str, pa.Table], *, schema: str = "cdm"
) -> str:
    """Write tables into a schema of a new database; how to reach it."""
    import psycopg

    with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
        connection.execute(f'create database "{database}"'.encode())
    with psycopg.connect(f"{address} dbname={database}") as connection:
        connection.execute(f'create schema "{schema}"'.encode())
        for name, rows in tables.items():
            columns = ", ".join(f'"{field.name}" {_kind(field.type)}' for field in rows.schema)
            connection.execute(f'create table "{schema}"."{name}" ({columns})'.encode())
            statement = f'copy "{schema}"."{name}" from stdin'.encode()
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                    copy.write_row(row)
    return f"{address} dbname={database}"


def _kind(arrow: pa.DataType) -> str:
    return next((word for is_it, word in _OF_ARROW if is_it(arrow)), "varchar")


def load_duckdb(path: Path, tables: Mapping[str, pa.Table], *, schema: str = "cdm") -> Path:
    """Write tables into a schema of a new file."""
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute(f'create schema "{schema}"')
        for name, rows in tables.items():
            connection.register("rows_here", rows)
            connection.execute(f'create table "{schema}"."{name}" as select * from rows_here')
            connection.unregister("rows_here")
    return path


def require_spark() -> None:
    """Skip a test where Spark cannot run, or fail it where it must."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        reason = "Spark needs pyspark and Java"
        if os.environ.get("REMIT_REQUIRE_SPARK") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # One machine of Java serves all tests of this process: its workers have the paths of its start,
    # and must find the functions of every test that sends some.
    tests = Path(__file__).resolve().parents[2]
    paths = [str(tests / "screening"), str(tests), os.environ.get("PYTHONPATH", "")]
    if paths[0] not in paths[2].split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
