"""What is in the drugs of a source: the rows of DRUG_STRENGTH, its own or a vocabulary's.

The source's own rows go before those of a vocabulary, all of them: of two tables nobody can tell
which is right row by row. The strength of a code is that of its own rows; where it has none, that
of the one code which the vocabulary says it means.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from typing import TypeAlias

import pyarrow as pa

from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.tables import NUMBER, TABLES, Column, FactTable
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.code_resolution import RowCode, meanings_of_keys
from remit.facts.vocabulary.strength_rows import NAME, VALIDITY, KeptStrengths, kept_strengths

COLUMNS = (*(column.name for column in TABLES[NAME].columns[1:]), *VALIDITY)
# As a database is asked for it; each of its values may be empty.
STRENGTHS = FactTable(
    NAME,
    tuple(
        Column(
            name,
            "number" if name.endswith("_value") else "concept" if name.endswith("_id") else "text",
            required=False,
        )
        for name in COLUMNS
    ),
    key=COLUMNS[0],
    order=COLUMNS[:2],
    concept=COLUMNS[0],
    required=False,
)
_MASS = frozenset({9655, 8576, 8504})  # ug, mg, g
_STEP = Decimal(1).scaleb(-NUMBER.scale)
_EXACT = Context(prec=60)
_MOST = 10**NUMBER.precision
_NOISE = Decimal("1e-14")  # of a number: what reckoning with doubles leaves behind
# Of two ingredients, or of none that is known, in no fixed amount: an ingredient, millionths, unit.
Single: TypeAlias = tuple[int, int, int]
NO_STRENGTH: Single = (0, 0, 0)
# Gives rows of DRUG_STRENGTH, among them all about some drugs.
OwnRows: TypeAlias = Callable[[Collection[int]], Iterable[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class DrugStrengths:
    """What is in the drugs of a source.

    Attributes:
        kept: their rows.
        single: product -> its one ingredient, its fixed amount in units of the sixth place, and the
            unit of that; both 0 for a product of another form. Others have no entry.
        products: what rows say of their drug -> the product whose strength that is, where it is not
            the id itself.
        origin: who says it; None where nobody does.
    """

    kept: KeptStrengths = field(default_factory=KeptStrengths)
    single: Mapping[int, Single] = field(default_factory=dict)
    products: Mapping[RowCode, int] = field(default_factory=dict)
    origin: StrengthsOrigin | None = None

    def product(self, code: RowCode) -> int:
        """The product whose strength is that of rows with a code; 0 for none."""
        return self.products.get(code, code.concept)

    def with_ingredients(self, meant: Callable[[int], int]) -> DrugStrengths:
        """The same, each ingredient under the code that it means."""
        single = {
            drug: (meant(of), amount, unit) for drug, (of, amount, unit) in self.single.items()
        }
        return replace(self, single=single)


NO_STRENGTHS = DrugStrengths()


def strengths_of(
    codes: Collection[RowCode],
    *,
    own: OwnRows | None,
    own_version: Callable[[], str | None],
    book: CodeBook | None,
) -> DrugStrengths:
    """What is in some drugs.

    Args:
        codes: what rows say of their drug.
        own: the source's own rows; None where it has none, and those of the book count.
        own_version: of the vocabulary that the source has beside its data.
        book: what codes are resolved by.
    """
    if own is None and book is None:
        return NO_STRENGTHS
    meant = {} if book is None else meanings_of_keys(codes, book)
    drugs = {code.concept for code in codes} | {one.concept for f in meant.values() for one in f}
    drugs -= {0}
    if own is not None:
        kept, origin = kept_strengths(own(drugs), drugs), StrengthsOrigin("source", own_version())
    else:
        assert book is not None, "else nobody says anything"
        kept, origin = kept_strengths(book.strengths(drugs), drugs), None
        if kept.rows.num_rows or kept.refused:
            origin = StrengthsOrigin("vocabulary", book.version)
    told = frozenset(kept.rows["drug_concept_id"].to_pylist()) | kept.doubtful
    products = {}
    for code, meanings in meant.items():
        others = {one.concept for one in meanings} - {0}
        if code.concept not in told and len(others) == 1 and (other := min(others)) in told:
            products[code] = other
    return DrugStrengths(kept, single_strengths(kept), products, origin)


def single_strengths(kept: KeptStrengths) -> Mapping[int, Single]:
    """Product -> its one ingredient, amount and unit, of products that have one row alone."""
    held: dict[int, list[Mapping[str, object]]] = {}
    for row in kept.rows.to_pylist():
        held.setdefault(row["drug_concept_id"], []).append(row)
    return {
        drug: _single(rows[0])
        for drug, rows in held.items()
        if len(rows) == 1 and drug not in kept.doubtful
    }


def _single(row: Mapping[str, object]) -> Single:
    """The fixed amount of a row: one without a denominator, of one piece."""
    ingredient, amount = row["ingredient_concept_id"], row["amount_value"]
    unit, box = row["amount_unit_concept_id"], row["box_size"]
    assert isinstance(ingredient, int), "the table requires it"
    divided = [row[name] for name in row if name.startswith(("numerator_", "denominator_"))]
    if isinstance(amount, Decimal) and unit in _MASS and box in (None, 1) and not any(divided):
        held = _millionths(amount)
        if held is not None and isinstance(unit, int):
            return ingredient, held, unit
    return ingredient, 0, 0


def _millionths(amount: Decimal) -> int | None:
    """An amount in units of the sixth place; None where these do not say it."""
    rounded = amount.quantize(_STEP, context=_EXACT)
    is_same = abs(amount - rounded) <= _NOISE * abs(amount)
    units = int(rounded.scaleb(NUMBER.scale))
    return units if is_same and 0 < units < _MOST else None
