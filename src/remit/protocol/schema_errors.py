"""What pydantic finds wrong with a file, said as a person reads it: key, line, expected, got."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from remit.errors import Place, ProtocolError
from remit.protocol import analysis_sections as planned
from remit.protocol import protocol_sections as sections
from remit.protocol.imputation_sections import Imputation
from remit.protocol.schema import Criterion, Protocol
from remit.text_files import KeyPath, line_of

# Which type lies under a key, so that an unknown key can be answered with the known ones.
_TYPES: Mapping[str, type[BaseModel]] = {
    "design": sections.Design,
    "pages": sections.Page,
    "windows": sections.Windows,
    "parameters": sections.Parameter,
    "attestations": sections.Attestation,
    "cohorts": sections.Group,
    "arms": sections.Group,
    "visits": sections.Visit,
    "assays": sections.Assay,
    "outcomes": sections.Outcome,
    "populations": planned.Population,
    "families": planned.MultiplicityFamily,
    "analyses": planned.Analysis,
    "intercurrent": planned.IntercurrentEvent,
    "response": planned.ResponseVariable,
    "time_to_response": planned.TimeVariable,
    "weights": planned.LogRankWeights,
    "quantity": planned.QuantityVariable,
    "incidence": planned.IncidenceVariable,
    "imputation": Imputation,
    "report": sections.ReportPlan,
    "criteria": Criterion,
    "sources": sections.SourceLines,
    "confirmation": sections.RestoredSigns,
    "definition": sections.ParameterChoice,
    "definitions": sections.ParameterChoice,
}


def schema_errors(
    found: Iterable[ErrorDetails], lines: Mapping[KeyPath, int], source: str
) -> tuple[ProtocolError, ...]:
    """One error for each slip: a misspelt key is also a missing one, and is told once."""
    details = tuple(found)
    missing = {tuple(one["loc"]) for one in details if one["type"] == "missing"}
    told: set[KeyPath] = set()
    for one in details:
        if one["type"] == "extra_forbidden":
            *parent, key = one["loc"]
            lost = [path[-1] for path in missing if list(path[:-1]) == parent]
            near = difflib.get_close_matches(str(key), map(str, lost), n=1, cutoff=0.6)
            told |= {(*parent, name) for name in near}
    # A value that may be of several kinds is wrong once for each of them.
    kept: dict[tuple[object, ...], ErrorDetails] = {}
    for one in details:
        path = tuple(one["loc"])
        if path not in told or one["type"] != "missing":
            kept.setdefault((line_of(lines, path), _known_part(path, lines), one["type"]), one)
    return tuple(_schema_error(one, lines, source) for one in kept.values())


def _known_part(path: KeyPath, lines: Mapping[KeyPath, int]) -> KeyPath:
    """A path without the names of the kinds that a value may be of, which are no keys."""
    return next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), path)


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
    return list(Protocol.model_fields)
