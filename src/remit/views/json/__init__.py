"""Results as JSON: pages that are plain dataclasses, with a published schema of each.

A page is built from a result, `json_of` makes it JSON-ready. The schemas are `docs/reference/json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from remit.terminal import json_visible

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


# How each page is described: all that is written is required by its schema.
PAGE = ConfigDict(json_schema_serialization_defaults_required=True)


@cache
def _adapter(page: type) -> TypeAdapter[object]:
    return TypeAdapter(page)


def json_of(page: object) -> dict[str, Json]:
    """A page as dicts, lists and scalars, in the order of its attributes."""
    kind: type = type(page)
    written: dict[str, Json] = _adapter(kind).dump_python(page, mode="json")
    return written


def json_text(value: Json) -> str:
    """JSON as commands print and write it: what would act on a terminal is escaped."""
    return json_visible(json.dumps(value, indent=2, ensure_ascii=False))


def schema_text(page: type) -> str:
    """The JSON Schema of a page."""
    schema = _adapter(page).json_schema(mode="serialization")
    dialect = {"$schema": GenerateJsonSchema.schema_dialect}
    return json.dumps(dialect | schema, indent=2, ensure_ascii=False) + "\n"
