"""Scores of samples by fixed sets of genes: nothing is learnt from the samples."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from remit.omics.expression import Expression
from remit.omics.methods.precision_weights import log_per_million
from remit.omics.probe_maps import probes_of_genes

Floats = npt.NDArray[np.float64]
LEAST_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Signature:
    """A set of genes; `names` are other names of some of them."""

    id: str
    title: str
    genes: tuple[str, ...]
    source: str
    read: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureScores:
    """What samples score.

    Attributes:
        scored: signature id -> the score of each sample: the mean log2 value of its genes.
        found: signature id -> which of its genes the data have.
        left_out: signature id -> why it has no score.
    """

    scored: Mapping[str, Floats]
    found: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]


@cache
def packaged_signatures() -> Mapping[str, Signature]:
    """The signatures that Remit knows, by id."""
    text = files("remit.omics").joinpath("signatures.toml").read_text(encoding="utf-8")
    return {
        key: Signature(
            key, one["title"], tuple(one["genes"]), one["source"], one["read"],
            {gene: tuple(names) for gene, names in one.get("names", {}).items()},
        )
        for key, one in tomllib.loads(text).items()
    }  # fmt: skip


def log_values(expression: Expression) -> Floats:
    """Log2 values, features × samples; of counts per million of each sample's own total."""
    if not expression.is_counts:
        return expression.values
    return log_per_million(expression.values, expression.values.sum(axis=0))


def score_signatures(
    expression: Expression,
    genes: Mapping[str, str],
    signatures: Mapping[str, Signature] | None = None,
) -> SignatureScores:
    """Score every sample by every signature of which the data have three genes of five or more.

    Args:
        genes: feature -> gene; empty where the features are genes.
    """
    values = log_values(expression)
    places = probes_of_genes(expression.features, genes)
    scored, found, left = {}, {}, {}
    for key, one in (packaged_signatures() if signatures is None else signatures).items():
        there = {}
        for gene in one.genes:
            for name in (gene, *one.names.get(gene, ())):
                if name in places:
                    there[gene] = places[name]
                    break
        found[key] = tuple(there)
        if len(there) < LEAST_SHARE * len(one.genes):
            left[key] = f"{len(there)} of {len(one.genes)} genes are in the data"
            continue
        rows = np.stack([values[some].mean(axis=0) for some in there.values()])
        scored[key] = rows.mean(axis=0)
    return SignatureScores(scored, found, left)
