"""A dataset under pseudonyms: nothing of the source's ids and days, and every answer as before."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import remit
from clinic_files import write_own_patients
from remit.cli import main
from remit.errors import DatasetError
from remit.facts.intake.deidentified.pseudonym_key import PseudonymKey, open_key, read_key
from remit.facts.intake.deidentified.withheld_texts import WITHHELD
from remit.facts.intake.rows import row_store
from remit.facts.opened import Facts, open_facts
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset

KEY = PseudonymKey(bytes(range(32)))
FILES = ("patienten", "labor", "medikamente", "diagnosen", "prozeduren", "besuche")


def _imported(folder: Path, out: str, *more: str) -> Facts:
    words = ["facts", "import", "tidy", *(str(folder / f"{name}.csv") for name in FILES)]
    words += ["--map", str(folder / "mended.toml"), "--out", str(folder / out)]
    words += ["--study", "nct06167174", "--screening-date", "last-visit"]
    words += ["--signed", str(folder / "signiert.csv")]
    for table in ("condition_occurrence", "drug_exposure", "procedure_occurrence"):
        words += ["--mapped", table]
    ran = CliRunner().invoke(main, [*words, *more])
    assert ran.exit_code == 0, ran.output
    return open_facts(folder / out)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clinic")
    write_own_patients(folder)
    _imported(folder, "open")
    _imported(folder, "hidden", "--pseudonyms", str(folder / "key.json"))
    return folder


def _verdicts(facts: Facts, known: Mapping[str, str] | None = None) -> dict[tuple[str, str], str]:
    shown = person_names(facts).shown
    screening = remit.screen(remit.open_protocol("nct06167174"), facts)
    return {
        (
            known[shown(row["person_id"])] if known else shown(row["person_id"]),
            row["criterion"],
        ): f"{row['status']} {row['reasons']}"
        for row in screening.verdict_table().to_pylist()
    }


def test_every_verdict_is_that_of_the_open_dataset(clinic: Path) -> None:
    known = read_key(clinic / "key.json").persons
    with open_facts(clinic / "open") as before, open_facts(clinic / "hidden") as after:
        assert [f for f in check_dataset(after) if f.severity == "error"] == []
        assert _verdicts(after, known) == _verdicts(before)
        assert len(known) == 20


def test_parts_give_what_one_part_gives(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_store, "PERSONS_A_PART", 7)
    known = read_key(clinic / "key.json").persons
    after = _imported(clinic, "parts", "--pseudonyms", str(clinic / "key.json"))
    with open_facts(clinic / "open") as before, after:
        assert len({file.part for file in after.manifest.tables["measurement"].files}) == 3
        assert [f for f in check_dataset(after) if f.severity == "error"] == []
        assert _verdicts(after, known) == _verdicts(before)
        order = [person_names(after).shown(n) for n in sorted(person_names(after).names)]
        assert order == sorted(order)


def test_the_report_lies_with_the_key(clinic: Path) -> None:
    assert (clinic / "open" / "import_report.json").is_file()
    assert not (clinic / "hidden" / "import_report.json").exists()
    report = clinic / "key.hidden.import_report.json"
    assert report.stat().st_mode & 0o777 == 0o600
    tables = {table["table"]: table for table in json.loads(report.read_bytes())["tables"]}
    assert tables["measurement"]["read"] == 620
    assert all(table["unaccounted"] == 0 for table in tables.values())


def test_nothing_of_the_source_is_left(clinic: Path) -> None:
    with open_facts(clinic / "open") as before, open_facts(clinic / "hidden") as after:
        names = set(person_names(before).names.values())
        assert names
        said = "".join(repr(after.rows(table).to_pylist()) for table in after.manifest.tables) + (
            clinic / "hidden" / "manifest.json"
        ).read_text(encoding="utf-8")
        assert not {name for name in names if name in said}
        assert "Dr" not in said
        assert "; de-identified" in after.manifest.source
        assert before.manifest.data_cut != after.manifest.data_cut
        order = [person_names(after).shown(n) for n in sorted(person_names(after).names)]
        assert order == sorted(order)


def test_days_of_a_person_move_together(clinic: Path) -> None:
    key = read_key(clinic / "key.json")
    with open_facts(clinic / "open") as before, open_facts(clinic / "hidden") as after:
        known = dict(key.persons)
        shown, hidden = person_names(before).shown, person_names(after).shown

        def days(facts: Facts, name: str, *, as_before: bool) -> set[tuple[str, date]]:
            found = set()
            for row in facts.rows("measurement").to_pylist():
                person = shown(row["person_id"]) if as_before else known[hidden(row["person_id"])]
                moved = key.shift(person)
                day = row[name]
                found.add((person, day + timedelta(days=moved) if as_before else day))
            return found

        old = days(before, "measurement_date", as_before=True)
        assert days(after, "measurement_date", as_before=False) == old
        assert len(old) > 20


def test_nothing_ends_with_the_data_cut(clinic: Path) -> None:
    # Else the ends of all lie around the cut, and with it each shift is known.
    with open_facts(clinic / "open") as before, open_facts(clinic / "hidden") as after:
        ends = before.rows("observation_period")["observation_period_end_date"].to_pylist()
        assert ends.count(before.manifest.data_cut) > 1
        last: dict[int, date] = {}
        for table, column in (
            ("measurement", "measurement_date"),
            ("visit_occurrence", "visit_start_date"),
            ("drug_exposure", "drug_exposure_start_date"),
            ("condition_occurrence", "condition_start_date"),
            ("procedure_occurrence", "procedure_date"),
            ("attestation", "signed_date"),
            ("study_anchor", "anchor_date"),
        ):
            for row in after.rows(table).to_pylist():
                person = row["person_id"]
                last[person] = max(last.get(person, date.min), row[column])
        for row in after.rows("observation_period").to_pylist():
            assert row["observation_period_end_date"] <= last[row["person_id"]]


def test_texts_stay_only_where_they_are_codes_numbers_or_units(clinic: Path) -> None:
    with open_facts(clinic / "hidden") as after:
        assert set(after.rows("drug_exposure")["drug_source_value"].to_pylist()) == {None}
        signed = set(after.rows("attestation")["signed_by"].to_pylist())
        assert signed == {WITHHELD}
        values = after.rows("measurement")
        for number, text in zip(
            values["value_as_number"].to_pylist(),
            values["value_source_value"].to_pylist(),
            strict=True,
        ):
            assert number is not None or text in {WITHHELD, None} or text[0].isdigit()


def test_the_same_key_gives_the_same_pseudonyms(clinic: Path) -> None:
    before = (clinic / "key.json").read_bytes()
    _imported(clinic, "again", "--pseudonyms", str(clinic / "key.json"))
    assert (clinic / "key.json").read_bytes() == before
    for name in ("person", "measurement", "study_anchor"):
        with open_facts(clinic / "hidden") as one, open_facts(clinic / "again") as other:
            assert one.rows(name).equals(other.rows(name))


def test_who_a_pseudonym_is_is_told_by_the_key_alone(clinic: Path) -> None:
    key = clinic / "key.json"
    name, person = next(iter(read_key(key).persons.items()))
    ran = CliRunner().invoke(main, ["facts", "whois", str(key), name])
    assert ran.output == f"{name}  {person}\n"
    ran = CliRunner().invoke(main, ["facts", "whois", str(key), "P-0"])
    assert ran.exit_code != 0
    assert "the key gave nobody this pseudonym" in ran.output
    ran = CliRunner().invoke(
        main, ["explain", "nct06167174", name, "--facts", str(clinic / "hidden")]
    )
    assert name in ran.output
    assert person not in ran.output


def test_a_pseudonym_is_a_keyed_hash() -> None:
    # RFC 2104 over SHA-256, of the purpose and the id.
    made = hmac.new(bytes(range(32)), b"name\0LN-007", hashlib.sha256).hexdigest()
    assert KEY.pseudonym("LN-007") == f"P-{made[:20]}"
    assert "00010203" not in repr(KEY)


@given(st.text(max_size=9))
def test_days_move_by_up_to_a_year_and_never_stay(name: str) -> None:
    days = KEY.shift(name)
    assert days != 0
    assert abs(days) <= 365


def test_the_key_lies_apart_and_is_its_owners_alone(tmp_path: Path) -> None:
    out = tmp_path / "data"
    with pytest.raises(DatasetError, match="would lie in the dataset"):
        open_key(out / "key.json", out=out)
    with pytest.raises(DatasetError, match="would lie in the dataset"):
        open_key(out / "deep" / ".." / "key.json", out=out)
    path = tmp_path / "key.json"
    made = open_key(path, out=out)
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_key(path, out=out).key == made.key
    assert len(made.key.secret) == 32
    path.chmod(0o644)
    with pytest.raises(DatasetError, match="others may read the key"):
        open_key(path, out=out)
    path.chmod(0o600)
    for text in ("", "{}", "[]", '{"kind": "remit.pseudonym_key", "version": 1}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DatasetError, match="no key of pseudonyms"):
            open_key(path, out=out)
    path.write_text(
        json.dumps({"kind": "remit.pseudonym_key", "version": 1, "key": "00", "persons": {}}),
        encoding="utf-8",
    )
    with pytest.raises(DatasetError, match="no key of pseudonyms"):
        open_key(path, out=out)
    with pytest.raises(DatasetError, match="cannot be read or written"):
        open_key(tmp_path, out=out)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--complete", "condition_occurrence"), "no table can be declared complete"),
        (("--screening-date", "2026-01-31"), "would give away by how much"),
    ],
)
def test_what_would_tell_the_shift_is_refused(
    clinic: Path, more: tuple[str, ...], said: str
) -> None:
    words = ["facts", "import", "tidy", *(str(clinic / f"{name}.csv") for name in FILES)]
    words += ["--map", str(clinic / "mended.toml"), "--out", str(clinic / "refused")]
    words += ["--pseudonyms", str(clinic / "other.json")]
    ran = CliRunner().invoke(main, [*words, *more])
    assert ran.exit_code != 0
    assert said in " ".join(ran.output.split())
    assert not (clinic / "refused").exists()


OMOP = {
    "person": (
        "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,"
        "race_concept_id,ethnicity_concept_id\n"
        "900001,8532,1990,6,15,0,0\n900002,8507,1985,,,0,0\n900003,8507,1984,2,,0,0\n"
    ),
    "procedure_occurrence": (
        "procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,"
        "procedure_type_concept_id,procedure_source_value\n"
        "77001,900002,4047494,2024-02-01,0,Biopsy by Dr Meier\n"
        "77002,900001,4047494,2024-01-05,0,0TB03ZX\n"
    ),
    "measurement": (
        "measurement_id,person_id,measurement_concept_id,measurement_date,"
        "measurement_datetime,measurement_type_concept_id,value_as_number,unit_source_value,"
        "value_source_value,measurement_event_id\n"
        "55001,900001,3024929,2024-01-05,2024-01-05 08:30:00,0,150,10*9/L,150,77002\n"
        "55002,900002,3024929,2024-02-01,,0,,per Dr Meier,call 0171 2345678,77001\n"
        "55003,900003,3024929,2024-03-01,,0,12,10*9/L,<12,\n"
    ),
    "condition_occurrence": (
        "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,"
        "condition_end_date,condition_type_concept_id,condition_source_value\n"
        "33001,900001,257628,2020-01-01,2099-12-31,0,M32.14\n"
        '33002,900002,257628,2020-01-01,,0,"SLE, Frau Müller"\n'
    ),
    "observation_period": (
        "observation_period_id,person_id,observation_period_start_date,"
        "observation_period_end_date,period_type_concept_id\n"
        "11,900001,2019-01-01,2024-06-30,0\n12,900002,2019-01-01,2024-02-20,0\n"
    ),
}


def test_ids_links_texts_and_births_of_omop_tables(tmp_path: Path) -> None:
    source = tmp_path / "tables"
    source.mkdir()
    for name, text in OMOP.items():
        (source / f"{name}.csv").write_text(text, encoding="utf-8")
    out, place = tmp_path / "hidden", tmp_path / "key.json"
    words = ["facts", "import", "omop", str(source), "--out", str(out), "--study", "nct06167174"]
    words += ["--data-cut", "2024-06-30", "--pseudonyms", str(place)]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    key = read_key(place)
    shift = {
        "900001": key.shift("900001"),
        "900002": key.shift("900002"),
        "900003": key.shift("900003"),
    }
    with open_facts(out) as facts:
        who = {n: key.persons[name] for n, name in person_names(facts).names.items()}

        def rows(table: str) -> dict[str, dict[str, object]]:
            return {who[row["person_id"]]: row for row in facts.rows(table).to_pylist()}

        people, tests, done = rows("person"), rows("measurement"), rows("procedure_occurrence")
        ill, watched = rows("condition_occurrence"), rows("observation_period")
        born_between = {
            who[row["person_id"]]: (row["first_date"], row["last_date"])
            for row in facts.rows("imprecise_date").to_pylist()
        }
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    moved = date(1990, 6, 15) + timedelta(days=shift["900001"])
    born = people["900001"]
    parts = (born["year_of_birth"], born["month_of_birth"], born["day_of_birth"])
    assert parts == (moved.year, moved.month, moved.day)
    # Of a year or a month of birth is told between which days it lies, so that each possible age
    # is still possible.
    for person, first, last in (
        ("900002", date(1985, 1, 1), date(1985, 12, 31)),
        ("900003", date(1984, 2, 1), date(1984, 2, 29)),
    ):
        moved_by = timedelta(days=shift[person])
        assert (people[person]["month_of_birth"], people[person]["day_of_birth"]) == (None, None)
        assert born_between[person][0] <= first + moved_by
        assert last + moved_by <= born_between[person][1]
        assert people[person]["year_of_birth"] == born_between[person][0].year
    for person in ("900001", "900002"):
        assert tests[person]["measurement_event_id"] == done[person]["procedure_occurrence_id"]
    assert tests["900003"]["measurement_event_id"] is None
    assert {row["measurement_id"] for row in tests.values()} == {1, 2, 3}
    first = date(2024, 1, 5) + timedelta(days=shift["900001"])
    assert tests["900001"]["measurement_date"] == first
    assert str(tests["900001"]["measurement_datetime"]) == f"{first} 08:30:00"
    assert [tests[p]["value_source_value"] for p in shift] == ["150", WITHHELD, "<12"]
    assert [tests[p]["unit_source_value"] for p in shift] == ["10*9/L", WITHHELD, "10*9/L"]
    assert ill["900001"]["condition_source_value"] == "M32.14"
    assert ill["900002"]["condition_source_value"] is None
    assert {row["procedure_source_value"] for row in done.values()} == {None}
    # An end that stands for none, and one at the data cut, are the last day that is known.
    assert ill["900001"]["condition_end_date"] == first
    assert watched["900001"]["observation_period_end_date"] == first
    assert ill["900002"]["condition_end_date"] is None
    own = date(2024, 2, 20) + timedelta(days=shift["900002"])
    assert watched["900002"]["observation_period_end_date"] == own


def test_a_key_keeps_the_persons_of_an_import_that_ran_meanwhile(tmp_path: Path) -> None:
    path, out = tmp_path / "key.json", tmp_path / "out"
    first, second = open_key(path, out=out), open_key(path, out=out)
    second.keep({"P-2": "LN-002"})
    first.keep({"P-1": "LN-001"})
    assert dict(read_key(path).persons) == {"P-1": "LN-001", "P-2": "LN-002"}
    path.unlink()
    other = open_key(path, out=out)
    with pytest.raises(DatasetError, match="another key than when the import began"):
        first.keep({"P-3": "LN-003"})
    assert read_key(path) == other.key
