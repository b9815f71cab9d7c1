"""All pages of a report at once, and what each of them must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.registry import Trial
from remit.report import Followed, compose_report, render_folder
from remit.screening import Explanation, Screening


def folder(
    screenings: Sequence[Screening],
    *,
    explained: Mapping[str, Sequence[Explanation]] | None = None,
    followed: Mapping[str, Followed] | None = None,
    trials: Sequence[Trial] = (),
    title: str = "R",
    smallest: int = 0,
) -> Mapping[str, str]:
    """File name -> page."""
    return render_folder(
        compose_report(
            screenings,
            explained=explained or {},
            followed=followed,
            trials=trials,
            title=title,
            smallest=smallest,
        )
    )


def joined(pages: Mapping[str, str]) -> str:
    """The text of all pages, one after the other."""
    return "\n".join(pages.values())
