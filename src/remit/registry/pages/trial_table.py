"""Reader of the pipe-table mirror: "Status | Recruiting |" rows and five tables below them.

This mirror turns every ">=" and "<=" into "=" and prints a table of other trials with their
ids. The reader flags the signs and keeps those ids apart from the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from remit.registry.pages.lines import (
    MOST_LISTS,
    PageLines,
    PageParts,
    dated,
    field_of,
    finish,
    heading,
    own_number,
    secondary_id,
    short_answer,
)
from remit.registry.pages.trial_table_parts import TABLES, is_rule, read_outcomes_table, table_named
from remit.registry.record import (
    CriterionText,
    Dropped,
    Field,
    OutcomeText,
    Record,
    Span,
    Value,
)
from remit.registry.text.eligibility import read_criteria, read_paragraph
from remit.registry.text.items import Piece
from remit.registry.text.written_dates import DateKind
from remit.registry.text.written_values import read_age_range, read_count, read_sex, read_volunteers

_TEXTS = {
    "study type": "study_type",
    "source": "sponsor",
    "condition": "condition",
    "conditions": "condition",
    "intervention": "intervention",
    "study design": "study_design",
    "allocation": "allocation",
    "masking": "masking",
    "primary purpose": "primary_purpose",
    "why stopped": "why_stopped",
    "acronym": "title_acronym",
    "brief title": "title",
    "verified date": "date_verified",
}
# Rows whose answer has a known form.
_ANSWERS: dict[str, tuple[str, Callable[[str], Value | None]]] = {
    "status": ("status", short_answer),
    "phase": ("phase", short_answer),
    "gender": ("sex", read_sex),
    "sex": ("sex", read_sex),
    "accepts healthy volunteers": ("healthy_volunteers", read_volunteers),
    "enrollment": ("enrolment", read_count),
    "nct number": ("registry_id", own_number),
    "registration number": ("registry_id", own_number),
}
_DATES: dict[str, tuple[str, DateKind | None]] = {
    "est. completion date": ("date_completion", "estimated"),
    "completion date": ("date_completion", None),
    "est. primary completion date": ("date_primary_completion", "estimated"),
    "primary completion date": ("date_primary_completion", None),
    "start date": ("date_start", None),
    "first posted": ("date_first_posted", None),
    "last updated": ("date_last_update", None),
}
_CONTACT_ROWS = ("contact", "phone", "email", "e-mail", "telephone", "contact name")
_IDS = ("other study id", "secondary ids", "secondary id", "other ids")
KEYS = frozenset((*_TEXTS, *_ANSWERS, *_DATES, *_CONTACT_ROWS, *_IDS, "age group", "eligibility"))
# The label of a row is a few words; what is longer before a bar is no label.
_LONGEST_KEY = 60
_TITLE_LABEL = re.compile(r"(official|brief|scientific|public) title:?\s*(.*)", re.I)
_HEAD = re.compile(r"(?P<condition>.+?) Clinical Trials?")


def read_trial_table(page: PageLines) -> Record:
    """The record of a pipe-table page."""
    sections = _sections(page)
    fields: list[Field] = []
    criteria: list[CriterionText] = []
    outcomes: list[OutcomeText] = []
    dropped: list[Dropped] = []
    for name, lines in sections:
        if name == "rows":
            found, items, gone = _read_rows(page, lines)
            fields += found
            criteria += items
            dropped += gone
        elif name == "outcomes":
            outcomes += read_outcomes_table(page, lines)
        elif name == "head":
            fields += [heading(page, n) for n in lines]
        else:
            fields += TABLES[name](page, lines)
    spanned: tuple[Field | OutcomeText, ...] = (*fields, *outcomes)
    held = {n for item in spanned for n in item.span.lines}
    lost = [n for name, lines in sections for n in lines if n not in held]
    kept = [d for d in dropped if d.line in lost]
    parts = PageParts(
        fields=tuple(fields),
        criteria=tuple(criteria),
        outcomes=tuple(outcomes),
        dropped=tuple(kept),
    )
    return finish(page, "trial_table", parts)


def _sections(page: PageLines) -> list[tuple[str, list[int]]]:
    """The filled lines grouped by the table that they stand in; table heads are "head"."""
    sections: list[tuple[str, list[int]]] = [("rows", [])]
    rules: list[int] = []
    for n in page.filled():
        text = page.line(n)
        table = table_named(text)
        if table:
            sections += [("head", [n]), (table, [])]
        elif is_rule(text):
            rules.append(n)
        else:
            sections[-1][1].append(n)
    return [*sections, ("head", rules)]


def _key_of(text: str) -> str | None:
    before, bar, _ = text.partition("|")
    key = before.strip().lower()
    return key if bar and key in KEYS else None


def _is_row(text: str) -> bool:
    """Whether a line is a "label | value |" row, of a label that is known or of another."""
    before, bar, _ = text.partition("|")
    return bool(bar) and len(before) <= _LONGEST_KEY


def _read_rows(
    page: PageLines, lines: list[int]
) -> tuple[list[Field], tuple[CriterionText, ...], list[Dropped]]:
    fields: list[Field] = []
    criteria: tuple[CriterionText, ...] = ()
    dropped: list[Dropped] = []
    prose: list[int] = []
    lists = 0
    rows = _join_rows(page, lines)
    for k, row in enumerate(rows):
        text = page.line(row[0])
        key = _key_of(text)
        if key in _CONTACT_ROWS:
            dropped += [Dropped(n, "contact") for n in row]
        elif key == "eligibility":
            lists += 1
            if lists > MOST_LISTS:
                continue
            items, label = _read_eligibility(page, row, criteria)
            criteria += items
            fields.append(label)
        elif key is not None:
            fields += _read_row(page, key, row)
        elif k == 0 and _HEAD.fullmatch(text):
            found = _HEAD.fullmatch(text)
            assert found is not None
            fields.append(field_of(page, "condition", found["condition"], Span(row[0], row[0])))
        elif _is_row(text):
            # A row of an unknown label is no summary: it is left for `unparsed`.
            continue
        else:
            prose += row
    return fields + _read_prose(page, prose), criteria, dropped


def _join_rows(page: PageLines, lines: list[int]) -> list[list[int]]:
    """A row runs on until a line ends with "|", unless another row begins first."""
    rows: list[list[int]] = []
    open_row = False
    for n in lines:
        text = page.line(n)
        if _key_of(text) is not None or not open_row or _TITLE_LABEL.fullmatch(text):
            rows.append([n])
            open_row = _is_row(text) and not text.endswith("|")
        else:
            rows[-1].append(n)
            open_row = not text.endswith("|")
    return rows


def _read_prose(page: PageLines, lines: list[int]) -> list[Field]:
    """Titles below their label; any other text above the rows is the summary."""
    fields: list[Field] = []
    pending: tuple[str, int] | None = None
    for n in lines:
        text = page.line(n)
        labelled = _TITLE_LABEL.fullmatch(text)
        if labelled:
            name = (
                "title_official" if labelled[1].lower() in ("official", "scientific") else "title"
            )
            if labelled[2]:
                fields.append(field_of(page, name, labelled[2], Span(n, n)))
            else:
                if pending:
                    fields.append(_empty(page, pending))
                pending = (name, n)
        elif pending:
            fields.append(field_of(page, pending[0], text, Span(pending[1], n)))
            pending = None
        else:
            fields.append(field_of(page, "summary", text, Span(n, n)))
    if pending:
        fields.append(_empty(page, pending))
    return fields


def _empty(page: PageLines, pending: tuple[str, int]) -> Field:
    return field_of(page, pending[0], None, Span(pending[1], pending[1]), state="no_value")


def _read_row(page: PageLines, key: str, row: list[int]) -> list[Field]:
    span = Span(row[0], row[-1])
    text = page.text(span).partition("|")[2].strip().rstrip("|").strip()
    names = _names_of(key)
    if not text:
        return [field_of(page, name, None, span, state="no_value") for name in names]
    if key == "age group":
        lower, upper = read_age_range(text)
        if lower or upper:
            limits = (("age_minimum", lower), ("age_maximum", upper))
            return [field_of(page, name, limit, span) for name, limit in limits]
        return [field_of(page, "age_group", text, span)] if short_answer(text) else []
    if key in _IDS:
        return [secondary_id(page, text, span)]
    if key not in _DATES and key not in _ANSWERS:
        return [field_of(page, name, text, span) for name in names]
    read = dated(_DATES[key][1]) if key in _DATES else _ANSWERS[key][1]
    value = read(text)
    # What is no answer of that form lost its own: the row is left for `unparsed`.
    return [] if value is None else [field_of(page, name, value, span) for name in names]


def _names_of(key: str) -> tuple[str, ...]:
    if key == "age group":
        return ("age_minimum", "age_maximum")
    if key in _DATES:
        return (_DATES[key][0],)
    if key in _ANSWERS:
        return (_ANSWERS[key][0],)
    return (_TEXTS.get(key, "secondary_id"),)


def _read_eligibility(
    page: PageLines, row: list[int], taken: tuple[CriterionText, ...]
) -> tuple[tuple[CriterionText, ...], Field]:
    span = Span(row[0], row[-1])
    pieces: list[Piece] = []
    for n in row:
        text = page.line(n)
        if n == row[0]:
            text = text.partition("|")[2]
        text = text.strip().removesuffix("|").strip()
        pieces += read_paragraph(text, n)
    if not pieces:
        return (), field_of(page, "eligibility", None, span, state="no_value")
    label = field_of(page, "section", "Eligibility", span, state="heading")
    return read_criteria(pieces, taken=taken), label
