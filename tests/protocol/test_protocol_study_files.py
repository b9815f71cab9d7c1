"""Bad protocol files are refused with file, line, what was expected, what was got, what to do."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
from pathlib import Path

import pytest

import remit
import remit.protocol
from remit.errors import ProtocolError
from remit.protocol import (
    json_schema,
    json_schema_text,
    packaged_protocols,
    protocol_named,
    read_protocol,
    read_protocol_text,
)

GOOD = """\
kind = "remit.protocol"
version = 1
id = "T-1"
name = "t1"
title = "A study"
summary = "What it does."
sponsor = "A hospital"
status = "recruiting"
target_enrolment = 10
default_anchor = "screening"

[design]
type = "observational"
text = "One group."

[[pages]]
page = "p1"
file = "p1.txt"
site = "a registry"

[anchors]
screening = "The day of judgement."
baseline = "The first day."

[windows]
default = "[screening - $lookback, screening]"

[windows.concepts]
slicc_2012 = "[.., screening]"

[parameters.lookback]
type = "literal"
text = "How old a value may be."
value = "28 days"
ground = "The page gives none."

[parameters.active]
type = "expression"
text = "What is active."
default = "score"
ground = "The page gives none."

[parameters.active.options]
score = "sledai_2k >= 6"
signed = "attested active"

[parameters.response]
type = "name"
text = "Which definition."
default = "first"
ground = "The page gives none."
options = { first = "The first one.", second = "The second one." }

[definitions]
is_active = { parameter = "active" }

[attestations.consent]
text = "Consent is given."
asks = "the investigator"

[attestations.active]
text = "Disease is active."
asks = "the investigator"

[[cohorts]]
id = "a"
label = "A"
text = "Group A."

[[visits]]
id = "baseline"
label = "Baseline"
week = 0
window = "7 days"
sources = [{ page = "p1", first_line = 1, last_line = 1 }]

[[assays]]
id = "rna"
label = "RNA"
modality = "gene expression"
tissues = ["blood"]
visits = ["baseline"]
text = "In blood."
sources = [{ page = "p1", first_line = 1, last_line = 1 }]

[[outcomes]]
id = "response"
type = "primary"
name = "Response"
measure = "How many respond."
time_frame = "week 0"
visits = ["baseline"]
definition = { parameter = "response" }
sources = [{ page = "p1", first_line = 2, last_line = 3 }]
state = "executable"

[[criteria]]
id = "I1"
kind = "inclusion"
cohorts = ["a"]
sources = [{ page = "p1", first_line = 4, last_line = 4 }]
text = "Active disease."
interpretation = "By a parameter."
state = "executable"
expression = "meets is_active"

[[criteria]]
id = "E1"
kind = "exclusion"
sources = [
  { page = "p1", first_line = 5, last_line = 5 },
]
text = "No consent."
interpretation = "Signed."
state = "needs_attestation"
expression = "not attested consent"
"""

# what is replaced, by what, the text of the line that the error must name, words of the message
BAD: list[tuple[str, str, str, str]] = [
    ('sponsor = "A hospital"', 'sponsr = "A hospital"', 'sponsr = "A hospital"', "sponsor"),
    ('sponsor = "A hospital"', "sponsor = 3", "sponsor = 3", "valid string"),
    ("target_enrolment = 10", "target_enrolment = 0", "target_enrolment = 0", "greater than"),
    ("target_enrolment = 10", "target_enrolment = true", "target_enrolment = true", "integer"),
    ('type = "observational"', 'type = "open"', 'type = "open"', "interventional"),
    ("version = 1", "version = 2", "version = 2", "version = 1"),
    ('kind = "remit.protocol"', 'kind = "other"', 'kind = "other"', "remit.protocol"),
    ('version = 1\nid = "T-1"', "version = 1", "", "id"),
    ('version = 1\nid = "T-1"', 'version = 1\nid = "T-1', 'id = "T-1', "TOML"),
    (
        'default_anchor = "screening"',
        'default_anchor = "screning"',
        "default_anchor =",
        "screening",
    ),
    ('= "[screening - $lookback,', '= "[scrning - $lookback,', "default = ", "screening"),
    ('= "[screening - $lookback,', '= "[screening - $lokback,', "default = ", "lookback"),
    ('= "[screening - $lookback,', '= "[screening - $active,', "default = ", "lookback"),
    ('"[.., screening]"', '"screening"', "slicc_2012 = ", "[screening - 28 days, screening]"),
    ('"[.., screening]"', '"[.., enrolment]"', "slicc_2012 = ", "enrolment"),
    ('value = "28 days"', 'value = "28 dayz"', 'value = "28 dayz"', "28 days"),
    ('value = "28 days"', 'value = "1.0 stones"', 'value = "1.0 stones"', "1.0 g/g"),
    ('value = "28 days"', 'default = "28 days"', "[parameters.lookback]", "a value"),
    ('default = "score"', 'default = "scor"', "[parameters.active]", "options"),
    ('{ parameter = "active" }', '{ parameter = "activ" }', "is_active = ", "active"),
    ('{ parameter = "active" }', '{ parameter = "lookback" }', "is_active = ", "type expression"),
    (
        'definition = { parameter = "response" }',
        'definition = { parameter = "x" }',
        "definition",
        "x",
    ),
    ('score = "sledai_2k >= 6"', 'score = "attested actve"', "score = ", "active"),
    ('score = "sledai_2k >= 6"', 'score = "age at consnt > 1 years"', "score = ", "consnt"),
    ('cohorts = ["a"]', 'cohorts = ["b"]', 'cohorts = ["b"]', "cohort 'b'"),
    ('window = "7 days"', 'window = "1 month"', 'window = "1 month"', "7 days"),
    ("week = 0", "week = 0\nmonth = 1", "[[visits]]", "either week or month"),
    ('visits = ["baseline"]\ntext', 'visits = ["week_1"]\ntext', 'visits = ["week_1"]', "visit"),
    ("first_line = 4, last_line = 4", "first_line = 4, last_line = 3", "sources", "last_line = 3"),
    ('"p1", first_line = 5', '"p9", first_line = 5', "sources = [", "page 'p9'"),
    ('id = "E1"', 'id = "I1"', 'id = "I1"', "stands twice"),
    (
        'state = "executable"\nexpression',
        'state = "incomplete"\nexpression',
        "state =",
        "no expression",
    ),
    ('expression = "meets is_active"', "", "state =", "an expression"),
    ('"meets is_active"', '"attested active"', "state =", "needs_attestation"),
    ('"meets is_active"', '"meets is_activ"', "expression =", "is_active"),
    ('"not attested consent"', '"sledai_2k >= 6 or attested consent"', "state =", "executable"),
    ('"not attested consent"', '"not attested consnt"', "expression =", "consent"),
    ('"not attested consent"', '"not attested active"', "[attestations.consent]", "no expression"),
    ('state = "needs_attestation"', 'state = "maybe"', 'state = "maybe"', "executable"),
    (
        'state = "needs_attestation"\nexpression = "not attested consent"',
        'state = "lossy_operator"\nexpression = "not attested consent"\n[criteria.confirmation]\n'
        'operators = ["x"]\nby = "x"\nground = "x"\ncitation = "x"',
        'state = "lossy_operator"',
        "confirmation",
    ),
    (
        "[definitions]",
        '[choices]\nactive = "nothing"\n[definitions]',
        'active = "nothing"',
        "score",
    ),
]


def test_the_good_file_is_read() -> None:
    protocol = read_protocol_text(GOOD, source="good.toml")
    assert protocol.definition_texts() == {"is_active": "sledai_2k >= 6"}
    assert protocol.literal_texts() == {"lookback": "28 days"}
    assert protocol.visit_window_days("baseline") == 7
    assert str(protocol.place_of("criteria", "E1", "text")) == "good.toml:" + str(
        GOOD.splitlines().index('text = "No consent."') + 1
    )


@pytest.mark.parametrize(("old", "new", "line", "words"), BAD)
def test_a_bad_file_is_refused_with_its_line(old: str, new: str, line: str, words: str) -> None:
    text = GOOD.replace(old, new)
    assert text != GOOD
    with pytest.raises(ProtocolError) as caught:
        read_protocol_text(text, source="bad.toml")
    error = caught.value
    assert words in str(error)
    assert error.expected
    assert error.got
    assert error.next_step
    assert error.exit_code == 4
    assert error.place is not None
    assert str(error).startswith("bad.toml")
    if line:
        assert error.place.line is not None
        assert line in text.splitlines()[error.place.line - 1]


def test_a_cohort_that_no_criterion_speaks_of_is_refused() -> None:
    second = '[[cohorts]]\nid = "b"\nlabel = "B"\ntext = "Group B."\n\n[[visits]]\nid = "baseline"'
    both = GOOD.replace('[[visits]]\nid = "baseline"', second)
    read_protocol_text(both, source="asked.toml")  # E1 names no cohort: it is asked of both
    text = both.replace('id = "E1"', 'id = "E1"\ncohorts = ["a"]')
    with pytest.raises(ProtocolError, match="everybody") as caught:
        read_protocol_text(text, source="open.toml")
    place = caught.value.place
    assert place is not None
    assert place.line is not None
    assert text.splitlines()[place.line - 1] == 'id = "b"'


@pytest.mark.parametrize("line", range(len(GOOD.splitlines())))
def test_a_file_without_one_of_its_lines_is_read_or_refused(line: int) -> None:
    lines = GOOD.splitlines()
    text = "\n".join(lines[:line] + lines[line + 1 :])
    error: ProtocolError | None = None
    try:
        read_protocol_text(text, source="cut.toml")
    except ProtocolError as caught:
        error = caught
    if error is not None:
        assert str(error).startswith("cut.toml")
        assert error.expected
        assert error.next_step


@pytest.mark.parametrize(
    "text",
    ["", "[]", "kind = 1", 'kind = "remit.protocol"\nversion = 1', "a = " + "[" * 5000, "\x00"],
)
def test_a_text_that_is_no_protocol_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match=r"^none\.toml"):
        read_protocol_text(text, source="none.toml")


@pytest.mark.parametrize(
    "key", ["criteria", "pages", "windows", "parameters", "anchors", "definitions", "outcomes"]
)
def test_a_part_of_the_wrong_kind_is_refused(key: str) -> None:
    head, _, _ = GOOD.partition("[design]")
    text = head + f'{key} = "x"\n'
    with pytest.raises(ProtocolError, match=r"^kind\.toml"):
        read_protocol_text(text, source="kind.toml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"none\.toml.*cannot be read"):
        read_protocol(tmp_path / "none.toml")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(b"# one line\nid = \xff\xfe")
    with pytest.raises(ProtocolError, match=r"bad\.toml:2: .*not UTF-8"):
        read_protocol(file)


def test_a_file_is_read_like_its_text(tmp_path: Path) -> None:
    file = tmp_path / "good.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert read_protocol(file).criteria == read_protocol_text(GOOD, source="good.toml").criteria


@pytest.mark.parametrize("name", ["NCT06167174", "nct06167174", "lupus-nephritis-multi-omics"])
def test_a_study_is_found_by_number_name_and_alias(name: str) -> None:
    assert protocol_named(name).id == "NCT06167174"


def test_an_unknown_study_is_answered_with_the_nearest() -> None:
    with pytest.raises(ProtocolError, match="nct06167174"):
        protocol_named("nct06167147")
    with pytest.raises(ProtocolError, match="umin000042298"):
        protocol_named("something else")
    with pytest.raises(ProtocolError):
        remit.open_protocol("x" * 5000)  # longer than a path may be


def test_parameters_are_set_on_a_copy() -> None:
    protocol = read_protocol_text(GOOD, source="good.toml")
    changed = protocol.with_parameters({"active": "signed", "lookback": "2 weeks"})
    assert changed.definition_texts() == {"is_active": "attested active"}
    assert changed.literal_texts() == {"lookback": "2 weeks"}
    assert protocol.setting("active") == "score"
    again = changed.with_parameters({"lookback": "28 days"})
    assert again.choices == {"active": "signed", "lookback": "28 days"}
    assert changed.place_of("id") == protocol.place_of("id")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activ": "signed"}, "active"),
        ({"active": "singed"}, "score, signed"),
        ({"lookback": "28 mg"}, "a duration"),
        ({"lookback": "soon"}, "a duration"),
        ({"response": "third"}, "first, second"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        read_protocol_text(GOOD, source="good.toml").with_parameters(settings)


def test_unknown_parts_are_answered_with_the_nearest() -> None:
    protocol = protocol_named("umin000042298")
    with pytest.raises(ProtocolError, match="I1-1"):
        protocol.criterion("I1-7")
    with pytest.raises(ProtocolError, match="3-fatigue"):
        protocol.criteria_of("3-fatige")
    with pytest.raises(ProtocolError, match="month_3"):
        protocol.visit_window_days("month_4")
    with pytest.raises(ProtocolError, match="egfr_equation"):
        protocol.setting("egfr_equatio")


def test_a_changed_parameter_changes_the_visit_window() -> None:
    protocol = protocol_named("nct06167174")
    assert protocol.visit_window_days("week_4") == 7
    assert (
        protocol.with_parameters({"visit_window_early": "3 days"}).visit_window_days("week_4") == 3
    )


def test_the_published_json_schema_is_current() -> None:
    file = Path(__file__).resolve().parents[2] / "docs" / "reference" / "protocol-schema.json"
    assert file.read_text(encoding="utf-8") == json_schema_text(), (
        "write it anew: python -c 'from remit.protocol import json_schema_text; "
        "print(json_schema_text(), end=str())' > docs/reference/protocol-schema.json"
    )
    assert json.loads(json_schema_text()) == json_schema()


@pytest.mark.parametrize("name", packaged_protocols())
def test_the_packaged_files_are_read_from_disk_too(name: str) -> None:
    folder = Path(importlib.import_module("remit.protocol").__path__[0]) / "studies"
    assert read_protocol(folder / f"{name}.toml").criteria == protocol_named(name).criteria


@pytest.mark.parametrize("module", [None, *pkgutil.iter_modules(remit.protocol.__path__)])
def test_examples_in_docstrings_run(module: pkgutil.ModuleInfo | None) -> None:
    name = "remit.protocol" if module is None else f"remit.protocol.{module.name}"
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
