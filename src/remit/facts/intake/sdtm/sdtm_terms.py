"""What the terms of CDISC mean, from `sdtm_terms.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from remit.units import Unit, find_unit, unit_table


@dataclass(frozen=True, slots=True)
class LaboratoryTest:
    """What a code of a laboratory test means in one kind of specimen.

    Attributes:
        of: the unit whose dimension a row must have; None where any will do.
    """

    specimen: str
    concept: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class SdtmTerms:
    """The terms by what they mean; words are in capitals.

    Attributes:
        tests: code of a test -> what it means, by specimen.
        specimens, categories: word -> kind of specimen.
        dispositions: word -> what it is.
        systemic: routes by which an amount reaches the whole body.
    """

    tests: Mapping[str, tuple[LaboratoryTest, ...]]
    vital_signs: Mapping[str, str]
    scores: Mapping[str, str]
    specimens: Mapping[str, str]
    categories: Mapping[str, str]
    units: Mapping[str, str]
    no_unit: frozenset[str]
    per_day: Mapping[str, int]
    per_week: Mapping[str, int]
    routes: Mapping[str, int]
    systemic: frozenset[str]
    sexes: Mapping[str, int]
    races: Mapping[str, int]
    ethnicities: Mapping[str, int]
    dispositions: Mapping[str, str]
    code_columns: Mapping[str, str]
    uncoded: frozenset[str]


@cache
def sdtm_terms() -> SdtmTerms:
    """The terms that come with Remit."""
    file = resources.files("remit.facts.intake.sdtm").joinpath("sdtm_terms.toml")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    tests: dict[str, list[LaboratoryTest]] = {}
    for row in data["laboratory"]:
        for code in row["tests"]:
            found = LaboratoryTest(row["specimen"], row["concept"], row.get("of"))
            tests.setdefault(code, []).append(found)
    return SdtmTerms(
        tests={code: tuple(rows) for code, rows in tests.items()},
        vital_signs=data["vital_signs"],
        scores=data["scores"],
        specimens=_turned(data["specimens"]),
        categories=_turned(data["categories"]),
        units=data["units"],
        no_unit=frozenset(data["no_unit"]["words"]),
        per_day=data["per_day"],
        per_week=data["per_week"],
        routes=data["routes"],
        systemic=frozenset(data["systemic"]["words"]),
        sexes=data["sexes"],
        races=data["races"],
        ethnicities=data["ethnicities"],
        dispositions=_turned(data["dispositions"]),
        code_columns=data["code_columns"],
        uncoded=frozenset(data["uncoded"]["words"]),
    )


def _turned(part: Mapping[str, list[str]]) -> Mapping[str, str]:
    return {word: meaning for meaning, words in part.items() for word in words}


@lru_cache(maxsize=4096)
def cdisc_unit(text: str | None) -> Unit | None:
    """The unit that a submission value of CDISC names; None where nobody knows it.

    >>> cdisc_unit("THOU/uL").code, cdisc_unit("NO UNITS")
    ('10*3/uL', None)
    """
    if text is None or text.upper() in sdtm_terms().no_unit:
        return None
    written = sdtm_terms().units.get(text)
    if written is not None:
        return unit_table().get(written)
    return find_unit(omop_id=None, text=text)
