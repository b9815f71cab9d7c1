"""All that is wrong with a study's file is told in one run, each with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_protocol_study_files import BAD, GOOD

from remit.endpoints.study_check import check_file
from remit.errors import ProtocolError, RemitError
from remit.protocol import (
    Assay,
    Criterion,
    Outcome,
    Visit,
    protocol_named,
    read_protocol_text,
)
from remit.protocol.study_files import read_draft_text


def faults_of(text: str, tmp_path: Path) -> list[RemitError]:
    file = tmp_path / "study.toml"
    file.write_text(text, encoding="utf-8")
    try:
        check_file(file)
    except RemitError as error:
        return list(error.each)
    return []


def line_of(fault: RemitError, text: str) -> str:
    assert fault.place is not None
    assert fault.place.line is not None
    return text.splitlines()[fault.place.line - 1]


SOUND = GOOD.replace("first = ", "kdigo_2024 = ").replace("second = ", "eular_2012 = ")
SOUND = SOUND.replace('default = "first"', 'default = "kdigo_2024"')


def test_the_sound_file_has_none(tmp_path: Path) -> None:
    assert faults_of(SOUND, tmp_path) == []


def test_each_kind_of_slip_is_told_beside_the_others(tmp_path: Path) -> None:
    slips = {
        'sponsor = "A hospital"': 'sponsr = "A hospital"',  # a key
        "target_enrolment = 10": 'target_enrolment = "ten"',  # a type
        'type = "observational"': 'type = "open"',  # a choice
        "week = 0": "week = 0\nmonth = 1",  # two keys that do not go together
        "slicc_2012 = ": "slicc_2021 = ",  # a concept of a window
        'score = "sledai_2k >= 6"': 'score = "sledai_2k >== 6"',  # a text that does not parse
        '"meets is_active"': '"platlets < 50 10*9/L and meets is_active"',  # a concept
        '"not attested consent"': '"upcr > 1 mm[Hg] or not attested consent"',  # a unit
        'kdigo_2024 = "': 'kdigo = "',  # a definition of response
        'cohorts = ["a"]': 'cohorts = ["b"]',  # a reference
        "first_line = 5, last_line = 5": "first_line = 5, last_line = 4",
    }
    text = SOUND
    for old, new in slips.items():
        assert old in text
        text = text.replace(old, new, 1)
    found = faults_of(text + '\n[report]\npanels = ["sledai"]\n', tmp_path)
    said = "\n".join(str(fault) for fault in found)
    for words in (
        "'sponsr'",
        "target_enrolment",
        "design type",
        "either week or month",
        "slicc_2021",
        "does not parse",
        "'platlets'",
        "mm[Hg]",
        "'kdigo'",
        "no cohort 'b'",
        "a last_line of 5",
        "'sledai'",
    ):
        assert words in said, words
    lines = [fault.place.line for fault in found if fault.place is not None]
    assert None not in lines
    assert lines == sorted(line for line in lines if line is not None)
    assert "^" in said  # the caret of an expression


@pytest.mark.parametrize(("old", "new", "line", "words"), BAD)
def test_one_slip_is_told_once(old: str, new: str, line: str, words: str, tmp_path: Path) -> None:
    """What comes of a slip is no second error, but where the file says it twice."""
    text = SOUND.replace(old, new)
    found = faults_of(text, tmp_path)
    assert found
    if 'id = "T-1' in old or "[definitions]" in old:
        return  # the text is another one for these
    said = [str(fault).splitlines()[0] for fault in found]
    # An attestation that is misspelt, or judged without, is also one that nothing asks for.
    assert len([s for s in said if "no expression asks for the attestation" not in s]) <= 2, said


def test_a_slip_of_a_definition_is_told_at_the_definition(tmp_path: Path) -> None:
    text = SOUND.replace(
        "[definitions]\n", '[definitions]\nlow = "platlets < 50 10*9/L"\n'
    ).replace('"meets is_active"', '"meets is_active or meets low"')
    (fault,) = faults_of(text, tmp_path)
    assert line_of(fault, text).startswith("low = ")


def test_an_option_that_is_not_taken_is_checked_too(tmp_path: Path) -> None:
    text = SOUND.replace('signed = "attested active"', 'signed = "attested active and upcr >"')
    (fault,) = faults_of(text, tmp_path)
    assert line_of(fault, text).startswith("signed = ")


def test_two_criteria_of_one_id_are_told_with_what_is_wrong_in_each(tmp_path: Path) -> None:
    text = SOUND.replace('id = "E1"', 'id = "I1"').replace(
        '"not attested consent"', '"creatinin > 1 mg/dL or not attested consent"'
    )
    twice, state, unknown = faults_of(text, tmp_path)
    assert "stands twice" in str(twice)
    assert "needs_attestation" in str(state)
    assert "'creatinin'" in str(unknown)
    assert "creatinin" in line_of(unknown, text)  # of the second one, not of the first


def test_readers_get_all_of_them_too() -> None:
    text = SOUND.replace('cohorts = ["a"]', 'cohorts = ["b"]').replace("week = 0", "weak = 0")
    with pytest.raises(ProtocolError, match="2 errors in all") as caught:
        read_protocol_text(text, source="bad.toml")
    assert [line_of(fault, text) for fault in (caught.value, *caught.value.others)]
    draft = read_draft_text(text, source="bad.toml")
    assert draft.protocol is not None
    assert [criterion.id for criterion in draft.protocol.criteria] == ["I1", "E1"]


@pytest.mark.parametrize("breaks", ["\u2028", "\u2029", "\x85"])
def test_lines_are_those_of_an_editor(breaks: str, tmp_path: Path) -> None:
    """A text may hold other breaks than line feeds; they are no lines of the file."""
    text = SOUND.replace("What it does.", f"What{breaks}it does.").replace("week = 0", "week = -1")
    (fault,) = faults_of(text, tmp_path)
    assert fault.place is not None
    assert text.split("\n")[(fault.place.line or 0) - 1] == "week = -1"


def test_a_mark_of_byte_order_and_windows_lines_change_nothing(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.toml", tmp_path / "marked.toml"
    text = SOUND.replace("week = 0", "week = -1")
    plain.write_text(text, encoding="utf-8")
    marked.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    said = []
    for file in (plain, marked):
        with pytest.raises(ProtocolError) as caught:
            check_file(file)
        said.append(str(caught.value).replace(str(file), "FILE"))
    assert said[0] == said[1]


def test_pages_lines_and_interpretations_may_be_left_out(tmp_path: Path) -> None:
    left_out = ("sources", "interpretation", "[[pages]]", "page =", "file =", "site =")
    several = 'sources = [\n  { page = "p1", first_line = 5, last_line = 5 },\n]\n'
    lines = SOUND.replace(several, "").splitlines()
    text = "\n".join(line for line in lines if not line.startswith(left_out))
    assert faults_of(text, tmp_path) == []
    protocol = read_protocol_text(text, source="bare.toml")
    assert protocol.pages == ()
    assert protocol.criterion("I1").sources == ()
    assert protocol.criterion("I1").interpretation == ""


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("", "page p1"),
        (", first_line = 4", "page p1, line 4"),
        (", first_line = 4, last_line = 6", "page p1, lines 4-6"),
    ],
)
def test_lines_of_a_page_may_be_left_out(lines: str, shown: str) -> None:
    text = SOUND.replace("first_line = 4, last_line = 4 }", "}").replace(
        '{ page = "p1", }', f'{{ page = "p1"{lines} }}'
    )
    (source,) = read_protocol_text(text, source="x.toml").criterion("I1").sources
    assert str(source) == shown


def test_a_last_line_needs_a_first_one() -> None:
    text = SOUND.replace("first_line = 4, last_line = 4 }", "last_line = 4 }")
    with pytest.raises(ProtocolError, match="a first_line"):
        read_protocol_text(text, source="x.toml")


@pytest.mark.parametrize("name", ["nct05631717", "nct06167174", "nct06904729", "umin000042298"])
def test_the_packaged_studies_leave_none_of_them_out(name: str) -> None:
    protocol = protocol_named(name)
    assert protocol.pages
    for criterion in protocol.criteria:
        assert criterion.interpretation, criterion.id
        assert criterion.sources, criterion.id
    parts: tuple[Criterion | Outcome | Visit | Assay, ...]
    parts = (*protocol.criteria, *protocol.outcomes, *protocol.visits, *protocol.assays)
    for part in parts:
        assert part.sources, part.id
        assert all(source.first_line and source.last_line for source in part.sources), part.id


@pytest.mark.parametrize("state", ["not_written", "lossy_operator"])
def test_a_criterion_may_wait_for_its_expression(state: str, tmp_path: Path) -> None:
    text = SOUND.replace('state = "needs_attestation"\nexpression', "#").replace(
        'text = "No consent."', f'text = "No consent."\nstate = "{state}"'
    )
    text = text.replace("[attestations.consent]\n", "[attestations.active]\n", 1)
    text = text.replace('text = "Consent is given."\nasks = "the investigator"\n\n', "", 1)
    text = text.replace("[attestations.active]\n[attestations.active]\n", "[attestations.active]\n")
    assert faults_of(text, tmp_path) == []
    written = text.replace(f'state = "{state}"', f'state = "{state}"\nexpression = "upcr > 1 g/g"')
    found = faults_of(written, tmp_path)
    # A sign that a person may yet confirm stands in an expression.
    assert [str(fault).splitlines()[1].strip() for fault in found] == (
        ["expected: no expression"] if state == "not_written" else []
    )
