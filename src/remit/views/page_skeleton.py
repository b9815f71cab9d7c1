"""The beginning of a study from its registry page: ids, titles, ages, sex, each criterion's text.

The text of the page goes into the file of whoever gave the page, with its lines. Only what the page
says in fields of its own is executable; a lost list or sign is held back as such, and all else
waits for somebody to write its expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from remit.errors import PageError
from remit.registry import FORMATS, AgeLimit, Arm, Record, Span
from remit.registry.record import CriterionText, OutcomeText
from remit.terminal import plain_text, short_text
from remit.views.study_skeleton import DATES, FILES, HEAD, RESPONSE, study_head
from remit.views.toml_text import toml_comment, toml_identifier, toml_list, toml_name, toml_string

PAGE = "1"
_EVERYONE = frozenset({"all", "any", "both", "male and female", "female and male", "both sexes"})
_SIGN = re.compile("[<>≤≥≦≧]|以上|以下|未満|超|より上")
_UNSURE = "The page does not say clearly whether this lets in or keeps out."
_CRITERIA = """
# Criteria, as the page words them. Write the expression of one, set its state to executable (or
# needs_attestation, where only `attested NAME` decides), and check the file again. Until then it is
# unknown for everybody. An exclusion says when it applies: met means excluded.
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One criterion of the file to be written."""

    id: str
    kind: str
    text: str
    span: Span
    state: str
    expression: str | None = None
    interpretation: str = ""
    cohort: str | None = None


def page_skeleton(record: Record, file: Path, page: Path) -> str:
    """A protocol from what a page says.

    Args:
        file: where it will be written; the study is called after it where the page states no id.
        page: the file of the page.

    Raises:
        PageError: the page is of several trials.
    """
    number = _own_number(record) or file.stem
    texts = [_text(record, name) for name in ("title", "title_official")]
    title = next((text for text in texts if text), None) or number
    summary = _first(record, "summary", "plain_summary", "description") or "The page gives none."
    target = record.value("enrolment")
    announced = [item for item in record.criteria if _only_announces(item)]
    head = study_head(
        identifier=toml_identifier(number, otherwise="MY-STUDY"),
        name=toml_name(number, otherwise="my_study"),
        title=title,
        summary=summary,
        sponsor=_first(record, "sponsor") or "not stated",
        status=_first(record, "status") or "not stated",
        target=target if isinstance(target, int) and target > 0 else None,
        notes=tuple(f"The page says, line {i.span}: {plain_text(i.text)}" for i in announced),
    )
    entries = [*_age_entries(record), *_sex_entries(record)]
    entries += _criterion_entries(record, {entry.id for entry in entries})
    if not entries:
        entries = [
            _Entry("I1", "inclusion", "The page gives no criteria.", Span(1, 1), "incomplete")
        ]
    commented = "".join(
        (line if line.startswith("#") else f"# {line}".rstrip()) + "\n"
        for line in RESPONSE.strip().splitlines()
    )
    return "".join(
        (
            HEAD,
            f"# Written from {plain_text(page.name)}: compare every part with the page.\n",
            _left_over(record),
            head,
            _design(record),
            _page_table(record, page),
            FILES,
            DATES,
            "\n",
            commented,
            _groups(record, entries),
            _outcomes(record),
            _CRITERIA,
            "\n".join(_criterion(entry) for entry in entries),
        )
    )


def unread_lines(record: Record) -> tuple[int, ...]:
    """The lines of a page that were not understood, and so are in no part of the study."""
    found = (item.line for item in record.unparsed if item.reason == "not_understood")
    return tuple(sorted(set(found)))


def _left_over(record: Record) -> str:
    lines = unread_lines(record)
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:20])) + (" and more" if len(lines) > 20 else "")
    return f"# Lines of the page that were not understood, and are not in this file: {shown}.\n"


def _own_number(record: Record) -> str | None:
    """The page's own number; the registries' own pages name theirs first."""
    of_registry: dict[str, set[str]] = {}
    for known in record.own_ids:
        of_registry.setdefault(known.registry, set()).add(known.number)
    for registry, numbers in of_registry.items():
        if len(numbers) > 1:
            raise PageError(
                "the page is of several trials",
                expected="the page of one trial",
                got=f"{len(numbers)} numbers of {registry}: {', '.join(sorted(numbers)[:4])}",
                next_step="save the page of each trial as its own file",
                place=record.source,
            )
    return record.own_ids[0].number if record.own_ids else None


def _text(record: Record, name: str) -> str | None:
    value = record.value(name)
    return value if isinstance(value, str) and value.strip() else None


def _first(record: Record, *names: str) -> str | None:
    return next((text for name in names if (text := _text(record, name))), None)


def _design(record: Record) -> str:
    said = (_text(record, "study_type") or "").lower()
    kind = next((k for k in ("interventional", "observational") if k in said), None)
    told = [
        text
        for name in ("study_design", "allocation", "interventional_model", "masking")
        if (text := _text(record, name))
    ]
    unsure = "" if kind else "  # the page does not say"
    return (
        f"\n[design]\ntype = {toml_string(kind or 'observational')}{unsure}\n"
        f"text = {toml_string('; '.join(told) or 'The page does not say.')}\n"
    )


def _page_table(record: Record, page: Path) -> str:
    site = next(kind.site for kind in FORMATS if kind.name == record.format)
    return (
        f"\n[[pages]]\npage = {toml_string(PAGE)}\nfile = {toml_string(page.name)}\n"
        f"site = {toml_string(site)}\n"
    )


def _sources(span: Span) -> str:
    lines = f"first_line = {span.first}, last_line = {span.last}"
    return f"sources = [{{ page = {toml_string(PAGE)}, {lines} }}]"


# ---- ages and sex --------------------------------------------------------------------------------


def _age_entries(record: Record) -> Iterator[_Entry]:
    for name, words, least in (
        ("age_minimum", "or older", True),
        ("age_maximum", "or younger", False),
    ):
        found = [field for field in record.named(name) if isinstance(field.value, AgeLimit)]
        limits = {
            (f.value.value, f.value.unit, f.value.inclusive)
            for f in found
            if isinstance(f.value, AgeLimit) and f.value.value is not None
        }
        if not limits:
            continue
        stated = (f for f in found if isinstance(f.value, AgeLimit) and f.value.value is not None)
        field = next(stated)
        said = plain_text(field.text)
        value, unit, inclusive = next(iter(limits))
        whole = value is not None and value == value.to_integral_value()
        # UMIN prints a sign beside each age; other registries mean both ends to be included.
        lost = record.format == "umin" and _SIGN.search(field.text) is None
        if lost or len(limits) > 1 or not whole or unit not in {"years", "months"}:
            text = f"{'Minimum' if least else 'Maximum'} age: {said}"
            state = "lossy_operator" if lost else "not_written"
            yield _Entry(name, "inclusion", text, field.span, state)
            continue
        sign = (">" if least else "<") + ("=" if inclusive else "")
        count = f"{value:f}".split(".")[0]
        yield _Entry(
            name,
            "inclusion",
            f"{count} {unit} {words}." if inclusive else f"Age {sign} {count} {unit}.",
            field.span,
            "executable",
            f"age at screening {sign} {count} {unit}",
            f"The page says: {said}. Age is counted in completed {unit} on the day of screening.",
        )


def _sex_entries(record: Record) -> Iterator[_Entry]:
    found = [field for field in record.named("sex") if isinstance(field.value, str)]
    said = {str(field.value).strip().lower() for field in found}
    if not said or said <= _EVERYONE:
        return
    text, span = plain_text(str(found[0].value)), found[0].span
    if len(said) == 1 and said <= {"female", "male"}:
        expression = f"sex is {said.pop()}"
        yield _Entry("sex", "inclusion", f"Sex: {text}.", span, "executable", expression)
    else:
        yield _Entry("sex", "inclusion", f"Sex: {text}", span, "not_written")


# ---- criteria in words ---------------------------------------------------------------------------


def _only_announces(item: CriterionText) -> bool:
    """Whether a line before the criteria says no more than that they follow."""
    return item.kind == "preamble" and not item.flags and item.text.rstrip().endswith((":", "："))


def _criterion_entries(record: Record, taken: set[str]) -> Iterator[_Entry]:
    ids: dict[str, str] = {}
    for item in record.criteria:
        if _only_announces(item):
            continue
        identifier = toml_identifier(item.key, otherwise="C")
        while identifier in taken:
            identifier += "-2"
        taken.add(identifier)
        ids[item.key] = identifier
        told = [] if item.parent is None else [f"A part of {ids.get(item.parent, item.parent)}."]
        if item.kind == "preamble" or "unsure_side" in item.flags:
            told.append(_UNSURE)
        state = next(
            (s for s in ("incomplete", "lossy_operator") if s in item.flags), "not_written"
        )
        yield _Entry(
            identifier,
            "exclusion" if item.kind == "exclusion" else "inclusion",
            plain_text(item.text) or "The page gives no text.",
            item.span,
            state,
            interpretation=" ".join(told),
            cohort=item.cohort,
        )


def _criterion(entry: _Entry) -> str:
    lines = [
        "[[criteria]]",
        f"id = {toml_string(entry.id)}",
        f"kind = {toml_string(entry.kind)}",
    ]
    if entry.cohort is not None:
        lines.append(f"cohorts = {toml_list([_cohort_id(entry.cohort)])}")
    lines += [_sources(entry.span), f"text = {toml_string(entry.text)}"]
    if entry.interpretation:
        lines.append(f"interpretation = {toml_string(entry.interpretation)}")
    lines.append(f"state = {toml_string(entry.state)}")
    if entry.expression is not None:
        lines.append(f"expression = {toml_string(entry.expression)}")
    elif entry.state == "not_written":
        lines.append('# expression = ""')
    return "\n".join(lines) + "\n"


# ---- groups and outcomes -------------------------------------------------------------------------


def _cohort_id(number: str) -> str:
    return toml_identifier(number, otherwise="cohort")


def _groups(record: Record, entries: list[_Entry]) -> str:
    asked = {entry.cohort for entry in entries}
    shared = None in asked
    parts = []
    for cohort in record.cohorts:
        title = plain_text(cohort.title) or cohort.number
        if cohort.number not in asked and not shared:
            parts.append(toml_comment(f"The page asks nothing of the group {title}: left out."))
            continue
        parts.append(
            f"[[cohorts]]\nid = {toml_string(_cohort_id(cohort.number))}\n"
            f"label = {toml_string(title)}\n"
            f"text = {toml_string(f'Line {cohort.span} of the page.')}"
        )
    taken: set[str] = set()
    for arm in record.values("arm"):
        if isinstance(arm, Arm):
            identifier = toml_identifier(toml_name(arm.name, otherwise="arm"), otherwise="arm")
            while identifier in taken:
                identifier += "_2"
            taken.add(identifier)
            told = [arm.kind or "", arm.description or "", "; ".join(arm.interventions)]
            text = plain_text(". ".join(part for part in told if part)) or arm.name
            parts.append(
                f"[[arms]]\nid = {toml_string(identifier)}\n"
                f"label = {toml_string(plain_text(arm.name) or identifier)}\n"
                f"text = {toml_string(text)}"
            )
    return "".join(f"\n{part}\n" for part in parts)


def _outcomes(record: Record) -> str:
    counts: dict[str, int] = {}
    return "".join(f"\n{_outcome(item, counts)}" for item in record.outcomes)


def _outcome(item: OutcomeText, counts: dict[str, int]) -> str:
    kind = "exploratory" if item.type == "other" else item.type
    counts[kind] = counts.get(kind, 0) + 1
    measure = plain_text(item.measure) or "The page gives no text."
    described = f"{measure}: {plain_text(item.description)}" if item.description else measure
    state = "lossy_operator" if "lossy_operator" in item.flags else "not_written"
    state = "incomplete" if "incomplete" in item.flags else state
    frame = plain_text(item.time_frame or "") or "not stated"
    return (
        f"[[outcomes]]\nid = {toml_string(f'{kind}_{counts[kind]}')}\n"
        f"type = {toml_string(kind)}\nname = {toml_string(short_text(measure, width=90))}\n"
        f"measure = {toml_string(described)}\ntime_frame = {toml_string(frame)}\n"
        f"{_sources(item.span)}\nstate = {toml_string(state)}\n"
    )
