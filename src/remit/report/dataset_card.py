"""What a report tells of each dataset: where its rows come from, and their hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from remit.facts.opened import Facts
from remit.screening import Screening
from remit.screening.cohort_counts import ShownScreening
from remit.screening.provenance import manifest_sha256


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """What is told of a dataset; `said` is a word and a sentence on where it comes from."""

    said: tuple[str, str]
    told: list[tuple[str, str]]


def dataset_cards(
    screenings: Sequence[Screening], counted: Sequence[ShownScreening]
) -> list[DatasetCard]:
    """Each dataset once, in the order of the screenings."""
    found: dict[str, DatasetCard] = {}
    for screening, shown in zip(screenings, counted, strict=True):
        digest = manifest_sha256(screening.facts)
        known = digest or str(id(screening.facts))  # rows in memory have no manifest
        if known not in found:
            found[known] = _card(screening.facts, digest=digest, persons=shown.persons)
    return list(found.values())


def _card(dataset: Facts, *, digest: str, persons: str) -> DatasetCard:
    manifest = dataset.manifest
    told = [
        ("Dataset", manifest.source),
        ("Persons", persons),
        ("Data cut", dataset.data_cut.isoformat()),
        ("Seed", "none" if manifest.seed is None else str(manifest.seed)),
        ("Complete tables", ", ".join(sorted(manifest.complete)) or "none declared"),
        ("Dataset written with", manifest.created_with),
        ("Report written with", f"remit {version('remit-lupus')}"),
        ("SHA-256 of the manifest", digest or "none: the rows are in memory"),
    ]
    said = (
        "Real data?",
        "The dataset does not say that it is synthetic. Treat it as records of real people.",
    )
    if manifest.seed is not None:
        said = (
            "Synthetic data.",
            "Every person and record is synthetic, drawn by a program from seed "
            f"{manifest.seed}. No number here says anything about real patients.",
        )
    return DatasetCard(said, told)
