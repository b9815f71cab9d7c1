"""The last parts of a UMIN page without labels: ids, results, progress and management."""

from __future__ import annotations

from collections.abc import Sequence

from remit.registry.pages.lines import PageLines, field_of, own_number, secondary_id
from remit.registry.pages.umin_answers import (
    DATE_ROW,
    PROGRESS_DATES,
    RESULT_TEXTS,
    is_link,
    is_published,
    is_status,
    is_yes_no,
)
from remit.registry.record import Field, Span, TrialDate, Value
from remit.registry.text.written_dates import read_date
from remit.registry.text.written_values import read_count

Tail = tuple[tuple[Field, ...], tuple[str, ...]]


def not_placed(lines: Sequence[int]) -> tuple[str, ...]:
    """The note on lines that the order and the shape of the values do not place."""
    if not lines:
        return ()
    where = ", ".join(str(n) for n in lines[:20])
    return (f"lines {where}: which field of the form they fill is not told by the page",)


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
        other = rest[run : later[0]]
        last = [n for k, n in enumerate(rest) if k > later[0] and k not in later]
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
