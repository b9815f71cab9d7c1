"""An import keeps what is in its drugs, accounts for each row of it, and says what doses stand on.

Doses as OHDSI says it ("How to Calculate Drug Dose", case 1): 60 tablets of 5 mg in 30 days are
10 mg a day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from facts.intake.omop.test_omop_tables import _folder
from facts.vocabulary.small_vocabulary import (
    Row,
    concept,
    relationship,
    write_vocabulary,
)
from remit.criteria.evidence import Evidence
from remit.facts.dictionary import packaged_dictionary
from remit.facts.dose_basis import DoseStrength, KnownStrengths
from remit.facts.intake.accounting.report import IntakeReport, TableIntake
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.deidentified.pseudonym_key import open_key
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.opened import Facts, open_facts
from remit.facts.soundness import check_dataset
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.vocabulary.athena import open_vocabulary
from remit.facts.vocabulary.code_book import CodeBook
from remit.views.words import evidence_cells

EXPOSURE = (
    "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date,"
    "drug_type_concept_id,quantity,days_supply,sig,drug_source_concept_id,drug_source_value\n"
)
STRENGTH = (
    "drug_concept_id,ingredient_concept_id,amount_value,amount_unit_concept_id,numerator_value,"
    "numerator_unit_concept_id,denominator_value,denominator_unit_concept_id,box_size,"
    "valid_start_date,valid_end_date,invalid_reason\n"
)
PREDNISONE, TABLET, STRONG, NDC = 1551099, 9000900, 9000910, 9000990
_PLAIN = ("", "", "", "", "", "19700101", "20991231", "")


def exposures(*rows: tuple[object, ...]) -> str:
    """Rows of the drug, its first day and what beside: quantity, supply, sig, source id, text."""
    lines = []
    for number, (drug, start, end, *rest) in enumerate(rows, start=1):
        rest += [""] * (5 - len(rest))
        lines.append(",".join(map(str, (number, 1, drug, start, end, 0, *rest))))
    return EXPOSURE + "\n".join(lines) + "\n"


def strengths(*rows: Row) -> str:
    return STRENGTH + "".join(",".join(map(str, row)) + "\n" for row in rows)


def fixed(drug: int, amount: object, ingredient: int = PREDNISONE) -> Row:
    return (drug, ingredient, amount, 8576, *_PLAIN)


BOTH = strengths(fixed(TABLET, 5), fixed(STRONG, 20))


def imported(
    tmp_path: Path, files: Mapping[str, str], book: CodeBook | None = None, **choices: Any
) -> tuple[Facts, IntakeReport]:
    folder = _folder(tmp_path / "in", **files)
    found = read_omop(folder, by_source=book is not None, book=book)
    return written(tmp_path / "out", found, book, **choices)


def written(
    out: Path, found: SourceTables, book: CodeBook | None, **choices: Any
) -> tuple[Facts, IntakeReport]:
    chosen = IntakeChoices("t", data_cut=date(2025, 1, 1), book=book, **choices)
    facts, report = write_intake(out, found, chosen)
    assert all(table.unaccounted == 0 for table in report.tables)
    assert [one for one in check_dataset(facts) if one.severity == "error"] == []
    return facts, report


def of_table(report: IntakeReport, name: str) -> TableIntake:
    (found,) = (table for table in report.tables if table.table == name)
    return found


def book_of(tmp_path: Path, *rows: Row) -> CodeBook:
    """A vocabulary in which NDC is mapped to TABLET, and 9000991 to two tablets."""
    place = write_vocabulary(
        tmp_path / "athena",
        [
            concept(TABLET, "prednisone 5 MG Oral Tablet", "Drug", "RxNorm", "1"),
            concept(STRONG, "prednisone 20 MG Oral Tablet", "Drug", "RxNorm", "2"),
            concept(PREDNISONE, "prednisone", "Drug", "RxNorm", "8640", kind="Ingredient"),
            concept(NDC, "prednisone, a package", "Drug", "NDC", "3", standard=""),
            concept(9000991, "a kit", "Drug", "NDC", "4", standard=""),
        ],
        [
            relationship(NDC, "Maps to", TABLET),
            relationship(9000991, "Maps to", TABLET),
            relationship(9000991, "Maps to", STRONG),
        ],
        strengths=rows,
    )
    return open_vocabulary(place, packaged_dictionary())


def told(facts: Facts) -> dict[date, tuple[DoseStrength, ...]]:
    """First day of a dose era -> what it stands on."""
    known = KnownStrengths(facts.rows("drug_strength"), facts.manifest.strengths)
    tables = {name: facts.rows(name) for name in ("dose_era", "dose_basis")}
    eras = tables["dose_era"].to_pylist()
    found = known.of_eras(tables, [era["dose_era_id"] for era in eras])
    return {era["dose_era_start_date"]: found.get(era["dose_era_id"], ()) for era in eras}


def test_each_row_of_the_source_is_accounted_for(tmp_path: Path) -> None:
    rows = strengths(
        fixed(TABLET, 5),
        fixed(TABLET, "5.0"),
        (*fixed(TABLET, 6)[:-1], "D"),
        fixed(9000999, 5),
        fixed(STRONG, "twenty"),
    )
    drugs = exposures(
        (TABLET, "2024-01-01", "2024-01-30", 60, 30), (STRONG, "2024-05-01", "2024-05-30", 30, 30)
    )
    vocabulary = "vocabulary_id,vocabulary_version\nRxNorm,x\nNone,v5.0 of ours\n"
    files = {"drug_exposure": drugs, "drug_strength": rows, "vocabulary": vocabulary}
    facts, report = imported(tmp_path, files)
    table = of_table(report, "drug_strength")
    assert (table.source, table.read, table.kept) == ("drug_strength.csv", 5, 1)
    assert {(item.reason, item.rows, item.fate) for item in table.left_out} == {
        ("says all of another row again", 1, "merged"),
        ("is not valid any more", 1, "not_read"),
        ("says nothing of the drugs of these data", 1, "not_read"),
        ("amount_value is no number", 1, "refused"),
    }
    assert facts.manifest.strengths == StrengthsOrigin("source", "v5.0 of ours")
    page = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert page["strengths"] == {"by": "source", "version": "v5.0 of ours"}
    (era,) = facts.rows("dose_era").to_pylist()
    assert era["dose_value"] == Decimal(10)
    ((strength,),) = told(facts).values()
    assert (strength.product, strength.ingredient) == (TABLET, PREDNISONE)
    assert (strength.amount, strength.unit) == (Decimal(5), "mg")
    evidence = Evidence("dose_era", era["dose_era_id"], date(2024, 1, 1), strengths=(strength,))
    assert evidence_cells(evidence)[-1] == (
        f"(drug_strength of {TABLET}: 5 mg of {PREDNISONE}, by the source, vocabulary "
        "v5.0 of ours; quantity × amount / days of supply)"
    )


def test_eras_that_are_joined_stand_on_all_products_of_their_days(tmp_path: Path) -> None:
    drugs = exposures(
        (TABLET, "2024-01-01", "2024-01-30", 60, 30),
        (TABLET, "2024-01-31", "2024-02-29", 60, 30),
        (STRONG, "2024-02-10", "2024-02-29", "", "", "take 1 tablet daily"),
        (9000920, "2024-06-01", "2024-06-10", "", "", "take 10 mg daily"),
        (TABLET, "2024-06-01", "2024-06-10", 30, 30, "as directed"),
    )
    solution = (9000920, PREDNISONE, "", "", 5, 8576, 1, 8587, "", "19700101", "20991231", "")
    files = {
        "drug_exposure": drugs,
        "drug_strength": strengths(fixed(TABLET, 5), fixed(STRONG, 20), solution),
    }
    facts, _ = imported(tmp_path, files)
    found = {
        day: [(one.product, one.how) for one in strengths] for day, strengths in told(facts).items()
    }
    by_supply = (TABLET, "quantity × amount / days of supply")
    assert found == {
        date(2024, 1, 1): [by_supply],
        date(2024, 2, 10): [by_supply, (STRONG, "sig × amount")],
        # The tablets of June gave no dose: nothing stands on them.
        date(2024, 6, 1): [(9000920, "the mass that the sig tells")],
    }
    (june,) = told(facts)[date(2024, 6, 1)]
    assert june.amount is None
    assert "no fixed amount" in june.words


def test_a_code_that_the_vocabulary_maps_has_the_strength_of_what_it_means(tmp_path: Path) -> None:
    book = book_of(tmp_path, fixed(TABLET, 5), fixed(STRONG, 20))
    drugs = exposures(
        (NDC, "2024-01-01", "2024-01-30", 60, 30),
        (0, "2024-03-01", "2024-03-30", 60, 30, "", NDC),
        (9000991, "2024-06-01", "2024-06-30", 60, 30),  # two products: no single strength
    )
    facts, report = imported(tmp_path, {"drug_exposure": drugs}, book)
    assert facts.rows("dose_era")["dose_value"].to_pylist() == [Decimal(10)] * 2
    assert facts.manifest.strengths == StrengthsOrigin("vocabulary", "v5.0 27-FEB-26")
    assert of_table(report, "drug_strength").source == "DRUG_STRENGTH of the vocabulary"
    assert {one.product for strengths in told(facts).values() for one in strengths} == {TABLET}
    # Both of the kit are drugs of these data.
    assert facts.rows("drug_strength")["drug_concept_id"].to_pylist() == [TABLET, STRONG]


def test_what_a_code_says_itself_goes_before_what_it_is_mapped_to(tmp_path: Path) -> None:
    book = book_of(tmp_path, fixed(TABLET, 5), fixed(NDC, 20), fixed(NDC, 1, ingredient=7))
    drugs = exposures((NDC, "2024-01-01", "2024-01-30", 60, 30))
    facts, _ = imported(tmp_path, {"drug_exposure": drugs}, book)
    assert facts.rows("dose_era").num_rows == 0  # a combination


def test_the_source_goes_before_the_vocabulary_and_is_resolved_too(tmp_path: Path) -> None:
    book = book_of(tmp_path, fixed(TABLET, 5))
    files = {
        "drug_exposure": exposures((NDC, "2024-01-01", "2024-01-30", 60, 30)),
        "drug_strength": strengths(fixed(TABLET, "2.5")),
    }
    facts, report = imported(tmp_path, files, book)
    assert facts.rows("dose_era")["dose_value"].to_pylist() == [Decimal(5)]
    assert facts.manifest.strengths == StrengthsOrigin("source")
    assert of_table(report, "drug_strength").source == "drug_strength.csv"


def test_an_empty_table_makes_no_file_and_the_vocabulary_speaks(tmp_path: Path) -> None:
    files = {
        "drug_exposure": exposures((TABLET, "2024-01-01", "2024-01-30", 60, 30)),
        "drug_strength": STRENGTH,
    }
    facts, report = imported(tmp_path, files)
    assert of_table(report, "drug_strength").read == 0
    assert not {"drug_strength", "dose_basis"} & set(facts.manifest.tables)
    assert facts.manifest.strengths is None
    assert "strengths" not in json.loads((tmp_path / "out" / "manifest.json").read_text())
    (tmp_path / "b").mkdir()
    facts, _ = imported(tmp_path / "b", files, book_of(tmp_path, fixed(TABLET, 5)))
    assert facts.rows("drug_strength").num_rows == 1


def test_strengths_are_kept_beside_eras_that_the_source_has(tmp_path: Path) -> None:
    eras = (
        "dose_era_id,person_id,drug_concept_id,unit_concept_id,dose_value,dose_era_start_date,"
        f"dose_era_end_date\n1,1,{PREDNISONE},8576,7,2024-01-01,2024-01-30\n"
    )
    files = {
        "drug_exposure": exposures((TABLET, "2024-01-01", "2024-01-30", 60, 30)),
        "drug_strength": strengths(fixed(TABLET, 5)),
        "dose_era": eras,
    }
    facts, _ = imported(tmp_path, files)
    assert facts.rows("drug_strength").num_rows == 1
    assert facts.rows("dose_basis").num_rows == 0
    assert told(facts) == {date(2024, 1, 1): ()}  # the source says that dose itself


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [fixed(STRONG, 20), fixed(TABLET, 5), fixed(TABLET, 5)]
    drugs = exposures((TABLET, "2024-01-01", "2024-01-30", 60, 30), (STRONG, "2024-03-01", "", 1))
    digests = set()
    for number, order in enumerate((rows, rows[::-1])):
        (tmp_path / str(number)).mkdir()
        files = {"drug_exposure": drugs, "drug_strength": strengths(*order)}
        facts, _ = imported(tmp_path / str(number), files)
        digests.add(facts.manifest.digest)
    assert len(digests) == 1


def test_rows_that_are_refused_leave_no_basis(tmp_path: Path) -> None:
    """A record after the data cut, on days of another one, gave nothing."""
    start = "2025-02-01"
    drugs = exposures(
        (TABLET, "2024-12-01", "2025-03-01", 182, 91), (STRONG, start, "2025-02-02", 2, 2)
    )
    files = {
        "drug_exposure": drugs,
        "drug_strength": strengths(fixed(TABLET, 5), fixed(STRONG, 20)),
    }
    facts, _ = imported(tmp_path, files)
    ((strength,),) = told(facts).values()
    assert strength.product == TABLET


def test_a_record_without_a_day_leaves_all_doses_of_its_drug_open(tmp_path: Path) -> None:
    """It began before birth, so on any day: with the other it may have been any dose."""
    drugs = exposures(
        (TABLET, "2024-12-01", "2025-03-01", 182, 91), (STRONG, "1980-01-01", "2025-02-02", 2, 2)
    )
    files = {
        "drug_exposure": drugs,
        "drug_strength": strengths(fixed(TABLET, 5), fixed(STRONG, 20)),
    }
    facts, _ = imported(tmp_path, files)
    ((era),) = facts.rows("dose_era").to_pylist()
    assert era["dose_value"] is None
    assert {strength.product for (found) in told(facts).values() for strength in found} == {
        TABLET,
        STRONG,
    }


def test_pseudonyms_keep_what_doses_stand_on(tmp_path: Path) -> None:
    drugs = exposures(
        (TABLET, "2024-01-01", "2024-01-30", 60, 30), (STRONG, "2024-06-01", "2024-06-30", 30, 30)
    )
    files = {
        "drug_exposure": drugs,
        "drug_strength": strengths(fixed(TABLET, 5), fixed(STRONG, 20)),
    }
    key = open_key(tmp_path / "key.json", out=tmp_path / "out")
    facts, _ = imported(tmp_path, files, pseudonyms=key)
    found = [[one.product for one in strengths] for _, strengths in sorted(told(facts).items())]
    assert found == [[TABLET], [STRONG]]
    assert facts.manifest.strengths == StrengthsOrigin("source")


def test_contradicting_strengths_are_told_by_the_check(tmp_path: Path) -> None:
    files = {
        "drug_exposure": exposures((TABLET, "2024-01-01", "2024-01-30", 60, 30)),
        "drug_strength": strengths(fixed(TABLET, 5), fixed(TABLET, 10)),
    }
    facts, _ = imported(tmp_path, files)
    assert facts.rows("dose_era").num_rows == 0
    rules = [(one.table, one.rule, one.rows) for one in check_dataset(facts)]
    assert ("drug_strength", "two strengths of one ingredient", 2) in rules


def test_a_dataset_without_the_tables_opens(tmp_path: Path) -> None:
    drugs = exposures((TABLET, "2024-01-01", "2024-01-30", 60, 30))
    imported(tmp_path, {"drug_exposure": drugs})
    with open_facts(tmp_path / "out") as facts:
        assert facts.rows("drug_strength").num_rows == facts.rows("dose_basis").num_rows == 0
        assert facts.manifest.strengths is None
