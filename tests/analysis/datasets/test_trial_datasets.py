"""Analysis datasets of a trial: what their files hold is the trial's answers, and gives its rows.

The numbers are worked out here from the files alone, by pandas and by formulas written out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import mean, stdev
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from remit.analysis.datasets.trial_datasets import TrialDatasets, trial_datasets
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_files import write_manifest, write_rows
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.facts.intake.sdtm.files.sdtm_json import read_dataset_json
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.views.adam_folder import write_adam

from .read_back import Source, read_sources, read_transport, selected

STUDIES = ("nct05631717", "nct06904729")  # together they have every kind of variable
SAS_DAY = date(1960, 1, 1).toordinal()  # day 0
MADE = datetime(2026, 11, 28, 12, 0, 5)  # noqa: DTZ001 - the files say no zone
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"
ARM = "{http://www.cdisc.org/ns/arm/v1.0}"


@dataclass(frozen=True)
class Written:
    """The results of a study with its datasets, and these read back by pandas."""

    found: TrialAnalysis
    datasets: TrialDatasets
    folder: Path
    frames: Mapping[str, pd.DataFrame]
    sources: Mapping[str, Source]

    @property
    def adam(self) -> Path:
        return self.folder / "adam"

    def behind(self, row: ResultRow) -> pd.DataFrame:
        """The records of the row's arms that its source selects."""
        source = self.sources[row.id]
        rows = selected(self.frames[source.dataset], source)
        labels = {arm.id: arm.label for arm in self.found.protocol.arms}
        arms = [labels.get(arm, arm) for arm in (row.arm, row.versus) if arm]
        known = "TRT01P" if source.dataset == "ADSL" else "TRTP"
        return rows if not arms or "all" in arms else rows[rows[known].isin(arms)]


@pytest.fixture(scope="module", params=STUDIES)
def written(
    request: pytest.FixtureRequest, large_cohort: Facts, tmp_path_factory: pytest.TempPathFactory
) -> Written:
    found = analyse_trial(protocol_named(request.param), large_cohort)
    folder = tmp_path_factory.mktemp("results")
    (folder / "adam").mkdir()
    datasets = trial_datasets(found)
    write_rows(found, folder)
    write_adam(datasets, folder / "adam", made=MADE)
    write_manifest(found, folder)
    frames = {path.stem.upper(): read_transport(path) for path in folder.glob("adam/*.xpt")}
    sources = {one.row: one for one in read_sources(folder / "adam")}
    return Written(found, datasets, folder, frames, sources)


def test_each_file_read_back_is_what_was_written(written: Written) -> None:
    assert set(written.frames) == {one.name for one in written.datasets.datasets}
    for dataset in written.datasets.datasets:
        frame = written.frames[dataset.name]
        given = json.loads((written.adam / f"{dataset.name.lower()}.json").read_bytes())
        cells = read_dataset_json(written.adam / f"{dataset.name.lower()}.json")
        assert given["records"] == len(given["rows"]) == len(frame) == dataset.rows.num_rows
        assert cells.column_names == frame.columns.tolist() == dataset.rows.column_names
        for place, column in enumerate(dataset.columns):
            wanted = dataset.rows[column.name].to_pylist()
            in_json = [row[place] for row in given["rows"]]
            back = frame[column.name].tolist()
            if column.kind == "text":
                assert [one or "" for one in wanted] == back
                assert in_json == wanted
            elif column.kind == "date":
                assert [None if one is None else one.isoformat() for one in wanted] == in_json
                epoch = [None if one is None else one.toordinal() - SAS_DAY for one in wanted]
                assert [None if one is pd.NaT or one != one else one for one in back] == epoch, (
                    column.name
                )
            else:
                assert [None if one != one else one for one in back] == wanted
                assert in_json == wanted


def test_keys_tell_records_apart_and_numbers_count_them(written: Written) -> None:
    for dataset in written.datasets.datasets:
        frame = written.frames[dataset.name]
        assert not frame.duplicated([*dataset.keys]).any(), dataset.name
        if "ASEQ" in frame:
            for _, rows in frame.groupby("USUBJID"):
                assert rows["ASEQ"].tolist() == list(range(1, len(rows) + 1))


def test_parameters_have_one_code_one_text_and_one_number(written: Written) -> None:
    for name, frame in written.frames.items():
        if "PARAMCD" in frame:
            pairs = frame[["PARAMCD", "PARAM", "PARAMN"]].drop_duplicates()
            for column in pairs:
                assert pairs[column].is_unique, (name, column)


def test_adsl_has_everyone_once_in_her_arm(written: Written) -> None:
    frame, trial = written.frames["ADSL"], written.found.trial
    assert frame["SUBJID"].tolist() == trial.names.all_shown(trial.persons)
    labels = {arm.id: arm.label for arm in trial.study.protocol.arms}
    for shown, arm in zip(frame["ARM"], trial.arm.tolist(), strict=True):
        assert shown == labels.get(arm, "Everyone taken in")
    assert written.found.baseline is not None
    age = next(
        one.answers for one in written.found.baseline.characteristics if one.name == "baseline_age"
    )
    assert frame["AGE"].dropna().tolist() == age.used.value.tolist()


def test_every_row_has_a_source_and_its_records_are_its_answers(written: Written) -> None:
    """As many records as answers were used, of each row of one arm or two."""
    sources = written.sources
    checked = 0
    for row in written.found.all_rows:
        source = sources[row.id]
        assert source.dataset, row.id
        if row.at is not None or not row.arm or row.method in {"repeated_measures"}:
            continue
        rows = written.behind(row)
        used = rows[[*source.variables]].replace("", np.nan).dropna()
        # Who has no value at the first visit has no line of the baseline's table either.
        if row.role != "baseline" and not row.part:
            assert len(used) == row.n, row.id
            checked += 1
    assert checked > 20


def test_counts_and_means_come_out_of_the_files_alone(written: Written) -> None:
    checked = {"count": 0, "mean": 0, "standard deviation": 0}
    for row in written.found.rows:
        if row.method != "count" or row.part or row.versus or row.statistic not in checked:
            continue
        rows, source = written.behind(row), written.sources[row.id]
        if row.value is None:
            assert len(rows) < 2, row.id
            continue
        if source.variables[0] == "AVALC":
            assert (rows["AVALC"] == "Y").sum() == row.value, row.id
        elif row.statistic == "count":
            continue
        else:
            values = rows[source.variables[0]].tolist()
            expected = mean(values) if row.statistic == "mean" else stdev(values)
            assert row.value == pytest.approx(expected, rel=1e-12), row.id
        checked[row.statistic] += 1
    assert checked["count"] >= 2
    # One study plans many numbers, the other three of which few were recorded.
    assert checked["mean"] >= 1


def test_the_baseline_comes_out_of_the_files_alone(written: Written) -> None:
    checked = 0
    for row in written.found.all_rows:
        if row.role != "baseline" or row.versus or row.statistic != "mean" or row.value is None:
            continue
        source = written.sources[row.id]
        values = written.behind(row)[source.variables[0]].dropna().tolist()
        assert row.value == pytest.approx(mean(values), rel=1e-12), row.id
        checked += 1
    assert checked >= 2


def test_curves_come_out_of_the_files_alone(written: Written) -> None:
    """The product-limit estimate written out, from AVAL and CNSR."""
    steps = [
        row
        for row in written.found.rows
        if row.method == "kaplan_meier" and row.at is not None and row.value is not None
    ]
    planned = any(one.time_to_response is not None for one in written.found.protocol.analyses)
    assert bool(steps) == planned
    for row in steps:
        rows = written.behind(row)
        left = 1.0
        for time in sorted(rows.loc[rows["CNSR"] == 0, "AVAL"].unique()):
            if time <= row.at:
                events = ((rows["AVAL"] == time) & (rows["CNSR"] == 0)).sum()
                left *= 1 - events / (rows["AVAL"] >= time).sum()
        assert row.value in (pytest.approx(left, abs=1e-12), pytest.approx(1 - left, abs=1e-12))


def test_trace_and_dataset_name_the_same_answers(written: Written) -> None:
    """`remit trace` lists, of each person that was used, the value that her record has."""
    names = list(dict.fromkeys((row.analysis, row.visit) for row in written.found.rows))
    for analysis, visit in names:
        row = next(
            one
            for one in written.found.rows
            if (one.analysis, one.visit) == (analysis, visit) and not one.part and one.arm
        )
        traced = {
            line.person: line.value
            for line in trace_row(written.folder, row.id).lines
            if line.value is not None
        }
        source = written.sources[row.id]
        rows = written.behind(row)
        column = "AVAL" if source.variables[0] == "AVALC" else source.variables[0]
        assert dict(zip(rows["SUBJID"], rows[column], strict=True)) == traced, row.id


def test_a_record_says_from_which_record_it_comes(written: Written) -> None:
    """The measurement that SRCREF names is the person's own and of the day of the record."""
    frame = written.frames["ADLB"]
    taken = frame[frame["SRCREF"] != ""].head(200)
    assert len(taken) == 200
    facts = written.found.trial.study.followed.facts
    known = facts.rows("measurement", ("measurement_id", "person_id", "measurement_date"))
    by_id = {str(row["measurement_id"]): row for row in known.to_pylist()}
    for one in taken.itertuples():
        row = by_id[str(one.SRCREF)]
        assert written.found.trial.names.shown(row["person_id"]) == one.SUBJID
        assert row["measurement_date"].toordinal() - SAS_DAY == one.ADT


def test_define_names_nothing_that_is_not_there(written: Written) -> None:
    """Every OID that is referred to is defined once, and every column is described."""
    root = ElementTree.parse(written.adam / "define.xml").getroot()
    defined: list[str] = [
        node.get("OID") or node.get("ID") or ""
        for node in root.iter()
        if (node.get("OID") or node.get("ID")) and node.tag != f"{DEF}DocumentRef"
    ]
    assert len(set(defined)) == len(defined)
    referred = [
        value
        for node in root.iter()
        for name, value in node.attrib.items()
        if (name.rpartition("}")[2].endswith("OID") and name not in {"OID", "FileOID"})
        or name.rpartition("}")[2] in {"leafID", "ArchiveLocationID"}
    ]
    assert len(referred) > 100
    assert set(referred) <= set(defined)
    groups = {node.get("Name"): node for node in root.iter(f"{ODM}ItemGroupDef")}
    items = {node.get("OID"): node for node in root.iter(f"{ODM}ItemDef")}
    for dataset in written.datasets.datasets:
        found = [one.get("ItemOID") for one in groups[dataset.name].iter(f"{ODM}ItemRef")]
        assert [items[name].get("Name") for name in found] == dataset.rows.column_names
        for leaf in groups[dataset.name].iter(f"{DEF}leaf"):
            (href,) = (value for name, value in leaf.attrib.items() if name.endswith("href"))
            assert (written.adam / href).is_file()


def test_listed_values_are_all_that_a_column_has(written: Written) -> None:
    root = ElementTree.parse(written.adam / "define.xml").getroot()
    lists = {
        node.get("OID"): {one.get("CodedValue") for one in node if one.get("CodedValue")}
        for node in root.iter(f"{ODM}CodeList")
    }
    checked = 0
    for item in root.iter(f"{ODM}ItemDef"):
        reference = item.find(f"{ODM}CodeListRef")
        if reference is None:
            continue
        _, name, column = str(item.get("OID")).split(".")
        given = written.frames[name][column].replace("", np.nan).dropna().unique().tolist()
        texts = {f"{one:g}" if isinstance(one, float) else one for one in given}
        assert texts <= lists[reference.get("CodeListOID")], (name, column)
        checked += 1
    assert checked > 20


def test_conditions_of_results_select_the_records_of_their_rows(written: Written) -> None:
    """What Define-XML says of a result is what the list of sources says of its rows."""
    root = ElementTree.parse(written.adam / "define.xml").getroot()
    clauses = {
        node.get("OID"): {
            str(check.get(f"{DEF}ItemOID")).rpartition(".")[2]: check.findtext(f"{ODM}CheckValue")
            for check in node
        }
        for node in root.iter(f"{DEF}WhereClauseDef")
    }
    results = {node.get("OID"): node for node in root.iter(f"{ARM}AnalysisResult")}
    lines = (written.adam / "result_sources.csv").read_text(encoding="utf-8-sig").splitlines()
    named = {line.split(",")[0]: line.rpartition(",")[2] for line in lines[1:]}
    for row, source in written.sources.items():
        dataset = next(results[named[row]].iter(f"{ARM}AnalysisDataset"))
        reference = dataset.find(f"{DEF}WhereClauseRef")
        conditions = {} if reference is None else clauses[reference.get("WhereClauseOID")]
        assert (dataset.get("ItemGroupOID"), conditions) == (
            f"IG.{source.dataset}",
            {name: value.strip("'") for name, value in source.conditions.items()},
        )
