"""Protocol files to protocols, with errors that name file and line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic_core import ErrorDetails

from remit.errors import Place, ProtocolError, RemitError, all_in_one
from remit.protocol import schema
from remit.protocol.consistency import disagreements
from remit.protocol.own_files import read_own_files
from remit.protocol.schema_errors import schema_errors
from remit.protocol.stand_ins import validated
from remit.text_files import line_of, lines_of_keys, read_text_file


@dataclass(frozen=True, slots=True)
class Draft:
    """A protocol file as far as it can be read.

    Attributes:
        protocol: with stand-ins where a value breaks the schema, so that the rest can be checked;
            None where too much is wrong. It is whole only where there are no faults.
        faults: all that is wrong with the file by itself; expressions are not bound here.
    """

    protocol: schema.Protocol | None
    faults: tuple[RemitError, ...]


def _text_of(file: Path) -> str:
    check = f"check the path, or name one of {', '.join(packaged_protocols())}"
    return read_text_file(
        file, what="the protocol file", form="TOML", error=ProtocolError, check=check
    )


def read_protocol(path: str | Path) -> schema.Protocol:
    """The protocol of a TOML file.

    Raises:
        ProtocolError: the file is not there, is not TOML, breaks the schema or contradicts itself;
            the message names file and line of all that is wrong.
        ConceptError: a concept file beside it is wrong.
    """
    file = Path(path)
    return read_protocol_text(_text_of(file), source=str(path), folder=file.parent)


def read_protocol_text(text: str, *, source: str, folder: Path | None = None) -> schema.Protocol:
    """The protocol of a TOML text.

    Args:
        source: named in errors.
        folder: in which the files lie that it names under `[files]`.

    Raises:
        ProtocolError: as `read_protocol`.
    """
    draft = read_draft_text(text, source=source, folder=folder)
    if draft.protocol is None or draft.faults:
        raise all_in_one(draft.faults)
    return draft.protocol


def read_draft(path: str | Path) -> Draft:
    """As `read_protocol`, with what is wrong beside what could be read.

    Raises:
        ProtocolError: the file cannot be read, is not TOML, or no protocol.
    """
    file = Path(path)
    return read_draft_text(_text_of(file), source=str(path), folder=file.parent)


def read_draft_text(text: str, *, source: str, folder: Path | None = None) -> Draft:
    """As `read_draft`, of a TOML text."""
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
    own, of_files = read_own_files(
        data.get("files"), folder, lambda *keys: Place(source, line_of(lines, keys))
    )
    protocol, details = validated(data, {"source": source, "lines": lines, "own": own})
    faults = schema_errors(details, lines, source)
    if protocol is not None:
        faults += _not_of_stand_ins(disagreements(protocol), faults, details)
    return Draft(protocol, (*faults, *of_files))


def _not_of_stand_ins(
    found: Iterable[ProtocolError], before: Iterable[ProtocolError], details: Iterable[ErrorDetails]
) -> tuple[ProtocolError, ...]:
    """The disagreements that do not come of a value which stands in for a wrong one."""
    lines = {fault.place.line for fault in before if fault.place is not None}
    names = {"id", "page", "[key]"}  # what is named so is not known by its name
    parts = {
        str(one["loc"][0]).rstrip("s")
        for one in details
        if len(one["loc"]) == 1 or one["loc"][-1] in names
    }
    kept = []
    for fault in found:
        of_stand_in = lines and (fault.place is None or fault.place.line in lines | {None})
        unknown = re.match(r"the protocol has no (?:literal )?(\w+)", fault.what)
        lost = unknown is not None and unknown[1] in parts
        if not of_stand_in and not lost:
            kept.append(fault)
    return tuple(kept)


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
                text.count("\n") + 1,
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


def packaged_protocols() -> tuple[str, ...]:
    """The names of the studies that come with Remit, sorted.

    >>> packaged_protocols()
    ('nct05631717', 'nct06167174', 'nct06904729', 'umin000042298')
    """
    folder = resources.files("remit.protocol").joinpath("studies")
    names = (item.name for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def packaged_text(name: str) -> str:
    """The text of a packaged study's file; names and errors as `protocol_named`."""
    return _text_named(protocol_named(name).name)


def _text_named(name: str) -> str:
    file = resources.files("remit.protocol").joinpath("studies", f"{name}.toml")
    return file.read_text(encoding="utf-8")


@cache
def _packaged(name: str) -> schema.Protocol:
    return read_protocol_text(_text_named(name), source=f"{name}.toml")


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
