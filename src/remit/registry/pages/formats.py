"""The page formats that can be read, each recognised from its content, with an invented page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from remit.errors import PageError, Place
from remit.registry.pages.clinconnect import read_clinconnect
from remit.registry.exports.ctgov_api import read_ctgov
from remit.registry.exports.json_leaves import parse_json
from remit.registry.pages.lines import PageLines, as_page
from remit.registry.pages.medpath import read_medpath
from remit.registry.pages.saved_text import check_text, load_text
from remit.registry.pages.trial_page import read_trial_page
from remit.registry.pages.trial_table import read_trial_table
from remit.registry.pages.umin import read_umin
from remit.registry.record import Record
from remit.registry.text.escapes import decode


@dataclass(frozen=True, slots=True)
class PageFormat:
    """A format: its name, the site in words, the signs that tell it, and its reader.

    A page is of the format that shows the largest share of its signs, if that is at least half of
    them. JSON has no signs: it is told by its first character. `read` takes text and source.

    Attributes:
        rank: which page is believed where linked ones differ, from 1: the registries themselves,
            then the mirrors by how much of the text they keep.
    """

    name: str
    site: str
    signs: tuple[str, ...]
    rank: int
    read: Callable[[str, str], Record]


def _of_page(reader: Callable[[PageLines], Record]) -> Callable[[str, str], Record]:
    """A reader of pages as one of a text and the name of its source."""
    return lambda text, source: reader(as_page(text, source))


FIXTURES = Path(__file__).parents[1] / "fixtures"
CTGOV = "ctgov_json"
FORMATS: tuple[PageFormat, ...] = (
    PageFormat(
        "medpath",
        "MedPath trial page",
        (
            r"^MedPath$",
            r"^(?:- )?Registration Number$",
            r"^(?:- )?Lead Sponsor$",
            r"^Recruitment & Eligibility$",
            r"^Study & Design$",
            r"^(?:- )?Target Recruitment$|^(?:- )?Brief Summary$",
            r"^Name ?Time ?Method\b|reserved by MedPath",
        ),
        4,
        _of_page(read_medpath),
    ),
    PageFormat(
        "trial_table",
        "pipe-table mirror of ClinicalTrials.gov",
        (
            r"^Official title:",
            r"^Status\s*\|",
            r"^Enrollment\s*\|",
            r"^Eligibility\s*\|",
            r"^(?:Gender|Age group|Accepts healthy volunteers)\s*\|",
            r"^Lead Sponsor\s*\|",
            r"^Type\s*\|\s*Measure\s*\||^Status\s*\|\s*Clinical Trial\s*\|",
        ),
        6,
        _of_page(read_trial_table),
    ),
    PageFormat(
        "umin",
        "UMIN-CTR trial page (English view)",
        (
            r"^(?:Unique ID issued by UMIN\b|[UＵ][MＭ][IＩ][NＮ]試験[IＩ][DＤ])",
            r"^(?:Receipt number\b|受付番号)",
            r"\bUMIN\d{9}\b",
            r"^(?:Date of disclosure of the study information\b|一般公開日)",
            r"years-old|^Male and Female$",
            r"^1st name\b|^(?:目標参加者数|Target sample size)",
            r"\|\s?Year\s?\||^(?:Narrative objectives1|目的1)",
        ),
        2,
        _of_page(read_umin),
    ),
    PageFormat(
        "clinconnect",
        "ClinConnect trial page",
        (
            r"^Launched by .+",
            r"^Trial Information$",
            r"^Current as of ",
            r"^ClinConnect Summary$",
            r"^Eligibility criteria$",
            r"^Patients applied$",
            r"^Trial Officials$|^Timeline$",
        ),
        3,
        _of_page(read_clinconnect),
    ),
    PageFormat(
        "trial_page",
        "sponsor-neutral trial page (ctv layout)",
        (
            r"^Status and phase$",
            r"^Treatments$",
            r"^Volunteers$",
            r"^(?:Inclusion|Exclusion|Inclusion and exclusion) criteria$",
            r"^(?:Interventional|Observational) model$|^Masking$",
            r"^\d[\d,]* participants? in \d+ patient groups?",
            r"^Data sourced from clinicaltrials\.gov$",
        ),
        5,
        _of_page(read_trial_page),
    ),
    PageFormat(CTGOV, "ClinicalTrials.gov API v2 record", (), 1, read_ctgov),
)


def recognise_format(text: str, source: str = "the text") -> str:
    """The name of the page's format, told from its content.

    Raises:
        PageError: no format shows at least half of its signs, or the text is JSON but not one
            study of the ClinicalTrials.gov API v2.

    Example:
        >>> from remit.registry import fixture_pages
        >>> recognise_format(fixture_pages()[0].read_text(encoding="utf-8"))
        'clinconnect'
    """
    check_text(text, source)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        _check_study(text, source)
        return CTGOV
    pages = [kind for kind in FORMATS if kind.signs]
    shares = {kind.name: _share(kind, text) for kind in pages}
    nearest = max(pages, key=lambda kind: shares[kind.name])
    if shares[nearest.name] >= 0.5:
        return nearest.name
    known = ", ".join(f"{kind.name} ({kind.site})" for kind in FORMATS)
    seen = round(shares[nearest.name] * len(nearest.signs))
    near = (
        f"; the nearest is {nearest.name}, with {seen} of its {len(nearest.signs)} signs"
        if seen
        else "; no sign of any of them was found"
    )
    raise PageError(
        "the page is of no known format",
        expected=f"one of {known}",
        got=f"a text of {text.count(chr(10)) + 1} lines{near}",
        next_step="save the whole page as text, or download the trial as JSON",
        place=Place(source, 1),
    )


def read_text(text: str, source: str) -> Record:
    """The record that the text of a page holds. `source` names the page in the record.

    Raises:
        PageError: the text is empty, too big, binary or of no known format.
    """
    name = recognise_format(text, source)
    kind = next(kind for kind in FORMATS if kind.name == name)
    return kind.read(text.removeprefix("\ufeff"), source)


def read_page(path: Path | str) -> Record:
    """The record of a page on disk, whatever its format.

    Raises:
        PageError: the file is missing, a folder, empty, over 5 MB, binary, not UTF-8, not valid
            JSON or of no known format. The message names the line and what to do.

    Example:
        >>> from remit.registry import fixture_pages
        >>> read_page(fixture_pages()[0]).format
        'clinconnect'
    """
    return read_text(load_text(Path(path)), str(path))


def fixture_pages() -> tuple[Path, ...]:
    """The packaged pages, sorted by file name. Every trial and person on them is invented."""
    return tuple(sorted(p for p in FIXTURES.iterdir() if p.suffix in (".txt", ".json")))


def _share(kind: PageFormat, text: str) -> float:
    plain = decode(text.replace("\r\n", "\n").replace("\r", "\n"))
    stripped = "\n".join(line.strip() for line in plain.split("\n"))
    seen = sum(bool(re.search(sign, stripped, re.M)) for sign in kind.signs)
    return seen / len(kind.signs)


def _check_study(text: str, source: str) -> None:
    body = parse_json(text.removeprefix("\ufeff"), source)
    protocol = body.get("protocolSection") if isinstance(body, dict) else None
    if isinstance(protocol, dict) and isinstance(protocol.get("identificationModule"), dict):
        return
    if isinstance(body, dict):
        keys = ", ".join(repr(key[:40]) for key in list(body)[:4]) or "no keys"
        got = f"an object with {keys}"
        many = isinstance(body.get("studies"), list)
    else:
        got, many = f"a {type(body).__name__}", isinstance(body, list)
    raise PageError(
        "the JSON is not one study of the ClinicalTrials.gov API v2",
        expected="an object with protocolSection.identificationModule",
        got=got,
        next_step=(
            "save each study of the list as its own file"
            if many
            else "download it from clinicaltrials.gov/api/v2/studies/<NCT number>"
        ),
        place=Place(source, 1),
    )
