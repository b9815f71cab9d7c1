"""A protocol over a dataset: the verdict of every person and criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from importlib import import_module

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.logic import LeafCodes, Verdicts
from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.facts.soundness import require_sound
from remit.protocol.bound import BoundCriterion, BoundProtocol, bind_protocol
from remit.protocol.schema import Protocol
from remit.result_table import ResultTable, Tabular
from remit.screening.attrition import Step, added_steps, count_attrition
from remit.screening.code_gaps import CodeGaps, find_code_gaps
from remit.screening.masks import Kinds, MaskColumn, MaskKinds
from remit.screening.part_answers import answer_bytes, part_of_bytes
from remit.screening.screened_parts import (
    ScreenedPart,
    StudyPart,
    cohorts_of,
    screened_parts,
    study_part,
)
from remit.truth import Status, reasons_of_mask

_NO_CODES: LeafCodes = np.zeros(0, np.int8)
_NO_KINDS: Kinds = np.zeros(0, np.uint8)


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
        steps: the attrition, criterion by criterion, of those who did not die before.
    """

    cohort: str | None
    label: str
    criteria: tuple[BoundCriterion, ...]
    standings: LeafCodes
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        counts = ", ".join(f"{self.count(standing):,} {standing.word}" for standing in Standing)
        return f"<CohortScreening {self.cohort or self.label}: {counts}>"

    def count(self, standing: Standing) -> int:
        return int(np.count_nonzero(self.standings == standing))


@dataclass(frozen=True, slots=True)
class Screening(Tabular):
    """The verdicts of a study.

    Attributes:
        person_ids: ascending, shape (persons,).
        statuses: criterion id -> `Status` codes, shape (persons,).
        reasons: criterion id -> bit masks of `Reason`, zero unless unknown, shape (persons,).
        died: who died before the protocol's own date (`default_anchor`), and so is not eligible
            whatever the criteria say; shape (persons,).
    """

    bound: BoundProtocol
    facts: Facts
    person_ids: npt.NDArray[np.int64]
    statuses: Mapping[str, LeafCodes]
    reasons: Mapping[str, MaskColumn]
    cohorts: tuple[CohortScreening, ...]
    died: npt.NDArray[np.bool_]

    def __repr__(self) -> str:
        persons, criteria = len(self.person_ids), len(self.statuses)
        return f"<Screening {self.protocol.id}: {persons:,} persons, {criteria} criteria>"

    def to_arrow(self) -> pa.Table:
        """The verdicts, as `verdict_table`."""
        return self.verdict_table()

    @property
    def protocol(self) -> Protocol:
        return self.bound.protocol

    def code_gaps(self) -> CodeGaps:
        """What the codes of the dataset leave open; counted anew each time."""
        return find_code_gaps(self.bound, self.facts)

    def reason_counts(self, criterion: str) -> Mapping[str, int]:
        """How many persons are unknown for each reason; a person may count under several."""
        counts: dict[str, int] = {}
        for mask, number in self.reasons[criterion].counts():
            for reason in reasons_of_mask(mask):
                counts[reason.word] = counts.get(reason.word, 0) + number
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def taken(self, places: npt.NDArray[np.int64]) -> Screening:
        """The screening of the persons at these places, each as often as its place is named."""
        statuses = {name: codes[places] for name, codes in self.statuses.items()}
        reasons = {
            name: MaskColumn(column.kinds, column.kind[places])
            for name, column in self.reasons.items()
        }
        died = self.died[places]
        cohorts = []
        for cohort in self.cohorts:
            standings, steps = count_attrition(cohort.criteria, statuses, died)
            cohorts.append(replace(cohort, standings=standings, steps=steps))
        return replace(
            self,
            person_ids=self.person_ids[places],
            statuses=statuses,
            reasons=reasons,
            cohorts=tuple(cohorts),
            died=died,
        )

    def worklist(self) -> ResultTable:
        """One row a person and cohort, the nearest to eligible first, each with its reason.

        The columns are those of `remit screen --format csv`.
        """
        # Named, not imported: a worklist is made from a screening, which knows nothing of it.
        rows: pa.Table = import_module("remit.screening.worklist").worklist_table(self)
        return ResultTable(rows)

    def verdict_table(self) -> pa.Table:
        """One row a person and criterion: person_id, criterion, status (word), reasons (words)."""
        tables = []
        words = pa.array([status.word for status in Status])
        for name, codes in self.statuses.items():
            masks = self.reasons[name]
            texts = pa.array(
                [
                    " ".join(sorted(r.word for r in reasons_of_mask(int(kind)))) or None
                    for kind in masks.kinds.tolist()
                ],
                pa.string(),
            )
            tables.append(
                pa.table(
                    {
                        "person_id": self.person_ids,
                        "criterion": pa.array([name] * len(codes)),
                        "status": words.take(pa.array(codes)),
                        "reasons": texts.take(pa.array(masks.kind)),
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


def screen_dataset(
    protocol: Protocol, facts: Facts, *, persons: tuple[int, ...] | None = None
) -> Screening:
    """Screen the persons of a dataset for a study.

    Args:
        persons: these only; all when None.

    Raises:
        ProtocolError: an expression does not bind.
        DatasetError: the dataset was not checked on writing, and holds rows that cannot be.
    """
    return screen_studies((protocol,), facts, persons=persons)[0]


def screen_studies(
    protocols: Sequence[Protocol], facts: Facts, *, persons: tuple[int, ...] | None = None
) -> tuple[Screening, ...]:
    """Screen the persons of a dataset for several studies; errors as `screen_dataset`.

    The rows that they read are fetched once.
    """
    if not facts.manifest.checked:
        require_sound(facts)
    bounds = tuple(bind_protocol(protocol, facts.codes) for protocol in protocols)
    return screen_bound(bounds, facts, persons=persons)


def screen_bound(
    bounds: Sequence[BoundProtocol], facts: Facts, *, persons: tuple[int, ...] | None = None
) -> tuple[Screening, ...]:
    """The same for protocols that are bound to the codes of a dataset that is sound."""
    kinds = MaskKinds()
    parts = list(_parts(bounds, facts, kinds, persons))
    everyone = np.concatenate([np.zeros(0, np.int64), *(part.person_ids for part in parts)])
    if (everyone[1:] <= everyone[:-1]).any():
        raise DatasetError(
            "the persons of the dataset's parts do not rise from part to part",
            expected="each person in one part, and the parts in the order of their persons",
            next_step="write the dataset anew",
            place=facts.folder,
        )
    return tuple(
        _joined(bound, facts, everyone, [part.studies[number] for part in parts], kinds)
        for number, bound in enumerate(bounds)
    )


def _parts(
    bounds: Sequence[BoundProtocol],
    facts: Facts,
    kinds: MaskKinds,
    persons: tuple[int, ...] | None,
) -> Iterator[ScreenedPart]:
    """Each part, screened here or by workers."""
    if facts.workers is None or persons is not None:
        yield from screened_parts(bounds, facts, kinds, persons=persons)
        return
    question = partial(answer_bytes, protocols=tuple(bound.protocol for bound in bounds))
    for answer in facts.workers.answers(question, range(len(facts.parts))):
        yield part_of_bytes(answer, bounds, kinds)


def screening_of(
    bound: BoundProtocol,
    facts: Facts,
    person_ids: npt.NDArray[np.int64],
    verdicts: Mapping[str, Verdicts],
) -> Screening:
    """The screening from verdicts, by criterion id."""
    kinds, died = MaskKinds(), np.zeros(len(person_ids), np.bool_)
    return _joined(bound, facts, person_ids, [study_part(bound, verdicts, died, kinds)], kinds)


def _joined(
    bound: BoundProtocol,
    facts: Facts,
    person_ids: npt.NDArray[np.int64],
    parts: Sequence[StudyPart],
    kinds: MaskKinds,
) -> Screening:
    """The screening from what was found of each part; the parts are taken apart."""
    masks = kinds.kinds
    statuses: dict[str, LeafCodes] = {}
    reasons: dict[str, MaskColumn] = {}
    for item in bound.criteria:
        name = item.criterion.id
        # Taken out of the parts, so that no more than one column lies in memory twice.
        statuses[name] = np.concatenate([_NO_CODES, *(part.statuses.pop(name) for part in parts)])
        places = [part.reasons.pop(name) for part in parts]
        reasons[name] = MaskColumn(masks, np.concatenate([_NO_KINDS, *places]))
    cohorts = []
    for number, (cohort, label, criteria) in enumerate(cohorts_of(bound)):
        found = [part.cohorts[number] for part in parts]
        standings = np.concatenate([_NO_CODES, *(standings for standings, _ in found)])
        steps = added_steps([steps for _, steps in found])
        cohorts.append(CohortScreening(cohort, label, criteria, standings, steps))
    died = np.concatenate([np.zeros(0, np.bool_), *(part.died for part in parts)])
    return Screening(bound, facts, person_ids, statuses, reasons, tuple(cohorts), died)
