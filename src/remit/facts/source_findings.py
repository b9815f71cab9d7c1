"""The rules of what a source is said to call its records."""

from __future__ import annotations

from collections.abc import Iterator

from remit.facts.findings import Rule
from remit.facts.source_records import NAME
from remit.facts.tables import CODED, TABLES


def source_rules() -> Iterator[Rule]:
    """The rules of `source_record`."""
    told = sorted({*CODED, "adverse_event"})
    known = ", ".join(f"'{name}'" for name in told)
    yield Rule(NAME, "no table of records", NAME, f"fact_table not in ({known})")
    yield Rule(NAME, "empty reference", NAME, "trim(reference) = ''")
    twice = f"select fact_table, fact_id from {NAME} group by all having count(*) > 1"
    several = f"(from {NAME} where (fact_table, fact_id) in ({twice}))"
    yield Rule(NAME, "two references for one row", several)
    for table in told:
        same = f"{table} f on f.{TABLES[table].key} = s.fact_id and f.person_id = s.person_id"
        yield Rule(NAME, "row unknown", f"{NAME} s anti join {same}", f"s.fact_table = '{table}'")
