"""A reader who holds all counts of a page together and bounds each of them: a linear program.

He knows what kinds of persons there are and under which counts each of them is counted, and how far
a shown number may be from the true one. He shares no code with what rounds the counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
_SLIGHT = 1e-9
# Steps by the steepest rule before Bland's takes over, which cannot run in a circle.
_STEEP = 200


def bounds_of(counted: Matrix, shown: Matrix, *, slack: float, which: int) -> tuple[float, float]:
    """The least and the most that one true count can be.

    Args:
        counted: a row a count, a column a kind of person: 1 where the kind is counted.
        shown: the number shown of each count. A true one is at most `slack` away, and not negative.
        which: the row to bound.
    """
    rows = np.vstack([counted, -counted])
    limits = np.concatenate([shown + slack, -np.maximum(shown - slack, 0)])
    aim = counted[which]
    return -most(rows, limits, -aim), most(rows, limits, aim)


def most(rows: Matrix, limits: Matrix, aim: Matrix) -> float:
    """The largest `aim @ x` with `rows @ x <= limits` and `x >= 0`: the simplex method.

    Raises:
        ValueError: no x fits.
    """
    number, size = rows.shape
    # Columns: x, a slack a row, and one that makes any start feasible (Chvatal 1983, chapter 3).
    table = np.hstack([rows, np.eye(number), -np.ones((number, 1)), limits[:, np.newaxis]])
    basis = list(range(size, size + number))
    spare = size + number
    if limits.min() < 0:
        goal = np.zeros(spare + 2)
        goal[spare] = -1
        first = _pivoted(table, goal, basis, int(limits.argmin()), spare)
        if _climb(table, first, basis, spare + 1) < -_SLIGHT:
            raise ValueError("no numbers of persons fit what is shown")
        if spare in basis:
            row = basis.index(spare)
            column = next(c for c in range(spare) if abs(table[row, c]) > _SLIGHT)
            _pivoted(table, np.zeros(spare + 2), basis, row, column)
    goal = np.zeros(spare + 2)
    goal[:size] = aim
    for row, column in enumerate(basis):
        goal = goal - goal[column] * table[row]
    return _climb(table, goal, basis, spare)


def _climb(table: Matrix, goal: Matrix, basis: list[int], columns: int) -> float:
    """Exchange columns of the basis while that raises the goal; what it then is."""
    for step in range(100_000):
        useful = np.flatnonzero(goal[:columns] > _SLIGHT)
        if not len(useful):
            return float(-goal[-1])
        column = int(useful[goal[useful].argmax()] if step < _STEEP else useful[0])
        above = np.flatnonzero(table[:, column] > _SLIGHT)
        if not len(above):
            return float("inf")
        room = table[above, -1] / table[above, column]
        ties = above[room <= room.min() + _SLIGHT]
        row = int(min(ties, key=lambda at: basis[at]))
        goal = _pivoted(table, goal, basis, row, column)
    raise AssertionError("the simplex method came to no end")


def _pivoted(table: Matrix, goal: Matrix, basis: list[int], row: int, column: int) -> Matrix:
    """Take a column into the basis in the place of a row's; the goal in its terms."""
    table[row] /= table[row, column]
    others = np.arange(len(table)) != row
    table[others] -= np.outer(table[others, column], table[row])
    basis[row] = column
    return np.asarray(goal - goal[column] * table[row], np.float64)
