"""What a line means as a heading. The meanings are the words' own; the forms are of kinds that real
records show (misspelt, numbered, marked up, negated, with a scope, in other languages)."""

from __future__ import annotations

import pytest

from remit.registry.text.headings import read_heading
from remit.registry.text.headings.vocabulary import distance, names_exclusion

EXCLUSIONS = [
    "Exclusion criteria",
    "Exclusion Criterion:",
    "EXCLUSIONS",
    "Exclusion Criteria;",
    "Exclusion criteria:*",
    "__Exclusion criteria__",
    "### Exclusion criteria",
    "[Exclusion criteria]",
    "IV) Exclusion Criteria",
    "3.2 Exclusion criteria",
    "Exclusions (all parts):",
    "Exclusion Criteria – Cohort C",
    "Cohort 2: main exclusion criteria:",
    "Important Exclusion Criteria",
    "Extension phase exclusion criteria:",
    "Exclusion criteria upon enrolment:",
    "Exclusion Criteria After Randomisation",
    "Exclusion criteria related to prior treatment:",
    "Exclusion criteria comprise the following:",
    "The exclusion criteria are listed below:",
    "Exclusion/Withdrawal reasons:",
    "Exclussion Criteria",
    "Exlcusion criteria:",
    "Exclusion Crieteria:",
    "Exclusion Creteria",
    "Criteria for exclusion",
    "Reasons for exclusion:",
    "Non inclusion criteria",
    "Not eligible:",
    "Ineligible:",
    "Exclude if:",
    "Exclusion list",
    "Contraindications:",
    "Exclusion criteria, all parts:",
    "Exclusion and withdrawal criteria:",
    "ExclusionCriteria:",
    "Exclusion criteria (排除标准):",
    "Noninclusion criteria:",
    "Excluded patients:",
    "Patients who are not eligible:",
    "Subjects are excluded if:",
    "Participants will not be enrolled if they have any of the following:",
    "Patients who meet any of these criteria are ineligible:",
    "You cannot join if:",
    "Individuals fulfilling one of the following criteria will be excluded:",
    "Criterios de exclusión",
    "CRITERIOS DE NO INCLUSIÓN:",
    "Criterios principales de exclusión:",
    "Critères de non inclusion",
    "Critère d’exclusion :",
    "Principaux critères d'exclusion",
    "Ausschlusskriterien",
    "Wichtigste Ausschlußkriterien:",
    "Nichteinschlusskriterien:",
    "Kriterien für den Ausschluss:",
    "排除标准",
    "主要排除標準：",
    "（二）排除标准",
    "除外基準：",
    "主な除外基準",
    "＜除外基準＞",
    "Criteri di esclusione:",
    "Critérios de exclusão",
]
INCLUSIONS = [
    "Inclusion criteria",
    "INCLUSIONS:",
    "Iclusion criteria:",
    "Inclsuion Criteria",
    "Part II key inclusion criteria",
    "Additional inclusion criteria:",
    "Further inclusion criteria for part 2:",
    "Roll-over study inclusion criteria:",
    "Criteria for inclusion:",
    "Patients are eligible if:",
    "To be eligible, patients must meet all of the following criteria:",
    "Subjects must meet each of the following inclusion criteria:",
    "Criterios de inclusión:",
    "Critères d'inclusion",
    "Einschlusskriterien:",
    "入选标准：",
    "納入標準",
    "選択基準",
    "適格基準：",
]
NEITHER = {
    "Inclusion and exclusion criteria:": "both",
    "Inclusion/Exclusion Criteria": "both",
    "Critères d'inclusion et de non-inclusion": "both",
    "Ein- und Ausschlusskriterien": "both",
    "选择/排除标准": "both",
    "Eligibility criteria:": "eligibility",
    "Withdrawal criteria:": "other",
    "剔除标准：": "other",
    "Patients who do not meet these criteria are excluded:": "both",
}
NO_HEADINGS = [
    "Biopsy to exclude other diseases",
    "Diagnosis of exclusion",
    "Time of inclusion in the study",
    "Inclusion in another trial within 4 weeks",
    "Patients meeting inclusion criteria 3 at both visits",
    "Absence of any exclusion criterion",
    "Other protocol-defined inclusion/exclusion criteria may apply.",
    "Additional exclusion criteria apply",
    "Infusion criteria:",
    "No other surgical contraindications.",
    "MRI contraindications",
    "Extension:",
    "Liver function:",
    "Must not have any of the following:",
    "Current medicines included:",
    "Lesions fall under the same inclusion/exclusion criteria listed above and below",
    "Anyone listed for transplantation at entry or in the months following entry",
    "符合排除标准者",
    "排除其他原因的肾病",
]


@pytest.mark.parametrize("line", EXCLUSIONS)
def test_a_heading_of_exclusions(line: str) -> None:
    heading = read_heading(line)
    assert heading is not None
    assert (heading.side, heading.rest) == ("exclusion", "")


@pytest.mark.parametrize("line", INCLUSIONS)
def test_a_heading_of_inclusions(line: str) -> None:
    heading = read_heading(line)
    assert heading is not None
    assert (heading.side, heading.rest) == ("inclusion", "")


@pytest.mark.parametrize(("line", "side"), NEITHER.items())
def test_a_heading_that_tells_no_side(line: str, side: str) -> None:
    heading = read_heading(line)
    assert heading is not None
    assert heading.side == side


@pytest.mark.parametrize("line", NO_HEADINGS)
def test_a_line_that_heads_nothing(line: str) -> None:
    assert read_heading(line) is None


@pytest.mark.parametrize(
    ("line", "scope"),
    [
        ("Exclusion criteria for healthy controls:", "healthy controls"),
        ("Part B inclusion criteria:", "Part B"),
        ("Inclusion Criteria (Cohort 2)", "Cohort 2"),
        ("Exclusion criteria: Substudy 3", "Substudy 3"),
        ("Exclusion criteria at screening:", "at screening"),
        ("排除标准（乙组）：", "乙组"),
        ("Exclusion criteria for patients:", None),
        ("Key exclusion criteria (all participants)", None),
    ],
)
def test_a_heading_tells_whom_it_is_for(line: str, scope: str | None) -> None:
    heading = read_heading(line)
    assert heading is not None
    assert heading.scope == scope


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Exclusion criteria: dialysis", "dialysis"),
        ("Inclusion: - SLE - Consent", "- SLE - Consent"),
        ("Exclusion criteria are pregnancy and dialysis", "pregnancy and dialysis"),
        ("Inclusion criteria Adults with lupus of any class", "Adults with lupus of any class"),
        ("Exclusion criteria: any one of the following", ""),
        ("排除标准：1、妊娠", "1、妊娠"),
    ],
)
def test_what_stands_behind_a_heading_is_its_list(line: str, rest: str) -> None:
    heading = read_heading(line)
    assert heading is not None
    assert heading.rest == rest


def test_a_misspelling_near_to_both_sides_tells_neither() -> None:
    heading = read_heading("Clusion criteria:")
    assert heading is not None
    assert heading.side == "both"


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("exclusion", "exclusion", 0), ("exlusion", "exclusion", 1), ("ab", "ba", 1), ("", "abc", 3)],
)
def test_the_distance_of_two_words(one: str, other: str, letters: int) -> None:
    assert distance(one, other) == distance(other, one) == letters


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Smokers are excluded", True),
        ("(see exclusion criterion 4)", True),
        ("Smokers are not eligible", True),
        ("Any cancer, excluding basal cell carcinoma", False),
        ("Biopsy after exclusion of infection", False),
    ],
)
def test_a_line_that_names_exclusion(line: str, names: bool) -> None:
    assert names_exclusion(line) is names
