"""What a dataset says of itself: its source, its data cut, and the hash of each of its files.

The manifest of version 2 protects itself: it holds the sha256 of its own text without that field,
as JSON with sorted keys and no spaces. Version 1, one file a table, is read still.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.errors import DatasetError
from remit.facts.files import AGAIN
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.tables import TABLES

KIND = "remit.facts"
VERSION = 2
MANIFEST = "manifest.json"
_PART = re.compile(r"part-(\d{4,})/")
Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a dataset: its path inside the folder, its rows, hash and size."""

    file: str
    rows: int
    sha256: str
    bytes: int

    @property
    def part(self) -> int:
        """The number of the part that it belongs to; 0 for a file outside of any."""
        found = _PART.match(self.file)
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The rows of a table, and the files that hold them, one a part."""

    rows: int
    files: tuple[DataFile, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The dataset that one was rewritten from: its version, its manifest's hash, its writer."""

    version: int
    manifest_sha256: str
    created_with: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dataset says of itself.

    Attributes:
        data_cut: the last day that the data can speak of.
        complete: the tables in which a missing record means that nothing happened.
        extras: files that are no fact table, such as the known truth of a synthetic cohort.
        mapped: the tables in which a record of a concept carries one of its standard codes, so that
            a code that does not occur says something.
        own_codes: those in which it carries Remit's own code, where the concept has one.
        resolved: those of `mapped` whose codes an import resolved against a vocabulary; for the
            others whoever wrote the dataset answers.
        vocabulary: the version of that vocabulary; None where there was none.
        checked: whether the rows were found sound when the dataset was written.
        codes: table -> the codes that occur in its concept column; None where nobody counted.
        origin: what it was rewritten from, if it was.
        documents: files that people and other programs read beside the rows, such as the report of
            an import; their rows are 0.
        strengths: who gave the rows of `drug_strength`; None where there are none.
        live: whether the rows are read where they live, so that no hash can hold them fast.
        digest: the sha256 of the file that was read; empty for a manifest of none.
    """

    source: str
    data_cut: date
    created_with: str
    seed: int | None
    complete: frozenset[str]
    tables: Mapping[str, TableFiles]
    extras: Mapping[str, DataFile]
    checked: bool = False
    codes: Mapping[str, frozenset[int]] | None = None
    origin: Origin | None = None
    mapped: frozenset[str] = frozenset()
    own_codes: frozenset[str] = frozenset()
    documents: Mapping[str, DataFile] = field(default_factory=dict)
    resolved: frozenset[str] = frozenset()
    vocabulary: str | None = None
    strengths: StrengthsOrigin | None = None
    version: int = VERSION
    live: bool = False
    digest: str = field(default="", compare=False)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class _Row(_Strict):
    file: str = Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.parquet$")
    rows: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class _Document(_Row):
    file: str = Field(pattern=r"^[A-Za-z0-9_-]+\.json$")


class _Origin(_Strict):
    version: int
    manifest_sha256: str
    created_with: str


class _Strengths(_Strict):
    by: Literal["source", "vocabulary"]
    version: str | None


class _Page(_Strict):
    kind: str
    version: int
    source: str
    data_cut: date
    created_with: str
    seed: int | None = None
    complete: tuple[str, ...] = ()
    checked: bool = False
    extras: Mapping[str, _Row] = Field(default_factory=dict)


class _FirstPage(_Page):
    tables: Mapping[str, _Row]


class _SecondPage(_Page):
    sha256: str
    origin: _Origin | None = None
    mapped: tuple[str, ...] = ()
    own_codes: tuple[str, ...] = ()
    documents: Mapping[str, _Document] = Field(default_factory=dict)
    resolved: tuple[str, ...] = ()
    vocabulary: str | None = None
    strengths: _Strengths | None = None
    tables: Mapping[str, tuple[_Row, ...]]
    codes: Mapping[str, tuple[int, ...]]


def page_digest(page: Mapping[str, object]) -> str:
    """The hash of a manifest's page without its own hash.

    >>> page_digest({"a": 1, "sha256": "x"}) == page_digest({"a": 1})
    True
    """
    said = {name: value for name, value in page.items() if name != "sha256"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a dataset into its folder, with its own hash."""
    page: Json = {
        "kind": KIND,
        "version": VERSION,
        "source": manifest.source,
        "data_cut": manifest.data_cut.isoformat(),
        "created_with": manifest.created_with,
        "seed": manifest.seed,
        "complete": sorted(manifest.complete),
        "mapped": sorted(manifest.mapped),
        "own_codes": sorted(manifest.own_codes),
        "checked": manifest.checked,
        "origin": None if manifest.origin is None else asdict(manifest.origin),
        "tables": {
            name: [asdict(file) for file in table.files] for name, table in manifest.tables.items()
        },
        "extras": {name: asdict(file) for name, file in manifest.extras.items()},
        "codes": {name: sorted(codes) for name, codes in (manifest.codes or {}).items()},
    }
    if manifest.documents:
        page["documents"] = {name: asdict(file) for name, file in manifest.documents.items()}
    if manifest.vocabulary is not None:
        page |= {"vocabulary": manifest.vocabulary, "resolved": sorted(manifest.resolved)}
    if manifest.strengths is not None:
        page["strengths"] = asdict(manifest.strengths)
    signed = {**page, "sha256": page_digest(page)}
    text = json.dumps(signed, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the dataset in a folder.

    Raises:
        DatasetError: the folder or the manifest is missing, damaged or of another kind.
    """
    place = folder / MANIFEST
    raw, digest = _raw_page(folder)
    version = raw.get("version")
    if raw.get("kind") != KIND or version not in (1, VERSION):
        raise DatasetError(
            "this is not a dataset that this version reads",
            expected=f"kind {KIND}, version 1 or {VERSION}",
            got=f"kind {raw.get('kind')}, version {version}",
            next_step="give a dataset of facts, or read it with the version that wrote it",
            place=place,
        )
    if version == VERSION and raw.get("sha256") != page_digest(raw):
        raise DatasetError(
            "the manifest was changed or damaged after it was written",
            expected=f"sha256 {raw.get('sha256')}",
            got=f"sha256 {page_digest(raw)}",
            next_step=AGAIN,
            place=place,
        )
    try:
        page = (_FirstPage if version == 1 else _SecondPage).model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise DatasetError(
            f"{'.'.join(map(str, first['loc']))} of the manifest does not fit",
            expected=first["msg"].removeprefix("Value error, "),
            got="nothing" if first["type"] == "missing" else "another value",
            next_step=AGAIN,
            place=place,
        ) from error
    manifest = replace(_manifest_of(page), digest=digest)
    _check_tables(manifest, place)
    _check_parts(manifest, place)
    return manifest


def _manifest_of(page: _FirstPage | _SecondPage) -> Manifest:
    rows: Mapping[str, tuple[_Row, ...]]
    resolved: tuple[str, ...] = ()
    vocabulary = strengths = None
    if isinstance(page, _FirstPage):
        rows = {name: (row,) for name, row in page.tables.items()}
        codes, origin = None, None
        mapped: tuple[str, ...] = ()
        own: tuple[str, ...] = ()
        documents: Mapping[str, _Row] = {}
    else:
        rows = page.tables
        codes = {name: frozenset(ids) for name, ids in page.codes.items()}
        mapped, own, documents = page.mapped, page.own_codes, page.documents
        resolved, vocabulary = page.resolved, page.vocabulary
        if page.strengths is not None:
            strengths = StrengthsOrigin(page.strengths.by, page.strengths.version)
        origin = None if page.origin is None else Origin(**page.origin.model_dump())
    files = {name: tuple(_file_of(row) for row in found) for name, found in rows.items()}
    return Manifest(
        source=page.source,
        data_cut=page.data_cut,
        created_with=page.created_with,
        seed=page.seed,
        complete=frozenset(page.complete),
        checked=page.checked,
        tables={
            name: TableFiles(sum(file.rows for file in found), found)
            for name, found in files.items()
        },
        extras={name: _file_of(row) for name, row in page.extras.items()},
        codes=codes,
        origin=origin,
        mapped=frozenset(mapped),
        own_codes=frozenset(own),
        documents={name: _file_of(row) for name, row in documents.items()},
        resolved=frozenset(resolved),
        vocabulary=vocabulary,
        strengths=strengths,
        version=page.version,
    )


def _file_of(row: _Row) -> DataFile:
    return DataFile(row.file, row.rows, row.sha256, row.bytes)


def _check_tables(manifest: Manifest, place: Path) -> None:
    said = (
        manifest.tables,
        manifest.complete,
        manifest.mapped,
        manifest.own_codes,
        manifest.resolved,
    )
    for name in (name for names in said for name in names):
        if name not in TABLES:
            raise DatasetError(
                f"nobody knows a table {name!r}",
                expected=f"one of {', '.join(TABLES)}",
                got=name,
                next_step="correct the manifest's source and write the dataset anew",
                place=place,
            )
    for name, table in TABLES.items():
        if table.required and not (name in manifest.tables and manifest.tables[name].files):
            raise DatasetError(
                f"the table {name} is missing",
                expected=f"an entry {name} under tables; an empty table is allowed, none is not",
                got=", ".join(manifest.tables) or "no table",
                next_step="write the dataset with this table, empty if nothing is known",
                place=place,
            )


def _check_parts(manifest: Manifest, place: Path) -> None:
    """Each part has one file of each required table, and no table has two of one part."""
    count = 1 + max(file.part for table in manifest.tables.values() for file in table.files)
    for name, table in manifest.tables.items():
        parts = [file.part for file in table.files]
        if len(set(parts)) != len(parts) or (TABLES[name].required and len(parts) != count):
            raise DatasetError(
                f"the table {name} has not one file a part",
                expected=f"one file in each of {count} parts",
                got=", ".join(file.file for file in table.files),
                next_step=AGAIN,
                place=place,
            )


def _raw_page(folder: Path) -> tuple[Json, str]:
    """What the manifest says, and the sha256 of its bytes."""
    place = folder / MANIFEST
    if not folder.is_dir():
        raise DatasetError(
            "there is no such folder",
            expected="the folder of a dataset",
            got="a file" if folder.exists() else "nothing",
            next_step="check the path",
            place=folder,
        )
    if not place.is_file():
        raise DatasetError(
            f"the folder has no {MANIFEST}",
            expected=f"a dataset: Parquet files and {MANIFEST}",
            got="a folder without it",
            next_step="give the folder of a dataset; `remit facts import` makes one",
            place=folder,
        )
    try:
        written = place.read_bytes()
        raw = json.loads(written.decode())
        json.dumps(raw, ensure_ascii=False).encode()  # half a character can be said, but not shown
    except OSError as error:
        raise DatasetError(
            "the manifest cannot be read",
            expected="a file that you may read",
            got=error.strerror or type(error).__name__,
            next_step="check the permissions",
            place=place,
        ) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            "the manifest is not JSON",
            expected="the file as the dataset was written with",
            got="lists in lists without end" if isinstance(error, RecursionError) else str(error),
            next_step=AGAIN,
            place=place,
        ) from error
    digest = hashlib.sha256(written).hexdigest()
    return (raw if isinstance(raw, dict) else {}), digest
