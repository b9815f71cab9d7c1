"""Protocol files to protocols, with errors that name file and line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remit.errors import Place, ProtocolError
from remit.protocol import schema
from remit.protocol.consistency import check_protocol
from remit.protocol.key_lines import KeyPath, line_of, lines_of_keys
from remit.text_files import read_text_file

# Which type lies under a key, so that an unknown key can be answered with the known ones.
_TYPES: Mapping[str, type[BaseModel]] = {
    "design": schema.Design,
    "pages": schema.Page,
    "windows": schema.Windows,
    "parameters": schema.Parameter,
    "attestations": schema.Attestation,
    "cohorts": schema.Group,
    "arms": schema.Group,
    "visits": schema.Visit,
    "assays": schema.Assay,
    "outcomes": schema.Outcome,
    "report": schema.ReportPlan,
    "criteria": schema.Criterion,
    "sources": schema.SourceLines,
    "confirmation": schema.RestoredSigns,
    "definition": schema.ParameterChoice,
    "definitions": schema.ParameterChoice,
}


def read_protocol(path: str | Path) -> schema.Protocol:
    """The protocol of a TOML file.

    Raises:
        ProtocolError: the file is not there, is not TOML, breaks the schema or contradicts itself;
            the message names file and line.
    """
    file = Path(path)
    check = f"check the path, or name one of {', '.join(packaged_protocols())}"
    text = read_text_file(
        file, what="the protocol file", form="TOML", error=ProtocolError, check=check
    )
    return read_protocol_text(text, source=str(file))


def read_protocol_text(text: str, *, source: str) -> schema.Protocol:
    """The protocol of a TOML text; `source` is named in errors.

    Raises:
        ProtocolError: as `read_protocol`.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(error, text, source) from error
    except (ValueError, RecursionError) as error:  # thousands of digits are the former
        deep = isinstance(error, RecursionError)
        raise ProtocolError(
            f"the protocol file {'nests its values too deeply' if deep else 'has a huge number'}",
            expected="lists and tables a few levels deep, and numbers of a few digits",
            got="more levels than can be read" if deep else "a number of too many digits",
            next_step="check the brackets and the numbers of the file",
            place=source,
        ) from error
    lines = lines_of_keys(text)
    if data.get("kind") != schema.KIND or data.get("version") != schema.VERSION:
        key = "version" if data.get("kind") == schema.KIND else "kind"
        raise ProtocolError(
            "this is not a protocol file that this version of Remit reads",
            expected=f'kind = "{schema.KIND}" and version = {schema.VERSION}',
            got=f"kind {data.get('kind')!r}, version {data.get('version')!r}",
            next_step="check that the file is a protocol, and its first lines",
            place=Place(source, line_of(lines, (key,))),
        )
    try:
        protocol = schema.Protocol.model_validate(data, context={"source": source, "lines": lines})
    except ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is what the reader wants to hear of.
        problems = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        raise _schema_error(problems[0], lines, source) from error
    check_protocol(protocol)
    return protocol


def _toml_error(error: tomllib.TOMLDecodeError, text: str, source: str) -> ProtocolError:
    what = str(error)
    match = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)", what)
    line = column = None
    if match is not None:
        what = what[: match.start()]
        line, column = (
            (int(match.group(1)), int(match.group(2)))
            if match.group(1)
            else (
                len(text.splitlines()),
                None,
            )
        )
    return ProtocolError(
        "the protocol file is not valid TOML",
        expected="TOML: key = value, [table] or [[list of tables]]",
        got=what,
        next_step="correct the line; text values stand in quotes",
        place=Place(source, line, column),
    )


def _schema_error(error: ErrorDetails, lines: Mapping[KeyPath, int], source: str) -> ProtocolError:
    path = tuple(error["loc"])
    place = Place(source, line_of(lines, path))
    shown = _shown(path)
    if error["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        near = difflib.get_close_matches(str(path[-1]), known, n=2, cutoff=0.5)
        return ProtocolError(
            f"the key {shown!r} is not one of the schema",
            expected=", ".join(known),
            got=str(path[-1]),
            next_step=f"did you mean {' or '.join(near)}?" if near else "remove or rename the key",
            place=place,
        )
    if error["type"] == "missing":
        return ProtocolError(
            f"the key {shown!r} is missing",
            expected=f"{path[-1]} = ...",
            got="nothing",
            next_step="add the key",
            place=place,
        )
    value = error["input"]
    return ProtocolError(
        f"the value of {shown!r} does not fit",
        expected=error["msg"].removeprefix("Value error, "),
        got=_said(value),
        next_step="see docs/how-to/protocols.md for each key",
        place=place,
    )


def _said(value: object) -> str:
    """The value as the file says it, where that is short; else what kind of value it is."""
    if isinstance(value, str | int | float | bool):
        return repr(value)
    if isinstance(value, dict) and all(isinstance(v, str | int | float) for v in value.values()):
        return ", ".join(f"{key} = {part!r}" for key, part in list(value.items())[:4])
    return {"dict": "a table", "list": "a list"}.get(type(value).__name__, type(value).__name__)


def _shown(path: KeyPath) -> str:
    """A path as a person counts: `criteria 4 expression`."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _known_keys(parent: KeyPath) -> list[str]:
    for part in reversed(parent):
        if isinstance(part, str) and part in _TYPES:
            return list(_TYPES[part].model_fields)
    return list(schema.Protocol.model_fields)


def packaged_protocols() -> tuple[str, ...]:
    """The names of the studies that come with Remit, sorted.

    >>> packaged_protocols()
    ('nct05631717', 'nct06167174', 'nct06904729', 'umin000042298')
    """
    folder = resources.files("remit.protocol").joinpath("studies")
    names = (item.name for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def _packaged(name: str) -> schema.Protocol:
    file = resources.files("remit.protocol").joinpath("studies", f"{name}.toml")
    return read_protocol_text(file.read_text(encoding="utf-8"), source=f"{name}.toml")


def protocol_named(name: str) -> schema.Protocol:
    """The packaged study with this name, registry number or alias, in any case of letters.

    Raises:
        ProtocolError: there is none; the nearest names are given.

    >>> protocol_named("NCT06904729").target_enrolment
    50
    """
    wanted = name.strip().lower()
    if wanted in packaged_protocols():
        return _packaged(wanted)  # a file is named by its study: the others need not be read
    by_text = {}
    for packaged in packaged_protocols():
        protocol = _packaged(packaged)
        for text in (protocol.name, protocol.id, *protocol.aliases):
            by_text[text.lower()] = protocol
    if wanted in by_text:
        return by_text[wanted]
    near = difflib.get_close_matches(wanted, by_text, n=3, cutoff=0.5)
    raise ProtocolError(
        f"no packaged study is called {name!r}",
        expected=", ".join(near) or ", ".join(packaged_protocols()),
        got=name,
        next_step="name one of them, or give the path of a protocol file",
    )


def json_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a protocol file, for editors and other programs."""
    body = schema.Protocol.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{schema.KIND} version {schema.VERSION}",
        **{key: value for key, value in body.items() if key != "title"},
    }


def json_schema_text() -> str:
    """The JSON Schema as the text of `docs/reference/protocol-schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
