"""A protocol over a dataset: the verdict of every person and criterion."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.logic import LeafCodes, Verdicts
from remit.criteria.columns.subjects import Subjects, persons_of, study_subjects
from remit.criteria.meanings import evaluate_for_each
from remit.errors import DatasetError
from remit.facts.arrays import NO_DAY, Days
from remit.facts.deaths import death_days
from remit.facts.opened import Facts
from remit.facts.reading import Part
from remit.facts.soundness import require_sound
from remit.protocol.bound import BoundCriterion, BoundProtocol, bind_protocol
from remit.protocol.schema import Protocol
from remit.screening.attrition import Step, count_attrition
from remit.screening.code_gaps import CodeGaps, find_code_gaps
from remit.screening.masks import MaskColumn, MaskColumns, mask_column, same_mask
from remit.truth import Status, reasons_of_mask

_THREADS = 2


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

    def count(self, standing: Standing) -> int:
        return int(np.count_nonzero(self.standings == standing))


@dataclass(frozen=True, slots=True)
class Screening:
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
    gathered = tuple(_Gathered(bound) for bound in bounds)
    ids: list[npt.NDArray[np.int64]] = []
    for person_ids, verdicts, died in _verdicts_of_parts(bounds, facts, persons):
        ids.append(person_ids)
        for study, found, dead in zip(gathered, verdicts, died, strict=True):
            study.add(found, dead)
    everyone = np.concatenate(ids) if ids else np.zeros(0, np.int64)
    if (everyone[1:] <= everyone[:-1]).any():
        raise DatasetError(
            "the persons of the dataset's parts do not rise from part to part",
            expected="each person in one part, and the parts in the order of their persons",
            next_step="write the dataset anew",
            place=facts.folder,
        )
    return tuple(
        _joined(
            study.bound,
            facts,
            everyone,
            study.joined_statuses(),
            study.masks.columns(),
            np.concatenate([*study.died, np.zeros(0, np.bool_)]),
        )
        for study in gathered
    )


class _Gathered:
    """The verdicts of one study, part by part."""

    def __init__(self, bound: BoundProtocol) -> None:
        names = [item.criterion.id for item in bound.criteria if item.node is not None]
        self.bound = bound
        self.masks = MaskColumns(names)
        self.died: list[npt.NDArray[np.bool_]] = []
        self._statuses: dict[str, list[LeafCodes]] = {name: [] for name in names}

    def add(self, verdicts: Mapping[str, Verdicts], died: npt.NDArray[np.bool_]) -> None:
        self.died.append(died)
        for name, found in verdicts.items():
            self._statuses[name].append(found.statuses)
            self.masks.add(name, found.reasons)

    def joined_statuses(self) -> Mapping[str, LeafCodes]:
        return {name: np.concatenate(parts) for name, parts in self._statuses.items() if parts}


PartVerdicts = tuple[
    npt.NDArray[np.int64],
    tuple[Mapping[str, Verdicts], ...],
    tuple[npt.NDArray[np.bool_], ...],
]


def _verdicts_of_parts(
    bounds: Sequence[BoundProtocol], facts: Facts, persons: tuple[int, ...] | None
) -> Iterator[PartVerdicts]:
    """Each part's persons, their verdicts, and who died before, in order; two parts at a time."""
    criteria = [
        {item.criterion.id: item.node for item in bound.criteria if item.node is not None}
        for bound in bounds
    ]

    def work_out(part: Part) -> PartVerdicts:
        known = persons_of(part, persons=persons)
        subjects = [
            study_subjects(
                part,
                study=bound.protocol.id,
                data_cut=facts.data_cut,
                persons=persons,
                known=known,
            )
            for bound in bounds
        ]
        verdicts = evaluate_for_each(
            criteria, part, subjects, complete=facts.complete, persons=persons
        )
        dead = death_days(part, known.ids, asked=persons)
        died = tuple(
            _died_before(who, bound.protocol.default_anchor, dead)
            for who, bound in zip(subjects, bounds, strict=True)
        )
        return known.ids, verdicts, died

    if len(facts.parts) == 1:
        yield work_out(facts.parts[0])
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        # No more parts ahead than are worked on: their rows lie in memory.
        waiting: deque[Future[PartVerdicts]] = deque()
        for part in facts.parts:
            waiting.append(pool.submit(work_out, part))
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _died_before(who: Subjects, anchor: str, dead: Days) -> npt.NDArray[np.bool_]:
    """Who died before a named date; who has none is screened on no day."""
    day = who.dates.get(anchor, np.full(len(who), NO_DAY, np.int32))
    return np.asarray((dead != NO_DAY) & (day != NO_DAY) & (dead < day), np.bool_)


def screening_of(
    bound: BoundProtocol,
    facts: Facts,
    person_ids: npt.NDArray[np.int64],
    verdicts: Mapping[str, Verdicts],
) -> Screening:
    """The screening from verdicts, by criterion id."""
    statuses = {name: found.statuses for name, found in verdicts.items()}
    reasons = {name: mask_column(found.reasons) for name, found in verdicts.items()}
    return _joined(bound, facts, person_ids, statuses, reasons, np.zeros(len(person_ids), np.bool_))


def _joined(
    bound: BoundProtocol,
    facts: Facts,
    person_ids: npt.NDArray[np.int64],
    statuses: Mapping[str, LeafCodes],
    reasons: Mapping[str, MaskColumn],
    died: npt.NDArray[np.bool_],
) -> Screening:
    """The screening from the verdicts of its criteria, by criterion id; others are held back."""
    all_statuses: dict[str, LeafCodes] = {}
    all_reasons: dict[str, MaskColumn] = {}
    for item in bound.criteria:
        name = item.criterion.id
        if item.node is not None:
            all_statuses[name], all_reasons[name] = statuses[name], reasons[name]
        else:
            assert item.held_back is not None, "a criterion without a tree is held back"
            all_statuses[name] = np.full(len(person_ids), Status.UNKNOWN, np.int8)
            all_reasons[name] = same_mask(item.held_back.bit, len(person_ids))
    protocol = bound.protocol
    groups: list[tuple[str | None, str]] = [(g.id, g.label) for g in protocol.cohorts]
    groups = groups or [(None, "all")]
    cohorts = []
    for cohort, label in groups:
        criteria = tuple(bound.by_id[criterion.id] for criterion in protocol.criteria_of(cohort))
        standings, steps = count_attrition(criteria, all_statuses, died)
        cohorts.append(CohortScreening(cohort, label, criteria, standings, steps))
    found = tuple(cohorts)
    return Screening(bound, facts, person_ids, all_statuses, all_reasons, found, died)
