"""A study begun from nothing, from a registry page or from a packaged one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import remit
from remit.cli import main
from remit.endpoints.study_check import check_file
from remit.facts.opened import Facts
from remit.protocol import Protocol, packaged_protocols, protocol_named, read_protocol
from remit.registry import fixture_pages
from remit.text_files import line_of, lines_of_keys
from remit.views.page_skeleton import page_skeleton
from remit.views.study_skeleton import skeleton_text
from remit.views.toml_text import (
    toml_comment,
    toml_identifier,
    toml_list,
    toml_name,
    toml_string,
)

PAGES = {page.stem: page for page in fixture_pages()}


def run(*words: object) -> tuple[int, str]:
    found = CliRunner().invoke(main, [str(word) for word in words])
    return found.exit_code, found.output


# ---- text ----------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_reads_back_the_same(text: str) -> None:
    written = f"a = {toml_string(text)}\n{toml_comment(text)}\nb = {toml_list([text, 'x'])}\n"
    read = tomllib.loads(written)
    assert read == {"a": text, "b": [text, "x"]}
    assert lines_of_keys(written) == {("a",): 1, ("b",): 3}
    assert written.encode("utf-8").decode("utf-8-sig") == written


@pytest.mark.parametrize(
    "text", ['"""', "'''", "\\", "\x00\x1b\x7f", "a\r\nb", "\u202e", "\U000e0001", "= # [x]", "é"]
)
def test_a_hard_text_reads_back_the_same(text: str) -> None:
    written = toml_string(text)
    assert tomllib.loads(f"a = {written}")["a"] == text
    assert not set(written) & set("\x00\x1b\x7f\r\n\u202e\U000e0001")


def test_half_a_character_is_told_to_be_missing() -> None:
    assert tomllib.loads(f"a = {toml_string(chr(0xD800))}")["a"] == "�"


@given(st.text())
def test_names_and_ids_are_such_as_the_schema_takes(text: str) -> None:
    name, identifier = toml_name(text, otherwise="x"), toml_identifier(text, otherwise="x")
    assert name[0].isalpha()
    assert name == name.lower()
    assert name.replace("_", "a").isalnum()
    assert name.isascii()
    assert identifier[0].isalnum()
    assert identifier.isascii()


# ---- a study from nothing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["my_study.toml", "2 arms.toml", "研究.toml", "-x.toml", 'a"b.toml', "UPPER.toml"]
)
def test_a_skeleton_is_sound_at_once(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    code, said = run("protocol", "new", "--", file)
    assert code == 0, said
    assert said.splitlines() == [
        f"written: {file}",
        f"{file}: sound; 4 criteria (3 executable, 1 needs_attestation)",
    ]
    assert run("protocol", "check", "--", file)[1] == said.partition("\n")[2]
    text = file.read_text(encoding="utf-8")
    assert text.startswith("#:schema ./protocol-schema.json\n")
    assert all(len(line) <= 100 for line in text.splitlines())


def test_what_a_skeleton_leaves_to_uncomment_is_sound_too(tmp_path: Path) -> None:
    text = skeleton_text(tmp_path / "my_study.toml")
    head, sign, last = text.rpartition("# [[criteria]]")
    more = "\n".join(line.removeprefix("# ") for line in (sign + last).splitlines())
    (tmp_path / "my_study.toml").write_text(head + more, encoding="utf-8")
    assert len(check_file(tmp_path / "my_study.toml").criteria) == 5


def test_a_skeleton_is_screened_and_adjudicated_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "my_study.toml"
    assert run("protocol", "new", file)[0] == 0
    made = run("facts", "simulate", "--persons", 60, "--seed", 1, "--study", file,
               "--out", tmp_path / "cohort")  # fmt: skip
    assert made[0] == 0, made[1]
    for command in ("screen", "adjudicate"):
        code, said = run(command, file, "--facts", tmp_path / "cohort")
        assert code == 0, said


def test_nothing_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "there.toml"
    file.write_text("mine", encoding="utf-8")
    for words in (("new", file), ("new", file, "--from", PAGES["umin"])):
        assert run("protocol", *words)[0] == 9
    assert run("protocol", "export", "nct06167174", file)[0] == 9
    assert run("protocol", "new", tmp_path)[0] == 9
    assert file.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["there.toml"]


# ---- a study from a registry page ----------------------------------------------------------------


def from_page(page: Path, folder: Path) -> Protocol:
    file = folder / "study.toml"
    file.write_text(page_skeleton(remit.read_page(page), file, page), encoding="utf-8")
    return check_file(file).protocol


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_criterion_of_a_page_is_taken_over(page: Path, tmp_path: Path) -> None:
    record = remit.read_page(page)
    protocol = from_page(page, tmp_path)
    told = [item for item in record.criteria if item.kind != "preamble"]
    for item in told:
        criterion = protocol.criterion(toml_identifier(item.key, otherwise="C"))
        assert criterion.kind == item.kind
        assert criterion.text.split() == item.text.split()
        (source,) = criterion.sources
        assert (source.first_line, source.last_line) == (item.span.first, item.span.last)
        assert criterion.expression is None
        assert criterion.state == next(iter(item.flags & {"incomplete", "lossy_operator"}),
                                       "not_written")  # fmt: skip
    assert len(protocol.outcomes) == len(record.outcomes)
    assert [cohort.id for cohort in protocol.cohorts] == [c.number for c in record.cohorts]
    announced = [item for item in record.criteria if item.kind == "preamble"]
    assert len(protocol.notes) == len(announced)
    (known,) = protocol.pages
    assert known.file == page.name


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("umin", {"age_minimum": "age at screening >= 20 years",
                  "age_maximum": "age at screening <= 75 years"}),
        ("trial_table", {"age_minimum": "age at screening >= 18 years",
                         "age_maximum": "age at screening <= 70 years"}),
        ("ctgov_v2", {"age_minimum": "age at screening >= 18 years"}),
        ("medpath", {"sex": "sex is female"}),
        ("clinconnect", {}),
        ("trial_page", {}),
    ],
)  # fmt: skip
def test_only_ages_and_sex_are_executed(
    page: str, expected: dict[str, str], tmp_path: Path
) -> None:
    protocol = from_page(PAGES[page], tmp_path)
    found = {c.id: c.expression for c in protocol.criteria if c.expression is not None}
    assert found == expected
    assert {c.id for c in protocol.criteria if c.state == "executable"} == set(expected)


def test_ids_titles_and_the_rest_come_from_the_page(tmp_path: Path) -> None:
    protocol = from_page(PAGES["ctgov_v2"], tmp_path)
    assert (protocol.id, protocol.name) == ("NCT99000004", "nct99000004")
    assert protocol.title == "Fenquilast in Adults With Active Skin Lupus"
    assert protocol.sponsor == "Example Biologics"
    assert protocol.target_enrolment == 96
    assert protocol.design.type == "interventional"
    assert [arm.label for arm in protocol.arms] == ["Fenquilast", "Placebo"]
    assert from_page(PAGES["trial_page"], tmp_path).id == "study"  # the page states no number


def ctgov(tmp_path: Path, **changes: object) -> Path:
    body = json.loads(PAGES["ctgov_v2"].read_text(encoding="utf-8"))
    module = body["protocolSection"]["eligibilityModule"]
    for key, value in changes.items():
        module.pop(key, None)
        if value is not None:
            module[key] = value
    page = tmp_path / "page.json"
    page.write_text(json.dumps(body, indent=1), encoding="utf-8")
    return page


@pytest.mark.parametrize(
    ("changes", "identifier", "state", "expression"),
    [
        ({"minimumAge": "6 Months"}, "age_minimum", "executable", "age at screening >= 6 months"),
        ({"minimumAge": "2 Weeks"}, "age_minimum", "not_written", None),
        ({"maximumAge": "65 Years"}, "age_maximum", "executable", "age at screening <= 65 years"),
        ({"sex": "MALE"}, "sex", "executable", "sex is male"),
    ],
)
def test_a_limit_that_the_language_does_not_count_waits(
    changes: dict[str, object], identifier: str, state: str, expression: str | None, tmp_path: Path
) -> None:
    criterion = from_page(ctgov(tmp_path, **changes), tmp_path).criterion(identifier)
    assert (criterion.state, criterion.expression) == (state, expression)


def test_a_page_without_limits_gives_none(tmp_path: Path) -> None:
    protocol = from_page(ctgov(tmp_path, minimumAge=None, sex="ALL"), tmp_path)
    assert not [c for c in protocol.criteria if c.expression is not None]


def test_an_age_whose_sign_is_lost_is_not_executed(tmp_path: Path) -> None:
    text = PAGES["umin"].read_text(encoding="utf-8")
    page = tmp_path / "umin.txt"
    lost = text.replace("20 | years-old | <= |", "20 | years-old |")
    assert lost != text
    page.write_text(lost, encoding="utf-8")
    protocol = from_page(page, tmp_path)
    assert protocol.criterion("age_minimum").state == "lossy_operator"
    assert protocol.criterion("age_maximum").state == "executable"


def test_a_page_without_criteria_gives_a_study_that_lets_nobody_in(tmp_path: Path) -> None:
    page = ctgov(tmp_path, eligibilityCriteria=None, minimumAge=None, sex="ALL")
    (criterion,) = from_page(page, tmp_path).criteria
    assert criterion.state == "incomplete"


def test_limits_that_contradict_one_another_are_told(tmp_path: Path) -> None:
    """The page says so: the file is written, and what is open is said in words of the check."""
    page = ctgov(tmp_path, minimumAge="70 Years", maximumAge="18 Years")
    code, said = run("protocol", "new", tmp_path / "x.toml", "--from", page)
    assert code == 0
    assert "open: " in said
    assert "nobody can ever pass both" in said
    assert run("protocol", "check", tmp_path / "x.toml")[0] == 4


def test_hard_characters_of_a_page_do_not_break_the_file(tmp_path: Path) -> None:
    hard = "Quotes \"\"\" and ''' and \\ # [x] = \x1b[31m \u202e \u2028 é 研究"
    page = ctgov(tmp_path, eligibilityCriteria=f"Inclusion Criteria:\n\n1. {hard}\n2. Two\n")
    protocol = from_page(page, tmp_path)
    assert '"""' in protocol.criterion("I1").text
    file = tmp_path / "study.toml"
    text = file.read_text(encoding="utf-8")
    assert not set(text) & set("\x1b\u202e\u2028")
    assert line_of(lines_of_keys(text), ("criteria", 1, "text")) is not None


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda at: at, "folder"),
        (lambda at: at / "none.txt", "no such file"),
        (lambda at: _written(at, "empty.txt", ""), "empty"),
        (lambda at: _written(at, "toml.toml", skeleton_text(at / "x.toml")), "no known format"),
        (lambda at: _written(at, "list.json", "[]"), "no record of a registry"),
        (lambda at: _written(at, "two.txt", _twice()), "several trials"),
    ],
)
def test_what_is_no_page_of_one_trial_is_refused(
    made: Callable[[Path], Path], words: str, tmp_path: Path
) -> None:
    code, said = run("protocol", "new", tmp_path / "x.toml", "--from", made(tmp_path))
    assert code == 3
    assert words in said
    assert not (tmp_path / "x.toml").exists()


def _written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def _twice() -> str:
    text = PAGES["medpath"].read_text(encoding="utf-8")
    return text + text.replace("NCT99000002", "NCT99000003")


# ---- a study from a packaged one -----------------------------------------------------------------


@pytest.mark.parametrize("name", packaged_protocols())
def test_an_exported_study_screens_alike(name: str, small_cohort: Facts, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert run("protocol", "export", protocol_named(name).id.lower(), file) == (
        0,
        f"written: {file}\n",
    )
    packaged, mine = (
        remit.screen(study, small_cohort).verdict_table()
        for study in (protocol_named(name), read_protocol(file))
    )
    assert packaged.equals(mine)


def test_only_a_packaged_study_is_exported(tmp_path: Path) -> None:
    code, said = run("protocol", "export", "nct06167147", tmp_path / "x.toml")
    assert code == 4
    assert "nct06167174" in said
    assert not (tmp_path / "x.toml").exists()
