"""A study as a cohort definition of OHDSI (Circe JSON), and what that cannot say.

A criterion is written whole or not at all: half of it would let in, or keep out, somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from remit.protocol.bound import BoundEntryEvents, BoundProtocol
from remit.protocol.interchange.circe_leaves import (
    CannotSayError,
    CirceWriting,
    circe_criterion,
    none_of,
)
from remit.protocol.interchange.circe_sets import ConceptSets, Json
from remit.protocol.interchange.losses import Exported, Loss, distinct_losses

OF_ANY_STUDY = (
    "unknown: Circe has met and not met; a record that is not there is a no, whether or not the "
    "person was observed then and whether or not the codes were mapped",
    "days that are not exactly known: each record has one day there",
    "signatures, scores and doses: criteria that need them are left out",
)


def circe_definition(bound: BoundProtocol, entry: Sequence[BoundEntryEvents]) -> Exported:
    """A study as Circe JSON.

    Args:
        entry: the entry events of the study, as `bind_entry` gives them; none where a dataset says
            on which day each person is screened.
    """
    protocol = bound.protocol
    sets = ConceptSets(protocol.dictionary)
    index = protocol.default_anchor if protocol.entry is None else protocol.entry.anchor
    ends = () if protocol.entry is None else protocol.entry.dates[1:]
    losses = [Loss("", text) for text in OF_ANY_STUDY]
    if protocol.cohorts:
        losses.append(Loss("", "cohorts: the rules of all of them stand together"))
    rules = []
    for item in bound.criteria:
        criterion = item.criterion
        if item.node is None:
            losses.append(Loss(criterion.id, "it is not worked out here either", whole=True))
            continue
        writing = CirceWriting(sets, index, ends, {})
        try:
            group = writing.group(item.node)
        except CannotSayError as error:
            losses.append(Loss(criterion.id, str(error), whole=True))
            continue
        losses += [Loss(criterion.id, text) for text in writing.lost]
        if criterion.kind == "exclusion":
            group = none_of(group)
        rules.append({
            "name": f"{criterion.id}: {criterion.text}",
            "description": criterion.interpretation,
            "expression": group,
        })  # fmt: skip
    primary = _primary(bound, entry, sets, losses)
    losses += [Loss("", text) for text in sets.remarks]
    limit = primary["PrimaryCriteriaLimit"]
    page: Json = {
        "cdmVersionRange": ">=5.0.0",
        "Title": f"{protocol.id}: {protocol.title}",
        "ConceptSets": sets.sets,
        "PrimaryCriteria": primary,
        "QualifiedLimit": limit,
        "ExpressionLimit": {"Type": "First"},
        "InclusionRules": rules,
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
        "CensorWindow": {},
    }
    text = json.dumps(page, indent=2, ensure_ascii=False) + "\n"
    return Exported(text, distinct_losses(losses))


def _primary(
    bound: BoundProtocol,
    entry: Sequence[BoundEntryEvents],
    sets: ConceptSets,
    losses: list[Loss],
) -> Json:
    """The entry events: those of the study, or any visit where a dataset dates each person."""
    protocol = bound.protocol
    if protocol.entry is None:
        losses.append(
            Loss(
                "",
                f"the day of {protocol.default_anchor}, which a dataset says of each person: the "
                "last visit stands for it",
            )
        )
        return {
            "CriteriaList": [{"VisitOccurrence": {"VisitTypeExclude": False}}],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "Last"},
        }
    asked = protocol.entry
    criteria = []
    for item in entry:
        criterion = circe_criterion(item.events, sets)
        if missing := sets.without_id(item.events.name):
            words = f"codes of {item.events.name} that OMOP gives no id: {', '.join(missing)}"
            losses.append(Loss("", words))
        (inner,) = criterion.values()
        assert isinstance(inner, dict)
        if item.first_ever:
            inner["First"] = True
        if item.node is not None:
            writing = CirceWriting(sets, asked.anchor, asked.dates[1:], {})
            try:
                inner["CorrelatedCriteria"] = writing.group(item.node)
            except CannotSayError as error:
                losses.append(Loss("", f"of the entry event {item.events.name}: {error}"))
            losses += [Loss("", text) for text in writing.lost]
        criteria.append(criterion)
    return {
        "CriteriaList": criteria,
        "ObservationWindow": {
            "PriorDays": asked.observed_before,
            "PostDays": asked.observed_after,
        },
        "PrimaryCriteriaLimit": {"Type": asked.counts.capitalize()},
    }
