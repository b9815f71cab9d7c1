"""Units of one's own: a text of a laboratory means a unit of the closed table, for one study."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from own_study import SCREENED, STUDY, write_study

import remit
from remit.endpoints.study_check import check_file
from remit.errors import RemitError
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.protocol import Protocol, read_protocol
from remit.screening import explain_person, screen_studies
from remit.testing import Row, small_facts
from remit.units import unit_key, unit_named

UNITS = """\
kind = "remit.units"
version = 1

[unit."our count"]
means = "10*9/L"
times = "1/10"
spellings = ["OC", "our  count"]
omop = 2101000100
source = "Our laboratory."

[unit.mgdl_x10]
means = "mg/dL"
times = "10"
source = "Our laboratory."
"""
CRITERIA = {
    "E1": "platelets < 50 10*9/L",
    "E2": "creatinine > 2 mg/dL",
    "E3": "platelets < 500 OC",
    "E4": "platelets + platelets < 100 10*9/L",
    "E5": "any platelets in [screening - 28 days, screening] < 50 10*9/L",
    "E6": "sledai_2k >= 1",
}


def with_units(study: str, criteria: Mapping[str, str] = CRITERIA) -> str:
    head = study.partition("[[criteria]]")[0]
    head = head.replace('definitions = ["response.toml"]', 'units = ["units.toml"]')
    head = head.replace('concepts = ["codes/concepts.toml"]\n', "")
    head = head.replace('split_product = "[screening - 14 days, screening]"\n', "")
    head = head.replace('split_halved = "Ours.", ', "").replace("split_halved", "kdigo_2024")
    return head + "\n".join(
        f'[[criteria]]\nid = "{name}"\nkind = "exclusion"\ntext = "x"\nstate = "executable"\n'
        f'expression = "{expression}"\n'
        for name, expression in criteria.items()
    )


def study_with(folder: Path, units: str = UNITS, text: str | None = None) -> Path:
    file = write_study(folder, study=with_units(STUDY) if text is None else text)
    (folder / "units.toml").write_text(units, encoding="utf-8")
    return file


# person -> how the laboratory names the unit of 400: as text, by id, or not as the study says.
PRINTED: Mapping[int, Row] = {
    1: {"unit_text": "our count"},
    2: {"unit_text": "OC"},
    3: {"unit": 2_101_000_100},
    4: {"unit_text": "our count", "unit": 0},
    5: {"unit_text": "Our count"},  # no such text
    6: {"unit_text": "our count", "unit": 9444},  # the id is that of another unit
    7: {"unit_text": "OC", "unit": 2_101_000_999},  # an id that nobody knows
    8: {"unit_text": "10*9/L"},
    9: {"unit_text": "10*9/L", "unit": 2_101_000_100},  # the text is that of another unit
    10: {"unit_text": "OC", "unit": 2_101_000_100},
    11: {"unit_text": "as usual", "unit": 2_101_000_100},  # words that nobody knows say nothing
}


@pytest.fixture(scope="module")
def people() -> Facts:
    rows: list[Row] = []
    for person, unit in PRINTED.items():
        rows.append(
            {"person_id": person, "anchor": "screening", "date": SCREENED, "study": "OWN-1"}
        )
        lab = {"person_id": person, "concept": "platelets", "date": SCREENED, "number": "400"}
        rows.append({**lab, **unit})
        lab = {"person_id": person, "concept": "creatinine", "date": SCREENED, "number": "0.3"}
        rows.append({**lab, "unit_text": "mgdl_x10"})
    return small_facts(rows, data_cut=date(2024, 12, 31))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Protocol:
    return read_protocol(study_with(tmp_path_factory.mktemp("units")))


def verdicts_of(study: Protocol, people: Facts, criterion: str) -> dict[int, str]:
    rows = remit.screen(study, people).verdict_table().to_pylist()
    return {
        row["person_id"]: row["status"] + (f"({row['reasons']})" if row["reasons"] else "")
        for row in rows
        if row["criterion"] == criterion
    }


@pytest.mark.parametrize("criterion", ["E1", "E3", "E4", "E5"])
def test_a_record_in_the_studys_unit_is_read(
    study: Protocol, people: Facts, criterion: str
) -> None:
    """400 of a tenth of 10*9/L are 40; what only looks like the unit is unknown, never guessed."""
    found = verdicts_of(study, people, criterion)
    assert {found[person] for person in (1, 2, 3, 4, 10, 11)} == {"met"}
    assert {found[person] for person in (5, 6, 7, 9)} == {"unknown(unit_unknown)"}
    assert found[8] == "not_met"


def test_a_unit_is_read_for_every_concept_that_takes_what_it_means(
    study: Protocol, people: Facts
) -> None:
    assert set(verdicts_of(study, people, "E2").values()) == {"met"}  # 3 mg/dL


def test_scores_read_it_too(study: Protocol, people: Facts) -> None:
    """Thrombocytopenia of SLEDAI-2K: below 100 10*9/L."""
    found = verdicts_of(study, people, "E6")
    assert {found[person] for person in (1, 2, 3, 4)} == {"met"}


def test_an_explanation_shows_the_record_and_what_it_was_read_as(
    study: Protocol, people: Facts
) -> None:
    screening = remit.screen(study, people)
    for person in PRINTED:
        explain_person(screening, person)  # the plain reference agrees, or this raises
    (first, *_) = explain_person(screening, 1).findings
    (record,) = first.leaves[0].evidence
    assert record.number == Decimal(400)
    assert (record.unit, record.value) == ("our count", 40.0)


def test_two_studies_may_mean_different_units_by_one_text(
    study: Protocol, people: Facts, tmp_path: Path
) -> None:
    other = UNITS.replace('times = "1/10"', 'times = "1"')
    text = with_units(STUDY)
    units = read_protocol(study_with(tmp_path / "other", other, text))
    plain = read_protocol(study_with(
        tmp_path / "plain", UNITS,
        text.replace('units = ["units.toml"]', "units = []").replace("500 OC", "50 10*9/L"),
    ))  # fmt: skip
    found = screen_studies((study, units, plain), people)
    place = {int(person): at for at, person in enumerate(found[0].person_ids)}
    assert [int(one.statuses["E1"][place[1]]) for one in found] == [1, 0, 2]
    assert [int(one.statuses["E1"][place[8]]) for one in found] == [0, 0, 0]
    # What is screened beside it changes no study: each says the same alone.
    for one in found:
        (alone,) = screen_studies((one.protocol,), people)
        assert alone.verdict_table().equals(one.verdict_table())
        for person in PRINTED:
            explain_person(one, person)


def test_a_dataset_is_checked_by_the_studys_units(study: Protocol, people: Facts) -> None:
    def unknown(facts: Facts) -> set[str]:
        found = check_dataset(facts)
        return {one.detail for one in found if one.rule.startswith("unit")}

    plain, own = unknown(people), unknown(people.under(study.dictionary))
    assert plain - own == {
        "unit_source_value OC",
        "unit_source_value our count",
        "unit_source_value mgdl_x10",
    }
    assert "unit_source_value Our count" in own  # no such text


def faults_of(folder: Path, units: str) -> list[str]:
    try:
        check_file(study_with(folder, units))
    except RemitError as error:
        return [str(fault).replace(f"{folder}/", "") for fault in error.each]
    return []


def test_the_study_is_sound(tmp_path: Path) -> None:
    assert faults_of(tmp_path, UNITS) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('[unit."our count"]', '[unit."mg/dL"]', "'mg/dL' is there already"),
        ('"OC", ', '"mg/dl", ', "'mg/dl' is there already"),  # a spelling
        ('"OC", ', '"mgdl_x10", "OC", ', "'mgdl_x10' is there already"),
        ("2101000100", "8840", "8840 is taken"),  # that of mg/dL
        ("2101000100", "2100000990", "2100000990 is taken"),
        ('means = "10*9/L"', 'means = "10*9/barrel"', "'10*9/barrel' is not in the closed table"),
        ('means = "10*9/L"', 'means = "OC"', "'OC' is not in the closed table"),
        ('means = "10*9/L"', 'means = "°F"', "a scale that does not begin at 0"),
        ('times = "1/10"', 'times = "0"', "no number above 0"),
        ('times = "1/10"', 'times = "1/0"', "no number above 0"),
        ('times = "1/10"', 'times = "-1"', "times"),
        ('times = "1/10"', "times = 0.1", "times"),
        ('means = "10*9/L"', 'mean = "10*9/L"', "means"),
        ('kind = "remit.units"', 'kind = "remit.concepts"', "not a file of units"),
    ],
)
def test_a_wrong_unit_is_refused_with_its_line(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    assert old in UNITS
    found = faults_of(tmp_path, UNITS.replace(old, new, 1))
    told = [fault for fault in found if words in fault]
    assert told, found
    assert any(fault.startswith("units.toml:") for fault in told)


def test_the_closed_table_is_not_changed(study: Protocol) -> None:
    assert study.dictionary.units["our count"].unit.factor == Fraction(10**8)
    assert unit_named("10*9/L").factor == 10**9
    assert unit_key(omop_id=0, text="our count") == "?our count"
    with pytest.raises(RemitError):
        unit_named("our count")
