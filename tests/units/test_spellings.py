"""How laboratories write units: each declared text has one meaning, and kin of slips are read."""

from __future__ import annotations

import itertools
import time
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from remit.errors import UnitError
from remit.units import (
    conversion_factor,
    find_unit,
    nearest_units,
    unit_named,
    unit_table,
    unit_text,
)
from remit.units.spellings import (
    by_product,
    folded,
    readings,
    spellings,
    spellings_in_capitals,
)
from remit.units.table import combine_dimensions, refused_texts
from units.texts import capital_texts, part_texts, unit_texts

SLIPS = tomllib.loads(Path(__file__).with_name("slips.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "code"), [(text, code) for code, texts in SLIPS.items() for text in texts]
)
def test_a_unit_is_read_as_laboratories_print_it(text: str, code: str) -> None:
    assert unit_named(text).code == code
    assert find_unit(omop_id=None, text=text) is unit_table()[code]
    assert find_unit(omop_id=0, text=text) is unit_table()[code]


# ---- one meaning each ----------------------------------------------------------------------------


def test_every_text_of_a_part_stands_for_one_part() -> None:
    """Parts that no stroke divides and that mean one thing make units that mean one thing."""
    known = spellings()
    for name in known.parts:
        for text in part_texts(name, known):
            assert known.names_of(text) == {name}, text
            assert "/" not in text
            assert folded(text) == text


def test_every_text_of_a_unit_is_that_unit_and_no_other() -> None:
    known = spellings()
    for unit in unit_table().values():
        assert readings(unit.code) == (unit,)
        for text in unit_texts(unit, known):
            if text in refused_texts():
                assert readings(text) == ()
                continue
            first, *rest = readings(text)
            assert first is unit, text
            assert [(first.code, also.code) for also in rest] in ([], [("10*9/L", "g/L")])


def test_products_of_parts_are_worth_their_unit() -> None:
    parts = spellings().parts
    for product, unit in by_product().items():
        if not set(product) <= set(parts):
            assert unit.products == (product,)  # no family: `%`, `{ratio}` and their kin
            continue
        first, *rest = (parts[name] for name in product)
        factor, dimension = first.factor, first.dimension
        for part in rest:
            factor /= part.factor
            dimension = combine_dimensions(dimension, part.dimension, power=-1)
        assert (factor, dimension) == (unit.factor, unit.dimension), unit.code


def test_capitals_give_a_second_meaning_to_grams_per_litre_alone() -> None:
    """In UCUM's form in capitals G is gram; elsewhere it is giga, and G/L is printed for both."""
    known = spellings_in_capitals()
    double = {
        tuple(unit.code for unit in readings(text))
        for unit in unit_table().values()
        for text in capital_texts(unit, known)
        if len(readings(text)) > 1
    }
    assert double == {("10*9/L", "g/L")}


def test_an_id_says_which_of_two_meanings_is_meant() -> None:
    gram, giga = unit_table()["g/L"], unit_table()["10*9/L"]
    assert find_unit(omop_id=gram.omop_ids[0], text="G/L") is gram
    assert find_unit(omop_id=giga.omop_ids[0], text="G/L") is giga
    assert find_unit(omop_id=gram.omop_ids[0], text="G/l") is None  # giga alone


def test_no_two_units_share_a_product_or_an_id() -> None:
    for one, other in itertools.combinations(unit_table().values(), 2):
        assert set(one.products).isdisjoint(other.products)
        assert set(one.omop_ids).isdisjoint(other.omop_ids)


def test_raised_digits_are_a_power_and_never_more_digits() -> None:
    assert folded("10⁹/L") == "10^9/L"
    assert readings("109/L") == ()
    assert readings("10₉/L") == ()


def test_a_micro_sign_alone_is_no_unit_of_activity() -> None:
    assert readings("μ/L") == readings("µ/mL") == ()


def test_what_is_shown_is_read() -> None:
    for code in unit_table():
        if shown := unit_text(code):
            assert unit_named(shown).code == code


# ---- unknown texts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mg/dL", ("mg/dL",)),  # mega in UCUM
        ("mMol/l", ("mmol/L",)),
        ("109/l", ("10*9/L",)),  # the sign of the power was lost
        ("x109/L", ("10*9/L",)),
        ("10 9/L", ("10*9/L",)),
        ("103/mm3", ("10*3/uL",)),
        ("T/mm³", ("10*3/uL",)),  # tera or Tausend
        ("uM/L", ("umol/L",)),  # molar of a litre
        ("gr/dL", ("g/dL",)),  # the grain of UCUM
        ("mil/uL", ("10*3/uL", "10*12/L")),  # mil is a thousand in Spanish
        ("M/L", ("10*6/L", "mmol/L")),  # molar or million
        ("10^3/L", ("10*3/uL", "/mL")),  # the micro sign was lost
        ("K/L", ("10*3/uL", "/mL")),
        ("thousand per liter", ("10*3/uL", "/mL")),
        ("G/ML", ("10*12/L", "g/L")),  # giga, or a gram in capitals
        ("MIL/CUMM", ("10*3/uL", "10*12/L")),
        ("M/LITER", ("10*6/L", "mmol/L")),
        ("T/CUMM", ("10*3/uL",)),
        ("ML/MIN/1.73", ("mL/min/{1.73_m2}",)),
        ("mL/(min.m2)", ()),
        ("E/l", ("U/L",)),
        ("ml/min/1.73", ("mL/min/{1.73_m2}",)),
        ("mgg/g", ("mg/g",)),
        ("mmol/d", ()),
        ("mEq/kg", ()),  # mg/kg is near by letters alone
        ("μ/L", ()),
        ("K", ()),
        ("mg", ("mg",)),
    ],
)
def test_a_hint_is_near_by_meaning_or_there_is_none(text: str, meant: tuple[str, ...]) -> None:
    assert nearest_units(text) == meant
    if text != "mg":
        with pytest.raises(UnitError) as refused:
            unit_named(text)
        expected = f"one of {', '.join(meant)}" if meant else "a unit of the closed table"
        assert refused.value.expected == expected


# OHDSI/MIMIC gcpt_meas_unit.csv and the OMOP vocabulary: what a hospital writes, and its id there.
@pytest.mark.parametrize(
    ("text", "omop", "code"),
    [
        ("°F", 9289, "[degF]"),
        ("F", 9289, "[degF]"),  # CDISC controlled terminology
        ("cmH2O", 44777590, "cm[H2O]"),
        ("EU/dL", 8829, "[EU]/dL"),
        ("GPL", 9100, "[GPL'U]"),
        ("MPL", 9101, "[MPL'U]"),
        ("hrs", 8505, "h"),
        ("min", 8550, "min"),
        ("sec", 8555, "s"),
        ("millisecond", 9593, "ms"),
        ("L/min/m2", 32710, "L/min/m2"),
        ("L/min", 8698, "L/min"),
        ("ml/hr", 44777613, "mL/h"),
        ("mm/hr", 8752, "mm/h"),
        ("mL/m2", 32739, "mL/m2"),
        ("mL/beat", 9569, "mL/{beat}"),
        ("mEq/L", 9557, "meq/L"),
        ("mOsm/kg", 8862, "mosm/kg"),
        ("MOSM/L", 9591, "mosm/L"),
        ("Score", 44777566, "{score}"),
        ("Ratio", 8523, "{ratio}"),
        ("U", 8510, "U"),
        ("I.U.", 8718, "[IU]"),
        ("U/g/Hb", 9651, "U/g{Hb}"),
        ("uIU/mL", 9093, "m[IU]/L"),
        ("mIU/L", 9040, "m[IU]/L"),
        ("uU/ML", 8860, "mU/L"),
        ("ng/mL FEU", 32707, "ng{FEU}/mL"),
        ("log10 IU/mL", 9084, "{Log_IU}/mL"),
        ("log10 cop/mL", 8873, "{Log_copies}/mL"),
        ("bel microvolt", 9461, "B[uV]"),
        ("pg", 8564, "pg"),
        ("fL", 8583, "fL"),
        ("ml", 8587, "mL"),
        ("insp/min", 8541, "/min"),
    ],
)
def test_a_hospitals_unit_is_known_by_its_text_and_by_its_id(
    text: str, omop: int, code: str
) -> None:
    assert find_unit(omop_id=None, text=text) is unit_table()[code]
    assert find_unit(omop_id=omop, text=None) is unit_table()[code]
    assert find_unit(omop_id=omop, text=text) is unit_table()[code]


# The ids that the issue names, with UCUM codes as the OMOP vocabulary of Synthea27Nj has them.
@pytest.mark.parametrize(
    ("omop", "code"),
    [
        (720870, "mL/min/{1.73_m2}"),
        (9117, "mL/min/{1.73_m2}"),
        (9017, "mg/g"),
        (9074, "mg/mg"),
        (9511, "g/g"),
        (9075, "mg/mmol"),
        (8889, "/[HPF]"),
        (44777571, "/[HPF]"),
        (44777574, "/[HPF]"),
        (8784, "/uL"),
        (8785, "/uL"),
        (8763, "U/mL"),
        (9289, "[degF]"),
        (9327, "[in_i]"),
        (8739, "[lb_av]"),
    ],
)
def test_ids_of_units_that_data_carry(omop: int, code: str) -> None:
    assert find_unit(omop_id=omop, text=None) is unit_table()[code]


def test_what_names_no_unit_stays_unknown() -> None:
    """A hospital maps "None" to a word that is no unit, and "Pos/Neg" to `unit`."""
    assert find_unit(omop_id=4124462, text="None") is None
    assert readings("None") == readings("Pos/Neg") == readings("+/-") == ()


def test_a_scale_that_begins_elsewhere_says_where() -> None:
    """0 Cel is 32 [degF], and 1 [degF] is 5/9 Cel (UCUM, ISO 80000-5)."""
    fahrenheit, celsius = unit_table()["[degF]"], unit_table()["Cel"]
    assert [unit.code for unit in unit_table().values() if unit.zero] == ["[degF]"]
    factor = conversion_factor(fahrenheit, celsius)
    assert [(Fraction(f) - fahrenheit.zero) * factor for f in ("32", "100.4", "-40")] == [
        0,
        38,
        -40,
    ]


def test_micro_units_are_thousandths_per_litre() -> None:
    table = unit_table()
    assert conversion_factor(table["m[IU]/L"], table["[IU]/L"]) == Fraction(1, 1000)
    assert conversion_factor(table["mU/L"], table["U/L"]) == Fraction(1, 1000)
    with pytest.raises(UnitError, match="different things"):
        conversion_factor(table["meq/L"], table["mmol/L"])
    with pytest.raises(UnitError, match="different things"):
        conversion_factor(table["{Log_IU}/mL"], table["[IU]/mL"])


@pytest.mark.parametrize("text", ["ng/uL", "g/mL", "pg/dL", "kg/L", "ng/h", "g/min"])
def test_a_hint_measures_the_same(text: str) -> None:
    parts = spellings().parts
    first, second = text.split("/")
    for code in nearest_units(text):
        top = parts[first].dimension
        assert unit_table()[code].dimension == combine_dimensions(
            top, parts[second].dimension, power=-1
        )


def test_international_measures_are_exact() -> None:
    """UCUM: the inch is 2.54 cm, the avoirdupois pound 453.59237 g, the katal a mole a second."""
    units = unit_table()
    assert units["[in_i]"].factor / units["cm"].factor == Fraction("2.54")
    assert units["[in_us]"].factor == Fraction(1200, 3937) / 12
    assert units["[lb_av]"].factor == Fraction("453.59237")
    assert units["ukat/L"].factor / units["U/L"].factor == 60


def test_a_cell_of_a_whole_page_is_no_unit_and_costs_no_time() -> None:
    held = spellings()
    longest = max(map(len, held.notes)), max(map(len, (*held.powers, *held.whole)))
    assert sum(longest) <= 100, "the bound holds two declared texts"
    assert max(map(len, held.creatinine)) + longest[1] <= 100
    begin = time.process_time()
    assert held.names_of("a" * 70_000) == frozenset()
    assert time.process_time() - begin < 1
