"""Definition files that are wrong: what is wrong, expected, got, and what to do."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from remit.endpoints.bound_definition import bind_definition
from remit.endpoints.definition_files import definition_named
from remit.errors import ExpressionError, InstrumentError
from remit.facts.codes import NO_VOCABULARY

LUNAR = resources.files("remit.endpoints.definitions").joinpath("lunar.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "', "title = ", "the file is not TOML"),
        ("missing =", "mising =", "did you mean missing"),
        ('missing = "non_responder"', 'missing = "failure"', "'non_responder' or 'not_assessable'"),
        ('grade = "PR"', 'grade = "XX"', "the value of 'responses 2 grade' does not fit"),
        ('grade = "PR"', 'grade = "CR"', "a grade of response is given twice"),
        ('id = "sediment"', 'id = "proteinuria"', "names a gate twice"),
        ('expression = "upcr < 0.5 g/g"', "", "'responses 1 gates 1 expression' is missing"),
        ("version = 1", "version = 99", "got:      99"),
        ("Rovin", "Rov\u00edn", "not UTF-8"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    assert old in LUNAR
    path.write_bytes(LUNAR.replace(old, new, 1).encode("latin-1", errors="replace"))
    with pytest.raises(InstrumentError) as caught:
        definition_named(str(path))
    error = caught.value
    assert message in str(error)
    assert None not in (error.what, error.expected, error.got, error.next_step)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("upcr < 0.5 g/g", "upcrr < 0.5 g/g", "expected: upcr"),
        ("upcr < 0.5 g/g", "upcr < 0.5 mg/dL", "measure different things"),
        ("upcr < 0.5 g/g", "upcr < < 0.5 g/g", "does not parse here"),
        ("at baseline <= 3", "at basline <= 3", "not a named date"),
        ("$creatinine_normal_limit)", "$creatinine_limit)", "is not declared"),
        ("(creatinine <= uln", "(meets creatinine_is_normal", "refers to itself"),
    ],
)
def test_a_wrong_expression_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    assert old in LUNAR
    path.write_text(LUNAR.replace(old, new), encoding="utf-8")
    with pytest.raises(ExpressionError, match=message.replace("(", "[(]")):
        bind_definition(definition_named(str(path)), NO_VOCABULARY)
