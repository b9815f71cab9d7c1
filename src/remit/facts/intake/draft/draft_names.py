"""The names of a column with the concepts that they mean, as lines of a map.

A name is taken when a closed word says it exactly and its units are those of the concept:
"Leukocytes" per field of view is not the blood count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.facts.intake.draft.draft_columns import named_with_unit
from remit.facts.intake.sources.cell_numbers import is_ambiguous, number_of, titre_of
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
from remit.facts.intake.sources.sheet_grid import Cell, SheetTable, cell_words
from remit.facts.intake.tidy.tidy_map import NAMED
from remit.units import find_unit

_SCALE = 10  # scores that reach no higher are scales, of which there are several
# Findings that belong to a procedure (the notes of their concepts say so).
FINDING_OF = {"ln_class": "renal_biopsy", "ln_activity": "renal_biopsy"}


@dataclass(frozen=True, slots=True)
class NameLine:
    """A line of a map for one name. `taken`: whether the name means something now."""

    name: str
    text: str
    taken: bool
    questions: tuple[str, ...] = ()


def name_lines(
    table: SheetTable,
    holds: str,
    fields: Mapping[str, str],
    dictionary: Dictionary,
    *,
    always: tuple[str, str] | None = None,
    decimal: str = ".",
) -> tuple[NameLine, ...]:
    """A line for each name of a sheet, the most rows first.

    Args:
        always: the name and the unit of all rows, of a sheet with a column for each test.
        decimal: what stands between its numbers and their decimals, as the draft has it.
    """
    names = concept_names(dictionary, NAMED[holds][1])
    rows: dict[str, list[int]] = {}
    if always is not None:
        rows[always[0]] = list(range(len(table)))
    else:
        for place, cell in enumerate(table.columns[fields[NAMED[holds][0]]]):
            rows.setdefault(" ".join(cell_words(cell).split()), []).append(place)
    rows.pop("", None)
    ordered = sorted(rows.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        _line(table, name, places, fields, names, (always[1] if always else None, decimal))
        for name, places in ordered
    )


def _line(
    table: SheetTable,
    name: str,
    places: list[int],
    fields: Mapping[str, str],
    names: ConceptNames,
    said: tuple[str | None, str],
) -> NameLine:
    unit, decimal = said
    key, count = quoted(name), counted(len(places), "row")
    match = names.match(name)
    if match.concept is None and unit is not None:
        match = names.match(named_with_unit(name)[0])
    concept = match.concept
    if concept is None:
        return NameLine(name, _perhaps(key, match, count), taken=False)
    cells = _cells(table, fields.get("unit"), places)
    units = Counter({unit: len(places)} if unit else map(cell_words, cells))
    wrong = _wrong_units(units, concept)
    if wrong:
        text = (
            f'# perhaps: {key} = {{ concept = "{concept.name}" }}  # {count}; but its unit '
            f"{', '.join(wrong)} is none of {', '.join(concept.factors)}"
        )
        return NameLine(name, text, taken=False)
    values = _cells(table, fields.get("value"), places)
    settings, asked = [f'concept = "{concept.name}"'], list[str]()
    if concept.name in FINDING_OF:
        settings.append(f'of = "{FINDING_OF[concept.name]}"')
    if concept.kind == "category":
        settings += _answers(name, concept, values, table.title, asked)
    if concept.kind in {"quantity", "titre", "score"} and "value" in fields:
        settings += _undecided(name, concept, values, (table.title, decimal), asked)
    text = f"{key} = {{ {', '.join(settings)} }}  # {concept.label}; {count}"
    bare = units[""]
    if concept.kind == "quantity" and bare:
        known = " or ".join(f'unit = "{code}"' for code in concept.factors)
        only = _only_unit(concept, values, decimal)
        hint = f" (only in {only} could all of its values be)" if only else ""
        text += f"; {bare} without a unit: add {known}{hint}"
        asked.append(
            f"{table.title}: {name} has {counted(bare, 'row')} without a unit; add {known}{hint}"
        )
    if concept.kind == "score" and concept.plausible and concept.plausible[1] <= _SCALE:
        low, high = concept.plausible
        asked.append(
            f"{table.title}: is {name} on the scale from {low} to {high} ({concept.label})? If "
            "not, bring it there in the sheet, or ignore it"
        )
    return NameLine(name, text, taken=True, questions=tuple(asked))


def _cells(table: SheetTable, header: str | None, places: list[int]) -> list[Cell]:
    if header is None:
        return [""] * len(places)
    cells = table.columns[header]
    return [cells[place] for place in places]


def _wrong_units(units: Counter[str], concept: Concept) -> tuple[str, ...]:
    """Units that are known and none of the concept's; one that nobody knows is told on import."""
    if concept.kind != "quantity":
        return ()
    wrong = []
    for text in units:
        known = find_unit(omop_id=None, text=text) if text else None
        if known is not None and known.code not in concept.factors:
            wrong.append(text)
    return tuple(sorted(wrong))


def _perhaps(key: str, match: NameMatch, count: str) -> str:
    if match.near:
        first, *others = match.near
        more = f" or {', '.join(others)}" if others else ""
        return f'# perhaps: {key} = {{ concept = "{first}" }}{more}  # {count}'
    return f"# not known: {key} = {{ ignore = true }}  # {count}"


def _answers(
    name: str, concept: Concept, values: list[Cell], title: str, asked: list[str]
) -> Iterator[str]:
    """The answers of a coded test whose words are others than the dictionary's."""
    words = sorted({cell_words(cell) for cell in values} - {""})
    meant = {word: answer_of(word, concept) for word in words}
    said = {w: a for w, a in meant.items() if a is not None and a != w}
    if said:
        inside = ", ".join(f"{quoted(w)} = {quoted(a)}" for w, a in said.items())
        yield f"answers = {{ {inside} }}"
    strange = [word for word, answer in meant.items() if answer is None]
    if strange:
        asked.append(
            f"{title}: {name}: not understood: {counted(len(strange), 'answer')}; add "
            f'answers = {{ "…" = "{next(iter(concept.values))}" }} with one of '
            f"{', '.join(concept.values)}"
        )


def _only_unit(concept: Concept, values: list[Cell], decimal: str) -> str | None:
    """The one unit in which each value of a test is possible; None where none or several are.

    It is a hint: a person decides, since the values of a few patients may fit by chance.
    """
    numbers = [found.number for cell in values if (found := number_of(cell, decimal=decimal))]
    if not numbers or concept.plausible is None:
        return None
    low, high = map(Fraction, concept.plausible)
    fitting = [
        code
        for code, factor in concept.factors.items()
        if all(low <= Fraction(number) * factor <= high for number in numbers)
    ]
    return fitting[0] if len(fitting) == 1 and len(concept.factors) > 1 else None


def _undecided(
    name: str, concept: Concept, values: list[Cell], sheet: tuple[str, str], asked: list[str]
) -> Iterator[str]:
    """The texts in place of numbers: what they say only a person can tell."""
    title, decimal = sheet
    texts = {cell for cell in values if isinstance(cell, str) and cell}
    open_ = sorted(
        text
        for text in texts
        if number_of(text, decimal=decimal) is None
        and not (concept.kind == "titre" and titre_of(text))
        # By another mark it is a number: the whole column is asked then.
        and not is_ambiguous(text, decimal=decimal)
    )
    if open_:
        yield f"undecided = [{', '.join(map(quoted, open_))}]"
        asked.append(
            f"{title}: {name}: {counted(len(open_), 'text')} in place of a number; correct "
            "the sheet where they hold one, or write comments in place of undecided"
        )


def sex_lines(table: SheetTable, fields: Mapping[str, str]) -> tuple[NameLine, ...]:
    """What the words for a sex mean."""
    return _word_lines(table, fields, "sex", "sexes", "female, male or unknown")


def route_lines(table: SheetTable, fields: Mapping[str, str]) -> tuple[NameLine, ...]:
    """What the words for a route mean."""
    return _word_lines(table, fields, "route", "routes", "intravenous, oral or other")


def time_lines(table: SheetTable, fields: Mapping[str, str]) -> tuple[NameLine, ...]:
    """How often a day the words for a frequency mean."""
    return _word_lines(table, fields, "frequency", "times", "how often a day, such as 2", mark="")


def _word_lines(
    table: SheetTable,
    fields: Mapping[str, str],
    field: str,
    part: str,
    choices: str,
    *,
    mark: str = '"',
) -> tuple[NameLine, ...]:
    if field not in fields:
        return ()
    counts = Counter(map(cell_words, table.columns[fields[field]]))
    del counts[""]
    lines = []
    for word, count in counts.most_common():
        key = quoted(word)
        meant = field_words(part).get(folded(word))
        if meant is not None:
            lines.append(NameLine(word, f"{key} = {mark}{meant}{mark}", taken=True))
            continue
        asked = f"{table.title}: what does the {field} {word!r} mean? Write {key} = {choices}"
        text = f"# {key} = {choices}  # {counted(count, 'row')}"
        lines.append(NameLine(word, text, taken=False, questions=(asked,)))
    return tuple(lines)
