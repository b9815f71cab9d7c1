"""Executable studies: the protocol schema, the packaged studies and how to read them.

>>> from remit.protocol import protocol_named
>>> protocol_named("nct06167174").criterion("E6").expression
'platelets < 50 10*9/L'
"""

from remit.protocol.protocol_sections import Assay, Outcome, Visit
from remit.protocol.schema import Criterion, Protocol
from remit.protocol.study_files import (
    json_schema,
    json_schema_text,
    packaged_protocols,
    packaged_text,
    protocol_named,
    read_protocol,
    read_protocol_text,
)

__all__ = [
    "Assay",
    "Criterion",
    "Outcome",
    "Protocol",
    "Visit",
    "json_schema",
    "json_schema_text",
    "packaged_protocols",
    "packaged_text",
    "protocol_named",
    "read_protocol",
    "read_protocol_text",
]
