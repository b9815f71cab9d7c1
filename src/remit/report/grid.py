"""The verdict grid: persons by criteria, each cell a glyph, a word and a shade."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from remit.protocol.schema import Criterion
from remit.report.shown_persons import choose_varied
from remit.report.template import rendered
from remit.screening import CohortScreening, Screening, Standing
from remit.truth import Status
from remit.views.words import GLYPH, WORD

_STANDING: Mapping[Standing, tuple[str, str]] = {
    Standing.ELIGIBLE: ("a", "✓ eligible"),
    Standing.UNDETERMINED: ("c", "? open"),
    Standing.NOT_ELIGIBLE: ("d", "✗ not"),
}
_KEY = (
    ("a", "✓ or ✗, pale: lets the person in"),
    ("b", "✓ or ✗, strong and framed: keeps the person out"),
    ("c", "? dashed: unknown"),
    ("d", "– grey: not applicable"),
)


def cell_class(criterion: Criterion, status: Status) -> str:
    """`a` lets in, `b` keeps out, `c` unknown, `d` not applicable."""
    if status is Status.UNKNOWN:
        return "c"
    if status is Status.NOT_APPLICABLE:
        return "d"
    return "a" if (status is Status.MET) == (criterion.kind == "inclusion") else "b"


def verdict_grid(
    screening: Screening, cohort: CohortScreening, *, name: str, most: int = 60
) -> Markup:
    """At most `most` persons, chosen for variety; `name` is that of the criteria table."""
    criteria = [item.criterion for item in cohort.criteria]
    meaning = {"a": "in", "b": "out", "c": "", "d": ""}
    marks: dict[tuple[str, int], tuple[str, str, str]] = {}
    for kind, sample in {criterion.kind: criterion for criterion in criteria}.items():
        for status in Status:
            style = cell_class(sample, status)
            said = f"{WORD[status]} {meaning[style]}".strip()
            marks[kind, int(status)] = (style, GLYPH[status], said)
    rows = []
    for person in choose_varied(screening, cohort, most=most):
        place = int(np.searchsorted(screening.person_ids, person))
        standing = _STANDING[Standing(int(cohort.standings[place]))]
        cells = [marks[c.kind, int(screening.statuses[c.id][place])] for c in criteria]
        rows.append((person, standing, cells))
    return rendered(
        "verdict_grid.html",
        key=_KEY,
        label=cohort.label,
        persons=f"{len(screening.person_ids):,}",
        name=name,
        criteria=criteria,
        rows=rows,
    )
