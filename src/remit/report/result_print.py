"""The results of a trial for print: the sections of the page as a PDF, set by Typst.

Every text goes in as a string of Typst's, so that none of it is read as markup. No date is written:
the same results give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import typst

from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.report.result_parts import DrawnFigure, ResultPart
from remit.terminal import plain_text
from remit.views.analysis_texts import ResultTexts

SOURCE = "results.typ"
_MOST_UPRIGHT = 6  # columns of a table on an upright page
_TALLEST = 1.3  # of a figure, height by width, on a page as wide as its texts
_SIZE = re.compile(r'<svg [^>]*?width="(?P<width>[\d.]+)pt" height="(?P<height>[\d.]+)pt"')
_HEAD_OF_SVG = 4000
_HEAD = """\
#set document(title: {title}, date: none)
#set page(paper: "a4", margin: 18mm, numbering: "1 / 1", header: text(size: 7pt, {header}))
#set text(size: 9pt, lang: "en")
#set par(justify: false)
#let line(y) = if y == 0 {{ 0.8pt }} else {{ 0.3pt + luma(70%) }}
#set table(stroke: (x, y) => (bottom: line(y)), inset: 3pt)
#show table: set text(size: 7.5pt, hyphenate: true)
#show heading.where(level: 2): set block(above: 1.4em, below: 0.7em)
#show figure: set block(breakable: false)
"""


def printed_results(found: TrialAnalysis, parts: Sequence[ResultPart], folder: Path) -> bytes:
    """The sections as a PDF.

    Args:
        folder: that of the results, with the figures in it; nothing else is read.
    """
    source = folder / SOURCE
    source.write_text("\n".join(_lines(found, parts, folder)), encoding="utf-8")
    try:
        printed: bytes = typst.compile(source, root=folder)
    finally:
        source.unlink()
    return printed


def _lines(found: TrialAnalysis, parts: Sequence[ResultPart], folder: Path) -> Iterator[str]:
    facts = found.trial.study.followed.facts
    first = found.rows[0] if found.rows else None
    study = found.protocol.id
    yield _HEAD.format(
        title=_text(f"{study}: results"), header=_text(f"{study}: {found.protocol.title}")
    )
    yield f"= #{_text(found.protocol.title)}"
    yield f"#{_text(f'{study}: {len(found.trial.persons):,} persons taken in.')}"
    if first is not None:
        yield f"#{_text(f'Plan {first.plan} (hash {first.plan_hash[:16]}).')}"
    cut = "" if facts.data_cut is None else f"; data cut {facts.data_cut.isoformat()}"
    yield f"#{_text(f'Data: {facts.manifest.source}{cut}; manifest {facts.manifest.digest[:16]}.')}"
    for part in parts:
        yield f"\n== #{_text(part.title)}"
        for line in part.lines:
            yield f"#{_text(line)}\n"
        for table in part.tables:
            yield _table(table, captioned=len(part.tables) > 1)
        for note in part.notes:
            yield f"#text(size: 7pt, {_text(f'Note: {note}')})\n"
        for figure in part.figures:
            yield _figure(figure, folder)


def _table(table: ResultTexts, *, captioned: bool) -> str:
    heads = ", ".join(f"[*#{_text(head)}*]" for head in table.heads)
    cells = ",\n  ".join(", ".join(f"[#{_text(cell)}]" for cell in row) for row in table.rows)
    widths = ", ".join(["auto", *(f"{_room(table, at)}fr" for at in range(1, len(table.heads)))])
    caption = f'#block(sticky: true, text(size: 8pt, weight: "bold", {_text(table.caption)}))\n'
    text = f"#table(columns: ({widths},), table.header({heads}),\n  {cells})\n"
    whole = caption + text if captioned else text
    return f"#page(flipped: true)[\n{whole}]\n" if len(table.heads) > _MOST_UPRIGHT else whole


def _room(table: ResultTexts, column: int) -> int:
    """How wide a column is beside the others: by its longest text, as far as one should count."""
    longest = max((len(row[column]) for row in table.rows), default=0)
    word = max(map(len, table.heads[column].split()), default=0)
    return min(max(longest, word, 10), 36)


def _figure(figure: DrawnFigure, folder: Path) -> str:
    caption = _text(f"{figure.title}. {figure.told}")
    name = f"figures/{figure.name}.svg"
    found = _SIZE.search((folder / name).read_text(encoding="utf-8")[:_HEAD_OF_SVG])
    # A figure that is as wide as the page and taller than it is as tall as the page.
    tall = found is not None and float(found["height"]) > _TALLEST * float(found["width"])
    size = "height: 230mm" if tall else "width: 100%"
    image = f"image({_text(name)}, {size}, alt: {_text(figure.told)})"
    return f"#figure({image}, caption: {caption}, supplement: none, numbering: none)\n"


def _text(text: str) -> str:
    """A string of Typst: JSON's, whose escapes of other letters are written as they are."""
    return json.dumps(plain_text(text), ensure_ascii=False)
