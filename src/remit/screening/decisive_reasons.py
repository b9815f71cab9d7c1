"""Why a person is not eligible: the criterion that decides, and the record behind it, in words.

The first failing criterion in the protocol's order decides. Only its own expression is read again,
by the reference evaluator, so that thousands of persons are told within seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import PersonRecords
from remit.criteria.tree import leaves_of
from remit.facts.arrays import whole_numbers
from remit.facts.deaths import deaths_of
from remit.facts.dictionary import packaged_dictionary
from remit.facts.reading import Part
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundCriterion
from remit.screening.causes import Cause, Titles
from remit.screening.decisive_leaves import LeafTruths, deciders_of
from remit.screening.decisive_words import causes_of
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.truth import Status

_TOLD = 2  # causes that a line tells; of more it says how many there are
_EVERYONE = ("person", "observation_period", "study_anchor", "attestation")


@dataclass(frozen=True, slots=True)
class DecisiveReason:
    """Why a person is not eligible for a cohort.

    Attributes:
        criterion: the first failing one in the protocol's order; empty for who died before.
        failing: all failing ones, in that order.
        causes: what decided it; of several that are needed together all of them.
        died: the day on which the person died, where that was before the screening.
    """

    person: int
    cohort: str | None
    criterion: str
    failing: tuple[str, ...]
    causes: tuple[Cause, ...]
    died: date | None = None

    @property
    def words(self) -> str:
        """In one line, such as `E1b: Hashimoto thyroiditis, 2023-05-04`."""
        if self.died is not None:
            return f"died on {self.died.isoformat()}"
        said = " and ".join(cause.words for cause in self.causes[:_TOLD])
        more = len(self.causes) - _TOLD
        return f"{self.criterion}: {said}{f' and {more} more' if more > 0 else ''}"


def decisive_reasons(
    screening: Screening, persons: tuple[int, ...] | None = None
) -> Mapping[tuple[int, str | None], DecisiveReason]:
    """Why each person who is not eligible is not, by person and cohort.

    Args:
        persons: these only; all when None. Who is not in the screening is left out.
    """
    chosen = np.ones(len(screening.person_ids), np.bool_)
    if persons is not None:
        chosen = np.isin(screening.person_ids, np.array(persons, np.int64))
    deaths = deaths_of(screening.facts, screening.person_ids[chosen & screening.died])
    failing = {cohort.cohort: _Failing(cohort, screening) for cohort in screening.cohorts}
    asked: dict[str, npt.NDArray[np.bool_]] = {}
    for cohort in failing.values():
        for criterion, whom in cohort.first_failing(chosen & ~screening.died):
            asked[criterion] = asked.get(criterion, np.zeros(len(chosen), np.bool_)) | whom
    causes = dict(_causes(screening, asked))
    found = {}
    for name, cohort in failing.items():
        for place in np.flatnonzero(chosen & cohort.not_eligible).tolist():
            person, ids = int(screening.person_ids[place]), cohort.ids(place)
            died = deaths.get(person) if screening.died[place] else None
            first = "" if screening.died[place] else ids[0]
            found[person, name] = DecisiveReason(
                person, name, first, ids, causes.get((first, person), ()), died
            )
    return found


class _Failing:
    """Who fails which criteria of a cohort."""

    def __init__(self, cohort: CohortScreening, screening: Screening) -> None:
        self.not_eligible = cohort.standings == Standing.NOT_ELIGIBLE
        self._names = [item.criterion.id for item in cohort.criteria]
        count = len(screening.person_ids)
        self._fails = np.zeros((len(self._names), count), np.bool_)
        for row, item in enumerate(cohort.criteria):
            fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
            self._fails[row] = screening.statuses[item.criterion.id] == fails

    def ids(self, place: int) -> tuple[str, ...]:
        """The criteria that the person fails, in the protocol's order."""
        return tuple(self._names[row] for row in np.flatnonzero(self._fails[:, place]).tolist())

    def first_failing(
        self, chosen: npt.NDArray[np.bool_]
    ) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        """Each criterion and those of the chosen whom it fails first."""
        left = chosen & self.not_eligible
        for name, fails in zip(self._names, self._fails, strict=True):
            if (left & fails).any():
                yield name, left & fails
            left = left & ~fails


def _causes(
    screening: Screening, asked: Mapping[str, npt.NDArray[np.bool_]]
) -> Iterator[tuple[tuple[str, int], tuple[Cause, ...]]]:
    """What decided each criterion for the persons of whom it is asked."""
    bound = {name: screening.bound.by_id[name] for name in asked}
    titles = Titles(screening.protocol, packaged_dictionary(), screening.facts.codes)
    for part in screening.facts.parts:
        for records in _records(screening, part, bound, asked):
            place = int(np.searchsorted(screening.person_ids, records.person))
            for name, whose in asked.items():
                if whose[place]:
                    yield (name, records.person), _causes_of_person(bound[name], records, titles)


def _causes_of_person(
    item: BoundCriterion, records: PersonRecords, titles: Titles
) -> tuple[Cause, ...]:
    assert item.node is not None, "what is held back is unknown, and fails nobody"
    truths = LeafTruths(records)
    fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
    assert truths.truth(item.node).status is fails, f"{item.criterion.id}: evaluators disagree"
    found = [causes_of(decider, records, titles) for decider in deciders_of(item.node, truths)]
    # Records before what there is no record of: a coordinator looks them up. Of two parts that one
    # record decides, the later as written says more: the infection, then the infection in hospital.
    found.sort(key=lambda causes: all(cause.row is None for cause in causes))
    told = {
        (cause.table, cause.row, cause.title if cause.row is None else ""): cause
        for causes in found
        for cause in causes
    }
    return tuple(told.values()) or (Cause(item.criterion.text.rstrip(".")),)


def _records(
    screening: Screening,
    part: Part,
    bound: Mapping[str, BoundCriterion],
    asked: Mapping[str, npt.NDArray[np.bool_]],
) -> Iterator[PersonRecords]:
    """The persons of a part with the records that their own criteria read, and no others."""
    ids = screening.person_ids
    everyone = np.zeros(len(ids), np.bool_)
    for whose in asked.values():
        everyone |= whose
    persons = ids[everyone].tolist()
    if not persons:
        return
    tables = {name: table.schema.empty_table() for name, table in TABLES.items()}
    for name in _EVERYONE:
        tables[name] = part.rows(
            name, TABLES[name].schema.names, persons=persons, study=screening.protocol.id
        )
    if not tables["person"].num_rows:
        return
    codes = {name: _codes_read(item) for name, item in bound.items()}
    for table in sorted({table for read in codes.values() for table in read}):
        wanted = {name: read[table] for name, read in codes.items() if table in read}
        union = frozenset[int]().union(*wanted.values())
        rows = part.rows(table, TABLES[table].schema.names, concepts=union, persons=persons)
        tables[table] = _rows_of(rows, table, ids, asked, wanted)
    yield from read_persons(
        tables,
        study=screening.protocol.id,
        data_cut=screening.facts.data_cut,
        complete=screening.facts.complete,
    )


def _rows_of(
    rows: pa.Table,
    table: str,
    ids: npt.NDArray[np.int64],
    asked: Mapping[str, npt.NDArray[np.bool_]],
    wanted: Mapping[str, frozenset[int]],
) -> pa.Table:
    """The rows of each person with the codes that a criterion reads of which she is asked."""
    concept = TABLES[table].concept
    assert concept is not None, "criteria read codes of tables that have them"
    place = np.searchsorted(ids, whole_numbers(rows["person_id"]))
    code = whole_numbers(rows[concept])
    kept = np.zeros(len(code), np.bool_)
    for name, codes in wanted.items():
        held = np.isin(code, np.fromiter(codes, np.int64, len(codes)))
        kept |= held & asked[name][place]
    return rows.filter(pa.array(kept))


def _codes_read(item: BoundCriterion) -> Mapping[str, frozenset[int]]:
    """Table -> the codes that a criterion reads of it."""
    found: dict[str, frozenset[int]] = {}
    for placed in () if item.node is None else leaves_of(item.node):
        for read in placed.leaf.reads:
            if read.ids is not None:
                found[read.table] = found.get(read.table, frozenset()) | frozenset(read.ids)
    return found
