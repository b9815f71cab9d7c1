"""Records of a person then and now: which are new, which were changed, which are gone.

Records are told apart by what they say. The numbers of rows are no help: a dataset that is made
anew counts them anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from remit.criteria.tree import AgeTest, Attested, SexIs, leaves_of
from remit.facts.imprecise_dates import NOT_KNOWN
from remit.facts.tables import FEMALE, MALE, OPERATORS
from remit.protocol.bound import BoundCriterion
from remit.screening.causes import Titles
from remit.screening.criterion_records import codes_read
from remit.units import find_unit, number_text, unit_text

Value: TypeAlias = str | int | date | datetime | Decimal | None
Record: TypeAlias = Mapping[str, Value]
Kind = Literal["new", "changed", "gone"]
_NO_CONTENT = frozenset({"person_id", "row"})
_SEXES: Mapping[Value, str] = {FEMALE: "female", MALE: "male"}


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that differs: `before` is None where it is new, `now` where it is gone."""

    kind: Kind
    before: Record | None
    now: Record | None

    @property
    def record(self) -> Record:
        found = self.before if self.now is None else self.now
        assert found is not None, "a change has one side at least"
        return found


@dataclass(frozen=True, slots=True)
class Reach:
    """What a criterion can rest on: codes of tables, signed items, dates, the person, coverage."""

    codes: Mapping[str, frozenset[int]]
    items: frozenset[str]
    dates: frozenset[str]
    birth: bool
    sex: bool
    coverage: bool

    def read(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records that the criterion reads; of a person what it asks, birth or sex."""
        for record in records:
            if record["table"] == "person":
                birth = record["text"] if self.birth else None
                yield {**record, "text": birth, "concept_id": self._sex_of(record)}
            elif self._holds(record):
                yield record

    def _sex_of(self, record: Record) -> Value:
        return record["concept_id"] if self.sex else None

    def _holds(self, record: Record) -> bool:
        match record["table"]:
            case "attestation":
                return record["text"] in self.items
            case "study_anchor":
                return record["text"] in self.dates
            case "observation_period":
                return self.coverage
            case "death":
                return False
            case table:
                return record["concept_id"] in self.codes.get(str(table), frozenset())


def reach_of(item: BoundCriterion) -> Reach:
    """What a criterion can rest on."""
    leaves = [] if item.node is None else [placed.leaf for placed in leaves_of(item.node)]
    return Reach(
        codes=codes_read(item),
        items=frozenset(leaf.item for leaf in leaves if isinstance(leaf, Attested)),
        dates=frozenset(name for leaf in leaves for w in leaf.windows for name in w.anchors),
        birth=any(isinstance(leaf, AgeTest) for leaf in leaves),
        sex=any(isinstance(leaf, SexIs) for leaf in leaves),
        coverage=any(leaf.absences for leaf in leaves),
    )


def record_changes(before: Iterable[Record], now: Iterable[Record]) -> tuple[RecordChange, ...]:
    """What differs, the latest record first.

    A record is changed where one of the same kind and day said something else, or one of the same
    row of another day; else it is gone and another one is new.
    """
    old, new = list(before), list(now)
    same = Counter(map(_content, old)) & Counter(map(_content, new))
    gone, come = _without(old, same), _without(new, same)
    found: list[RecordChange] = []
    for key in (_kind_and_day, _kind_and_row):
        places: dict[Hashable, list[Record]] = {}
        for record in gone:
            places.setdefault(key(record), []).append(record)
        left = []
        for record in come:
            others = places.get(key(record))
            if others:
                other = others.pop(0)
                gone.remove(other)
                found.append(RecordChange("changed", other, record))
            else:
                left.append(record)
        come = left
    found += [RecordChange("new", None, record) for record in come]
    found += [RecordChange("gone", record, None) for record in gone]
    return tuple(sorted(found, key=lambda one: _day(one.record), reverse=True))


def _content(record: Record) -> Hashable:
    return tuple(value for name, value in record.items() if name not in _NO_CONTENT)


def _without(records: Sequence[Record], same: Mapping[Hashable, int]) -> list[Record]:
    left, found = Counter(same), []
    for record in records:
        content = _content(record)
        if left[content]:
            left[content] -= 1
        else:
            found.append(record)
    return found


def _kind_and_day(record: Record) -> Hashable:
    match record["table"]:
        case "attestation" | "study_anchor":
            return record["table"], record["text"]
        case "person" | "death" | "observation_period":
            return record["table"]
        case table:
            return table, record["concept_id"], record["date"]


def _kind_and_row(record: Record) -> Hashable:
    return record["table"], record["concept_id"], record["row"], record["text"]


def _day(record: Record) -> date:
    day = record["date"]
    return day if isinstance(day, date) else date.min


# ---- words ---------------------------------------------------------------------------


def change_words(change: RecordChange, titles: Titles) -> str:
    """In one line: `changed: Platelet count 80 10⁹/L, 2024-05-20 (before: 42 10⁹/L)`."""
    record = change.record
    if record["table"] == "study_anchor":
        return _date_words(change)
    if record["table"] == "observation_period":
        return f"{change.kind}: the time in which the person was watched"
    said = f"{change.kind}: {record_words(record, titles)}"
    if change.kind != "changed" or change.before is None or change.now is None:
        return said
    if record["table"] == "person":
        return f"{said} (before: {record_words(change.before, titles)})"
    for of in (_value_words, _day_words, _end_words):
        then = of(change.before, titles)
        if then != of(change.now, titles):
            return f"{said} (before: {then or 'none'})"
    return said


def _date_words(change: RecordChange) -> str:
    name = f"the date of {str(change.record['text']).replace('_', ' ')}"
    then, now = (
        "" if record is None else _day(record).isoformat() for record in (change.before, change.now)
    )
    if change.kind == "changed":
        return f"{name} moved from {then} to {now}"
    return f"{change.kind}: {name}, {now or then}"


def record_words(record: Record, titles: Titles) -> str:
    """A record in one line: its title, value and day."""
    table = record["table"]
    if table == "person":
        born = f"born {_unknown(record, 'birth') or record['text']}" if record["text"] else ""
        sex = "" if record["concept_id"] is None else _SEXES.get(record["concept_id"], "no sex")
        return ", ".join(filter(None, (born, sex)))
    if table == "death":
        between = _unknown(record, "day")
        return f"died: {between}" if between else f"died on {_day(record).isoformat()}"
    if table == "attestation":
        asked = titles.protocol.attestations.get(str(record["text"]))
        item = str(record["text"]).replace("_", " ")
        title = (
            f"signed {_value_words(record, titles)}: {asked.text.rstrip('. ') if asked else item}"
        )
        return f"{title}, {_day(record).isoformat()}"
    concept = record["concept_id"]
    title = titles.any_code(concept if isinstance(concept, int) else 0)
    value = _value_words(record, titles)
    between = ": " if value[:1].isalpha() else " "
    return f"{f'{title}{between}{value}'.strip()}, {_day_words(record, titles)}"


def _value_words(record: Record, titles: Titles) -> str:
    if record["table"] == "attestation":
        return "yes" if record["value_concept_id"] else "no"
    number, code = record["number"], record["value_concept_id"]
    if isinstance(number, Decimal):
        operator = record["operator_concept_id"]
        sign = OPERATORS.get(operator, "") if isinstance(operator, int) else ""
        unit_id, written = record["unit_concept_id"], record["unit"]
        unit = find_unit(
            omop_id=unit_id if isinstance(unit_id, int) else None,
            text=written if isinstance(written, str) else None,
        )
        shown = unit_text(unit.code) if unit is not None else str(written or "")
        return f"{'' if sign == '=' else sign}{number_text(number)} {shown}".strip()
    return titles.answer(code) if isinstance(code, int) and code else ""


def _unknown(record: Record, which: str) -> str:
    """A day that is not exactly known, in words; empty where it is."""
    lines = str(record["text"] or "").splitlines()
    found = (line.partition(": ") for line in lines)
    told = (words for name, _, words in found if name == which and words.endswith(NOT_KNOWN))
    return next(told, "")


def _end_words(record: Record, titles: Titles) -> str:
    between = _unknown(record, "end")
    if between:
        return f"to {between}"
    end = record["end_date"]
    return f"to {end.isoformat()}" if isinstance(end, date) and end != record["date"] else ""


def _day_words(record: Record, titles: Titles) -> str:
    return _unknown(record, "day") or _day(record).isoformat()
