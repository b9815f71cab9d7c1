"""What is wrong with what a source is said to call its records: each rule that a row breaks."""

from __future__ import annotations

from collections.abc import Iterator

from remit.facts.engine import Engine
from remit.facts.findings import Finding, find_rows
from remit.facts.source_records import NAME
from remit.facts.tables import CODED, TABLES


def source_findings(engine: Engine) -> Iterator[Finding]:
    """The findings about `source_record`."""
    if NAME not in engine.filled:
        return
    known = ", ".join(f"'{name}'" for name in sorted(CODED))
    no_table = f"{NAME} where fact_table not in ({known})"
    yield from find_rows(engine, NAME, "no table of records", no_table)
    empty = f"{NAME} where trim(reference) = ''"
    yield from find_rows(engine, NAME, "empty reference", empty)
    twice = f"select fact_table, fact_id from {NAME} group by all having count(*) > 1"
    several = f"{NAME} where (fact_table, fact_id) in ({twice})"
    yield from find_rows(engine, NAME, "two references for one row", several)
    for table in sorted(CODED):
        same = f"{table} f on f.{TABLES[table].key} = s.fact_id and f.person_id = s.person_id"
        lost = f"{NAME} s anti join {same} where s.fact_table = '{table}'"
        yield from find_rows(engine, NAME, "row unknown", lost)
