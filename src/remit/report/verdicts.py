"""The verdicts of persons as a grid: a row a person, a column a criterion.

A mark says what a verdict does to the person, not what it is: an inclusion criterion that is met
and an exclusion criterion that is not met both let her in. Each cell is a mark, a word and a shade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from remit.facts.person_names import PersonNames
from remit.protocol.schema import Criterion
from remit.report.markup import rendered
from remit.screening import Screening, Standing
from remit.screening.worklist import STATUS_WORDS, ranked_places
from remit.truth import Status

# Class of the cell -> its mark and what it means.
MARKS: Mapping[str, tuple[str, str]] = {
    "a": ("✓", "lets in"),
    "b": ("✗", "keeps out"),
    "c": ("?", "open"),
    "d": ("–", "does not apply"),
}
STANDING_TAGS: Mapping[Standing, tuple[str, str]] = {
    Standing.ELIGIBLE: ("a", f"✓ {STATUS_WORDS[Standing.ELIGIBLE]}"),
    Standing.UNDETERMINED: ("c", f"? {STATUS_WORDS[Standing.UNDETERMINED]}"),
    Standing.NOT_ELIGIBLE: ("d", f"✗ {STATUS_WORDS[Standing.NOT_ELIGIBLE]}"),
}


def cell_class(criterion: Criterion, status: Status) -> str:
    """`a` lets in, `b` keeps out, `c` unknown, `d` not applicable."""
    if status is Status.UNKNOWN:
        return "c"
    if status is Status.NOT_APPLICABLE:
        return "d"
    return "a" if (status is Status.MET) == (criterion.kind == "inclusion") else "b"


def verdict_grids(
    screening: Screening, *, name: str, names: PersonNames, most: int, most_cells: int
) -> list[Markup]:
    """Of each cohort the nearest `most` persons to eligible, so many in a grid that it stays small.

    Args:
        name: of the study: its criteria have their places under it.
        most_cells: of one grid; it has ten persons at least.
    """
    ranked = ranked_places(screening, names)
    grids = []
    for number, cohort in enumerate(screening.cohorts):
        criteria = [item.criterion for item in cohort.criteria]
        places = ranked[ranked[:, 0] == number, 1][:most]
        each = max(10, most_cells // max(len(criteria), 1) // 10 * 10)
        for first in range(0, max(len(places), 1), each):
            rows = [
                _row(screening, place, cohort.standings[place], criteria, names)
                for place in places[first : first + each].tolist()
            ]
            grids.append(
                rendered(
                    "verdict_grid.html",
                    label=""
                    if cohort.cohort is None
                    else f"Cohort {cohort.cohort}: {cohort.label}",
                    persons=f"{len(screening.person_ids):,}",
                    first=first + 1,
                    last=first + len(rows),
                    name=name,
                    study=screening.protocol.name,
                    marks=MARKS,
                    criteria=criteria,
                    rows=rows,
                    everyone=len(places) == len(screening.person_ids),
                )
            )
    return grids


def _row(
    screening: Screening,
    place: int,
    standing: int,
    criteria: Sequence[Criterion],
    names: PersonNames,
) -> tuple[str, tuple[str, str], list[str]]:
    """A person, where she stands, and the class of each cell."""
    cells = [cell_class(c, Status(int(screening.statuses[c.id][place]))) for c in criteria]
    return names.shown(screening.person_ids[place]), STANDING_TAGS[Standing(int(standing))], cells
