"""All constructs, in the order of the reference page."""

from __future__ import annotations

from collections.abc import Mapping

from criteria.spec import (
    arithmetic,
    coded,
    codes,
    doses,
    events,
    gathered,
    imprecise,
    limits,
    logic,
    people,
    values,
    windows,
)
from criteria.spec.writing import Construct

CHAPTERS: Mapping[str, tuple[Construct, ...]] = {
    "One record": (*values.CONSTRUCTS, *limits.CONSTRUCTS, *coded.CONSTRUCTS),
    "Windows and coverage": windows.CONSTRUCTS,
    "Codes and absence": codes.CONSTRUCTS,
    "Days not exactly known": imprecise.CONSTRUCTS,
    "The person": people.CONSTRUCTS,
    "All records of a window": gathered.CONSTRUCTS,
    "Events": events.CONSTRUCTS,
    "Doses": doses.CONSTRUCTS,
    "Arithmetic": arithmetic.CONSTRUCTS,
    "Logic": logic.CONSTRUCTS,
}
