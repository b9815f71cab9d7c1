"""Live sources that are measured: a cohort in a DuckDB file and on a server of its own.

The tables are those of OMOP's own scripts: a key each, what must be filled is not null, an index on
the person, and rows in the order of persons. Named dates and signatures come from files, as in a
hospital; here they are those of the cohort's snapshot.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
from processes import ROOT

from remit.facts.asked_days import AskedDays
from remit.facts.live.live_facts import LiveChoices, live_facts
from remit.facts.live.source import Source
from remit.facts.opened import Facts, open_facts
from remit.facts.reading import Block, Kind, Part, at_hand
from remit.facts.tables import TABLES

OWN = ("study_anchor", "attestation", "person_name", "imprecise_date")
_KINDS = {
    "id": "bigint",
    "concept": "integer",
    "int": "integer",
    "date": "date",
    "datetime": "timestamp",
    "number": "numeric",
    "amount": "numeric",
    "text": "varchar",
    "bool": "boolean",
}


class BesidePart:
    """A live part, of which Remit's own tables come from a part of a snapshot."""

    def __init__(self, part: Part, own: Part) -> None:
        self._part, self._own = part, own

    @property
    def copies_may_read(self) -> bool:
        return bool(getattr(self._part, "copies_may_read", False))

    @property
    def kinds(self) -> Sequence[Kind]:
        return self._part.kinds

    def fetched(
        self,
        needs: Mapping[str, Sequence[Block]],
        *,
        persons: Collection[int] | None = None,
        days: AskedDays | None = None,
    ) -> Part:
        return BesidePart(at_hand(self._part, needs, persons=persons, days=days), self._own)

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        part = self._own if table in OWN else self._part
        return part.rows(table, columns, concepts=concepts, persons=persons, study=study)


def live_cohort(source: Source, folder: Path) -> Facts:
    """A cohort in a source, with the parts of its snapshot."""
    snapshot = open_facts(folder)
    said = snapshot.manifest
    choices = LiveChoices(said.data_cut, said.complete, said.mapped, said.own_codes)
    live = live_facts(source, choices)
    parts = zip(live.parts, snapshot.parts, strict=True)
    return replace(live, parts=tuple(BesidePart(part, own) for part, own in parts))


def write_duckdb(folder: Path, out: Path) -> None:
    """A cohort as a file of DuckDB."""
    import duckdb

    with duckdb.connect(str(out)) as connection, open_facts(folder) as facts:
        for name, rows in _tables(facts):
            connection.register("rows_here", rows)
            made = connection.execute(
                "select count(*) from information_schema.tables where table_name = ?", [name]
            ).fetchone()
            begin = f"insert into {name}" if made and made[0] else f"create table {name} as"
            connection.execute(f"{begin} select * from rows_here")
            connection.unregister("rows_here")


def _tables(facts: Facts) -> Iterator[tuple[str, pa.Table]]:
    """The tables of OMOP, part by part, in the order of persons."""
    for name, table in TABLES.items():
        if name in OWN:
            continue
        for part in facts.parts:
            rows = part.rows(name, table.schema.names)
            yield name, rows.sort_by(table.person) if table.person else rows


@contextmanager
def server_with(folder: Path) -> Iterator[str]:
    """A server that holds a cohort; what libpq takes to reach it."""
    sys.path.insert(0, str(ROOT / "tests"))
    from facts.live.servers import running_server, server_programs

    programs = server_programs()
    assert programs is not None, "no PostgreSQL server is installed"
    with running_server(programs) as address:
        _load(f"{address} dbname=postgres", folder)
        yield f"{address} dbname=postgres"


def _load(address: str, folder: Path) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection, open_facts(folder) as facts:
        made: list[str] = []
        for name, rows in _tables(facts):
            if name not in made:
                columns = ", ".join(
                    f"{column.name} {_KINDS[column.type]}{' not null' if column.required else ''}"
                    for column in TABLES[name].columns
                )
                connection.execute(f"create unlogged table {name} ({columns})".encode())
                made.append(name)
            statement = f"copy {name} from stdin (format csv)".encode()
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for batch in rows.to_batches(200_000):
                    text = io.BytesIO()
                    csv.write_csv(batch, text, csv.WriteOptions(include_header=False))
                    copy.write(text.getvalue())
        for name in made:
            if TABLES[name].person is not None:
                key = TABLES[name].key
                connection.execute(f"alter table {name} add primary key ({key})".encode())
                if key != "person_id":
                    connection.execute(f"create index on {name} (person_id)".encode())
        connection.execute("vacuum analyze")


def on_spark(facts: Facts) -> Facts:
    """A snapshot on two executors of Spark here."""
    from remit.screening.clusters import workers_of

    opening = partial(open_facts, facts.folder)
    return replace(facts, workers=workers_of("spark", "local[2]", opening))
