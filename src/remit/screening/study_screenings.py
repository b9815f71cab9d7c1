"""A protocol over a dataset: the verdict of every person and criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from importlib import import_module
from pathlib import Path

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
from remit.screening.attrition import Step, count_attrition
from remit.screening.code_gaps import CodeGaps, find_code_gaps
from remit.screening.kept_answers import KeptAnswers, kept_answers, resumed_facts
from remit.screening.masks import MaskColumn, MaskKinds
from remit.screening.part_answers import answer_bytes, bytes_of, part_of_bytes
from remit.screening.screened_parts import (
    ScreenedPart,
    StudyPart,
    asked_of_studies,
    cohorts_of,
    for_each_part,
    screened_part,
    screened_parts,
    study_part,
)
from remit.screening.whole_part import whole_part
from remit.truth import Status, reasons_of_mask

AT_ONCE = 500_000  # persons of one piece of a table


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
        may_have_died: who may have, the day of death being open, and so is not eligible for
            certain; None: nobody.
    """

    bound: BoundProtocol
    facts: Facts
    person_ids: npt.NDArray[np.int64]
    statuses: Mapping[str, LeafCodes]
    reasons: Mapping[str, MaskColumn]
    cohorts: tuple[CohortScreening, ...]
    died: npt.NDArray[np.bool_]
    may_have_died: npt.NDArray[np.bool_] | None = None

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
        may_have = None if self.may_have_died is None else self.may_have_died[places]
        cohorts = []
        for cohort in self.cohorts:
            standings, steps = count_attrition(
                cohort.criteria, statuses, died, may_have_died=may_have
            )
            cohorts.append(replace(cohort, standings=standings, steps=steps))
        return replace(
            self,
            person_ids=self.person_ids[places],
            statuses=statuses,
            reasons=reasons,
            cohorts=tuple(cohorts),
            died=died,
            may_have_died=may_have,
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
        return pa.concat_tables(self.verdict_pieces())

    def verdict_pieces(self) -> Iterator[pa.Table]:
        """The same, a criterion of so many persons at a time: for more than memory holds."""
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
            for some in _slices(len(codes)):
                count = some.stop - some.start
                yield pa.table(
                    {
                        "person_id": self.person_ids[some],
                        "criterion": pa.array([name] * count),
                        "status": words.take(pa.array(codes[some])),
                        "reasons": texts.take(pa.array(masks.kind[some])),
                    }
                )

    def standing_table(self) -> pa.Table:
        """One row a person and cohort: person_id, cohort, standing (word)."""
        return pa.concat_tables(self.standing_pieces())

    def standing_pieces(self) -> Iterator[pa.Table]:
        """The same, a cohort of so many persons at a time."""
        words = pa.array([standing.word for standing in Standing])
        for item in self.cohorts:
            for some in _slices(len(item.standings)):
                count = some.stop - some.start
                yield pa.table(
                    {
                        "person_id": self.person_ids[some],
                        "cohort": pa.array([item.cohort] * count, pa.string()),
                        "standing": words.take(pa.array(item.standings[some])),
                    }
                )


def _slices(count: int) -> Iterator[slice]:
    """Ranges of persons; one at least, so that a table has its columns."""
    for begin in range(0, max(count, 1), AT_ONCE):
        yield slice(begin, min(begin + AT_ONCE, count))


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


def screen_kept(protocol: Protocol, facts: Facts, folder: Path) -> tuple[Screening, KeptAnswers]:
    """Screen all persons of a dataset, going on where an earlier run was cut.

    Args:
        folder: where the answers of parts are kept; whoever writes the result removes it.

    Raises:
        ProtocolError, DatasetError: as `screen_dataset`; the folder holds something else.
    """
    if not facts.manifest.checked:
        require_sound(facts)
    bound = bind_protocol(protocol, facts.codes)
    kept = kept_answers(folder, (bound,), facts)
    resumed = resumed_facts(facts, kept)
    return screen_bound((bound,), resumed, kept=kept)[0], kept


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
    bounds: Sequence[BoundProtocol],
    facts: Facts,
    *,
    persons: tuple[int, ...] | None = None,
    kept: KeptAnswers | None = None,
) -> tuple[Screening, ...]:
    """The same for protocols that are bound to the codes of a dataset that is sound.

    Args:
        kept: where the answers of parts are kept; nowhere when None.
    """
    kinds = MaskKinds()
    listed = facts.manifest.tables.get("person")
    room = len(persons) if persons is not None else 0 if listed is None else listed.rows
    parts = _parts(bounds, facts, kinds, persons, kept)
    whole = whole_part(parts, room=room, criteria=[len(bound.criteria) for bound in bounds])
    everyone = whole.person_ids
    if (everyone[1:] <= everyone[:-1]).any():
        raise DatasetError(
            "the persons of the dataset's parts do not rise from part to part",
            expected="each person in one part, and the parts in the order of their persons",
            next_step="write the dataset anew",
            place=facts.folder,
        )
    return tuple(
        _screening(bound, facts, everyone, study, kinds)
        for bound, study in zip(bounds, whole.studies, strict=True)
    )


def _parts(
    bounds: Sequence[BoundProtocol],
    facts: Facts,
    kinds: MaskKinds,
    persons: tuple[int, ...] | None,
    kept: KeptAnswers | None,
) -> Iterator[ScreenedPart]:
    """Each part, screened here or by workers, or kept by an earlier run."""
    if kept is None and (facts.workers is None or persons is not None):
        yield from screened_parts(bounds, facts, kinds, persons=persons)
        return
    missing = list(range(len(facts.parts))) if kept is None else kept.missing()
    answers = _answers(bounds, facts, missing)
    for number in range(len(facts.parts)):
        if kept is not None and number in kept.before:
            yield part_of_bytes(kept.read(number), bounds, kinds)
            continue
        answer = next(answers)
        if kept is not None:
            kept.write(number, answer)
        yield part_of_bytes(answer, bounds, kinds)


def _answers(
    bounds: Sequence[BoundProtocol], facts: Facts, parts: Sequence[int]
) -> Iterator[bytes]:
    if facts.workers is not None:
        question = partial(answer_bytes, protocols=tuple(bound.protocol for bound in bounds))
        return facts.workers.answers(question, parts)
    kinds, asked = MaskKinds(), asked_of_studies(bounds)
    return for_each_part(
        [facts.parts[number] for number in parts],
        lambda part: bytes_of(screened_part(bounds, facts, part, kinds, asked=asked), kinds),
    )


def screening_of(
    bound: BoundProtocol,
    facts: Facts,
    person_ids: npt.NDArray[np.int64],
    verdicts: Mapping[str, Verdicts],
) -> Screening:
    """The screening from verdicts, by criterion id."""
    kinds, died = MaskKinds(), np.zeros(len(person_ids), np.bool_)
    return _screening(bound, facts, person_ids, study_part(bound, verdicts, died, kinds), kinds)


def _screening(
    bound: BoundProtocol,
    facts: Facts,
    person_ids: npt.NDArray[np.int64],
    found: StudyPart,
    kinds: MaskKinds,
) -> Screening:
    """The screening from what was found of all persons."""
    masks = kinds.kinds
    names = [item.criterion.id for item in bound.criteria]
    cohorts = tuple(
        CohortScreening(cohort, label, criteria, standings, steps)
        for (cohort, label, criteria), (standings, steps) in zip(
            cohorts_of(bound), found.cohorts, strict=True
        )
    )
    return Screening(
        bound,
        facts,
        person_ids,
        {name: found.statuses[name] for name in names},
        {name: MaskColumn(masks, found.reasons[name]) for name in names},
        cohorts,
        found.died,
        found.may_have_died,
    )
