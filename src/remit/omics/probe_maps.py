"""Which gene each probe measures, by a table of the platform."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from remit.errors import OmicsError, Place
from remit.text_files import read_text_file

_NO_GENE = frozenset({"", "NA", "N/A", "---", "null"})


def read_probe_map(path: Path | str) -> Mapping[str, str]:
    """Probe -> gene symbol, of a table with one column that names probes and one that names genes.

    Raises:
        OmicsError: the table cannot be read, its columns are not to be told apart, or a probe has
            two genes.
    """
    path = Path(path)
    text = read_text_file(path, what="the probe map", form="CSV or TSV", error=OmicsError)
    first = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text), delimiter="\t" if "\t" in first else ",")
    heads = [head.strip() for head in next(reader, [])]
    probe, gene = (
        _column(heads, ("probe", "feature", "id"), path),
        _column(heads, ("gene", "symbol"), path),
    )
    found: dict[str, str] = {}
    for cells in reader:
        if len(cells) != len(heads):
            continue
        name, symbol = cells[probe].strip(), cells[gene].strip()
        if symbol in _NO_GENE or not name:
            continue
        if found.setdefault(name, symbol) != symbol:
            raise OmicsError(
                "a probe has two genes",
                expected="one gene for each probe",
                got=f"{name}",
                next_step="keep one row of it, or none where it measures both",
                place=Place(str(path), reader.line_num),
            )
    return found


def _column(heads: list[str], words: tuple[str, ...], path: Path) -> int:
    for word in words:
        places = [at for at, head in enumerate(heads) if word in head.lower()]
        if len(places) == 1:
            return places[0]
    raise OmicsError(
        f"the probe map has no column that is the {words[0]}",
        expected=f"one column with {' or '.join(words)} in its name",
        got=", ".join(heads) or "an empty file",
        next_step="name the columns probe and gene",
        place=Place(str(path), 1),
    )


def probes_of_genes(features: tuple[str, ...], genes: Mapping[str, str]) -> Mapping[str, list[int]]:
    """Gene -> the places of its features; a feature without a gene stands for itself.

    Args:
        genes: feature -> gene; empty where features are genes.
    """
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(features):
        found[genes.get(name, "" if genes else name)].append(at)
    found.pop("", None)
    return found
