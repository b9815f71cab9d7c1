"""The persons of a dataset that somebody asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from remit.errors import DatasetError
from remit.facts.arrays import whole_numbers
from remit.facts.opened import Facts


def chosen_persons(facts: Facts, persons: Sequence[int] | None) -> npt.NDArray[np.int64]:
    """The ids of these persons in order; of all when None.

    Raises:
        DatasetError: one is not in the dataset.
    """
    everyone = np.sort(np.asarray(whole_numbers(facts.rows("person", ["person_id"])["person_id"])))
    if persons is None:
        return np.asarray(everyone, np.int64)
    chosen = np.unique(np.array(persons, np.int64))
    strange = chosen[~np.isin(chosen, everyone)]
    if len(strange):
        raise DatasetError(
            f"the dataset has no person {strange[0]}",
            expected="a person_id of the table person",
            got=str(strange[0]),
            next_step="check the number",
            place=facts.folder,
        )
    return chosen
