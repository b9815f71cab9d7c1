"""A sample sheet held against a study: whose samples there are, and what does not fit, by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from remit.omics.samples import Sample, SampleSheet


@dataclass(frozen=True, slots=True)
class JoinFinding:
    """Something of the sheet that does not fit.

    Attributes:
        kind: `person_unknown`, `visit_unknown`, `person_without_sample`, `batch_is_visit`,
            `batch_is_site`.
        told: in words.
        samples: the ids of the samples concerned.
        stops: whether those samples cannot be used.
    """

    kind: str
    told: str
    samples: tuple[str, ...] = ()
    stops: bool = False


@dataclass(frozen=True, slots=True)
class JoinedSamples:
    """A sheet, joined.

    Attributes:
        usable: the samples whose person and visit the study knows, all of them without a study.
        counts: (tissue, assay, visit) -> persons with a sample; an empty visit is none stated.
        replicates: how many units have several samples, which become one.
    """

    sheet: SampleSheet
    usable: tuple[Sample, ...]
    findings: tuple[JoinFinding, ...]
    counts: Mapping[tuple[str, str, str], int]
    replicates: int


def join_samples(
    sheet: SampleSheet,
    *,
    persons: Collection[str] | None = None,
    visits: Collection[str] | None = None,
) -> JoinedSamples:
    """Hold a sheet against the persons and visits of a study.

    Args:
        persons: the ids of who is in the study, as the sheet has them; None: no study is asked.
        visits: the ids of its planned visits.
    """
    findings: list[JoinFinding] = []
    usable = list(sheet.samples)
    if persons is not None:
        known = set(persons)
        usable = _split(
            usable, findings, "person_unknown", "of persons whom the study does not know",
            keep=lambda one: one.person in known,
        )  # fmt: skip
        lacking = sorted(known - {one.person for one in sheet.samples})
        if lacking:
            told = f"{len(lacking)} of {len(known)} persons of the study have no sample"
            findings.append(JoinFinding("person_without_sample", told))
    if visits is not None:
        planned = set(visits)
        usable = _split(
            usable, findings, "visit_unknown",
            f"at visits that are not planned (planned: {', '.join(visits)})",
            keep=lambda one: not one.visit or one.visit in planned,
        )  # fmt: skip
    findings += _confounded(usable)
    return JoinedSamples(
        sheet, tuple(usable), tuple(findings), _counts(usable), _replicated(usable)
    )


def _split(
    samples: list[Sample],
    findings: list[JoinFinding],
    kind: str,
    told: str,
    *,
    keep: Callable[[Sample], bool],
) -> list[Sample]:
    out = [one for one in samples if not keep(one)]
    if out:
        lines = ", ".join(str(one.line) for one in out[:10]) + (" …" if len(out) > 10 else "")
        ids = tuple(one.id for one in out)
        findings.append(
            JoinFinding(kind, f"{len(out)} samples {told}: lines {lines}", ids, stops=True)
        )
    return [one for one in samples if keep(one)]


def _confounded(samples: list[Sample]) -> list[JoinFinding]:
    """Batches that say the same as visits or sites: what differs is then either of them."""
    found = []
    for name in ("visit", "site"):
        pairs = {(one.batch, getattr(one, name)) for one in samples}
        batches, others = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
        same = len(pairs) == len(batches) == len(others) > 1 and "" not in batches | others
        if same:
            told = f"each batch is one {name}: a change between them may be that of the batch"
            found.append(JoinFinding(f"batch_is_{name}", told))
    return found


def _counts(samples: list[Sample]) -> dict[tuple[str, str, str], int]:
    persons: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in samples:
        persons[one.tissue, one.assay, one.visit].add(one.person)
    return {key: len(some) for key, some in persons.items()}


def _replicated(samples: list[Sample]) -> int:
    return sum(count > 1 for count in Counter(one.unit for one in samples).values())
