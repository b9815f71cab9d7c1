"""By what the criteria of a person changed since an earlier screening: a record, a date, a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.criteria.reference.records import PersonRecords
from remit.criteria.tree import leaves_of
from remit.protocol.bound import BoundCriterion
from remit.screening.attrition import Flags
from remit.screening.causes import Cause, Titles, titles_of
from remit.screening.criterion_records import criterion_records
from remit.screening.criterion_texts import criterion_texts
from remit.screening.decisive_leaves import LeafTruths
from remit.screening.decisive_reasons import causes_of_criterion
from remit.screening.earlier_screenings import EarlierScreening
from remit.screening.input_records import input_records
from remit.screening.record_changes import (
    Reach,
    Record,
    RecordChange,
    change_words,
    reach_of,
    record_changes,
)
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.truth import Status

NOT_KNOWN = "not known which record"
_RECORDS_TOLD = 2
_Rows = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Compared:
    """Persons then and now.

    Attributes:
        places: the id as it came -> the place in the screening.
        then: name and criterion -> its status at the earlier screening.
        before, now: name -> her records; nothing before where the earlier screening holds none.
        causes, rows: criterion and place -> what decides it now, and the records behind it.
        texts: criterion -> how the protocol changed it, in words; empty where it did not.
        reach: criterion -> what it can rest on.
    """

    screening: Screening
    earlier: EarlierScreening
    titles: Titles
    places: Mapping[str, int]
    then: Mapping[tuple[str, str], Status]
    before: Mapping[str, list[Record]]
    now: Mapping[str, list[Record]]
    causes: Mapping[tuple[str, int], tuple[Cause, ...]]
    rows: Mapping[tuple[str, int], _Rows]
    texts: Mapping[str, str]
    reach: Mapping[str, Reach]


def compare_persons(
    screening: Screening, earlier: EarlierScreening, places: Mapping[str, int]
) -> Compared:
    """The persons at these places, then and now; each record is read once."""
    titles = titles_of(screening.protocol, screening.facts.codes)
    then = earlier.statuses(places)
    ids = {int(screening.person_ids[place]): name for name, place in places.items()}
    old = earlier.records_of(places)
    before: Mapping[str, list[Record]] = {}
    if old is not None:
        persons = pc.unique(old["person_id"]).to_pylist()
        before = _by_name(old, {person: earlier.name(person) for person in persons})
    causes: dict[tuple[str, int], tuple[Cause, ...]] = {}
    rows: dict[tuple[str, int], _Rows] = {}
    for records, criteria in criterion_records(screening, _asked(screening, then, places)):
        place = places[ids[records.person]]
        for name in criteria:
            item = screening.bound.by_id[name]
            causes[name, place], rows[name, place] = _deciding(item, records, titles)
    criteria_now = screening.bound.criteria
    return Compared(
        screening=screening,
        earlier=earlier,
        titles=titles,
        places=places,
        then=then,
        before=before,
        now=_by_name(input_records(screening, persons=list(ids)), ids),
        causes=causes,
        rows=rows,
        texts={one.criterion.id: _text_change(screening, earlier, one) for one in criteria_now},
        reach={one.criterion.id: reach_of(one) for one in criteria_now},
    )


def _asked(
    screening: Screening, then: Mapping[tuple[str, str], Status], places: Mapping[str, int]
) -> Mapping[str, Flags]:
    """Each criterion that is executed, and for whom it has another answer than it had."""
    asked: dict[str, Flags] = {}
    for item in screening.bound.criteria:
        name = item.criterion.id
        statuses = screening.statuses[name]
        whose = np.zeros(len(screening.person_ids), np.bool_)
        for person, place in places.items():
            whose[place] = then.get((person, name)) != statuses[place]
        if whose.any() and item.node is not None:
            asked[name] = whose
    return asked


def change_causes(
    compared: Compared, name: str, cohort: CohortScreening, now: Standing
) -> Mapping[str, str]:
    """Criterion id -> what changed it, of the criteria by which a person stands otherwise.

    A death is told alone, under an empty id.
    """
    place = compared.places[name]
    died = _death(compared, name, place)
    if died:
        return {"": died}
    screening, earlier = compared.screening, compared.earlier
    found: dict[str, str] = {}
    for item in cohort.criteria:
        criterion = item.criterion
        after = _passes(criterion.kind, Status(int(screening.statuses[criterion.id][place])))
        if criterion.id not in earlier.criteria:
            if after is not True:
                found[criterion.id] = "this criterion is new"
            continue
        then = compared.then.get((name, criterion.id))
        before = None if then is None else _passes(earlier.criteria[criterion.id].kind, then)
        if before is not after and _matters(before=before, after=after, now=now):
            found[criterion.id] = _cause(compared, name, place, item)
    for key, old in earlier.criteria.items():
        gone = key not in screening.bound.by_id
        then = compared.then.get((name, key))
        concerned = not old.cohorts or cohort.cohort in old.cohorts
        if gone and concerned and then is not None and _passes(old.kind, then) is not True:
            found[key] = "this criterion is gone"
    return found


def _death(compared: Compared, name: str, place: int) -> str:
    """A death that was recorded since, or is no longer, in words."""
    then, now = (
        [record for record in records.get(name, ()) if record["table"] == "death"]
        for records in (compared.before, compared.now)
    )
    died = bool(compared.screening.died[place])
    if compared.earlier.records is None:
        return "died before the screening" if died else ""
    changes = record_changes(then, now)
    told = [change for change in changes if died or change.now is None]
    if told:
        return change_words(told[0], compared.titles)
    return "died before the screening" if died else ""


def _cause(compared: Compared, name: str, place: int, item: BoundCriterion) -> str:
    criterion = item.criterion.id
    if compared.texts[criterion]:
        return compared.texts[criterion]
    if compared.earlier.records is None:
        return NOT_KNOWN
    reach = compared.reach[criterion]
    changes = record_changes(
        reach.read(compared.before.get(name, ())), reach.read(compared.now.get(name, ()))
    )
    best = _best(changes, compared.rows.get((criterion, place), frozenset()))
    if best:
        told = [change_words(change, compared.titles) for change in best[:_RECORDS_TOLD]]
        more = len(best) - _RECORDS_TOLD
        words = " and ".join(told) + (f" and {more} more" if more > 0 else "")
        causes = compared.causes.get((criterion, place), ())
        if best[0].record["table"] == "study_anchor" and causes:
            words += f" ({causes[0].words})"
        return words
    cut = compared.screening.facts.data_cut
    if cut != compared.earlier.data_cut:
        return f"the data reach to {cut} (before: {compared.earlier.data_cut})"
    return (
        f"{NOT_KNOWN}: its records and its text are the same; the vocabulary of the dataset, "
        "or the version of Remit, may be another"
    )


def _matters(*, before: bool | None, after: bool | None, now: Standing) -> bool:
    """Whether a criterion that changed so is why the person stands as she does now."""
    if now is Standing.ELIGIBLE:
        return after is True
    if now is Standing.NOT_ELIGIBLE:
        return after is False
    return after is None or before is False


def _passes(kind: str, status: Status) -> bool | None:
    if status is Status.UNKNOWN:
        return None
    return status is not (Status.NOT_MET if kind == "inclusion" else Status.MET)


def _best(
    changes: tuple[RecordChange, ...], rows: frozenset[tuple[str, int]]
) -> list[RecordChange]:
    """The changes that explain best: records that decide now, then what is gone or changed, then
    dates that moved, then what is new, then the time watched."""

    def rank(change: RecordChange) -> int:
        table = change.record["table"]
        if change.now is not None and (table, change.now["row"]) in rows:
            return 0
        if table == "observation_period":
            return 4
        if table == "study_anchor":
            return 2
        return 3 if change.kind == "new" else 1

    least = min(map(rank, changes), default=0)
    return [change for change in changes if rank(change) == least]


def _deciding(
    item: BoundCriterion, records: PersonRecords, titles: Titles
) -> tuple[tuple[Cause, ...], frozenset[tuple[str, int]]]:
    """What decides a criterion now, and the records behind it, or in doubt where it is unknown."""
    assert item.node is not None, "asked only of what is executed"
    truths = LeafTruths(records)
    if truths.truth(item.node).status not in {Status.MET, Status.NOT_MET}:
        evidence = (
            one
            for placed in leaves_of(item.node)
            if (found := truths.found(placed.leaf)).truth.status is not Status.MET
            for one in found.evidence
        )
        return (), frozenset((one.table, one.row) for one in evidence)
    causes = causes_of_criterion(item, records, titles)
    return causes, frozenset((c.table, c.row) for c in causes if c.row is not None)


def _text_change(screening: Screening, earlier: EarlierScreening, item: BoundCriterion) -> str:
    """How the criterion itself was changed, in words; empty where it was not."""
    old = earlier.criteria.get(item.criterion.id)
    if old is None:
        return ""
    now = criterion_texts(screening.protocol, item)
    # A folder of version 1 tells the parameters of the study, and no texts of definitions.
    then = {f"${name}": value for name, value in earlier.parameters.items()} | dict(old.texts)
    for key in ("expression", *now):
        if key in then and key in now and then[key] != now[key]:
            return f"this criterion was changed: {_said(key, now[key])} (before: {then[key]})"
    if ("expression" in then) != ("expression" in now):
        return "this criterion was changed"
    return ""


def _said(key: str, text: str) -> str:
    return text if key == "expression" else f"{key} {text}"


def _by_name(rows: pa.Table, names: Mapping[int, str]) -> Mapping[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in rows.to_pylist():
        name = names.get(record["person_id"])
        if name is not None:
            found.setdefault(name, []).append(record)
    return found
