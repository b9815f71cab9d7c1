"""Records that say two things are reported, and answer unknown: nothing tells which of them is so.

The OMOP ids are those of the vocabulary (athena.ohdsi.org): 3001582 protein/creatinine ratio, 8840
mg/dL, 8749 umol/L, 8645 U/L, 8923 IU/L, 3016723 creatinine, 4171756 "<", 4172704 ">".
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import FrameType

import pyarrow as pa
import pytest

import remit
from facts.rows import lab, person, rows_of, write
from remit.errors import DatasetError
from remit.facts.engine import engine_over
from remit.facts.findings import Finding
from remit.facts.opened import Facts, facts_in_memory
from remit.facts.reading import kinds_of
from remit.facts.signs import contradicted, is_contradicted
from remit.facts.soundness import check_dataset
from remit.facts.upgrade import upgrade_dataset
from remit.protocol import read_protocol_text
from remit.screening import explain_person, screen_dataset
from remit.testing import study_text

DAY = date(2025, 3, 20)
UPCR, CREATININE, ALT = 3001582, 3016723, 3006923
MG_DL, UMOL_L, U_L, IU_L = 8840, 8749, 8645, 8923


def facts_with(folder: Path, **columns: object) -> Facts:
    record = {
        "measurement_concept_id": CREATININE,
        "measurement_date": DAY,
        "value_as_number": Decimal(1),
        "unit_concept_id": MG_DL,
    }
    anchor = {"person_id": 1, "study": "TEST", "anchor": "screening", "anchor_date": DAY}
    people = rows_of("person", person(1, month_of_birth=6, day_of_birth=15))
    labs = rows_of("measurement", {**lab(1), **record, **columns})
    return write(
        folder, person=people, measurement=labs, study_anchor=rows_of("study_anchor", anchor)
    )


def answers(facts: Facts, expression: str) -> set[str]:
    """What both evaluators say of person 1, with the reason."""
    plan = read_protocol_text(study_text({"C1": expression}), source="study")
    screening = screen_dataset(plan, facts)
    (row,) = screening.verdict_table().to_pylist()
    (finding,) = explain_person(screening, 1).findings
    said = " ".join(sorted(reason.word for reason in finding.reasons))
    return {
        f"{row['status']} {row['reasons'] or ''}".strip(),
        f"{finding.status.word} {said}".strip(),
    }


def rules(facts: Facts, *, strict: bool = False) -> dict[str, Finding]:
    return {found.rule: found for found in check_dataset(facts, strict_units=strict)}


# ---- unit id and words --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["umol/L", "µmol/L", "g/L", "mg/L", "g/g", "percent"])
def test_a_unit_id_with_the_words_of_another_is_no_unit(tmp_path: Path, text: str) -> None:
    facts = facts_with(tmp_path / "d", unit_source_value=text)
    assert answers(facts, "creatinine < 2 mg/dL") == {"unknown unit_unknown"}
    found = rules(facts)["unit id and words contradict"]
    assert (found.severity, found.rows, found.examples) == ("warning", 1, (1,))
    assert rules(facts, strict=True)["unit id and words contradict"].severity == "error"


@pytest.mark.parametrize("text", ["mg/dL", "mg/dl", "", None, "MG per DL", "see report"])
def test_words_that_are_the_unit_or_no_unit_contradict_nothing(
    tmp_path: Path, text: str | None
) -> None:
    facts = facts_with(tmp_path / "d", unit_source_value=text)
    assert answers(facts, "creatinine < 2 mg/dL") == {"met"}
    assert "unit id and words contradict" not in rules(facts)


def test_two_names_of_one_unit_are_one(tmp_path: Path) -> None:
    columns = {"measurement_concept_id": ALT, "unit_concept_id": U_L, "unit_source_value": "IU/L"}
    facts = facts_with(tmp_path / "d", **columns)
    assert answers(facts, "alt < 40 U/L") == {"met"}
    assert "unit id and words contradict" not in rules(facts)


# ---- a number and the sign of its text ----------------------------------------------------------

SIGNS = ["<1", "< 1", " <1 mg/dL", "≤1", "＜1", "&lt;1", "less than 1", "Below 1", "at most 1",
         ">1", "≥ 1", "more than 1", "Above 1.0", "'<1", "(<1)", "<LOD"]  # fmt: skip


@pytest.mark.parametrize("text", SIGNS)
def test_a_number_whose_text_is_a_bound_is_not_exact(tmp_path: Path, text: str) -> None:
    facts = facts_with(tmp_path / "d", value_source_value=text)
    for expression in ("creatinine < 2 mg/dL", "creatinine > 2 mg/dL", "creatinine >= 1 mg/dL"):
        assert answers(facts, expression) == {"unknown censored"}
    found = rules(facts)["source text has another sign"]
    assert (found.severity, found.rows, found.examples) == ("warning", 1, (1,))


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        (None, "1"), (None, "1.0 mg/dL"), (None, "haemolysed"), (None, ""), (None, None),
        (0, "1"), (4172703, "=1"), (4171756, "<1"), (4171754, "<1"), (4171756, "≤1"),
        (None, "overnight sample"), (None, "above-knee"), (None, "1 (<2)"), (None, "minimal"),
    ],
)  # fmt: skip
def test_a_text_that_agrees_contradicts_nothing(
    tmp_path: Path, operator: int | None, text: str | None
) -> None:
    facts = facts_with(tmp_path / "d", operator_concept_id=operator, value_source_value=text)
    assert answers(facts, "creatinine < 2 mg/dL") == {"met"}
    assert "source text has another sign" not in rules(facts)


@pytest.mark.parametrize(("operator", "text"), [(4171756, ">1"), (4172704, "<1"), (4172703, "<1")])
def test_two_signs_that_differ_answer_unknown(tmp_path: Path, operator: int, text: str) -> None:
    facts = facts_with(tmp_path / "d", operator_concept_id=operator, value_source_value=text)
    assert answers(facts, "creatinine < 2 mg/dL") == {"unknown censored"}


def test_rows_and_single_records_are_judged_alike() -> None:
    texts = [
        *SIGNS,
        None,
        "",
        "1",
        "over 9",
        "over",
        "minimum 3",
        "MAX 3",
        "x<1",
        "\x00<1",
        "\u202e<",
    ]
    operators = [None, 0, 4171756, 4171754, 4172703, 4171755, 4172704, 7]
    pairs = [(operator, text) for operator in operators for text in texts]
    found = contradicted(
        pa.chunked_array([pa.array([pair[0] for pair in pairs], pa.int32())]),
        pa.chunked_array([pa.array([pair[1] for pair in pairs], pa.string())]),
    )
    assert found.tolist() == [is_contradicted(*pair) for pair in pairs]


def test_an_upgraded_dataset_knows_it_too(tmp_path: Path) -> None:
    from facts.version_1 import write_version_1

    with facts_with(tmp_path / "d", value_source_value="<1") as facts:
        tables = {name: facts.rows(name) for name in facts.manifest.tables}
    old = write_version_1(tmp_path / "old", tables)
    upgraded = upgrade_dataset(old, tmp_path / "new")
    for again in (remit.open_facts(old), upgraded):
        assert answers(again, "creatinine < 2 mg/dL") == {"unknown censored"}


# ---- units that nobody knows --------------------------------------------------------------------

ODD = ["x\x00y", "\x00", " ", "mg/dL\n", "%s", "'; drop", "{", "µ" * 5000, "\x1b[31m", "NULL", "?"]


@pytest.mark.parametrize("text", ODD)
def test_an_odd_unit_text_is_one_unknown_unit(tmp_path: Path, text: str) -> None:
    facts = facts_with(tmp_path / "d", unit_concept_id=None, unit_source_value=text)
    assert answers(facts, "creatinine < 2 mg/dL") == {"unknown unit_unknown"}
    assert rules(facts)["unit unknown"].rows == 1


def test_many_unit_texts_take_no_question_each(tmp_path: Path) -> None:
    """Arrow and DuckDB are called as often for 400 texts as for 40."""
    asked = []
    for count in (40, 400):
        labs = (lab(n, unit_source_value=f"u{n}", value_as_number=Decimal(1)) for n in range(count))
        facts = write(tmp_path / str(count), measurement=rows_of("measurement", *labs))
        with calls_of("pyarrow", "duckdb", "_duckdb") as calls:
            found = [one for one in check_dataset(facts) if one.rule == "unit unknown"]
        asked.append(calls)
        assert len(found) == count
    assert asked[1] == asked[0]
    assert asked[0].total() > 10


@contextmanager
def calls_of(*packages: str) -> Iterator[Counter[str]]:
    """Counts the functions of packages that are called, those written in C too."""
    found: Counter[str] = Counter()

    def count(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call":
            owner = type(getattr(called, "__self__", None)).__module__
            homes = {owner.split(".")[0], str(getattr(called, "__module__", "")).split(".")[0]}
            if homes & set(packages):
                found[str(called).split(" at ")[0]] += 1
        elif event == "call" and set(packages) & set(Path(frame.f_code.co_filename).parts):
            found[frame.f_code.co_qualname] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield found
    finally:
        sys.setprofile(before)


def test_kinds_are_told_apart_by_what_they_say() -> None:
    rows = rows_of(
        "measurement", *(lab(n, value_source_value=text) for n, text in enumerate(SIGNS))
    )
    number, kinds = kinds_of(rows)
    assert len(kinds) == 1
    assert set(number.tolist()) == {0}


# ---- births -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1990, 2, 30), (1990, 2, 29), (1900, 2, 29), (2000, 2, 30), (1990, 4, 31), (1990, 6, 31),
        (1990, 9, 31), (1990, 11, 31), (1990, 1, 32), (1990, 13, 1), (1990, 0, 1), (1990, 1, 0),
        (1990, -1, 1), (0, 1, 1), (-5, 1, 1), (10000, 1, 1), (1990, None, 32), (1990, 13, None),
    ],
)  # fmt: skip
def test_a_birth_on_no_day_is_refused_without_the_date(
    tmp_path: Path, year: int, month: int | None, day: int | None
) -> None:
    born = rows_of("person", person(7654, year, month_of_birth=month, day_of_birth=day))
    facts = write(tmp_path / "d", person=born)
    found = rules(facts)["impossible birth date"]
    assert (found.severity, found.rows, found.examples) == ("error", 1, (7654,))
    plan = read_protocol_text(study_text({"C1": "age at screening >= 18 years"}), source="study")
    with pytest.raises(DatasetError, match="impossible birth date") as refused:
        screen_dataset(plan, facts)
    told = str(refused.value).replace(str(facts.folder), "")
    assert str(year) not in told.replace("7654", "") or year in (0, -5)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1990, 2, 30), (1900, 2, 29), (1990, 4, 31), (1990, 13, 1), (1990, 0, 1), (1990, 1, 0),
        (1990, -1, 1), (1990, 1, -1), (0, 1, 1), (-(2**31), 1, 1), (2**31 - 1, 12, 31),
        (10000, 1, 1), (1990, 13, None), (1990, 2**31 - 1, None), (1990, 1, 2**31 - 1),
    ],
)  # fmt: skip
def test_a_birth_on_no_day_is_refused_in_memory_too(
    year: int, month: int | None, day: int | None
) -> None:
    born = rows_of("person", person(7654, year, month_of_birth=month, day_of_birth=day))
    facts = facts_in_memory({"person": born}, data_cut=DAY)
    plan = read_protocol_text(study_text({"C1": "age at screening >= 18 years"}), source="study")
    with pytest.raises(DatasetError, match="no day of the calendar") as refused:
        screen_dataset(plan, facts)
    assert str(year) not in str(refused.value) or year in (0, 10000)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2000, 2, 29), (1, 1, 1), (9999, 12, 31), (1990, 2, None), (1990, None, 31),
     (1990, None, None)],
)  # fmt: skip
def test_a_birth_on_a_day_is_screened_in_memory(
    year: int, month: int | None, day: int | None
) -> None:
    born = rows_of("person", person(1, year, month_of_birth=month, day_of_birth=day))
    plan = read_protocol_text(study_text({"C1": "age at screening >= 18 years"}), source="study")
    found = screen_dataset(plan, facts_in_memory({"person": born}, data_cut=DAY))
    explain_person(found, 1)  # both evaluators agree


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2000, 2, 29), (2024, 2, 29), (1990, 2, 28), (1990, 12, 31), (1990, None, None),
     (1990, 2, None), (1990, None, 31), (2025, 6, 30)],
)  # fmt: skip
def test_a_birth_on_a_day_is_sound(
    tmp_path: Path, year: int, month: int | None, day: int | None
) -> None:
    born = rows_of("person", person(1, year, month_of_birth=month, day_of_birth=day))
    assert rules(write(tmp_path / "d", person=born)) == {}


def test_nobody_is_born_after_the_data_cut(tmp_path: Path) -> None:
    born = rows_of("person", person(1, 2025, month_of_birth=7, day_of_birth=1))
    assert rules(write(tmp_path / "d", person=born))["born after the data cut"].severity == "error"


def test_what_the_engine_cannot_read_is_refused_without_it(tmp_path: Path) -> None:
    """DuckDB's own message tells the value at which it stopped; nothing leads to it."""
    with (
        engine_over(facts_with(tmp_path / "d")) as engine,
        pytest.raises(DatasetError, match="cannot be read") as refused,
    ):
        engine.rows("select cast(? as integer)", "Quxzanthe")
    assert "Quxzanthe" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
