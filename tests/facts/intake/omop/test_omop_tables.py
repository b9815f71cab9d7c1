"""OMOP tables in a folder: each form that a site hands over gives the same rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from facts.vocabulary.small_vocabulary import concept, write_vocabulary
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.accounting.report import Fate
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.opened import open_facts
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset
from remit.facts.vocabulary.athena import open_vocabulary

PERSON = (
    "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,race_concept_id,"
    "ethnicity_concept_id,person_source_value\n"
    "1,8532,1990,6,15,0,0,secret-1\n2,8507,1980,,,0,0,secret-2\n"
)
MEASUREMENT = (
    "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,"
    "measurement_type_concept_id,value_as_number,unit_concept_id,unit_source_value,extra\n"
    '10,1,3024929,2024-05-01,2024-05-01 08:30:00,32817,180.5,8848,"10*3/uL",x\n'
    "11,2,3024929,2024-05-02,,32817,,0,,y\n"
)


def _folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in {"person": PERSON, "measurement": MEASUREMENT, **files}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def _as_gzip(folder: Path) -> None:
    for path in list(folder.iterdir()):
        with gzip.open(path.with_name(f"{path.stem.upper()}.CSV.GZ"), "wb") as file:
            file.write(path.read_bytes())
        path.unlink()


def _as_parquet(folder: Path) -> None:
    for path in list(folder.iterdir()):
        pq.write_table(csv.read_csv(path), path.with_suffix(".parquet"))
        path.unlink()


def _as_parts(folder: Path) -> None:
    for path in list(folder.iterdir()):
        rows, inside = csv.read_csv(path), folder / path.stem
        inside.mkdir()
        (inside / "_SUCCESS").write_text("")
        for place in range(rows.num_rows):
            pq.write_table(rows.slice(place, 1), inside / f"part-{place}.parquet")
        path.unlink()


def _as_texts(folder: Path) -> None:
    """Tabs, capital letters, ids with a point, days without hyphens, a mark at the start."""
    for path in list(folder.iterdir()):
        lines = path.read_text().replace('"', "").splitlines()
        head = lines[0].upper().replace(",", "\t")
        rows = [line.replace("2024-05-0", "2024050").replace(",", "\t") for line in lines[1:]]
        rows = [line.replace("\t3024929\t", "\t3024929.0\t") for line in rows]
        rows = [line.replace("20240501 08", "2024-05-01 08") for line in rows]
        path.write_text("\ufeff" + "\r\n".join([head, *rows]) + "\r\n", encoding="utf-8")


@pytest.mark.parametrize("form", [_as_gzip, _as_parquet, _as_parts, _as_texts])
def test_each_form_gives_the_same_rows(tmp_path: Path, form: Callable[[Path], None]) -> None:
    plain = read_omop(_folder(tmp_path / "plain"))
    other = _folder(tmp_path / "other")
    form(other)
    found = read_omop(other)
    for name, rows in plain.tables.items():
        assert found.tables[name].to_pylist() == rows.to_pylist(), name
    assert {name: read[1] for name, read in found.reads.items()} == {"person": 2, "measurement": 2}
    values = plain.tables["measurement"]["value_as_number"].to_pylist()
    assert values == [Decimal("180.500000"), None]
    assert "secret" not in str(plain)


def test_text_ids_of_persons_are_names(tmp_path: Path) -> None:
    person = PERSON.replace("\n1,", "\nLN-10,").replace("\n2,", "\nLN-9,")
    measured = MEASUREMENT.replace("10,1,", "10,LN-10,").replace("11,2,", "11,LN-9,")
    found = read_omop(_folder(tmp_path / "in", person=person, measurement=measured))
    assert found.tables["measurement"]["person_id"].to_pylist() == [2, 1]
    facts, _ = write_intake(tmp_path / "out", found, IntakeChoices("t"))
    assert person_names(facts).all_shown([1, 2]) == ["LN-9", "LN-10"]


EXPOSURE = (
    "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date,"
    "verbatim_end_date,drug_type_concept_id,days_supply\n"
)


def test_the_last_day_of_an_exposure_as_themis_57_says(tmp_path: Path) -> None:
    rows = (
        "1,1,7,2024-01-01,2024-01-09,2024-01-05,32838,30\n"
        "2,1,7,2024-01-01,,2024-01-05,32838,30\n"
        "3,1,7,2024-01-01,,,32838,14\n"
        "4,1,7,2024-01-01,,,32838,\n"
        "5,1,7,2024-01-01,,,38000176,0\n"
        "6,1,7,2024-01-01,,,32818,\n"
        "7,1,7,2024-01-01,,,0,-3\n"
    )
    found = read_omop(_folder(tmp_path / "in", drug_exposure=EXPOSURE + rows))
    ends = found.tables["drug_exposure"]["drug_exposure_end_date"].to_pylist()
    days = [9, 5, 14, 30, 90, 1, 1]
    assert [(end - date(2024, 1, 1)).days + 1 for end in ends] == days
    note = next(note for note in found.notes if "Themis" in note)
    for said in (
        "supply (1)",
        "30 days (1)",
        "90 days (1)",
        "administered: one day (1)",
        "one day (1)",
    ):
        assert said in note


def test_a_measurement_belongs_to_a_procedure_only(tmp_path: Path) -> None:
    head = (
        "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_event_id,"
        "meas_event_field_concept_id\n"
    )
    rows = "1,1,7,2024-01-01,5,1147082\n2,1,7,2024-01-01,5,1147127\n3,1,7,2024-01-01,5,\n"
    found = read_omop(_folder(tmp_path / "in", measurement=head + rows))
    assert found.tables["measurement"]["measurement_event_id"].to_pylist() == [5, None, 5]


def test_of_a_vocabulary_what_matters_is_kept(tmp_path: Path) -> None:
    ancestry = (
        "ancestor_concept_id\tdescendant_concept_id\tmin_levels_of_separation\n"
        "900\t3024929\t1\n901\t902\t1\n3024929\t3024929\t0\n903\t904\t0\n"
    )
    names = 'concept_id\tconcept_name\n3024929\tPlatelets "auto"\n900\tOther\n'
    folder = _folder(tmp_path / "in", concept_ancestor=ancestry, CONCEPT=names)
    found = read_omop(folder)
    pairs = found.tables["concept_ancestor"].to_pylist()
    assert [tuple(pair.values()) for pair in pairs] == [(900, 3024929), (3024929, 3024929)]
    assert found.names == {3024929: 'Platelets "auto"'}
    _, report = write_intake(tmp_path / "out", found, IntakeChoices("t"))
    (item,) = (item for item in report.tables if item.table == "concept_ancestor")
    assert (item.read, item.kept, item.rows_of("not_read"), item.unaccounted) == (4, 2, 2, 0)


def test_a_birth_is_that_of_its_time_where_the_year_is_empty(tmp_path: Path) -> None:
    head = "person_id,year_of_birth,month_of_birth,birth_datetime\n"
    rows = "1,,,1990-06-15 00:00:00\n2,1980,,1990-06-15 00:00:00\n3,,,\n"
    people = read_omop(_folder(tmp_path / "in", person=head + rows)).tables["person"].to_pylist()
    born = [(p["year_of_birth"], p["month_of_birth"], p["day_of_birth"]) for p in people]
    assert born == [(1990, 6, 15), (1980, None, None), (None, None, None)]


def test_columns_that_nobody_reads_may_repeat(tmp_path: Path) -> None:
    text = "person_id,x,x,\n1,,,\n2,,,\n".replace("x,x", "x,X")
    found = read_omop(_folder(tmp_path / "in", person=f"year_of_birth,{text}".replace(
        "\n1", "\n1990,1").replace("\n2", "\n1980,2")))  # fmt: skip
    assert found.tables["person"]["year_of_birth"].to_pylist() == [1990, 1980]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "person.csv").unlink(), "no table person"),
        (lambda folder: (folder / "PERSON.CSV").write_text(PERSON), "table person twice"),
        (lambda folder: (folder / "measurement.csv").write_text(""), "an empty file"),
        (
            lambda folder: (folder / "measurement.csv").write_text(MEASUREMENT + "12,1\n"),
            "measurement.csv:4",
        ),
        (
            lambda folder: (folder / "measurement.csv").write_text(
                MEASUREMENT.replace("extra", "PERSON_ID", 1)
            ),
            "twice in the head",
        ),
        (
            lambda folder: (folder / "measurement.csv").write_bytes(
                MEASUREMENT.encode().replace(b"10*3/uL", b"10*3/\xb5L")
            ),
            "cannot be read",
        ),
        (
            lambda folder: (folder / "measurement.csv").rename(folder / "measurement.parquet"),
            "cannot be read",
        ),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    tmp_path: Path, change: Callable[[Path], object], said: str
) -> None:
    folder = _folder(tmp_path / "in")
    change(folder)
    with pytest.raises(DatasetError) as caught:
        read_omop(folder)
    assert said in str(caught.value)
    assert "180.5" not in str(caught.value)


def test_no_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(DatasetError, match="no such folder"):
            read_omop(path)


def test_what_cannot_be_read_is_empty_and_counted(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "in", measurement=MEASUREMENT.replace("180.5", "high"))
    found = read_omop(folder)
    assert found.tables["measurement"]["value_as_number"].null_count == 2
    (cells,) = found.cells
    assert (cells.table, cells.column, cells.what, cells.cells) == (
        "measurement",
        "value_as_number",
        "unreadable",
        1,
    )
    assert any(
        note.startswith("the folder has no table observation_period, visit_")
        for note in found.notes
    )
    assert not any("imprecise_date" in note for note in found.notes), "no table of OMOP"


def test_a_vocabulary_that_lies_there_unused_is_told(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "in", measurement=MEASUREMENT)
    steps = folder / "CONCEPT_RELATIONSHIP.csv"
    steps.write_text("concept_id_1,concept_id_2,relationship_id\n")
    assert not any("--vocabulary and this source" in note for note in read_omop(folder).notes)
    with steps.open("a") as file:
        file.write("1,2,Maps to\n")
    assert any("--vocabulary and this source" in note for note in read_omop(folder).notes)
    told = read_omop(folder, by_source=True).notes
    assert not any("--vocabulary and this source" in note for note in told)


def _written(found: SourceTables, out: Path) -> None:
    facts, report = write_intake(out, found, IntakeChoices("t"))
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    for item in report.tables:
        assert item.unaccounted == 0, item.table
        gone = sum(left.rows for left in item.left_out)
        assert item.read + item.made == item.kept + gone, item.table


SYNTHEA = {"person": 28, "observation": 8099, "measurement": 10040, "visit_detail": 1791}
MIMIC = {
    "person": 100,
    "visit_occurrence": 852,
    "condition_occurrence": 16441,
    "drug_exposure": 18229,
    "procedure_occurrence": 18447,
    "dose_era": 117,
    "death": 15,
}


@pytest.mark.shared
@pytest.mark.parametrize("place", ["csv", "Synthea27Nj_5.4.zip"])
def test_synthetic_patients_of_cdm_5_4(shared: Path, tmp_path: Path, place: str) -> None:
    found = read_omop(shared / "data/clinical/synthea27nj" / place)
    # As many rows as the files have lines below their heads.
    assert {name: found.reads[name][1] for name in SYNTHEA} == SYNTHEA
    assert not found.persons.named
    _written(found, tmp_path / "out")


@pytest.mark.shared
def test_real_patients_of_cdm_5_3(shared: Path, tmp_path: Path) -> None:
    found = read_omop(shared / "data/clinical/mimic_iv_demo_omop_5.3")
    assert {name: found.reads[name][1] for name in MIMIC} == MIMIC
    assert found.persons.named, "ids with a sign are names"
    assert pc.max(found.tables["person"]["person_id"]).as_py() == 100
    assert found.unread["fact_relationship"] == ("fact_relationship.csv", 1752)
    _written(found, tmp_path / "out")
    # Of an ingredient, whatever the codes of the exposures are: the issue counts 21 takers.
    with open_facts(tmp_path / "out") as facts:
        codes = packaged_dictionary().omop_ids("glucocorticoid")
        rows = facts.rows("drug_exposure", ["person_id"], concepts=facts.codes.ids_of(codes))
        assert len(pc.unique(rows["person_id"])) == 21


ERAS = (
    "drug_era_id,person_id,drug_concept_id,drug_era_start_date,drug_era_end_date\n"
    "1,1,900,2024-01-05,2024-01-20\n2,1,900,2024-03-01,2024-03-20\n3,2,901,2024-01-05,2024-01-20\n"
)


def test_an_era_is_an_exposure_where_none_is_known(tmp_path: Path) -> None:
    exposures = EXPOSURE + "7,1,950,2024-01-01,2024-01-05,,0,\n8,2,951,2024-01-01,2024-02-01,,0,\n"
    ancestry = "ancestor_concept_id,descendant_concept_id\n900,950\n"
    folder = _folder(
        tmp_path / "in", drug_exposure=exposures, drug_era=ERAS, concept_ancestor=ancestry
    )
    facts, report = write_intake(tmp_path / "out", read_omop(folder), IntakeChoices("t"))
    rows = facts.rows("drug_exposure").sort_by("drug_exposure_id").to_pylist()
    kept = [(row["drug_exposure_id"], row["person_id"], row["drug_concept_id"]) for row in rows]
    assert kept == [(7, 1, 950), (8, 2, 951), (9, 1, 900), (10, 2, 901)]
    assert rows[2]["drug_source_value"] == "drug_era"
    (eras,) = (item for item in report.tables if item.table == "drug_era")
    assert (eras.read, eras.rows_of("moved"), eras.rows_of("merged")) == (3, 2, 1)


def test_other_tables_are_read_where_a_concept_claims_their_rows(tmp_path: Path) -> None:
    visits = (
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
        "1,1,9202,2024-01-01,2024-01-01\n"
    )
    details = (
        "visit_detail_id,person_id,visit_detail_concept_id,visit_detail_start_date,"
        "visit_detail_end_date,visit_occurrence_id\n"
        "1,1,9202,2024-01-01,2024-01-01,1\n2,1,9201,2024-01-01,2024-01-03,1\n"
        "3,1,77,2024-01-01,2024-01-03,1\n"
    )
    episodes = (
        "episode_id,person_id,episode_concept_id,episode_start_date,episode_end_date,"
        "episode_object_concept_id\n"
        "1,1,32533,2024-01-01,,257628\n2,1,32533,2024-01-01,,77\n"
    )
    folder = _folder(
        tmp_path / "in",
        visit_occurrence=visits,
        visit_detail=details,
        episode=episodes,
        mine="a\n1\n",
    )
    facts, report = write_intake(tmp_path / "out", read_omop(folder), IntakeChoices("t"))
    kinds = facts.rows("visit_occurrence")["visit_concept_id"].to_pylist()
    assert sorted(kinds) == [9201, 9202]
    assert facts.rows("condition_occurrence")["condition_concept_id"].to_pylist() == [257628]
    by_table = {item.table: item for item in report.tables}
    fates: tuple[Fate, ...] = ("moved", "merged", "not_read")
    assert [by_table["visit_detail"].rows_of(fate) for fate in fates] == [1, 1, 1]
    assert [by_table["episode"].rows_of(fate) for fate in fates] == [1, 0, 1]
    assert [(item.table, item.rows) for item in report.unread] == [("mine", 1)]


def test_rows_of_an_id_that_is_like_that_of_a_person_are_told(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "a", person="person_id,year_of_birth\nLN-01,1990\nLN-02,1991\n")
    row = ",3024929,2024-05-01,,32817,49,8848,,"
    lines = [MEASUREMENT.partition("\n")[0], f"1,ln-1{row}", f"2,LN-9{row}", f"3,LN-02{row}"]
    (folder / "measurement.csv").write_text("\n".join(lines) + "\n")
    found = read_omop(folder)
    (note,) = (note for note in found.notes if "like that of a person" in note)
    assert note.startswith("measurement: 1 id of nobody")


@pytest.mark.parametrize(
    ("name", "content", "got"),
    [
        ("person.csv", b"PK\x03\x04\x14\x00\x80\x00,\x80", "an archive or a workbook"),
        ("person.csv", PERSON.encode("utf-16-le"), "UTF-16"),
        ("person.csv", PERSON.encode("utf-16"), "UTF-16"),
        ("person.csv", b"person_id,year_of_birth\n1,1990\n\xfc2,1,2\n", "more or fewer cells"),
        ("person.csv", b"", "an empty file"),
        ("person.csv.gz", PERSON.encode(), "damaged or of another format"),
        ("person.parquet", PERSON.encode(), "damaged or of another format"),
    ],
)
def test_a_file_of_another_format_is_refused_by_what_it_is(
    tmp_path: Path, name: str, content: bytes, got: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match="the table person cannot be read") as error:
        read_omop(tmp_path)
    assert got in str(error.value)


def test_an_id_of_the_local_range_is_not_taken_for_one_of_remits(tmp_path: Path) -> None:
    text = MEASUREMENT.replace("3024929", "2100000001", 1).replace("3024929", "2110000014")
    found = read_omop(_folder(tmp_path / "in", measurement=text))
    assert found.tables["measurement"]["measurement_concept_id"].to_pylist() == [0, 2110000014]
    (cells,) = found.cells
    assert (cells.column, cells.cells) == ("measurement_concept_id", 1)
    assert "2,100,000,000" in cells.rule


def test_doses_without_eras_are_those_of_the_strength(tmp_path: Path) -> None:
    """OHDSI, "How to Calculate Drug Dose", case 1: 20 tablets of 500 mg are 10,000 mg."""
    exposures = (
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
        "drug_exposure_end_date,drug_type_concept_id,quantity,days_supply\n"
        "1,1,900,2024-01-01,2024-01-10,0,20,10\n2,1,900,2024-03-01,2024-03-10,0,,10\n"
        "3,2,901,2024-01-01,2024-01-10,0,20,10\n4,2,902,2024-01-01,2024-01-10,0,20,10\n"
        "5,2,903,2024-01-01,2024-01-10,0,20,10\n"
    )
    head = (
        "drug_concept_id,ingredient_concept_id,amount_value,amount_unit_concept_id,"
        "numerator_value,denominator_unit_concept_id\n"
    )
    rows = "900,1125315,500,8576,,\n901,7,5,8576,,\n901,8,5,8576,,\n902,7,,,250,8587\n"
    files = {"drug_exposure": exposures, "drug_strength": head + rows}
    facts, report = write_intake(
        tmp_path / "out", read_omop(_folder(tmp_path / "in", **files)), IntakeChoices("t")
    )
    (era,) = facts.rows("dose_era").to_pylist()
    assert (era["person_id"], era["drug_concept_id"], era["unit_concept_id"]) == (1, 1125315, 8576)
    assert era["dose_value"] == Decimal(1000)
    assert (era["dose_era_start_date"], era["dose_era_end_date"]) == (
        date(2024, 1, 1),
        date(2024, 1, 10),
    )
    note = next(note for note in report.notes if "inferred from drug_strength" in note)
    for said in ("days of supply (1)", "mass: presence only (3)", "supply: presence only (1)"):
        assert said in note
    (eras,) = (item for item in report.tables if item.table == "dose_era")
    assert (eras.read, eras.made, eras.unaccounted) == (0, 1, 0)


def test_a_sig_gives_the_dose_or_leaves_presence(tmp_path: Path) -> None:
    """5 mg tablets of one ingredient (900), and a product of no fixed amount (901)."""
    sigs = (
        ("Take 2 tablets by mouth daily", "", "", Decimal(10), 8576),
        ("take 1 tab po bid", "60", "30", Decimal(10), 8576),
        ("take 1 tab po bid", "30", "30", None, 0),  # the supply says one a day
        ("take 1 tab daily as needed", "30", "30", None, 0),
        ("take 2 tablets (20 mg total) daily", "", "", None, 0),  # of 5 mg each they are 10
        ("take 2 tabs once weekly", "", "", Decimal(10), 2100000990),
        ("take 1 tab daily for 5 days", "", "", None, 0),  # of a record of ten
        ("", "20", "10", Decimal(10), 8576),
        ("", "", "", None, 0),
        ("1/3 tablet daily", "", "", None, 0),  # 1.666… mg: not exact
    )
    head = (
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
        "drug_exposure_end_date,drug_type_concept_id,sig,quantity,days_supply\n"
    )
    lines = [
        f'{n},1,900,2024-{n:02}-01,2024-{n:02}-10,0,"{sig}",{quantity},{days}\n'
        for n, (sig, quantity, days, _, _) in enumerate(sigs, start=1)
    ]
    lines.append('11,2,901,2024-01-01,2024-01-10,0,"take 20 mg by mouth daily",,\n')
    lines.append('12,2,901,2024-02-01,2024-02-10,0,"take 1 tablet daily",,\n')
    strength = (
        "drug_concept_id,ingredient_concept_id,amount_value,amount_unit_concept_id,"
        "numerator_value,denominator_unit_concept_id\n900,1551099,5,8576,,\n901,1551099,,,5,8587\n"
    )
    files = {"drug_exposure": head + "".join(lines), "drug_strength": strength}
    facts, report = write_intake(
        tmp_path / "out", read_omop(_folder(tmp_path / "in", **files)), IntakeChoices("t")
    )
    eras = facts.rows("dose_era").to_pylist()
    found = {
        (era["person_id"], era["dose_era_start_date"].month): (
            era["dose_value"],
            era["unit_concept_id"],
        )
        for era in eras
    }
    expected = {
        (1, month): (dose, unit)
        for month, (_, _, _, dose, unit) in enumerate(sigs, start=1)
        if dose is not None
    }
    assert found == {**expected, (2, 1): (Decimal(20), 8576)}
    note = next(note for note in report.notes if "inferred from drug_strength" in note)
    for said in (
        "sig × amount (4)",
        "days of supply (1)",
        "no quantity or days of supply: presence only (1)",
        "not understood as a whole: presence only (1)",
        "sig and strength contradict each other: presence only (1)",
        "days of supply contradict each other: presence only (1)",
        "fewer days than the record: presence only (1)",
        "no fixed strength: presence only (1)",
        "no exact dose: presence only (1)",
    ):
        assert said in note, (said, note)


def test_doses_from_the_strengths_of_a_vocabulary(tmp_path: Path) -> None:
    """As OHDSI says it: 20 tablets of 500 mg in 10 days are 1,000 mg a day."""
    head = (
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
        "drug_exposure_end_date,drug_type_concept_id,quantity,days_supply,drug_source_concept_id\n"
    )
    rows = (
        "1,1,9000900,2024-01-01,2024-01-10,0,20,10,0\n"
        "2,1,0,2024-03-01,2024-03-10,0,20,10,9000900\n"
        "3,2,9000901,2024-01-01,2024-01-10,0,20,10,0\n"
    )
    place = write_vocabulary(
        tmp_path / "athena",
        [
            concept(9000900, "metformin 500 MG Oral Tablet", "Drug", "RxNorm", "860975"),
            concept(9000901, "two of two", "Drug", "RxNorm", "860976"),
            concept(1503297, "metformin", "Drug", "RxNorm", "6809"),
        ],
        [],
        strengths=[
            (9000900, 1503297, 500, 8576, "", "", "", "", "", "19700101", "20991231", ""),
            (9000901, 1503297, 500, 8576, "", "", "", "", "", "19700101", "20991231", ""),
            (9000901, 1545958, 5, 8576, "", "", "", "", "", "19700101", "20991231", ""),
        ],
    )
    book = open_vocabulary(place, packaged_dictionary())
    folder = _folder(tmp_path / "in", drug_exposure=head + rows)
    found = read_omop(folder, by_source=True, book=book)
    facts, report = write_intake(tmp_path / "out", found, IntakeChoices("t", book=book))
    eras = facts.rows("dose_era").to_pylist()
    assert [(era["person_id"], era["dose_value"]) for era in eras] == [(1, Decimal(1000))] * 2
    note = next(note for note in report.notes if "inferred from drug_strength" in note)
    assert "drug_strength of the vocabulary" in note
    # The source's own strength goes before: 250 mg here.
    own = (
        "drug_concept_id,ingredient_concept_id,amount_value,amount_unit_concept_id\n"
        "9000900,1503297,250,8576\n"
    )
    folder = _folder(tmp_path / "own", drug_exposure=head + rows, drug_strength=own)
    found = read_omop(folder, by_source=True, book=book)
    facts, _ = write_intake(tmp_path / "out2", found, IntakeChoices("t", book=book))
    values = [era["dose_value"] for era in facts.rows("dose_era").to_pylist()]
    assert values == [Decimal(500)] * 2
