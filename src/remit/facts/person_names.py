"""The ids that a source calls its persons by, where they are text such as `LN-007`.

Rows carry whole numbers, since sorting, joining and cutting into parts run on them. What people
read and type, and each file that is written for them, has the id as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import index
from typing import SupportsIndex

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.opened import Facts

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class PersonNames:
    """How to call the persons of a dataset.

    Attributes:
        names: person -> the id as it came; who is not in it is called by the number.
    """

    names: Mapping[int, str]
    _ids: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {name: person for person, name in self.names.items()})

    def shown(self, person: SupportsIndex) -> str:
        """The id as it came."""
        number = index(person)
        return self.names.get(number, str(number))

    def all_shown(self, persons: Iterable[SupportsIndex]) -> list[str]:
        """The ids as they came, in the order given."""
        return [self.shown(person) for person in persons]

    def told(self, person: SupportsIndex) -> int | str:
        """The id as it came, for other programs: a number where the source has numbers.

        >>> PersonNames({1: "LN-007"}).told(1), PersonNames({}).told(7)
        ('LN-007', 7)
        """
        number = index(person)
        return self.names.get(number, number)

    def person(self, name: str) -> int:
        """The number of the person that somebody named.

        Raises:
            DatasetError: the dataset calls nobody so.
        """
        found = self._ids.get(name.strip())
        if found is not None:
            return found
        if not self.names and _WHOLE.fullmatch(name.strip()) and abs(int(name)) <= _LARGEST:
            return int(name)
        example = next(iter(self.names.values()), "14")
        raise DatasetError(
            "the dataset has no such person",
            expected=f"an id as the source has it, such as {example}",
            got=name,
            next_step="take an id from `remit screen STUDY --facts DATASET --format csv`",
        )


NO_NAMES = PersonNames({})  # of a source that calls its persons by whole numbers


def with_person(table: pa.Table, names: PersonNames) -> pa.Table:
    """A table with a column `person`, the ids as they came, after its column `person_id`."""
    place = table.column_names.index("person_id")
    called = pa.array(names.all_shown(table["person_id"].to_pylist()), pa.string())
    return table.add_column(place + 1, "person", called)


def person_names(facts: Facts) -> PersonNames:
    """The names of a dataset's persons; none where the source calls them by whole numbers."""
    rows = facts.rows("person_name")
    persons, names = (rows[column].to_pylist() for column in rows.column_names)
    return PersonNames(dict(zip(persons, names, strict=True)))
