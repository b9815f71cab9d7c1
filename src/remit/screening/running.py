"""A protocol over a dataset: the verdict of every person and criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis.backends.duckdb import Backend

from remit.criteria.compiling import Sources, Verdicts, compile_criteria
from remit.facts.dictionary import packaged_dictionary
from remit.facts.ibis_connection import connect, fetch_rows
from remit.facts.opened import Facts
from remit.facts.soundness import require_sound
from remit.facts.tables import TABLES
from remit.protocol.binding import BoundCriterion, BoundProtocol, bind_protocol
from remit.protocol.schema import Protocol
from remit.screening.attrition import Step, count_attrition
from remit.truth import Status, reasons_of_mask

Codes = npt.NDArray[np.int8]
Masks = npt.NDArray[np.int32]


class Standing(IntEnum):
    """Where a person stands in a cohort. The numbers are the codes on disk."""

    NOT_ELIGIBLE = 0
    ELIGIBLE = 1
    UNDETERMINED = 2

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class CohortScreening:
    """One cohort of a study (the whole study where it has none).

    Attributes:
        criteria: its criteria, in the protocol's order.
        standings: one `Standing` code a person, in the order of `Screening.person_ids`.
        steps: the attrition, criterion by criterion.
    """

    cohort: str | None
    label: str
    criteria: tuple[BoundCriterion, ...]
    standings: Codes
    steps: tuple[Step, ...]

    def count(self, standing: Standing) -> int:
        return int(np.count_nonzero(self.standings == standing))


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdicts of a study.

    Attributes:
        person_ids: ascending, shape (persons,).
        statuses: criterion id -> `Status` codes, shape (persons,).
        reasons: criterion id -> bit masks of `Reason`, zero unless unknown, shape (persons,).
    """

    bound: BoundProtocol
    dataset: Facts
    person_ids: npt.NDArray[np.int64]
    statuses: Mapping[str, Codes]
    reasons: Mapping[str, Masks]
    cohorts: tuple[CohortScreening, ...]

    @property
    def protocol(self) -> Protocol:
        return self.bound.protocol

    def reason_counts(self, criterion: str) -> Mapping[str, int]:
        """How many persons are unknown for each reason; a person may count under several."""
        masks = self.reasons[criterion]
        counts: dict[str, int] = {}
        for mask in np.unique(masks):
            number = int(np.count_nonzero(masks == mask))
            for reason in reasons_of_mask(int(mask)):
                counts[reason.word] = counts.get(reason.word, 0) + number
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def verdict_table(self) -> pa.Table:
        """One row a person and criterion: person_id, criterion, status (word), reasons (words)."""
        tables = []
        words = pa.array([status.word for status in Status])
        for name, codes in self.statuses.items():
            kinds, inverse = np.unique(self.reasons[name], return_inverse=True)
            texts = pa.array(
                [
                    " ".join(sorted(r.word for r in reasons_of_mask(int(kind)))) or None
                    for kind in kinds
                ],
                pa.string(),
            )
            tables.append(
                pa.table(
                    {
                        "person_id": self.person_ids,
                        "criterion": pa.array([name] * len(codes)),
                        "status": words.take(pa.array(codes)),
                        "reasons": texts.take(pa.array(inverse)),
                    }
                )
            )
        return pa.concat_tables(tables)

    def standing_table(self) -> pa.Table:
        """One row a person and cohort: person_id, cohort, standing (word)."""
        words = pa.array([standing.word for standing in Standing])
        return pa.concat_tables(
            pa.table(
                {
                    "person_id": self.person_ids,
                    "cohort": pa.array([item.cohort] * len(item.standings), pa.string()),
                    "standing": words.take(pa.array(item.standings)),
                }
            )
            for item in self.cohorts
        )

    def _repr_html_(self) -> str:
        from remit.screening.showing import screening_html

        return screening_html(self)


def screen_dataset(
    protocol: Protocol,
    dataset: Facts,
    *,
    persons: tuple[int, ...] | None = None,
    memory_limit: str | None = None,
) -> Screening:
    """Screen the persons of a dataset for a study.

    Args:
        persons: these only; all when None.
        memory_limit: for the engine, for example "1GB".

    Raises:
        ProtocolError: an expression does not bind.
        DatasetError: the dataset was not checked on writing, and holds rows that cannot be.
    """
    if not dataset.manifest.checked:
        require_sound(dataset)
    backend = connect(dataset, memory_limit=memory_limit)
    bound = bind_protocol(protocol, descendants=_descendants(dataset, backend))
    nodes = {item.criterion.id: item.node for item in bound.criteria if item.node is not None}
    tables = {name: backend.table(name) for name in TABLES}
    sources = Sources(
        tables,
        protocol.id,
        dataset.data_cut,
        dataset.manifest.complete,
        persons,
        keep=lambda table: backend.create_table("people", table, temp=True),
    )
    compiled = compile_criteria(nodes, sources)
    codes = fetch_rows(backend, compiled.leaves.order_by("person_id"))
    backend.disconnect()
    return screening_of(bound, dataset, codes["person_id"].to_numpy(), compiled.verdicts(codes))


def _descendants(dataset: Facts, backend: Backend) -> Mapping[int, tuple[int, ...]]:
    """What lies below the codes of the dictionary; a whole vocabulary has far more rows."""
    held = dataset.manifest.tables.get("concept_ancestor")
    if held is None or held.rows == 0:
        return {}
    ancestry = backend.table("concept_ancestor")
    claimed = packaged_dictionary().claimed_ids()
    known = ancestry.filter(ancestry.ancestor_concept_id.isin(claimed))
    below: dict[int, list[int]] = {}
    for row in fetch_rows(backend, known).to_pylist():
        below.setdefault(row["ancestor_concept_id"], []).append(row["descendant_concept_id"])
    return {ancestor: tuple(ids) for ancestor, ids in below.items()}


def screening_of(
    bound: BoundProtocol,
    dataset: Facts,
    person_ids: npt.NDArray[np.int64],
    verdicts: Mapping[str, Verdicts],
) -> Screening:
    """The screening from the compiler's verdicts, by criterion id."""
    statuses: dict[str, Codes] = {}
    reasons: dict[str, Masks] = {}
    for item in bound.criteria:
        name = item.criterion.id
        if item.node is not None:
            statuses[name], reasons[name] = verdicts[name].statuses, verdicts[name].reasons
        else:
            assert item.held_back is not None, "a criterion without a tree is held back"
            statuses[name] = np.full(len(person_ids), Status.UNKNOWN, np.int8)
            reasons[name] = np.full(len(person_ids), item.held_back.bit, np.int32)
    protocol = bound.protocol
    groups: list[tuple[str | None, str]] = [(g.id, g.label) for g in protocol.cohorts]
    groups = groups or [(None, "all")]
    cohorts = []
    for cohort, label in groups:
        criteria = tuple(bound.by_id[criterion.id] for criterion in protocol.criteria_of(cohort))
        standings, steps = count_attrition(criteria, statuses)
        cohorts.append(CohortScreening(cohort, label, criteria, standings, steps))
    return Screening(bound, dataset, person_ids, statuses, reasons, tuple(cohorts))
