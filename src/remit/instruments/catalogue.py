"""The packaged instruments, and what names mean in their expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from remit.criteria.environment import Environment
from remit.facts.codes import Codes
from remit.facts.concept import Absence, Code, CodedValue, Concept, Kind
from remit.facts.dictionary import Dictionary, packaged_dictionary
from remit.instruments.instrument import Instrument, Item, Ladder
from remit.instruments.toml_files import found_by_name, parse_definition, read_definition_file
from remit.units import unit_named

PRESENT, ABSENT, NOT_ATTRIBUTED = 2100000901, 2100000902, 2100000903
FINDING_VALUES: Mapping[str, int] = {
    "present": PRESENT,
    "absent": ABSENT,
    "not_attributed": NOT_ATTRIBUTED,
}
MOMENTS = ("previous", "baseline")
_NO_COURSE = Absence()


def read_instrument(path: Path) -> Instrument:
    """The instrument of a TOML file.

    Raises:
        InstrumentError: it cannot be read, is not TOML or breaks the schema.
    """
    return read_instrument_text(read_definition_file(path), source=str(path))


def read_instrument_text(text: str, *, source: str) -> Instrument:
    """The instrument of a TOML text; errors as `read_instrument`."""
    return parse_definition(text, Instrument, source=source)


@cache
def packaged_instruments() -> Mapping[str, Instrument]:
    """All instruments that come with Remit, by id; each is read when it is first asked for."""
    names = (file.name for file in _definitions().iterdir())
    return _Packaged(
        tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
    )


def instrument_text(name: str) -> str:
    """The text of a packaged instrument's file."""
    return _definitions().joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _definitions() -> Traversable:
    return resources.files("remit.instruments").joinpath("definitions")


@cache
def _packaged(name: str) -> Instrument:
    return read_instrument_text(instrument_text(name), source=f"{name}.toml")


class _Packaged(Mapping[str, Instrument]):
    """Packaged instruments by id. The file of each is named by it."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Instrument:
        if name not in self._names:
            raise KeyError(name)
        return _packaged(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


def instrument_named(name: str) -> Instrument:
    """The packaged instrument of that name; `-` and capitals do not matter.

    Raises:
        InstrumentError: there is none; the nearest names are given.

    >>> instrument_named("SLEDAI-2K").id
    'sledai_2k'
    """
    step = "name one of `remit score --list`"
    return found_by_name(name, packaged_instruments(), what="instrument", next_step=step)


# ---- names in expressions ------------------------------------------------------------------------


def instrument_environment(instrument: Instrument, codes: Codes) -> Environment:
    """What names mean in the expressions of an instrument: its items, outputs, and the dictionary.

    A bare name reads the visit.
    """
    return Environment(
        dictionary=instrument_dictionary(instrument, codes.dictionary),
        anchors=frozenset({"visit", *MOMENTS}),
        default_window="[visit, visit]",
        definitions=instrument.definitions,
        parameters={name: row.value for name, row in instrument.parameters.items()},
        codes=codes,
    )


def instrument_dictionary(instrument: Instrument, known: Dictionary) -> Dictionary:
    """A dictionary with the items and outputs of an instrument."""
    concepts = dict(known.concepts)
    for item in instrument.items:
        if item.type in {"finding", "grade", "choice"}:
            concepts[item.id] = item_concept(item, instrument.citation)
    concepts.update(output_concepts(instrument))
    return replace(known, concepts=concepts)


def output_concepts(instrument: Instrument) -> Mapping[str, Concept]:
    """What an instrument works out, as concepts; one of the dictionary's own stays as it is."""
    known = packaged_dictionary().concepts
    made: dict[str, Concept] = {}
    for formula in instrument.formulas:
        if formula.id not in known:
            made[formula.id] = replace(
                _concept(formula.id, formula.label, "quantity", instrument.citation),
                unit=unit_named(formula.unit),
                factors={unit_named(formula.unit).code: unit_named("1").factor},
            )
    for total in instrument.totals:
        if total.id not in known:
            made[total.id] = _concept(total.id, total.label, "score", instrument.citation)
    for ladder in instrument.ladders:
        if ladder.id not in known:
            values = grade_ids(ladder)
            concept = _concept(ladder.id, ladder.label, "category", instrument.citation)
            made[ladder.id] = replace(
                concept, values={g: CodedValue(omop=i, label=g) for g, i in values.items()}
            )
    return made


def grade_ids(ladder: Ladder) -> Mapping[str, int]:
    """The id of each grade: that of the dictionary where the ladder is a concept of it."""
    known = packaged_dictionary().concepts.get(ladder.id)
    if known is not None:
        return {grade: known.values[grade].omop for grade in ladder.grades}
    return {grade: place + 1 for place, grade in enumerate(ladder.grades)}


def item_concept(item: Item, source: str) -> Concept:
    """An item that is recorded, as a concept of the dictionary."""
    concept = _concept(item.id, item.label, "score", source, omop=item.omop)
    if item.type == "grade":
        assert item.highest is not None, "the schema asks for it"
        return replace(concept, plausible=(Decimal(item.lowest), Decimal(item.highest)))
    values = FINDING_VALUES if item.type == "finding" else item.values
    return replace(
        concept,
        kind="category",
        unit=None,
        values={name: CodedValue(omop=code, label=name) for name, code in values.items()},
    )


def _concept(name: str, label: str, kind: Kind, source: str, *, omop: int | None = None) -> Concept:
    codes = (
        Code(vocabulary="local", code=f"remit:{name}", name=label, omop=omop, verified="local"),
    )
    return Concept(
        name=name,
        label=label,
        kind=kind,
        unit=unit_named("{score}") if kind == "score" else None,
        factors={},
        plausible=None,
        codes=codes,
        values={},
        course="episode",
        absence=_NO_COURSE,
        route=(),
        members=(),
        equivalents={},
        source=source,
        note="",
    )


def outputs_environment(
    instruments: Iterable[Instrument], codes: Codes, *, anchors: Iterable[str] = MOMENTS
) -> Environment:
    """What names mean where the results of several instruments are read, as responses do."""
    concepts = dict(codes.dictionary.concepts)
    for instrument in instruments:
        concepts.update(output_concepts(instrument))
    return Environment(
        dictionary=replace(codes.dictionary, concepts=concepts),
        anchors=frozenset({"visit", *anchors}),
        default_window="[visit, visit]",
        codes=codes,
    )
