"""The map of an SDTM study: what its terms mean, as a person confirmed it.

MedDRA and WHODrug terms, and a study's own tests, are proposed by exact words and confirmed by a
person: `proposed` is what the draft found, `concept` is what counts. A term without one keeps its
rows, under no code, with its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.facts.concept import VALUE_KINDS
from remit.facts.dictionary import Dictionary
from remit.facts.intake.sdtm.files.sdtm_domains import EVENTS, FINDINGS
from remit.facts.intake.sources.map_file import MapForm

KIND, VERSION = "remit.sdtm_map", 1
_SHOWN = 20  # faults
_FORM = MapForm(
    kind=KIND,
    version=VERSION,
    what="an SDTM study",
    quoted="terms stand in quotes",
    drafted_by="remit facts import sdtm FOLDER --draft-map MAP.toml",
    page="docs/how-to/sdtm.md",
)
# Domain -> the kinds of concept that its terms may be. A history holds operations and drugs too.
KINDS: Mapping[str, frozenset[str]] = {
    "AE": frozenset({"condition"}),
    "MH": frozenset({"condition", "procedure", "drug"}),
    "CM": frozenset({"drug"}),
    "EX": frozenset({"drug"}),
    "PR": frozenset({"procedure"}),
    "LB": VALUE_KINDS,
    "VS": VALUE_KINDS,
    "QS": VALUE_KINDS,
    "RS": VALUE_KINDS,
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class TermUse(_Strict):
    """What a term means: a concept that a person confirmed, or nothing that Remit asks for."""

    concept: str | None = None
    proposed: str | None = None
    ignore: bool = False


class SdtmMap(_Strict):
    """The map of a study.

    Attributes:
        codes: column -> the vocabulary of its codes, such as CMCODE = "RxNorm".
        terms: domain -> term -> what it means; a test stands as `GLUC | URINE`.
    """

    kind: str = KIND
    version: int = VERSION
    codes: Mapping[str, str] = Field(default_factory=dict)
    terms: Mapping[str, Mapping[str, TermUse]] = Field(default_factory=dict)

    def use(self, domain: str, term: str) -> TermUse | None:
        """What a person said of a term; case does not count."""
        found = self.terms.get(domain, {})
        return found.get(term) or found.get(term.upper())


NO_MAP = SdtmMap()
_VOCABULARIES = ("LOINC", "SNOMED", "RxNorm", "ATC", "CVX", "NDC", "ICD10CM", "ICD10", "ICD9CM")


def read_sdtm_map(path: Path, dictionary: Dictionary) -> SdtmMap:
    """The map in a file.

    Raises:
        DatasetError: the file cannot be read, is no map, or says what cannot be; with all faults.
    """
    data = _FORM.tables(_FORM.text_of(path), path)
    try:
        found = SdtmMap.model_validate(data)
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(key) for key in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise _FORM.refusal(faults, path, shown=_SHOWN) from None
    faults = _faults(found, dictionary)
    if faults:
        raise _FORM.refusal(faults, path, shown=_SHOWN)
    return SdtmMap(
        codes={column.upper(): name for column, name in found.codes.items()},
        terms={
            domain: {term.upper(): use for term, use in terms.items()}
            for domain, terms in found.terms.items()
        },
    )


def _faults(found: SdtmMap, dictionary: Dictionary) -> list[str]:
    faults = [
        f"codes.{column}: {name!r} is none of {', '.join(_VOCABULARIES)}"
        for column, name in found.codes.items()
        if name not in _VOCABULARIES
    ]
    for domain, terms in found.terms.items():
        if domain not in (*EVENTS, *FINDINGS):
            faults.append(f"terms.{domain}: nobody knows this domain")
            continue
        for term, use in terms.items():
            fault = _fault_of(use, KINDS[domain], dictionary)
            if fault is not None:
                faults.append(f"terms.{domain}.{term}: {fault}")
    return faults


def _fault_of(use: TermUse, kinds: frozenset[str], dictionary: Dictionary) -> str | None:
    if use.concept is None:
        return None
    if use.ignore:
        return "a term that is ignored has no concept"
    concept = dictionary.concepts.get(use.concept)
    if concept is None:
        near = ", ".join(dictionary.nearest(use.concept))
        return f"the dictionary has no {use.concept}" + (f"; perhaps {near}" if near else "")
    if concept.kind not in kinds:
        return f"{use.concept} is a {concept.kind}; expected is one of {', '.join(sorted(kinds))}"
    if concept.members:
        return f"{use.concept} is a class; name one of its members: {', '.join(concept.members)}"
    if not any(code.omop is not None and code.is_verified for code in concept.codes):
        return f"{use.concept} has no code that data could carry"
    return None
