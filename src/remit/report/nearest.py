"""The worklist of a study in a report: the first rows, the nearest to eligible first."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from remit.report.markup import rendered
from remit.report.verdicts import STANDING_TAGS
from remit.screening import Screening, Standing
from remit.screening.worklist import WorklistRow, row_cells
from remit.terminal import short_text

# Rows on the page of a study, and in one file to mail.
MOST_ROWS, MOST_MAILED = 100, 12
_WIDTH = 160


def worklist_parts(
    screening: Screening, worklist: Sequence[WorklistRow], *, name: str
) -> tuple[Markup, Markup]:
    """The worklist for a page and for one file; `name` is that of the study's page."""
    rows = []
    for row in worklist[:MOST_ROWS]:
        cells = {key: str(cell or "") for key, cell in row_cells(screening, row).items()}
        why = "; ".join(filter(None, (cells["note"], cells["first_reason"])))
        if row.standing is Standing.ELIGIBLE:
            why = "every criterion lets in"
        rows.append(
            (
                row.name,
                cells["cohort"],
                STANDING_TAGS[row.standing],
                short_text(why, width=_WIDTH),
                ", ".join(criterion.id for criterion in row.open),
                short_text(cells["settled_by"], width=_WIDTH),
                cells["signed_by"],
            )
        )
    every = len(screening.person_ids) * len(screening.cohorts)
    whole, brief = (
        rendered(
            "worklist.html",
            name=name,
            rows=rows[:most],
            persons=f"{every:,}",
            several=len(screening.cohorts) > 1 or screening.cohorts[0].cohort is not None,
            everyone=min(most, len(rows)) == every,
            study=screening.protocol.name,
        )
        for most in (MOST_ROWS, MOST_MAILED)
    )
    return whole, brief
