"""A cohort definition that was read from elsewhere, as the texts of a study and of its concepts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from remit.protocol.interchange.circe_cohort import ImportedCohort
from remit.protocol.interchange.circe_concepts import ImportedConcept, ListedConcept
from remit.protocol.interchange.circe_windows import INDEX, OBSERVED_FROM, OBSERVED_UNTIL
from remit.protocol.schema import KIND, VERSION
from remit.views.study_skeleton import HEAD
from remit.views.toml_text import (
    toml_comment,
    toml_identifier,
    toml_list,
    toml_name,
    toml_string,
)

_VERIFIED = "the concept set of the imported definition"


@dataclass(frozen=True, slots=True)
class ImportedStudy:
    """The text of a protocol file, and that of the concepts that lie beside it."""

    protocol: str
    concepts: str


def imported_study(
    cohort: ImportedCohort, file: Path, concepts_file: Path, *, source: str
) -> ImportedStudy:
    """The two files of a study that asks what a cohort definition asks.

    Args:
        file: where the study will lie: it is named for the file.
        source: what the definition is called, such as its file's name.
    """
    stem = file.stem
    said = (
        *(f"Persons may differ: {text}." for text in cohort.differences),
        *(f"Left behind: {text}." for text in cohort.left_behind),
        "The size of the study is not said by the definition: target_enrolment stands at 1.",
    )
    lines = [
        HEAD.rstrip(),
        toml_comment(f"A cohort definition of OHDSI, from {source}."),
        f'kind = "{KIND}"',
        f"version = {VERSION}",
        "",
        f"id = {toml_string(toml_identifier(stem, otherwise='cohort'))}",
        f"name = {toml_string(toml_name(stem, otherwise='cohort'))}",
        f"title = {toml_string(f'The cohort of {source}')}",
        'summary = "A cohort definition of OHDSI (Circe), imported."',
        'sponsor = "not said"',
        'status = "not said"',
        "target_enrolment = 1",
        f'default_anchor = "{INDEX}"',
        f"notes = {toml_list(said)}",
        "",
        "[design]",
        'type = "observational"',
        'text = "A cohort of records."',
        "",
        "[files]",
        f"concepts = {toml_list([concepts_file.name])}",
        "",
        "[anchors]",
        f'{INDEX} = "The day of the entry event."',
        f'{OBSERVED_FROM} = "The first day of the observation period around the entry event."',
        f'{OBSERVED_UNTIL} = "The last day of that period."',
        "",
        "[windows]",
        f'default = "[{INDEX}, {INDEX}]"',
        "",
        "# The record that dates a person. It lies inside an observation period.",
        "[entry]",
        f'anchor = "{INDEX}"',
        f'observed_from = "{OBSERVED_FROM}"',
        f'observed_until = "{OBSERVED_UNTIL}"',
        f"observed_before = {cohort.observed_before}",
        f"observed_after = {cohort.observed_after}",
        f'counts = "{"last" if cohort.last else "first"}"',
    ]
    for event in cohort.events:
        lines += ["", "[[entry.events]]", f"concept = {toml_string(event.concept)}"]
        lines += ["first_ever = true"] if event.first else []
        if event.expression is not None:
            lines.append(f"expression = {toml_string(event.expression)}")
    for number, rule in enumerate(cohort.rules):
        lines += [
            "",
            "[[criteria]]",
            f'id = "I{number}"',
            'kind = "inclusion"',
            f"text = {toml_string(rule.name)}",
            'state = "executable"',
            f"expression = {toml_string(rule.expression)}",
        ]
    concepts = [
        toml_comment(f"The concept sets of a cohort definition of OHDSI, from {source}."),
        'kind = "remit.concepts"',
        "version = 1",
    ]
    for concept in cohort.concepts:
        concepts += _concept(concept, source)
    return ImportedStudy("\n".join(lines) + "\n", "\n".join(concepts) + "\n")


def _concept(concept: ImportedConcept, source: str) -> list[str]:
    lines = [
        "",
        f"[concept.{concept.name}]",
        f"label = {toml_string(concept.label)}",
        f'kind = "{concept.kind}"',
        "# As in OHDSI: a record counts on its first day, and none is none.",
        'course = "first_day"',
        'absence = { rule = "always" }',
    ]
    if concept.excludes:
        lines += [f"# left out: {_named(item)}" for item in concept.excludes]
        lines.append(f"excludes = [{', '.join(str(item.omop) for item in concept.excludes)}]")
        lines.append('excludes_rule = "excluded_goes"')
    if concept.alone:
        lines.append(f"alone = [{', '.join(map(str, concept.alone))}]")
    lines.append(f"source = {toml_string(f'Concept set {concept.number} of {source}.')}")
    for item in concept.listed:
        lines += [
            "",
            f"[[concept.{concept.name}.codes]]",
            f"vocabulary = {toml_string(item.vocabulary)}",
            f"code = {toml_string(item.code)}",
            f"name = {toml_string(item.name)}",
            f"omop = {item.omop}",
            f"verified = {toml_string(_VERIFIED)}",
        ]
    return lines


def _named(item: ListedConcept) -> str:
    return toml_comment(f"{item.omop} {item.name}").removeprefix("# ")
