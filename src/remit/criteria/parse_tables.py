"""The parser of the language, from tables that were worked out from the grammar and kept.

To work them out takes longer than to screen a small dataset. The tables carry the hash of the
grammar and the version of Lark that they are of; where either is another, the parser is built anew.
They are numbers and names in JSON, which can be read but not run.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

FORMS = ("start", "numeric", "span")
TABLES = "grammar_tables.json"
_GRAMMAR = "grammar.lark"


def packaged_text(name: str) -> str:
    """The text of a file of this package."""
    return resources.files("remit.criteria").joinpath(name).read_text(encoding="utf-8")


@cache
def parser() -> Lark:
    """The parser of the packaged grammar, for each of `FORMS`."""
    grammar = packaged_text(_GRAMMAR)
    tables = json.loads(packaged_text(TABLES))
    if tables["made_of"] != made_of(grammar):
        return built_parser(grammar)
    return parser_of(tables)


def made_of(grammar: str) -> dict[str, str]:
    """What tables depend on: the grammar, as a hash, and who worked them out."""
    return {"grammar": hashlib.sha256(grammar.encode()).hexdigest(), "lark": lark.__version__}


def built_parser(grammar: str) -> Lark:
    """The parser, with its tables worked out from the grammar."""
    return Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        start=list(FORMS),
        propagate_positions=True,
        maybe_placeholders=True,
    )


def tables_text(grammar: str) -> str:
    """The text of the file of tables of a grammar. The numbers of its states may differ by run."""
    data, shared = built_parser(grammar).memo_serialize([TerminalDef, Rule])
    page = {"made_of": made_of(grammar), "data": data, "memo": shared}
    return json.dumps(page, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def parser_of(tables: dict[str, Any]) -> Lark:
    """The parser of tables that `tables_text` wrote."""
    table = tables["data"]["parser"]["parser"]
    # JSON has texts alone as keys.
    table["tokens"] = _by_number(table["tokens"])
    table["states"] = {
        state: _by_number(actions) for state, actions in _by_number(table["states"]).items()
    }
    return Lark.load({"data": tables["data"], "memo": _by_number(tables["memo"])})


def _by_number(named: dict[str, Any]) -> dict[int, Any]:
    return {int(name): value for name, value in named.items()}
