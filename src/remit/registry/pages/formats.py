"""The formats that can be read, each recognised from its content, with an invented page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

from remit.errors import PageError, Place
from remit.registry.exports.ctgov_api import CTGOV_API
from remit.registry.exports.export_files import (
    EXPORT_FILES,
    HEAD,
    ExportFile,
    export_of,
    told_by_text,
)
from remit.registry.exports.json_leaves import parse_json
from remit.registry.pages.clinconnect import read_clinconnect
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
    them. Files of fields have no signs here: `ExportFile` tells them. `read` takes text and source.

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
_PAGES: tuple[PageFormat, ...] = (
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
)


def _read_export(text: str, source: str) -> Record:
    """The one record of a file of fields.

    Raises:
        PageError: it holds several, or none.
    """
    kind = export_of(text, source)
    assert kind is not None, "its format was told by this"
    found = tuple(islice(kind.read(BytesIO(text.encode()), source), 2))
    if len(found) == 1:
        return found[0]
    raise PageError(
        f"the file holds {'several trials' if found else 'no trial'}",
        expected="one trial",
        got=f"{found[0].source}: more than one" if found else f"a {kind.form.site} without a trial",
        next_step=(
            "read all with `remit registry read` or remit.registry.read_records"
            if found
            else "export it again; the search may have found nothing"
        ),
        place=Place(source, 1),
    )


FORMATS: tuple[PageFormat, ...] = (
    *_PAGES,
    *{
        kind.name: PageFormat(kind.name, kind.form.site, (), kind.rank, _read_export)
        for kind in EXPORT_FILES
    }.values(),
)


def recognise_format(text: str, source: str = "the text") -> str:
    """The name of the page's format, told from its content.

    Raises:
        PageError: no format shows at least half of its signs, or the text is JSON but no record
            of a registry that is known.

    Example:
        >>> from remit.registry import fixture_pages
        >>> recognise_format(fixture_pages()[0].read_text(encoding="utf-8"))
        'clinconnect'
    """
    check_text(text, source)
    kind = export_of(text, source)
    if kind is not None and kind.form is not CTGOV_API:
        return kind.name
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        _check_study(text, source)
        return CTGOV_API.name
    pages = _PAGES
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


def read_records(path: Path | str) -> Iterator[Record]:
    """The records of a file, one after the other: a page, or an export of any size.

    Memory holds one record of an XML or CSV export at a time.

    Raises:
        PageError: as `read_page`; or the export cannot be read to its end, after the records before
            that were given.

    Example:
        >>> from remit.registry import fixture_pages
        >>> [record.format for record in read_records(fixture_pages()[0])]
        ['clinconnect']
    """
    place = Path(path)
    kind = _streamed(place)
    if kind is None:
        text = load_text(place)
        name = recognise_format(text, str(path))
        whole = export_of(text, str(path))
        if whole is None:
            yield next(one for one in FORMATS if one.name == name).read(text, str(path))
        else:
            yield from whole.read(BytesIO(text.encode()), str(path))
        return
    with place.open("rb") as stream:
        yield from kind.read(stream, str(path))


def _streamed(path: Path) -> ExportFile | None:
    """The kind of an export that is told by its beginning; None for pages, JSON and no file."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        return None
    return told_by_text(head.decode("utf-8", "replace"))


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
    if isinstance(body, dict) and isinstance(body.get("studies"), list):
        body = body["studies"]
    if isinstance(body, list) and body:
        body = body[0]
    protocol = body.get("protocolSection") if isinstance(body, dict) else None
    if isinstance(protocol, dict) and isinstance(protocol.get("identificationModule"), dict):
        return
    if isinstance(body, dict):
        keys = ", ".join(repr(key[:40]) for key in list(body)[:4]) or "no keys"
        got = f"an object with {keys}"
    else:
        got = f"a {type(body).__name__}"
    raise PageError(
        "the JSON is no record of a registry that is known",
        expected="a record of ClinicalTrials.gov (API v2), CTIS, ISRCTN or EUCTR, or a list",
        got=got,
        next_step="download it from the registry: clinicaltrials.gov/api/v2/studies/<number>",
        place=Place(source, 1),
    )
