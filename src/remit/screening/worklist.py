"""The worklist of a study: one row a person and cohort, the nearest to eligible first.

A row says where the person stands, the first reason in words, what is open, the fewest facts that
would let her in, and who must sign. Where persons stand is worked out for all by the engine; the
words are those of the reference evaluator, for the rows that are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.deaths import death_words, deaths_of, open_deaths_of
from remit.facts.imprecise_dates import UnknownDay
from remit.facts.person_names import PersonNames, person_names
from remit.protocol.schema import Criterion
from remit.screening.attrition import Flags
from remit.screening.causes import titles_of
from remit.screening.criterion_records import criterion_records
from remit.screening.decisive_reasons import DecisiveReason, decisive_reasons
from remit.screening.missing_words import Missing, missing_of
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.terminal import plain_text
from remit.truth import Status

STATUS_WORDS: Mapping[Standing, str] = {
    Standing.ELIGIBLE: "eligible",
    Standing.UNDETERMINED: "open",
    Standing.NOT_ELIGIBLE: "not eligible",
}
_DIGITS = "0123456789"
_FACTS_FIRST = ("date", "record", "source", "signature")


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One person in one cohort.

    Attributes:
        name: the id as it came.
        screened: the date of the study's default anchor; None where the person has none.
        died: the day of death, where that was before the screening.
        died_between: between which days that was, or may have been, where the day is open.
        reason: why she is not eligible; None for others.
        failing: the ids of the criteria that she fails, `open` the criteria that are unknown.
        missing: of who is open, each of those criteria with the fewest facts that would let her in.
    """

    person: int
    name: str
    cohort: str | None
    standing: Standing
    screened: date | None
    died: date | None
    died_between: UnknownDay | None
    reason: DecisiveReason | None
    failing: tuple[str, ...]
    open: tuple[Criterion, ...]
    missing: Mapping[str, tuple[Missing, ...]]

    @property
    def first_reason(self) -> str:
        """Why the person is not let in, or not yet, in one line; empty for who is eligible."""
        if self.reason is not None:
            return self.reason.words
        for criterion, facts in self.missing.items():
            return f"{criterion}: {'; '.join(fact.words for fact in facts) or 'unknown'}"
        return ""

    @property
    def facts(self) -> Mapping[Missing, tuple[str, ...]]:
        """Each missing fact once, and the criteria that wait for it.

        A missing date comes alone: what else is missing can only be said once it is there.
        """
        found: dict[Missing, tuple[str, ...]] = {}
        for criterion, facts in self.missing.items():
            for fact in facts:
                found[fact] = (*found.get(fact, ()), criterion)
        if any(fact.kind == "date" for fact in found):
            return {fact: ids for fact, ids in found.items() if fact.kind == "date"}
        ordered = sorted(found, key=lambda fact: _FACTS_FIRST.index(fact.kind))
        return {fact: found[fact] for fact in ordered}

    @property
    def signatures(self) -> Mapping[str, tuple[str, ...]]:
        """Who must sign, and for which criteria."""
        found: dict[str, tuple[str, ...]] = {}
        for fact, ids in self.facts.items():
            if fact.kind == "signature":
                found[fact.who] = tuple(dict.fromkeys((*found.get(fact.who, ()), *ids)))
        return found


def worklist_rows(screening: Screening, *, most: int | None = None) -> tuple[WorklistRow, ...]:
    """The rows in their order: eligible, open by how much is open, not eligible, died before.

    Those that are alike are in the natural order of their ids (`P9` before `P10`).

    Args:
        most: the first so many rows; all when None.
    """
    names = person_names(screening.facts)
    ranked = ranked_places(screening, names)[: most if most is None else max(most, 0)]
    places = np.unique(ranked[:, 1])
    persons = tuple(screening.person_ids[places].tolist())
    reasons = decisive_reasons(screening, persons)
    missing = _missing(screening, ranked)
    screened = _screened(screening)
    dead = screening.died[places]
    deaths = deaths_of(screening.facts, screening.person_ids[places[dead]])
    if screening.may_have_died is not None:
        dead = dead | screening.may_have_died[places]
    open_deaths = open_deaths_of(screening.facts, screening.person_ids[places[dead]])
    rows = []
    for number, place in ranked.tolist():
        cohort = screening.cohorts[number]
        person = int(screening.person_ids[place])
        reason = reasons.get((person, cohort.cohort))
        open_ = tuple(
            item.criterion
            for item in cohort.criteria
            if screening.statuses[item.criterion.id][place] == Status.UNKNOWN
        )
        standing = Standing(int(cohort.standings[place]))
        waits = {
            criterion.id: missing.get((criterion.id, person), ())
            for criterion in open_
            if standing is Standing.UNDETERMINED
        }
        rows.append(
            WorklistRow(
                person=person,
                name=names.shown(person),
                cohort=cohort.cohort,
                standing=standing,
                screened=screened.get(person),
                died=deaths.get(person),
                died_between=open_deaths.get(person),
                reason=reason,
                failing=() if reason is None else reason.failing,
                open=open_,
                missing=waits,
            )
        )
    return tuple(rows)


def worklist_table(screening: Screening, *, most: int | None = None) -> pa.Table:
    """The worklist as a table, a row a person and cohort; see `COLUMNS` for what it holds.

    Args:
        most: the first so many rows; all when None.
    """
    rows = [row_cells(screening, row) for row in worklist_rows(screening, most=most)]
    return pa.Table.from_pylist(rows, schema=COLUMNS)


# Names and order are stable: other programs read them. `docs/how-to/worklist.md` says what each is.
COLUMNS = pa.schema(
    [
        ("person", pa.string()),
        ("cohort", pa.string()),
        ("status", pa.string()),
        ("screening_date", pa.date32()),
        ("note", pa.string()),
        ("first_reason", pa.string()),
        ("failing_count", pa.int32()),
        ("failing", pa.string()),
        ("open_count", pa.int32()),
        ("open", pa.string()),
        ("open_titles", pa.string()),
        ("settled_by", pa.string()),
        ("signed_by", pa.string()),
    ]
)


def row_cells(screening: Screening, row: WorklistRow) -> dict[str, str | int | date | None]:
    """The cells of a row under `COLUMNS`."""
    note = ""
    if row.died is not None or row.died_between is not None:
        note = death_words(row.died, row.died_between)
    elif row.screened is None:
        note = f"no date of {screening.protocol.default_anchor.replace('_', ' ')}"
    titles = "; ".join(f"{one.id} {one.text.rstrip('. ')}" for one in row.open)
    facts = "; ".join(f"{', '.join(ids)}: {fact.words}" for fact, ids in row.facts.items())
    signed = "; ".join(f"{who}: {', '.join(ids)}" for who, ids in row.signatures.items())
    return {
        "person": row.name,
        "cohort": row.cohort,
        "status": STATUS_WORDS[row.standing],
        "screening_date": row.screened,
        "note": note or None,
        "first_reason": plain_text(row.first_reason) or None,
        "failing_count": len(row.failing),
        "failing": " ".join(row.failing) or None,
        "open_count": len(row.open),
        "open": " ".join(criterion.id for criterion in row.open) or None,
        "open_titles": plain_text(titles) or None,
        "settled_by": plain_text(facts) or None,
        "signed_by": plain_text(signed) or None,
    }


def ranked_places(screening: Screening, names: PersonNames) -> npt.NDArray[np.int64]:
    """The number of the cohort and the place of the person, row by row; shape (rows, 2).

    In the order of `worklist_rows`.
    """
    count = len(screening.person_ids)
    natural = _natural_places(screening, names)
    ranks = []
    for number, cohort in enumerate(screening.cohorts):
        failing, open_ = _counts(screening, cohort)
        standing = cohort.standings
        # Eligible, open, not eligible, died before.
        group = np.select(
            [screening.died, standing == Standing.ELIGIBLE, standing == Standing.UNDETERMINED],
            [3, 0, 1],
            default=2,
        )
        place = np.arange(count)
        ranks.append(np.stack([group, failing, open_, natural, np.full(count, number), place]))
    if not ranks:
        return np.zeros((0, 2), np.int64)
    rank = np.concatenate(ranks, axis=1)
    return rank[4:, np.lexsort(rank[4::-1])].T


def _natural_places(screening: Screening, names: PersonNames) -> npt.NDArray[np.int64]:
    """The place of each person in the natural order of the ids; shape (persons,)."""
    count = len(screening.person_ids)
    if not names.names:
        return np.arange(count)
    keys = [natural_key(name) for name in names.all_shown(screening.person_ids)]
    order = sorted(range(count), key=keys.__getitem__)
    places = np.empty(count, np.int64)
    places[order] = np.arange(count)
    return places


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """By what ids are ordered as people order them: numbers within them by their size.

    >>> sorted(["P10", "P9", "a1"], key=natural_key)
    ['a1', 'P9', 'P10']
    """
    return tuple(
        # Of numbers without leading zeros the longer one is the greater.
        (0, len(piece.lstrip("0")), piece.lstrip("0")) if piece[0] in _DIGITS else (1, 0, piece)
        for piece in re.split(r"([0-9]+)", name.casefold())
        if piece
    )


def _counts(
    screening: Screening, cohort: CohortScreening
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How many criteria of a cohort each person fails, and how many are open."""
    failing = np.zeros(len(screening.person_ids), np.int64)
    open_ = np.zeros(len(screening.person_ids), np.int64)
    for item in cohort.criteria:
        codes = screening.statuses[item.criterion.id]
        fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
        failing += codes == fails
        open_ += codes == Status.UNKNOWN
    return failing, open_


def _missing(
    screening: Screening, ranked: npt.NDArray[np.int64]
) -> Mapping[tuple[str, int], tuple[Missing, ...]]:
    """What each open criterion waits for, of the persons whose status is open, in these rows."""
    asked: dict[str, Flags] = {}
    for number, cohort in enumerate(screening.cohorts):
        shown = np.zeros(len(screening.person_ids), np.bool_)
        shown[ranked[ranked[:, 0] == number, 1]] = True
        shown &= cohort.standings == Standing.UNDETERMINED
        for item in cohort.criteria:
            name = item.criterion.id
            whose = shown & (screening.statuses[name] == Status.UNKNOWN)
            if whose.any():
                asked[name] = asked.get(name, np.zeros(len(shown), np.bool_)) | whose
    return dict(_facts_of(screening, asked))


def _facts_of(
    screening: Screening, asked: Mapping[str, Flags]
) -> Iterator[tuple[tuple[str, int], tuple[Missing, ...]]]:
    titles = titles_of(screening.protocol, screening.facts.codes)
    for records, names in criterion_records(screening, asked):
        for name in names:
            item = screening.bound.by_id[name]
            yield (name, records.person), missing_of(item, records, titles)


def _screened(screening: Screening) -> Mapping[int, date]:
    """Person -> the date of the study's default anchor."""
    rows = screening.facts.rows(
        "study_anchor", ("person_id", "anchor", "anchor_date"), study=screening.protocol.id
    )
    named = rows.filter(pc.equal(rows["anchor"], screening.protocol.default_anchor))
    columns = (named[column].to_pylist() for column in ("person_id", "anchor_date"))
    return dict(zip(*columns, strict=True))
