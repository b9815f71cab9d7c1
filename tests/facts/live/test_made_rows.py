"""What an import makes of other tables counts over a live source too: eras, parts, doses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from facts.live.conftest import CUT
from facts.live.hospital import write_parquet
from facts.live.servers import load_duckdb, load_postgresql
from facts.live.test_live_facts import differences
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, open_live

Tables = Mapping[str, pa.Table]


def renamed(rows: pa.Table, **names: str) -> pa.Table:
    """Columns of rows under other names, with ids from 0 on."""
    key, *others = names
    columns = {name: rows[names[name]] for name in others}
    return pa.table({key: pa.array(range(rows.num_rows)), **columns})


def with_eras(tables: Tables) -> Tables:
    """Eras of all exposures, of which some stand in no exposure."""
    rows = tables["DRUG_EXPOSURE"]
    eras = renamed(
        rows,
        DRUG_ERA_ID="",
        PERSON_ID="PERSON_ID",
        DRUG_CONCEPT_ID="DRUG_CONCEPT_ID",
        DRUG_ERA_START_DATE="DRUG_EXPOSURE_START_DATE",
        DRUG_ERA_END_DATE="DRUG_EXPOSURE_END_DATE",
    )
    return {**tables, "DRUG_ERA": eras, "DRUG_EXPOSURE": rows.slice(0, 20)}


def eras_alone(tables: Tables) -> Tables:
    """Eras and no table of exposures."""
    return {n: rows for n, rows in with_eras(tables).items() if n != "DRUG_EXPOSURE"}


def with_strengths(tables: Tables) -> Tables:
    """No dose eras: quantities, days of supply and what is in a tablet."""
    rows = tables["DRUG_EXPOSURE"]
    codes = pc.unique(rows["DRUG_CONCEPT_ID"]).cast(pa.int32())
    count = len(codes)
    strengths = {
        "DRUG_CONCEPT_ID": codes,
        "INGREDIENT_CONCEPT_ID": codes,
        "AMOUNT_VALUE": pa.array([5.0] * count),
        "AMOUNT_UNIT_CONCEPT_ID": pa.array([8576] * count, pa.int32()),
    }
    exposures = rows.append_column("QUANTITY", pa.array([60.0] * rows.num_rows))
    exposures = exposures.append_column("DAYS_SUPPLY", pa.array([30] * rows.num_rows))
    kept = {name: held for name, held in tables.items() if name != "DOSE_ERA"}
    return {**kept, "DRUG_EXPOSURE": exposures, "DRUG_STRENGTH": pa.table(strengths)}


def with_sigs(tables: Tables) -> Tables:
    """Strengths, and instructions of which some are plain, some not, and some contradict them."""
    tables = with_strengths(tables)
    rows = tables["DRUG_EXPOSURE"]
    said = [
        "Take 2 tablets by mouth daily",
        None,
        "1 tab po bid",
        "take 3 tablets daily",
        "take 1 tablet daily as needed",
        "10 mg by mouth every morning",
        "4 tabs once weekly",
    ]
    sigs = pa.array([said[row % len(said)] for row in range(rows.num_rows)], pa.string())
    supply = pa.array([30 if row % 3 else None for row in range(rows.num_rows)])
    place = rows.schema.get_field_index("DAYS_SUPPLY")
    rows = rows.set_column(place, "DAYS_SUPPLY", supply).append_column("SIG", sigs)
    return {**tables, "DRUG_EXPOSURE": rows}


def with_moved(tables: Tables) -> Tables:
    """Procedures among devices and specimens, diagnoses among episodes."""
    done, had = tables["PROCEDURE_OCCURRENCE"], tables["CONDITION_OCCURRENCE"]
    shared = {"PERSON_ID": "PERSON_ID"}
    of_procedure = ("PROCEDURE_CONCEPT_ID", "PROCEDURE_DATE")
    devices = renamed(
        done,
        DEVICE_EXPOSURE_ID="",
        **shared,
        DEVICE_CONCEPT_ID=of_procedure[0],
        DEVICE_EXPOSURE_START_DATE=of_procedure[1],
    )
    specimens = renamed(
        done.slice(0, 9),
        SPECIMEN_ID="",
        **shared,
        SPECIMEN_CONCEPT_ID=of_procedure[0],
        SPECIMEN_DATE=of_procedure[1],
    )
    episodes = renamed(
        had,
        EPISODE_ID="",
        **shared,
        EPISODE_OBJECT_CONCEPT_ID="CONDITION_CONCEPT_ID",
        EPISODE_START_DATE="CONDITION_START_DATE",
    )
    return {
        **tables,
        "DEVICE_EXPOSURE": devices,
        "SPECIMEN": specimens,
        "EPISODE": episodes,
        "PROCEDURE_OCCURRENCE": done.slice(0, 3),
        "CONDITION_OCCURRENCE": had.slice(0, 9),
    }


def with_details(tables: Tables) -> Tables:
    """Parts of visits, of the kind of their visit and of another."""
    rows = tables["VISIT_OCCURRENCE"]
    kinds = [(9201, 9202, 9203, 0, 8717)[at % 5] for at in range(rows.num_rows)]
    details = renamed(
        rows,
        VISIT_DETAIL_ID="",
        PERSON_ID="PERSON_ID",
        VISIT_DETAIL_START_DATE="VISIT_START_DATE",
        VISIT_DETAIL_END_DATE="VISIT_END_DATE",
        VISIT_OCCURRENCE_ID="VISIT_OCCURRENCE_ID",
    ).append_column("VISIT_DETAIL_CONCEPT_ID", pa.array(kinds))
    half = rows.slice(0, rows.num_rows // 2)
    return {**tables, "VISIT_DETAIL": details, "VISIT_OCCURRENCE": half}


CASES = (with_eras, eras_alone, with_strengths, with_sigs, with_moved, with_details)


@pytest.mark.parametrize("mapped", [(), ("condition_occurrence",)], ids=["open", "mapped"])
@pytest.mark.parametrize("change", CASES, ids=lambda case: case.__name__)
def test_what_an_import_makes_counts_over_a_source(
    change: object,
    mapped: tuple[str, ...],
    hospital: Tables,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert callable(change)
    tables = change(hospital)
    folder = write_parquet(tmp_path / "omop", tables)
    choices = IntakeChoices(source="Parquet", data_cut=CUT, mapped=mapped)
    imported = write_intake(tmp_path / "imported", read_omop(folder), choices)[0]
    # Ranges of few persons: rows that are made lie in all of them.
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 23)
    file = load_duckdb(tmp_path / "hospital.duckdb", tables)
    for address in (f"parquet:{folder}", f"duckdb:{file}"):
        facts = open_live(address_of(address), LiveChoices(data_cut=CUT, mapped=mapped))
        assert differences(facts, imported) == []
        assert facts.codes.occurring is not None
        assert imported.manifest.codes is not None
        held = {name: codes for name, codes in facts.codes.occurring.items() if codes}
        assert held == {n: codes for n, codes in imported.manifest.codes.items() if codes}
        facts.close()


@pytest.mark.parametrize(
    "change", [with_eras, with_strengths, with_sigs], ids=lambda case: case.__name__
)
def test_postgresql_makes_the_same(
    change: Callable[[Tables], Tables], hospital: Tables, postgresql: str, tmp_path: Path
) -> None:
    tables = change(hospital)
    folder = write_parquet(tmp_path / "omop", tables)
    choices = IntakeChoices(source="Parquet", data_cut=CUT)
    imported = write_intake(tmp_path / "imported", read_omop(folder), choices)[0]
    where = load_postgresql(postgresql, f"made_{change.__name__}", tables)
    facts = open_live(address_of(f"postgresql:{where}"), LiveChoices(data_cut=CUT))
    assert differences(facts, imported) == []
    facts.close()


def test_measurements_in_another_table_are_refused(hospital: Tables, tmp_path: Path) -> None:
    rows = hospital["MEASUREMENT"].slice(0, 5)
    specimens = renamed(
        rows,
        SPECIMEN_ID="",
        PERSON_ID="PERSON_ID",
        SPECIMEN_CONCEPT_ID="MEASUREMENT_CONCEPT_ID",
        SPECIMEN_DATE="MEASUREMENT_DATE",
    )
    folder = write_parquet(tmp_path / "omop", {**hospital, "SPECIMEN": specimens})
    with pytest.raises(DatasetError, match="carry codes of measurements"):
        open_live(address_of(f"parquet:{folder}"), LiveChoices(data_cut=CUT))


def test_two_stories_of_one_death_are_refused_by_an_import_and_a_live_source(
    hospital: Tables, tmp_path: Path
) -> None:
    """Nobody can tell on which of two days somebody died, and which anchors lie after it."""
    deaths = hospital["DEATH"]
    place = deaths.schema.get_field_index("DEATH_DATE")
    earlier = pa.array([day.replace(year=day.year - 1) for day in deaths["DEATH_DATE"].to_pylist()])
    other = deaths.set_column(place, "DEATH_DATE", earlier.cast(deaths.schema.field(place).type))
    tables = {**hospital, "DEATH": pa.concat_tables([deaths, other.cast(deaths.schema)])}
    folder = write_parquet(tmp_path / "omop", tables)
    choices = IntakeChoices(source="Parquet", data_cut=CUT)
    with pytest.raises(DatasetError, match="tell two stories"):
        write_intake(tmp_path / "imported", read_omop(folder), choices)
    facts = open_live(address_of(f"parquet:{folder}"), LiveChoices(data_cut=CUT))
    with pytest.raises(DatasetError, match="tell two stories"):
        facts.rows("death", ["person_id", "death_date"])
    facts.close()
