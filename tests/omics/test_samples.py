"""The sample sheet and its files: what is read, what is refused, and with which words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omics.sheets import HEADS, REAL, real_rows, write_sheet, write_values
from remit.errors import OmicsError
from remit.omics.expression import person_means, read_expression
from remit.omics.probe_maps import probes_of_genes, read_probe_map
from remit.omics.sample_joins import join_samples
from remit.omics.samples import read_samples
from remit.omics.value_files import read_values

TWO = np.array([[1.5, 2.5], [3.0, 4.0]])


def said(path: Path) -> str:
    with pytest.raises(OmicsError) as found:
        read_samples(path)
    return str(found.value)


def test_a_row_is_a_sample(tmp_path: Path) -> None:
    rows = [{"sample": "S1", "person": "P1", "visit": "baseline", "batch": "A"}]
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    (one,) = sheet.samples
    assert (one.unit, one.column, one.scale) == (
        ("P1", "blood", "baseline", "expression_array"), "S1", "log2",
    )  # fmt: skip
    assert one.path == tmp_path / "values.csv"


def test_every_wrong_row_is_named(tmp_path: Path) -> None:
    rows = [
        {"sample": "S1", "person": ""},
        {"sample": "S2", "person": "P1", "tissue": "hair"},
        {"sample": "S3", "person": "P1", "assay": "smell"},
        {"sample": "S4", "person": "P1", "scale": "counts"},
    ]
    text = said(write_sheet(tmp_path / "samples.csv", rows))
    for line, word in ((2, "no person"), (3, "tissue"), (4, "assay"), (5, "scale")):
        assert f"samples.csv:{line}: " in text
        assert word in text
    assert "4 errors in all" in text


def test_two_samples_of_one_visit_are_replicates_only_when_numbered(tmp_path: Path) -> None:
    rows = [
        {"sample": "S1", "person": "P1", "visit": "w0"},
        {"sample": "S2", "person": "P1", "visit": "w0"},
    ]
    assert "several samples of one tissue, visit and assay" in said(
        write_sheet(tmp_path / "samples.csv", rows)
    )
    heads = (*HEADS, "replicate")
    numbered = [row | {"replicate": at} for at, row in enumerate(rows, start=1)]
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", numbered, heads))
    assert join_samples(sheet).replicates == 1
    write_values(tmp_path / "values.csv", ["A", "B"], ["S1", "S2"], np.array([[1, np.nan], [3, 5]]))
    found = read_expression(sheet.samples)
    assert found.values.tolist() == [[1.0], [4.0]]  # the mean of what is known
    counts = [row | {"assay": "rna_counts"} for row in numbered]
    write_values(tmp_path / "values.csv", ["A", "B"], ["S1", "S2"], np.array([[1, 0], [3, 5.0]]))
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", counts, heads))
    assert read_expression(sheet.samples).values.tolist() == [[1.0], [8.0]]  # the sum


@pytest.mark.parametrize("text", ["", "sample,person\nS1,P1\n", "sample,sample,person,tissue"])
def test_a_sheet_without_its_columns_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "samples.csv").write_text(text)
    assert "lacks the columns" in said(tmp_path / "samples.csv")


def test_a_join_names_what_does_not_fit(tmp_path: Path) -> None:
    rows = [
        {"sample": "S1", "person": "P1", "visit": "baseline", "batch": "A", "site": "X"},
        {"sample": "S2", "person": "P1", "visit": "week_24", "batch": "B", "site": "X"},
        {"sample": "S3", "person": "P9", "visit": "baseline", "batch": "A", "site": "X"},
        {"sample": "S4", "person": "P2", "visit": "week_99", "batch": "A", "site": "X"},
    ]
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    found = join_samples(sheet, persons=["P1", "P2", "P3"], visits=["baseline", "week_24"])
    kinds = {one.kind: one for one in found.findings}
    assert kinds["person_unknown"].samples == ("S3",)
    assert kinds["visit_unknown"].samples == ("S4",)
    assert "1 of 3 persons" in kinds["person_without_sample"].told
    assert "batch_is_visit" in kinds
    assert [one.id for one in found.usable] == ["S1", "S2"]
    assert found.counts == {
        ("blood", "expression_array", "baseline"): 1,
        ("blood", "expression_array", "week_24"): 1,
    }


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("values.pcl", POINTER.encode(), "pointer of Git LFS"),
        ("._values.csv", b"\x00\x05\x16\x07\x00", "twin that macOS writes"),
        ("values.h5ad", b"\x89HDF\r\n", "HDF5"),
        ("values.pkl", b"\x80\x04\x95", "pickle"),
        ("values.csv", b"", "empty"),
        ("values.parquet", b"PAR1 and then nothing", "cannot be read"),
        ("values.csv", b"gene,S1\nA,1\nB,1,2\n", "cannot be read"),
        ("values.csv", b"gene,S1\nA,high\n", "values.csv:2: a value is no number"),
        ("values.csv", b"gene,S1\nA,1\nA,2\n", "stands twice"),
        ("values.csv", b"gene,S1\n,1\n", "has no id"),
        ("values.csv", b"gene,S2\nA,1\n", "no column for 1 samples"),
        ("values.csv", b"gene,S1\nA,inf\n", "infinite"),
        ("values.csv", b"gene,S1\n", "no rows"),
        ("values.csv", b"gene,S1\nA,2\nB,1_000\n", "values.csv:3: a value is no number"),
        ("values.csv", b"gene,S1\nA\xe9,1\n", "not UTF-8"),
        ("values.csv", b"gene,S1\nA,1\xe9\n", "not UTF-8"),
        ("values.csv", b"gene,S1,S\xe9\nA,1,2\n", "not UTF-8"),
    ],
)
def test_what_is_no_file_of_values_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(OmicsError) as found:
        read_values(tmp_path / name, ["S1"])
    assert words in str(found.value)


def test_lists_are_no_values(tmp_path: Path) -> None:
    pq.write_table(pa.table({"gene": ["A"], "S1": [[1.0]]}), tmp_path / "values.parquet")
    with pytest.raises(OmicsError, match="list<element: double> in the column S1"):
        read_values(tmp_path / "values.parquet", ["S1"])


def test_words_for_nothing_are_no_values(tmp_path: Path) -> None:
    text = "probe\tS1\tS2\nA\tData Not Available\t2\nB\t  \t-1.5\nC\t3\tNA\n"
    (tmp_path / "values.tsv").write_text(text)
    found = read_values(tmp_path / "values.tsv", ["S2", "S1"])
    np.testing.assert_array_equal(found.values, [[2, np.nan], [-1.5, np.nan], [np.nan, 3]])
    assert found.features == ("A", "B", "C")


def test_ids_of_two_kinds_and_control_probes(tmp_path: Path) -> None:
    rows = [{"sample": "S1", "person": "P1"}, {"sample": "S2", "person": "P2"}]
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    write_values(tmp_path / "values.csv", ["DarkCorner", "STAT1"], ["S1", "S2"], TWO)
    found = read_expression(sheet.samples)
    assert (found.features, found.notes) == (("STAT1",), ("1 control probes left out",))
    write_values(tmp_path / "values.csv", ["ENSG00000115415", "STAT1"], ["S1", "S2"], TWO)
    with pytest.raises(OmicsError, match="named in several ways"):
        read_expression(sheet.samples)


@pytest.mark.parametrize(
    ("value", "words"), [(0.5, "a fraction"), (-1, "a negative one"), (np.nan, "without a value")]
)
def test_counts_are_whole(tmp_path: Path, value: float, words: str) -> None:
    rows = [{"sample": name, "person": name, "assay": "rna_counts"} for name in ("S1", "S2")]
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    write_values(tmp_path / "values.csv", ["A", "B"], ["S1", "S2"], np.array([[3, 4], [5, value]]))
    with pytest.raises(OmicsError, match=words):
        read_expression(sheet.samples)


def test_scales_become_log2(tmp_path: Path) -> None:
    rows = [
        {"sample": "S1", "person": "P1", "scale": "linear"},
        {"sample": "S2", "person": "P2", "scale": "log2x1000", "path": "values.parquet"},
    ]
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    write_values(tmp_path / "values.csv", ["A", "B"], ["S1"], np.array([[8.0], [2.0]]))
    table = {"S2": pa.array([500, 1500], pa.int16()), "S9": pa.array([1, 1], pa.int16())}
    # A frame's index stands last, as the public files have it.
    pq.write_table(pa.table(table | {"id": ["B", "C"]}), tmp_path / "values.parquet")
    found = read_expression(sheet.samples)
    assert (found.features, found.values.tolist()) == (("B",), [[1.0, 0.5]])
    assert found.notes == ("3 features in 2 files, 1 in each",)


def test_probes_are_of_genes(tmp_path: Path) -> None:
    (tmp_path / "map.tsv").write_text("Gene_Symbol\tProbe_Id\nMX1\tp1\nMX1\tp2\n\tp3\n")
    genes = read_probe_map(tmp_path / "map.tsv")
    assert probes_of_genes(("p2", "p3", "p1"), genes) == {"MX1": [0, 2]}
    assert probes_of_genes(("MX1",), {}) == {"MX1": [0]}
    (tmp_path / "map.tsv").write_text("Gene_Symbol\tProbe_Id\nMX1\tp1\nMX2\tp1\n")
    with pytest.raises(OmicsError, match="two genes"):
        read_probe_map(tmp_path / "map.tsv")


@pytest.mark.shared
def test_the_public_arrays_are_read(tmp_path: Path) -> None:
    """GSE65391 as int16 of 1000 × log2; E-GEOD-49454 shares its probes."""
    rows = [
        {
            "sample": row["base_gsm"], "person": row["subject"], "batch": row["batch"],
            "path": REAL / "E-GEOD-65391_log2x1000_int16.parquet", "scale": "log2x1000",
        }
        for row in real_rows("GSE65391_derived_renal_response.csv")
    ]  # fmt: skip
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    found = read_expression(sheet.samples)
    assert found.values.shape == (43799, 63)
    assert np.isfinite(found.values).all()
    assert 2 < found.values.min() < found.values.max() < 16  # log2 of intensities of 16 bits
    genes = read_probe_map(REAL / "IlluminaHumanHT-12_v4_2018.tsv")
    assert "IFI44L" in probes_of_genes(found.features, genes)


@pytest.mark.shared
def test_the_person_is_in_the_id_of_pathmed(tmp_path: Path) -> None:
    """40 samples of 15 patients: `patient_day`."""
    rows = [
        {
            "sample": row["sampleID"], "person": row["sampleID"].split("_")[0],
            "visit": f"day_{row['sampleID'].split('_')[1]}",
            "path": REAL / "pathmed_example_expression.csv",
        }
        for row in real_rows("pathmed_example_metadata.csv")
    ]  # fmt: skip
    sheet = read_samples(write_sheet(tmp_path / "samples.csv", rows))
    assert (len(sheet.samples), len(sheet.persons)) == (40, 15)
    assert person_means(read_expression(sheet.samples)).values.shape[1] == 15
