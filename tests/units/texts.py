"""All declared texts of the parts of units, written out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from remit.units.spellings import Spellings
from remit.units.table import Unit


def part_texts(name: str, known: Spellings) -> Iterator[str]:
    """Each text of a part, the notes behind it included."""
    yield from (text for text, names in known.whole.items() if name in names)
    yield from (
        power + note for power, of in known.powers.items() if of == name for note in known.notes
    )
    yield from (
        note + power
        for power, of in known.powers.items()
        if of == name and power[0] in "xX*"
        for note in known.notes
    )
    if name.endswith("{creat}"):
        plain = name.removesuffix("{creat}")
        for text, names in known.whole.items():
            if plain in names:
                yield from (text + note for note in known.creatinine)


def unit_texts(unit: Unit, known: Spellings) -> Iterator[str]:
    """Texts of a unit: each text of each part once, beside the first text of each other part."""
    for product in unit.products:
        texts = [list(part_texts(name, known)) for name in product]
        if not all(texts):
            continue
        for place, choices in enumerate(texts):
            for text in choices:
                pieces = [text if at == place else other[0] for at, other in enumerate(texts)]
                yield "/".join(pieces)


def capital_texts(unit: Unit, known: Spellings) -> Iterator[str]:
    """Every text of a unit in capitals, but for notes behind powers."""
    for product in unit.products:
        texts = [[text for text, names in known.whole.items() if name in names] for name in product]
        yield from ("/".join(pieces) for pieces in itertools.product(*texts))
