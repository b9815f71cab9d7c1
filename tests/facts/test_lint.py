"""The code lint: check digits, names and OMOP ids against a vocabulary."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts.vocabulary.small_vocabulary import concept, relationship, write_vocabulary
from remit.errors import ConceptError
from remit.facts.concept import Code
from remit.facts.dictionary import Dictionary, packaged_dictionary, read_dictionary
from remit.facts.lint import (
    lint_code,
    lint_codes,
    lint_dataset,
    names_agree,
    vocabulary_of,
)
from remit.facts.opened import facts_in_memory
from remit.facts.vocabulary.athena import open_vocabulary
from remit.facts.vocabulary.code_book import MISLABELLED, CodeMeaning, SourceCode
from remit.facts.vocabulary.code_forms import loinc_check_digit, snomed_is_valid
from remit.facts.vocabulary.concept_map import MappedCode, concept_map_rows

# Names and OMOP ids as in the packaged dictionary, where each names its source. The OMOP id of
# 11572-5 (rheumatoid factor) is not known here and plays no part.
VOCABULARY = {
    ("LOINC", "5048-4"): ("Nuclear Ab [Titer] in Serum by Immunofluorescence", 3002971),
    ("LOINC", "4485-9"): ("Complement C3 [Mass/volume] in Serum or Plasma", 3000620),
    ("LOINC", "4498-2"): ("Complement C4 [Mass/volume] in Serum or Plasma", 3017766),
    ("LOINC", "11572-5"): ("Rheumatoid factor [Units/volume] in Serum or Plasma", 0),
    ("LOINC", "2160-0"): ("Creatinine [Mass/volume] in Serum or Plasma", 3016723),
    ("SNOMED", "200936003"): ("Lupus erythematosus", 255891),
    ("SNOMED", "55464009"): ("Systemic lupus erythematosus", 257628),
    ("SNOMED", "36402006"): ("SLE glomerulonephritis syndrome, WHO class IV", 4267801),
    ("RxNorm", "3002"): ("cyclophosphamide", 1310317),
    ("RxNorm", "121191"): ("rituximab", 1314273),
}


def a_code(vocabulary: str, code: str, name: str, omop: int | None = None) -> Code:
    return Code.model_validate(
        {"vocabulary": vocabulary, "code": code, "name": name, "omop": omop, "verified": "test"}
    )


def rules(code: Code) -> list[str]:
    return [finding.rule for finding in lint_code("concept", code, VOCABULARY)]


# 12345-5 is the worked example of the LOINC Users' Guide; the others are codes of the LOINC table.
@pytest.mark.parametrize("code", ["12345-5", "2160-0", "4485-9", "5048-4", "33914-3", "98979-8"])
def test_loinc_check_digit(code: str) -> None:
    stem, digit = code.split("-")
    assert loinc_check_digit(stem) == int(digit)


@given(st.from_regex(r"[1-9][0-9]{3,5}", fullmatch=True), st.data())
def test_loinc_check_digit_finds_each_single_wrong_digit(stem: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(stem) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != stem[place]]))
    assert loinc_check_digit(stem) != loinc_check_digit(stem[:place] + other + stem[place + 1 :])


# 123451 and 1234567890120: the check digits of 12345 and 123456789012 are 1 and 0 (Rosetta Code,
# task "Verhoeff algorithm"). The others are SNOMED CT identifiers of OHDSI's PhenotypeLibrary.
@pytest.mark.parametrize(
    "identifier",
    ["123451", "1234567890120", "55464009", "68815009", "200936003", "308751000119106"],
)
def test_snomed_check_digit(identifier: str) -> None:
    assert snomed_is_valid(identifier)


@given(st.sampled_from(["55464009", "308751000119106", "10509002"]), st.data())
def test_snomed_check_digit_finds_each_single_wrong_digit(
    identifier: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(identifier) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != identifier[place]]))
    assert not snomed_is_valid(identifier[:place] + other + identifier[place + 1 :])


@given(st.sampled_from(["55464009", "308751000119106", "10509002"]), st.data())
def test_snomed_check_digit_finds_each_swap_of_neighbours(
    identifier: str, data: st.DataObject
) -> None:
    places = [i for i in range(len(identifier) - 1) if identifier[i] != identifier[i + 1]]
    place = data.draw(st.sampled_from(places))
    swapped = (
        identifier[:place] + identifier[place + 1] + identifier[place] + identifier[place + 2 :]
    )
    assert not snomed_is_valid(swapped)


@pytest.mark.parametrize(
    "identifier", ["", "12345", "055464009", "55464009x", "٥٥464009", "1" * 19]
)
def test_an_identifier_of_the_wrong_form_is_not_snomed(identifier: str) -> None:
    assert not snomed_is_valid(identifier)


# Mistakes found in public code.
@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (a_code("LOINC", "5048-4", "anti-dsDNA"), "name"),
        (a_code("LOINC", "5048-4", "Anti-double-stranded DNA antibody"), "name"),
        (a_code("LOINC", "4420-8", "Complement C3"), "loinc_check_digit"),
        (a_code("LOINC", "11572-5", "Complement C3 [Mass/volume] in Serum"), "name"),
        (a_code("LOINC", "4485-9", "Complement C4"), "name"),
        (a_code("SNOMED", "200936003", "Atopic dermatitis"), "name"),
        (a_code("SNOMED", "5564009", "Systemic lupus erythematosus"), "snomed_check_digit"),
        (a_code("OMOP", "1310317", "Leflunomide", 1310317), "name"),
        (a_code("OMOP", "1314273", "Sulfasalazine", 1314273), "name"),
        (a_code("SNOMED", "36402006", "SLE glomerulonephritis syndrome, WHO class III"), "name"),
        (a_code("LOINC", "2160-0", "Creatinine [Mass/volume] in Urine"), "name"),
    ],
)
def test_known_mistakes_are_found(code: Code, rule: str) -> None:
    assert rules(code) == [rule]


@pytest.mark.parametrize(
    "code",
    [
        a_code("LOINC", "5048-4", "Antinuclear antibody titre", 3002971),
        a_code("LOINC", "4485-9", "Complement C3", 3000620),
        a_code("LOINC", "2160-0", "Creatinine in serum"),
        a_code("SNOMED", "55464009", "Systemic lupus erythematosus", 257628),
        a_code("RxNorm", "121191", "Rituximab", 1314273),
        a_code("OMOP", "1314273", "rituximab", 1314273),
        a_code("LOINC", "8302-2", "Body height", 3036277),  # not in the vocabulary: nothing to say
        a_code("local", "remit:flare", "Lupus flare", 2_100_000_301),
    ],
)
def test_right_codes_pass(code: Code) -> None:
    assert rules(code) == []


def test_another_omop_id_than_the_vocabulary_says() -> None:
    wrong = a_code("SNOMED", "55464009", "Systemic lupus erythematosus", 255891)
    (finding,) = lint_code("sle", wrong, VOCABULARY)
    assert (finding.rule, finding.expected, finding.got) == ("omop", "257628", "255891")
    assert str(finding) == "sle: SNOMED 55464009: omop: expected 257628, got 255891"


def test_an_omop_id_that_belongs_to_another_code() -> None:
    wrong = a_code("SNOMED", "68815009", "SLE glomerulonephritis syndrome", 257628)
    (finding,) = lint_code("lupus_nephritis", wrong, VOCABULARY)
    assert (finding.rule, finding.got) == ("omop", "SNOMED 55464009")


@pytest.mark.parametrize("omop", [None, 2_000_000_000, 2_147_483_648])
def test_a_local_id_out_of_its_range(omop: int | None) -> None:
    assert rules(a_code("local", "remit:x", "X", omop)) == ["local_range"]


def test_a_local_id_that_the_data_use() -> None:
    taken = {("site_lab", "51165"): ("CD19 %", 2_100_000_301)}
    (finding,) = lint_code("flare", a_code("local", "remit:flare", "F", 2_100_000_301), taken)
    assert finding.rule == "local_taken"


def _drug(name: str, code: str) -> str:
    return f'[concept.{name}]\nlabel = "{name}"\nkind = "drug"\nsource = "test"\ncodes = [{code}]\n'


def _dictionary(*parts: str) -> Dictionary:
    return read_dictionary({"test": 'kind = "remit.concepts"\nversion = 1\n' + "".join(parts)})


RITUXIMAB = (
    '{ vocabulary = "RxNorm", code = "121191", name = "rituximab", omop = 1314273, verified = "x" }'
)
LOCAL = (
    '{ vocabulary = "local", code = "remit:%s", name = "a", omop = 2100000001, verified = "local" }'
)


def test_one_omop_id_under_two_concepts() -> None:
    dictionary = _dictionary(_drug("rituximab", RITUXIMAB), _drug("mabthera", RITUXIMAB))
    (finding,) = lint_codes(dictionary, {})
    assert (finding.rule, finding.concept) == ("shared_id", "mabthera")


def test_a_class_may_hold_the_id_of_its_member() -> None:
    anti_cd20 = _drug("anti_cd20", RITUXIMAB) + 'members = ["rituximab"]\n'
    dictionary = _dictionary(_drug("rituximab", RITUXIMAB), anti_cd20)
    assert lint_codes(dictionary, {}) == ()
    assert lint_codes(_dictionary(anti_cd20, _drug("rituximab", RITUXIMAB)), {}) == ()


def test_one_local_id_twice() -> None:
    dictionary = _dictionary(_drug("one", LOCAL % "one"), _drug("two", LOCAL % "two"))
    (finding,) = lint_codes(dictionary, {})
    assert (finding.rule, finding.concept) == ("local_twice", "two")


def test_one_local_id_as_code_and_as_value() -> None:
    category = (
        '[concept.ln]\nlabel = "LN"\nkind = "category"\nsource = "test"\n'
        f"codes = [{RITUXIMAB}]\n[concept.ln.values]\n"
        'I = { omop = 2100000001, label = "I" }\nyes = { omop = 4188539, label = "Yes" }\n'
    )
    (finding,) = lint_codes(_dictionary(_drug("one", LOCAL % "one"), category), {})
    assert (finding.rule, finding.code) == ("local_twice", "ln.I")


def test_the_packaged_dictionary_is_clean_against_itself() -> None:
    dictionary = packaged_dictionary()
    assert lint_codes(dictionary, vocabulary_of(dictionary)) == ()


@pytest.mark.shared
@pytest.mark.parametrize(
    "file", ["synthea27nj/csv/CONCEPT.csv", "mimic_iv_demo_omop_5.3/concept.csv"]
)
def test_the_packaged_dictionary_is_clean_against_real_vocabularies(
    shared: Path, file: str
) -> None:
    assert lint_codes(packaged_dictionary(), shared / "data" / "clinical" / file) == ()


@pytest.mark.shared
def test_the_real_vocabulary_is_looked_at(shared: Path) -> None:
    path = shared / "data" / "clinical" / "synthea27nj" / "csv" / "CONCEPT.csv"
    book = open_vocabulary(path, packaged_dictionary())
    ours = {
        SourceCode(c.vocabulary, c.code)
        for x in packaged_dictionary().concepts.values()
        for c in x.codes
    }
    assert len(book.rows_of(ours)) > 80
    (row,) = book.rows_of([SourceCode("LOINC", "2160-0")])
    assert (row.name, row.concept) == ("Creatinine [Mass/volume] in Serum or Plasma", 3016723)


ROWS = [
    ["concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_code"],
    ["3016723", "Creatinine [Mass/volume] in Serum or Plasma", "Measurement", "LOINC", "2160-0"],
    ["257628", 'Systemic "lupus', "Condition", "SNOMED", "55464009"],
]


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_vocabulary_file_is_read(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "our concepts.csv"
    rows = [[name.upper() for name in ROWS[0]], *ROWS[1:]]
    if separator == ",":
        rows[2] = [*rows[2][:1], '"Systemic ""lupus"', *rows[2][2:]]
    path.write_text(
        "\ufeff" + "\n".join(separator.join(row) for row in rows) + "\n", encoding="utf-8"
    )
    found = open_vocabulary(path, packaged_dictionary()).concepts([3016723, 257628, 7])
    assert {(row.vocabulary, row.code, row.name): row.concept for row in found.values()} == {
        ("LOINC", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma"): 3016723,
        ("SNOMED", "55464009", 'Systemic "lupus'): 257628,
    }


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "PERSON.csv"
    path.write_text("person_id,year_of_birth\n1,1990\n", encoding="utf-8")
    with pytest.raises(ConceptError, match="not the table CONCEPT of OMOP") as error:
        lint_codes(packaged_dictionary(), path)
    assert "vocabulary_id" in str(error.value)


# eGFR 3030354 (LOINC 33914-3) was replaced by 46236952 in 2018, and 36029301 is not standard: see
# issue "Facts from real hospitals".
def test_codes_that_no_record_should_carry_are_found(tmp_path: Path) -> None:
    egfr = (
        '{ vocabulary = "LOINC", code = "33914-3", name = "egfr", omop = 3030354, verified = "x" }'
    )
    gone = '{ vocabulary = "OMOP", code = "36029301", name = "n", omop = 36029301, verified = "x" }'
    dead = '{ vocabulary = "OMOP", code = "9000001", name = "n", omop = 9000001, verified = "x" }'
    fine = RITUXIMAB
    said = gone.replace('"x"', '"list; not standard, in earlier data"')
    said = f"{fine}, {said}"
    unsure = dead.replace("9000001", "9000002").replace('"x"', '"UNVERIFIED"')
    unsure = f"{fine}, {unsure}"
    dictionary = _dictionary(
        *(_drug(f"drug_{n}", code) for n, code in enumerate((egfr, gone, dead, unsure, said)))
    )
    place = write_vocabulary(
        tmp_path / "athena",
        [
            concept(3030354, "egfr", "Drug", "LOINC", "33914-3", standard="", invalid="U"),
            concept(46236952, "egfr", "Drug", "LOINC", "77147-7"),
            concept(36029301, "n", "Drug", "OMOP", "36029301", standard=""),
            concept(9_000_001, "n", "Drug", "OMOP", "9000001", standard="", invalid="D"),
            concept(9_000_002, "n", "Drug", "OMOP", "9000002", standard="", invalid="D"),
            concept(1314273, "rituximab", "Drug", "RxNorm", "121191"),
        ],
        [relationship(3030354, "Concept replaced by", 46236952)],
    )
    every = lint_codes(dictionary, place)
    found = {finding.concept: finding for finding in every if finding.rule != "shared_id"}
    assert {name: finding.rule for name, finding in found.items()} == {
        "drug_0": "replaced",
        "drug_1": "not_standard",
        "drug_2": "invalid",
    }
    assert found["drug_0"].expected == "46236952, which stands for it now"


def test_a_dataset_tells_what_its_import_found() -> None:
    dictionary = packaged_dictionary()
    rows = concept_map_rows(
        [
            MappedCode(SourceCode("LOINC", "1271" + "A" * 32), (MISLABELLED,)),
            MappedCode(
                SourceCode("LOINC", "2160-0"), (CodeMeaning(9_000_001, "replaced"),), 3016723
            ),
            MappedCode(
                SourceCode("SNOMED", "55464009"), (CodeMeaning(257628, "standard"),), 257628
            ),
            MappedCode(
                SourceCode("OMOP", "9000005"), (CodeMeaning(9_000_001, "maps_to"),), 9_000_005
            ),
        ]
    )
    with facts_in_memory({"concept_map": rows}, data_cut=date(2024, 1, 1)) as facts:
        found = lint_dataset(dictionary, facts)
    assert [(finding.rule, finding.concept) for finding in found] == [
        ("mislabelled", "the data"),
        ("replaced", "creatinine"),
    ]


@given(st.sampled_from(sorted(name for name, _ in VOCABULARY.values())))
def test_a_name_agrees_with_itself(name: str) -> None:
    assert names_agree(name, name)
    assert names_agree(name.upper(), name)


def test_an_empty_name_agrees_with_none() -> None:
    assert not names_agree("", "Creatinine")
    assert not names_agree("of the", "of the")
