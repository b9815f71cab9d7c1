"""Concepts and definitions of one's own: one meaning on every path, nothing packaged changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from own_study import CONCEPTS, FLARE, PILL, RESPONSE, SPLIT, STUDY, own_people, write_study

import remit
from remit.cli import main
from remit.endpoints import definition_named
from remit.endpoints.course_panels import page_scores
from remit.endpoints.definition_choice import all_definitions, chosen_definitions
from remit.endpoints.study_check import check_file
from remit.endpoints.study_responses import adjudicate_study
from remit.endpoints.visit_traces import trace_person
from remit.errors import RemitError
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.exposure import drug_exposure
from remit.protocol import Protocol, read_protocol, read_protocol_text
from remit.study import Work, run_study
from remit.views.terminal.protocols import describe_protocol


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Protocol:
    return read_protocol(write_study(tmp_path_factory.mktemp("own")))


@pytest.fixture(scope="module")
def people() -> Facts:
    return own_people()


def verdicts_of(study: Protocol, people: Facts) -> Mapping[tuple[int, str], str]:
    rows = remit.screen(study, people).verdict_table().to_pylist()
    return {(row["person_id"], row["criterion"]): row["status"] for row in rows}


def test_criteria_read_the_studys_own_codes(study: Protocol, people: Facts) -> None:
    found = verdicts_of(study, people)
    assert [found[person, "I1"] for person in (1, 2, 3, 4)] == ["met", "met", "met", "not_met"]
    assert [found[person, "E1"] for person in (1, 2)] == ["not_met", "met"]
    assert found[3, "E2"] == "met"  # 4 mg of each is 8 mg


def test_a_code_of_ones_own_is_known_wherever_an_absence_is_believed(
    study: Protocol, people: Facts, tmp_path: Path
) -> None:
    """To the packaged dictionary the attack may be an infection; to the study it is none."""
    without = STUDY.replace('concepts = ["codes/concepts.toml"]', "concepts = []")
    lines = without.partition("[[criteria]]")
    text = lines[0].replace('split_product = "[screening - 14 days, screening]"\n', "")
    plain = read_protocol_text(
        text.replace('definitions = ["response.toml"]', "definitions = []")
        + "[[criteria]]"
        + lines[2].split("[[criteria]]")[-1],
        source="plain.toml",
    )
    assert verdicts_of(study, people)[2, "E3"] == "not_met"
    assert verdicts_of(plain, people)[2, "E3"] == "unknown"


def test_an_explanation_names_the_records_by_their_own_names(
    study: Protocol, people: Facts
) -> None:
    from remit.views.words import evidence_cells

    findings = remit.explain(remit.screen(study, people), 2).findings
    cells = {
        finding.criterion.id: [evidence_cells(e) for leaf in finding.leaves for e in leaf.evidence]
        for finding in findings
    }
    assert cells["E1"][0][-1] == "Joint attack"
    assert cells["I1"][0][4] == "20 mg/L"


def test_doses_of_an_own_drug_and_class(study: Protocol, people: Facts) -> None:
    own = people.under(study.dictionary)
    for drug, daily in (("study_pill", 4), ("pill_or_prednisone", 8), ("prednisone", 4)):
        (found,) = drug_exposure(drug, own, at=date(2024, 1, 10), lookback=7, persons=(3,))
        assert found.daily == daily, drug


def test_scores_are_bound_by_the_same_dictionary(study: Protocol, people: Facts) -> None:
    own = people.under(study.dictionary)
    bound = bound_packaged("sledai_2k", own.codes)
    assert "joint_attack" in bound.environment.dictionary.concepts
    assert FLARE in bound.environment.dictionary.listed
    assert bound_packaged("sledai_2k", people.under(study.dictionary).codes) is bound


def test_responses_by_a_definition_of_ones_own(study: Protocol, people: Facts) -> None:
    (own,) = chosen_definitions(study)
    assert own.id == "split_halved"
    adjudicated = remit.adjudicate(study, people)
    (found,) = adjudicated.adjudications
    rows = adjudicated.rows_at("week_24")
    words = found.words(found.places)
    people_at = adjudicated.visits.visits.person[rows].tolist()
    assert {int(p): words[row] for p, row in zip(people_at, rows.tolist(), strict=True)} == {
        1: "CR",
        2: "CR",
        3: "CR",
        4: "NR",
    }
    (response,) = trace_person(adjudicated, 1, ("week_24",))
    assert "split_product" in str(response)


def test_all_definitions_have_the_studys_own_among_them(study: Protocol, people: Facts) -> None:
    every = all_definitions(study)
    assert [one.id for one in every][-1] == "split_halved"
    assert len(every) == len(all_definitions()) + 1
    adjudicated = adjudicate_study(study, people, every, more_scores=page_scores(study))
    assert len(adjudicated.adjudications) == len(every)
    named = chosen_definitions(study, "kdigo_2024", "split-halved")
    assert [one.id for one in named] == ["kdigo_2024", "split_halved"]


def test_the_report_is_written(study: Protocol, people: Facts, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    run_study(Work("Our own", (), (study,), people.folder, report=None, single_file=out))
    text = out.read_text(encoding="utf-8")
    assert "Split product halved" in text
    assert "joint_attack" in text


def test_a_changed_parameter_keeps_the_files(study: Protocol) -> None:
    changed = study.with_parameters({"response_definition": "kdigo_2024"})
    assert changed.dictionary is study.dictionary
    assert [one.id for one in chosen_definitions(changed)] == ["kdigo_2024"]
    assert "split_halved" in {one.id for one in all_definitions(changed)}


def test_the_files_are_shown(study: Protocol) -> None:
    text = describe_protocol(study)
    assert "Files of its own\n  codes/concepts.toml\n  response.toml\n" in text


def test_nothing_packaged_is_changed(study: Protocol) -> None:
    packaged = packaged_dictionary()
    assert "joint_attack" not in packaged.concepts
    assert FLARE not in packaged.listed
    for name, concept in packaged.concepts.items():
        assert study.dictionary.concepts[name] is concept
    assert NO_VOCABULARY.dictionary is packaged
    assert NO_VOCABULARY.under(study.dictionary).under(packaged).dictionary is packaged
    assert NO_VOCABULARY.under(packaged) is NO_VOCABULARY
    assert definition_named("kdigo_2024") in all_definitions(study)


def faults_of(folder: Path, **texts: str) -> list[str]:
    try:
        check_file(write_study(folder, **texts))
    except RemitError as error:
        return [str(fault).replace(f"{folder}/", "") for fault in error.each]
    return []


def test_the_study_is_sound(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == []


def entry(name: str, more: str = "", *, omop: int = 2_101_000_009, kind: str = "condition") -> str:
    return (
        f'\n[concept.{name}]\nlabel = "x"\nkind = "{kind}"\nsource = "x"\n{more}'
        f'codes = [{{ vocabulary = "local", code = "x", name = "x", omop = {omop}, '
        'verified = "x" }]\n'
    )


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (entry("upcr"), "'upcr' is one of Remit's own"),
        (entry("rituximab", kind="drug"), "'rituximab' is one of Remit's own"),
        (entry("sledai_2k"), "'sledai_2k' is one of Remit's own"),
        (entry("seizure"), "the name 'seizure' is one of the score"),  # an item
        (entry("bilag_renal"), "the name 'bilag_renal' is one of the score"),  # a result
        (entry("Attack"), "'Attack' cannot be the name"),
        (entry("x1", omop=2_100_000_007), "2100000007 is no id"),  # Remit's own range
        (entry("x1", omop=0), "0 is no id"),
        (entry("x1", omop=3_000_000_000), "3000000000 is no id"),
        (entry("x1", 'colour = "red"\n'), "colour"),
        (entry("x1", 'unit = "furlong"\n', kind="quantity"), "'furlong' is not in the"),
        (entry("x1", kind="quantity"), "needs a canonical unit"),
        (entry("x1", 'unit = "mg/L"\nplausible = ["low", "1"]\n', kind="quantity"), "a number"),
        (entry("x1").replace('verified = "x"', 'verified = "UNVERIFIED"'), "no code that data"),
        ('\n[concept.x1]\nlabel = "x"\nkind = "drug"\nsource = "x"\nmembers = ["rituxmab"]\n',
         "for example rituximab"),
        ('\n[concept.x1]\nlabel = "x"\nkind = "drug"\nsource = "x"\nmembers = ["x1"]\n',
         "a member of itself"),
        ('\n[concept.x1]\nlabel = "x"\nkind = "drug"\nsource = "x"\nmembers = ["x2"]\n'
         '\n[concept.x2]\nlabel = "x"\nkind = "drug"\nsource = "x"\nmembers = ["x1"]\n',
         "a member of itself"),
        ("\n[other]\nx = 1\n", "tables such as [concept.upcr]"),
    ],
)  # fmt: skip
def test_a_wrong_concept_is_refused_with_its_line(added: str, words: str, tmp_path: Path) -> None:
    found = faults_of(tmp_path, concepts=CONCEPTS + added)
    assert any(words in fault for fault in found), found
    (first, *_) = [fault for fault in found if words in fault]
    assert first.startswith("codes/concepts.toml:")
    line = int(first.split(":")[1])
    assert line > len(CONCEPTS.splitlines())


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "more.toml").write_text(CONCEPTS, encoding="utf-8")
    text = STUDY.replace('["codes/concepts.toml"]', '["codes/concepts.toml", "more.toml"]')
    found = faults_of(tmp_path, study=text)
    assert sum("is given twice" in fault for fault in found) == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.toml", "No such file"),
        ("codes", "cannot be read"),
        ("../concepts.toml", "leads out of"),
        ("codes/../../x.toml", "leads out of"),
        ("/etc/hostname", "leads out of"),
        ("C:\\\\concepts.toml", "leads out of"),
        ("link.toml", "leads out of"),
        ("round.toml", "leads out of"),
        ("study.toml", "not a concept file"),  # the protocol itself
        ("response.toml", "is named twice"),
        ("broken.toml", "not valid TOML"),
        ("latin.toml", "not UTF-8"),
        ("nul\\u0000.toml", "leads out of"),
    ],
)
def test_a_file_that_is_none_is_refused(name: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    write_study(folder)
    (tmp_path / "concepts.toml").write_text(CONCEPTS, encoding="utf-8")
    (folder / "link.toml").symlink_to(tmp_path / "concepts.toml")
    (folder / "round.toml").symlink_to(folder / "round.toml")
    (folder / "broken.toml").write_text("kind = ", encoding="utf-8")
    (folder / "latin.toml").write_bytes(b'kind = "\xe9"')
    text = STUDY.replace('concepts = ["codes/concepts.toml"]', f'concepts = ["{name}"]')
    found = faults_of(folder, study=text)
    assert any(words in fault for fault in found), found
    # The concepts that are lost with it are named as well, each where it is asked for.
    assert any("'joint_attack' is not in the dictionary" in fault for fault in found)


def test_a_text_that_is_no_file_cannot_name_files(tmp_path: Path) -> None:
    with pytest.raises(RemitError, match="that is no file"):
        read_protocol_text(STUDY, source="text")
    write_study(tmp_path)
    assert read_protocol_text(STUDY, source="text", folder=tmp_path).own_definitions


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "split_halved"', 'id = "kdigo_2024"', "is that of a packaged definition"),
        ("split_product <=", "split_produkt <=", "'split_produkt' is not in the dictionary"),
        ("<= 0.5", "=< 0.5", "does not parse"),
        ('title = "Split', 'titel = "Split', "'titel' is not one of the schema"),
        ('kind = "remit.response"', 'kind = "remit.concepts"', "remit.response"),
        ('missing = "not_assessable"', 'missing = "perhaps"', "'missing' does not fit"),
        ("[[responses]]", 'instruments = ["sledai"]\n[[responses]]', "that there is not"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_line(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    found = faults_of(tmp_path, response=RESPONSE.replace(old, new, 1))
    (first, *_) = [fault for fault in found if words in fault]
    assert first.startswith("response.toml:")
    changed = RESPONSE.replace(old, new, 1).splitlines()
    assert new.splitlines()[0] in changed[int(first.split(":")[1]) - 1]


def test_a_definition_that_the_study_names_and_nobody_has(tmp_path: Path) -> None:
    text = STUDY.replace("split_halved", "split_thirded")
    (fault,) = faults_of(tmp_path, study=text)
    assert "'split_thirded'" in fault
    assert "no response definition" in fault


def run(*words: object) -> tuple[int, str]:
    found = CliRunner().invoke(main, [str(word) for word in words])
    return found.exit_code, found.output


def test_every_command_reads_them(people: Facts, tmp_path: Path) -> None:
    file, facts = write_study(tmp_path), people.folder
    code, said = run("facts", "concepts", "split_product", "--study", file)
    assert (code, "Split product" in said) == (0, True)
    assert run("facts", "concepts", "split_product")[0] == 8
    assert run("facts", "lint", "--study", file) == (0, "no findings\n")
    code, said = run("facts", "check", facts, "--study", file)
    assert code == 0
    assert "code that no concept claims" not in said
    assert "code that no concept claims" in run("facts", "check", facts)[1]
    code, said = run("dose", "study_pill", "--facts", facts, "--at", "2024-01-10",
                     "--study", file, "--json")  # fmt: skip
    assert code == 0
    daily = {row["person"]: row["daily_mg"] for row in json.loads(said)}
    assert daily[3] == 4
    assert run("dose", "study_pill", "--facts", facts, "--at", "2024-01-10")[0] == 8
    code, said = run("score", "sledai_2k", "--facts", facts, "--at", "2024-01-10",
                     "--study", file, "--json")  # fmt: skip
    assert code == 0
    code, said = run("explain", file, 2, "--facts", facts)
    assert code == 0, said
    assert "Joint attack" in said
    code, said = run("adjudicate", file, "--facts", facts, "--definition", "split_halved",
                     "--person", 1)  # fmt: skip
    assert code == 0, said
    code, said = run("protocol", "check", file)
    assert said == f"{file}: sound; 4 criteria (4 executable)\n"


def test_codes_stay_what_they_are_in_the_data(people: Facts) -> None:
    held = people.codes.occurring or {}
    assert FLARE in held["condition_occurrence"]
    assert PILL in held["drug_exposure"]
    assert SPLIT in held["measurement"]
