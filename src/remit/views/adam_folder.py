"""A trial's analysis datasets as a folder: XPT, Dataset-JSON, Define-XML and result sources."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from remit.analysis.datasets.trial_datasets import TrialDatasets
from remit.terminal import cell_text
from remit.views.dataset_json import dataset_json
from remit.views.define_xml import define_xml
from remit.views.transport_files import transport_bytes

HEADS = ("row", "dataset", "selection", "variables", "joined", "analysis_result")


def write_adam(trial: TrialDatasets, folder: Path, *, made: datetime) -> None:
    """Write the datasets into a folder that is there.

    It then holds of each dataset `adxx.xpt` and `adxx.json`, and for all of them `define.xml` and
    `result_sources.csv`: of each result row the records of a dataset that it was made of.

    Args:
        made: the time that all files bear.

    Raises:
        OutputError: a value does not fit into a transport file.
    """
    protocol = trial.found.protocol
    for dataset in trial.datasets:
        path = folder / dataset.name.lower()
        _write(path.with_suffix(".xpt"), transport_bytes(dataset, made=made))
        pieces = dataset_json(dataset, study=protocol.id, made=made, originator=protocol.sponsor)
        _write(path.with_suffix(".json"), pieces)
    (folder / "define.xml").write_bytes(define_xml(trial, made=made))
    (folder / "result_sources.csv").write_text("\ufeff" + sources_csv(trial), encoding="utf-8")


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def _watched(trial: TrialDatasets) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """Of each analysis of adverse events the hash of its answers, and the part that says how long
    persons were watched: numbers of events stand on that."""
    for analysis in trial.found.events:
        whole, days = [one for one in trial.found.answers if one.analysis == analysis][:2]
        yield analysis, (whole.digest, days.about)


def sources_csv(trial: TrialDatasets) -> str:
    """Of each result row the records that it was made of, as CSV."""
    known = {(one.analysis, one.visit, one.about): one for one in trial.sources}
    watched = dict(_watched(trial))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADS)
    for row in trial.found.all_rows:
        # Of a part that has records of its own, those; else those of the whole.
        cuts = range(len(row.part), -1, -1)
        parts = [(row.analysis, row.visit, row.part[:cut]) for cut in cuts]
        if row.analysis in watched and row.source_hash != watched[row.analysis][0]:
            parts = [(row.analysis, row.visit, watched[row.analysis][1])]
        source = next((known[part] for part in parts if part in known), None)
        cells = [row.id, "", "", "", "", ""]
        if source is not None:
            cells = [
                row.id,
                source.selection.dataset,
                source.selection.words,
                " ".join(source.selection.variables),
                "; ".join(one.words for one in source.beside),
                f"AR.{source.name}",
            ]
        writer.writerow(cell_text(cell) for cell in cells)
    return text.getvalue()
