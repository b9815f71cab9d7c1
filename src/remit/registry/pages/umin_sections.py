"""The parts of a UMIN page below its criteria: people, ids, results, progress and management.

People and organisations are kept without addresses, telephones and contact names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remit.registry.pages.lines import PageLines, field_of, own_number, secondary_id
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
People = tuple[tuple[Field, ...], tuple[Dropped, ...], tuple[str, ...]]


def not_placed(lines: Sequence[int]) -> tuple[str, ...]:
    """The note on lines that the order and the shape of the values do not place."""
    if not lines:
        return ()
    where = ", ".join(str(n) for n in lines[:20])
    return (f"lines {where}: which field of the form they fill is not told by the page",)


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
    if tail and gone[items[end]] == "address":
        # The committee stands right above its address.
        committee = body.pop() if len(body) > (0 if at is None else at) + 1 else None
    elif tail and len(body) > 1:
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


def read_tail(page: PageLines, lines: Sequence[int], disclosed: TrialDate | None = None) -> Tail:
    """The fields after the contacts, and notes on what the order alone does not settle.

    `disclosed` is the date of disclosure that the page's header states, which tells the first
    date row of the body from those of the results.
    """
    first = next((k for k, n in enumerate(lines) if _ends_ids(page.line(n))), len(lines))
    status = next(
        (k for k in range(first, len(lines)) if is_status(page.line(lines[k]))), len(lines)
    )
    head, lost = _read_ids(page, lines[:first])
    results, notes = _read_results(page, lines[first:status], disclosed)
    progress, more = read_progress(page, lines[status:])
    return (*head, *results, *progress), (*not_placed(lost), *notes, *more)


def _ends_ids(text: str) -> bool:
    """Whether a line is of a box below the ids and the institutions."""
    return bool(DATE_ROW.fullmatch(text)) or is_link(text) or is_published(text)


def _one(page: PageLines, name: str, n: int, value: Value | None = None) -> Field:
    return field_of(page, name, page.line(n) if value is None else value, Span(n, n))


def _dated(page: PageLines, name: str, n: int) -> Field:
    return _one(page, name, n, read_date(page.line(n)))


def _read_ids(page: PageLines, lines: Sequence[int]) -> tuple[tuple[Field, ...], list[int]]:
    """ "NO", or "YES" with the ids and who issued them; then the institutions.

    After "YES" an issuer and an institution read alike: they come back as lines not placed.
    """
    if not lines:
        return (), []
    if not is_yes_no(page.line(lines[0])):
        return (), list(lines)
    fields = [secondary_id(page, page.line(lines[0]), Span(lines[0], lines[0]))]
    none = page.line(lines[0]).lower().startswith(("n", "い"))
    lost: list[int] = []
    for n in lines[1:]:
        if none:
            fields.append(_one(page, "location", n))
        elif own_number(page.line(n)) is not None:
            fields.append(secondary_id(page, page.line(n), Span(n, n)))
        else:
            lost.append(n)
    return tuple(fields), lost


def _read_results(page: PageLines, lines: Sequence[int], disclosed: TrialDate | None) -> Tail:
    """Disclosure date, protocol URL, publication, number enrolled, results and their parts."""
    if not lines:
        return (), ()
    fields: list[Field] = []
    lost: list[int] = []
    rest = list(lines)
    found = read_date(page.line(rest[0]))
    if found is not None and (disclosed is None or found.iso == disclosed.iso):
        fields.append(_dated(page, "date_disclosure", rest.pop(0)))
    published = next((k for k, n in enumerate(rest) if is_published(page.line(n))), None)
    if published is None:
        # A link may be that of the protocol or of a paper.
        while rest and (is_link(page.line(rest[0])) or page.line(rest[0]).lower() == "none"):
            lost.append(rest.pop(0))
    else:
        for n in rest[:published]:
            if DATE_ROW.fullmatch(page.line(n)):
                lost.append(n)
            else:
                fields.append(_link_or_none(page, "protocol_link", n))
        fields.append(_one(page, "publication_status", rest[published]))
        rest = rest[published + 1 :]
        while rest and is_link(page.line(rest[0])):
            fields.append(_one(page, "publication", rest.pop(0)))
    if rest and (enrolled := read_count(page.line(rest[0]))) is not None:
        fields.append(_one(page, "enrolment_actual", rest.pop(0), enrolled))
    dates = [k for k, n in enumerate(rest) if DATE_ROW.fullmatch(page.line(n))]
    if len(dates) > 2:
        # Dates of other boxes: the border of the results is lost.
        return tuple(fields), not_placed(sorted([*lost, *rest]))
    first, last = (dates[0], dates[-1]) if dates else (len(rest), len(rest))
    name = "results" if first == 1 else "results_detail"
    fields += [_one(page, name, n) for n in rest[:first]]
    if len(dates) == 2:
        fields.append(_dated(page, "date_results_posted", rest[first]))
        fields += [_one(page, "results_delay", n) for n in rest[first + 1 : last]]
        fields.append(_dated(page, "date_first_publication", rest[last]))
    else:
        # One date may be that of the results or of their publication.
        lost += [rest[k] for k in dates]
    parts = rest[last + 1 :]
    if len(parts) == len(RESULT_TEXTS):
        fields += [_one(page, part, n) for part, n in zip(RESULT_TEXTS, parts, strict=True)]
        return tuple(fields), not_placed(lost)
    fields += [_one(page, "results_detail", n) for n in parts]
    if not parts:
        return tuple(fields), not_placed(lost)
    return tuple(fields), (
        *not_placed(lost),
        f"lines {parts[0]}-{parts[-1]}: {len(parts)} lines for the {len(RESULT_TEXTS)} parts of "
        "the results; which part each belongs to is not told by the page",
    )


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
    lost: list[int] = []
    if not later:
        # Nothing parts the dates of progress from those of the record: all nine tell it, and
        # so do the six that a new record must state.
        whole = run in (4 + 2, len(PROGRESS_DATES) + 2)
        progress, managed = (rest[: run - 2], rest[run - 2 : run]) if whole else ([], [])
        other, last = ([], rest[run:]) if whole or run else (rest, [])
        lost = [] if whole else rest[:run]
    else:
        progress, managed = rest[:run], [rest[k] for k in later]
        first_later = later[0] if later else len(rest)
        other = rest[run:first_later]
        last = [n for k, n in enumerate(rest) if k > first_later and k not in later]
    notes = list(not_placed(lost))
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
