"""All that a protocol says of one criterion: its expression, and what stands for its names.

Two screenings judged a criterion alike where these texts are the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from remit.criteria.tree import leaves_of
from remit.protocol.bound import BoundCriterion
from remit.protocol.schema import Protocol

_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def criterion_texts(protocol: Protocol, item: BoundCriterion) -> Mapping[str, str]:
    """What is said -> its text: `expression`, `state`, and each definition, parameter and window.

    >>> from remit.facts.codes import NO_VOCABULARY
    >>> from remit.protocol import protocol_named
    >>> from remit.protocol.bound import bind_protocol
    >>> study = protocol_named("nct06167174")
    >>> texts = criterion_texts(study, bind_protocol(study, NO_VOCABULARY).by_id["E7a"])
    >>> sorted(texts)
    ['$laboratory_lookback', 'expression', 'kind', 'state', 'window']
    """
    criterion = item.criterion
    found: dict[str, str] = {"kind": criterion.kind, "state": criterion.state}
    if criterion.expression is None:
        return found
    found["expression"] = _plain(criterion.expression)
    definitions = protocol.definition_texts()
    windows = {f"window of {name}": text for name, text in protocol.windows.concepts.items()}
    named = {**{f"definition {name}": text for name, text in definitions.items()}, **windows}
    read = set() if item.node is None else _windows_read(item)
    literals = protocol.literal_texts()
    if _with_values(protocol.windows.default, literals) in read:
        found["window"] = _plain(protocol.windows.default)
    waiting = list(found.values())
    while waiting:
        for name in _NAMES.findall(waiting.pop()):
            for key in (f"definition {name}", f"window of {name}"):
                if key in named and key not in found:
                    found[key] = _plain(named[key])
                    waiting.append(found[key])
    spoken = " ".join(found.values())
    for name, value in literals.items():
        if re.search(rf"\${re.escape(name)}\b", spoken):
            found[f"${name}"] = value
    return found


def _windows_read(item: BoundCriterion) -> set[str]:
    assert item.node is not None, "asked only of what is executed"
    return {
        _plain(str(window).removeprefix("in "))
        for placed in leaves_of(item.node)
        for window in placed.leaf.windows
    }


def _with_values(text: str, literals: Mapping[str, str]) -> str:
    for name, value in literals.items():
        text = re.sub(rf"\${re.escape(name)}\b", value, text)
    return _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.split())
