"""Made samples with a known truth: who responds, which genes tell it, and what the clinic knows.

Log values are a level of the gene, one of the batch, a shared factor of the blood (such as its
share of neutrophils), and noise. Planted genes differ by response; where none is planted, nothing
does.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from remit.errors import OmicsError
from remit.omics.signatures import packaged_signatures
from remit.output import new_folder

Floats = npt.NDArray[np.float64]
MANIFEST = (
    '{"kind": "remit.omics_samples", '
    '"files": ["samples.csv", "values.csv", "labels.csv", "truth.csv"]}\n'
)
MOST_EFFECT = 100.0  # standard deviations
SHEET = ("sample", "person", "tissue", "visit", "assay", "batch", "path")


@dataclass(frozen=True, slots=True)
class MadeSamples:
    """What is made.

    Attributes:
        persons, features, batches: how many; a feature is named like a gene.
        planted: how many features tell the response, the first of them those of the six-gene
            interferon signature.
        effect: their difference, in standard deviations of the noise.
        share: of persons who respond.
        clinical_effect: how much proteinuria at baseline tells of it, in standard deviations.
    """

    persons: int = 80
    features: int = 400
    planted: int = 0
    effect: float = 1.0
    batches: int = 2
    share: float = 0.4
    clinical_effect: float = 0.5


def write_made_samples(out: Path, made: MadeSamples, *, seed: int) -> Path:
    """Write `samples.csv`, `values.csv`, `labels.csv` and `truth.csv` into the new folder `out`.

    Raises:
        OmicsError: there are fewer persons, features or batches than can be, or an effect is no
            number of standard deviations.
        OutputError: `out` exists or cannot be written.
    """
    if made.persons < 4 or made.features < max(made.planted, 20) or made.batches < 1:
        raise OmicsError(
            "such samples cannot be made",
            expected="4 persons, 20 features and 1 batch at least, no more planted than features",
            got=f"{made.persons} persons, {made.features} features, {made.planted} planted",
            next_step="ask for others",
        )
    for name, size in (("effect", made.effect), ("clinical effect", made.clinical_effect)):
        if not abs(size) <= MOST_EFFECT:  # nor is NaN
            raise OmicsError(
                f"the {name} is out of range",
                expected=f"a number from {-MOST_EFFECT:.0f} to {MOST_EFFECT:.0f}",
                got=f"{size}",
                next_step="0.5 to 2 standard deviations are usual",
            )
    random = np.random.default_rng([seed, 91])
    persons = [f"P{at:03d}" for at in range(1, made.persons + 1)]
    yes = np.zeros(made.persons, np.bool_)
    count = round(made.share * made.persons)
    yes[random.permutation(made.persons)[:count]] = True
    batch = np.arange(made.persons, dtype=np.int64) % made.batches
    names = _names(made.features)
    values = _values(made, yes, batch, random)
    proteinuria = np.exp(random.normal(0.7 - made.clinical_effect * 0.5 * yes, 0.5))
    egfr = random.normal(90, 20, made.persons)
    samples = [
        (f"{who}-B", who, "blood", "baseline", "expression_array", f"run_{of + 1}", "values.csv")
        for who, of in zip(persons, batch.tolist(), strict=True)
    ]
    known = [
        (who, int(answer), f"{upcr:.2f}", f"{rate:.0f}")
        for who, answer, upcr, rate in zip(persons, yes.tolist(), proteinuria, egfr, strict=True)
    ]
    measured = [
        (name, *(f"{value:.4f}" for value in row)) for name, row in zip(names, values, strict=True)
    ]
    truth = [(name, int(at < made.planted)) for at, name in enumerate(names)]
    with new_folder(out) as folder:
        _write(folder / "samples.csv", SHEET, samples)
        _write(folder / "values.csv", ("gene", *(row[0] for row in samples)), measured)
        _write(folder / "labels.csv", ("person", "label", "proteinuria", "egfr"), known)
        _write(folder / "truth.csv", ("gene", "planted"), truth)
        (folder / "manifest.json").write_text(MANIFEST, encoding="utf-8")
    return out


def _names(features: int) -> list[str]:
    first = list(packaged_signatures()["interferon_six"].genes)
    return (first + [f"GENE{at:05d}" for at in range(1, features + 1)])[:features]


def _values(
    made: MadeSamples,
    yes: npt.NDArray[np.bool_],
    batch: npt.NDArray[np.int64],
    random: np.random.Generator,
) -> Floats:
    level = random.uniform(5, 12, (made.features, 1))
    of_batch = random.normal(0, 0.3, (made.features, made.batches))
    shared = np.outer(random.normal(0, 0.5, made.features), random.normal(0, 1, made.persons))
    values = level + of_batch[:, batch] + shared
    values += random.normal(0, 1, values.shape)
    values[: made.planted] += made.effect * yes
    return np.asarray(values, np.float64)


def _write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)
