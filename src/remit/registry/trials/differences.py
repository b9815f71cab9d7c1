"""Where linked records, or two places of them, say different things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from remit.registry.record import AgeLimit, Location, RegistryId, TrialDate, Value
from remit.registry.text.normal_values import normal_sex
from remit.registry.text.operators import find_lost_operators, neutralise, signed_words
from remit.registry.text.titles import normal_text, sponsor_words
from remit.registry.trials.trial import Disagreement, FieldClaim, MergedCriterion, TrialField

# Lists of which each page may show a part, and text that sites write themselves.
_NOT_COMPARED = frozenset(
    {"reference", "publication", "similar_trials", "official", "arm", "keyword", "link", "note"}
    | {"plain_summary", "sponsor_description", "contact_affiliation", "secondary_id", "results"}
    | {"data_source", "location_count", "patients_applied", "other", "derived", "document"}
    | {"date_current_as_of", "title_acronym", "section", "enrolment_actual", "timeline"}
)
# A page that says these twice must say the same both times.
_SAID_ONCE = frozenset({"status", "enrolment", "date_disclosure", "date_last_update", "sex"})
_AGE_SIGN = re.compile(r"\bage[sd]?\b[^.;]{0,40}?(>=|<=|≥|≤|>|<)\s*(\d{1,3})", re.I)


def find_disagreements(
    fields: Sequence[TrialField], criteria: Sequence[MergedCriterion]
) -> tuple[Disagreement, ...]:
    """Every field on which pages differ, every differing sign, and age limits that contradict.

    Spelling, case and the long or short form of a name make no difference; a month that holds
    the other page's day makes none either.
    """
    found = [item for field in fields if (item := _compare(field)) is not None]
    found += [item for criterion in criteria if (item := _signs(criterion)) is not None]
    found += _age_limits(fields, criteria)
    return tuple(found)


def _compare(field: TrialField) -> Disagreement | None:
    if field.name in _NOT_COMPARED:
        return None
    if field.name in _SAID_ONCE:
        stated = [[claim] for claim in field.claims if claim.value is not None]
        return _differing(field.name, stated)
    by_page: dict[str, list[FieldClaim]] = {}
    for claim in field.claims:
        if claim.value is not None:
            by_page.setdefault(claim.source, []).append(claim)
    pages = list(by_page.values())
    if field.name == "location":
        return _locations(field.name, pages)
    return _differing(field.name, pages)


def _differing(name: str, pages: Sequence[Sequence[FieldClaim]]) -> Disagreement | None:
    said = [_plain_texts(name, page) for page in pages]
    for k, one in enumerate(pages):
        for j in range(k + 1, len(pages)):
            if said[k] and said[j]:
                agree = not said[k].isdisjoint(said[j])
            else:
                agree = any(is_same_value(name, a.value, b.value) for a in one for b in pages[j])
            if not agree:
                return _disagree(name, [claim for page in pages for claim in page])
    return None


def _plain_texts(name: str, claims: Sequence[FieldClaim]) -> frozenset[object]:
    """What a page says in texts alone, each in one form; empty if it says anything else."""
    values = [claim.value for claim in claims]
    if not all(isinstance(value, str) for value in values):
        return frozenset()
    return frozenset(_one_form(name, str(value)) for value in values)


def _disagree(name: str, claims: Sequence[FieldClaim]) -> Disagreement:
    said = "; ".join(f"{c.source} line {c.span}: {plain_value(c.value)}" for c in claims)
    return Disagreement(name, tuple(claims), said)


def is_same_value(name: str, left: Value | None, right: Value | None) -> bool:
    """Whether two values of a field say the same, whatever their spelling and precision."""
    if isinstance(left, TrialDate) and isinstance(right, TrialDate):
        return left.iso.startswith(right.iso) or right.iso.startswith(left.iso)
    if isinstance(left, AgeLimit) and isinstance(right, AgeLimit):
        return (left.value, left.unit, left.inclusive) == (right.value, right.unit, right.inclusive)
    if isinstance(left, RegistryId) and isinstance(right, RegistryId):
        return left == right or left.registry != right.registry
    return _one_form(name, str(left)) == _one_form(name, str(right))


def _one_form(name: str, text: str) -> object:
    """What the text says, so that spelling and case make no difference."""
    if name in ("sponsor", "collaborator", "funder"):
        return sponsor_words(text)
    return (normal_sex(text) or _plain(text)) if name == "sex" else _plain(text)


def _plain(text: str) -> str:
    words = normal_text(text)
    return {"false": "no", "true": "yes"}.get(words, words.replace(" ", ""))


def _locations(name: str, pages: Sequence[Sequence[FieldClaim]]) -> Disagreement | None:
    """Sites differ only where both pages name a city and they share none."""
    cities = [
        {normal_text(c.value.city) for c in page if isinstance(c.value, Location) and c.value.city}
        for page in pages
    ]
    named = [group for group in cities if group]
    for k, one in enumerate(named):
        if any(not one & other for other in named[k + 1 :]):
            return _disagree(name, [claim for page in pages for claim in page])
    return None


def _signs(criterion: MergedCriterion) -> Disagreement | None:
    """Wordings that are alike but for a sign, or a word."""
    first, *others = criterion.claims
    for other in others:
        mine, theirs = signed_words(first.criterion.text), signed_words(other.criterion.text)
        if mine == theirs:
            continue
        lost = find_lost_operators(other.criterion.text) or find_lost_operators(
            first.criterion.text
        )
        same_words = neutralise(first.criterion.text) == neutralise(other.criterion.text)
        what = "a lost sign" if lost else "a sign" if same_words else "the wording"
        claims = tuple(
            FieldClaim(
                "criterion",
                claim.source,
                claim.criterion.text,
                claim.criterion.source_text,
                claim.criterion.span,
                "stated",
            )
            for claim in criterion.claims
        )
        said = "; ".join(f"{c.source} line {c.span}: {c.value}" for c in claims)
        return Disagreement(f"criterion {criterion.key}", claims, f"differ in {what}: {said}")
    return None


def _age_limits(
    fields: Sequence[TrialField], criteria: Sequence[MergedCriterion]
) -> list[Disagreement]:
    """An age criterion whose bound differs from the registry's own field at the same age."""
    found = []
    for criterion in criteria:
        if criterion.kind != "inclusion":
            continue
        for sign, digits in _AGE_SIGN.findall(criterion.text):
            name = "age_minimum" if sign in (">", ">=", "≥") else "age_maximum"
            inclusive = sign in (">=", "<=", "≥", "≤")
            field = next((f for f in fields if f.name == name), None)
            for claim in field.claims if field else ():
                limit = claim.value
                if not isinstance(limit, AgeLimit) or limit.value is None:
                    continue
                if (limit.value, limit.inclusive) == (Decimal(digits), inclusive):
                    continue
                said = FieldClaim(
                    name, criterion.source, criterion.text, criterion.text, criterion.span, "stated"
                )
                found.append(
                    Disagreement(
                        name,
                        (claim, said),
                        f"{claim.source} line {claim.span}: {plain_value(limit)}; the criterion "
                        f"({criterion.source} line {criterion.span}): {sign} {digits}",
                    )
                )
    return found


def plain_value(value: Value | None) -> str:
    """A value in words for a message or a screen."""
    if value is None:
        return "nothing"
    if isinstance(value, AgeLimit):
        if value.value is None:
            return f"no limit ({value.text})"
        return f"{value.value} {value.unit}, {'inclusive' if value.inclusive else 'exclusive'}"
    if isinstance(value, TrialDate):
        return f"{value.iso} ({value.kind})" if value.kind else value.iso
    if isinstance(value, RegistryId):
        return f"{value.number} ({value.registry})"
    if isinstance(value, Location):
        return ", ".join(p for p in (value.facility, value.city, value.state, value.country) if p)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int):
        return str(value)
    parts = [getattr(value, name) for name in value.__slots__]
    return ", ".join(str(part) for part in parts if isinstance(part, str) and part)
