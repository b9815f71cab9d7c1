"""A screening that is cut goes on with the parts that are missing, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from remit.cli import main
from remit.errors import DatasetError
from remit.facts.live.address import address_of
from remit.facts.live.duckdb_source import DuckdbSource
from remit.facts.live.live_facts import LiveChoices, open_live
from remit.facts.live.source import Wanted
from remit.facts.opened import Facts
from remit.facts.screening_dates import Rule, dated_facts
from remit.facts.tables import TABLES
from remit.protocol import protocol_named
from remit.protocol.bound import bind_protocol
from remit.screening.kept_answers import KeptAnswers, kept_answers, resumed_facts

STUDY = "nct06167174"


@pytest.fixture
def database(small_cohort: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cohort of 400 persons as a DuckDB file, which is read in ranges of 100 persons."""
    import duckdb

    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 100)
    path = tmp_path / "hospital.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name in TABLES:
            rows = small_cohort.rows(name)
            if rows.num_rows:
                connection.register("rows_here", rows)
                connection.execute(f"create table {name} as select * from rows_here")
                connection.unregister("rows_here")
    return path


def screened(database: Path, out: Path) -> str:
    words = ["screen", STUDY, "--engine", f"duckdb:{database}", "--format", "parquet"]
    ran = CliRunner().invoke(main, [*words, "--out", str(out)])
    return f"{ran.exit_code}\n{ran.output}"


def verdicts(out: Path) -> Mapping[str, list[object]]:
    found: Mapping[str, list[object]] = pq.read_table(out / "verdicts.parquet").to_pydict()
    return found


def test_a_cut_screening_goes_on(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert screened(database, whole).startswith("0\n")
    parts = tmp_path / "cut.parts"
    asked: list[int | None] = []
    rows = DuckdbSource.rows

    def dying(self: DuckdbSource, table: str, columns: tuple[str, ...], wanted: Wanted) -> pa.Table:
        after = wanted.after
        if table == "measurement":
            asked.append(after)
            if after is not None and after >= 300:
                raise DatasetError("the connection was lost")
        return rows(self, table, columns, wanted)

    monkeypatch.setattr(DuckdbSource, "rows", dying)
    assert "the connection was lost" in screened(database, cut)
    assert not cut.exists()
    assert len(list(parts.glob("*.arrow"))) == 3
    monkeypatch.setattr(DuckdbSource, "rows", rows)
    said = screened(database, cut)
    assert "resumed: 3 of 4 parts" in said
    assert not parts.exists()
    assert verdicts(cut) == verdicts(whole)
    summary = (cut / "summary.json").read_text()
    assert "resumed: 3 of 4 parts were read by an earlier run, from an earlier state" in summary
    assert "resumed" not in (whole / "summary.json").read_text()


def test_answers_under_another_rule_of_screening_are_not_taken(
    database: Path, tmp_path: Path
) -> None:
    study = protocol_named(STUDY)
    anchors = {study.id: study.default_anchor}

    def kept(rule: Rule) -> KeptAnswers:
        with open_live(address_of(f"duckdb:{database}"), LiveChoices()) as facts:
            dated = dated_facts(facts, rule, anchors)
            return kept_answers(tmp_path / "parts", (bind_protocol(study, facts.codes),), dated)

    kept("last-visit").write(0, b"kept")
    assert kept("last-visit").before == {0}  # read at another time, which the result says
    assert kept(date(2024, 6, 30)).before == frozenset()
    days = tmp_path / "days.csv"
    days.write_text("person,date\n1,2024-01-31\n")
    kept(days).write(0, b"kept")
    assert kept(days).before == {0}
    days.write_text("person,date\n1,2024-02-29\n")
    assert kept(days).before == frozenset()


def test_answers_of_another_question_are_not_taken(small_cohort: Facts, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    one = bind_protocol(protocol_named(STUDY), small_cohort.codes)
    other = bind_protocol(protocol_named("nct05631717"), small_cohort.codes)
    kept_answers(folder, (one,), small_cohort).write(0, b"kept")
    assert kept_answers(folder, (one,), small_cohort).before == {0}
    assert kept_answers(folder, (one,), small_cohort).read(0).to_pybytes() == b"kept"
    assert kept_answers(folder, (other,), small_cohort).before == frozenset()
    kept_answers(folder, (one,), small_cohort).write(0, b"kept")
    moved = replace(
        small_cohort, manifest=replace(small_cohort.manifest, complete=frozenset({"death"}))
    )
    assert kept_answers(folder, (one,), moved).before == frozenset()
    kept = kept_answers(folder, (one,), small_cohort)
    assert resumed_facts(small_cohort, kept) is small_cohort


def test_a_folder_of_something_else_stays(small_cohort: Facts, tmp_path: Path) -> None:
    folder = tmp_path / "mine.parts"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    bound = bind_protocol(protocol_named(STUDY), small_cohort.codes)
    with pytest.raises(DatasetError, match="holds something else"):
        kept_answers(folder, (bound,), small_cohort)
    assert (folder / "letter.txt").read_text() == "mine"
