"""Text of an expression to its parse tree, and errors that point at the place.

The grammar is `grammar.lark`. Positions in a text count from 0, shown columns from 1.
"""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import Literal

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from remit.criteria.parse_tables import parser
from remit.errors import ExpressionError, Place

ParseTree = Tree[Token]

# What the parser may have been waiting for, in the reader's words.
_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "INT": "a whole number",
    "TITRE": "a titre such as 1:80",
    "UNIT": "a unit",
    "DATE": "a date such as 2025-01-31",
    "PERIOD": "days, weeks, months or years",
    "COMPARE": "one of > >= < <=",
    "TEXT": "a quoted value",
    "OPEN_IN": "[",
    "OPEN_OUT": "(",
    "CLOSE_IN": "]",
    "CLOSE_OUT": ")",
    "PLUS": "+",
    "MINUS": "-",
    "STAR": "*",
    "SLASH": "/",
    "COMMA": ",",
    "LBRACE": "{",
    "RBRACE": "}",
    "DOLLAR": "a $parameter",
    "$END": "the end",
}
_END = "the end of the text"
# A sum or a condition of a study is some parts deep; a number of a record has at most 18 digits.
MOST_NESTED, MOST_DIGITS = 100, 18
_LONGEST = 200  # characters of a line that is shown
_TOO_LONG = re.compile(rf"[0-9]{{{MOST_DIGITS + 1}}}")
_SIGNS = {"=>": ">=", "=<": "<=", ">>": ">", "<<": "<", "==": "="}


@cache
def _of_a_reading() -> frozenset[str]:
    """What a reading or a value may begin with."""
    begun = parser().parse_interactive("", start="numeric")
    return frozenset(begun.accepts())  # type: ignore[no-untyped-call]  # Lark gives it no type


def point_at(text: str, start: int, end: int) -> str:
    """The line of the text that holds `start`, and carets below the span.

    >>> print(point_at("upcr > 1 mg", 9, 11))
      upcr > 1 mg
               ^^
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", first)
    line = text[first:] if last < 0 else text[first:last]
    width = max(1, min(end, first + len(line)) - start)
    if len(line) > _LONGEST:  # only what lies around the place
        cut = max(0, start - first - _LONGEST // 2)
        line, first = line[cut : cut + _LONGEST], first + cut
        width = min(width, _LONGEST - (start - first))
    return f"  {line}\n  {' ' * (start - first)}{'^' * width}"


def expression_error(
    what: str,
    *,
    text: str,
    start: int,
    end: int,
    source: str,
    expected: str | None = None,
    got: str | None = None,
    next_step: str | None = None,
) -> ExpressionError:
    """An error at a span of an expression's text."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return ExpressionError(
        what,
        expected=expected,
        got=got,
        next_step=next_step or "see docs/reference/language.md for what may stand there",
        place=Place(source, line, column),
        excerpt=point_at(text, start, end),
    )


def _expected(error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken):
        names = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        names = set(error.allowed or ())
    else:
        names = set()
    words = []
    if names >= _of_a_reading():
        names -= _of_a_reading()
        words.append(
            "a reading such as `latest upcr in [screening - 28 days, screening]` or a value"
        )
    words += sorted(_WORDS.get(name, name.lower()) for name in names)
    return ", ".join(dict.fromkeys(words)) or "an expression"


def _keyword_hint(before: str, got: str) -> str | None:
    """What the text at the place, or the word before it, may have been meant to be."""
    last = before.split()[-1:]
    if (before[-1:] + got) in _SIGNS:
        return f"did you mean {_SIGNS[before[-1:] + got]!r} instead of {before[-1:] + got!r}?"
    if got == "," and before[-1:].isdigit() and "[" not in before.rpartition("]")[2]:
        return "a decimal is written with a point: 1.5"
    keywords = "latest earliest highest lowest any every count dose unchanged confirmed overlapping"
    keywords += " consecutive"
    for word in (got, *last):
        near = difflib.get_close_matches(word.lower(), keywords.split(), n=1, cutoff=0.75)
        if near and near[0] != word:
            return f"did you mean {near[0]!r} instead of {word!r}?"
    if got.isidentifier() and last and last[0].isidentifier():
        return f"what is read is named by one of {', '.join(keywords.split()[:7])}, not {last[0]!r}"
    return None


@lru_cache(maxsize=4096)
def _parsed(text: str, form: str) -> ParseTree:
    """The tree of a text, which nobody changes: studies and definitions say the same often."""
    return parser().parse(text, start=form)


def too_deep(text: str, source: str) -> ExpressionError:
    """Of a text whose parts lie in one another so deep that nobody can review it."""
    return expression_error(
        "the expression is nested too deeply",
        text=text,
        start=0,
        end=1,
        source=source,
        expected=f"at most {MOST_NESTED} parts in one another",
        got="more",
        next_step="split it into several criteria or named definitions",
    )


def _depth(tree: ParseTree) -> int:
    """How many rules lie in one another."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        found, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(part, depth + 1) for part in found.children if isinstance(part, Tree)]
    return deepest


def _check_digits(text: str, source: str) -> None:
    found = _TOO_LONG.search(text)
    if found is not None:
        raise expression_error(
            "the number has more digits than any measurement",
            text=text,
            start=found.start(),
            end=found.start() + MOST_DIGITS,
            source=source,
            expected=f"at most {MOST_DIGITS} digits",
            got="more",
            next_step="check the number and its unit",
        )


def parse_expression(
    text: str, *, source: str = "expression", form: Literal["start", "numeric", "span"] = "start"
) -> ParseTree:
    """The parse tree of an expression.

    Args:
        source: named in errors.
        form: what the text is: a boolean expression, a sum (`numeric`) or a window (`span`).

    Raises:
        ExpressionError: with a caret at the place, what was expected and what to write instead;
            also for what is nested too deeply, or a number of too many digits.
    """
    if not text.strip():
        raise ExpressionError("the expression is empty", expected="an expression", place=source)
    _check_digits(text, source)
    hint = None
    try:
        tree = _parsed(text, form)
        if _depth(tree) > MOST_NESTED:
            raise too_deep(text, source)
        return tree
    except RecursionError as error:
        raise too_deep(text, source) from error
    except UnexpectedEOF as error:
        start, got, expected = len(text.rstrip()), _END, _expected(error)
    except UnexpectedToken as error:
        token = error.token
        at_end = token.type == "$END"
        start = len(text.rstrip()) if at_end else (token.start_pos or 0)
        got = _END if at_end else str(token)
        expected, hint = _expected(error), _keyword_hint(text[:start], got)
    except UnexpectedCharacters as error:
        start = error.pos_in_stream or 0
        got, expected = text[start], _expected(error)
        if got == "!":
            hint = "write `not (A = B)`"
    raise expression_error(
        "the expression does not parse here",
        text=text,
        start=start,
        end=start + (1 if got == _END else len(got)),
        source=source,
        expected=expected,
        got=got,
        next_step=hint,
    )
