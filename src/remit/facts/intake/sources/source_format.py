"""Which format a folder or some files most likely have, told when another import refused them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Literal

from remit.errors import DatasetError
from remit.facts.manifest import MANIFEST

SourceFormat = Literal["omop", "fhir", "sdtm", "redcap", "dataset"]

_TITLES: dict[SourceFormat, str] = {
    "omop": "tables of OMOP",
    "fhir": "FHIR",
    "sdtm": "SDTM",
    "redcap": "a REDCap project",
}
_WORDS: dict[SourceFormat, str] = {
    "sdtm": "FOLDER --draft-map TERMS.toml",
    "redcap": "DICTIONARY.csv RECORDS.csv --draft-map MAP.toml",
}
_FILES = 2_000  # of a folder that are looked at, by name alone
_OPENED = 5  # files of JSON or CSV of which the beginning is read
_BEGINNING = 4096
_OMOP = re.compile(
    r"^(?:person|(?:condition|procedure|visit)_occurrence|drug_exposure|measurement)"
    r"(?:\.(?:csv|tsv|txt|parquet|pq)(?:\.gz)?)?$",
    re.IGNORECASE,
)
_JSON = re.compile(r"\.(?:json|ndjson|jsonl)(?:\.gz)?$", re.IGNORECASE)
_SDTM = re.compile(r"\.xpt$|^dm\.(?:csv|parquet|zip)$", re.IGNORECASE)


@contextmanager
def own_import_named(
    sources: Sequence[Path], read_as: SourceFormat | Literal["tidy"]
) -> Iterator[None]:
    """Where an import refuses what looks like another format, name the import of that one.

    Spreadsheets may be called anything, so among them only a folder tells its format.

    Raises:
        DatasetError: as it was, with another next step.
    """
    try:
        yield
    except DatasetError as error:
        asked = [path for path in sources if read_as != "tidy" or path.is_dir()]
        found = likely_format(asked)
        if found is None or found == read_as:
            raise
        raise DatasetError(
            error.what,
            expected=error.expected,
            got=error.got,
            next_step=_next_step(found),
            place=error.place,
            excerpt=error.excerpt,
            others=error.others,
        ) from error


def _next_step(found: SourceFormat) -> str:
    if found == "dataset":
        return "this is a dataset of Remit already: give it to a command with --facts"
    words = _WORDS.get(found, "FOLDER --out DATASET")
    return f"it looks like {_TITLES[found]}: remit facts import {found} {words}"


def likely_format(sources: Sequence[Path]) -> SourceFormat | None:
    """The format by the names of files and the beginning of some; None where it is not clear."""
    try:
        files = list(islice(_files(sources), _FILES))
        names = [file.name for file in files]
        if MANIFEST in names:
            return "dataset"
        if len({name.partition(".")[0].lower() for name in names if _OMOP.match(name)}) > 1:
            return "omop"
        for file in islice((file for file in files if _JSON.search(file.name)), _OPENED):
            text = _beginning(file)
            if b'"resourceType"' in text:
                return "fhir"
            if b'"datasetJSONVersion"' in text:
                return "sdtm"
        if any(_SDTM.search(name) for name in names):
            return "sdtm"
        for file in islice((f for f in files if f.suffix.lower() == ".csv"), _OPENED):
            if b"Variable / Field Name" in _beginning(file):
                return "redcap"
    except (OSError, EOFError):
        pass  # what cannot be looked at has been refused for that already
    return None


def _files(sources: Sequence[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from sorted(source.iterdir())
            yield from source.glob("*/*")
        else:
            yield source


def _beginning(file: Path) -> bytes:
    if file.suffix.lower() == ".gz":
        with gzip.open(file, "rb") as zipped:
            return zipped.read(_BEGINNING)
    with file.open("rb") as opened:
        return opened.read(_BEGINNING)
