"""The kept tables of the parser are those of the grammar.

Rewrite them with `REMIT_REWRITE_SNAPSHOTS=1 python -m pytest tests/criteria/test_parse_tables.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

import remit.criteria
from criteria.expressions import expressions
from remit.criteria import parse_tables
from remit.criteria.parse_tables import (
    TABLES,
    built_parser,
    made_of,
    packaged_text,
    parser,
    parser_of,
    tables_text,
)
from remit.instruments.catalogue import packaged_instruments

GRAMMAR = packaged_text("grammar.lark")
LOCKED = Path(__file__).parents[2] / "requirements.lock"
TEXT = "latest upcr in [ ( ] ) screening - 28 days , > 1 g/g and not any dose of unchanged { } $x"
WORDS = TEXT.split()


@pytest.fixture(scope="module")
def built() -> Lark:
    return built_parser(GRAMMAR)


def test_the_kept_tables_are_current() -> None:
    if os.environ.get("REMIT_REWRITE_SNAPSHOTS"):
        folder = Path(remit.criteria.__file__).parent
        (folder / TABLES).write_text(tables_text(GRAMMAR), encoding="utf-8")
    assert json.loads(packaged_text(TABLES))["made_of"] == made_of(GRAMMAR)
    assert f"lark=={lark.__version__}" in LOCKED.read_text(encoding="utf-8")


def _said(by: Lark, text: str) -> object:
    """The tree with the place of each token; or the error, its place, what it expected."""
    try:
        tree: Tree[Token] = by.parse(text, start="start")
    except UnexpectedInput as error:
        expected = getattr(error, "accepts", None) or getattr(error, "allowed", None)
        return type(error), error.pos_in_stream, expected
    tokens = [
        (token.type, str(token), token.start_pos, token.end_pos)
        for token in tree.scan_values(lambda value: isinstance(value, Token))
    ]
    return tree, tokens


@settings(max_examples=300, deadline=None)
@given(expressions())
def test_both_parsers_read_an_expression_alike(built: Lark, text: str) -> None:
    assert _said(parser(), text) == _said(built, text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
def test_both_parsers_refuse_a_text_alike(built: Lark, text: str) -> None:
    assert _said(parser(), text) == _said(built, text)


def test_both_parsers_read_the_packaged_instruments_alike(built: Lark) -> None:
    texts = [
        rung.when
        for instrument in packaged_instruments().values()
        for ladder in instrument.ladders
        for rung in ladder.rungs
    ]
    assert len(texts) > 100
    for text in texts:
        assert _said(parser(), text) == _said(built, text)


@pytest.mark.parametrize("changed", ["grammar", "lark"])
def test_tables_of_another_grammar_or_parser_are_not_used(
    changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = json.loads(packaged_text(TABLES))
    page["made_of"][changed] = "another"
    page["data"] = page["memo"] = None
    texts = {"grammar.lark": GRAMMAR, TABLES: json.dumps(page)}
    monkeypatch.setattr(parse_tables, "packaged_text", texts.__getitem__)
    found = parser.__wrapped__()
    assert found.parse("upcr > 1", start="start") == parser().parse("upcr > 1", start="start")


def test_tables_written_now_give_the_same_parser(built: Lark) -> None:
    found = parser_of(json.loads(tables_text(GRAMMAR)))
    text = "at least 2 of (latest upcr > 1 g/g, not any rituximab in [screening - 24 weeks, ..])"
    assert _said(found, text) == _said(built, text)
