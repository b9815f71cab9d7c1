"""The report: one HTML file that holds everything, without scripts and without links outward."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from remit.disclosure import shown_count
from remit.facts.opened import Facts
from remit.registry import Trial
from remit.report.followed import Followed, followed_part
from remit.report.grid import verdict_grid
from remit.report.markup import Html, element, joined
from remit.report.patients import patients_part
from remit.report.registry import trial_part
from remit.report.studies import (
    cohort_part,
    criteria_part,
    fact_list,
    reasons_part,
    study_card,
)
from remit.report.style import style_sheet
from remit.screening import Explanation, Screening
from remit.screening.cohort_counts import shown_cohorts, shown_reasons
from remit.screening.provenance import manifest_sha256
from remit.terminal import plain_text

# Rows of the verdict grid of a study; half as many in each cohort where it has several.
MOST_PERSONS = 60


def render_report(
    screenings: Sequence[Screening],
    *,
    explained: Mapping[str, Sequence[Explanation]],
    followed: Mapping[str, Followed] | None = None,
    trials: Sequence[Trial] = (),
    title: str,
    smallest: int = 0,
) -> str:
    """The screenings as one HTML page; the same input gives the same bytes.

    Args:
        explained: study id -> persons to explain, for example those of `choose_examples`.
        followed: study id -> the persons followed and the definitions compared.
        trials: registry pages to show.
        smallest: counts below it are hidden; persons are then not shown one by one.

    Raises:
        DatasetError: a dataset was moved after it was screened.
        ValueError: `smallest` is 1, 2 or negative.
    """
    names = [f"study-{place}" for place in range(1, len(screenings) + 1)]
    studies = [
        _study(
            screening,
            explained.get(screening.protocol.id, ()),
            (followed or {}).get(screening.protocol.id),
            name=name,
            smallest=smallest,
        )
        for name, screening in zip(names, screenings, strict=True)
    ]
    contents = [
        (name, f"{item.protocol.id}: {item.protocol.title}")
        for name, item in zip(names, screenings, strict=True)
    ]
    registry: list[Html] = []
    if trials:
        contents.append(("registry", "Registry pages"))
        parts = (trial_part(t, name=f"trial-{k}") for k, t in enumerate(trials, start=1))
        heading = element("h2", "Registry pages", id="registry")
        registry = [element("section", heading, *parts, aria_labelledby="registry")]
    links = element(
        "ol", *(element("li", element("a", words, href=f"#{name}")) for name, words in contents)
    )
    body = (
        element("a", "Skip to the studies", href="#main", class_="skip"),
        element(
            "header",
            element("h1", title),
            *_about(screenings, smallest=smallest),
            element("nav", element("h2", "Contents", id="contents"), links, aria_label="Contents"),
        ),
        element("main", *studies, *registry, id="main"),
        element(
            "footer", element("p", f"Made with Remit {version('remit-lupus')}.", class_="quiet")
        ),
    )
    return _page(title, joined(body))


def _page(title: str, body: Html) -> str:
    style = style_sheet()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="generator" content="remit">'
        f"{element('title', plain_text(title))}<style>{style}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def _about(screenings: Sequence[Screening], *, smallest: int) -> list[Html]:
    """What was screened, what is synthetic and which counts are hidden."""
    parts = []
    seen: set[str] = set()
    for screening in screenings:
        digest = manifest_sha256(screening.facts)
        if digest not in seen:
            seen.add(digest)
            persons = shown_count(len(screening.person_ids), smallest=smallest)
            parts += _dataset(screening.facts, digest=digest, persons=persons)
    if smallest:
        said = (
            f"Counts of 1 to {smallest - 1} are shown as <{smallest}. Where one could be "
            "worked out from others, those are withheld too. Counts marked ≈ are rounded to whole "
            f"{smallest}. Persons are not shown one by one."
        )
    else:
        said = "All counts and single persons are shown: for people who may see the data only."
    parts.append(element("p", element("b", "Disclosure. "), said))
    return parts


def _dataset(dataset: Facts, *, digest: str, persons: str) -> list[Html]:
    manifest = dataset.manifest
    synthetic = manifest.seed is not None
    if synthetic:
        said = (
            f"Every person and record is synthetic, drawn by a program from seed {manifest.seed}. "
            "No number here says anything about real patients."
        )
    else:
        said = "The dataset does not say that it is synthetic. Treat it as records of real people."
    facts = [
        ("Dataset", manifest.source),
        ("Persons", persons),
        ("Data cut", dataset.data_cut.isoformat()),
        ("Seed", str(manifest.seed) if synthetic else "none"),
        ("Complete tables", ", ".join(sorted(manifest.complete)) or "none declared"),
        ("Dataset written with", manifest.created_with),
        ("Report written with", f"remit {version('remit-lupus')}"),
        ("SHA-256 of the manifest", digest),
    ]
    note = element("p", element("b", "Synthetic data. " if synthetic else "Real data? "), said)
    return [element("div", note, fact_list(facts), class_="card banner")]


def _study(
    screening: Screening,
    explained: Sequence[Explanation],
    followed: Followed | None,
    *,
    name: str,
    smallest: int,
) -> Html:
    protocol = screening.protocol
    shown = shown_cohorts(screening, smallest=smallest)
    parts: list[Html] = [
        element("h2", f"{protocol.id}: {protocol.title}", id=name),
        study_card(protocol),
    ]
    most = MOST_PERSONS if len(shown) == 1 else MOST_PERSONS // 2
    for place, (cohort, counts) in enumerate(zip(screening.cohorts, shown, strict=True), start=1):
        parts.append(cohort_part(screening, counts, name=f"{name}-cohort-{place}"))
        if smallest == 0:
            parts.append(element("h4", "Verdicts, person by person"))
            parts.append(verdict_grid(screening, cohort, name=name, most=most))
    parts += [element("h3", "Why verdicts are unknown")]
    parts += [reasons_part(screening, shown_reasons(screening, shown, smallest=smallest))]
    parts += [element("h3", "Criteria"), criteria_part(screening, name=name)]
    if smallest == 0 and explained:
        parts.append(element("h3", "Persons explained"))
        parts.append(patients_part(explained, name=f"{name}-person"))
    if followed is not None:
        parts.append(followed_part(protocol, followed, name=name, single=smallest == 0))
    return element("section", *parts, aria_labelledby=name)
