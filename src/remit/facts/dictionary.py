"""The concept dictionary: what each named quantity, drug, condition or event is in the data.

The entries live in `concepts/*.toml`; this module reads and checks them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources

from pydantic import ValidationError

from remit.errors import ConceptError, Place, UnitError, all_in_one
from remit.facts.concept import Concept, Entry, concept_of
from remit.facts.parsed_concepts import PARSED, Tables, still_parsed
from remit.units import OwnUnit


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """All concepts by name. What is worked out from one is kept by the object itself.

    Attributes:
        units: those that a study brings beside the closed table, by their codes.
        listed: the OMOP ids of all of them; kept, since each concept that is bound asks for them.
    """

    concepts: Mapping[str, Concept]
    units: Mapping[str, OwnUnit] = field(default_factory=dict, repr=False)
    listed: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "listed", _verified_ids(self.concepts.values()))

    def concept(self, name: str) -> Concept:
        """The concept of that name.

        Raises:
            ConceptError: there is none; the nearest names are given.
        """
        found = self.concepts.get(name)
        if found is None:
            raise _unknown_concept(name, self)
        return found

    def own_unit(self, text: str) -> OwnUnit | None:
        """The study's own unit of this code or spelling; None where the study brings none."""
        found = (u for u in self.units.values() if text == u.unit.code or text in u.unit.spellings)
        return next(found, None)

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to three names that look like this one."""
        return tuple(difflib.get_close_matches(name, self.concepts, n=3, cutoff=0.5))

    def leaves(self, name: str) -> tuple[Concept, ...]:
        """The plain concepts under a name: itself, or all members of the class, in order."""
        concept = self.concept(name)
        if not concept.members:
            return (concept,)
        found: dict[str, Concept] = {}
        for member in concept.members:
            for leaf in self.leaves(member):
                found.setdefault(leaf.name, leaf)
        return tuple(found.values())

    def omop_ids(self, name: str) -> tuple[int, ...]:
        """The OMOP ids by which data name this concept, sorted; unverified codes left out."""
        return tuple(sorted(_verified_ids(self.leaves(name))))


def _verified_ids(concepts: Iterable[Concept]) -> frozenset[int]:
    return frozenset(
        code.omop
        for concept in concepts
        for code in concept.codes
        if code.omop is not None and code.is_verified
    )


@dataclass(frozen=True, slots=True)
class ConceptFault:
    """What is wrong with a concept file, and under which keys of it.

    Attributes:
        path: keys and positions, such as `("concept", "upcr", "unit")`.
    """

    file: str
    path: tuple[str | int, ...]
    error: ConceptError


def extended_dictionary(
    known: Dictionary, files: Mapping[str, Mapping[str, object]]
) -> tuple[Dictionary, tuple[ConceptFault, ...]]:
    """A dictionary with the concepts of some files added, and all that is wrong with these.

    Args:
        known: whose concepts stay as they are: a name of its own is not given again.
        files: name -> values of the TOML file.
    """
    concepts = dict(known.concepts)
    where: dict[str, str] = {}
    faults: list[ConceptFault] = []
    for file, data in files.items():
        if data.get("kind") != "remit.concepts" or data.get("version") != 1:
            got = f"kind {data.get('kind')!r}, version {data.get('version')!r}"
            error = ConceptError(
                "this is not a concept file",
                expected="kind remit.concepts, version 1",
                got=got,
                next_step="check that the file holds concepts, and its first lines",
            )
            faults.append(ConceptFault(file, ("kind",), error))
            continue
        strange = sorted(set(data) - {"kind", "version", "concept"})
        rows = data.get("concept", {})
        if strange or not isinstance(rows, Mapping):
            faults.append(ConceptFault(file, (*strange[:1], *(() if strange else ("concept",))),
                ConceptError(
                    "a concept file holds tables such as [concept.upcr]",
                    expected="kind, version and tables below concept",
                    got=strange[0] if strange else "another value for concept",
                    next_step="put each concept into a table of its own: [concept.NAME]",
                )))  # fmt: skip
        for name, row in rows.items() if isinstance(rows, Mapping) else ():
            refused = _name_error(name, known, given=where.get(name))
            entry = _read_or_faults(name, row)
            found = () if isinstance(entry, Concept) else entry
            found = found if refused is None else (((), refused), *found)
            faults += [ConceptFault(file, ("concept", name, *path), error) for path, error in found]
            if isinstance(entry, Concept) and refused is None:
                concepts[name] = entry
            where.setdefault(name, file)
    added = {name: file for name, file in where.items() if name not in known.concepts}
    dictionary = Dictionary(concepts)
    for name, file in added.items():
        if name in concepts:
            member_error = _member_error(concepts[name], dictionary, where)
            if member_error is not None:
                faults.append(ConceptFault(file, ("concept", name), member_error))
    return dictionary, tuple(faults)


_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _name_error(name: str, known: Dictionary, *, given: str | None) -> ConceptError | None:
    """Why a concept cannot have its name; None where it can."""
    if given is not None:
        return ConceptError(
            f"the concept {name!r} is given twice",
            expected="each concept once",
            got=f"also in {given}",
            next_step="remove or rename one of them",
        )
    if name in known.concepts:
        return ConceptError(
            f"the concept {name!r} is one of Remit's own",
            expected="a name that no packaged concept has",
            got=name,
            next_step="choose another name; a packaged concept is never changed by a file",
        )
    if _NAME.fullmatch(name) is None:
        return ConceptError(
            f"{name!r} cannot be the name of a concept",
            expected="small letters, digits and underscores, a letter first",
            got=name,
            next_step="write a name such as urine_protein",
        )
    return None


def _read_or_faults(
    name: str, row: object
) -> Concept | tuple[tuple[tuple[str | int, ...], ConceptError], ...]:
    """The concept of an entry; or what is wrong with it: keys below it, and the error."""
    try:
        return concept_of(name, Entry.model_validate(row))
    except ValidationError as error:
        return tuple(
            (
                tuple(one["loc"]),
                ConceptError(
                    f"concept {name}: {'.'.join(map(str, one['loc']))}: {one['msg']}",
                    next_step="see docs/how-to/concepts.md for each key",
                ),
            )
            for one in error.errors()
        )
    except ConceptError as error:
        return (((), error),)
    except UnitError as error:
        said = ConceptError(
            f"concept {name}: {error.what}",
            expected=error.expected,
            got=error.got,
            next_step=error.next_step,
        )
        return ((("unit",), said),)
    except (ValueError, ArithmeticError):
        said = ConceptError(
            f"concept {name}: a number is none",
            expected='decimals in quotes, such as "0.5"',
            next_step="check molar_mass, plausible and equivalents",
        )
        return (((), said),)


def _member_error(
    concept: Concept, dictionary: Dictionary, where: Mapping[str, str]
) -> ConceptError | None:
    """What is wrong with the members of a class, or with a concept that no data can carry."""
    for member in (*concept.members, *concept.equivalents):
        found = dictionary.concepts.get(member)
        if found is None and member in where:
            return None  # it is there, and what is wrong with it is told
        if found is None:
            return _unknown_concept(member, dictionary)
        if found.kind != concept.kind:
            return ConceptError(f"{concept.name}: its member {member} is of another kind")
    if _holds_itself(concept.name, dictionary, ()):
        return ConceptError(
            f"{concept.name}: it is a member of itself",
            expected="members that do not lead back to the class",
            got=", ".join(concept.members),
            next_step="take out the member that leads back",
        )
    if all(member in dictionary.concepts for member in _below(concept.name, dictionary)) and (
        not dictionary.omop_ids(concept.name)
    ):
        return ConceptError(
            f"{concept.name}: it has no code that data could carry",
            expected="a code with an OMOP id that was checked",
            got="none, or only codes that are UNVERIFIED",
            next_step="name in verified what the code was checked against",
        )
    return None


def _holds_itself(name: str, dictionary: Dictionary, above: tuple[str, ...]) -> bool:
    if name in above:
        return True
    found = dictionary.concepts.get(name)
    members = () if found is None else found.members
    return any(_holds_itself(member, dictionary, (*above, name)) for member in members)


def _below(name: str, dictionary: Dictionary) -> Iterator[str]:
    found = dictionary.concepts.get(name)
    for member in () if found is None else found.members:
        yield member
        yield from _below(member, dictionary)


def _unknown_concept(name: str, dictionary: Dictionary) -> ConceptError:
    near = dictionary.nearest(name)
    return ConceptError(
        f"the concept {name!r} is not in the dictionary",
        expected=f"for example {', '.join(near)}" if near else "a concept of the dictionary",
        got=name,
        next_step="correct the name, or add the concept with its codes and source",
    )


def read_dictionary(
    texts: Mapping[str, str], *, parsed: Mapping[str, Tables] | None = None
) -> Dictionary:
    """Read concept files given as name -> TOML text.

    Args:
        parsed: what some of these texts say, so that they need not be parsed.

    Raises:
        ConceptError: a key nobody knows, a name given twice, a member that does not exist; all that
            is wrong is told.
    """
    known = parsed or {}
    files = {file: known.get(file) or tomllib.loads(text) for file, text in texts.items()}
    dictionary, faults = extended_dictionary(Dictionary({}), files)
    if faults:
        raise all_in_one([placed_fault(fault, Place(fault.file)) for fault in faults])
    return dictionary


def placed_fault(fault: ConceptFault, place: Place) -> ConceptError:
    """The error of a fault, with its place."""
    error = fault.error
    return ConceptError(
        error.what,
        expected=error.expected,
        got=error.got,
        next_step=error.next_step,
        place=place,
    )


@lru_cache(maxsize=16)
def own_code_names(dictionary: Dictionary) -> Mapping[int, str]:
    """What a study's own concepts call their codes and values, where no packaged one has them."""
    packaged = packaged_dictionary()
    names: dict[int, str] = {}
    for name, concept in dictionary.concepts.items():
        if name not in packaged.concepts:
            names |= {value.omop: value.label for value in concept.values.values()}
            names |= {code.omop: code.name for code in concept.codes if code.omop is not None}
    for concept in packaged.concepts.values():
        for omop in (*(v.omop for v in concept.values.values()), *(c.omop for c in concept.codes)):
            names.pop(omop or 0, None)
    return names


@cache
def packaged_dictionary() -> Dictionary:
    """The dictionary that comes with Remit.

    >>> packaged_dictionary().concept("upcr").unit.code
    'g/g'
    """
    folder = resources.files("remit.facts").joinpath("concepts")
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda f: f.name
    )
    texts = {item.name: item.read_text(encoding="utf-8") for item in files}
    kept = folder.joinpath(PARSED).read_text(encoding="utf-8")
    return read_dictionary(texts, parsed=still_parsed(texts, kept))
