"""What differs by response, what changes, and what changes otherwise in those who respond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import OmicsError
from remit.omics.expression import Expression
from remit.omics.labels import Labels
from remit.omics.ledger import TestedFamily, open_ledger
from remit.omics.methods.false_discoveries import benjamini_hochberg
from remit.omics.methods.gene_models import ModeratedTests, fit_genes, moderated_tests
from remit.omics.methods.library_sizes import expressed, trimmed_mean_factors
from remit.omics.methods.precision_weights import weigh_counts
from remit.omics.methods.shared_correlation import shared_correlation
from remit.omics.signatures import score_signatures

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
CONTRASTS = ("response", "change", "response_by_change")
LEAST_GROUP = 3
LEAST_PAIRS = 2


@dataclass(frozen=True, slots=True)
class FeatureTest:
    """One feature: its effect (log2) with a 95 % interval, and its p, plain and adjusted."""

    feature: str
    gene: str
    effect: float
    low: float
    high: float
    t: float
    p: float
    adjusted: float


@dataclass(frozen=True, slots=True)
class ExpressionTests:
    """The answer to one contrast.

    Attributes:
        contrast: of `CONTRASTS`; `told` is it in words.
        rule: what a yes is; empty for a change of everybody.
        groups: how many persons each side has.
        features, signatures: sorted by p.
        ledger: the families of both.
        notes: what was left out, blocked and estimated.
    """

    contrast: str
    told: str
    rule: str
    groups: Mapping[str, int]
    features: tuple[FeatureTest, ...]
    signatures: tuple[FeatureTest, ...]
    ledger: tuple[TestedFamily, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Design:
    """Samples with their design; `column` is what is tested."""

    expression: Expression
    columns: Floats
    column: int
    block: Whole | None
    told: str
    groups: Mapping[str, int]
    notes: tuple[str, ...]


def compare_expression(
    expression: Expression,
    labels: Labels | None,
    *,
    contrast: str = "response",
    visits: Sequence[str] = (),
    covariates: Sequence[str] = (),
    genes: Mapping[str, str] | None = None,
    unpaired: bool = False,
) -> ExpressionTests:
    """Test every feature and signature.

    `response` compares those with and without a yes at one visit; `change` the second of two visits
    with the first, within persons who have both; `response_by_change` whether that change differs.

    Args:
        visits: one for `response` (none where the samples have none), two for the others.
        covariates: `batch`, `site`, or clinical columns of the labels; for `response` alone.
        genes: feature -> gene; empty where features are genes.
        unpaired: keep who lacks one of two visits: a person's samples are then correlated, alike in
            all features, in the place of compared with each other.

    Raises:
        OmicsError: the labels, visits or groups that the contrast needs are not there.
        MethodError: the covariates cannot be told apart from the response.
    """
    if contrast not in CONTRASTS:
        raise OmicsError(
            "nobody knows this contrast",
            expected=f"one of {', '.join(CONTRASTS)}",
            got=contrast,
            next_step="name one of them",
        )
    if contrast == "change":
        design = _change(expression, visits, unpaired=unpaired)
    else:
        if labels is None:
            raise OmicsError(
                "a contrast by response needs responses",
                expected="labels, or a study with a definition",
                got="neither",
                next_step="give them, or ask for the contrast change",
            )
        if contrast == "response":
            design = _response(expression, labels, visits, covariates)
        else:
            design = _response_by_change(expression, labels, visits, unpaired=unpaired)
    if covariates and contrast != "response":
        raise OmicsError(
            "covariates go with the contrast response",
            expected="none: what does not change in a person is no covariate of a change",
            got=", ".join(covariates),
            next_step="leave them out",
        )
    return _tested(design, contrast, "" if labels is None else labels.rule, genes or {})


def _tested(design: _Design, contrast: str, rule: str, genes: Mapping[str, str]) -> ExpressionTests:
    expression, notes = design.expression, list(design.notes)
    values, weights, features = expression.values, None, expression.features
    if expression.is_counts:
        smallest = min(design.groups.values())
        kept = expressed(values, smallest)
        features = tuple(np.array(features, object)[kept].tolist())
        notes.append(f"{kept.sum():,} of {len(kept):,} features have counts enough")
        counts = values[kept]
        library = counts.sum(axis=0) * trimmed_mean_factors(counts)
        weighed = weigh_counts(counts, design.columns, library)
        values, weights = weighed.values, weighed.weights
    rho = 0.0
    if design.block is not None:
        rho = shared_correlation(values, design.columns, design.block, weights=weights)
        notes.append(f"samples of a person correlate with {rho:.3f}")
    fits = fit_genes(
        values, design.columns, weights=weights, correlation=rho, block=design.block
    )  # fmt: skip
    found = moderated_tests(fits, design.column)
    rows = _rows(found, features, genes)
    scores = score_signatures(expression, genes)
    notes += [f"{name}: not scored, {why}" for name, why in scores.left_out.items()]
    signature_rows: tuple[FeatureTest, ...] = ()
    signature_p = np.empty(0)
    if scores.scored:
        table = np.stack(list(scores.scored.values()))
        plain = fit_genes(table, design.columns, correlation=rho, block=design.block)
        tests = moderated_tests(plain, design.column)
        signature_rows, signature_p = _rows(tests, tuple(scores.scored), {}), tests.p
    name = f"{expression.assay}, {contrast}"
    ledger = open_ledger([(f"{name}, features", found.p), (f"{name}, signatures", signature_p)])
    return ExpressionTests(
        contrast, design.told, rule, design.groups, rows, signature_rows, ledger, tuple(notes)
    )


def _rows(
    found: ModeratedTests, names: Sequence[str], genes: Mapping[str, str]
) -> tuple[FeatureTest, ...]:
    tested = np.flatnonzero(np.isfinite(found.p))
    adjusted = benjamini_hochberg(found.p[tested])
    order = np.lexsort((tested, found.p[tested]))
    return tuple(
        FeatureTest(
            names[row], genes.get(names[row], ""), float(found.effect[row]), float(found.low[row]),
            float(found.high[row]), float(found.t[row]), float(found.p[row]), float(adjusted[at]),
        )
        for at, row in zip(order.tolist(), tested[order].tolist(), strict=True)
    )  # fmt: skip


def _at(expression: Expression, visits: Sequence[str], number: int) -> Expression:
    """The samples at the asked visits.

    Raises:
        OmicsError: another number of visits is needed, or there are no samples at one.
    """
    there = tuple(dict.fromkeys(one.visit for one in expression.samples))
    if number == 1 and not visits and len(there) == 1:
        return expression
    if len(visits) != number or any(name not in there for name in visits):
        raise OmicsError(
            f"this contrast is about {number} visit{'s' if number > 1 else ''} of the samples",
            expected=f"{number} of {', '.join(name or '(none stated)' for name in there[:20])}",
            got=", ".join(visits) or "none",
            next_step="name them with --visit, the earlier first",
        )
    places = [at for at, one in enumerate(expression.samples) if one.visit in visits]
    return expression.columns(places)


def _response(
    expression: Expression, labels: Labels, visits: Sequence[str], covariates: Sequence[str]
) -> _Design:
    at = _at(expression, visits, 1)
    require_one_each(at)
    kept = [place for place, who in enumerate(at.persons) if who in labels.answers]
    chosen = at.columns(kept)
    columns = [np.ones(len(kept)), np.array([labels.answers[who] for who in chosen.persons], float)]
    complete = np.ones(len(kept), np.bool_)
    for name in covariates:
        more, known = _covariate(chosen, labels, name)
        columns += more
        complete &= known
    design = np.column_stack(columns)[complete]
    chosen = chosen.columns(np.flatnonzero(complete))
    design = design[:, [0, 1, *(2 + np.flatnonzero(np.ptp(design[:, 2:], axis=0) > 0))]]
    groups = _groups(design[:, 1] > 0)
    notes = _left_out(len(at.samples) - len(kept), "samples of persons without a label")
    notes += _left_out(int((~complete).sum()), "persons who lack a covariate")
    notes += [f"{why}: {count} persons" for why, count in labels.left_out.items()]
    told = "log2 difference, those with the response less those without"
    if covariates:
        told += f", adjusted for {', '.join(covariates)}"
    return _Design(chosen, design, 1, None, told, groups, tuple(notes))


def _covariate(
    expression: Expression, labels: Labels, name: str
) -> tuple[list[Floats], npt.NDArray[np.bool_]]:
    """The columns of a covariate and who has it: a number, or one a further batch or site."""
    if name in ("batch", "site"):
        words = [getattr(one, name) for one in expression.samples]
        known = np.array([bool(word) for word in words])
        levels = sorted({word for word in words if word})
        return [np.array([word == one for word in words], float) for one in levels[1:]], known
    numbers = [labels.clinical.get(who, {}).get(name, np.nan) for who in expression.persons]
    found = np.array(numbers, np.float64)
    if not np.isfinite(found).any():
        raise OmicsError(
            "nobody has this covariate",
            expected="batch, site, or a clinical column that was read with the labels",
            got=name,
            next_step="name it with --clinical too",
        )
    known = np.isfinite(found)
    return [np.where(known, found, 0.0)], known


def _change(expression: Expression, visits: Sequence[str], *, unpaired: bool) -> _Design:
    chosen, person, both, notes = _paired(_at(expression, visits, 2), visits, unpaired=unpaired)
    later = _later(chosen, visits)
    told = f"log2 change from {visits[0]} to {visits[1]} within persons"
    return _within(chosen, person, later, later, told, {"persons": both}, notes, unpaired=unpaired)


def _response_by_change(
    expression: Expression, labels: Labels, visits: Sequence[str], *, unpaired: bool
) -> _Design:
    at = _at(expression, visits, 2)
    labelled = [place for place, who in enumerate(at.persons) if who in labels.answers]
    missing = len(set(at.persons)) - len({at.persons[place] for place in labelled})
    chosen, person, _, notes = _paired(at.columns(labelled), visits, unpaired=unpaired)
    notes += _left_out(missing, "persons without a label")
    yes = np.array([labels.answers[who] for who in chosen.persons], np.float64)
    later = _later(chosen, visits)
    first = np.unique(person, return_index=True)[1]
    told = f"log2 change from {visits[0]} to {visits[1]}, responders' less the others'"
    common = np.column_stack([yes, later]) if unpaired else later
    groups = _groups(yes[first] > 0)
    return _within(chosen, person, common, yes * later, told, groups, notes, unpaired=unpaired)


def _within(
    chosen: Expression,
    person: Whole,
    common: Floats,
    asked: Floats,
    told: str,
    groups: Mapping[str, int],
    notes: Sequence[str],
    *,
    unpaired: bool,
) -> _Design:
    """Persons as columns of their own where all are paired, else as blocks that correlate."""
    own = np.ones((len(person), 1))
    if not unpaired:
        own = (person[:, None] == np.arange(person.max() + 1)[None, :]).astype(np.float64)
    parts = [own, common] if common is not asked else [own]
    design = np.column_stack([*parts, asked])
    block = person if unpaired else None
    return _Design(chosen, design, design.shape[1] - 1, block, told, groups, tuple(notes))


def _paired(
    at: Expression, visits: Sequence[str], *, unpaired: bool
) -> tuple[Expression, Whole, int, list[str]]:
    """The samples, their persons by number, how many have both visits, and who was left out."""
    seen = Counter((one.person, one.visit) for one in at.samples)
    several = [who for (who, _), count in seen.items() if count > 1]
    if several:
        raise OmicsError(
            "a person has several samples at one visit",
            expected="one tissue and assay, one sample a visit",
            got=f"{len(set(several))} persons with more",
            next_step="choose one tissue",
        )
    both = {who for who, _ in seen if all(seen[who, visit] for visit in visits)}
    if len(both) < LEAST_PAIRS:
        raise OmicsError(
            "too few persons have samples at both visits",
            expected=f"{LEAST_PAIRS} or more",
            got=f"{len(both)}",
            next_step="choose other visits",
        )
    lacking = len(set(at.persons)) - len(both)
    notes = _left_out(0 if unpaired else lacking, "persons without a sample at both visits")
    kept = [place for place, who in enumerate(at.persons) if unpaired or who in both]
    chosen = at.columns(kept)
    numbers = {who: number for number, who in enumerate(dict.fromkeys(chosen.persons))}
    person = np.array([numbers[who] for who in chosen.persons], np.int64)
    return chosen, person, len(both), notes


def _later(expression: Expression, visits: Sequence[str]) -> Floats:
    return np.array([one.visit == visits[1] for one in expression.samples], np.float64)


def _groups(yes: npt.NDArray[np.bool_]) -> dict[str, int]:
    groups = {"with": int(yes.sum()), "without": int((~yes).sum())}
    if min(groups.values()) < LEAST_GROUP:
        raise OmicsError(
            "one side of the comparison has too few persons",
            expected=f"{LEAST_GROUP} or more on each",
            got=f"{groups['with']} with and {groups['without']} without the response",
            next_step="use another definition or visit, or do not test",
        )
    return groups


def _left_out(count: int, what: str) -> list[str]:
    return [f"{count} {what} were left out"] if count else []


def require_one_each(expression: Expression) -> None:
    """Nothing, when each person has one sample.

    Raises:
        OmicsError: some have several: they are no independent samples.
    """
    several = [who for who, count in Counter(expression.persons).items() if count > 1]
    if several:
        raise OmicsError(
            "several samples of a person are not several persons",
            expected="one sample a person",
            got=f"{len(expression.samples)} samples of {len(set(expression.persons))} persons, "
            f"{len(several)} with more than one",
            next_step="choose one visit with --visit, or --several mean for the mean of each "
            "person; samples of a person on both sides of a split would be what is recognised",
        )
