"""Properties of answers: order of rows, other records, units of entry, Kleene logic, settlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from criteria.columned import column_truths
from criteria.expressions import LEAVES, expressions
from criteria.spec.running import spec_tables
from criteria.spec.writing import DICTIONARY, Fact, Spec, lab
from criteria.spec.writing import ENVIRONMENT as SPEC_ENVIRONMENT
from criteria.spec.writing import STUDY as SPEC_STUDY
from criteria.synthetic import DATA_CUT, ENVIRONMENT, STUDY, make_tables
from remit.criteria.binder import bind_expression
from remit.criteria.meanings import evaluate
from remit.criteria.parameters import with_values
from remit.criteria.reference import combine
from remit.criteria.reference.person_records import read_persons
from remit.criteria.settlers import find_settlers
from remit.criteria.tree import (
    And,
    AtLeast,
    Attested,
    If,
    Leaf,
    Node,
    Not,
    Or,
    Placed,
    leaves_of,
)
from remit.truth import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    Reason,
    Status,
    Truth,
    truth_and,
    truth_not,
    truth_or,
    unknown,
)


def steady(examples: int) -> settings:
    """The same examples on each run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


TABLES = make_tables(11, 60)


def _both(texts: list[str], tables: Mapping[str, pa.Table]) -> list[dict[int, Truth]]:
    """By expression, by person: the one answer that both evaluators give."""
    nodes = {f"c{number}": bind_expression(text, ENVIRONMENT) for number, text in enumerate(texts)}
    compiled = column_truths(nodes, tables, study=STUDY, data_cut=DATA_CUT)
    found: list[dict[int, Truth]] = [{} for _ in texts]
    for person in read_persons(tables, study=STUDY, data_cut=DATA_CUT):
        for number, (name, node) in enumerate(nodes.items()):
            truth, _ = evaluate(node, person)
            assert truth == compiled[person.person][name], texts[number]
            found[number][person.person] = truth
    return found


# ---- records ------------------------------------------------------------------------------------


@steady(2)
@given(st.lists(expressions(), min_size=12, max_size=12, unique=True), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(texts: list[str], number: int) -> None:
    random = np.random.default_rng(number)
    shuffled = {
        name: table.take(pa.array(random.permutation(table.num_rows)))
        for name, table in TABLES.items()
    }
    assert _both(texts, TABLES) == _both(texts, shuffled)


@steady(2)
@given(st.lists(expressions(), min_size=12, max_size=12, unique=True))
def test_records_of_another_concept_change_nothing(texts: list[str]) -> None:
    more = dict(TABLES)
    for table, concept in (
        ("measurement", "measurement_concept_id"),
        ("condition_occurrence", "condition_concept_id"),
        ("drug_exposure", "drug_concept_id"),
        ("dose_era", "drug_concept_id"),
        ("procedure_occurrence", "procedure_concept_id"),
        ("visit_occurrence", "visit_concept_id"),
    ):
        rows = [
            {**row, concept: 999_999_999, f"{table}_id": row[f"{table}_id"] + 50_000_000}
            for row in TABLES[table].to_pylist()
        ]
        added = pa.Table.from_pylist(rows, schema=TABLES[table].schema)
        more[table] = pa.concat_tables([TABLES[table], added])
    assert _both(texts, TABLES) == _both(texts, more)


def _answers(expression: str, people: list[tuple[Fact, ...]]) -> list[Truth]:
    specs = [Spec(expression, "met", "", facts) for facts in people]
    node = bind_expression(expression, SPEC_ENVIRONMENT)
    persons = read_persons(spec_tables(specs), study=SPEC_STUDY, data_cut=DATA_CUT)
    return [evaluate(node, person)[0] for person in persons]


DAYS = st.dates(date(2024, 3, 10), date(2024, 4, 5)).map(str)
NUMBERS = st.decimals("0", "70", places=6).map(str)
RECORDS = st.lists(
    st.builds(
        lambda number, unit, day, sign: lab("upcr", number, unit, day, sign=sign),
        st.one_of(st.none(), NUMBERS),
        st.sampled_from(["g/g", "mg/g", "mg/mmol", "kg", None]),
        DAYS,
        st.sampled_from([None, None, "<", ">", "<=", ">="]),
    ),
    max_size=4,
)
UPCR = "latest upcr in [screening - 14 days, screening] > 1 g/g"


@steady(300)
@given(RECORDS, NUMBERS, DAYS)
def test_a_record_without_a_unit_never_turns_unknown_into_met(
    records: list[Fact], number: str, day: str
) -> None:
    without = lab("upcr", number, None, day)
    before, after = _answers(UPCR, [tuple(records), (*records, without)])
    if before.status is Status.UNKNOWN:
        assert after.status is Status.UNKNOWN
    else:
        assert after in {before, unknown(Reason.UNIT_MISSING)}


@steady(200)
@given(
    st.sampled_from(["upcr", "urine_protein_24h", "creatinine", "platelets", "weight", "c3"]),
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.data(),
)
def test_the_unit_of_entry_never_changes_a_verdict(
    name: str, entered: int, asked: int, operator: str, data: st.DataObject
) -> None:
    """A number of thousandths in the canonical unit, written in each unit that can hold it."""
    concept = SPEC_ENVIRONMENT.dictionary.concept(name)
    unit = concept.unit
    assert unit is not None
    canonical = Decimal(entered) / 1000
    written = []
    for code, factor in concept.factors.items():
        number = canonical * factor.denominator / factor.numerator
        if number == number.quantize(Decimal("0.000001")):
            written.append((f"{number:f}", code))
    threshold = Decimal(asked) / 1000
    units = data.draw(st.sampled_from([code for _, code in written]))
    factor = concept.factors[units]
    shown = threshold * factor.denominator / factor.numerator
    texts = {f"latest {name} at screening {operator} {threshold} {unit.code}"}
    if shown == shown.quantize(Decimal("0.000001")):
        texts.add(f"latest {name} at screening {operator} {shown:f} {units}")
    people: list[tuple[Fact, ...]] = [
        (lab(name, number, code, "03-31"),) for number, code in written
    ]
    assert len({truth for text in texts for truth in _answers(text, people)}) == 1


# ---- logic --------------------------------------------------------------------------------------

VALUES = (MET, NOT_MET, unknown(Reason.NO_DATA), unknown(Reason.CENSORED), NOT_APPLICABLE)
NAMES = tuple("abcde")


def _leaf(name: str) -> Placed:
    return Placed(Attested(name), name, 0, 1)


def _without_if(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        parts.map(Not),
        several.map(And),
        several.map(Or),
        st.builds(AtLeast, st.integers(1, 3), several),
    )


def _with_if(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(_without_if(parts), st.builds(If, parts, parts))


PLACED = st.sampled_from(NAMES).map(_leaf)
TREES = st.recursive(PLACED, _with_if, max_leaves=7)
KNOWN = (MET, NOT_MET)
VALUATIONS = st.fixed_dictionaries(
    {
        name: st.sampled_from([*KNOWN, unknown(Reason.NO_DATA), unknown(Reason.CENSORED)])
        for name in NAMES
    }
)


def _value(node: Node, truths: Mapping[str, Truth]) -> Truth:
    return combine(node, lambda placed: truths[placed.text])


@pytest.mark.parametrize(("left", "right"), list(product(VALUES, repeat=2)))
def test_de_morgan(left: Truth, right: Truth) -> None:
    assert truth_not(truth_and([left, right])) == truth_or([truth_not(left), truth_not(right)])
    assert truth_not(truth_or([left, right])) == truth_and([truth_not(left), truth_not(right)])
    assert truth_and([left, right]) == truth_and([right, left])
    assert truth_or([left, right]) == truth_or([right, left])


@pytest.mark.parametrize(("first", "second", "third"), list(product(VALUES, repeat=3)))
def test_and_or_associate(first: Truth, second: Truth, third: Truth) -> None:
    for join in (truth_and, truth_or):
        left = join([join([first, second]), third])
        assert left == join([first, join([second, third])])
        assert left.status == join([first, second, third]).status


@steady(500)
@given(TREES, VALUATIONS)
def test_what_is_known_stays_when_more_becomes_known(node: Node, truths: dict[str, Truth]) -> None:
    before = _value(node, truths)
    open_names = [name for name in NAMES if truths[name].status is Status.UNKNOWN]
    after = {
        _value(node, {**truths, **dict(zip(open_names, known, strict=True))})
        for known in product(KNOWN, repeat=len(open_names))
    }
    if before.status is not Status.UNKNOWN:
        assert after == {before}
    assert all(truth.status is not Status.UNKNOWN for truth in after)


@steady(500)
@given(TREES, VALUATIONS)
def test_reasons_come_from_unknown_leaves(node: Node, truths: dict[str, Truth]) -> None:
    found = _value(node, truths)
    of_leaves = [truths[placed.text].reasons for placed in leaves_of(node)]
    assert found.reasons <= frozenset().union(*of_leaves)


@steady(500)
@given(TREES, VALUATIONS)
def test_settlers_are_those_that_trying_each_leaf_finds(
    node: Node, truths: dict[str, Truth]
) -> None:
    by_leaf: dict[Leaf, Truth] = {Attested(name): truth for name, truth in truths.items()}
    tried = {}
    for name in {placed.text for placed in leaves_of(node)}:
        if truths[name].status is Status.UNKNOWN:
            answers = tuple(_value(node, {**truths, name: known}).status for known in KNOWN)
            if set(answers) != {Status.UNKNOWN}:
                tried[name] = answers
    if _value(node, truths).status is not Status.UNKNOWN:
        tried = {}
    found = {item.text: (item.if_met, item.if_not_met) for item in find_settlers(node, by_leaf)}
    assert found == tried


# ---- texts --------------------------------------------------------------------------------------


# The texts that stand behind a name: definitions, and the items of scores.
NAMED_TEXTS = (
    *ENVIRONMENT.definitions.values(),
    *(text for score in ENVIRONMENT.scores.values() for group in score.groups for _, text in group),
    *(text for score in ENVIRONMENT.scores.values() for text in score.values.values()),
)


@steady(400)
@given(expressions())
def test_generated_texts_bind_and_place_their_leaves(text: str) -> None:
    for placed in leaves_of(bind_expression(text, ENVIRONMENT)):
        inside = with_values(text[placed.start : placed.end], ENVIRONMENT.parameters) == placed.text
        assert inside or any(placed.text in known for known in NAMED_TEXTS)


@steady(200)
@given(LEAVES)
def test_a_leaf_alone_and_in_brackets_is_the_same(text: str) -> None:
    alone = [placed.leaf for placed in leaves_of(bind_expression(text, ENVIRONMENT))]
    spread = text.replace(" ", "\n  # a comment\n ")
    inside = bind_expression(f"( ({spread}\n) )", ENVIRONMENT)
    assert [placed.leaf for placed in leaves_of(inside)] == alone


def test_the_generated_data_use_the_concepts_of_the_rows() -> None:
    assert DICTIONARY is SPEC_ENVIRONMENT.dictionary
