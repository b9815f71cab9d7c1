"""Transport files against their published layout, and against readers that are not ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.analysis.datasets.dataset_columns import AnalysisDataset, DatasetColumn, Kind
from remit.errors import OutputError
from remit.facts.intake.sdtm.files.sdtm_transport import transport_layout
from remit.views.transport_files import ibm_doubles, transport_bytes

from .read_back import read_transport

MADE = datetime(2026, 11, 28, 12, 0, 5)  # noqa: DTZ001 - the format has no zone
LARGEST, SMALLEST = 7.2370055773322615e75, 5.397605346934028e-79


def dataset(values: Sequence[object], kind: Kind) -> AnalysisDataset:
    types = {"text": pa.string(), "integer": pa.int64(), "float": pa.float64()}
    column = DatasetColumn("AVAL", "Analysis Value", kind, "Derived", "x")
    rows = pa.table({"AVAL": pa.array(values, types.get(kind, pa.date32()))})
    return AnalysisDataset("ADXX", "A Dataset", "ADAM OTHER", "One record", (), (column,), rows)


def written(values: Sequence[object], kind: Kind, folder: Path) -> Path:
    path = folder / "adxx.xpt"
    path.write_bytes(b"".join(transport_bytes(dataset(values, kind), made=MADE)))
    return path


def value_of(word: int) -> Fraction:
    """A double of IBM as TS-140 describes it: sign, power of 16 plus 64, fraction of 56 bits."""
    sign, power, fraction = word >> 63, word >> 56 & 0x7F, word & (1 << 56) - 1
    size = Fraction(fraction, 1 << 56) * Fraction(16) ** (power - 64)
    return -size if sign else size


@given(st.floats(min_value=-LARGEST, max_value=LARGEST, allow_nan=False))
def test_every_double_in_range_is_kept_exactly(number: float) -> None:
    found = ibm_doubles(np.array([number]))
    if 0 < abs(number) < SMALLEST:
        assert found is None
        return
    assert found is not None
    assert value_of(int(found[0])) == Fraction(number)


def test_bytes_that_others_have_printed() -> None:
    """-118.625 as in IBM's Principles of Operation; 1 and 0 as TS-140 has them."""
    found = ibm_doubles(np.array([-118.625, 1.0, 0.0, -0.0]))
    assert found is not None
    assert [f"{word:016x}" for word in found.tolist()] == [
        "c276a00000000000",
        "4110000000000000",
        "0000000000000000",
        "0000000000000000",
    ]


@pytest.mark.parametrize("number", [1e76, -1e76, 1e-79])
def test_a_number_that_the_format_has_not_is_refused(number: float) -> None:
    with pytest.raises(OutputError, match="does not fit"):
        list(transport_bytes(dataset([number], "float"), made=MADE))


def test_a_whole_number_that_a_double_does_not_tell_apart_is_refused() -> None:
    list(transport_bytes(dataset([1 << 53], "integer"), made=MADE))
    with pytest.raises(OutputError, match="AVAL of ADXX"):
        list(transport_bytes(dataset([(1 << 53) + 1], "integer"), made=MADE))


def test_a_text_is_never_cut(tmp_path: Path) -> None:
    longest = "ä" * 100
    assert read_transport(written([longest, "x"], "text", tmp_path))["AVAL"].tolist() == [
        longest,
        "x",
    ]
    with pytest.raises(OutputError, match="up to 200 bytes"):
        list(transport_bytes(dataset([longest + "x"], "text"), made=MADE))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 9, 10, 11, 200_001])
def test_rows_fill_records_of_80_bytes(count: int, tmp_path: Path) -> None:
    path = written([float(number) for number in range(count)], "float", tmp_path)
    content = path.read_bytes()
    assert len(content) % 80 == 0
    layout = transport_layout(content, place="x")
    assert (layout.name, layout.columns, layout.width) == ("ADXX", ("AVAL",), 8)
    assert layout.rows == count
    if count:
        assert read_transport(path)["AVAL"].tolist() == list(range(count))


def test_what_is_missing_is_no_zero_and_no_text(tmp_path: Path) -> None:
    numbers, _ = pyreadstat.read_xport(written([None, 0.0, 1.5], "float", tmp_path))
    assert np.isnan(numbers["AVAL"][0])
    assert numbers["AVAL"].tolist()[1:] == [0.0, 1.5]
    # Rows shorter than a record may be taken for its filling: those of real datasets are longer.
    texts = read_transport(written([None, "x" * 80], "text", tmp_path))
    assert texts["AVAL"].tolist() == ["", "x" * 80]


def test_days_are_those_of_sas_with_its_format(tmp_path: Path) -> None:
    """Day 0 is 1 January 1960; the day of the moon landing is 3488."""
    days = [date(1960, 1, 1), date(1969, 7, 20), None, date(1931, 5, 4)]
    path = written(days, "date", tmp_path)
    plain, about = pyreadstat.read_xport(path, disable_datetime_conversion=True)
    assert plain["AVAL"].tolist()[:2] == [0, 3488]
    assert about.original_variable_types["AVAL"] == "DATE9"
    assert (about.table_name, about.file_label) == ("ADXX", "A Dataset")
    assert about.column_labels == ["Analysis Value"]
    back, _ = pyreadstat.read_xport(path)
    assert [None if one is None or one != one else one for one in back["AVAL"]] == days
