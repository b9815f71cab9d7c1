"""What a study brings beside its protocol: concepts, units and definitions in files of its own.

The files lie in the folder of the protocol or below it. Concepts are read here; definitions are
kept as texts, since what they mean is the business of `remit.endpoints`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from remit.errors import ConceptError, Place, ProtocolError, RemitError
from remit.facts.codes import OWN
from remit.facts.dictionary import (
    ConceptFault,
    Dictionary,
    extended_dictionary,
    packaged_dictionary,
    placed_fault,
)
from remit.facts.tables import INT32_MAX
from remit.instruments.catalogue import FINDING_VALUES, instrument_text, packaged_instruments
from remit.protocol.own_units import read_own_units
from remit.text_files import KeyPath, line_of, lines_of_keys, read_text_file

KINDS = ("concepts", "units", "definitions")


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """What stands beside a protocol.

    Attributes:
        dictionary: the packaged concepts and the study's own, with its units; None where it brings
            none.
        definitions: the text of each file of response definitions, by its path.
    """

    dictionary: Dictionary | None = None
    definitions: Mapping[str, str] = field(default_factory=dict)


NOTHING = OwnFiles()


def read_own_files(
    named: object, folder: Path | None, place_of: Callable[..., Place]
) -> tuple[OwnFiles, tuple[RemitError, ...]]:
    """The files that a protocol names, and all that is wrong with them.

    Args:
        named: the table `files` of the protocol, as it stands there: what breaks the schema is
            passed over here.
        folder: that of the protocol; None for a text that is no file.
        place_of: the place of a key of the protocol.
    """
    texts: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    faults: list[RemitError] = []
    for kind in KINDS:
        names = named.get(kind) if isinstance(named, Mapping) else None
        for name in names if isinstance(names, list) else ():
            if not isinstance(name, str) or not name:
                continue
            try:
                path = _path_of(name, folder, place_of("files", kind))
                if any(str(path) in named_before for named_before in texts.values()):
                    raise _wrong(name, "is named twice", "each file once", place_of("files", kind))
                texts[kind][str(path)] = read_text_file(
                    path,
                    what=f"a file that the protocol names under files.{kind}",
                    form="TOML",
                    error=ProtocolError,
                    check="check the name under [files], which is read from the protocol's folder",
                )
            except ProtocolError as error:
                faults.append(error)
    dictionary = None
    if texts["concepts"] or texts["units"]:
        dictionary, found = _own_dictionary(texts["concepts"], texts["units"])
        faults += found
    return OwnFiles(dictionary, texts["definitions"]), tuple(faults)


def _wrong(name: str, what: str, expected: str, place: Place) -> ProtocolError:
    return ProtocolError(
        f"the file {name!r} {what}",
        expected=expected,
        got=name,
        next_step="correct the list under [files]",
        place=place,
    )


def _path_of(name: str, folder: Path | None, place: Place) -> Path:
    """The path of a file beside a protocol; it does not lead out of the protocol's folder."""
    if folder is None:
        raise ProtocolError(
            "a protocol that is no file cannot name files beside it",
            expected="a protocol in a folder",
            got=name,
            next_step="write the protocol to a file and read that",
            place=place,
        )
    inside = "a path such as my_concepts.toml, from the protocol's folder, with / between folders"
    written = PurePosixPath(name)
    if written.is_absolute() or ".." in written.parts or "\\" in name or ":" in name:
        raise _wrong(name, "leads out of the protocol's folder", inside, place)
    path = folder / written
    try:
        leads_out = not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a link that leads to itself, or a NUL
        leads_out = True
    if leads_out:
        raise _wrong(name, "leads out of the protocol's folder", inside, place)
    return path


def _own_dictionary(
    concepts: Mapping[str, str], units: Mapping[str, str]
) -> tuple[Dictionary, tuple[RemitError, ...]]:
    """The packaged dictionary with the concepts and units of some files, and what is wrong."""
    faults: list[RemitError] = []
    files, of_concepts = _parsed(concepts, "concept", faults)
    unit_files, of_units = _parsed(units, "unit", faults)
    dictionary, found = extended_dictionary(packaged_dictionary(), files)
    for fault in (*found, *_taken(dictionary, files)):
        place = Place(fault.file, line_of(of_concepts[fault.file], fault.path))
        faults.append(placed_fault(fault, place))
    own_units, wrong = read_own_units(unit_files)
    for file, path, error in wrong:
        place = Place(file, line_of(of_units[file], path))
        faults.append(
            type(error)(
                error.what,
                expected=error.expected,
                got=error.got,
                next_step=error.next_step,
                place=place,
            )
        )
    return replace(dictionary, units=own_units), tuple(faults)


def _parsed(
    texts: Mapping[str, str], what: str, faults: list[RemitError]
) -> tuple[Mapping[str, Mapping[str, object]], Mapping[str, Mapping[KeyPath, int]]]:
    """The values and key lines of TOML texts; those that are none are added to the faults."""
    files: dict[str, Mapping[str, object]] = {}
    for file, text in texts.items():
        try:
            files[file] = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            got = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "too much nesting"
            faults.append(ProtocolError(
                f"the {what} file is not valid TOML",
                expected="TOML: key = value, [table] or [[list of tables]]",
                got=got,
                next_step="correct the line; text values stand in quotes",
                place=file,
            ))  # fmt: skip
    return files, {file: lines_of_keys(text) for file, text in texts.items()}


def _taken(
    dictionary: Dictionary, files: Mapping[str, Mapping[str, object]]
) -> Iterator[ConceptFault]:
    """Names and ids of concepts that something of Remit's has: they would mean two things."""
    known = packaged_dictionary().concepts
    for file, data in files.items():
        rows = data.get("concept", {})
        for name in rows if isinstance(rows, Mapping) else ():
            concept = dictionary.concepts.get(name)
            if concept is None or name in known:
                continue
            instrument = _instrument_with(name)
            if instrument is not None:
                error = ConceptError(
                    f"the name {name!r} is one of the score {instrument}",
                    expected="a name that no packaged score gives to an item or a result",
                    got=name,
                    next_step="choose another name",
                )
                yield ConceptFault(file, ("concept", name), error)
            ids = [code.omop for code in concept.codes if code.omop is not None]
            ids += [v.omop for v in concept.values.values() if not _is_packaged_value(v.omop)]
            for omop in ids:
                if omop in OWN or not 0 < omop <= INT32_MAX:
                    yield ConceptFault(file, ("concept", name, "codes"), _id_error(name, omop))


def _id_error(name: str, omop: int) -> ConceptError:
    return ConceptError(
        f"concept {name}: the id {omop} is no id of the OMOP vocabulary, nor one for a study",
        expected=f"an id from 1 to {INT32_MAX}; Remit keeps {OWN[0]} to {OWN[-1]} for itself",
        got=str(omop),
        next_step=f"take the id of the vocabulary, or a local one from {OWN[-1] + 1} on",
    )


def _is_packaged_value(omop: int) -> bool:
    """Whether an id is a packaged answer, such as `present`: an own category may ask for it."""
    known = packaged_dictionary().concepts.values()
    return omop in FINDING_VALUES.values() or any(
        omop == value.omop for concept in known for value in concept.values.values()
    )


def _instrument_with(name: str) -> str | None:
    """The packaged instrument with an item or output of that name, if there is one."""
    for known in packaged_instruments():
        if f'"{name}"' in instrument_text(known):
            instrument = packaged_instruments()[known]
            if name in instrument.outputs or any(item.id == name for item in instrument.items):
                return known
    return None
