"""An earlier screening, from the folder that `remit screen --format parquet` wrote.

Folders of version 1 hold no records and no ids as they came: what changed is told of them all the
same, and by which record is not.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.files import hash_files
from remit.screening.input_records import RECORDS
from remit.truth import Status

KIND = "remit.screening.files"
VERSIONS = (1, 2)
_STATUSES = {status.word: status for status in Status}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "standings.parquet": ("person_id", "cohort", "standing"),
    "verdicts.parquet": ("person_id", "criterion", "status"),
    "persons.parquet": ("person_id", "person"),
    "criteria.parquet": ("criterion", "texts"),
    "records.parquet": tuple(RECORDS.names),
}
_NEEDED = ("standings.parquet", "verdicts.parquet", "summary.json")
_AGAIN = "give the folder that `remit screen STUDY --format parquet --out FOLDER` wrote"


@dataclass(frozen=True, slots=True)
class EarlierCriterion:
    """A criterion as it was then; `texts` as `criterion_texts` has them."""

    kind: str
    cohorts: tuple[str, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EarlierScreening:
    """What was found then.

    Attributes:
        names: person -> the id as it came; empty where the folder holds none, and numbers are ids.
        standings: name and cohort -> the word of the standing.
        parameters: those of the study -> their settings.
        records: with the columns of `RECORDS`; None where the folder holds none.
    """

    folder: Path
    data_cut: date
    names: Mapping[int, str]
    standings: Mapping[tuple[str, str | None], str]
    criteria: Mapping[str, EarlierCriterion]
    parameters: Mapping[str, str]
    verdicts: pa.Table
    records: pa.Table | None

    def statuses(self, names: Collection[str]) -> Mapping[tuple[str, str], Status]:
        """Name and criterion -> status, of some persons."""
        rows = self.verdicts.filter(pc.is_in(self.verdicts["person_id"], self._ids(names)))
        columns = (rows[name].to_pylist() for name in ("person_id", "criterion", "status"))
        return {
            (self.name(person), criterion): _STATUSES[word]
            for person, criterion, word in zip(*columns, strict=True)
        }

    def records_of(self, names: Collection[str]) -> pa.Table | None:
        """The records of some persons; None where the folder holds none."""
        if self.records is None:
            return None
        return self.records.filter(pc.is_in(self.records["person_id"], self._ids(names)))

    def name(self, person: int) -> str:
        return self.names.get(person, str(person))

    def _ids(self, names: Collection[str]) -> pa.Array:
        wanted = set(names)
        persons = self.names or {int(name): name for name in wanted}
        return pa.array([key for key, name in persons.items() if name in wanted], pa.int64())


def read_earlier(path: Path | str, *, study: str, named: bool) -> EarlierScreening:
    """The screening in a folder, after each of its files was verified.

    Args:
        path: the folder, or one of the files in it.
        study: the id of the study that is screened now.
        named: whether the persons of the dataset that is screened now have ids that are text.

    Raises:
        DatasetError: there is no such folder, it is none of a screening, a file is missing or was
            changed, it is of another study, or it does not say which id each person had.
    """
    path = Path(path)
    folder = path.parent if path.is_file() else path
    of_study, files = _manifest(folder, path)
    if of_study != study:
        raise _wrong(
            "the earlier screening is of another study",
            expected=study,
            got=of_study,
            next_step=f"give an earlier screening of {study}, or screen that study",
            place=folder,
        )
    _verify(folder, files)
    tables = {name: _table(folder / name) for name in _COLUMNS if name in files}
    names: dict[int, str] = {}
    if "persons.parquet" in tables:
        rows = tables["persons.parquet"]
        names = dict(zip(rows["person_id"].to_pylist(), rows["person"].to_pylist(), strict=True))
    elif named:
        raise _wrong(
            "the earlier screening holds numbers only, and the persons have ids that are text",
            expected="a folder that says which id each person had (persons.parquet)",
            got="a folder of version 1",
            next_step="screen the earlier dataset anew with --format parquet",
            place=folder,
        )
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        criteria = {
            item["id"]: EarlierCriterion(
                item["kind"],
                tuple(item["cohorts"]),
                {"kind": item["kind"], "state": item["state"]}
                | (
                    {"expression": " ".join(item["expression"].split())}
                    if item["expression"]
                    else {}
                ),
            )
            for item in summary["criteria"]
        }
        data_cut = date.fromisoformat(summary["dataset"]["data_cut"])
        parameters = dict(summary["parameters"])
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(
            "the summary of the earlier screening is not one that Remit wrote",
            expected="summary.json of a screening",
            got=type(error).__name__,
            next_step=_AGAIN,
            place=folder / "summary.json",
        ) from error
    if "criteria.parquet" in tables:
        rows = tables["criteria.parquet"]
        for name, texts in zip(
            rows["criterion"].to_pylist(), rows["texts"].to_pylist(), strict=True
        ):
            known = criteria[name]
            criteria[name] = EarlierCriterion(known.kind, known.cohorts, json.loads(texts))
    return EarlierScreening(
        folder=folder,
        data_cut=data_cut,
        names=names,
        standings=_standings(tables["standings.parquet"], names),
        criteria=criteria,
        parameters=parameters,
        verdicts=tables["verdicts.parquet"],
        records=tables.get("records.parquet"),
    )


def _standings(rows: pa.Table, names: Mapping[int, str]) -> Mapping[tuple[str, str | None], str]:
    columns = (rows[name].to_pylist() for name in ("person_id", "cohort", "standing"))
    return {
        (names.get(person, str(person)), cohort): standing
        for person, cohort, standing in zip(*columns, strict=True)
    }


def _wrong(what: str, *, expected: str, got: str, next_step: str, place: Path) -> DatasetError:
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place=place)


def _manifest(folder: Path, asked: Path) -> tuple[str, Mapping[str, str]]:
    """The study of a folder, and the hash of each of its files."""
    file = folder / "manifest.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        kind, version = found["kind"], found["version"]
        files = {name: entry["sha256"] for name, entry in found["files"].items()}
        study = str(found["study"])
    except OSError as error:
        raise _wrong(
            "there is no earlier screening",
            expected="a folder with manifest.json, standings.parquet and verdicts.parquet",
            got="nothing" if not asked.exists() else "no manifest.json",
            next_step=_AGAIN,
            place=asked,
        ) from error
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise _wrong(
            "the manifest is not one of a screening",
            expected=f"kind {KIND}",
            got=type(error).__name__,
            next_step=_AGAIN,
            place=file,
        ) from error
    if kind != KIND or version not in VERSIONS:
        raise _wrong(
            "the manifest is not one of a screening",
            expected=f"kind {KIND}, version {' or '.join(map(str, VERSIONS))}",
            got=f"kind {kind}, version {version}",
            next_step=_AGAIN,
            place=file,
        )
    missing = [name for name in _NEEDED if name not in files]
    if missing:
        raise _wrong(
            "the earlier screening is not whole",
            expected=", ".join(_NEEDED),
            got=f"no {missing[0]}",
            next_step=_AGAIN,
            place=file,
        )
    return study, files


def _verify(folder: Path, files: Mapping[str, str]) -> None:
    paths = [folder / Path(name).name for name in files]
    for path in paths:
        if not path.is_file():
            raise _wrong(
                "a file of the earlier screening is missing",
                expected=path.name,
                got="nothing",
                next_step=_AGAIN,
                place=path,
            )
    for path, digest, expected in zip(paths, hash_files(paths), files.values(), strict=True):
        if digest != expected:
            raise _wrong(
                "a file of the earlier screening was changed",
                expected=f"sha256 {expected}",
                got=digest,
                next_step=_AGAIN,
                place=path,
            )


def _table(path: Path) -> pa.Table:
    try:
        rows = pq.read_table(path)
        return rows.select(list(_COLUMNS[path.name]))
    except (pa.ArrowInvalid, KeyError, OSError) as error:
        raise _wrong(
            "a file of the earlier screening cannot be read",
            expected=f"the columns {', '.join(_COLUMNS[path.name])}",
            got=type(error).__name__,
            next_step=_AGAIN,
            place=path,
        ) from error
