"""The points of an instrument part by part: SLEDAI-2K by organ, for people to read."""

from __future__ import annotations

from collections.abc import Mapping

from remit.criteria.columns.numbers import Numbers
from remit.instruments.points import points_of
from remit.instruments.scoring import Scores
from remit.instruments.totals import ItemPoints, sum_points


def group_points(scores: Scores) -> Mapping[str, Numbers]:
    """The points of each group of items, between the least and the most possible.

    Returns:
        Group -> points of each visit, in the order of the items; an item without a group stands
        under its own id.
    """
    groups: dict[str, list[ItemPoints]] = {}
    for item in scores.instrument.items:
        verdict = scores.findings[item.id].verdict if item.id in scores.findings else None
        part = points_of(item, verdict, scores.sheet)
        if part is not None:
            groups.setdefault(item.group or item.id, []).append(part)
    return {name: sum_points(parts) for name, parts in groups.items()}
