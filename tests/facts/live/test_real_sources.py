"""Real tables in a DuckDB file, with a vocabulary, are screened as their import with it is.

`synthea27nj` has its own vocabulary in its zip; that of the MIMIC demo is built of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from facts.vocabulary.mimic_vocabulary import mimic_vocabulary
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, open_live
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.facts.screening_dates import dated_facts
from remit.facts.vocabulary.athena import open_vocabulary
from remit.screening import screen_studies
from remit.study import packaged_studies

pytestmark = pytest.mark.shared
STUDIES = packaged_studies()
SCREENED = {study.id: study.default_anchor for study in STUDIES}


def in_duckdb(folder: Path, file: Path) -> Path:
    """The CSV files of a folder as tables; of a file without rows nobody knows the types."""
    import duckdb

    with duckdb.connect(str(file)) as connection:
        for path in sorted(folder.glob("*.csv")):
            if len(path.read_bytes().splitlines()) < 2:
                continue
            connection.execute(
                f'create table "{path.stem}" as select * from '
                f"read_csv('{path}', header = true, sample_size = -1)"
            )
    return file


def verdicts(facts: Facts) -> Mapping[tuple[str, str, str], tuple[object, object]]:
    """Study, criterion and person as the source calls them -> status and reasons."""
    names = person_names(dated := dated_facts(facts, "last-visit", SCREENED))
    found = {}
    for screening in screen_studies(STUDIES, dated):
        called = names.all_shown(screening.person_ids.tolist())
        for criterion, statuses in screening.statuses.items():
            masks = screening.reasons[criterion].masks.tolist()
            for person, status, mask in zip(called, statuses.tolist(), masks, strict=True):
                found[screening.protocol.id, criterion, person] = (status, mask)
    return found


def require_same(folder: Path, vocabulary: Path, work: Path, persons: int) -> None:
    book = open_vocabulary(vocabulary, packaged_dictionary())
    imported, _ = write_intake(
        work / "out", read_omop(folder, by_source=True), IntakeChoices(source="CSV", book=book)
    )
    file = in_duckdb(folder, work / "hospital.duckdb")
    choices = LiveChoices(vocabulary=vocabulary)
    with open_live(address_of(f"duckdb:{file}"), choices) as facts:
        assert facts.data_cut == imported.data_cut
        assert facts.manifest.mapped == imported.manifest.mapped
        found, other = verdicts(facts), verdicts(imported)
    assert len({person for _, _, person in found}) == persons
    wrong = {key for key in found.keys() | other.keys() if found.get(key) != other.get(key)}
    assert wrong == set()


def test_the_mimic_demo_with_a_vocabulary(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/clinical/mimic_iv_demo_omop_5.3"
    require_same(folder, mimic_vocabulary(folder, tmp_path / "vocabulary"), tmp_path, 100)


def test_synthea27nj_with_its_vocabulary(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/clinical/synthea27nj"
    require_same(folder / "csv", folder / "Synthea27Nj_5.4.zip", tmp_path, 28)
