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
_LIST = re.compile(r"(?:studies)?\[\d+\]\.")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A kind of file: how it is told, and how its records become leaves.

    Attributes:
        rank: as `PageFormat.rank`.
        sign: what the beginning of such a file says; None of JSON, which is told by its keys.
        keys: of JSON, keys that a record has, one of each group.
        records: the leaves of each record of a stream, with the name of its source.
        prepare: what is done to the leaves of a record before its form reads them.
    """

    form: ExportForm
    rank: int
    records: Callable[[BinaryIO, str], Iterator[Leaves]]
    sign: re.Pattern[str] | None = None
    keys: tuple[frozenset[str], ...] = ()
    prepare: Callable[[Iterable[Leaf]], Leaves] = tuple

    @property
    def name(self) -> str:
        return self.form.name

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
    for leaf in read_leaves(stream.read().decode("utf-8-sig"), source):
        place = _LIST.match(leaf.path)
        inside = leaf if place is None else _moved(leaf, place.end())
        groups.setdefault("" if place is None else place[0], []).append(inside)
    yield from groups.values()


def _moved(leaf: Leaf, start: int) -> Leaf:
    return Leaf(leaf.path[start:], leaf.value, leaf.line, leaf.last_line, leaf.written)


def _keys(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split()) for group in groups)


_CLASSIC_XML = re.compile(r"<clinical_study[\s>]")
_ICTRP_XML = re.compile(
    r"<Trials_downloaded_from_ICTRP\b|<Trial>\s*(?:<\w+>[^<]*</\w+>\s*)*<TrialID>"
)
_ICTRP_CSV = re.compile(r"\A\"?TrialID\"?,(?=[^\n]*Public[ _]title)")
_EUCTR_TEXT = re.compile(
    r"^EudraCT Number:\s*\d{4}-\d{6}-\d{2}.*^A\. Protocol Information", re.S | re.M
)
EXPORT_FILES: tuple[ExportFile, ...] = (
    ExportFile(CTGOV_API, 1, _json, keys=_keys("protocolSection")),
    ExportFile(CTIS, 1, _json, keys=_keys("ctNumber", "authorizedApplication authorizedPartI")),
    ExportFile(ISRCTN, 1, _json, keys=_keys("isrctn", "trialDescription")),
    ExportFile(EUCTR, 2, _json, keys=_keys("a2_eudract_number"), prepare=coded_leaves),
    ExportFile(EUCTR, 2, _lines, _EUCTR_TEXT),
    ExportFile(CTGOV_CLASSIC, 2, _json, keys=_keys("id_info", "brief_title official_title")),
    ExportFile(CTGOV_CLASSIC, 2, _xml("clinical_study"), _CLASSIC_XML),
    ExportFile(ICTRP, 7, _xml("Trial"), _ICTRP_XML, prepare=parted_leaves),
    ExportFile(ICTRP, 7, _csv, _ICTRP_CSV, prepare=parted_leaves),
)


def told_by_text(head: str) -> ExportFile | None:
    """The kind of file that a text begins; None for JSON and for pages."""
    text = head.lstrip("\ufeff")
    return next((kind for kind in EXPORT_FILES if kind.sign and kind.sign.search(text)), None)


def told_by_keys(body: object) -> ExportFile | None:
    """The kind of file that a JSON value is: one record of it, or a list of them."""
    if isinstance(body, Mapping) and isinstance(body.get("studies"), list):
        body = body["studies"]
    if isinstance(body, list):
        body = body[0] if body else None
    if not isinstance(body, Mapping):
        return None
    there = frozenset(map(str, body))
    return next(
        (kind for kind in EXPORT_FILES if kind.keys and all(keys & there for keys in kind.keys)),
        None,
    )


def export_of(text: str, source: str) -> ExportFile | None:
    """The kind of file that a whole text is.

    Raises:
        PageError: the text begins as JSON and is none, or is a list with records of several kinds.
    """
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return told_by_text(text[:HEAD])
    body = parse_json(text.removeprefix("\ufeff"), source)
    kind = told_by_keys(body)
    if kind is not None:
        _check_items(kind, body, source)
    return kind


def _check_items(kind: ExportFile, body: object, source: str) -> None:
    """That each item of a list is a record of this kind."""
    studies = body.get("studies") if isinstance(body, Mapping) else body
    for number, item in enumerate(studies if isinstance(studies, list) else (), start=1):
        if not isinstance(item, Mapping) or told_by_keys(item) is not kind:
            raise PageError(
                "an item of the list is no such record as the first",
                expected=f"a list of {kind.form.site}s",
                got=f"something else as item {number}",
                next_step="take that item out, or into a file of its own kind",
                place=Place(source, 1),
            )
