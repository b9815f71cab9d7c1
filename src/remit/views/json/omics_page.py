"""Samples, differences and predictions as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from remit.analysis.methods.estimates import Estimate
from remit.omics.expression_tests import ExpressionTests, FeatureTest
from remit.omics.guards import Guard
from remit.omics.leaks import Leak
from remit.omics.ledger import TestedFamily
from remit.omics.prediction import DefinedPredictions, Prediction
from remit.omics.sample_joins import JoinedSamples, JoinFinding
from remit.views.json import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCountPart:
    """How many persons have a sample of a tissue and assay at a visit."""

    tissue: str
    assay: str
    visit: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesPage:
    """A sample sheet, held against a study where one was named."""

    __pydantic_config__: ClassVar = PAGE

    kind: Literal["remit.samples"] = "remit.samples"
    version: Literal[1] = 1
    samples: int
    persons: int
    usable: int
    counts: tuple[SampleCountPart, ...]
    findings: tuple[JoinFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionTestsPage:
    """A contrast: its families, and every feature and signature by p. Effects are log2."""

    __pydantic_config__: ClassVar = PAGE

    kind: Literal["remit.expression_tests"] = "remit.expression_tests"
    version: Literal[1] = 1
    contrast: str
    told: str
    rule: str
    groups: Mapping[str, int]
    ledger: tuple[TestedFamily, ...]
    signatures: tuple[FeatureTest, ...]
    features: tuple[FeatureTest, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionPart:
    """One question answered: the verdict with its reasons, and the numbers behind it.

    `definition` is empty where a file gave the labels; `affordable` are candidate parameters by
    hoped R²; `null` the AUCs of shuffled labels.
    """

    definition: str
    rule: str
    verdict: str
    sentence: str
    reasons: tuple[str, ...]
    persons: int
    responders: int
    candidates: int
    affordable: Mapping[str, float]
    findable: float | None
    half_width: float | None
    pipeline: str
    repeats: int
    permutations: int
    seed: int
    area: Estimate
    spread: float
    p: float | None
    null: tuple[float, ...]
    clinical_columns: tuple[str, ...]
    clinical: Estimate | None
    fused: Estimate | None
    gain: Estimate | None
    origins: Mapping[str, float]
    guards: tuple[Guard, ...]
    leaks: tuple[Leak, ...]
    left_out: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BiomarkerPage:
    """The question under each definition; `sentence` says under which it holds."""

    __pydantic_config__: ClassVar = PAGE

    kind: Literal["remit.biomarker"] = "remit.biomarker"
    version: Literal[1] = 1
    sentence: str
    predictions: tuple[PredictionPart, ...]


def samples_page(found: JoinedSamples) -> SamplesPage:
    """The page of a joined sheet."""
    return SamplesPage(
        samples=len(found.sheet.samples),
        persons=len(found.sheet.persons),
        usable=len(found.usable),
        counts=tuple(
            SampleCountPart(tissue=tissue, assay=assay, visit=visit, persons=count)
            for (tissue, assay, visit), count in found.counts.items()
        ),
        findings=found.findings,
    )


def expression_tests_page(found: ExpressionTests) -> ExpressionTestsPage:
    """The page of a contrast."""
    return ExpressionTestsPage(
        contrast=found.contrast, told=found.told, rule=found.rule, groups=found.groups,
        ledger=found.ledger, signatures=found.signatures, features=found.features,
        notes=found.notes,
    )  # fmt: skip


def biomarker_page(found: DefinedPredictions) -> BiomarkerPage:
    """The page of a question under one or several definitions."""
    parts = tuple(_part(name, one) for name, one in found.predictions.items())
    return BiomarkerPage(sentence=found.sentence, predictions=parts)


def _part(definition: str, one: Prediction) -> PredictionPart:
    return PredictionPart(
        definition=definition, rule=one.rule, verdict=one.verdict.finding.value,
        sentence=one.verdict.sentence, reasons=one.verdict.reasons, persons=one.size.persons,
        responders=one.size.yes, candidates=one.size.candidates,
        affordable={str(r2): count for r2, count in one.size.affordable.items()},
        findable=one.size.findable, half_width=one.size.half_width, pipeline=one.plan.pipeline,
        repeats=one.plan.repeats, permutations=one.plan.permutations, seed=one.plan.seed,
        area=one.area, spread=one.spread, p=one.p, null=tuple(one.null.tolist()),
        clinical_columns=one.clinical_columns, clinical=one.clinical, fused=one.fused,
        gain=one.gain, origins=one.origins, guards=one.guards, leaks=one.leaks,
        left_out=one.left_out, notes=one.notes,
    )  # fmt: skip
