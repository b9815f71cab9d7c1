"""A report as a folder of pages with an index, or as one file to mail.

Both are made of the same parts (`pages`). Each page needs nothing else: its style and its one small
script are in it, named by their hashes, and nothing is fetched. Without the script all of it reads.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup

from remit.disclosure import counts_note
from remit.facts.person_names import person_names
from remit.output import new_folder
from remit.registry import Trial
from remit.report.answer import answer_part, study_answer
from remit.report.dataset_card import dataset_cards
from remit.report.followed import Followed
from remit.report.markup import packaged_text, rendered
from remit.report.pages import (
    KINDS,
    PagePart,
    ReportPage,
    fitting,
    joined_links,
    light_pages,
    places_of,
)
from remit.report.registry import trial_part
from remit.report.shown_persons import best_standings
from remit.report.study_pages import study_pages
from remit.report.style import style_sheet
from remit.report.verdicts import STANDING_TAGS
from remit.screening import Explanation, Screening, Standing
from remit.screening.cohort_counts import shown_screenings
from remit.screening.worklist import WorklistRow
from remit.terminal import json_visible, plain_text

# Persons who can be looked up on page one; the list of more would be too heavy a page.
MOST_FOUND = 20_000
INDEX = "index"


@dataclass(frozen=True, slots=True)
class Report:
    """The pages of a report in order, the answer first and the provenance last.

    Attributes:
        sources: what is said above each page of where the data come from, a line a dataset.
        note: what is said of the counts; empty where they are exact.
        lookup: who stands where, as JSON for the script; empty where persons are not shown.
    """

    title: str
    pages: tuple[ReportPage, ...]
    sources: tuple[tuple[str, str], ...]
    note: str
    lookup: str


def compose_report(
    screenings: Sequence[Screening],
    *,
    explained: Mapping[str, Sequence[Explanation]],
    worklists: Mapping[str, Sequence[WorklistRow]] | None = None,
    followed: Mapping[str, Followed] | None = None,
    trials: Sequence[Trial] = (),
    title: str,
    smallest: int = 0,
) -> Report:
    """The screenings as pages; the same input gives the same pages.

    Args:
        explained: study id -> persons to explain, for example those of `choose_examples`.
        worklists: study id -> the first rows of its worklist, the nearest to eligible first.
        followed: study id -> the persons followed and the definitions compared.
        trials: registry pages to show.
        smallest: counts are rounded to its multiples (0 shows all), and persons are then not shown
            one by one.

    Raises:
        DatasetError: a dataset was moved after it was screened.
        ValueError: `smallest` is 1, 2 or negative.
    """
    counted = shown_screenings(screenings, smallest=smallest)
    exact = smallest == 0
    names = _page_names([screening.protocol.name for screening in screenings])
    answers = [
        study_answer(screening, shown, name=name, exact=exact)
        for screening, shown, name in zip(screenings, counted, names, strict=True)
    ]
    pages = [
        ReportPage(
            INDEX,
            "The answer",
            "Answer",
            INDEX,
            (PagePart("answer", answer_part(answers, exact=exact)),),
        )
    ]
    for screening, shown, name in zip(screenings, counted, names, strict=True):
        study = screening.protocol.id
        pages += study_pages(
            screening,
            shown,
            worklist=(worklists or {}).get(study, ()),
            explained=explained.get(study, ()),
            followed=(followed or {}).get(study),
            name=name,
            names=person_names(screening.facts),
            exact=exact,
        )
    for place, trial in enumerate(trials, start=1):
        part = PagePart("registry", trial_part(trial, name=f"trial-{place}"), place - 1)
        head = f"Registry pages, trial {place} of {len(trials)}"
        pages.append(ReportPage(f"registry-{place}", head, f"Trial {place}", "registry-1", (part,)))
    datasets = dataset_cards(screenings, counted)
    provenance = rendered("provenance.html", datasets=datasets, note=counts_note(smallest))
    pages.append(
        ReportPage(
            "provenance",
            "Provenance",
            "Provenance",
            "provenance",
            (PagePart("provenance", provenance),),
        )
    )
    return Report(
        title,
        tuple(pages),
        tuple(dataset.said for dataset in datasets),
        counts_note(smallest),
        _lookup(screenings, names) if exact else "",
    )


def render_folder(report: Report) -> Mapping[str, str]:
    """File name -> page; `index.html` is the first."""
    pages = light_pages(report.pages)
    places = places_of(pages)
    groups = list(dict.fromkeys(page.group for page in pages))
    first = {page.group: page for page in reversed(pages)}
    found = {}
    for place, page in enumerate(pages):
        near = [one for one in pages if one.group == page.group]
        body = rendered(
            "folder_page.html",
            page=page,
            report=report,
            ways=[(first[group], group == page.group) for group in groups],
            near=near if len(near) > 1 else [],
            before=pages[place - 1] if place else None,
            after=pages[place + 1] if place + 1 < len(pages) else None,
            lookup=Markup(report.lookup) if page.name == INDEX else "",
        )
        body = joined_links(body, here=page.name, places=places)
        head = report.title if page.name == INDEX else f"{page.title} · {report.title}"
        found[f"{page.name}.html"] = _whole(body, title=head)
    return found


def write_folder(report: Report, out: Path) -> Path:
    """Write the pages to a new folder, with a manifest of their hashes, and return its path.

    Raises:
        OutputError: the folder exists or cannot be written.
    """
    pages = render_folder(report)
    with new_folder(out) as folder:
        for name, html in pages.items():
            (folder / name).write_text(html, encoding="utf-8", newline="\n")
        manifest = {
            "kind": "remit.report",
            "version": 1,
            "created_with": f"remit {version('remit-lupus')}",
            "files": {
                name: {"sha256": hashlib.sha256(html.encode()).hexdigest()}
                for name, html in pages.items()
            },
        }
        text = json.dumps(manifest, indent=1)
        (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return out


def render_file(report: Report) -> str:
    """As much of the report as one page may hold, in one file; what is left out is named."""
    pages, out = fitting(report.pages)
    body = rendered(
        "one_file.html",
        report=report,
        pages=pages,
        left_out=[KINDS[kind][0] for kind in out],
        lookup=Markup(report.lookup),
    )
    body = joined_links(body, here="", places=places_of(pages))
    return _whole(body, title=report.title, one=True)


def render_report(
    screenings: Sequence[Screening],
    *,
    explained: Mapping[str, Sequence[Explanation]],
    followed: Mapping[str, Followed] | None = None,
    trials: Sequence[Trial] = (),
    title: str,
    smallest: int = 0,
) -> str:
    """The screenings as one HTML file; arguments and errors as `compose_report`."""
    report = compose_report(
        screenings,
        explained=explained,
        followed=followed,
        trials=trials,
        title=title,
        smallest=smallest,
    )
    return render_file(report)


def _whole(body: Markup, *, title: str, one: bool = False) -> str:
    style, script = style_sheet(), packaged_text("page.js")
    page = rendered(
        "page.html",
        head_title=plain_text(title),
        style=Markup(style),
        style_hash=_hash(style),
        script=Markup(script),
        script_hash=_hash(script),
        body=body,
        one=one,
        version=version("remit-lupus"),
    )
    return f"{page}\n"


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page_names(names: Sequence[str]) -> list[str]:
    """A name of its own for the page of each study, though one is screened twice."""
    found: list[str] = []
    for name in names:
        turn = 1 + sum(other == name for other in names[: len(found)])
        found.append(name if turn == 1 else f"{name}-again-{turn}")
    return found


def _lookup(screenings: Sequence[Screening], names: Sequence[str]) -> str:
    """Who stands where in each study: ids once, then a letter a person and study."""
    words = [STANDING_TAGS[standing][1] for standing in sorted(Standing)]
    studies = []
    for screening, name in zip(screenings, names, strict=True):
        ids = person_names(screening.facts).all_shown(screening.person_ids[:MOST_FOUND])
        codes = "".join(map(str, best_standings(screening)[:MOST_FOUND].tolist()))
        title = plain_text(screening.protocol.id)
        studies.append({"id": title, "page": name, "persons": ids, "codes": codes})
    shared = studies[0]["persons"] if studies else []
    for study in studies:
        if study["persons"] == shared:
            del study["persons"]
    told: dict[str, object] = {"words": words, "persons": shared, "studies": studies}
    if any(len(screening.person_ids) > MOST_FOUND for screening in screenings):
        told["first"] = MOST_FOUND
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return json_visible(text).replace("<", "\\u003c").replace("&", "\\u0026")
