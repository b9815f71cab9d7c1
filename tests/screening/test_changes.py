"""Who stands otherwise than at an earlier screening, and by what: planted, and told by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.protocol import Protocol, read_protocol_text
from remit.screening import screen_dataset
from remit.screening.changes import Changes, changes_since, worklist_with_changes
from remit.screening.earlier_screenings import read_earlier
from remit.screening.worklist import worklist_table
from remit.testing import Row, small_facts, study_text
from remit.views.screening_folder import write_screening
from screening.named_facts import named_facts

CUT = date(2024, 12, 31)
PLATELETS = "platelets >= 50 10*9/L"
PSORIASIS = "any psoriasis in [.., screening]"
RITUXIMAB = "not any rituximab in [.., screening]"


def study(criteria: dict[str, str], *, window: str | None = None) -> Protocol:
    return read_protocol_text(study_text(criteria, window=window), source="test")


def person(number: int, *rows: Row, screened: str = "2024-06-01") -> list[Row]:
    own: list[Row] = [{"anchor": "screening", "date": screened}, *rows]
    if not any("birth" in row for row in rows):
        own.append({"birth": "1990-06-15"})
    return [{"person_id": number, **row} for row in own]


def platelets(number: str, day: str = "2024-05-20", **more: object) -> Row:
    return {"concept": "platelets", "date": day, "number": number, "unit": "10*9/L", **more}


def facts_of(rows: list[Row], *, cut: date = CUT) -> Facts:
    return small_facts(rows, data_cut=cut)


def compare(before: tuple[Protocol, Facts], now: tuple[Protocol, Facts], folder: Path) -> Changes:
    write_screening(screen_dataset(*before), folder)
    named = bool(person_names(now[1]).names)
    earlier = read_earlier(folder, study=now[0].id, named=named)
    return changes_since(screen_dataset(*now), earlier)


def told(changes: Changes) -> list[tuple[str, str, str]]:
    return [(row.name, row.kind, row.words) for row in changes.rows]


DISEASE: Row = {"concept": "psoriasis", "date": "2020-01-01"}
DRUG: Row = {"drug": "rituximab", "start": "2024-02-01"}


@pytest.mark.parametrize(
    ("criterion", "before", "now", "expected"),
    [
        (
            PLATELETS,
            [platelets("42")],
            [platelets("42"), platelets("80", "2024-05-28")],
            ("became eligible", "A: new: Platelet count 80 10⁹/L, 2024-05-28"),
        ),
        (
            PLATELETS,
            [platelets("42")],
            [platelets("80")],
            (
                "became eligible",
                "A: changed: Platelet count 80 10⁹/L, 2024-05-20 (before: 42 10⁹/L)",
            ),
        ),
        (
            PLATELETS,
            [platelets("80")],
            [platelets("80"), platelets("42", "2024-05-28")],
            ("lost eligibility", "A: new: Platelet count 42 10⁹/L, 2024-05-28"),
        ),
        (
            PLATELETS,
            [],
            [platelets("42")],
            ("settled", "A: new: Platelet count 42 10⁹/L, 2024-05-20"),
        ),
        (
            PLATELETS,
            [platelets("80")],
            [],
            ("became open", "A: gone: Platelet count 80 10⁹/L, 2024-05-20"),
        ),
        (
            PLATELETS,
            [platelets("42", "2024")],
            [platelets("42", "2024-05-20")],
            ("settled", "A: new: Platelet count 42 10⁹/L, 2024-05-20"),
        ),
        (
            PLATELETS,
            [platelets("42", "2024-04-20/2024-05-20")],
            [platelets("42", "2024-05-19/2024-05-20")],
            (
                "settled",
                "A: new: Platelet count 42 10⁹/L, 2024-05-19 to 2024-05-20 (day not known)",
            ),
        ),
        (  # the record of the day was given another day
            PLATELETS,
            [platelets("80", id=4)],
            [platelets("80", "2024-03-20", id=4)],
            (
                "became open",
                "A: changed: Platelet count 80 10⁹/L, 2024-03-20 (before: 2024-05-20)",
            ),
        ),
        (
            PSORIASIS,
            [],
            [DISEASE],
            ("became eligible", "A: new: Psoriasis, 2020-01-01"),
        ),
        (  # an item of a score, whose code no concept lists
            "sledai_2k >= 4",
            [],
            [{"concept": 2100001009, "date": "2024-05-25", "value": 2100000901}],
            ("became eligible", "A: new: Arthritis: present, 2024-05-25"),
        ),
        (RITUXIMAB, [DRUG], [], ("became eligible", "A: gone: Rituximab, 2024-02-01")),
        (
            RITUXIMAB,
            [],
            [DRUG],
            ("lost eligibility", "A: new: Rituximab, 2024-02-01"),
        ),
        (
            "16 years <= age at screening <= 33 years",
            [],
            [{"birth": "1980-03"}],
            (
                "lost eligibility",
                "A: changed: born 1980-03 (before: born 1990-06-15)",
            ),
        ),
        (  # what the criterion does not ask is not told
            "sex is female",
            [],
            [{"birth": "1980-03-01", "sex": "male"}],
            ("lost eligibility", "A: changed: male (before: female)"),
        ),
        (
            PLATELETS,
            [platelets("80")],
            [platelets("80"), {"died": "2024-03-01"}],
            ("lost eligibility", "new: died on 2024-03-01"),
        ),
        (
            PLATELETS,
            [platelets("80"), {"died": "2024-03-01"}],
            [platelets("80")],
            ("became eligible", "gone: died on 2024-03-01"),
        ),
        (
            PSORIASIS,
            [{"observed": ("2024-01-01", "2024-12-31")}],
            [{"observed": ("1990-06-15", "2024-12-31")}],
            ("settled", "A: changed: the time in which the person was watched"),
        ),
    ],
)
def test_a_record_is_told_that_is_new_changed_or_gone(
    criterion: str,
    before: list[Row],
    now: list[Row],
    expected: tuple[str, str],
    tmp_path: Path,
) -> None:
    plan = study({"A": criterion})
    found = compare(
        (plan, facts_of(person(1, *before))), (plan, facts_of(person(1, *now))), tmp_path / "old"
    )
    assert told(found) == [("1", *expected)]
    assert found.known


def test_who_stands_as_before_is_not_told(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    before = facts_of([*person(1, platelets("80")), *person(2, platelets("42"))])
    # Another value that decides the same way, and a record of something else.
    now = facts_of([*person(1, platelets("90"), DRUG), *person(2, platelets("30"))])
    found = compare((plan, before), (plan, now), tmp_path / "old")
    assert found.rows == ()
    table = worklist_with_changes(worklist_table(screen_dataset(plan, now)), found)
    assert table["change"].null_count == 2


def test_a_date_that_moved_is_told_with_what_it_brought(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    rows = [platelets("80", "2024-05-20"), platelets("42", "2024-06-20")]
    before = facts_of(person(1, *rows))
    now = facts_of(person(1, *rows, screened="2024-07-01"))
    assert told(compare((plan, before), (plan, now), tmp_path / "old")) == [
        (
            "1",
            "lost eligibility",
            "A: the date of screening moved from 2024-06-01 to 2024-07-01 "
            "(Platelet count 42 10⁹/L, 2024-06-20)",
        )
    ]


def test_a_criterion_that_was_changed_is_told_with_both_texts(tmp_path: Path) -> None:
    facts = facts_of(person(1, platelets("60")))
    changed = "platelets >= 70 10*9/L"
    found = compare(
        (study({"A": PLATELETS}), facts), (study({"A": changed}), facts), tmp_path / "o"
    )
    assert told(found) == [
        (
            "1",
            "lost eligibility",
            f"A: this criterion was changed: {changed} (before: {PLATELETS})",
        )
    ]


def test_a_window_that_was_changed_is_told(tmp_path: Path) -> None:
    facts = facts_of(person(1, platelets("60", "2024-05-01")))
    before, now = (
        study({"A": PLATELETS}, window=f"[screening - {days} days, screening]") for days in (60, 14)
    )
    ((_, kind, words),) = told(compare((before, facts), (now, facts), tmp_path / "old"))
    assert kind == "became open"
    assert words == (
        "A: this criterion was changed: window [screening - 14 days, screening] "
        "(before: [screening - 60 days, screening])"
    )


def test_criteria_that_came_and_went_are_told(tmp_path: Path) -> None:
    facts = facts_of(person(1, platelets("60"), DISEASE))
    whole, part = (
        study({"A": PLATELETS, "B": RITUXIMAB, "C": "crp < 5 mg/L"}),
        study({"A": PLATELETS}),
    )
    assert told(compare((whole, facts), (part, facts), tmp_path / "old")) == [
        ("1", "became eligible", "C: this criterion is gone")
    ]
    assert told(compare((part, facts), (whole, facts), tmp_path / "new")) == [
        ("1", "became open", "C: this criterion is new")
    ]


def test_data_that_reach_further_are_told(tmp_path: Path) -> None:
    plan = study({"A": RITUXIMAB})
    rows = person(1, screened="2024-10-01")
    before, now = facts_of(rows, cut=date(2024, 9, 1)), facts_of(rows)
    ((_, kind, words),) = told(compare((plan, before), (plan, now), tmp_path / "old"))
    assert kind == "became eligible"
    assert words == "A: changed: the time in which the person was watched"


def test_persons_are_compared_by_their_ids_as_they_came(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    before = named_facts(
        [*person(1, platelets("42")), *person(2, platelets("80"))],
        {1: "LN-9", 2: "LN-10"},
        data_cut=CUT,
        folder=tmp_path / "facts",
    )
    # Another file was read first: all numbers are others, of persons and of rows.
    now = named_facts(
        [
            *person(1, platelets("80", id=12)),
            *person(2, platelets("42", id=11)),
            *person(3, platelets("80", id=13), platelets("70", "2024-05-02", id=10)),
        ],
        {1: "LN-10", 2: "LN-11", 3: "LN-9"},
        data_cut=CUT,
        folder=tmp_path / "again",
    )
    found = compare((plan, before), (plan, now), tmp_path / "old")
    assert told(found) == [
        (
            "LN-9",
            "became eligible",
            "A: changed: Platelet count 80 10⁹/L, 2024-05-20 (before: 42 10⁹/L)",
        ),
        ("LN-11", "new in the data", ""),
    ]


def test_who_is_no_longer_there_stands_below_the_worklist(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    before = facts_of([*person(1, platelets("80")), *person(2, platelets("80"))])
    now = facts_of(person(2, platelets("42")))
    found = compare((plan, before), (plan, now), tmp_path / "old")
    table = worklist_with_changes(worklist_table(screen_dataset(plan, now)), found)
    assert table.select(["person", "status", "was", "change"]).to_pylist() == [
        {
            "person": "2",
            "status": "not eligible",
            "was": "eligible",
            "change": "lost eligibility",
        },
        {"person": "1", "status": None, "was": "eligible", "change": "no longer in the data"},
    ]


def test_a_cohort_that_is_new_is_no_person_that_is_new(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    groups = "".join(
        f'\n[[cohorts]]\nid = "{name}"\nlabel = "{name}"\ntext = "None."\n' for name in ("x", "y")
    )
    text = study_text({"A": PLATELETS}).replace("\n[[criteria]]", groups + "\n[[criteria]]", 1)
    split = read_protocol_text(text, source="test")
    facts = facts_of(person(1, platelets("80")))
    found = compare((plan, facts), (split, facts), tmp_path / "old")
    assert [(row.cohort, row.kind) for row in found.rows] == [
        ("x", "new cohort"),
        ("y", "new cohort"),
        (None, "cohort is gone"),
    ]


def test_nobody_then_and_now(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    found = compare((plan, facts_of([])), (plan, facts_of([])), tmp_path / "old")
    assert found.rows == ()


# ---- folders that are older, damaged, or of something else ---------------------------


def as_version_1(folder: Path) -> None:
    """What `remit screen --format parquet` wrote before it kept records."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name in ("persons.parquet", "criteria.parquet", "records.parquet"):
        (folder / name).unlink()
        del manifest["files"][name]
    manifest["version"] = 1
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def old_folder(plan: Protocol, facts: Facts, folder: Path) -> Path:
    write_screening(screen_dataset(plan, facts), folder)
    as_version_1(folder)
    return folder


def test_an_older_folder_tells_who_and_not_by_which_record(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    folder = old_folder(plan, facts_of(person(1, platelets("42"))), tmp_path / "old")
    now = screen_dataset(plan, facts_of(person(1, platelets("80"))))
    found = changes_since(now, read_earlier(folder, study="TEST", named=False))
    assert told(found) == [("1", "became eligible", "A: not known which record")]
    assert not found.known
    # The criterion itself is known all the same.
    changed = study({"A": "platelets >= 40 10*9/L"})
    screening = screen_dataset(changed, facts_of(person(1, platelets("42"))))
    ((_, _, words),) = told(
        changes_since(screening, read_earlier(folder, study="TEST", named=False))
    )
    assert words.startswith("A: this criterion was changed: platelets >= 40 10*9/L")


def test_numbers_are_not_held_against_ids_that_are_text(tmp_path: Path) -> None:
    plan = study({"A": PLATELETS})
    folder = old_folder(plan, facts_of(person(1, platelets("42"))), tmp_path / "old")
    with pytest.raises(DatasetError, match="numbers only"):
        read_earlier(folder, study="TEST", named=True)


def written(folder: Path, name: str, text: str) -> None:
    """Another text of a file, and its hash in the manifest."""
    (folder / name).write_text(text, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][name]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda at: at.rename(at.with_name("elsewhere")), "no earlier screening"),
        (lambda at: (at / "manifest.json").unlink(), "no earlier screening"),
        (lambda at: (at / "manifest.json").write_text("{", "utf-8"), "not one of a screening"),
        (lambda at: (at / "manifest.json").write_text("[]", "utf-8"), "not one of a screening"),
        (lambda at: (at / "manifest.json").write_text("[" * 9999), "not one of a screening"),
        (
            lambda at: (at / "manifest.json").write_text(
                '{"kind": "remit.facts", "version": 2, "study": "TEST", "files": {}}', "utf-8"
            ),
            "not one of a screening",
        ),
        (lambda at: (at / "standings.parquet").unlink(), "is missing"),
        (lambda at: (at / "verdicts.parquet").write_bytes(b"PAR1"), "was changed"),
        (lambda at: written(at, "verdicts.parquet", "no Parquet"), "cannot be read"),
        (lambda at: written(at, "summary.json", "{}"), "the summary"),
    ],
)
def test_what_is_no_earlier_screening_is_refused(
    spoil: Callable[[Path], object], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    write_screening(screen_dataset(study({"A": PLATELETS}), facts_of(person(1))), folder)
    spoil(folder)
    with pytest.raises(DatasetError, match=message) as caught:
        read_earlier(folder, study="TEST", named=False)
    assert "remit screen STUDY" in str(caught.value)


def test_another_study_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    write_screening(screen_dataset(study({"A": PLATELETS}), facts_of(person(1))), folder)
    with pytest.raises(DatasetError, match="another study"):
        read_earlier(folder, study="NCT06167174", named=False)


def test_a_file_of_the_folder_stands_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    write_screening(screen_dataset(study({"A": PLATELETS}), facts_of(person(1))), folder)
    found = read_earlier(folder / "verdicts.parquet", study="TEST", named=False)
    assert found.folder == folder
