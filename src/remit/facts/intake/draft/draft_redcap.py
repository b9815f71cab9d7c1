"""A first map of a REDCap project: what its dictionary makes certain is filled in, the rest asked.

Certain are choices, the form of days, the decimal comma, and a unit that stands exactly in the
label or the note. Which concept a field means is taken where its label or its name says it in a
closed word, and both do not say two things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.facts.intake.draft.draft_columns import named_with_unit
from remit.facts.intake.draft.draft_map import DraftMap
from remit.facts.intake.redcap.redcap_dictionary import (
    RedcapDictionary,
    RedcapField,
    redcap_dictionary,
)
from remit.facts.intake.redcap.redcap_map import KIND, VERSION
from remit.facts.intake.redcap.redcap_records import RedcapRecords, redcap_records
from remit.facts.intake.redcap.redcap_tables import RedcapExport
from remit.facts.intake.sources.cell_dates import fitting_formats
from remit.facts.intake.sources.cell_numbers import number_of
from remit.facts.intake.sources.field_words import (
    ConceptNames,
    NameMatch,
    answer_of,
    concept_names,
    counted,
    field_words,
    folded,
    quoted,
)
from remit.facts.intake.tidy.tidy_map import NAMED
from remit.units import find_unit

HEAD = f'''# Which field of the project is which fact. Drafted; mend it, then import with
#   remit facts import redcap DICTIONARY.csv RECORDS.csv --map THIS.toml --out DATASET
# Only exact words were taken. A line that begins with "# perhaps" is a guess that was not: take the
# sign away if it is right. Codes stand as the records have them, their labels behind "#".
# A field that is not here is not read. See docs/how-to/redcap.md for each key.
kind = "{KIND}"
version = {VERSION}
# missing = ["-99"]  # the project's own codes for data that are missing
'''
_NO_ANSWER = frozenset({"file", "descriptive", "sql", "slider"})
_CODED = frozenset({"radio", "dropdown", "checkbox"})


_HOLDS = ("tests", "drugs", "diagnoses", "procedures")


@dataclass(slots=True)
class _Draft:
    """The lines of a map while they are written; `meant` are the names of concepts of each kind."""

    meant: Mapping[str, ConceptNames]
    top: list[str] = field(default_factory=list)
    person: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    taken: int = 0
    names: int = 0


def draft_redcap(export: RedcapExport, dictionary: Dictionary) -> DraftMap:
    """The map of a project.

    Raises:
        DatasetError: a file is none of REDCap's.
    """
    project = redcap_dictionary(export.dictionary)
    marked = [
        known.name for known in project.fields.values() if known.is_identifier and known.is_day
    ]
    records = redcap_records(export.records, project, days=marked)
    draft = _Draft({holds: concept_names(dictionary, NAMED[holds][1]) for holds in _HOLDS})
    used = _person(draft, project, records)
    _days(draft, project, records, used)
    for known in project.fields.values():
        if known.name in used or known.name == project.record_id.name:
            continue
        if known.is_identifier:
            draft.fields.append(f"# marked as an identifier, never read: {known.name}")
        elif known.type not in _NO_ANSWER and not known.is_day:
            _fact(draft, known, records)
    text = [HEAD, *draft.top, "[person]", *draft.person, *draft.days, "", *draft.fields]
    if _OBSERVED not in draft.asked:
        draft.asked.append(_OBSERVED)
    return DraftMap(
        "\n".join([*text, ""]), tuple(dict.fromkeys(draft.asked)), draft.taken, draft.names
    )


_OBSERVED = (
    "from when to when was each person watched? Absences are believed on no other day; add "
    '[observed] start = "…", end = { column = "…", empty = "ongoing" }'
)


def _word(known: RedcapField, part: str) -> str | None:
    """What the label or the name of a field means in a part of the closed words."""
    words = field_words(part)
    return words.get(folded(known.label)) or words.get(folded(known.name.replace("_", " ")))


def _person(draft: _Draft, project: RedcapDictionary, records: RedcapRecords) -> frozenset[str]:
    """Who somebody is; the fields that were taken for it."""
    used = set[str]()
    for key, asked in (("birth", "was born"), ("died", "died"), ("sex", "")):
        found = [k for k in project.fields.values() if _word(k, "columns") == key]
        found = [k for k in found if k.type not in _NO_ANSWER and (key == "sex" or _is_birth(k))]
        if len(found) != 1:
            if key == "birth":
                which = " or ".join(known.name for known in found) or "no field is taken for it"
                draft.asked.append(f"which field says when somebody {asked}: {which}? Add birth")
            continue
        (known,) = found
        used.add(known.name)
        line = f"{key} = {quoted(known.name)}  # {known.label}"
        if known.is_identifier:
            if not known.is_day:
                draft.person.append(f"# marked as an identifier, never read: {known.name}")
                continue
            draft.top.append(f"# perhaps: days_marked_identifiers = [{quoted(known.name)}]")
            draft.person.append(f"# perhaps: {line}")
            draft.asked.append(
                f"{known.name} is marked as an identifier; if its day may be read, add it to "
                "days_marked_identifiers"
            )
            continue
        draft.person.append(line)
        if key == "sex":
            _sexes(draft, known, records)
    return frozenset(used)


def _is_birth(known: RedcapField) -> bool:
    return known.is_day or known.validation in {"integer", "number"}


def _sexes(draft: _Draft, known: RedcapField, records: RedcapRecords) -> None:
    words = field_words("sexes")
    codes = known.choices or {
        code: code for code in records.table.columns.get(known.name, ()) if isinstance(code, str)
    }
    said = []
    for code, label in codes.items():
        meant = words.get(folded(label))
        if meant is not None:
            said.append(f"{quoted(code)} = {quoted(meant)}")
        elif code:
            draft.asked.append(
                f"{known.name}: what does {code} ({label}) mean? Add it to sexes as female, male "
                "or unknown"
            )
    draft.person.append(f"sexes = {{ {', '.join(said)} }}")


def _days(
    draft: _Draft, project: RedcapDictionary, records: RedcapRecords, used: frozenset[str]
) -> None:
    """The day of each form: that of its only field of days."""
    for form in project.forms:
        fields = [k for k in project.fields.values() if k.form == form and k.name not in used]
        days = [k for k in fields if k.is_day and not k.is_identifier]
        facts = [k for k in fields if not k.is_day and k.type not in _NO_ANSWER]
        if len(days) == 1:
            (day,) = days
            draft.days += [
                "",
                f"[forms.{quoted(form)}]",
                f"date = {quoted(day.name)}  # {day.label}",
            ]
        elif len(days) > 1:
            names = " or ".join(day.name for day in days)
            draft.days += ["", f"[forms.{quoted(form)}]", f"# date = one of {names}"]
            draft.asked.append(f"form {form}: which field says the day of its values: {names}?")
        elif facts:
            draft.days += ["", f"# [forms.{quoted(form)}]", '# date = "…"']
            draft.asked.append(
                f"form {form} has no field of days; add its day, or one for each event"
            )
        for one in facts:
            if one.type == "text" and not one.validation:
                _written_day(draft, one, records)
    events = dict.fromkeys(key.event for key in records.keys if key.event)
    for event in events:
        draft.days += [
            "",
            f"# [events.{quoted(event)}]",
            '# date = "…"',
            '# visit = "outpatient_visit"',
        ]


def _written_day(draft: _Draft, known: RedcapField, records: RedcapRecords) -> None:
    """Ask of a text that holds days without being validated as one."""
    cells = [cell for cell in records.table.columns.get(known.name, ()) if cell != ""]
    fits = fitting_formats(cells)
    if fits:
        forms = " or ".join(f'format = "{form}"' for form in fits)
        draft.asked.append(
            f"{known.name} is not validated as a date and looks like one; where it says a day, "
            f"write {{ column = {quoted(known.name)}, {forms} }}"
        )


def _fact(draft: _Draft, known: RedcapField, records: RedcapRecords) -> None:
    draft.names += 1
    comment = f"  # {known.label}" + (", hidden on its form" if known.is_hidden else "")
    head = f"[fields.{known.name}]"
    match = _meant(known, draft.meant)
    if match.concept is not None and not known.is_hidden:
        lines = list(_lines(draft, known, match.concept, records))
        if lines:
            draft.taken += 1
            draft.fields += [f"{head}{comment}", *lines, ""]
            return
    names = list(_choice_names(draft, known)) if known.type in _CODED else []
    if names and not known.is_hidden:
        draft.taken += 1
        draft.fields += [f"{head}{comment}", f"[fields.{known.name}.names]", *names, ""]
        return
    near = (match.concept.name,) if match.concept is not None else match.near
    if near:
        more = f", or {', '.join(near[1:])}" if len(near) > 1 else ""
        draft.fields += [f"# perhaps: {head}{comment}", f'# concept = "{near[0]}"{more}', ""]
        draft.asked.append(
            f"{known.name}: is it {' or '.join(near)}? Write its concept, or leave it"
        )
    else:
        draft.fields.append(f"# not read: {known.name}{comment}")


def _meant(known: RedcapField, meant: Mapping[str, ConceptNames]) -> NameMatch:
    """The concept that the label or the name says, where not both say another."""
    label, _ = named_with_unit(known.label)
    found = [names.match(word) for word in (label, known.name) for names in meant.values()]
    concepts = {match.concept.name for match in found if match.concept is not None}
    if len(concepts) > 1:
        return NameMatch(None, tuple(sorted(concepts)))
    near = tuple(dict.fromkeys(name for match in found for name in match.near))
    return next((m for m in found if m.concept is not None), NameMatch(None, near[:3]))


def _lines(
    draft: _Draft, known: RedcapField, concept: Concept, records: RedcapRecords
) -> Iterator[str]:
    """The keys of a field that is about one concept; none where something is not certain."""
    said = f'concept = "{concept.name}"  # {concept.label}'
    if concept.kind == "quantity":
        unit = _unit(known)
        texts = _texts(known, records)
        if known.type in _CODED or unit not in concept.factors:
            units = " or ".join(f'unit = "{code}"' for code in concept.factors)
            draft.asked.append(f"{known.name}: in which unit? Add {units}")
            if unit is None and known.type not in _CODED:
                yield said
                yield f"# add {units}"
            return
        yield said
        yield f'unit = "{unit}"'
        if texts:
            yield f"undecided = [{', '.join(map(quoted, texts))}]"
            draft.asked.append(
                f"{known.name}: {counted(len(texts), 'text')} in place of a number; write comments "
                "in place of undecided where they hold none"
            )
        return
    if concept.kind == "category":
        yield said
        meant = {code: answer_of(label, concept) for code, label in known.choices.items()}
        inside = ", ".join(f"{quoted(c)} = {quoted(a)}" for c, a in meant.items() if a is not None)
        if inside:
            yield f"answers = {{ {inside} }}"
        open_ = [f"{c} ({known.choices[c]})" for c, answer in meant.items() if answer is None]
        if open_ or not known.choices:
            draft.asked.append(
                f"{known.name}: which answers are {', '.join(open_) or 'its texts'}? One of "
                f"{', '.join(concept.values)}"
            )
        return
    if concept.kind in {"titre", "score"}:
        yield said
        return
    if known.type in {"yesno", "truefalse"}:
        yield said
        yield 'yes = ["1"]'
        if concept.kind == "drug":
            yield '# add end = "…", or empty = "same day" or empty = "ongoing"'
            draft.asked.append(f"{known.name}: when did the drug end? Add end or empty")


def _texts(known: RedcapField, records: RedcapRecords) -> list[str]:
    """What stands in place of numbers in a field that REDCap does not check."""
    if known.validation or known.type != "text":
        return []
    cells = {cell for cell in records.table.columns.get(known.name, ()) if isinstance(cell, str)}
    return sorted(cell for cell in cells - {""} if number_of(cell) is None)


def _unit(known: RedcapField) -> str | None:
    """The unit that a label has behind it, or that the note is, as the closed table knows it."""
    _, text = named_with_unit(known.label)
    found = {
        unit.code
        for word in (text, known.note)
        if word and (unit := find_unit(omop_id=None, text=word.strip())) is not None
    }
    return next(iter(found)) if len(found) == 1 else None


def _choice_names(draft: _Draft, known: RedcapField) -> Iterator[str]:
    """The choices that each name something, where two or more of one kind do."""
    for holds in ("drugs", "diagnoses", "procedures"):
        names = draft.meant[holds]
        meant = {code: names.match(label) for code, label in known.choices.items()}
        taken = {code: m.concept for code, m in meant.items() if m.concept is not None}
        if len(taken) < min(2, len(meant)):
            continue
        for code, match in meant.items():
            label = known.choices[code]
            if match.concept is not None:
                yield f'{quoted(code)} = {{ concept = "{match.concept.name}" }}  # {label}'
            elif match.near:
                yield f'# perhaps: {quoted(code)} = {{ concept = "{match.near[0]}" }}  # {label}'
            else:
                yield f"# not known: {quoted(code)} = {{ ignore = true }}  # {label}"
        open_ = [label for code, label in known.choices.items() if code not in taken]
        if open_:
            draft.asked.append(
                f"{known.name}: not mapped: {counted(len(open_), 'choice')} "
                f"({', '.join(open_[:5])}); write a concept or ignore = true for each"
            )
        return
