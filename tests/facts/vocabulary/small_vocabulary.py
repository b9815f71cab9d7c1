"""A small vocabulary as Athena hands one out, written by the tests.

Ids, codes and names are those of OMOP's vocabularies where a number looks like one; those above
9,000,000 are invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

CONCEPT = (
    "concept_id",
    "concept_name",
    "domain_id",
    "vocabulary_id",
    "concept_class_id",
    "standard_concept",
    "concept_code",
    "valid_start_date",
    "valid_end_date",
    "invalid_reason",
)
RELATIONSHIP = (
    "concept_id_1",
    "concept_id_2",
    "relationship_id",
    "valid_start_date",
    "valid_end_date",
    "invalid_reason",
)
ANCESTOR = (
    "ancestor_concept_id",
    "descendant_concept_id",
    "min_levels_of_separation",
    "max_levels_of_separation",
)
STRENGTH = (
    "drug_concept_id",
    "ingredient_concept_id",
    "amount_value",
    "amount_unit_concept_id",
    "numerator_value",
    "numerator_unit_concept_id",
    "denominator_value",
    "denominator_unit_concept_id",
    "box_size",
    "valid_start_date",
    "valid_end_date",
    "invalid_reason",
)
VERSION = "v5.0 27-FEB-26"
DAYS = ("19700101", "20991231")

Row = Sequence[object]


def concept(
    code_id: int,
    name: str,
    domain: str,
    vocabulary: str,
    code: str,
    *,
    kind: str = "Clinical Finding",
    standard: str = "S",
    invalid: str = "",
) -> Row:
    """A row of CONCEPT."""
    return (code_id, name, domain, vocabulary, kind, standard, code, *DAYS, invalid)


def relationship(first: int, name: str, second: int, *, invalid: str = "") -> Row:
    """A row of CONCEPT_RELATIONSHIP."""
    return (first, second, name, *DAYS, invalid)


def write_table(
    folder: Path, name: str, columns: Sequence[str], rows: Iterable[Row], *, separator: str = "\t"
) -> None:
    lines = [columns, *rows]
    text = "".join(separator.join(str(cell) for cell in line) + "\n" for line in lines)
    (folder / name).write_text(text, encoding="utf-8")


def write_vocabulary(
    folder: Path,
    concepts: Iterable[Row],
    relationships: Iterable[Row],
    *,
    closed: Mapping[int, Sequence[int]] | None = None,
    strengths: Iterable[Row] = (),
    version: str = VERSION,
) -> Path:
    """A folder as Athena hands it out; it comes back.

    Args:
        closed: code -> all that lies above it; without it CONCEPT_ANCESTOR is empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder, "CONCEPT.csv", CONCEPT, concepts)
    write_table(folder, "CONCEPT_RELATIONSHIP.csv", RELATIONSHIP, relationships)
    pairs = [(up, code, 1, 1) for code, above in (closed or {}).items() for up in above]
    pairs += [(code, code, 0, 0) for code in closed or {}]
    write_table(folder, "CONCEPT_ANCESTOR.csv", ANCESTOR, pairs)
    write_table(folder, "DRUG_STRENGTH.csv", STRENGTH, strengths)
    head = ("vocabulary_id", "vocabulary_name", "vocabulary_reference", "vocabulary_version")
    rows = [("None", "OMOP Standardized Vocabularies", "OMOP generated", version)]
    write_table(folder, "VOCABULARY.csv", head, rows)
    return folder
