"""Who was taken into a study, and into which arm.

An allocation decides whose answers count. So whatever it leaves open is refused: nobody is in two
arms, nobody's arm is empty, and a file without a person is no file about everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.files import UNREADABLE
from remit.facts.opened import Facts

ALLOCATION = "allocation"
SHOWN = 5


def read_arms(facts: Facts, study: str) -> Mapping[int, str] | None:
    """Person -> arm, from the dataset's extra `allocation`; None where it has no such extra.

    An allocation that takes nobody into the study says so: it is empty, not None.

    Raises:
        DatasetError: as `arms_of_file`, but that a study may be missing.
    """
    if ALLOCATION not in facts.extras:
        return None
    return _arms(facts.extra(ALLOCATION), study, place=facts.folder)


def arms_of_file(path: Path, study: str) -> Mapping[int, str]:
    """Person -> arm, from a Parquet file with person_id, arm and perhaps study.

    Raises:
        DatasetError: it cannot be read; a column is missing, there twice or of another type; it has
            no row of this study; a person or an arm is empty, or a person stands twice.
    """
    try:
        table = pq.ParquetFile(path).read()
    except UNREADABLE as error:
        raise DatasetError(
            "the allocation cannot be read",
            expected="a Parquet file with person_id and arm",
            got="a file of another kind, or a damaged one" if path.is_file() else "no file",
            next_step="check the path",
            place=path,
        ) from error
    found = _arms(table, study, place=path)
    if not found:
        others = _studies(table)
        raise DatasetError(
            f"the allocation takes nobody into {study}",
            expected=f"rows of persons who were taken into {study}",
            got=f"rows of {', '.join(others)}" if others else "no row",
            next_step="give the allocation of this study",
            place=path,
        )
    return found


def check_arms(arms: Mapping[int, str], study: str, facts: Facts) -> None:
    """Nothing, when every person of an allocation is one of the dataset.

    Raises:
        DatasetError: some are not: the allocation is that of other data.
    """
    known = set(facts.rows("person", ["person_id"])["person_id"].to_pylist())
    strangers = sorted(set(arms) - known)
    if strangers:
        raise DatasetError(
            f"the allocation of {study} names persons whom the dataset does not have",
            expected="a person_id of the table person",
            got=f"{len(strangers)} of {len(arms)} persons, {_some(strangers)}",
            next_step="give the allocation that belongs to this dataset",
            place=facts.folder,
        )


def missing_allocation(study: str, arms: Sequence[str], facts: Facts) -> DatasetError:
    """Of a study with arms over a dataset whose tables beside the facts are others."""
    return DatasetError(
        f"{study} has arms, and the dataset does not say who was taken into which",
        expected=f"a table {ALLOCATION} of persons and arms, such as {', '.join(arms)}",
        got=", ".join(repr(name) for name in facts.extras),
        next_step="give the allocation with --arms FILE, or write it with the dataset",
        place=facts.folder,
    )


def undated(arms: Mapping[int, str], study: str, facts: Facts) -> DatasetError:
    """Of an allocation of persons without any named date of the study: it is another study's."""
    return DatasetError(
        f"nobody of the allocation has the named dates of {study}",
        expected="persons with the study's dates in the table study_anchor",
        got=f"{len(arms)} persons of the dataset without them",
        next_step="give the allocation of this study",
        place=facts.folder,
    )


def _arms(table: pa.Table, study: str, *, place: Path) -> Mapping[int, str]:
    _check_columns(table, place)
    if "study" in table.column_names:
        table = table.filter(pc.equal(_plain(table["study"]), study.strip().lower()))
    persons, arms = table["person_id"].to_pylist(), table["arm"].to_pylist()
    unnamed = sorted(who for who, arm in zip(persons, arms, strict=True) if not arm.strip())
    if unnamed:
        raise _refusal("a person has no arm", "the name of an arm", unnamed, place)
    found: dict[int, set[str]] = {}
    for who, arm in zip(persons, arms, strict=True):
        found.setdefault(who, set()).add(arm)
    torn = sorted(who for who, names in found.items() if len(names) > 1)
    if torn:
        names = ", ".join(repr(name) for name in sorted(found[torn[0]]))
        raise _refusal(f"a person is in several arms, such as {names}", "one arm", torn, place)
    twice = sorted(who for who, count in Counter(persons).items() if count > 1)
    if twice:
        raise _refusal("a person stands twice", "one row a person", twice, place)
    return {who: arm for who, (arm,) in found.items()}


def _check_columns(table: pa.Table, place: Path) -> None:
    names = table.column_names
    if not {"person_id", "arm"} <= set(names):
        raise DatasetError(
            "the allocation lacks a column",
            expected="person_id and arm",
            got=", ".join(names) or "no column",
            next_step="add the column",
            place=place,
        )
    wanted = {"person_id": ("whole numbers", pa.types.is_integer)}
    wanted |= {name: ("text", _is_text) for name in ("arm", "study") if name in names}
    for name, (kind, fits) in wanted.items():
        if names.count(name) > 1:
            got = "two columns of that name"
        elif not fits(table.schema.field(name).type):
            got = str(table.schema.field(name).type)
        elif table[name].null_count:
            got = f"{table[name].null_count} empty cells"
        else:
            continue
        raise DatasetError(
            f"the column {name} of the allocation does not fit",
            expected=f"one column {name} of {kind}, none of it empty",
            got=got,
            next_step="write the column with this type; nothing is converted on reading",
            place=place,
        )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _plain(studies: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(studies.cast(pa.string())))


def _studies(table: pa.Table) -> list[str]:
    if "study" not in table.column_names:
        return []
    return sorted(str(name) for name in table["study"].unique().to_pylist())[:SHOWN]


def _refusal(what: str, expected: str, persons: list[int], place: Path) -> DatasetError:
    return DatasetError(
        f"the allocation is not one: {what}",
        expected=f"{expected} for each person",
        got=f"{len(persons)} such persons, {_some(persons)}",
        next_step="correct these rows at their source",
        place=place,
    )


def _some(persons: list[int]) -> str:
    more = ", …" if len(persons) > SHOWN else ""
    return f"person_id {', '.join(map(str, persons[:SHOWN]))}{more}"
