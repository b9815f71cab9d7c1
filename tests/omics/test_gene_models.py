"""Linear models, weights and correlations as limma, edgeR and R have them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from remit.errors import MethodError
from remit.omics.methods.false_discoveries import benjamini_hochberg, simes
from remit.omics.methods.gene_models import ModeratedTests, fit_genes, moderated_tests
from remit.omics.methods.library_sizes import expressed, trimmed_mean_factors
from remit.omics.methods.precision_weights import smooth_curve, weigh_counts
from remit.omics.methods.shared_correlation import shared_correlation

SCRIPT = Path(__file__).parent / "oracles/gene_models.R"
NEAR = 1e-6  # relative, as the issue asks; the differences seen are below 1e-12


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    return dict(json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8")))


def floats(values: object) -> npt.NDArray[np.float64]:
    return np.array(values, np.float64)  # null becomes NaN


def assert_same(found: ModeratedTests, told: dict[str, Any]) -> None:
    for name in ("effect", "low", "high", "t", "p"):
        np.testing.assert_allclose(getattr(found, name), floats(told[name]), rtol=NEAR, atol=1e-12)
    tested = np.isfinite(found.p)
    adjusted = benjamini_hochberg(found.p[tested])
    np.testing.assert_allclose(adjusted, floats(told["adjusted"])[tested], rtol=NEAR)
    prior = np.inf if told["df_prior"] is None else told["df_prior"]  # JSON has no infinity
    assert found.df_prior == pytest.approx(prior, rel=NEAR)
    assert found.s2_prior == pytest.approx(told["s2_prior"], rel=NEAR)


def test_moderated_tests_are_those_of_limma(oracle: dict[str, Any]) -> None:
    design = floats(oracle["design"])
    assert_same(moderated_tests(fit_genes(floats(oracle["values"]), design), 1), oracle["plain"])


def test_genes_with_missing_values_are_fitted_to_what_they_have(oracle: dict[str, Any]) -> None:
    found = moderated_tests(fit_genes(floats(oracle["holes"]), floats(oracle["design"])), 1)
    assert np.isnan(found.p[6])  # two values for three columns
    assert_same(found, oracle["with_holes"])


def test_samples_of_a_person_share_a_correlation(oracle: dict[str, Any]) -> None:
    values, design = floats(oracle["values"]), floats(oracle["design"])
    person = np.array(oracle["person"], np.int64)
    rho = shared_correlation(values, design, person)
    assert rho == pytest.approx(oracle["rho"], rel=NEAR)
    fits = fit_genes(values, design, correlation=rho, block=person)
    assert_same(moderated_tests(fits, 1), oracle["blocked"])


def test_library_sizes_are_those_of_edger(oracle: dict[str, Any]) -> None:
    counts = floats(oracle["counts"])
    np.testing.assert_allclose(trimmed_mean_factors(counts), oracle["factors"], rtol=1e-12)
    assert expressed(counts, 6).tolist() == oracle["kept"]


def test_precision_weights_are_those_of_voom(oracle: dict[str, Any]) -> None:
    counts, design = floats(oracle["counts"]), floats(oracle["design"])
    counts = counts[expressed(counts, 6)]
    size = counts.sum(axis=0) * trimmed_mean_factors(counts)
    np.testing.assert_allclose(size, oracle["size"], rtol=1e-12)
    found = weigh_counts(counts, design, size)
    np.testing.assert_allclose(found.values, oracle["log_counts"], rtol=1e-12)
    np.testing.assert_allclose(found.weights, oracle["weights"], rtol=NEAR)
    fits = fit_genes(found.values, design, weights=found.weights)
    assert_same(moderated_tests(fits, 1), oracle["voomed"])
    person = np.array(oracle["person"], np.int64)
    rho = shared_correlation(found.values, design, person, weights=found.weights)
    assert rho == pytest.approx(oracle["rho_weighted"], rel=NEAR)
    fits = fit_genes(found.values, design, weights=found.weights, correlation=rho, block=person)
    assert_same(moderated_tests(fits, 1), oracle["blocked_weighted"])


def test_the_curve_is_that_of_lowess(oracle: dict[str, Any]) -> None:
    told = oracle["curve"]
    x, y = smooth_curve(floats(told["x"]), floats(told["y"]), 0.5)
    np.testing.assert_allclose(x, told["smooth_x"])
    np.testing.assert_allclose(y, told["smooth_y"], rtol=1e-10, atol=1e-12)


def test_a_design_whose_columns_depend_is_refused() -> None:
    """A batch that holds one group only cannot be told from the group."""
    group = np.array([0.0, 0, 0, 1, 1, 1])
    design = np.column_stack([np.ones(6), group, 1 - group])
    with pytest.raises(MethodError, match="depend on each other"):
        fit_genes(np.ones((3, 6)), design)


def test_a_family_has_one_p() -> None:
    # Simes by hand: min over i of m p(i) / i.
    assert simes(np.array([0.2, 0.012, 0.03])) == pytest.approx(min(0.036, 0.045, 0.2))
    assert benjamini_hochberg(np.array([])).size == 0


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_gives_the_stored_values_again(oracle: dict[str, Any]) -> None:
    for package in ("limma", "edgeR", "statmod", "jsonlite"):
        asked = f"q(status = !requireNamespace('{package}', quietly = TRUE))"
        if subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode:
            pytest.skip(f"R has no {package}")
    made = subprocess.run(["Rscript", SCRIPT], capture_output=True, check=True, text=True).stdout
    again = json.loads(made)
    for name in ("factors", "log_counts", "weights", "rho", "rho_weighted"):
        np.testing.assert_allclose(floats(again[name]), floats(oracle[name]), rtol=1e-9)
    for name in ("plain", "with_holes", "blocked", "voomed", "blocked_weighted"):
        np.testing.assert_allclose(floats(again[name]["p"]), floats(oracle[name]["p"]), rtol=1e-7)
