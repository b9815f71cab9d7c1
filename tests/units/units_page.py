"""The reference page of units, made from the closed table and the families of spellings."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from remit.units import unit_table, unit_text
from remit.units.table import refused_texts
from remit.views.markdown import markdown_table

SHOWN = 8
INTRODUCTION = """\
Remit reads units from one closed table: in records, criteria, forms and visit tables. A text is
known when each of its parts is a spelling below and the parts make a unit of the table. Spaces,
wide letters, both micro signs, squared letters (`㎎`) and raised digits (`10⁹` is `10^9`) are one
character in several forms; `per` is `/`. Letters keep their case. A unit in capitals is read as its
parts in capitals (`MG/DL`), after what it says as it stands: `G/L` is giga per litre. Nothing else
is known: an unknown unit is an error, or `unknown(unit_unknown)` in data, and its hint is near by
meaning."""
SLIPS = tomllib.loads(Path(__file__).with_name("slips.toml").read_text(encoding="utf-8"))


def _families() -> dict[str, Any]:
    text = resources.files("remit.units").joinpath("spellings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _code(*texts: str) -> str:
    return ", ".join(f"`{text}`" for text in texts if text)


def units_page() -> str:
    """The page as Markdown."""
    known = _families()
    units = [
        (_code(code), unit_text(code), ", ".join(map(str, unit.omop_ids)),
         _code(*SLIPS.get(code, ())[:SHOWN]))
        for code, unit in unit_table().items()
    ]  # fmt: skip
    prefixes = [
        (_code(*row["signs"]), row["factor"], ", ".join(row["words"]), row["source"])
        for row in known["prefix"].values()
    ]
    bases = [
        (_code(name), _code(*row["signs"]), ", ".join(row["prefixes"]), row["source"])
        for name, row in known["base"].items()
    ]
    parts = [
        (_code(name), _code(*row["spellings"]), row.get("source", "UCUM"))
        for name, row in known["part"].items()
    ]
    words = [(f"10^{power}", _code(*texts)) for power, texts in known["power"]["words"].items()]
    refused = [(_code(text), _code(*codes)) for text, codes in refused_texts().items()]
    area, creatinine = known["area"], known["creatinine"]
    lines = [
        "# Units",
        "",
        *INTRODUCTION.splitlines(),
        "",
        "## The table",
        "",
        *markdown_table(("unit", "shown", "OMOP ids", "read, for example"), units),
        "",
        "## How parts are written",
        "",
        "Each sign of a prefix goes with each sign of a base that takes it.",
        "",
        *markdown_table(("prefix", "factor", "word", "source"), prefixes),
        "",
        *markdown_table(("base", "signs", "prefixes", "source"), bases),
        "",
        *markdown_table(("part", "also written", "source"), parts),
        "",
        f"**Powers of ten** as counts ({known['power']['source']}):",
        "`10*9`, `10^9`, `x10E9`, `10(9)` and their kin, or a word:",
        "",
        *markdown_table(("power", "words"), words),
        "",
        f"What is counted may stand before or behind ({known['count']['source']}):",
        f"{_code(*known['count']['words'])}.",
        "",
        f"**Body surface** ({area['source']}):",
        f"{_code(*area['numbers'])}, then {_code(*area['metres'])}.",
        "",
        f"**Creatinine** behind {_code(*creatinine['of'])} ({creatinine['source']}):",
        f"{_code(*creatinine['words'])}.",
        "",
        "## Refused by name",
        "",
        "Laboratories mean different things by these, or a sign was lost; the hint says",
        "what may be meant.",
        "",
        *markdown_table(("text", "may be"), refused),
        "",
    ]
    return "\n".join(lines)
