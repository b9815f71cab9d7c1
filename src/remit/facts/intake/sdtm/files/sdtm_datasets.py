"""The datasets of a study: which files of a folder hold them, read in a child process.

A file is told by its ending: `.xpt`, `.json` and `.ndjson` (Dataset-JSON), `.csv`, `.parquet`, or
one of these in a `.zip`. A file that is damaged refuses the import, whether its rows are taken or
not: what is missing in one may be missing in others.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError, all_in_one
from remit.facts.intake.sdtm.files.sdtm_cells import NAME, ZEROS
from remit.facts.intake.sdtm.files.sdtm_domains import DOMAINS, TOPIC, is_read, supplemented
from remit.facts.intake.sources.limited_process import MEGABYTE, Job, Limits, parse_limited

_PARSERS: Mapping[str, tuple[str, bool]] = {
    ".xpt": ("remit.facts.intake.sdtm.files.sdtm_transport:read_transport", True),
    ".json": ("remit.facts.intake.sdtm.files.sdtm_json:read_dataset_json", False),
    ".ndjson": ("remit.facts.intake.sdtm.files.sdtm_json:read_dataset_json", False),
    ".csv": ("remit.facts.intake.sdtm.files.sdtm_flat:read_sdtm_csv", True),
    ".parquet": ("remit.facts.intake.sdtm.files.sdtm_flat:read_sdtm_parquet", False),
}
_UNPACKED = 4096 * MEGABYTE


@dataclass(frozen=True, slots=True)
class SdtmDataset:
    """One dataset of a study.

    Attributes:
        name: such as LB, QSPH or SUPPAE. domain: LB, QS or AE; the name itself of what is not read.
        supplement: whether it holds supplemental qualifiers of that domain.
        file: as it is shown. rows: their number; `table` is empty where they are not read.
        table: each cell a text.
    """

    name: str
    domain: str
    supplement: bool
    file: str
    rows: int
    table: pa.Table
    zeros: int = 0

    @property
    def is_read(self) -> bool:
        return is_read(self.name) and self.domain in DOMAINS


@dataclass(frozen=True, slots=True)
class SdtmStudy:
    """The datasets of a folder.

    Attributes:
        passed_over: files that are no dataset, such as define.xml.
    """

    folder: Path
    datasets: tuple[SdtmDataset, ...]
    passed_over: tuple[str, ...] = ()

    def of(self, domain: str) -> tuple[SdtmDataset, ...]:
        """The datasets of a domain, without its supplements."""
        return tuple(d for d in self.datasets if d.domain == domain and not d.supplement)

    def supplements(self, domain: str) -> tuple[SdtmDataset, ...]:
        return tuple(d for d in self.datasets if d.domain == domain and d.supplement)


def read_study(
    folder: Path,
    *,
    encoding: str = "utf-8",
    limits: Limits | None = None,
) -> SdtmStudy:
    """The datasets of a folder.

    Args:
        encoding: of texts in XPT and CSV files; JSON and Parquet are UTF-8.

    Raises:
        DatasetError: there is no dataset DM, a file cannot be read, or a dataset stands twice.
    """
    with tempfile.TemporaryDirectory(prefix="remit-sdtm-") as unpacked:
        files, others = _files(folder, Path(unpacked))
        jobs = [parser_job(path, shown, encoding) for path, shown in files]
        found = parse_limited(jobs, limits)
    faults = [answer for answer in found if isinstance(answer, DatasetError)]
    if faults:
        raise all_in_one(faults)
    parsed = [
        (answer, job.title)
        for answer, job in zip(found, jobs, strict=True)
        if isinstance(answer, pa.Table)
    ]
    return joined_study(folder, parsed, passed_over=others)


def joined_study(
    folder: Path, parsed: Sequence[tuple[pa.Table, str]], *, passed_over: Sequence[str] = ()
) -> SdtmStudy:
    """The study of some tables, each with the file that it came from.

    Raises:
        DatasetError: there is no dataset DM, one stands twice, or has no columns of SDTM.
    """
    datasets = [_dataset(table, file) for table, file in parsed]
    _require_once(datasets)
    if not any(dataset.domain == "DM" and not dataset.supplement for dataset in datasets):
        raise DatasetError(
            "the folder has no dataset DM: nobody is known",
            expected="dm.xpt, dm.json, dm.ndjson, dm.csv or dm.parquet",
            got=", ".join(dataset.name for dataset in datasets[:10]) or "no dataset",
            next_step="add the demographics of the study",
            place=folder,
        )
    return SdtmStudy(folder, tuple(datasets), tuple(passed_over))


def _files(folder: Path, unpacked: Path) -> tuple[list[tuple[Path, str]], list[str]]:
    """The files that may be datasets, as they are shown, and the names of the others."""
    found, others = list[tuple[Path, str]](), list[str]()
    try:
        paths = sorted(folder.iterdir(), key=lambda one: one.name.casefold())
    except OSError as error:
        raise DatasetError(
            "the folder cannot be read",
            expected="a folder with the datasets of a study",
            got=error.strerror or type(error).__name__,
            next_step="check the path",
            place=folder,
        ) from error
    for path in paths:
        ending = path.suffix.casefold()
        if ending in _PARSERS and path.is_file():
            found.append((path, path.name))
        elif ending == ".zip" and path.is_file():
            found += _unpacked(path, unpacked)
        else:
            others.append(path.name)
    return found, others


def _unpacked(archive: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """The datasets in an archive, unpacked up to a size: a small archive can hold a huge file."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for number, member in enumerate(opened.infolist()):
                ending = Path(member.filename).suffix.casefold()
                if member.is_dir() or ending not in _PARSERS:
                    continue
                if member.file_size > _UNPACKED:
                    raise _archive(archive, f"a file of {member.file_size // MEGABYTE:,} MB")
                name = Path(member.filename).name
                to = folder / f"{archive.stem}-{number}{ending}"
                with opened.open(member) as source, to.open("wb") as target:
                    shutil.copyfileobj(source, target, MEGABYTE)
                yield to, f"{archive.name}/{name}"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _archive(archive, type(error).__name__) from None


def _archive(archive: Path, got: str) -> DatasetError:
    return DatasetError(
        "the archive cannot be unpacked",
        expected=f"a whole zip file without a password, and files up to {_UNPACKED // MEGABYTE} MB",
        got=got,
        next_step="unpack it and put the datasets into the folder",
        place=archive.name,
    )


def parser_job(path: Path, shown: str, encoding: str) -> Job:
    """What reads a file, by its ending."""
    parser, coded = _PARSERS[path.suffix.casefold()]
    options: dict[str, str | int | bool | None] = {"shown": shown}
    if coded:
        options["encoding"] = encoding
    return Job(parser, path, options, shown)


def _dataset(table: pa.Table, file: str) -> SdtmDataset:
    """The dataset in a table, when its rows say which domain they are of."""
    metadata = table.schema.metadata
    name, zeros = metadata[NAME].decode().upper(), int(metadata[ZEROS])
    above = supplemented(name)
    domain = above or name[:2]
    if not is_read(name):
        return SdtmDataset(
            name, name, supplement=False, file=file, rows=table.num_rows, table=table.slice(0, 0)
        )
    column = "DOMAIN" if above is None else "RDOMAIN"
    if column in table.column_names and table.num_rows:
        said = {str(word) for word in pc.unique(table[column]).to_pylist()}
        if said != {domain}:
            raise DatasetError(
                f"the rows of {name} are not all of one domain",
                expected=f"{domain} in the column {column} of each row",
                got=f"{len(said - {domain})} other texts",
                next_step="the columns may be shifted, or rows of two datasets mixed: get it anew",
                place=file,
            )
    for needed in _needed(domain, supplement=above is not None):
        if needed not in table.column_names:
            raise DatasetError(
                f"the dataset {name} has no column {needed}",
                expected="the columns of SDTM",
                got=", ".join(table.column_names[:12]),
                next_step="check that this is SDTM and not ADaM or another layout",
                place=file,
            )
    return SdtmDataset(name, domain, above is not None, file, table.num_rows, table, zeros)


def _needed(domain: str, *, supplement: bool) -> Sequence[str]:
    if supplement:
        return ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")
    return ("USUBJID", *([TOPIC[domain]] if domain in TOPIC else []))


def _require_once(datasets: Sequence[SdtmDataset]) -> None:
    seen: dict[str, SdtmDataset] = {}
    for dataset in datasets:
        before = seen.setdefault(dataset.name, dataset)
        whole = [d for d in datasets if d.domain == dataset.domain and d.name == d.domain]
        parts = dataset.name != dataset.domain and whole and not dataset.supplement
        other = before if before is not dataset else whole[0] if parts and dataset.is_read else None
        if other is not None:
            raise DatasetError(
                f"the dataset {other.name} stands twice",
                expected="one file for each dataset, whole or in parts such as QSPH",
                got=f"{other.file} and {dataset.file}",
                next_step="take the one that is too many out of the folder",
                place=dataset.file,
            )
