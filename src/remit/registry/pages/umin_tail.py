"""The second half of a UMIN page: secondary ids, disclosure, results, progress and management."""

from __future__ import annotations

from collections.abc import Sequence

from remit.registry.pages.blocks import field_of, whole_number
from remit.registry.pages.lines import PageLines
from remit.registry.pages.umin_form import (
    DATE_ROW,
    PROGRESS_DATES,
    PUBLISHED,
    RESULT_TEXTS,
    STATUS,
    YES_NO,
)
from remit.registry.record import Field, Span, Value
from remit.registry.text.written_values import read_date

Tail = tuple[tuple[Field, ...], tuple[str, ...]]


def read_tail(page: PageLines, lines: Sequence[int]) -> Tail:
    """The fields after the contacts, and notes on what the order alone does not settle."""
    dates = [k for k, n in enumerate(lines) if DATE_ROW.fullmatch(page.line(n))]
    disclosed = dates[0] if dates else len(lines)
    status = next(
        (k for k in range(disclosed, len(lines)) if STATUS.fullmatch(page.line(lines[k]))),
        len(lines),
    )
    head = _read_ids(page, lines[:disclosed])
    results, notes = _read_results(page, lines[disclosed:status])
    progress, more = _read_progress(page, lines[status:])
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
    said = YES_NO.fullmatch(page.line(first)) is not None
    none = said and page.line(first).lower() == "no"
    state = field_of(
        page,
        "secondary_id",
        None if none else page.line(first),
        Span(first, first),
        state="not_given" if none else "heading" if said else "stated",
    )
    fields = [state]
    for n in rest:
        has_digit = any(c.isdigit() for c in page.line(n))
        if said and not none:
            fields.append(_one(page, "secondary_id" if has_digit else "secondary_id_issuer", n))
        else:
            fields.append(_one(page, "location", n))
    return tuple(fields)


def _read_results(page: PageLines, lines: Sequence[int]) -> Tail:
    """Disclosure date, protocol URL, publication, number enrolled, results and their parts."""
    if not lines:
        return (), ()
    fields = [_dated(page, "date_disclosure", lines[0])]
    rest = list(lines[1:])
    published = next((k for k, n in enumerate(rest) if PUBLISHED.fullmatch(page.line(n))), None)
    for n in rest[: published or 0]:
        fields.append(_link_or_none(page, "protocol_link", n))
    if published is not None:
        fields.append(_one(page, "publication_status", rest[published]))
        rest = rest[published + 1 :]
    while rest and _is_link(page.line(rest[0])):
        fields.append(_one(page, "publication", rest.pop(0)))
    if rest and page.line(rest[0]).isdigit():
        fields.append(_one(page, "enrolment_actual", rest[0], whole_number(page.line(rest[0]))))
        rest = rest[1:]
    dates = [k for k, n in enumerate(rest) if DATE_ROW.fullmatch(page.line(n))]
    if not dates:
        return (*fields, *(_one(page, "results", n) for n in rest)), ()
    fields += [_one(page, "results", n) for n in rest[: dates[0]]]
    notes: list[str] = []
    names = ("date_results_posted", "date_first_publication")
    if len(dates) == 1:
        n = rest[dates[0]]
        notes.append(f"line {n}: one date beside the results; read as the date they were posted")
    for k, at in enumerate(dates):
        fields.append(_dated(page, names[min(k, 1)], rest[at]))
    between = [n for k, n in enumerate(rest) if dates[0] < k < dates[-1] and k not in dates]
    fields += [_one(page, "results_delay", n) for n in between]
    parts = rest[dates[-1] + 1 :]
    if len(parts) == len(RESULT_TEXTS):
        fields += [_one(page, name, n) for name, n in zip(RESULT_TEXTS, parts, strict=True)]
    elif parts:
        notes.append(
            f"lines {parts[0]}-{parts[-1]}: {len(parts)} lines for the {len(RESULT_TEXTS)} "
            f"parts of the "
            "results; which part each belongs to is not told by the page"
        )
        fields += [_one(page, "results_detail", n) for n in parts]
    return tuple(fields), tuple(notes)


def _is_link(text: str) -> bool:
    return text.lower().startswith(("http://", "https://", "doi:", "www."))


def _link_or_none(page: PageLines, name: str, n: int) -> Field:
    if page.line(n).lower() in ("none", "-"):
        return field_of(page, name, None, Span(n, n), state="not_given")
    return _one(page, name, n)


def _read_progress(page: PageLines, lines: Sequence[int]) -> Tail:
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
    notes = []
    if len(progress) not in (0, 4, len(PROGRESS_DATES)):
        notes.append(
            f"{len(progress)} of {len(PROGRESS_DATES)} dates of progress: placed in the "
            f"form's order, "
            "which an empty date in between would shift"
        )
    for k, n in enumerate(progress):
        fields.append(_dated(page, PROGRESS_DATES[k] if k < 7 else "date_other", n))
    fields += [_link_or_none(page, "other_information", n) for n in other if not _is_last(page, n)]
    names = ("date_registered", "date_last_update")
    for k, n in enumerate(managed):
        fields.append(_dated(page, names[k] if k < 2 else "date_other", n))
    links = [n for n in (*other, *last) if _is_link(page.line(n)) and "umin" in page.line(n)]
    fields += [_one(page, "link", n) for n in links]
    texts = [n for n in last if n not in links and page.line(n).lower() != "value"]
    fields += [_one(page, "other_information", n) for n in texts]
    return tuple(fields), tuple(notes)


def _is_last(page: PageLines, n: int) -> bool:
    text = page.line(n).lower()
    return text == "value" or (_is_link(text) and "umin" in text)
