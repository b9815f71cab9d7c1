"""The tables of a MedPath page: outcomes, arms and sites, whose columns have run together.

The first layout writes "name + time" on one line and the description below; the second writes a
whole table on one line. Where a column begins is read from a time, or from the name of an
intervention that the page lists, and nothing is cut where they do not tell it.
"""

from __future__ import annotations

import re

from remit.registry.pages.lines import NOT_GIVEN, Block, PageLines, field_of, heading
from remit.registry.record import (
    Arm,
    Dropped,
    Field,
    FieldState,
    Location,
    Official,
    OutcomeText,
    OutcomeType,
    Span,
)
from remit.registry.text.outcomes import find_times, outcome, split_name_and_time
from remit.registry.text.places import is_flag, read_location, split_flag
from remit.registry.text.written_values import ROLE, tidy_role

OUTCOME_HEADS = ("NameTimeMethod", "Name Time Method")
ARM_HEADS = ("GroupInterventionDescription", "Group Intervention Description")
_CONTACT = re.compile(r"(?:(?:backup|central|site|study) )?contact(?: person)?", re.I)
_LONGEST_NAME = 300
# More interventions than these are not looked for in the rows.
_MOST_NAMED = 50

Outcomes = tuple[tuple[OutcomeText, ...], tuple[Field, ...], tuple[str, ...]]


def read_outcomes(page: PageLines, block: Block, kind: OutcomeType) -> Outcomes:
    """The outcomes of one label, the headings among its lines, and notes."""
    heads = [n for n in block.body if page.line(n) in OUTCOME_HEADS]
    body = [n for n in block.body if n not in heads]
    if not body or NOT_GIVEN.fullmatch(" ".join(page.line(n) for n in body)):
        state: FieldState = "not_given" if body else "no_value"
        return (), (field_of(page, f"{kind}_outcome", None, block.span, state=state),), ()
    labels = tuple(heading(page, n) for n in (block.line, *heads))
    if page.line(body[0]).startswith(OUTCOME_HEADS[1] + " "):
        found, notes = _one_line_table(page, body, kind)
        return found, labels, notes
    # A line with a time run onto it opens an outcome; the lines below it describe it.
    groups: list[list[int]] = []
    for n in body:
        text = page.line(n)
        opens = len(text) < _LONGEST_NAME and split_name_and_time(text)[1] is not None
        if opens or not groups:
            groups.append([n])
        else:
            groups[-1].append(n)
    outcomes = []
    for lines in groups:
        name, time = split_name_and_time(page.line(lines[0]))
        span = Span(lines[0], lines[-1])
        description = "\n".join(page.line(n) for n in lines[1:]) or None
        outcomes.append(
            outcome(kind, name, description, time, source_text=page.text(span), span=span)
        )
    return tuple(outcomes), labels, ()


def _one_line_table(
    page: PageLines, body: list[int], kind: OutcomeType
) -> tuple[tuple[OutcomeText, ...], tuple[str, ...]]:
    """A table on one line: taken apart only at the one time that it names."""
    span = Span(body[0], body[-1])
    text = "\n".join(page.line(n) for n in body)[len(OUTCOME_HEADS[1]) :].strip()
    times = find_times(text)
    name, time, description = text, None, None
    if len(times) == 1 and times[0][0] > 0:
        start, end = times[0]
        name, time = text[:start].strip(), text[start:end]
        description = text[end:].strip() or None
    note = f"lines {span}: the columns of the table of {kind} outcomes have run together"
    found = outcome(kind, name, description, time, source_text=page.text(span), span=span)
    return (found,), (note,)


def read_arms(
    page: PageLines, block: Block, named: tuple[str, ...]
) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The arms of the table; `named` are the interventions that the page lists.

    A row is "name + intervention + description". Without one of the listed interventions in it
    its columns cannot be told apart, and the whole row is the arm's name.
    """
    fields = [heading(page, block.line)]
    notes: list[str] = []
    for n in block.body:
        text = page.line(n)
        if text in ARM_HEADS:
            fields.append(heading(page, n))
            continue
        rows = text.removeprefix(ARM_HEADS[1] + " ")
        hits = _hits(rows, named, apart=rows != text)
        if rows != text and len(hits) != 1:
            # Several arms on one line: where one ends and the next begins is not told.
            notes.append(f"line {n}: the columns of the table of arms have run together")
            continue
        fields.append(field_of(page, "arm", _arm(rows, hits), Span(n, n)))
    return tuple(fields), tuple(notes)


def _hits(text: str, named: tuple[str, ...], *, apart: bool) -> list[tuple[int, str]]:
    """Where a listed intervention begins a column of a row, the longest name at each place.

    In the first layout nothing stands between two columns, in the second (`apart`) a blank does.
    """
    names = {part for name in named[:_MOST_NAMED] for part in (name, name.partition(": ")[2])}
    found: dict[int, str] = {}
    for name in sorted(names - {""}, key=len):
        at = text.find(name, 1)
        while at > 0 and text[at - 1].isspace() != apart:
            at = text.find(name, at + len(name))
        if at > 0:
            found[at] = name
    ends = 0
    hits = []
    for at, name in sorted(found.items()):
        if at >= ends:
            hits.append((at, name))
            ends = at + len(name)
    return hits


def _arm(text: str, hits: list[tuple[int, str]]) -> Arm:
    if not hits:
        return Arm(text, None, None, ())
    last = hits[-1]
    description = text[last[0] + len(last[1]) :].strip() or None
    return Arm(text[: hits[0][0]].strip(), None, description, tuple(name for _, name in hits))


def read_sites(
    page: PageLines, block: Block, count: int | None
) -> tuple[tuple[Field, ...], tuple[Dropped, ...]]:
    """Locations, and the people between them: officials stay, contacts go."""
    line = Span(block.line, block.line)
    fields = [
        heading(page, block.line)
        if count is None
        else field_of(page, "location_count", count, line)
    ]
    dropped: list[Dropped] = []
    people: set[int] = set()
    for k, n in enumerate(block.body[1:], start=1):
        name = block.body[k - 1]
        if _CONTACT.fullmatch(page.line(n)):
            people.update((name, n))
            dropped += [Dropped(name, "contact_name"), Dropped(n, "contact")]
        elif ROLE.fullmatch(page.line(n)) and name not in people:
            people.update((name, n))
            official = Official(page.line(name), tidy_role(page.line(n)), None)
            fields.append(field_of(page, "official", official, Span(name, n)))
    sites = tuple(n for n in block.body if n not in people)
    return (*fields, *_read_locations(page, sites)), tuple(dropped)


def _read_locations(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    """Facility, flag, "City, Country": the flag closes the facility, the next line the place."""
    fields: list[Field] = []
    run: list[int] = []
    flagged = False
    for n in body:
        run.append(n)
        flag, after = split_flag(page.line(n))
        if is_flag(page.line(n)):
            flagged = True
            continue
        if flagged or (flag and after):
            place = read_location(after or page.line(n))
            names = (page.line(k) for k in run[:-1] if not is_flag(page.line(k)))
            facility = ", ".join(names) or None
            if place:
                place = Location(facility, place.city, place.state, place.country)
                fields.append(field_of(page, "location", place, Span(run[0], n)))
                run = []
            flagged = False
    fields += [field_of(page, "location", page.line(n), Span(n, n)) for n in run]
    return tuple(fields)
