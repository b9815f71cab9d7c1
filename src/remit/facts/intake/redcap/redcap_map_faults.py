"""What a map of a REDCap project says that its dictionary does not bear out."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from remit.errors import RemitError
from remit.facts.dictionary import Dictionary
from remit.facts.intake.redcap.redcap_cells import field_column
from remit.facts.intake.redcap.redcap_dictionary import RedcapDictionary, RedcapField
from remit.facts.intake.redcap.redcap_map import EventFields, FieldUse, RedcapMap, Said
from remit.facts.intake.redcap.redcap_records import RedcapRecords
from remit.facts.intake.redcap.redcap_sheets import day_of_field, held_by

_NO_ANSWER = frozenset({"file", "descriptive"})


def redcap_faults(
    mapped: RedcapMap, project: RedcapDictionary, records: RedcapRecords, dictionary: Dictionary
) -> Iterator[str]:
    """Each thing of a map that cannot be, a sentence each."""
    for name in mapped.days_marked_identifiers:
        known = project.fields.get(name)
        if known is None:
            yield f"days_marked_identifiers: {_no_field(name, project)}"
        elif not known.is_day:
            yield (
                f"days_marked_identifiers: {name} holds no days: a field that is marked as an "
                "identifier is read only where it is validated as a date"
            )
    for place, said, is_day in _named(mapped):
        yield from (
            f"{place}: {fault}" for fault in _said_faults(said, mapped, project, is_day=is_day)
        )
    for name, events in mapped.adverse_events.items():
        yield from (f"adverse_events.{name}: {fault}" for fault in _word_faults(events, project))
    for form in mapped.forms:
        if form not in project.forms:
            yield f"forms.{form}: the dictionary has {', '.join(project.forms)}"
    for name, use in mapped.fields.items():
        known = project.fields.get(name)
        if known is None:
            yield f"fields.{name}: {_no_field(name, project)}"
        elif not use.ignore:
            faults = _use_faults(known, use, mapped, records, dictionary)
            yield from (f"fields.{name}: {fault}" for fault in faults)


def _named(mapped: RedcapMap) -> Iterator[tuple[str, Said, bool]]:
    """Each field that a map names beside those of facts: where, which, and whether as a day."""
    person = mapped.person
    for key, said in (("birth", person.birth), ("died", person.died), ("sex", person.sex)):
        if said is not None:
            yield f"person.{key}", said, key == "died"
    if mapped.observed is not None:
        yield "observed.start", mapped.observed.start, True
        yield "observed.end", mapped.observed.end, True
    for kind, days in (("forms", mapped.forms), ("events", mapped.events)):
        for name, one in days.items():
            if one.date is not None:
                yield f"{kind}.{name}.date", one.date, True
    for name, events in mapped.adverse_events.items():
        for key, said in events.named.items():
            yield f"adverse_events.{name}.{key}", said, key in {"start", "end"}
    for study, fields in mapped.studies.items():
        for name, said in fields.anchors.items():
            yield f"studies.{study}.anchors.{name}", said, True
        for name, signed in fields.signed.items():
            yield f"studies.{study}.signed.{name}.date", signed.date, True
            yield f"studies.{study}.signed.{name}.answer", signed.answer, False
            yield f"studies.{study}.signed.{name}.by", signed.by, False
    for name, use in mapped.fields.items():
        for key in ("value", "date", "end", "unit", "low", "high", "dose", "dose_unit"):
            said = getattr(use, key)
            if said is not None and not (key in {"unit", "dose_unit"} and isinstance(said, str)):
                yield f"fields.{name}.{key}", said, key in {"date", "end"}
        for key in ("frequency", "route"):
            if (said := getattr(use, key)) is not None:
                yield f"fields.{name}.{key}", said, False


def _word_faults(events: EventFields, project: RedcapDictionary) -> Iterator[str]:
    for key, words in events.words.items():
        said = events.named.get(key)
        known = None if said is None else project.fields.get(str(field_column(said).column))
        if said is None:
            yield f"words.{key}: no field is the {key}"
        elif known is not None and known.choices and (strange := words.keys() - known.choices):
            shown = ", ".join(sorted(strange))
            yield f"words.{key}: no choices of it: {shown}; it has {', '.join(known.choices)}"


def _said_faults(
    said: Said, mapped: RedcapMap, project: RedcapDictionary, *, is_day: bool
) -> Iterator[str]:
    one = field_column(said)
    if one.column is None or one.always is not None:
        yield "say the field as `column`"
        return
    known = project.fields.get(one.column)
    if known is None:
        yield _no_field(one.column, project)
        return
    if known.is_identifier and known.name not in mapped.days_marked_identifiers:
        yield _marked(known)
    if is_day and not known.is_day and one.format is None:
        yield (
            f"{known.name} is not validated as a date: add format, such as "
            f'{{ column = "{known.name}", format = "%d.%m.%Y" }}'
        )
    if known.type in {*_NO_ANSWER, "checkbox"}:
        yield f"{known.name} is a field of the type {known.type}, which says no such thing"


def _marked(known: RedcapField) -> str:
    more = "; a day may be, if days_marked_identifiers names its field" if known.is_day else ""
    return f"{known.name} is marked as an identifier in the dictionary, and is not read{more}"


def _no_field(name: str, project: RedcapDictionary) -> str:
    near = difflib.get_close_matches(name, project.fields, n=1)
    return f"the dictionary has no field {name}" + (f"; perhaps {near[0]}" if near else "")


def _use_faults(
    known: RedcapField,
    use: FieldUse,
    mapped: RedcapMap,
    records: RedcapRecords,
    dictionary: Dictionary,
) -> Iterator[str]:
    if known.is_identifier:
        yield _marked(known)
    if known.type in _NO_ANSWER:
        yield f"it is a field of the type {known.type}, which holds no answer"
    if (use.concept is None) == (not use.names):
        yield "say `concept`, or `names`, or `ignore = true`"
        return
    if known.type == "checkbox" and use.concept is not None:
        yield 'a checkbox has several answers: say names = { "1" = { concept = "…" } }'
    strange = [
        code
        for code in (*use.names, *use.yes, *use.no, *use.answers)
        if known.choices and code not in known.choices
    ]
    if strange:
        yield f"no choices of it: {', '.join(strange)}; it has {', '.join(known.choices)}"
    try:
        held = held_by(use, dictionary)
    except RemitError as error:
        yield f"{error.what}; {error.expected}"
        return
    if len(held) != 1:
        yield (
            f"its names are of several kinds: {', '.join(sorted(held))}"
            if held
            else "nothing says what it holds: say `holds`, or the concept of a name"
        )
        return
    (holds,) = held
    if use.concept is not None and holds != "tests":
        if not use.yes and known.type not in {"yesno", "truefalse"}:
            yield 'say which answers mean that it was there: yes = ["1"]'
        if both := sorted({*use.yes} & {*use.no}):
            yield f"an answer is yes or no: {', '.join(both)}"
    elif use.yes or use.no:
        yield "`yes` and `no` are for a condition, drug or procedure"
    if use.names and holds == "tests" and use.value is None:
        yield "say `value`, the field of the result"
    events = {key.event for key in records.keys}
    dated = [e for e in events if day_of_field(mapped, known, use, e) is not None]
    if not dated:
        yield "no field says its day: add date here, in its form or in its event"
