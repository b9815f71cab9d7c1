"""Reader of ClinicalTrials.gov records as the API v2 answers them (JSON)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from remit.registry.pages.ctgov_leaves import (
    BOOKKEEPING,
    DATES,
    PERSONAL,
    REST,
    TEXTS,
    Leaf,
    is_personal,
    keep_name,
    read_leaves,
)
from remit.registry.record import (
    Arm,
    CriterionText,
    Dropped,
    Field,
    Location,
    Official,
    OutcomeText,
    OutcomeType,
    Record,
    Span,
    Unparsed,
    Value,
)
from remit.registry.text.eligibility import doubt_one_side, read_criteria
from remit.registry.text.escapes import decode, written_part
from remit.registry.text.items import read_pieces
from remit.registry.text.outcomes import outcome
from remit.registry.text.privacy import scrub_text
from remit.registry.text.written_values import (
    DateKind,
    read_age,
    read_date,
    read_registry_id,
    tidy_role,
)

_OUTCOMES: dict[str, OutcomeType] = {
    "primaryOutcomes": "primary",
    "secondaryOutcomes": "secondary",
    "otherOutcomes": "other",
}
_ITEM = re.compile(r"protocolSection\.\w+\.(\w+)\[\d+\]")
# Ids, citations and links hold digits that look like telephone numbers.
_NUMBERED_LEAF = re.compile(r"(?:id|Id|nctIdAliases\[\d+\]|citation|pmid|url|link|value)$")
_CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"


def read_ctgov(text: str, source: str) -> Record:
    """The record of one study in the API v2 form."""
    leaves = [leaf for leaf in read_leaves(text, source) if leaf.value is not None]
    dropped: list[Dropped] = []
    unparsed: list[Unparsed] = []
    kept: list[Leaf] = []
    roles = {leaf.path: str(leaf.value) for leaf in leaves if leaf.path.endswith(".role")}
    for leaf in leaves:
        if is_personal(leaf.path) and not keep_name(leaf.path, roles):
            dropped.append(Dropped(leaf.line, _kind_of(leaf.path), leaf.path))
            continue
        clean, kinds = _scrubbed(leaf)
        dropped += [Dropped(leaf.line, kind, leaf.path) for kind in kinds]
        if leaf.path in BOOKKEEPING:
            unparsed.append(Unparsed(leaf.line, str(clean.value), "boilerplate", leaf.path))
        elif clean.value != "" or not kinds:
            kept.append(clean)
    groups: dict[str, list[Leaf]] = {}
    for leaf in kept:
        item = _ITEM.match(leaf.path)
        known = item is not None and (item[1] in _OBJECTS or item[1] in _OUTCOMES)
        groups.setdefault(item[0] if item and known else leaf.path, []).append(leaf)
    fields: list[Field] = []
    criteria: tuple[CriterionText, ...] = ()
    outcomes: list[OutcomeText] = []
    for path, group in groups.items():
        name = path.rpartition(".")[2].partition("[")[0]
        if path == _CRITERIA:
            criteria = _read_criteria(group[0])
            fields.append(_field("section", "Eligibility criteria", group, state_heading=True))
        elif name in _OUTCOMES:
            outcomes.append(_read_outcome(_OUTCOMES[name], group))
            fields.append(
                _field("section", f"{_OUTCOMES[name]} outcome", group, state_heading=True)
            )
        elif name in _OBJECTS:
            fields += _OBJECTS[name](group)
        else:
            fields.append(_read_leaf(group[0], {leaf.path: leaf for leaf in kept}))
    return Record(
        source,
        "ctgov_json",
        tuple(fields),
        (),
        criteria,
        tuple(outcomes),
        tuple(dropped),
        tuple(unparsed),
    )


def _kind_of(path: str) -> str:
    return PERSONAL.get(path.rpartition(".")[2], "contact")


def _scrubbed(leaf: Leaf) -> tuple[Leaf, tuple[str, ...]]:
    """The door of a record: the leaf decoded, once, and without personal data."""
    if not isinstance(leaf.value, str):
        return leaf, ()
    plain = decode(leaf.value)
    numbered = _NUMBERED_LEAF.search(leaf.path) is not None
    plain, kinds = (plain, ()) if numbered else scrub_text(plain)
    # Where personal data were found, nothing of the text as written is kept.
    written = plain if kinds else leaf.value
    return Leaf(leaf.path, plain, leaf.line, leaf.last_line, written), kinds


def _text(group: Iterable[Leaf]) -> str:
    return "\n".join(str(leaf.value) for leaf in group)


def _written(group: Iterable[Leaf]) -> str:
    return "\n".join(str(leaf.value) if leaf.written is None else leaf.written for leaf in group)


def _span(group: Sequence[Leaf]) -> Span:
    return Span(min(leaf.line for leaf in group), max(leaf.last_line for leaf in group))


def _field(
    name: str, value: Value | None, group: Sequence[Leaf], *, state_heading: bool = False
) -> Field:
    return Field(
        name,
        value,
        _written(group),
        _span(group),
        "heading" if state_heading else "stated",
        tuple(leaf.path for leaf in group),
    )


def _get(group: Sequence[Leaf], key: str) -> str | None:
    for leaf in group:
        if leaf.path.endswith("." + key):
            return str(leaf.value)
    return None


def _all(group: Sequence[Leaf], key: str) -> tuple[str, ...]:
    return tuple(str(leaf.value) for leaf in group if re.search(rf"\.{key}\[\d+\]$", leaf.path))


def _read_leaf(leaf: Leaf, leaves: dict[str, Leaf]) -> Field:
    shape = re.sub(r"\[\d+\]", "[]", leaf.path)
    value: Value = leaf.value if isinstance(leaf.value, str | int | bool) else str(leaf.value)
    for ending, name in DATES.items():
        if shape.endswith(ending):
            kind_leaf = leaves.get(leaf.path.removesuffix(".date") + ".type")
            said = str(kind_leaf.value).lower() if kind_leaf else ""
            kind: DateKind | None = None
            if said in ("estimated", "actual"):
                kind = "estimated" if said == "estimated" else "actual"
            return _field(name, read_date(str(value), kind) or value, [leaf])
    name = TEXTS.get(shape.removeprefix("protocolSection."), "")
    if name in ("age_minimum", "age_maximum"):
        return _field(name, read_age(str(value)) or value, [leaf])
    if name == "registry_id":
        return _field(name, read_registry_id(str(value)) or value, [leaf])
    if name == "official_name":
        party = _party(leaves)
        return _field("official", party or value, [leaf])
    if name:
        return _field(name, value, [leaf])
    section = shape.partition(".")[0]
    return _field(REST.get(section, "other"), value, [leaf])


def _party(leaves: dict[str, Leaf]) -> Official | None:
    base = "protocolSection.sponsorCollaboratorsModule.responsibleParty."
    name = leaves.get(base + "investigatorFullName")
    affiliation = leaves.get(base + "investigatorAffiliation")
    if name is None:
        return None
    return Official(
        str(name.value), "responsible party", str(affiliation.value) if affiliation else None
    )


def _read_criteria(leaf: Leaf) -> tuple[CriterionText, ...]:
    lines = str(leaf.value).split("\n")
    found = doubt_one_side(read_criteria(read_pieces((leaf.line, line) for line in lines)))
    written = leaf.written or ""
    return tuple(
        replace(item, source_text=written_part(item.source_text, written)) for item in found
    )


def _read_outcome(kind: OutcomeType, group: Sequence[Leaf]) -> OutcomeText:
    return outcome(
        kind,
        _get(group, "measure") or "",
        _get(group, "description"),
        _get(group, "timeFrame"),
        source_text=_written(group),
        span=_span(group),
    )


def _location(group: Sequence[Leaf]) -> list[Field]:
    place = Location(
        _get(group, "facility"), _get(group, "city"), _get(group, "state"), _get(group, "country")
    )
    return [_field("location", place, group)]


def _official(group: Sequence[Leaf]) -> list[Field]:
    name = _get(group, "name")
    if name is None:
        return [_field("other", _text(group), group)]
    role = tidy_role(_get(group, "role") or "")
    return [_field("official", Official(name, role, _get(group, "affiliation")), group)]


def _arm(group: Sequence[Leaf]) -> list[Field]:
    arm = Arm(
        _get(group, "label") or "",
        _get(group, "type"),
        _get(group, "description"),
        _all(group, "interventionNames"),
    )
    return [_field("arm", arm, group)]


def _secondary_id(group: Sequence[Leaf]) -> list[Field]:
    return [_field("secondary_id", _get(group, "id") or _text(group), group)]


def _reference(group: Sequence[Leaf]) -> list[Field]:
    kind = (_get(group, "type") or "").upper()
    name = "publication" if kind == "RESULT" else "reference"
    return [_field(name, _get(group, "citation") or _text(group), group)]


def _intervention(group: Sequence[Leaf]) -> list[Field]:
    return [_field("intervention", _get(group, "name") or _text(group), group)]


def _collaborator(group: Sequence[Leaf]) -> list[Field]:
    return [_field("collaborator", _get(group, "name") or _text(group), group)]


_OBJECTS: dict[str, Callable[[Sequence[Leaf]], list[Field]]] = {
    "locations": _location,
    "overallOfficials": _official,
    "armGroups": _arm,
    "interventions": _intervention,
    "secondaryIdInfos": _secondary_id,
    "references": _reference,
    "collaborators": _collaborator,
}
