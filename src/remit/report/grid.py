"""The verdict grid: persons by criteria, each cell a glyph, a word and a shade."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remit.protocol.schema import Criterion
from remit.report.choosing import choose_varied
from remit.report.markup import Html, element, hidden, joined, scrolling
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
) -> Html:
    """At most `most` persons, chosen for variety; `name` is that of the criteria table."""
    persons = choose_varied(screening, cohort, most=most)
    criteria = [item.criterion for item in cohort.criteria]
    meaning = {"a": "in", "b": "out", "c": "", "d": ""}
    marks: dict[tuple[str, int], Html] = {}
    for kind, sample in {criterion.kind: criterion for criterion in criteria}.items():
        for status in Status:
            style = cell_class(sample, status)
            said = f"{WORD[status]} {meaning[style]}".strip()
            marks[kind, int(status)] = element(
                "td", GLYPH[status], hidden(f" {said}"), class_=style
            )
    heads = [element("th", word, scope="col") for word in ("person", "standing")]
    for criterion in criteria:
        link = element("a", criterion.id, href=f"#{name}-{criterion.id}", title=criterion.text)
        heads.append(element("th", link, scope="col"))
    rows = []
    for person in persons:
        place = int(np.searchsorted(screening.person_ids, person))
        style, words = _STANDING[Standing(int(cohort.standings[place]))]
        cells = [element("th", str(person), scope="row"), element("td", words, class_=f"s {style}")]
        cells += [marks[c.kind, int(screening.statuses[c.id][place])] for c in criteria]
        rows.append(element("tr", *cells))
    caption = (
        f"Verdicts of {len(persons)} of {len(screening.person_ids):,} persons, chosen to show "
        "variety; their share of standings is not that of the whole"
    )
    grid = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        class_="grid",
    )
    key = element(
        "ul",
        *(element("li", element("span", words, class_=f"tag {style}")) for style, words in _KEY),
        class_="key",
    )
    return joined((key, scrolling(grid, label=f"Verdict grid, {cohort.label}")))
