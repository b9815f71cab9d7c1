"""The notebook of the tutorial runs from top to bottom, in a kernel of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "notebook.ipynb"


@pytest.mark.filterwarnings("ignore")  # of the kernel's own libraries
def test_the_notebook_runs(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient").NotebookClient
    notebook = nbformat.read(PAGE, as_version=4)
    client(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not any(output.output_type == "error" for output in cell.outputs)
            assert cell.outputs, f"a cell shows nothing: {cell.source}"
            for output in cell.outputs:
                assert len(json.dumps(output)) < 100_000, cell.source


def test_the_notebook_is_kept_without_outputs() -> None:
    for cell in json.loads(PAGE.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs"), "clear the outputs before saving the notebook"
