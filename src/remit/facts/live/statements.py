"""The questions that a source is asked, as SQL that DuckDB and PostgreSQL read alike.

Names come from the source's own catalogue and are quoted, as the id of a study is; numbers are
whole and written out by Python. So nothing that a user typed becomes a word of a statement.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from remit.facts.codes import OWN
from remit.facts.live.source import SourceColumn, SourceTable, Wanted
from remit.facts.tables import SOURCE_TEXT, FactTable
from remit.facts.vocabulary.moved_rows import SOURCE_CODES

_NUMBERS = frozenset({"small", "whole", "number"})
_LEAST, _MOST = -(1 << 31), (1 << 31) - 1  # what a concept id of the tables of facts can be


def quoted(name: str) -> str:
    """A name of a table or column.

    >>> print(quoted("Person"))
    "Person"
    """
    return '"' + name.replace('"', '""') + '"'


def table_name(table: SourceTable) -> str:
    """Where the rows of a table come from."""
    name = quoted(table.written)
    return f"{quoted(table.schema)}.{name}" if table.schema else name


def conditions(table: SourceTable, declared: FactTable, wanted: Wanted) -> str:
    """The `where` of the rows that are wanted; empty where all are."""
    said: list[str] = []
    if declared.person is not None:
        person = quoted(table.columns[declared.person].written)
        if wanted.after is not None:
            said.append(f"{person} > {wanted.after}")
        if wanted.last is not None:
            below = f"{person} <= {wanted.last}"
            # Rows of nobody are in the first range, so that all are in one.
            nobody = wanted.after is None and not table.columns[declared.person].filled
            said.append(f"({below} or {person} is null)" if nobody else below)
        if wanted.persons is not None:
            said.append(among(person, wanted.persons))
    if wanted.concepts is not None and declared.concept is not None:
        source = table.columns.get(SOURCE_CODES.get(declared.name, ""))
        column = table.columns[declared.concept]
        said.append(coded(column, wanted.concepts, source, wanted.sources))
    if wanted.keys is not None:
        said.append(among(quoted(table.columns[declared.key].written), wanted.keys))
    if wanted.study is not None and "study" in table.columns and "study" in declared.schema.names:
        text = wanted.study.replace("'", "''")
        said.append(f"{quoted(table.columns['study'].written)} = '{text}'")
    for name, values in (
        ("ancestor_concept_id", wanted.above),
        ("descendant_concept_id", wanted.below),
    ):
        if values is not None:
            said.append(among(quoted(table.columns[name].written), values))
    if wanted.chosen is not None:
        chosen, among_these = wanted.chosen
        said.append(_has_one(table.columns[chosen], among_these))
    return f" where {' and '.join(said)}" if said else ""


def _has_one(column: SourceColumn, values: Collection[int | str]) -> str:
    """Whether a column has one of some values, which are numbers or texts as the column is."""
    name = quoted(column.written)
    if column.kind in _NUMBERS:
        return among(name, [int(value) for value in values])
    texts = ", ".join(sorted("'" + str(v).replace("'", "''") + "'" for v in values))
    return f"{name} in ({texts})" if texts else "false"


def among(column: str, values: Collection[int]) -> str:
    """Whether a column has one of some whole numbers."""
    numbers = ", ".join(map(str, sorted(int(value) for value in values)))
    if not numbers:
        return "false"
    # PostgreSQL looks a long array up by hash, as DuckDB does a long list of `in`.
    return f"{column} in ({numbers})"


def coded(
    column: SourceColumn,
    concepts: Collection[int],
    source: SourceColumn | None = None,
    sources: Collection[int] | None = None,
) -> str:
    """Whether a row carries one of some codes; what is no code counts as 0, as in an import."""
    listed = among(quoted(column.written), [code for code in concepts if code])
    if 0 not in concepts:
        return listed
    none = _is_none(column)
    if source is not None and sources is not None and source.kind in _NUMBERS:
        none = f"({none} and {coded(source, sources)})"
    return f"({listed} or {none})"


def _is_none(column: SourceColumn) -> str:
    """Whether what a column says is no code that the tables of facts can hold."""
    name = quoted(column.written)
    none = [f"{name} = 0"] + ([] if column.filled else [f"{name} is null"])
    if column.kind not in {"small", "bool"}:
        none += [f"{name} < {_LEAST}", f"{name} > {_MOST}"]
    if column.kind == "number":
        none.append(f"{name} <> floor({name})")
    return f"({' or '.join(none)})"


def row_codes(table: SourceTable, declared: FactTable) -> str:
    """What rows say of their codes: the code, and where it is none that of the source, or its text.

    Each with how many rows say it, and the ends of their keys.
    """
    code = table.columns[declared.concept or ""]
    source = table.columns.get(SOURCE_CODES.get(declared.name, ""))
    text = table.columns.get(SOURCE_TEXT.get(declared.name, ""))
    none, silent = _is_none(code), "true"
    if source is not None and source.kind in _NUMBERS:
        silent = f"({_is_none(source)} or {_is_own(source)})"
    words = [
        f"{quoted(code.written)} as code",
        _where(none, source) + " as source",
        _where(f"{_is_own(code)} or ({none} and {silent})", text) + " as said",
        (quoted(table.columns[declared.key].written) if declared.key in table.columns else "null")
        + " as number",
    ]
    return (
        "select code, source, said, count(*), min(number), max(number) "
        f"from (select {', '.join(words)} from {table_name(table)}) as coded "
        "group by code, source, said"
    )


def _where(condition: str, column: SourceColumn | None) -> str:
    if column is None:
        return "cast(null as integer)"
    return f"case when {condition} then {quoted(column.written)} end"


def _is_own(column: SourceColumn) -> str:
    """Whether a code is of the range of Remit's own."""
    name = quoted(column.written)
    return f"({name} >= {OWN.start} and {name} < {OWN.stop})"


def code_groups(table: SourceTable, concept: str, key: str) -> str:
    """The codes of a table, with how many rows each has and the ends of their keys."""
    code = quoted(table.columns[concept].written)
    ends = "null, null"
    if key in table.columns:
        at = quoted(table.columns[key].written)
        ends = f"min({at}), max({at})"
    return f"select {code}, count(*), {ends} from {table_name(table)} group by {code}"


def latest(table: SourceTable, column: str, *, endless: bool = True) -> str:
    """The two latest days of a column; all its values where they are texts.

    Args:
        endless: whether the database has days without end, which are none.
    """
    name, source = quoted(table.columns[column].written), table_name(table)
    kind = table.columns[column].kind
    if kind not in {"day", "moment"}:
        return f"select distinct {name} from {source}"
    day = name if kind == "day" else f"cast({name} as date)"
    real = f"isfinite({name})" if endless else f"{name} is not null"
    top = f"select max({day}) from {source} where {real}"
    return f"select ({top}), ({top} and {day} < ({top}))"


def borders(table: SourceTable, person: str, persons: int) -> str:
    """The last of each so many persons."""
    name = quoted(table.columns[person].written)
    return (
        f"select max(person) from (select {name} as person, "
        f"floor((row_number() over (order by {name}) - 1) / {persons}.0) as part "
        f"from {table_name(table)} where {name} is not null) as numbered group by part order by 1"
    )


def head_rows(table: SourceTable, concepts: Collection[int]) -> str:
    """One row of `concept_ancestor` for each of some concepts that stands above any."""
    above, below = (
        quoted(table.columns[name].written)
        for name in ("ancestor_concept_id", "descendant_concept_id")
    )
    return (
        f"select {above}, min({below}) from {table_name(table)} "
        f"where {among(above, concepts)} group by {above}"
    )


def chosen_columns(table: SourceTable, columns: Sequence[str]) -> list[tuple[str, SourceColumn]]:
    """Those of some columns that a table has, by their names in small letters."""
    return [(name, table.columns[name]) for name in columns if name in table.columns]
