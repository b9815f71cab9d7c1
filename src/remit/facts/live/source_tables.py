"""Which tables of OMOP a database holds, and how it keeps their columns.

Both DuckDB and PostgreSQL describe themselves by the `information_schema` of the SQL standard.
Names count in any case; a schema that is not named is the one that holds a table of persons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from remit.errors import DatasetError
from remit.facts.live.source import READ, ColumnKind, SourceColumn, SourceTable, unreadable

COLUMNS = (
    "select table_schema, table_name, column_name, data_type, is_nullable "
    "from information_schema.columns "
    "where table_schema not in ('information_schema', 'pg_catalog')"
)
# Columns that PostgreSQL holds and this role may not read: the catalogue above leaves them out.
HIDDEN = (
    "select n.nspname, c.relname, a.attname from pg_class c "
    "join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid "
    "where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped "
    "and n.nspname not in ('information_schema', 'pg_catalog') "
    "and not has_column_privilege(c.oid, a.attnum, 'select')"
)
# What is read beside the columns of the tables of facts.
NAMES = frozenset(READ)
_KINDS: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("smallint", "integer", "tinyint", "utinyint", "usmallint"), "small"),
    **dict.fromkeys(("int", "mediumint"), "small"),
    **dict.fromkeys(("bigint", "uinteger"), "whole"),
    **dict.fromkeys(
        ("numeric", "real", "double precision", "double", "float", "decimal"), "number"
    ),
    **dict.fromkeys(("hugeint", "ubigint", "uhugeint"), "number"),
    "date": "day",
    "boolean": "bool",
}
_WHOLE: frozenset[ColumnKind] = frozenset({"small", "whole", "number"})

Row = Sequence[object]


def column_kind(data_type: str) -> ColumnKind:
    """How the values of a column are kept, from what the catalogue says of it.

    >>> column_kind("TIMESTAMP WITH TIME ZONE"), column_kind("DECIMAL(18,6)"), column_kind("uuid")
    ('moment', 'number', 'text')
    """
    word = data_type.casefold().split("(")[0].strip()
    is_moment = word.startswith(("timestamp", "datetime"))
    return "moment" if is_moment else _KINDS.get(word, "text")


def found_tables(
    rows: Iterable[Row],
    *,
    schemas: Sequence[str],
    unique: Collection[tuple[str, str, str]],
    sparse: Collection[tuple[str, str, str]] = (),
    place: str,
) -> Mapping[str, SourceTable]:
    """The tables of OMOP by their names in small letters.

    Args:
        rows: the answer to `COLUMNS`.
        schemas: those to read, in any case, the first that has a table counting; none: the one
            that has persons.
        unique: schema, table and column of which no value stands twice.
        sparse: those of which nearly all values are empty.

    Raises:
        DatasetError: no such schema, no persons, or several schemas with persons.
    """
    held: dict[str, dict[str, list[tuple[str, str, SourceColumn]]]] = {}
    for schema, table, column, kind, nullable in rows:
        name = str(table).casefold()
        if name in NAMES:
            found = SourceColumn(
                str(column),
                column_kind(str(kind)),
                filled=str(nullable).casefold() == "no",
                unique=(str(schema), str(table), str(column)) in unique,
                sparse=(str(schema), str(table), str(column)) in sparse,
            )
            held.setdefault(str(schema), {}).setdefault(name, []).append(
                (str(table), str(column).casefold(), found)
            )
    asked = _asked_schemas(schemas, held, place)
    tables: dict[str, SourceTable] = {}
    for schema in asked:
        for name, columns in held[schema].items():
            written = columns[0][0]
            if any(other != written for other, _, _ in columns):
                raise unreadable(
                    f"the schema {schema} has the table {name} twice, in other letters",
                    got=" and ".join(sorted({other for other, _, _ in columns})),
                    next_step="name a schema with one of them: --schema NAME",
                    place=place,
                )
            known = {column: found for _, column, found in columns}
            tables.setdefault(name, SourceTable(schema, written, known))
    _require_numbers(tables, place)
    return tables


def refuse_hidden(hidden: Iterable[Row], tables: Mapping[str, SourceTable], *, place: str) -> None:
    """Nothing, when all that is read of a source's schemas may be read.

    A table that is not seen would count as one that is not there.

    Args:
        hidden: the answer to `HIDDEN`.

    Raises:
        DatasetError: a table of OMOP, or a column that is read, is kept from this role.
    """
    schemas = {table.schema for table in tables.values()}
    kept_back: dict[str, set[str]] = {}
    for schema, table, column in hidden:
        declared = READ.get(str(table).casefold())
        if declared is None or str(schema) not in schemas:
            continue
        if str(column).casefold() in declared.schema.names:
            kept_back.setdefault(f"{schema}.{table}", set()).add(str(column))
    if not kept_back:
        return
    seen = {table.shown for table in tables.values()}
    named = [
        f"{name} ({', '.join(sorted(columns))})" if name in seen else name
        for name, columns in sorted(kept_back.items())
    ]
    raise unreadable(
        "this role may not read all tables of the schema, and what it does not see would count "
        "as not there",
        got=f"no right to read {', '.join(named)}",
        next_step="ask for: grant select on these to this role; or name a schema of views that "
        "leave out what nobody may see: --schema NAME",
        place=place,
    )


def _asked_schemas(
    schemas: Sequence[str], held: Mapping[str, Mapping[str, object]], place: str
) -> list[str]:
    if schemas:
        by_name = {name.casefold(): name for name in held} | {name: name for name in held}
        unknown = [
            name for name in schemas if name not in by_name and name.casefold() not in by_name
        ]
        found = [by_name.get(name, by_name.get(name.casefold(), "")) for name in schemas]
        if not unknown and any("person" in held[name] for name in found):
            return found
        raise DatasetError(
            f"the schema {unknown[0]} has no table of OMOP that this role may read"
            if unknown
            else f"the schema {', '.join(schemas)} has no table person",
            expected="a schema with the tables of the OMOP CDM",
            got=f"schemas with such tables: {', '.join(sorted(held)) or 'none'}",
            next_step="name it: --schema NAME, or NAME,VOCABULARY where codes lie apart; ask who "
            "runs the database for the right to read it",
            place=place,
        )
    found = [name for name, tables in held.items() if "person" in tables]
    if len(found) != 1:
        raise DatasetError(
            "no schema has a table person that this role may read"
            if not found
            else "several schemas have a table person",
            expected="one schema with the tables of the OMOP CDM",
            got=", ".join(sorted(found)) or ", ".join(sorted(held)) or "no table of OMOP",
            next_step="name it: --schema NAME",
            place=place,
        )
    return found


def _require_numbers(tables: Mapping[str, SourceTable], place: str) -> None:
    """Nothing, when persons and codes are kept as numbers, by which rows are chosen.

    Raises:
        DatasetError: a table keeps them as text, or lacks them.
    """
    for name, table in tables.items():
        declared = READ[name]
        needed = [declared.person, declared.concept]
        if name == "concept_ancestor":
            needed = list(declared.schema.names)
        for column in needed:
            if column is None:
                continue
            found = table.columns.get(column)
            if found is None or found.kind not in _WHOLE:
                raise unreadable(
                    f"{table.shown}: {column} is "
                    + ("missing" if found is None else "no column of numbers"),
                    got="no such column" if found is None else f"a column of {found.kind}",
                    next_step="give a view with the columns of OMOP, or import the tables: "
                    "remit facts import omop",
                    place=place,
                )
