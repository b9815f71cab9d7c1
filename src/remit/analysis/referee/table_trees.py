"""From a tree of keys to tables: which keys speak of the table, which of a row, which are rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from remit.analysis.referee.key_words import level_of
from remit.analysis.referee.printed_keys import arms_of, finished, put_key
from remit.analysis.referee.printed_numbers import PrintedNumber, read_number, refused
from remit.analysis.referee.printed_rows import PrintedArm, PrintedRow, PrintedTable, RowDraft
from remit.analysis.referee.trees import Cell, Tree
from remit.errors import Place, PrintedTableError

LABELS = (
    *("label", "endpoint", "outcome", "variable", "item", "row", "name", "predictor", "factor"),
    *("parameter", "characteristic", "measure", "term", "covariate"),
)
GROUPS = ("subgroup", "stratum", "population")
TRUE, FALSE = frozenset({"true", "yes", "1", "y"}), frozenset({"false", "no", "0", "n", ""})
DERIVED = ("derived", "counts_derived_from_percent", "counts_derived")
METHODS = ("method", "method_stated", "statistics", "test")
NOTES = ("note", "notes", "trap", "comment")
# Words of a table, which hold no number to check.
WORDS = frozenset(
    {"id", "trial", "title", "kind", "citation", "url", "source", "doi", "note", "notes", "trap"}
    | {"data", "model", "schema", "rule", "unit", "visit", "comment", *METHODS, *DERIVED}
    | {"year", "week", "month", "timepoint", "time_point", "pmid", "volume", "page", "pages"}
)
SETTINGS = frozenset({"level", "ci_level", "step", "integer", "scale_min", "scale_max"})
# What a kind of analysis needs beside the printed summary, said of its numbers without a check.
NEEDS: Mapping[str, str] = {
    "ancova": "an adjusted analysis needs the patients' values",
    "mmrm": "a model of repeated measures needs the patients' values",
    "cmh": "a test over strata needs the table of counts of each stratum",
    "group_sequential": "boundaries need the spending function, which is not stated here",
    "survival": "a curve or a hazard ratio needs each patient's time",
    "time": "a curve or a hazard ratio needs each patient's time",
}


def tables_of(tree: Tree, *, source: str) -> tuple[PrintedTable, ...]:
    """The tables of a file: of `checks:`, of `rows:`, or of a list of rows.

    Raises:
        PrintedTableError: there is none, or a value cannot be read.
    """
    if isinstance(tree, Mapping) and isinstance(tree.get("checks"), list | tuple):
        checks = tree["checks"]
        assert not isinstance(checks, Cell | Mapping)
        tables = [
            _table(_mapping(check, "checks", source), f"table {place}", source)
            for place, check in enumerate(checks, start=1)
        ]
    elif isinstance(tree, Mapping):
        tables = [_table(tree, "table", source)]
    elif isinstance(tree, Cell):
        raise PrintedTableError(
            "the file holds no table",
            expected="a list `checks:` or `rows:`, each row with its keys",
            got=tree.text[:60],
            next_step="see docs/how-to/referee.md",
            place=Place(source, tree.line),
        )
    else:
        tables = [_table({"rows": tree}, "table", source)]
    if not any(table.rows for table in tables):
        raise PrintedTableError(
            "the file holds no printed number",
            expected="rows with keys such as x_act, n_act, pct_act, p",
            got="none of them",
            next_step="see docs/how-to/referee.md",
            place=Place(source),
        )
    return tuple(tables)


def _mapping(tree: Tree, where: str, source: str) -> Mapping[str, Tree]:
    if isinstance(tree, Mapping):
        return tree
    got = tree.text if isinstance(tree, Cell) else "a list"
    line = tree.line if isinstance(tree, Cell) else None
    raise PrintedTableError(
        f"an item of {where} is no mapping",
        expected="keys with values, such as `endpoint: CR`",
        got=got[:60],
        next_step="give each row its keys",
        place=Place(source, line),
    )


def _table(tree: Mapping[str, Tree], name: str, source: str) -> PrintedTable:
    kind = _text(tree, "kind")
    rows: list[PrintedRow] = []
    own: dict[str, Tree] = {}
    for key, value in tree.items():
        is_rows = (
            not isinstance(value, Cell | Mapping)
            and len(value) > 0
            and all(isinstance(item, Mapping) for item in value)
        )
        if is_rows:
            assert not isinstance(value, Cell | Mapping)
            rows += [
                _row(_mapping(item, key, source), tree, kind, source, label="") for item in value
            ]
        elif key == "published" and isinstance(value, Mapping):
            rows.append(_row(value, tree, kind, source, label="published"))
        elif key in {"rows", "checks"} and isinstance(value, list | tuple):
            for item in value:
                _mapping(item, key, source)
        elif key.lower() not in WORDS | SETTINGS:
            own[key] = value
    if own:
        row = _row(own, tree, kind, source, label="")
        rows = [_with_sizes(one, row) for one in rows]
        if row.arms or row.comparisons or row.left or row.parts:
            rows.insert(0, row)
    return PrintedTable(
        _text(tree, "id") or name,
        tuple(rows),
        _text(tree, "trial") or _text(tree, "title"),
        kind,
        _text(tree, "citation"),
        next((found for key in METHODS if (found := _text(tree, key))), ""),
        (
            *(found for key in NOTES if (found := _text(tree, key))),
            *(f"{row.name}: {note}" for row in rows for note in row.notes),
        ),
        next((cell.line for cell in tree.values() if isinstance(cell, Cell)), None),
    )


def _with_sizes(row: PrintedRow, table: PrintedRow) -> PrintedRow:
    """The row with the numbers of persons that the table gives for all rows."""
    sizes = {arm.name: arm.get("n") for arm in table.arms}
    arms = tuple(
        PrintedArm(arm.name, {**arm.numbers, "n": size})
        if (size := sizes.get(arm.name)) is not None and "n" not in arm.numbers
        else arm
        for arm in row.arms
    )
    return replace(row, arms=arms)


def _row(
    tree: Mapping[str, Tree], table: Mapping[str, Tree], kind: str, source: str, *, label: str
) -> PrintedRow:
    draft = RowDraft()
    label = next((text for key in LABELS if (text := _text(tree, key))), label)
    group = ", ".join(filter(None, (_text(tree, key) for key in GROUPS)))
    settings = {**_settings(table, source), **_settings(tree, source)}
    draft.level = _level(settings.get("level"), source)
    why = next((told for word, told in NEEDS.items() if kind.lower().startswith(word)), "")
    strata: tuple[tuple[int, ...], ...] = ()
    crosstab: tuple[tuple[int, ...], ...] = ()
    inputs: list[PrintedNumber] = []
    parts: list[tuple[PrintedNumber, tuple[PrintedNumber, ...]]] = []
    for key, value in tree.items():
        lower = key.lower()
        if lower in WORDS or lower in SETTINGS or lower in LABELS or lower in GROUPS:
            continue
        if lower == "strata":
            strata, found = _counts(key, value, source, columns=4)
            inputs += found
            if any(a > n or b > m for a, n, b, m in strata):
                raise refused("a stratum has more events than persons", key, key=key, source=source)
        elif lower == "crosstab":
            crosstab, found = _counts(key, value, source, columns=None)
            inputs += found
        elif lower == "adds_up":
            parts.append(_parts(value, source))
        else:
            draft.level = level_of(key) or draft.level
            put_key(draft, key, value, kind=kind, source=source, why=why)
    label = label or (draft.texts.pop(0) if draft.texts else "")
    step = settings.get("step") or (1.0 if settings.get("integer") else None)
    comparisons = finished(draft)
    return PrintedRow(
        label,
        group,
        arms_of(draft),
        comparisons,
        tuple(draft.left),
        tuple((a, n, b, m) for a, n, b, m in strata),
        tuple(parts),
        derived=any(_flag(found, key, source) for found in (table, tree) for key in DERIVED),
        step=step,
        span=(settings.get("scale_min"), settings.get("scale_max")),
        line=_first_line(tree),
        crosstab=crosstab,
        inputs=tuple(inputs),
        method=next((text for key in METHODS if (text := _text(tree, key))), ""),
        notes=(*(text for key in NOTES if (text := _text(tree, key))), *draft.texts),
    )


def _settings(tree: Mapping[str, Tree], source: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for key in SETTINGS & set(tree):
        cell = tree[key]
        if not isinstance(cell, Cell):
            raise refused("a setting is one number", key, key=key, source=source)
        if key == "integer":
            found[key] = float(_flag(tree, key, source))
            continue
        number = read_number(cell.text, key=key, line=cell.line, source=source)
        if number is not None:
            found["level" if key == "ci_level" else key] = number.number
    if found.get("step", 1) <= 0:
        raise refused("a step is more than 0", str(found["step"]), key="step", source=source)
    return found


def _level(given: float | None, source: str) -> float | None:
    if given is None:
        return None
    level = given / 100 if given > 1 else given
    if not 0.5 <= level < 1:
        raise refused("a level is such as 95 or 0.95", str(given), key="level", source=source)
    return level


def _flag(tree: Mapping[str, Tree], key: str, source: str) -> bool:
    cell = tree.get(key)
    if cell is None:
        return False
    said = cell.text.strip().lower() if isinstance(cell, Cell) else "a list"
    if said in TRUE or said in FALSE:
        return said in TRUE
    line = cell.line if isinstance(cell, Cell) else None
    raise PrintedTableError(
        f"{key} is neither true nor false",
        expected="true or false",
        got=said[:60],
        next_step="write one of them",
        place=Place(source, line),
    )


def _counts(
    key: str, tree: Tree, source: str, *, columns: int | None
) -> tuple[tuple[tuple[int, ...], ...], list[PrintedNumber]]:
    """A table of counts, row by row, and its cells as printed.

    Args:
        columns: how many each row must have; as many as the first where it is None.
    """
    if isinstance(tree, Cell | Mapping) or not tree:
        raise refused("a list of rows of counts is wanted", "one value", key=key, source=source)
    rows: list[tuple[int, ...]] = []
    cells: list[PrintedNumber] = []
    for at, item in enumerate(tree, start=1):
        row = item if isinstance(item, list | tuple) else []
        numbers = [
            read_number(cell.text, key=f"{key}[{at}][{of}]", line=cell.line, source=source)
            for of, cell in enumerate(row, start=1)
            if isinstance(cell, Cell)
        ]
        whole = [number.whole for number in numbers if number is not None]
        counts = tuple(count for count in whole if count is not None)
        wanted = columns or (len(rows[0]) if rows else len(row))
        if len(counts) != wanted or len(row) != wanted or wanted < 2:
            got = f"{len(counts)} counts in row {at}"
            raise refused(f"a row has {wanted} counts", got, key=key, source=source)
        rows.append(counts)
        cells += [number for number in numbers if number is not None]
    return tuple(rows), cells


def _parts(tree: Tree, source: str) -> tuple[PrintedNumber, tuple[PrintedNumber, ...]]:
    found = _mapping(tree, "adds_up", source)
    total, parts = found.get("total"), found.get("parts")
    if not isinstance(total, Cell) or parts is None or isinstance(parts, Cell):
        raise refused("adds_up has a total and parts", ", ".join(found), source=source)
    named = (
        list(parts.items())
        if isinstance(parts, Mapping)
        else [(f"parts[{place}]", item) for place, item in enumerate(parts, start=1)]
    )
    numbers = [
        read_number(cell.text, key=name, line=cell.line, source=source)
        for name, cell in named
        if isinstance(cell, Cell)
    ]
    whole = read_number(total.text, key="total", line=total.line, source=source)
    if whole is None or None in numbers or len(numbers) != len(named):
        raise refused("a total or a part of adds_up is no number", "none", source=source)
    return whole, tuple(number for number in numbers if number is not None)


def _text(tree: Mapping[str, Tree], key: str) -> str:
    found = tree.get(key)
    if isinstance(found, Cell):
        return "" if found.text.lower() in {"null", "~"} else " ".join(found.text.split())
    if isinstance(found, Sequence) and found and all(isinstance(item, Cell) for item in found):
        return "; ".join(item.text for item in found if isinstance(item, Cell))
    return ""


def _first_line(tree: Tree) -> int | None:
    if isinstance(tree, Cell):
        return tree.line
    for item in tree.values() if isinstance(tree, Mapping) else tree:
        found = _first_line(item)
        if found is not None:
            return found
    return None
