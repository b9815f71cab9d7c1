"""What the registry pages say: field by field, where they differ, and the signs put back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from markupsafe import Markup

from remit.registry import Disagreement, FieldClaim, Span, Trial
from remit.registry.trials.differences import plain_value
from remit.report.markup import rendered
from remit.terminal import short_text

# Names of people are public on the pages and of no use here.
_LEFT_OUT = frozenset({"official", "contact_affiliation"})
_FLAG = {
    "lossy_operator": "a comparison sign",
    "incomplete": "a part of the text",
    "unsure_side": "its side",
}
_STATED = {"no_value": "(label without a value)", "not_given": "(the page gives none)"}


def trial_part(trial: Trial, *, name: str) -> Markup:
    """One trial as its pages tell it; `name` is unique on the page."""
    pages = ", ".join(f"{_page(record.source)} ({record.format})" for record in trial.records)
    title = trial.value("title_public") or trial.value("title") or pages
    fields = [
        (
            field.name.replace("_", " "),
            _page(claim.source),
            str(claim.span),
            short_text(_STATED.get(claim.state, plain_value(claim.value)), width=240),
            "yes" if claim.source == field.chosen_source else "",
        )
        for field in trial.fields
        for claim in field.claims
        if claim.state != "heading" and field.name not in _LEFT_OUT
    ]
    number = len(trial.records)
    return rendered(
        "trial.html",
        name=name,
        title=short_text(str(title), width=160),
        number=number,
        pages=pages,
        differences=_differences(trial.disagreements),
        repairs=_repairs(trial),
        flagged=_flagged(trial),
        fields=fields,
    )


def _page(source: str) -> str:
    """The file's name alone: where it lay is nobody's concern."""
    return PurePath(source).name


def _place(source: str, span: Span) -> str:
    return f"{_page(source)}, {'line' if span.first == span.last else 'lines'} {span}"


def _said(claim: FieldClaim) -> str:
    return short_text(plain_value(claim.value) if claim.value else claim.text, width=240)


def _differences(found: Sequence[Disagreement]) -> list[tuple[str, ...]] | None:
    """What the pages say otherwise, claim by claim; None where they agree."""
    if not found:
        return None
    return [
        (item.name.replace("_", " "), _page(claim.source), str(claim.span), _said(claim))
        for item in found
        for claim in item.claims
        if item.name not in _LEFT_OUT
    ]


def _repairs(trial: Trial) -> list[tuple[str, ...]]:
    return [
        (
            f"{item.kind} {item.number}",
            _place(item.repair.lossy_source, item.repair.lossy_span),
            short_text(item.repair.lossy_text, width=240),
            _place(item.repair.evidence_source, item.repair.evidence_span),
            short_text(item.repair.evidence_text, width=240),
        )
        for item in trial.criteria
        if item.repair is not None
    ]


def _flagged(trial: Trial) -> list[tuple[str, ...]]:
    """Criteria and outcomes that no page has whole: a person must confirm them."""
    criteria = [
        (f"{item.kind} {item.number}", item.source, item.span, item.flags, item.text)
        for item in trial.criteria
        if item.flags
    ]
    outcomes = [
        (f"{o.type} outcome", item.source, o.span, o.flags, f"{o.measure}. {o.description or ''}")
        for item in trial.outcomes
        if (o := item.outcome).flags
    ]
    return [
        (
            name,
            _place(source, span),
            ", ".join(_FLAG[flag] for flag in sorted(flags)),
            short_text(text, width=240),
        )
        for name, source, span, flags, text in (*criteria, *outcomes)
    ]
