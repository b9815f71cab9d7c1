"""Responses: definitions as data, adjudication, and the same patients under every definition."""

from remit.endpoints.adjudication import (
    Adjudication,
    adjudicate_all,
    adjudicate_sheet,
    gate_margins,
    is_response,
)
from remit.endpoints.bound_definition import BoundDefinition, bind_definition
from remit.endpoints.definition import Definition
from remit.endpoints.definition_files import definition_named, packaged_definitions

__all__ = [
    "Adjudication",
    "BoundDefinition",
    "Definition",
    "adjudicate_all",
    "adjudicate_sheet",
    "bind_definition",
    "definition_named",
    "gate_margins",
    "is_response",
    "packaged_definitions",
]
