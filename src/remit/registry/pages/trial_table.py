"""Reader of the pipe-table mirror: "Status | Recruiting |" rows and five tables below them.

This mirror turns every ">=" and "<=" into "=" and prints a table of other trials with their
ids. The reader flags the signs and keeps those ids apart from the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from remit.registry.pages.lines import PageLines, PageParts, field_of, finish, heading, whole_number
from remit.registry.record import (
    CriterionText,
    Dropped,
    Field,
    Location,
    OutcomeText,
    OutcomeType,
    Record,
    SimilarTrial,
    Span,
    Value,
)
from remit.registry.text.eligibility import read_criteria, read_paragraph
from remit.registry.text.items import Piece
from remit.registry.text.outcomes import outcome
from remit.registry.text.written_values import DateKind, read_age_range, read_date, read_registry_id

_TEXTS = {
    "status": "status",
    "gender": "sex",
    "sex": "sex",
    "accepts healthy volunteers": "healthy_volunteers",
    "study type": "study_type",
    "phase": "phase",
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
_IDS = ("nct number", "registration number", "other study id", "secondary ids", "other ids")
KEYS = frozenset(
    (*_TEXTS, *_DATES, *_CONTACT_ROWS, *_IDS, "enrollment", "age group", "eligibility")
)
_RULE = re.compile(r"(?:\s*:?-{2,}:?\s*\|?)+")
_TITLE_LABEL = re.compile(r"(official|brief|scientific|public) title:?\s*(.*)", re.I)
_HEAD = re.compile(r"(?P<condition>.+?) Clinical Trials?")
_COUNTRIES = re.compile(r"(?:[A-Z][\w .'()-]*,\s*)+")
_REFERENCE = re.compile(r"View Citation\s*$|\bdoi:|\b(?:19|20)\d{2}\b.*[;:].*\d", re.I)
_REFERENCES_NOTE = re.compile(r"\*?\s*Note: There (?:are|is) .*", re.I)
_STATUSES = re.compile(
    r"(?:active, not recruiting|recruiting|completed|terminated|withdrawn|suspended|unknown status|"
    r"not yet recruiting|enrolling by invitation|available|no longer available"
    r"|approved for marketing|"
    r"temporarily not available|withheld|not recruiting)",
    re.I,
)
# Nothing here can be read in two ways: a line of digits is passed over once.
_OTHER_TRIAL = re.compile(r"(?:^|\|)\s*+([A-Z][A-Za-z](?=[\w/-]*\d{4})[\w/-]++)\s++[-–—](?:\s|$)")
_OUTCOME_ROW = re.compile(r"(Primary|Secondary|Other|Post-Hoc)\s*\|")


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
            fields += _TABLES[name](page, lines)
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
    for n in page.filled():
        text = page.line(n)
        table = _table_named(text)
        if table:
            sections += [("head", [n]), (table, [])]
        elif _RULE.fullmatch(text) and "-" in text:
            sections[-1:-1] = [("head", [n])]
        else:
            sections[-1][1].append(n)
    return sections


def _table_named(text: str) -> str | None:
    cells = [cell.strip().lower() for cell in text.split("|") if cell.strip()]
    if cells[:2] == ["country", "name"]:
        return "locations"
    if cells[:1] == ["lead sponsor"] and "|" in text and len(cells) <= 2:
        return "sponsors"
    if cells[:2] == ["type", "measure"]:
        return "outcomes"
    if cells[:2] == ["status", "clinical trial"]:
        return "similar"
    if cells[:2] in (["type", "name"], ["intervention", "type"]):
        return "interventions"
    return None


def _key_of(text: str) -> str | None:
    before, bar, _ = text.partition("|")
    key = before.strip().lower()
    return key if bar and key in KEYS else None


def _read_rows(
    page: PageLines, lines: list[int]
) -> tuple[list[Field], tuple[CriterionText, ...], list[Dropped]]:
    fields: list[Field] = []
    criteria: tuple[CriterionText, ...] = ()
    dropped: list[Dropped] = []
    prose: list[int] = []
    rows = _join_rows(page, lines)
    for k, row in enumerate(rows):
        text = page.line(row[0])
        key = _key_of(text)
        if key in _CONTACT_ROWS:
            dropped += [Dropped(n, "contact") for n in row]
        elif key == "eligibility":
            items, label = _read_eligibility(page, row)
            criteria += items
            fields.append(label)
        elif key is not None:
            fields += _read_row(page, key, row)
        elif k == 0 and _HEAD.fullmatch(text):
            found = _HEAD.fullmatch(text)
            assert found is not None
            fields.append(field_of(page, "condition", found["condition"], Span(row[0], row[0])))
        else:
            prose += row
    return fields + _read_prose(page, prose), criteria, dropped


def _join_rows(page: PageLines, lines: list[int]) -> list[list[int]]:
    """A row runs on until a line ends with "|", unless another row begins first."""
    rows: list[list[int]] = []
    open_row = False
    for n in lines:
        text = page.line(n)
        if _key_of(text) is not None or not open_row:
            rows.append([n])
            open_row = _key_of(text) is not None and not text.endswith("|")
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
    value: Value | None = text
    if key in _DATES:
        value = read_date(text, _DATES[key][1])
    elif key == "enrollment":
        value = whole_number(text)
    elif key in ("nct number", "registration number"):
        value = read_registry_id(text)
    elif key == "age group":
        lower, upper = read_age_range(text)
        if lower or upper:
            limits = (("age_minimum", lower), ("age_maximum", upper))
            return [field_of(page, name, limit, span) for name, limit in limits]
        return [field_of(page, "age_group", text, span)]
    return [field_of(page, name, text if value is None else value, span) for name in names]


def _names_of(key: str) -> tuple[str, ...]:
    if key == "age group":
        return ("age_minimum", "age_maximum")
    if key in _DATES:
        return (_DATES[key][0],)
    if key == "enrollment":
        return ("enrolment",)
    if key in ("nct number", "registration number"):
        return ("registry_id",)
    return (_TEXTS.get(key, "secondary_id"),)


def _read_eligibility(page: PageLines, row: list[int]) -> tuple[tuple[CriterionText, ...], Field]:
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
    return read_criteria(pieces), Field("section", "Eligibility", label.text, span, "heading")


def _cells(text: str) -> list[str]:
    cells = [cell.strip() for cell in text.split("|")]
    return cells[:-1] if cells and not cells[-1] else cells


def read_locations_table(page: PageLines, lines: list[int]) -> list[Field]:
    """A location a row: country, name, city, state."""
    fields = []
    for n in lines:
        cells = [cell or None for cell in _cells(page.line(n))]
        country, name, city, state = (*cells, None, None, None, None)[:4]
        fields.append(field_of(page, "location", Location(name, city, state, country), Span(n, n)))
    return fields


def read_sponsors_table(page: PageLines, lines: list[int]) -> list[Field]:
    """Sponsor rows, then the list of countries, then the references."""
    fields: list[Field] = []
    for n in lines:
        text, span = page.line(n), Span(n, n)
        if _REFERENCES_NOTE.fullmatch(text):
            continue
        if "|" in text:
            cells = _cells(text)
            if cells and cells[0]:
                fields.append(field_of(page, "sponsor", cells[0], span))
            fields += [
                field_of(page, "collaborator", part.strip(), span)
                for cell in cells[1:]
                for part in cell.split(",")
                if part.strip()
            ]
        elif _COUNTRIES.fullmatch(text + " "):
            fields += [
                field_of(page, "country", part.strip(), span)
                for part in text.split(",")
                if part.strip()
            ]
        elif _REFERENCE.search(text):
            citation = re.sub(r"\s*[—–-]\s*View Citation\s*$", "", text)
            fields.append(field_of(page, "reference", citation, span))
    return fields


def read_interventions_table(page: PageLines, lines: list[int]) -> list[Field]:
    """An intervention a row, its cells joined."""
    return [
        field_of(page, "intervention", " | ".join(c for c in _cells(page.line(n)) if c), Span(n, n))
        for n in lines
        if any(_cells(page.line(n)))
    ]


def read_similar_table(page: PageLines, lines: list[int]) -> list[Field]:
    """Other trials with their ids; none of these ids is the page's own."""
    starts = [
        k - 1 if k and _STATUSES.fullmatch(_bare(page, lines[k - 1])) else k
        for k, n in enumerate(lines)
        if _OTHER_TRIAL.search(page.line(n))
    ]
    fields: list[Field] = []
    for start, end in pairwise([*starts, len(lines)]):
        span = Span(lines[start], lines[end - 1])
        # A line above the number holds the status, with or without its border.
        above = start if _OTHER_TRIAL.search(page.line(lines[start])) else start + 1
        cells = " ".join(page.line(n) for n in lines[above:end]).split("|")
        at = next(k for k, cell in enumerate(cells) if _OTHER_TRIAL.search(cell.strip()))
        number, _, title = re.split(r"\s+([-–—])(?:\s+|$)", cells[at].strip(), maxsplit=1)
        said = [*(_bare(page, n) for n in lines[start:above]), *cells[:at]]
        status = " ".join(said).strip() or None
        phase = cells[at + 1].strip() if at + 1 < len(cells) else ""
        value = SimilarTrial(number, title.strip() or None, status, phase or None)
        fields.append(field_of(page, "similar_trials", value, span))
    first = starts[0] if starts else len(lines)
    fields += [
        field_of(page, "similar_trials", page.line(n), Span(n, n))
        for n in lines[:first]
        if page.line(n).strip(" |")
    ]
    return fields


def _bare(page: PageLines, n: int) -> str:
    return page.line(n).strip(" |")


def read_outcomes_table(page: PageLines, lines: list[int]) -> list[OutcomeText]:
    """The outcomes; a row may run over several lines."""
    groups: list[list[int]] = []
    for n in lines:
        if _OUTCOME_ROW.match(page.line(n)):
            groups.append([n])
        elif groups:
            groups[-1].append(n)
    found = []
    kinds: dict[str, OutcomeType] = {"Primary": "primary", "Secondary": "secondary"}
    for group in groups:
        span = Span(group[0], group[-1])
        text = page.text(span)
        kind, measure, description, time = (*(c.strip() for c in text.split("|")), "", "", "")[:4]
        found.append(
            outcome(
                kinds.get(kind, "other"), measure, description, time, source_text=text, span=span
            )
        )
    return found


_TABLES: dict[str, Callable[[PageLines, list[int]], list[Field]]] = {
    "locations": read_locations_table,
    "sponsors": read_sponsors_table,
    "interventions": read_interventions_table,
    "similar": read_similar_table,
}
