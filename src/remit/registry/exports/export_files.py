"""Files of registries: which format one is, and its records one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from remit.errors import PageError, Place
from remit.registry.exports.csv_leaves import csv_records
from remit.registry.exports.ctgov_api import CTGOV_API
from remit.registry.exports.ctgov_classic import CTGOV_CLASSIC
from remit.registry.exports.ctis import CTIS
from remit.registry.exports.euctr import EUCTR, coded_leaves, euctr_records
from remit.registry.exports.export_form import ExportForm, read_export
from remit.registry.exports.ictrp import ICTRP, parted_leaves
from remit.registry.exports.isrctn import ISRCTN
from remit.registry.exports.json_leaves import parse_json, read_leaves
from remit.registry.exports.leaf import Leaf
from remit.registry.exports.xml_leaves import xml_records
from remit.registry.pages.saved_text import decoded_lines
from remit.registry.record import Record

HEAD = 1 << 16  # bytes of a file that tell its format
Leaves = Sequence[Leaf]
Json = Mapping[str, object]
_LIST = re.compile(r"(?:studies)?\[\d+\]\.")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A kind of file: how it is told, and how its records become leaves.

    Attributes:
        rank: as `PageFormat.rank`.
        sign: what the beginning of such a file says; None of JSON, which `told` tells.
        told: of JSON, whether an object is such a record.
        records: the leaves of each record of a stream, with the name of its source.
        prepare: what is done to the leaves of a record before its form reads them.
    """

    form: ExportForm
    rank: int
    records: Callable[[BinaryIO, str], Iterator[Leaves]]
    sign: re.Pattern[str] | None = None
    told: Callable[[Json], bool] | None = None
    prepare: Callable[[Iterable[Leaf]], Leaves] = tuple

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def site(self) -> str:
        return self.form.site

    def read(self, stream: BinaryIO, source: str) -> Iterator[Record]:
        """The records of a stream, in its order; memory holds one of them, of JSON all.

        Raises:
            PageError: the file cannot be read to its end; the records before that were given.
        """
        for leaves in self.records(stream, source):
            yield read_export(self.form, self.prepare(leaves), source)


def _xml(item: str) -> Callable[[BinaryIO, str], Iterator[Leaves]]:
    return lambda stream, source: xml_records(stream, source, item)


def _csv(stream: BinaryIO, source: str) -> Iterator[Leaves]:
    yield from csv_records(decoded_lines(stream, source), source)


def _lines(stream: BinaryIO, source: str) -> Iterator[Leaves]:
    yield from euctr_records(decoded_lines(stream, source))


def _json(stream: BinaryIO, source: str) -> Iterator[Leaves]:
    """The one record of a JSON text, or those of its list."""
    groups: dict[str, list[Leaf]] = {}
    for leaf in read_leaves(stream.read().decode("utf-8-sig", "surrogatepass"), source):
        place = _LIST.match(leaf.path)
        inside = leaf if place is None else _moved(leaf, place.end())
        groups.setdefault("" if place is None else place[0], []).append(inside)
    yield from groups.values()


def _moved(leaf: Leaf, start: int) -> Leaf:
    return Leaf(leaf.path[start:], leaf.value, leaf.line, leaf.last_line, leaf.written)


def _with(*groups: str) -> Callable[[Json], bool]:
    """Whether an object has a key of each group."""
    keys = [frozenset(group.split()) for group in groups]
    return lambda body: all(not group.isdisjoint(body) for group in keys)


def _study(body: Json) -> bool:
    """Whether an object is a study of the API: it says at least which."""
    protocol = body.get("protocolSection")
    return isinstance(protocol, dict) and isinstance(protocol.get("identificationModule"), dict)


_CLASSIC_XML = re.compile(r"<clinical_study[\s>]")
_ICTRP_XML = re.compile(
    r"<Trials_downloaded_from_ICTRP\b|<Trial>\s*(?:<\w+>[^<]*</\w+>\s*){0,20}<TrialID>"
)
_ICTRP_CSV = re.compile(r"\A\"?TrialID\"?,(?=[^\n]*Public[ _]title)")
_EUCTR_TEXT = re.compile(
    r"^EudraCT Number:\s*\d{4}-\d{6}-\d{2}.*^A\. Protocol Information", re.S | re.M
)
EXPORT_FILES: tuple[ExportFile, ...] = (
    ExportFile(CTGOV_API, 1, _json, told=_study),
    ExportFile(CTIS, 1, _json, told=_with("ctNumber", "authorizedApplication authorizedPartI")),
    ExportFile(ISRCTN, 1, _json, told=_with("isrctn", "trialDescription")),
    ExportFile(EUCTR, 2, _json, told=_with("a2_eudract_number"), prepare=coded_leaves),
    ExportFile(EUCTR, 2, _lines, _EUCTR_TEXT),
    ExportFile(CTGOV_CLASSIC, 2, _json, told=_with("id_info", "brief_title official_title")),
    ExportFile(CTGOV_CLASSIC, 2, _xml("clinical_study"), _CLASSIC_XML),
    ExportFile(ICTRP, 7, _xml("Trial"), _ICTRP_XML, prepare=parted_leaves),
    ExportFile(ICTRP, 7, _csv, _ICTRP_CSV, prepare=parted_leaves),
)


def told_by_text(head: str) -> ExportFile | None:
    """The kind of file that a text begins; None for JSON and for pages."""
    text = head.lstrip("\ufeff")
    return next((kind for kind in EXPORT_FILES if kind.sign and kind.sign.search(text)), None)


def export_of(text: str, source: str) -> ExportFile | None:
    """The kind of file that a whole text is; None for a page.

    Raises:
        PageError: the text begins as JSON and is none, is no record of a registry that is known,
            or is a list with records of several kinds.
    """
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return told_by_text(text[:HEAD])
    body = parse_json(text.removeprefix("\ufeff"), source)
    items = _items(body)
    kind = _kind_of(items[0]) if items else None
    if kind is None:
        raise _no_record(items[0] if items else body, source)
    _check_items(kind, items, source)
    return kind


def _items(body: object) -> list[object]:
    """The records that a JSON value may be: itself, or those of its list."""
    listed = body.get("studies") if isinstance(body, dict) else body
    return listed if isinstance(listed, list) else [body]


def _kind_of(item: object) -> ExportFile | None:
    if not isinstance(item, dict):
        return None
    return next((kind for kind in EXPORT_FILES if kind.told and kind.told(item)), None)


def _no_record(body: object, source: str) -> PageError:
    got = f"a {type(body).__name__}"
    if isinstance(body, dict):
        got = f"an object with {', '.join(repr(key[:40]) for key in list(body)[:4]) or 'no keys'}"
    return PageError(
        "the JSON is no record of a registry that is known",
        expected="a record of ClinicalTrials.gov (API v2), CTIS, ISRCTN or EUCTR, or a list",
        got=got,
        next_step="download it from the registry: clinicaltrials.gov/api/v2/studies/<number>",
        place=Place(source, 1),
    )


def _check_items(kind: ExportFile, items: Sequence[object], source: str) -> None:
    """That each item of a list is a record of this kind."""
    for number, item in enumerate(items, start=1):
        if _kind_of(item) is not kind:
            raise PageError(
                "an item of the list is no such record as the first",
                expected=f"a list of {kind.site}s",
                got=f"something else as item {number}",
                next_step="take that item out, or into a file of its own kind",
                place=Place(source, 1),
            )
