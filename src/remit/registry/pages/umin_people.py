"""The people of a UMIN page without labels: investigator, public contact, sponsors, funders.

People and organisations are kept without addresses, telephones and contact names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remit.registry.pages.lines import PageLines, field_of
from remit.registry.pages.umin_answers import (
    DATE_ROW,
    ZIP,
    is_funder_category,
    is_nation,
    is_yes_no,
    name_row,
)
from remit.registry.pages.umin_sections import not_placed
from remit.registry.record import Dropped, Field, Official, Span

People = tuple[tuple[Field, ...], tuple[Dropped, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact block: its name, the lines it takes, and where the next part begins."""

    name: str
    name_lines: tuple[int, ...]
    organisation: tuple[int, ...]
    links: tuple[int, ...]
    dropped: tuple[Dropped, ...]
    end: int


def read_contact(page: PageLines, items: Sequence[int], start: int) -> Contact:
    """The block that begins with the "1st name" row at `items[start]`.

    `items` are the filled lines and the lines already dropped as personal data, which mark where
    a telephone or an e-mail stood. Organisation and division come first; a zip code, or a line
    before the telephone, begins the address.
    """
    gone = {d.line: d.kind for d in page.dropped}
    k = start
    names: list[int] = []
    given: list[str] = []
    while k < len(items) and len(names) < 6 and (row := name_row(page.line(items[k]))):
        names.append(items[k])
        k += 1
        value = row[2]
        below = page.line(items[k]) if k < len(items) and items[k] not in gone else ""
        if not value and not row[1] and below and not name_row(below):
            value = below
            names.append(items[k])
            k += 1
        given.append(value)
        if row[0] == "last":
            break
    stop = _end_of_block(page, items, k, gone)
    organisation: list[int] = []
    links: list[int] = []
    dropped: list[Dropped] = []
    after_zip = False
    for at in range(k, stop):
        n = items[at]
        text = page.line(n)
        reaches_phone = any(items[j] in gone for j in range(at + 1, min(at + 2, stop)))
        if n in gone:
            continue
        if text.lower().startswith(("http://", "https://")):
            links.append(n)
        elif ZIP.fullmatch(text):
            dropped.append(Dropped(n, "zip"))
            after_zip = True
        elif (
            after_zip
            or len(organisation) >= 2
            or (len(organisation) == 1 and reaches_phone and "," in text)
        ):
            dropped.append(Dropped(n, "address"))
        else:
            organisation.append(n)
    name = " ".join(part for part in given if part)
    return Contact(name, tuple(names), tuple(organisation), tuple(links), tuple(dropped), stop)


def _end_of_block(page: PageLines, items: Sequence[int], start: int, gone: dict[int, str]) -> int:
    """One past the e-mail, or the telephone, that closes the block."""
    limit = start
    while limit < min(len(items), start + 10) and not name_row(page.line(items[limit])):
        limit += 1
    closing = [k for k in range(start, limit) if gone.get(items[k]) in ("telephone", "email")]
    if closing:
        last = closing[0]
        # Telephone, home page and e-mail follow each other; anything else is the next part.
        while last + 1 < limit and (
            items[last + 1] in gone or page.line(items[last + 1]).lower().startswith("http")
        ):
            last += 1
        return last + 1
    zips = [k for k in range(start, limit) if ZIP.fullmatch(page.line(items[k]))]
    if zips:
        return min(zips[0] + 2, limit)
    return min(start + 2, limit)


def lead_fields(page: PageLines, contact: Contact) -> tuple[tuple[Field, ...], tuple[Dropped, ...]]:
    """The principal investigator as an official, with the affiliation."""
    if not contact.name_lines:
        return (), contact.dropped
    lines = (*contact.name_lines, *contact.organisation)
    affiliation = ", ".join(page.line(n) for n in contact.organisation) or None
    official = Official(contact.name, "principal investigator", affiliation)
    # Organisation lines follow the names directly, so no dropped line lies in between.
    field = field_of(page, "official", official, Span(lines[0], lines[-1]))
    return (field, *_links(page, contact)), contact.dropped


def public_fields(
    page: PageLines, contact: Contact
) -> tuple[tuple[Field, ...], tuple[Dropped, ...]]:
    """The public contact's organisation; the name is dropped."""
    kept = tuple(
        field_of(page, "contact_affiliation", page.line(n), Span(n, n))
        for n in contact.organisation
    )
    names = tuple(Dropped(n, "contact_name") for n in contact.name_lines)
    return (*kept, *_links(page, contact)), (*names, *contact.dropped)


def _links(page: PageLines, contact: Contact) -> tuple[Field, ...]:
    return tuple(field_of(page, "link", page.line(n), Span(n, n)) for n in contact.links)


def read_sponsors(page: PageLines, items: Sequence[int]) -> People:
    """Sponsor, funder with category and nation, co-institutions and the ethics committee."""
    gone = {d.line: d.kind for d in page.dropped}
    dropped: list[Dropped] = []
    named: list[tuple[str, int]] = []
    lost: list[int] = []
    tail = [k for k, n in enumerate(items) if gone.get(n) in ("telephone", "email", "address")]
    end = tail[0] if tail else len(items)
    body = [n for n in items[:end] if n not in gone]
    lost += [n for n in items[end:] if n not in gone]
    at = next((k for k, n in enumerate(body) if is_funder_category(page.line(n))), None)
    committee: int | None = None
    # What is above the telephone belongs to the committee only below the funder's category.
    spare = len(body) - 1 - (0 if at is None else at)
    if tail and gone[items[end]] == "address":
        # The committee stands right above its address.
        committee = body.pop() if spare > 0 else None
    elif tail and spare > 0:
        # A line above the telephone that does not read as an address may be one all the same.
        dropped.append(Dropped(body.pop(), "address"))
    if committee is not None:
        named.append(("ethics_committee", committee))
    top = body if at is None else body[:at]
    if at is not None and len(top) == 2:
        named += [("sponsor", top[0]), ("funder", top[1])]
    elif len(top) > 1:
        # Where the sponsor ends and the funder begins is not told; the sponsor is required.
        named.append(("sponsor", top[0]))
        lost += top[1:]
    else:
        lost += top
    if at is not None:
        named.append(("funder_category", body[at]))
        rest = body[at + 1 :]
        if rest and is_nation(page.line(rest[0])):
            named.append(("funder_nation", rest[0]))
            named += [("collaborator", n) for n in rest[1:]]
        else:
            lost += rest
    fields = tuple(field_of(page, name, page.line(n), Span(n, n)) for name, n in named)
    return fields, tuple(dropped), not_placed(sorted(lost))


def read_people(
    page: PageLines, items: Sequence[int], body: Sequence[int]
) -> tuple[tuple[Field, ...], tuple[Dropped, ...], list[int], tuple[str, ...]]:
    """Investigator, public contact and sponsors; the lines after them; and notes."""
    if not body:
        return (), (), [], ()
    start = items.index(body[0])
    blocks = [
        k
        for k in range(start, len(items))
        if (row := name_row(page.line(items[k]))) and row[0] == "1st"
    ]
    if not blocks:
        return (*_without_names(page, body), ())
    # Only two blocks, the first at once after the sample size, tell which one is the investigator.
    told = len(blocks) > 1 and blocks[0] == start
    lead = read_contact(page, items, blocks[0])
    fields, dropped = (lead_fields if told else public_fields)(page, lead)
    dropped += tuple(Dropped(n, "contact") for n in items[start : blocks[0]])
    end = lead.end
    if end < len(items) and name_row(page.line(items[end])):
        public = read_contact(page, items, end)
        more, gone = public_fields(page, public)
        fields, dropped, end = (*fields, *more), (*dropped, *gone), public.end
    answers = [k for k in range(end, len(items)) if is_yes_no(page.line(items[k]))]
    dates = [k for k in range(end, len(items)) if DATE_ROW.fullmatch(page.line(items[k]))]
    until = min([*answers[:1], *dates[:1]], default=len(items))
    unnamed = _end_of_unnamed(page, items[end:until])
    dropped += tuple(Dropped(n, "contact") for n in items[end : end + unnamed])
    sponsors, gone, notes = read_sponsors(page, items[end + unnamed : until])
    taken = {d.line for d in page.dropped}
    rest = [n for n in items[until:] if n not in taken]
    return (*fields, *sponsors), (*dropped, *gone), rest, notes


def _end_of_unnamed(page: PageLines, items: Sequence[int]) -> int:
    """How many lines are of a contact without a name: with its telephone, before another one's."""
    gone = {d.line: d.kind for d in page.dropped}
    marks = [k for k, n in enumerate(items) if gone.get(n) in ("telephone", "email")]
    ends = [k for k in marks if k + 1 not in marks]
    return ends[0] + 1 if len(ends) > 1 else 0


def _without_names(
    page: PageLines, body: Sequence[int]
) -> tuple[tuple[Field, ...], tuple[Dropped, ...], list[int]]:
    """Contacts that nothing marks: all lines up to the secondary ids are left out unread."""
    stop = next(
        (
            k
            for k, n in enumerate(body)
            if is_yes_no(page.line(n)) or DATE_ROW.fullmatch(page.line(n))
        ),
        len(body),
    )
    return (), tuple(Dropped(n, "contact") for n in body[:stop]), list(body[stop:])
