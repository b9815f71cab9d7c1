"""What studies find of the persons of a part, as bytes: what a worker sends, or a file keeps.

A column a criterion with its status, one with its mask of reasons, and one a study with who died
before, or may have. Standings and attrition follow from these, and are worked out again where they
are read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from remit.facts.arrays import arrow_of, whole_numbers
from remit.facts.opened import Facts
from remit.protocol.bound import BoundProtocol, bind_protocol
from remit.protocol.schema import Protocol
from remit.screening.attrition import count_attrition
from remit.screening.masks import MaskKinds
from remit.screening.screened_parts import ScreenedPart, StudyPart, cohorts_of, screened_part

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def answer_bytes(facts: Facts, number: int, protocols: Sequence[Protocol]) -> bytes:
    """What some studies find of the persons of one part of a dataset.

    Args:
        number: of the part.
    """
    bounds = tuple(bind_protocol(protocol, facts.codes) for protocol in protocols)
    kinds = MaskKinds()
    part = screened_part(bounds, facts, facts.parts[number], kinds)
    return bytes_of(part, kinds)


def bytes_of(part: ScreenedPart, kinds: MaskKinds) -> bytes:
    """A part as bytes.

    Args:
        kinds: where the kinds of masks of its reasons stand.
    """
    masks = kinds.kinds
    columns: dict[str, pa.Array] = {"person_id": arrow_of(part.person_ids, pa.int64())}
    for number, study in enumerate(part.studies):
        columns[f"{number} died"] = pa.array(study.died, pa.bool_())
        if study.may_have_died is not None:
            columns[f"{number} may have died"] = pa.array(study.may_have_died, pa.bool_())
        for name, codes in study.statuses.items():
            columns[f"{number} status {name}"] = arrow_of(codes, pa.int8())
            found = masks[study.reasons[name]] if len(masks) else np.zeros(len(codes), np.int32)
            columns[f"{number} reasons {name}"] = arrow_of(found, pa.int32())
    sink = pa.BufferOutputStream()
    batch = pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
    with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as writer:
        writer.write_batch(batch)
    found_bytes: bytes = sink.getvalue().to_pybytes()
    return found_bytes


def part_of_bytes(
    answer: bytes | pa.Buffer, bounds: Sequence[BoundProtocol], kinds: MaskKinds
) -> ScreenedPart:
    """The part that some bytes stand for.

    Raises:
        pa.ArrowInvalid, KeyError: they are cut, or of other studies.
    """
    with pa.ipc.open_stream(answer) as reader:
        rows = reader.read_all()
    studies = []
    for number, bound in enumerate(bounds):
        died = np.asarray(whole_numbers(rows[f"{number} died"]), np.bool_)
        may_have = None
        if f"{number} may have died" in rows.column_names:
            may_have = np.asarray(whole_numbers(rows[f"{number} may have died"]), np.bool_)
        statuses, reasons = {}, {}
        for item in bound.criteria:
            name = item.criterion.id
            codes = whole_numbers(rows[f"{number} status {name}"])
            statuses[name] = np.asarray(codes, np.int8)
            masks = whole_numbers(rows[f"{number} reasons {name}"])
            reasons[name] = kinds.places(np.asarray(masks, np.int32))
        cohorts = [
            count_attrition(criteria, statuses, died, may_have_died=may_have)
            for _, _, criteria in cohorts_of(bound)
        ]
        studies.append(StudyPart(statuses, reasons, died, tuple(cohorts), may_have))
    return ScreenedPart(np.asarray(whole_numbers(rows["person_id"]), np.int64), tuple(studies))
