"""Definition files to their types, with errors that name file and key; names with near misses."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from remit.errors import InstrumentError

ModelT = TypeVar("ModelT", bound=BaseModel)
FoundT = TypeVar("FoundT")


def read_definition_file(path: Path) -> str:
    """The text of a definition file.

    Raises:
        InstrumentError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError(
            "the definition file cannot be read", next_step="check the path", place=path
        ) from error


def parse_definition(text: str, model: type[ModelT], *, source: str) -> ModelT:
    """The definition of a TOML text.

    Raises:
        InstrumentError: it is not TOML or breaks the schema; file and key are named.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InstrumentError(
            "the file is not TOML", got=str(error), next_step="mend the line", place=source
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InstrumentError(
            f"{where}: {first['msg']}",
            next_step="compare the file with a packaged one",
            place=source,
        ) from error


def found_by_name(name: str, known: Mapping[str, FoundT], *, what: str, next_step: str) -> FoundT:
    """What has this name; `-`, blanks and capitals do not matter.

    Raises:
        InstrumentError: nothing has; the nearest names are given.
    """
    key = name.lower().replace("-", "_").replace(" ", "_")
    if key not in known:
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.4)
        raise InstrumentError(
            f"there is no {what} {name!r}",
            expected=", ".join(near or sorted(known)),
            got=name,
            next_step=next_step,
        )
    return known[key]
