"""A cohort definition of OHDSI (Circe JSON, as Atlas exports it) as the parts of a study.

Circe looks at events: each entry event inside an observation period is held against the rules. The
study that is made dates each person by its entry (`EntryRule`) and asks the rules of that day.
Where Circe keeps every entry event, the rules are asked of each of them, and the first of which all
hold is the day: somebody is in the cohort when there is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from remit.errors import ProtocolError
from remit.protocol.interchange.circe_concepts import ImportedConcept, read_concept_sets
from remit.protocol.interchange.circe_groups import AskedRecords, DefinitionReading
from remit.protocol.interchange.circe_keys import CirceObject
from remit.protocol.interchange.circe_windows import EVER, INDEX, joined
from remit.text_files import read_text_file

# What ends a stay in the cohort, and how stays are joined: they change no person.
_ENDS: Mapping[str, str] = {
    "EndStrategy": "when a person leaves the cohort is not kept (EndStrategy)",
    "CensoringCriteria": "what ends a stay in the cohort is not kept (CensoringCriteria)",
    "CollapseSettings": "how stays of one person are joined is not kept (CollapseSettings)",
}
_KEYS = (
    "ConceptSets",
    "PrimaryCriteria",
    "AdditionalCriteria",
    "QualifiedLimit",
    "ExpressionLimit",
    "InclusionRules",
)
_IDLE = (*_ENDS, "CensorWindow", "cdmVersionRange", "Title", "title")
Limit = Literal["First", "Last", "All"]
LIMITS: tuple[Limit, ...] = get_args(Limit)


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """Records that may be the day of entry, and what must hold on their day."""

    concept: str
    first: bool
    expression: str | None


@dataclass(frozen=True, slots=True)
class ImportedRule:
    """A criterion: what it is called in the definition, and its expression."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class ImportedCohort:
    """A cohort definition, in Remit's words.

    Attributes:
        observed_before, observed_after: days of observation that there must be around the entry.
        last: whether the last of the records that fit dates the person, and not the first.
        rules: the first says that there is an entry event.
        differences: what may change who is in the cohort.
        left_behind: what is not kept and changes nobody.
    """

    concepts: tuple[ImportedConcept, ...]
    events: tuple[EntryEvent, ...]
    rules: tuple[ImportedRule, ...]
    observed_before: int
    observed_after: int
    last: bool
    differences: tuple[str, ...]
    left_behind: tuple[str, ...]


def read_circe(path: Path) -> ImportedCohort:
    """The cohort definition of a file.

    Raises:
        ProtocolError: the file is none, or asks for something that Remit cannot say.
    """
    text = read_text_file(
        path,
        what="the cohort definition",
        form="JSON",
        error=ProtocolError,
        check="export the definition from Atlas as JSON",
    )
    return read_circe_text(text, source=str(path))


def read_circe_text(text: str, *, source: str) -> ImportedCohort:
    """The cohort definition of a JSON text; errors as `read_circe`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            "the cohort definition is no valid JSON",
            expected="a JSON object, as Atlas exports it",
            got="too much nesting" if isinstance(error, RecursionError) else str(error),
            next_step="export the definition again",
            place=source,
        ) from error
    if isinstance(data, Mapping) and isinstance(data.get("expression"), Mapping):
        data = data["expression"]  # as WebAPI serves it, with the name and the author around
    if not isinstance(data, Mapping) or data.get("PrimaryCriteria") is None:
        raise ProtocolError(
            "this is no cohort definition",
            expected="a JSON object with PrimaryCriteria, as Atlas exports it",
            got="another JSON",
            next_step="export the expression of the cohort, not its concept sets or its name alone",
            place=source,
        )
    return _cohort(CirceObject(data, "", source))


def _cohort(definition: CirceObject) -> ImportedCohort:
    _ = definition.only(_KEYS, idle=_IDLE)
    reading = DefinitionReading(read_concept_sets(definition))
    primary = definition.part("PrimaryCriteria")
    assert primary is not None
    _ = primary.only({"CriteriaList", "ObservationWindow", "PrimaryCriteriaLimit"})
    found = [_entry_criterion(reading, holder) for holder in primary.parts("CriteriaList")]
    if not found:
        raise primary.refused("there is no entry event", expected="one or more", got="none")
    additional = _group(reading, definition.part("AdditionalCriteria"))
    rules = []
    for number, rule in enumerate(definition.parts("InclusionRules"), start=1):
        _ = rule.only({"expression"}, idle={"name", "description"})
        text = _group(reading, rule.part("expression"))
        name = rule.text("name") or rule.text("description") or f"Inclusion rule {number}"
        if text is None:
            reading.remarks.others[f"the inclusion rule {name!r} asks for nothing"] = None
        else:
            rules.append(ImportedRule(name, text))
    limits = [
        _limit(primary, "PrimaryCriteriaLimit"),
        _limit(definition, "QualifiedLimit"),
        _limit(definition, "ExpressionLimit"),
    ]
    of_entry: list[str] = []
    last = limits[0] == "Last"
    named = ImportedRule("What is asked beside the entry event", additional or "")
    if limits[0] == "All":
        of_entry = [additional] if additional else []
        # Without additional criteria Circe passes the second limit over.
        if additional and limits[1] != "All":
            last = limits[1] == "Last"
        else:
            of_entry += [rule.expression for rule in rules]
            last = limits[2] == "Last"
    asked = [named, *rules] if additional else rules
    window = primary.part("ObservationWindow")
    days = [0, 0]
    if window is not None:
        _ = window.only({"PriorDays", "PostDays"})
        days = [window.number(key, otherwise=0) or 0 for key in ("PriorDays", "PostDays")]
        if min(days) < 0:
            raise window.refused(
                "days of observation around the entry are below 0",
                expected="0 or more",
                got=str(min(days)),
            )
    _ends(definition, reading)
    return ImportedCohort(
        concepts=tuple(reading.concepts.values()),
        events=tuple(_event(one, own, of_entry) for one, own in found),
        rules=(_there_is_one(found), *asked),
        observed_before=days[0],
        observed_after=days[1],
        last=last,
        differences=tuple(reading.remarks.persons),
        left_behind=tuple(reading.remarks.others),
    )


def _entry_criterion(
    reading: DefinitionReading, holder: CirceObject
) -> tuple[AskedRecords, tuple[str, ...]]:
    """An entry event, and what is asked of its day."""
    criterion = reading.criterion(holder)
    around = _group(reading, criterion.correlated)
    return criterion, (*criterion.conditions, *(() if around is None else (around,)))


def _group(reading: DefinitionReading, group: CirceObject | None) -> str | None:
    return None if group is None else reading.group(group)


def _limit(holder: CirceObject, key: str) -> Limit:
    limit = holder.part(key)
    text = "All" if limit is None else limit.text("Type", otherwise="All").capitalize()
    for known in LIMITS:
        if text == known:
            return known
    assert limit is not None
    raise limit.refused("this limit is not read", expected="First, Last or All", got=text)


def _event(criterion: AskedRecords, own: Sequence[str], of_all: Sequence[str]) -> EntryEvent:
    parts = [*own, *of_all]
    expression = " and ".join(parts) if parts else None
    return EntryEvent(criterion.concept, criterion.first, expression)


def _there_is_one(found: Sequence[tuple[AskedRecords, tuple[str, ...]]]) -> ImportedRule:
    """That there is an entry event: none for somebody without any record, whenever."""
    concepts = list(dict.fromkeys(criterion.concept for criterion, _ in found))
    labels = list(dict.fromkeys(criterion.label for criterion, _ in found))
    ever = joined([f"any {concept} in {EVER}" for concept in concepts], "or")
    there = joined(
        [joined([f"any {one.concept} at {INDEX}", *own], "and") for one, own in found], "or"
    )
    return ImportedRule(f"An entry event: {' or '.join(labels)}", f"{ever} and {there}")


def _ends(definition: CirceObject, reading: DefinitionReading) -> None:
    """What is said of the end of a stay; a window that cuts the cohort is refused."""
    for key, words in _ENDS.items():
        if definition.values.get(key) not in (None, {}, [], ""):
            reading.remarks.others[words] = None
    window = definition.part("CensorWindow")
    if window is not None:
        _ = window.only(())
