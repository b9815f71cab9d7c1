"""Units that a study brings in files of its own: each by a unit of the closed table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.errors import RemitError, UnitError
from remit.facts.codes import OWN
from remit.facts.tables import INT32_MAX
from remit.units import OwnUnit, Unit, has_unit, unit_named

Fault = tuple[str, tuple[str | int, ...], RemitError]
"""The file, the keys below which something is wrong, and what."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    means: str
    times: str = Field(default="1", pattern=r"^[0-9]+(\.[0-9]+|/[0-9]+)?$")
    spellings: tuple[str, ...] = ()
    omop: int | None = None
    source: str = Field(min_length=1)


def read_own_units(
    files: Mapping[str, Mapping[str, object]],
) -> tuple[Mapping[str, OwnUnit], tuple[Fault, ...]]:
    """The units of some files by their codes, and all that is wrong with these.

    Args:
        files: name -> values of the TOML file.
    """
    units: dict[str, OwnUnit] = {}
    faults: list[Fault] = []
    taken: set[str | int] = set()
    for file, data in files.items():
        rows = data.get("unit", {})
        strange = sorted(set(data) - {"kind", "version", "unit"})
        fits = data.get("kind") == "remit.units" and data.get("version") == 1
        if not fits or strange or not isinstance(rows, Mapping):
            error = UnitError(
                "this is not a file of units",
                expected='kind = "remit.units", version = 1 and tables such as [unit."our mg"]',
                got=", ".join(strange) or f"kind {data.get('kind')!r}",
                next_step="check that the file holds units, and its first lines",
            )
            faults.append((file, ("kind",), error))
            continue
        for code, row in rows.items():
            path = ("unit", code)
            try:
                entry = _Entry.model_validate(row)
            except ValidationError as error:
                for one in error.errors():
                    said = UnitError(
                        f"unit {code}: {'.'.join(map(str, one['loc']))}: {one['msg']}",
                        expected="means, times, spellings, omop and source",
                        next_step="see docs/how-to/concepts.md for each key",
                    )
                    faults.append((file, (*path, *one["loc"]), said))
                continue
            found = tuple(_faults_of(code, entry, taken))
            faults += [(file, path, one) for one in found]
            taken |= {code, *entry.spellings} | ({entry.omop} if entry.omop is not None else set())
            if not found:
                units[code] = _unit_of(code, entry)
    return units, tuple(faults)


def _unit_of(code: str, entry: _Entry) -> OwnUnit:
    means, times = unit_named(entry.means), Fraction(entry.times)
    ids = () if entry.omop is None else (entry.omop,)
    factor = means.factor * times
    own = Unit(code, factor, means.dimension, ids, (), entry.spellings)
    return OwnUnit(own, means.code, times)


def _faults_of(code: str, entry: _Entry, taken: set[str | int]) -> Iterator[RemitError]:
    for text in (code, *entry.spellings):
        if not text.strip() or has_unit(text=text) or text in taken:
            yield UnitError(
                f"the unit {text!r} is there already" if text.strip() else "a unit has no text",
                expected="a text that no unit of Remit's and no other one of yours has",
                got=text,
                next_step="remove it; a packaged unit is never changed by a file",
            )
    omop = entry.omop
    if omop is not None and (
        has_unit(omop_id=omop) or omop in taken or omop in OWN or not 0 < omop <= INT32_MAX
    ):
        yield UnitError(
            f"unit {code}: the id {omop} is taken, or is none that data can carry",
            expected=f"an id of no other unit, outside {OWN[0]} to {OWN[-1]}",
            got=str(omop),
            next_step=f"take the id of the vocabulary, or a local one from {OWN[-1] + 1} on",
        )
    try:
        if unit_named(entry.means).zero:
            yield UnitError(
                f"unit {code}: {entry.means} has a scale that does not begin at 0",
                expected="a unit such as Cel under means",
                got=entry.means,
                next_step="name another unit, or convert the values before the import",
            )
        if Fraction(entry.times) <= 0:
            raise ZeroDivisionError
    except UnitError as error:
        yield UnitError(
            f"unit {code}: {error.what}",
            expected=error.expected,
            got=error.got,
            next_step="name in means a unit of the closed table",
        )
    except ZeroDivisionError:
        yield UnitError(
            f"unit {code}: times is no number above 0",
            expected='a number in quotes, such as "10" or "1/1000"',
            got=entry.times,
            next_step="say how many of the unit under means this one is",
        )
