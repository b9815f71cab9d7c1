"""The values of samples as one matrix: one column a person, tissue, visit and assay.

Technical replicates become one: log values are averaged, counts are added. Nothing is learnt here
from several samples together; what is, is fitted in the folds of a validation.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from remit.errors import OmicsError
from remit.omics.samples import Sample
from remit.omics.value_files import read_values

Floats = npt.NDArray[np.float64]
# Probes that measure the chip or the run: Agilent, Illumina, Affymetrix and spiked-in RNA.
_CONTROLS = re.compile(
    r"^(\(\+\)|\(-\)|DarkCorner|GE_BrightCorner|BrightCorner|NegativeControl|ETG\d|AFFX|ERCC-|"
    r"NC\d_|\(\+\)E1A|phage_lambda|Biotin|CY3_HYB|HOUSEKEEPING|LABELING|LOW_STRINGENCY)"
)
_IDENTIFIERS = {
    "Ensembl genes": re.compile(r"^ENS[A-Z]*G\d{11}(\.\d+)?$"),
    "Illumina probes": re.compile(r"^ILMN_\d+$"),
    "Agilent probes": re.compile(r"^A_\d+_P\d+$"),
    "Affymetrix probe sets": re.compile(r"^\d+(_[a-z]+)*_at$"),
    "numbers": re.compile(r"^\d+$"),
}
_MIXED = 0.05


@dataclass(frozen=True, slots=True)
class Expression:
    """Values of one assay.

    Attributes:
        features: ids of genes or probes.
        samples: one a column, replicates joined under the first of them.
        values: features × samples, log2 for arrays, counts for `rna_counts`; NaN where not known.
        notes: what was done to them, in words.
    """

    assay: str
    features: tuple[str, ...]
    samples: tuple[Sample, ...]
    values: Floats
    notes: tuple[str, ...] = ()

    @property
    def is_counts(self) -> bool:
        return self.assay == "rna_counts"

    @property
    def persons(self) -> tuple[str, ...]:
        """The person of each column."""
        return tuple(one.person for one in self.samples)

    def columns(self, places: Sequence[int] | npt.NDArray[np.int64]) -> Expression:
        """Some of the samples."""
        chosen = tuple(self.samples[int(at)] for at in places)
        return replace(self, samples=chosen, values=self.values[:, np.asarray(places, np.int64)])


def read_expression(samples: Sequence[Sample]) -> Expression:
    """The values of samples of one assay; only features that every file has are kept.

    Raises:
        OmicsError: no sample, several assays, a file that cannot be, counts that are none, or ids
            of several kinds.
    """
    assays = sorted({one.assay for one in samples})
    if len(assays) != 1:
        raise OmicsError(
            "samples of one assay are read together",
            expected="one assay",
            got=", ".join(assays) or "no samples",
            next_step="choose samples by assay, tissue or visit that the sheet has",
        )
    files: defaultdict[Path, list[Sample]] = defaultdict(list)
    for one in samples:
        files[one.path].append(one)
    tables = []
    for path, some in files.items():
        table = read_values(path, [one.column for one in some])
        _check_identifiers(table.features, path)
        tables.append((table, some))
    shared = tables[0][0].features
    notes = []
    if len(tables) > 1:
        counted = Counter(name for table, _ in tables for name in table.features)
        shared = tuple(name for name in shared if counted[name] == len(tables))
        notes.append(f"{len(counted):,} features in {len(tables)} files, {len(shared):,} in each")
    kept = tuple(name for name in shared if not _CONTROLS.match(name))
    if len(kept) < len(shared):
        notes.append(f"{len(shared) - len(kept):,} control probes left out")
    if not kept:
        raise OmicsError(
            "no feature is in every file",
            expected="the same kind of ids in all files of one assay",
            got=f"{len(tables)} files without one in common",
            next_step="analyse the platforms one by one, or map their probes to genes first",
        )
    parts = []
    for table, some in tables:
        if table.features == kept:
            part = table.values
        else:
            at = {name: row for row, name in enumerate(table.features)}
            part = table.values[[at[name] for name in kept]]
        parts.append(_scaled(part, some))
    ordered = [one for _, some in tables for one in some]
    values = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    back = {one.id: at for at, one in enumerate(ordered)}
    values = values[:, [back[one.id] for one in samples]]
    if assays[0] == "rna_counts":
        _check_counts(values, samples)
    found = Expression(assays[0], kept, tuple(samples), values, tuple(notes))
    return _joined_replicates(found)


def _scaled(values: Floats, samples: Sequence[Sample]) -> Floats:
    """Log2 values, whatever the file had; counts stay counts."""
    scales = np.array([one.scale for one in samples])
    if (scales == "log2x1000").any():
        values = np.where(scales == "log2x1000", values / 1000, values)
    linear = scales == "linear"
    if linear.any():
        if (values[:, linear] <= 0).any():
            raise OmicsError(
                "a linear value that is not above 0 has no logarithm",
                expected="positive intensities, or the scale log2",
                got="0 or a negative value",
                next_step="correct the column scale, or add an offset to the values",
                place=samples[0].path,
            )
        values = np.where(linear, np.log2(np.where(linear, values, 1.0)), values)
    return values


def _check_counts(values: Floats, samples: Sequence[Sample]) -> None:
    for wrong, what in (
        (np.isnan(values), "a cell without a value"),
        (values < 0, "a negative one"),
        (values != np.floor(values), "a fraction"),
    ):
        if wrong.any():
            at = int(np.flatnonzero(wrong.any(axis=0))[0])
            raise OmicsError(
                "counts are whole numbers from 0 on",
                expected="raw counts of reads",
                got=f"{what} in the sample {samples[at].id}",
                next_step="give raw counts, or the assay expression_array for log values",
                place=samples[at].path,
            )
    empty = values.sum(axis=0) == 0
    if empty.any():
        at = int(np.flatnonzero(empty)[0])
        raise OmicsError(
            "a sample has no counts",
            expected="a library with reads",
            got=f"0 in all features of the sample {samples[at].id}",
            next_step="take the sample out of the sheet",
            place=samples[at].path,
        )


def _check_identifiers(features: Sequence[str], path: Path) -> None:
    """Refuse a file whose features are named in several ways."""
    counts = Counter(_kind(name) for name in features if not _CONTROLS.match(name))
    total = sum(counts.values())
    several = [kind for kind, count in counts.items() if total and count / total >= _MIXED]
    if len(several) > 1:
        raise OmicsError(
            "the features are named in several ways",
            expected="ids of one kind",
            got=", ".join(f"{counts[kind]:,} {kind}" for kind in sorted(several)),
            next_step="name all of them by one kind of id",
            place=path,
        )


def _kind(name: str) -> str:
    return next((kind for kind, form in _IDENTIFIERS.items() if form.match(name)), "names")


def _joined_replicates(found: Expression) -> Expression:
    units: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for at, one in enumerate(found.samples):
        units[one.unit].append(at)
    if len(units) == len(found.samples):
        return found
    chosen, columns, joined = [], [], 0
    for places in units.values():
        part = found.values[:, places]
        joined += len(places) > 1
        if found.is_counts:
            columns.append(part.sum(axis=1))
        else:
            columns.append(_mean(part))
        chosen.append(found.samples[places[0]])
    how = "added" if found.is_counts else "averaged"
    note = f"{joined} samples with technical replicates, which were {how}"
    return replace(
        found,
        samples=tuple(chosen),
        values=np.stack(columns, axis=1),
        notes=(*found.notes, note),
    )


def _mean(values: Floats) -> Floats:
    """Of each row over what is known of it."""
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def person_means(found: Expression) -> Expression:
    """One column a person: the mean of the log values of all samples of that person.

    Raises:
        OmicsError: these are counts, which are not averaged over visits.
    """
    if found.is_counts:
        raise OmicsError(
            "counts of several visits have no mean",
            expected="one visit, or log values",
            got="counts",
            next_step="choose one visit",
        )
    persons = list(dict.fromkeys(found.persons))
    places = [[at for at, one in enumerate(found.persons) if one == who] for who in persons]
    return replace(
        found,
        samples=tuple(found.samples[some[0]] for some in places),
        values=np.stack([_mean(found.values[:, some]) for some in places], axis=1),
        notes=(*found.notes, "each person's samples were averaged"),
    )
