"""Definition files to their types, with errors that name file and key; names with near misses."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remit.errors import InstrumentError, Place, all_in_one
from remit.text_files import line_of, lines_of_keys, read_text_file

ModelT = TypeVar("ModelT", bound=BaseModel)
FoundT = TypeVar("FoundT")


def read_definition_file(path: Path) -> str:
    """The text of a definition file.

    Raises:
        InstrumentError: it cannot be read or is not UTF-8.
    """
    return read_text_file(path, what="the definition file", form="TOML", error=InstrumentError)


def parse_definition(text: str, model: type[ModelT], *, source: str) -> ModelT:
    """The definition of a TOML text.

    Raises:
        InstrumentError: it is not TOML or breaks the schema; file, line and key are named, of all.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is what the reader wants to hear of.
        problems = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        lines = lines_of_keys(text)
        raise all_in_one(
            [
                _schema_error(one, model, Place(source, line_of(lines, tuple(one["loc"]))))
                for one in problems
            ]
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is the former
        raise InstrumentError(
            "the file is not TOML",
            expected="key = value, [table] or [[list of tables]]",
            got=fault_of_toml(error),
            next_step="mend the line; texts stand in quotes",
            place=source,
        ) from error


def fault_of_toml(error: ValueError | RecursionError) -> str:
    """What is wrong with a text that is no TOML."""
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error)
    deep = isinstance(error, RecursionError)
    return "too many brackets in one another" if deep else "a number of too many digits"


def _schema_error(error: ErrorDetails, model: type[BaseModel], place: Place) -> InstrumentError:
    path = error["loc"]
    # As a person counts: `responses 2 grade`.
    where = " ".join(str(part + 1) if isinstance(part, int) else part for part in path)
    expected, got = error["msg"].removeprefix("Input should be "), _said(error["input"])
    what, step = f"the value of {where!r} does not fit", "compare the file with a packaged one"
    if error["type"] == "value_error":
        said = error["msg"].removeprefix("Value error, ")
        what, got = (f"{where}: {said}" if where else said), "a contradiction"
        expected = "parts that agree with one another"
    elif error["type"] == "extra_forbidden":
        what, got = f"the key {where!r} is not one of the schema", str(path[-1])
        known = list(model.model_fields) if len(path) == 1 else []
        near = difflib.get_close_matches(got, known, n=2, cutoff=0.5)
        expected = ", ".join(known) or "the keys of a packaged definition"
        step = f"did you mean {' or '.join(near)}?" if near else "remove or rename the key"
    elif error["type"] == "missing":
        what, got = f"the key {where!r} is missing", "nothing"
        expected, step = f"{path[-1]} = ...", "add the key"
    return InstrumentError(what, expected=expected, got=got, next_step=step, place=place)


def _said(value: object) -> str:
    """The value as the file says it, where that is short; else what kind of value it is."""
    if isinstance(value, str | int | float):
        return repr(value)
    return {"dict": "a table", "list": "a list"}.get(type(value).__name__, "another value")


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
