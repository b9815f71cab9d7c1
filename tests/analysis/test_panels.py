"""Adjudication by people: forms, disagreements, consensus."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.analysis.panels import compare_judgements
from remit.endpoints.panel_forms import blank_form, read_form
from remit.errors import InstrumentError

ANSWERS = ("CR", "PR", "NR")
HEAD = "person,visit,adjudicator,response,comment\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_two_forms_and_a_consensus(tmp_path: Path) -> None:
    li = write(tmp_path, "li.csv", HEAD + "1,w24,Li,CR,\n2,w24,Li,PR,\n3,w24,Li,NR,\n4,w24,Li,,\n")
    chen = write(
        tmp_path,
        "chen.csv",
        HEAD + "1,w24,Chen,CR,\n2,w24,Chen,NR,\n3,w24,Chen,NR,\n4,w24,Chen,CR,\n",
    )
    agreed = write(tmp_path, "agreed.csv", HEAD + "2,w24,board,PR,after discussion\n")
    forms = [read_form(path, answers=ANSWERS) for path in (li, chen, agreed)]
    computed = {("1", "w24"): "CR", ("2", "w24"): "NR", ("3", "w24"): "NR"}
    panel = compare_judgements(forms[0], forms[1], consensus=forms[2], computed=computed)
    assert [(line.consensus, line.by) for line in panel.lines] == [
        ("CR", "both"), ("PR", "board"), ("NR", "both"), ("", ""),
    ]  # fmt: skip
    assert [line.person for line in panel.disagreements] == ["2"]
    assert [line.person for line in panel.open] == ["4"]
    assert (panel.agreement.n, panel.agreement.agreed) == (3, 2)
    # The computed answer is compared, and changes nothing.
    assert (panel.against_computed.n, panel.against_computed.agreed) == (3, 2)
    assert panel.lines[1].consensus == "PR"
    assert panel.lines[1].computed == "NR"


def test_a_blank_form_holds_no_computed_answer() -> None:
    assert blank_form([("7", "w24")], "Li") == HEAD + "7,w24,Li,,\n"


def test_a_name_with_a_comma_stays_one_name(tmp_path: Path) -> None:
    path = write(tmp_path, "form.csv", blank_form([("7", "w24")], "Li, X."))
    assert read_form(path, answers=ANSWERS)["7", "w24"].adjudicator == "Li, X."
    with pytest.raises(InstrumentError, match="has no name"):
        blank_form([("7", "w24")], " ")


def test_forms_as_spreadsheets_save_them(tmp_path: Path) -> None:
    semicolons = HEAD.replace(",", ";") + "1;w24;Li;CR;better, by far\n"
    found = read_form(write(tmp_path, "form.csv", "\ufeff" + semicolons), answers=ANSWERS)
    assert found["1", "w24"].comment == "better, by far"
    path = tmp_path / "latin.csv"
    path.write_bytes((HEAD + "1,w24,M\u00fcller,CR,\n").encode("latin-1"))
    with pytest.raises(InstrumentError, match=r"latin.csv:2: the form is not UTF-8 text"):
        read_form(path, answers=ANSWERS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "1,w24,Li,XR,\n", "form.csv:2: the response is not one of the answers"),
        (HEAD + " ,w24,Li,CR,\n", "the row names no person"),
        (HEAD + "1,w24,Li,CR,\n1,w24,Li,CR,\n", "stands twice"),
        (HEAD + "1,w24,Li,CR,\n2,w24,Chen,CR,\n", "of one adjudicator"),
        (HEAD, "of one adjudicator"),
        ("", "an empty file"),
        ("person,visit\n1,w24\n", "lacks adjudicator, response"),
        (HEAD + "1,w24,Li\n", "does not fit the columns"),
        (HEAD + "1,w24,Li,CR,well, nearly\n", "does not fit the columns"),
        (HEAD + "1,w24,,CR,\n", "names no adjudicator"),
        (HEAD + "1,,Li,CR,\n", "names no visit"),
    ],
)
def test_a_wrong_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        read_form(write(tmp_path, "form.csv", text), answers=ANSWERS)


def test_a_consensus_does_not_overrule_two_who_agree(tmp_path: Path) -> None:
    names = ("Li", "Chen")
    li, chen = (
        read_form(write(tmp_path, f"{n}.csv", f"{HEAD}1,w24,{n},CR,\n"), answers=ANSWERS)
        for n in names
    )
    board = read_form(write(tmp_path, "b.csv", HEAD + "1,w24,board,NR,\n"), answers=ANSWERS)
    with pytest.raises(InstrumentError, match="both say CR"):
        compare_judgements(li, chen, consensus=board)
    with pytest.raises(InstrumentError, match="both forms are of one adjudicator"):
        compare_judgements(li, li)


def test_persons_are_called_as_their_source_calls_them(tmp_path: Path) -> None:
    """`P10` comes after `P9`, and 007 is another id than 7."""
    forms = [
        read_form(
            write(tmp_path, f"{who}.csv", HEAD + "".join(f"{p},w24,{who},CR,\n" for p in persons)),
            answers=ANSWERS,
        )
        for who, persons in (("Li", ("P10", "P9", "007")), ("Chen", ("P10", "P9", "7")))
    ]
    panel = compare_judgements(*forms)
    assert [line.person for line in panel.lines] == ["007", "7", "P9", "P10"]
    assert blank_form([("LN-007", "w24")], "Li") == HEAD + "LN-007,w24,Li,,\n"
