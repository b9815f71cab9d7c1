"""The map that a person confirms: what is proposed, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from facts.intake.sdtm.sdtm_rows_given import study_of
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.sdtm.sdtm_draft import draft_sdtm_map, exact_words
from remit.facts.intake.sdtm.sdtm_map import KINDS, read_sdtm_map

HEAD = 'kind = "remit.sdtm_map"\nversion = 1\n'


def _draft(domain: str, *rows: dict[str, str]) -> dict[str, dict[str, str]]:
    found = draft_sdtm_map(study_of({domain: rows}), packaged_dictionary())
    terms: dict[str, dict[str, str]] = tomllib.loads(found.text)["terms"][domain]
    return terms


@pytest.mark.parametrize(
    ("term", "concept"),
    [
        ("PREDNISONE", "prednisone"),
        ("prednisone", "prednisone"),
        ("MYCOPHENOLATE MOFETIL", "mycophenolate_mofetil"),
        ("PREDNISON", "prednisone"),  # an alias, as the dictionary has it
        ("PREDNISON E", None),
        ("PREDNISONUM", None),
        ("PREDNISONE ACETATE", None),
        ("IMMUNOSUPPRESSANT", None),  # a class has no code of its own
        ('A "QUOTED" TERM', None),
    ],
)
def test_only_the_same_words_are_proposed(term: str, concept: str | None) -> None:
    found = _draft("CM", {"CMTRT": "x", "CMDECOD": term})
    expected = {"proposed": concept} if concept else {}
    assert found == {term.upper(): expected}


def test_a_draft_confirms_nothing_by_itself(tmp_path: Path) -> None:
    found = draft_sdtm_map(study_of({"CM": [{"CMTRT": "PREDNISONE"}]}), packaged_dictionary())
    assert (found.terms, found.proposed) == (1, 1)
    assert '"PREDNISONE" = { proposed = "prednisone" }  # 1 row, 1 person' in found.text
    path = tmp_path / "map.toml"
    path.write_text(found.text, encoding="utf-8")
    use = read_sdtm_map(path, packaged_dictionary()).use("CM", "PREDNISONE")
    assert use is not None
    assert use.concept is None


def test_a_word_does_not_say_of_which_specimen_it_is() -> None:
    rows = ({"LBTESTCD": "CREAT", "LBSPEC": "URINE"}, {"LBTESTCD": "ANA", "LBSPEC": "SERUM"})
    assert _draft("LB", *rows) == {
        "CREAT | URINE": {},
        "ANA | SERUM": {"proposed": "ana_titre"},
    }


def test_what_the_tables_of_cdisc_settle_is_not_asked() -> None:
    found = draft_sdtm_map(
        study_of({"LB": [{"LBTESTCD": "CREAT", "LBSPEC": "SERUM"}]}), packaged_dictionary()
    )
    assert found.terms == 0


def test_words_of_several_concepts_propose_none() -> None:
    words = exact_words(packaged_dictionary(), KINDS["CM"])
    assert {len(names) for names in words.values() if names} >= {1}
    assert all(word == word.casefold() for word in words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 1", "no TOML"),
        ('kind = "remit.tidy_map"\nversion = 1', "no map of an SDTM study"),
        (HEAD + "[terms.CM]\nX = { concept = 'prednison' }", "the dictionary has no prednison"),
        (HEAD + "[terms.CM]\nX = { concept = 'sle' }", "is a condition"),
        (HEAD + "[terms.CM]\nX = { concept = 'glucocorticoid' }", "is a class"),
        (HEAD + "[terms.CM]\nX = { concepts = 'sle' }", "terms.CM.X"),
        (HEAD + "[terms.CM]\nX = { concept = 'prednisone', ignore = true }", "ignored"),
        (HEAD + "[terms.ZZ]\nX = {}", "nobody knows this domain"),
        (HEAD + "[codes]\nCMCODE = 'WHODrug'", "is none of LOINC"),
    ],
)
def test_a_map_that_says_what_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError) as found:
        read_sdtm_map(path, packaged_dictionary())
    assert said in str(found.value)


def test_terms_are_found_whatever_their_case(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        HEAD + "[terms.CM]\n'Prednisone' = { concept = 'prednisone' }", encoding="utf-8"
    )
    use = read_sdtm_map(path, packaged_dictionary()).use("CM", "PREDNISONE")
    assert use is not None
    assert use.concept == "prednisone"
