"""Spark and Dask find of each part what this process does, and take again what was lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from facts.live.servers import require_spark
from remit.cli import main
from remit.errors import DatasetError
from remit.facts import snapshot
from remit.facts.opened import Facts, open_facts
from remit.facts.screening_dates import dated_facts
from remit.facts.tables import TABLES
from remit.screening import Screening, column_room, screen_studies
from remit.screening import screened_parts as screened_parts_module
from remit.screening.attrition import Step
from remit.screening.clusters import DaskWorkers, Recipe, SparkWorkers, workers_of
from remit.screening.masks import Kinds, MaskKinds
from remit.screening.part_answers import bytes_of, part_of_bytes
from remit.screening.screened_parts import ScreenedPart, StudyPart, screened_parts
from remit.screening.whole_part import whole_part
from remit.study import packaged_studies

PARTS = 4


@pytest.fixture(scope="module")
def spark() -> Iterator[None]:
    """Spark in this process, stopped at the end."""
    require_spark()
    yield
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


@pytest.fixture(scope="module")
def parted(small_cohort: Facts, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """The cohort of 400 persons in four parts."""
    folder = tmp_path_factory.mktemp("parted") / "cohort"
    facts = small_cohort
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "PERSONS_A_PART", 400 // PARTS)
        snapshot.write_dataset(
            folder,
            {name: facts.rows(name, TABLES[name].schema.names) for name in facts.manifest.tables},
            source="parted",
            data_cut=facts.data_cut,
            complete=sorted(facts.complete),
            mapped=facts.manifest.mapped,
            own_codes=facts.manifest.own_codes,
            check=False,
        )
    return open_facts(folder)


def same(one: tuple[Screening, ...], two: tuple[Screening, ...]) -> bool:
    return all(
        a.person_ids.tolist() == b.person_ids.tolist()
        and (a.died == b.died).all()
        and a.cohorts[0].steps == b.cohorts[0].steps
        and all(
            (codes == b.statuses[name]).all()
            and (a.reasons[name].masks == b.reasons[name].masks).all()
            for name, codes in a.statuses.items()
        )
        for a, b in zip(one, two, strict=True)
    )


def test_a_part_comes_back_from_its_bytes(parted: Facts) -> None:
    from remit.protocol.bound import bind_protocol

    bounds = tuple(bind_protocol(study, parted.codes) for study in packaged_studies())
    kinds, again = MaskKinds(), MaskKinds()
    again.places(np.array([5, 7], np.int32))  # places in another order
    for part in screened_parts(bounds, parted, kinds):
        found = part_of_bytes(bytes_of(part, kinds), bounds, again)
        assert found.person_ids.tolist() == part.person_ids.tolist()
        for one, two in zip(part.studies, found.studies, strict=True):
            assert [steps for _, steps in one.cohorts] == [steps for _, steps in two.cohorts]
            for name, places in one.reasons.items():
                assert (kinds.kinds[places] == again.kinds[two.reasons[name]]).all()


@pytest.mark.parametrize("copies", [False, True])
def test_parts_side_by_side_are_the_whole(
    parted: Facts,
    small_cohort: Facts,
    monkeypatch: pytest.MonkeyPatch,
    copies: bool,
) -> None:
    if copies and sys.platform != "linux":
        pytest.skip("copies of the process are made on Linux alone")
    monkeypatch.setattr(screened_parts_module, "may_copy", lambda parts: copies)
    studies = packaged_studies()
    assert same(screen_studies(studies, parted), screen_studies(studies, small_cohort))


def test_kinds_of_masks_have_the_numbers_of_who_asks() -> None:
    flags = np.zeros(3, np.bool_)
    reasons: dict[str, Kinds] = {"a": np.array([0, 1, 1], np.uint8)}
    part = ScreenedPart(np.arange(3), (StudyPart({}, reasons, flags, ()),))
    kinds = MaskKinds()
    kinds.places(np.array([4, 9], np.int32))
    found = screened_parts_module.under_kinds(part, kinds.places(np.array([9, 4], np.int32)))
    assert kinds.kinds[found.studies[0].reasons["a"]].tolist() == [9, 4, 4]
    assert screened_parts_module.under_kinds(part, np.array([0, 1])) is part


def test_columns_in_a_file_are_the_same_screening(
    parted: Facts, small_cohort: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies = packaged_studies()
    monkeypatch.setattr(column_room, "IN_MEMORY", 0)
    assert same(screen_studies(studies, parted), screen_studies(studies, small_cohort))


def test_parts_are_laid_into_more_room_and_wider_columns_as_they_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def part(first: int, count: int, *, wide: bool, may_have: bool) -> ScreenedPart:
        who = np.arange(first, first + count, dtype=np.int64)
        flags = who % 2 == 0
        places = np.full(count, 300, np.uint16) if wide else np.full(count, 7, np.uint8)
        step = Step("a", *(count for _ in range(8)))
        study = StudyPart(
            {"a": (who % 3).astype(np.int8)},
            {"a": places},
            flags,
            (((who % 2).astype(np.int8), (step,)),),
            flags if may_have else None,
        )
        return ScreenedPart(who, (study,))

    for room, in_memory in product((0, 5, 40), (0, 1 << 20)):
        # Columns in a file are the same as columns in memory.
        monkeypatch.setattr(column_room, "IN_MEMORY", in_memory - 1)
        parts = [
            part(0, 5, wide=False, may_have=False),
            part(5, 7, wide=True, may_have=True),
            part(12, 3, wide=False, may_have=False),
        ]
        whole = whole_part(parts, room=room, criteria=[1])
        (study,) = whole.studies
        assert whole.person_ids.tolist() == list(range(15))
        assert study.statuses["a"].tolist() == [who % 3 for who in range(15)]
        assert study.reasons["a"].tolist() == [7] * 5 + [300] * 7 + [7] * 3
        assert study.died.tolist() == [who % 2 == 0 for who in range(15)]
        assert study.may_have_died is not None
        assert study.may_have_died.tolist() == [5 <= who < 12 and who % 2 == 0 for who in range(15)]
        standings, steps = study.cohorts[0]
        assert standings.tolist() == [who % 2 for who in range(15)]
        assert steps == (Step("a", *(15 for _ in range(8))),)


def unlucky(facts: Facts, *, folder: Path) -> Facts:
    """The dataset, on whose first opening the worker is lost."""
    try:
        (folder / "lost").touch(exist_ok=False)
    except FileExistsError:
        return facts
    os._exit(1)


def test_spark_finds_the_same_in_every_cell(spark: None, parted: Facts, tmp_path: Path) -> None:
    opening = partial(open_facts, parted.folder)
    workers = workers_of("spark", "local[2]", opening).then(partial(unlucky, folder=tmp_path))
    studies = packaged_studies()
    found = screen_studies(studies, replace(parted, workers=workers))
    assert same(found, screen_studies(studies, parted))
    assert (tmp_path / "lost").exists()  # so one was lost, and its part taken again
    # What is done with an opened dataset is done there too.
    anchors = {study.id: study.default_anchor for study in studies}
    there = dated_facts(replace(parted, workers=workers), "last-visit", anchors)
    here = dated_facts(parted, "last-visit", anchors)
    assert same(screen_studies(studies, there), screen_studies(studies, here))
    gone = SparkWorkers("local[2]", Recipe(partial(open_facts, tmp_path / "nothing")))
    with pytest.raises(DatasetError, match="Spark gave no answer for a part"):
        screen_studies(studies, replace(parted, workers=gone))


def test_dask_finds_the_same_in_every_cell(parted: Facts, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    opening = partial(open_facts, parted.folder)
    studies = packaged_studies()
    workers = workers_of("dask", "local[2]", opening)
    found = screen_studies(studies, replace(parted, workers=workers))
    assert same(found, screen_studies(studies, parted))
    gone = DaskWorkers("local[1]", Recipe(partial(open_facts, tmp_path / "nothing")))
    with pytest.raises(DatasetError):
        screen_studies(studies, replace(parted, workers=gone))


@pytest.mark.parametrize("text", ["spark:here", "dask://host", "spark://me:secret@host:7077"])
def test_a_cluster_of_no_form_is_refused(text: str, tmp_path: Path) -> None:
    words = ["screen", "nct06167174", "--facts", str(tmp_path), "--engine", text]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert "local[2]" in ran.output
    assert "secret" not in ran.output
