"""The parts of a UMIN page below its criteria: people, ids, results, progress and management.

People and organisations are kept without addresses, telephones and contact names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remit.registry.pages.lines import PageLines, field_of, secondary_id
from remit.registry.pages.umin_answers import (
    DATE_ROW,
    PROGRESS_DATES,
    RESULT_TEXTS,
    ZIP,
    is_funder_category,
    is_link,
    is_nation,
    is_published,
    is_status,
    is_yes_no,
    name_row,
)
from remit.registry.record import Dropped, Field, Official, Span, TrialDate, Value
from remit.registry.text.dates import read_date
from remit.registry.text.written_values import read_count

Tail = tuple[tuple[Field, ...], tuple[str, ...]]


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


def read_sponsors(
    page: PageLines, items: Sequence[int]
) -> tuple[tuple[Field, ...], tuple[Dropped, ...]]:
    """Sponsor, funder with category and nation, co-institutions and the ethics committee."""
    gone = {d.line: d.kind for d in page.dropped}
    dropped: list[Dropped] = []
    tail = [k for k, n in enumerate(items) if gone.get(n) in ("telephone", "email", "address")]
    named: list[tuple[str, int]] = []
    body = [n for n in items if n not in gone]
    if tail:
        before = [n for n in items[: tail[0]] if n not in gone]
        body = [*before, *(n for n in items[tail[0] :] if n not in gone)]
        if gone[items[tail[0]]] != "address" and len(before) > 3:
            dropped.append(Dropped(before.pop(), "address"))
        if before and (len(before) > 1):
            named.append(("ethics_committee", before.pop()))
        body = before
        named += [("note", n) for n in items[tail[0] :] if n not in gone]
    at = next((k for k, n in enumerate(body) if k and is_funder_category(page.line(n))), None)
    top = body if at is None else body[:at]
    for k, n in enumerate(top):
        last = k == len(top) - 1 and at is not None
        named.append(("sponsor" if k == 0 else "funder" if last else "sponsor_department", n))
    if at is not None:
        named.append(("funder_category", body[at]))
        rest = body[at + 1 :]
        if rest and is_nation(page.line(rest[0])):
            named.append(("funder_nation", rest[0]))
            rest = rest[1:]
        named += [("collaborator", n) for n in rest]
    fields = tuple(field_of(page, name, page.line(n), Span(n, n)) for name, n in named)
    return fields, tuple(dropped)


def read_people(
    page: PageLines, items: Sequence[int], body: Sequence[int]
) -> tuple[tuple[Field, ...], tuple[Dropped, ...], list[int]]:
    """Investigator, public contact and sponsors; and the lines after them."""
    if not body:
        return (), (), []
    start = items.index(body[0])
    blocks = [
        k
        for k in range(start, len(items))
        if (row := name_row(page.line(items[k]))) and row[0] == "1st"
    ]
    if not blocks:
        return _without_names(page, body)
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
    sponsors, gone = read_sponsors(page, items[end:until])
    taken = {d.line for d in page.dropped}
    rest = [n for n in items[until:] if n not in taken]
    return (*fields, *sponsors), (*dropped, *gone), rest


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


def read_tail(page: PageLines, lines: Sequence[int], disclosed: TrialDate | None = None) -> Tail:
    """The fields after the contacts, and notes on what the order alone does not settle.

    `disclosed` is the date of disclosure that the page's header states, which tells the first
    date row of the body from those of the results.
    """
    dates = [k for k, n in enumerate(lines) if DATE_ROW.fullmatch(page.line(n))]
    first = dates[0] if dates else len(lines)
    status = next(
        (k for k in range(first, len(lines)) if is_status(page.line(lines[k]))), len(lines)
    )
    head = _read_ids(page, lines[:first])
    results, notes = _read_results(page, lines[first:status], disclosed)
    progress, more = read_progress(page, lines[status:])
    return (*head, *results, *progress), (*notes, *more)


def _one(page: PageLines, name: str, n: int, value: Value | None = None) -> Field:
    return field_of(page, name, page.line(n) if value is None else value, Span(n, n))


def _dated(page: PageLines, name: str, n: int) -> Field:
    return _one(page, name, n, read_date(page.line(n)))


def _read_ids(page: PageLines, lines: Sequence[int]) -> tuple[Field, ...]:
    """ "NO", or "YES" with the ids and who issued them; then the institutions."""
    if not lines:
        return ()
    first, *rest = lines
    said = is_yes_no(page.line(first))
    fields = [secondary_id(page, page.line(first), Span(first, first))]
    listed = said and fields[0].value is None and page.line(first).lower().startswith(("y", "は"))
    for n in rest:
        has_digit = any(c.isdigit() for c in page.line(n))
        if listed and has_digit:
            fields.append(secondary_id(page, page.line(n), Span(n, n)))
        else:
            fields.append(_one(page, "secondary_id_issuer" if listed else "location", n))
    return tuple(fields)


def _read_results(page: PageLines, lines: Sequence[int], disclosed: TrialDate | None) -> Tail:
    """Disclosure date, protocol URL, publication, number enrolled, results and their parts."""
    if not lines:
        return (), ()
    fields: list[Field] = []
    notes: list[str] = []
    rest = list(lines)
    found = read_date(page.line(rest[0]))
    if disclosed is None or (found is not None and found.iso == disclosed.iso):
        fields.append(_dated(page, "date_disclosure", rest.pop(0)))
    published = next((k for k, n in enumerate(rest) if is_published(page.line(n))), None)
    for n in rest[: published or 0]:
        if not DATE_ROW.fullmatch(page.line(n)):
            fields.append(_link_or_none(page, "protocol_link", n))
        else:
            notes.append(f"line {n}: which date this is is not told by the page")
    if published is not None:
        fields.append(_one(page, "publication_status", rest[published]))
        rest = rest[published + 1 :]
    while rest and is_link(page.line(rest[0])):
        fields.append(_one(page, "publication", rest.pop(0)))
    if rest and (enrolled := read_count(page.line(rest[0]))) is not None:
        fields.append(_one(page, "enrolment_actual", rest.pop(0), enrolled))
    dates = [k for k, n in enumerate(rest) if DATE_ROW.fullmatch(page.line(n))]
    if not dates:
        return (*fields, *(_one(page, "results", n) for n in rest)), tuple(notes)
    fields += [_one(page, "results", n) for n in rest[: dates[0]]]
    if len(dates) == 2:
        fields.append(_dated(page, "date_results_posted", rest[dates[0]]))
        fields.append(_dated(page, "date_first_publication", rest[dates[1]]))
    else:
        # One date may be that of the results or of their publication; more are of other boxes.
        where = ", ".join(str(rest[k]) for k in dates)
        notes.append(f"line {where}: which date beside the results this is is not told by the page")
    between = [n for k, n in enumerate(rest) if dates[0] < k < dates[-1] and k not in dates]
    fields += [_one(page, "results_delay", n) for n in between]
    parts = rest[dates[-1] + 1 :]
    if len(parts) == len(RESULT_TEXTS):
        fields += [_one(page, name, n) for name, n in zip(RESULT_TEXTS, parts, strict=True)]
    elif parts:
        notes.append(
            f"lines {parts[0]}-{parts[-1]}: {len(parts)} lines for the {len(RESULT_TEXTS)} parts "
            "of the results; which part each belongs to is not told by the page"
        )
        fields += [_one(page, "results_detail", n) for n in parts]
    return tuple(fields), tuple(notes)


def _link_or_none(page: PageLines, name: str, n: int) -> Field:
    if page.line(n).lower() in ("none", "-"):
        return field_of(page, name, None, Span(n, n), state="not_given")
    return _one(page, name, n)


def read_progress(page: PageLines, lines: Sequence[int]) -> Tail:
    """Status, up to seven dates of progress, other information, registered and modified dates."""
    if not lines:
        return (), ()
    fields = [_one(page, "status", lines[0])]
    rest = list(lines[1:])
    run = 0
    while run < len(rest) and DATE_ROW.fullmatch(page.line(rest[run])):
        run += 1
    later = [k for k in range(run, len(rest)) if DATE_ROW.fullmatch(page.line(rest[k]))]
    if not later and run >= 2:
        progress, managed = rest[: run - 2], rest[run - 2 : run]
        other, last = [], rest[run:]
    else:
        progress, managed = rest[:run], [rest[k] for k in later]
        first_later = later[0] if later else len(rest)
        other = rest[run:first_later]
        last = [n for k, n in enumerate(rest) if k > first_later and k not in later]
    notes: list[str] = []
    if len(progress) in (0, 4, len(PROGRESS_DATES)):
        # The first four dates are the ones that a new record must state.
        fields += [_dated(page, PROGRESS_DATES[k], n) for k, n in enumerate(progress)]
    else:
        notes.append(
            f"lines {progress[0]}-{progress[-1]}: {len(progress)} of the {len(PROGRESS_DATES)} "
            "dates of progress; which these are is not told by the page"
        )
    fields += [_link_or_none(page, "other_information", n) for n in other if not _is_last(page, n)]
    names = ("date_registered", "date_last_update")
    if len(managed) == len(names):
        fields += [_dated(page, name, n) for name, n in zip(names, managed, strict=True)]
    elif managed:
        where = ", ".join(str(n) for n in managed)
        notes.append(f"line {where}: which date of the record this is is not told by the page")
    links = [n for n in (*other, *last) if is_link(page.line(n)) and "umin" in page.line(n)]
    fields += [_one(page, "link", n) for n in links]
    texts = [n for n in last if n not in links and page.line(n).lower() != "value"]
    fields += [_one(page, "other_information", n) for n in texts]
    return tuple(fields), tuple(notes)


def _is_last(page: PageLines, n: int) -> bool:
    text = page.line(n).lower()
    return text == "value" or (is_link(text) and "umin" in text)
