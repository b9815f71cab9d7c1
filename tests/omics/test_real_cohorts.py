"""Real cohorts whose answer was measured by others: see `omics.md` beside the checkout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from omics.sheets import REAL, real_rows, write_sheet
from remit.omics.biomarker_verdicts import BiomarkerFinding
from remit.omics.expression import Expression, read_expression
from remit.omics.expression_tests import compare_expression
from remit.omics.labels import read_labels
from remit.omics.methods.discrimination import area_under_curve, count_pairs
from remit.omics.prediction import ValidationPlan, predict_response
from remit.omics.probe_maps import read_probe_map
from remit.omics.samples import read_samples
from remit.omics.signatures import score_signatures

pytestmark = pytest.mark.shared
CLINICAL = ("sledai0", "prot0")


def of_arrays(folder: Path, rows: list[dict[str, object]]) -> Expression:
    usual = {"path": REAL / "E-GEOD-65391_log2x1000_int16.parquet", "scale": "log2x1000"}
    sheet = write_sheet(folder / "samples.csv", [usual | row for row in rows])
    return read_expression(read_samples(sheet).samples)


def test_gse65391_has_no_biomarker_of_renal_response(tmp_path: Path) -> None:
    """n = 63: about 0.45 measured with selection inside folds, 0.92 with selection before them."""
    name = "GSE65391_derived_renal_response.csv"
    found = predict_response(
        of_arrays(tmp_path, [
            {"sample": row["base_gsm"], "person": row["subject"], "batch": row["batch"]}
            for row in real_rows(name)
        ]),
        read_labels(REAL / name, rule="proxy", person="subject", label="renal_resp",
                    clinical=CLINICAL),
        plan=ValidationPlan(repeats=2, permutations=199, show_leaks=True),
        clinical=CLINICAL,
    )  # fmt: skip
    assert (found.size.persons, found.size.yes) == (63, 30)
    assert found.verdict.finding is BiomarkerFinding.NOT_SHOWN
    assert found.area.value == pytest.approx(0.45, abs=0.06)
    assert found.area.low is not None
    assert found.area.high is not None
    assert found.area.low < 0.5 < found.area.high
    assert abs(found.null.mean() - 0.5) < 0.03
    (leak,) = found.leaks
    assert leak.area > 0.9
    assert leak.shuffled > 0.85


def test_pathmed_by_persons_is_no_finding(tmp_path: Path) -> None:
    """0.53 by persons where samples split as persons give 0.80, and shuffled ones 0.82."""
    rows = real_rows("pathmed_example_metadata.csv")
    persons = {row["sampleID"].split("_")[0]: row["Response"] for row in rows}
    lines = ["person,label", *(f"{who},{answer}" for who, answer in persons.items())]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    sheet = write_sheet(tmp_path / "samples.csv", [
        {
            "sample": row["sampleID"], "person": row["sampleID"].split("_")[0],
            "visit": row["sampleID"].split("_")[1],
            "path": REAL / "pathmed_example_expression.csv",
        }
        for row in rows
    ])  # fmt: skip
    found = predict_response(
        read_expression(read_samples(sheet).samples),
        read_labels(tmp_path / "labels.csv", rule="Response YES"),
        plan=ValidationPlan(repeats=10, permutations=199, show_leaks=True),
        several="mean",
    )
    assert found.verdict.finding is BiomarkerFinding.CANNOT  # 6 persons with the response
    assert found.p is not None
    assert found.p > 0.05
    assert found.area.low is not None
    assert found.area.high is not None
    assert found.area.low < 0.53 < found.area.high
    leak = next(one for one in found.leaks if one.name == "samples_split")
    assert leak.area > 0.75
    assert leak.shuffled > 0.75


def test_interferon_tells_lupus_from_healthy(tmp_path: Path) -> None:
    """First visits, 158 children with SLE and 46 healthy: 0.92 measured by a 7-gene score."""
    first: dict[str, dict[str, str]] = {}
    for row in real_rows("GSE65391_clinical_min.csv"):
        visit = int(row["visit"]) if row["visit"].isdigit() else 0
        before = first.get(row["subject"])
        if before is None or visit < int(before["order"]):
            first[row["subject"]] = row | {"order": str(visit)}
    expression = of_arrays(tmp_path, [
        {"sample": row[""], "person": who, "batch": row["batch"]} for who, row in first.items()
    ])  # fmt: skip
    ill = np.array([first[who]["disease state"] == "SLE" for who in expression.persons])
    assert (ill.sum(), (~ill).sum()) == (158, 46)
    genes = read_probe_map(REAL / "IlluminaHumanHT-12_v4_2018.tsv")
    scores = score_signatures(expression, genes)
    area = area_under_curve(count_pairs(scores.scored["interferon_six"], ill))
    assert area.value is not None
    assert area.value >= 0.90
    lines = [
        "person,label",
        *(f"{who},{int(one)}" for who, one in zip(expression.persons, ill, strict=True)),
    ]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    labels = read_labels(tmp_path / "labels.csv", rule="SLE")
    found = compare_expression(expression, labels, covariates=["batch"], genes=genes)
    assert found.signatures[0].feature.startswith("interferon")
    assert found.signatures[0].effect > 1
    top = {one.gene for one in found.features[:40]}
    assert len(top & {"IFI27", "IFI44", "IFI44L", "IFIT1", "ISG15", "RSAD2", "MX1", "OAS3"}) >= 3
