"""Values as the text of a TOML file that reads back the same, whatever characters they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from remit.terminal import json_visible, plain_text

_DELETE = "\x7f"


def toml_string(text: str) -> str:
    """A text as a TOML string on one line.

    What would act on an editor or a terminal is written as an escape. Half a character, which no
    file can hold, becomes `�`.

    >>> print(toml_string('"a"\\n\\u202eb'))
    "\\"a\\"\\n\\u202eb"
    """
    whole = "".join("�" if "\ud800" <= c <= "\udfff" else c for c in text)
    return '"' + "".join(_escaped(c) for c in whole) + '"'


_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character == _DELETE or json_visible(character) != character:
        code = ord(character)
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return character


def toml_list(texts: Iterable[str]) -> str:
    """Texts as a TOML list on one line.

    >>> toml_list(["a", "b"])
    '["a", "b"]'
    """
    return f"[{', '.join(map(toml_string, texts))}]"


def toml_comment(text: str) -> str:
    """A text as one comment line.

    >>> toml_comment("two\\nlines")
    '# two lines'
    """
    return f"# {plain_text(text)}".rstrip()


def toml_name(text: str, *, otherwise: str) -> str:
    """A text as a name of small letters, digits and underscores that begins with a letter.

    >>> toml_name("NCT 0123-a", otherwise="x"), toml_name("研究", otherwise="my_study")
    ('nct_0123_a', 'my_study')
    """
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not name:
        return otherwise
    return name if name[0].isalpha() else f"{otherwise}_{name}"


def toml_identifier(text: str, *, otherwise: str) -> str:
    """A text as an id of letters, digits, `_` and `-`.

    >>> toml_identifier("C1.I2", otherwise="x")
    'C1-I2'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-_") or otherwise
