"""A first map of an SDTM study, for a person to confirm: each term that no table of CDISC settles.

Proposed is only what a concept's label, alias or the name of one of its codes says word for word,
but for case. MedDRA and WHODrug are licensed hierarchies: what lies below a term is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.facts.intake.sdtm.files.sdtm_datasets import SdtmStudy
from remit.facts.intake.sdtm.files.sdtm_domains import EVENTS, FINDINGS
from remit.facts.intake.sdtm.sdtm_events import named_events
from remit.facts.intake.sdtm.sdtm_findings import named_findings
from remit.facts.intake.sdtm.sdtm_map import KIND, KINDS, VERSION
from remit.facts.intake.sdtm.sdtm_rows import domain_rows
from remit.facts.intake.sdtm.sdtm_terms import sdtm_terms
from remit.facts.intake.sources.field_words import counted, quoted

HEAD = f'''# What the terms of the study mean. Drafted; confirm it, then import with
#   remit facts import sdtm FOLDER --map THIS.toml --out DATASET
# A proposal counts for nothing until a person writes `concept` in place of `proposed`: it was
# found by the same words, and nobody looked at what the study means by them. A term that Remit need
# not know, such as PLACEBO, is {{ ignore = true }}. Every other term keeps its rows, under no code,
# with its text.
# Concepts are listed by `remit facts concepts`.
kind = "{KIND}"
version = {VERSION}

# Columns, or supplemental qualifiers (QNAM), that hold codes, and of which vocabulary: LOINC,
# SNOMED, RxNorm, ATC, CVX, NDC, ICD10CM, ICD10, ICD9CM. Ends such as …LOINC are known.
[codes]
# CMCODE = "RxNorm"
'''


@dataclass(frozen=True, slots=True)
class SdtmDraft:
    """A drafted map.

    Attributes:
        terms: how many there are; proposed: to how many a concept is proposed.
    """

    text: str
    terms: int
    proposed: int


def draft_sdtm_map(study: SdtmStudy, dictionary: Dictionary) -> SdtmDraft:
    """The map of a study, with each distinct term, its rows and persons."""
    text, terms, proposed = [HEAD], 0, 0
    for domain in (*EVENTS, *FINDINGS):
        datasets = study.of(domain)
        if not datasets:
            continue
        rows = domain_rows(domain, datasets)
        found = named_events(rows) if domain in EVENTS else named_findings(rows)
        words = exact_words(dictionary, KINDS[domain])
        lines = list(_lines(found, words))
        if not lines:
            continue
        text += [f"[terms.{domain}]", *(line for line, _ in lines), ""]
        terms += len(lines)
        proposed += sum(is_proposed for _, is_proposed in lines)
    return SdtmDraft("\n".join(text), terms, proposed)


def _lines(
    found: Iterable[tuple[str, str | None]], words: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, bool]]:
    """A line for each term, the most rows first; and whether a concept is proposed."""
    persons: dict[str, dict[str | None, int]] = {}
    for term, person in found:
        held = persons.setdefault(term, {})
        held[person] = held.get(person, 0) + 1
    order = sorted(persons.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    for term, held in order:
        code, _, specimen = term.partition(" | ")
        # A word such as CREAT does not say of what: creatinine in urine is not that of serum.
        open_specimen = code in sdtm_terms().tests or specimen not in {"", "BLOOD", "SERUM"}
        meant = frozenset() if open_specimen else words.get(code.casefold(), frozenset())
        one = next(iter(meant)) if len(meant) == 1 else None
        rows, who = counted(sum(held.values()), "row"), counted(len(held), "person")
        value = f"{{ proposed = {quoted(one)} }}" if one else "{}"
        several = f"; may be {', '.join(sorted(meant))}" if len(meant) > 1 else ""
        yield f"{quoted(term)} = {value}  # {rows}, {who}{several}", one is not None


def exact_words(dictionary: Dictionary, kinds: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Label, alias or name of a code, without case -> the plain concepts that it names."""
    found: dict[str, set[str]] = {}
    for concept in dictionary.concepts.values():
        if concept.kind in kinds and not concept.members:
            for word in _words(concept):
                found.setdefault(" ".join(word.casefold().split()), set()).add(concept.name)
    return {word: frozenset(names) for word, names in found.items()}


def _words(concept: Concept) -> Iterator[str]:
    verified = [code for code in concept.codes if code.omop is not None and code.is_verified]
    if verified:
        yield from (concept.label, *concept.aliases, *(code.name for code in verified))
