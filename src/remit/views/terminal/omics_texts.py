"""Samples, differences and predictions as text for a terminal: the verdict first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from remit.analysis.methods.estimates import Estimate
from remit.omics.biomarker_verdicts import BiomarkerFinding
from remit.omics.expression_tests import ExpressionTests, FeatureTest
from remit.omics.prediction import DefinedPredictions, Prediction
from remit.omics.sample_joins import JoinedSamples
from remit.terminal import plain_text
from remit.views.rounded import interval_text, p_text, rounded
from remit.views.terminal.plain_tables import columns_table

SHOWN = 20
_STYLE = {
    BiomarkerFinding.BIOMARKER: "bold green",
    BiomarkerFinding.NOT_SHOWN: "bold",
    BiomarkerFinding.CANNOT: "bold yellow",
}


def samples_text(found: JoinedSamples) -> RenderableType:
    """Who has which sample, and what does not fit."""
    sheet = found.sheet
    head = f"{len(sheet.samples)} samples of {len(sheet.persons)} persons"
    table = columns_table("tissue", "assay", "visit", "persons", right=("persons",))
    for (tissue, assay, visit), count in found.counts.items():
        table.add_row(tissue, assay, plain_text(visit) or "(none stated)", str(count))
    lines: list[RenderableType] = [Text(head, style="bold"), table]
    if found.replicates:
        lines.append(f"{found.replicates} samples have technical replicates, which become one")
    for one in found.findings:
        style = "bold red" if one.stops else "yellow"
        lines.append(Text(f"{one.kind}: {plain_text(one.told)}", style=style))
    if not found.findings:
        lines.append("nothing speaks against them")
    return Group(*lines)


def tests_text(found: ExpressionTests) -> RenderableType:
    """The ledger, then the strongest features and all signatures."""
    groups = ", ".join(f"{count} {name}" for name, count in found.groups.items())
    lines: list[RenderableType] = [Text(plain_text(found.told), style="bold"), groups]
    if found.rule:
        lines.append(f"response: {plain_text(found.rule)}")
    ledger = columns_table(
        "family", "tests", "found", "p of the family", "over families",
        right=("tests", "found", "p of the family", "over families"),
    )  # fmt: skip
    for row in found.ledger:
        ledger.add_row(
            row.name, f"{row.tests:,}", f"{row.found:,}", p_text(row.p), p_text(row.adjusted)
        )
    lines += ["", ledger, "", _features(found.features[:SHOWN], "feature")]
    if len(found.features) > SHOWN:
        lines.append(f"and {len(found.features) - SHOWN:,} more")
    if found.signatures:
        lines += ["", _features(found.signatures, "signature")]
    lines += [Text(plain_text(note), style="dim") for note in found.notes]
    return Group(*lines)


def _features(rows: Sequence[FeatureTest], name: str) -> RenderableType:
    numbers = ("log2", "95 % interval", "p", "adjusted")
    table = columns_table(name, "gene", *numbers, right=numbers)
    for row in rows:
        table.add_row(
            plain_text(row.feature), plain_text(row.gene), rounded(row.effect, 2),
            interval_text(row.low, row.high, 2), p_text(row.p), p_text(row.adjusted),
        )  # fmt: skip
    return table


def prediction_text(found: Prediction) -> RenderableType:
    """The verdict first, then what it stands on."""
    verdict = found.verdict
    lines: list[RenderableType] = [
        Text(f"{verdict.finding}: {verdict.sentence}", style=_STYLE[verdict.finding]),
        f"response: {plain_text(found.rule)}",
        "",
    ]
    table = columns_table("", "AUC", "95 % interval", right=("AUC", "95 % interval"))
    for name, area in prediction_rows(found):
        table.add_row(name, rounded(area.value, 2), interval_text(area.low, area.high, 2))
    lines += [table, "", *prediction_lines(found)]
    return Group(*lines)


def definitions_text(found: DefinedPredictions) -> RenderableType:
    """The same question under several definitions, one after the other."""
    lines: list[RenderableType] = [Text(found.sentence, style="bold")]
    for name, one in found.predictions.items():
        lines += ["", Text(plain_text(name), style="underline"), prediction_text(one)]
    return Group(*lines)


def prediction_rows(found: Prediction) -> list[tuple[str, Estimate]]:
    """What was validated, each with its estimate."""
    rows = [("features", found.area)]
    if found.clinical is not None and found.fused is not None and found.gain is not None:
        named = ", ".join(plain_text(one) for one in found.clinical_columns)
        rows += [
            (f"clinical columns ({named})", found.clinical),
            ("clinical columns and features", found.fused),
            ("gain", found.gain),
        ]
    return rows


def prediction_lines(found: Prediction) -> list[str]:
    """What a reader of the AUC must know, a sentence a line."""
    size, plan = found.size, found.plan
    carried = "; ".join(
        f"{rounded(count, 1)} at a hoped R² of {r2}" for r2, count in size.affordable.items()
    )
    lines = [
        f"{size.persons} persons, {size.yes} with the response, {size.candidates:,} features",
        f"affordable parameters: {carried or 'none'}",
    ]
    if size.half_width is not None:
        least = "none below 0.99" if size.findable is None else rounded(size.findable, 2)
        lines.append(
            f"so many persons give an AUC of 0.75 a half-width of {rounded(size.half_width, 2)}; "
            f"the least AUC found with 80 % power: {least}"
        )
    if found.p is not None:
        lines.append(
            f"shuffled within batch and site {plan.permutations:,} times: mean AUC "
            f"{rounded(found.null_mean, 2)}, 95 % of them "
            f"{interval_text(*found.null_range, 2)}, p {p_text(found.p)}"
        )
        lines.append(
            f"pipeline {plan.pipeline}, {plan.repeats} repeats of 5 folds of persons, seed "
            f"{plan.seed}; standard deviation over repeats {rounded(found.spread, 3)}"
        )
    lines += [
        f"whether the {name} tells the response, by Fisher's test: p {p_text(p)}"
        for name, p in found.origins.items()
    ]
    lines += [f"{guard.name}: {plain_text(guard.told)}" for guard in found.guards]
    lines += [f"left out, {plain_text(why)}: {count}" for why, count in found.left_out.items()]
    lines += [plain_text(note) for note in found.notes]
    lines += [
        f"a leak would print ({leak.name}): AUC {rounded(leak.area, 2)}, and "
        f"{rounded(leak.shuffled, 2)} of shuffled labels: {leak.told}"
        for leak in found.leaks
    ]
    return lines
