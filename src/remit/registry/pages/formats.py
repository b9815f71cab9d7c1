"""The formats that can be read, each recognised from its content, with an invented page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

from remit.errors import PageError, Place
from remit.registry.exports.export_files import (
    EXPORT_FILES,
    HEAD,
    ExportFile,
    export_of,
    told_by_text,
)
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
    """A kind of page: its name, the site in words, the signs that tell it, and its reader.

    A page is of the format that shows the largest share of its signs, if that is at least half of
    them. `read` takes text and source.

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


# The kinds of page, and those of files of fields, of which one format may have several.
FORMATS: tuple[PageFormat | ExportFile, ...] = (*_PAGES, *EXPORT_FILES)


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
    return _told(text, source).name


def _told(text: str, source: str) -> PageFormat | ExportFile:
    """The format of a text, told from its content."""
    check_text(text, source)
    export = export_of(text, source)
    if export is not None:
        return export
    shares = {kind.name: _share(kind, text) for kind in _PAGES}
    nearest = max(_PAGES, key=lambda kind: shares[kind.name])
    if shares[nearest.name] >= 0.5:
        return nearest
    known = ", ".join(dict.fromkeys(f"{kind.name} ({kind.site})" for kind in FORMATS))
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
    found = tuple(islice(_records(text, source), 2))
    if len(found) == 1:
        return found[0]
    raise PageError(
        f"the file holds {'several trials' if found else 'no trial'}",
        expected="one trial",
        got="more than one" if found else "none",
        next_step=(
            "read all with `remit registry read` or remit.registry.read_records"
            if found
            else "export it again; the search may have found nothing"
        ),
        place=Place(source, 1),
    )


def _records(text: str, source: str) -> Iterator[Record]:
    """The records of a whole text."""
    told, plain = _told(text, source), text.removeprefix("\ufeff")
    if isinstance(told, PageFormat):
        yield told.read(plain, source)
    else:
        # Half a character of UTF-16 can stand in a text, and is refused where a file has it.
        yield from told.read(BytesIO(plain.encode("utf-8", "surrogatepass")), source)


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
        yield from _records(load_text(place), str(path))
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
