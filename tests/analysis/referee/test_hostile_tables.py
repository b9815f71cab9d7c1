"""Whatever stands in a file: rulings, or an error that says what to do; never a traceback."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from remit.analysis.referee.printed_files import printed_tables
from remit.analysis.referee.refereed_tables import referee_tables
from remit.errors import PrintedTableError
from remit.views.terminal.plain_tables import written
from remit.views.terminal.refereed_numbers import refereed_text


def words(text: str) -> list[str]:
    return text.split()


KEYS = words(
    "x n pct mean sd se median q1 q3 min max ci p diff or rr hr r beta x_a n_a x_b n_b pct_a pct_b "
    "mean_a mean_b sd_a sd_b se_a ci_a py_a rate_a strata crosstab adds_up level step scale_min "
    "scale_max mean_sd_a median_iqr_a info z alpha p_a_vs_b or_a_vs_b a_vs_b subgroup endpoint "
    "x_total n_total diff_ci or_ci method derived foo"
)
VALUES = [
    *words(
        "0 -1 1e300 1e-300 1e999 NA NS <0.05 >0.9 <=1 1,5 1,234 1.2.3 abc 100 999999999999 0.5 50% "
        "nan inf 0x10 12/0 ∞ -0.0 true"
    ),
    *("", "(1, 2)", "1 to 2", "3/0 (5%)", "5 ± 2", "95% CI 1 to 2", "2 (1 to 3)"),
]
# What stands there in most files.
USUAL: Mapping[str, object] = {
    **dict.fromkeys(("ci", "diff_ci", "or_ci", "ci_a"), "0.9 to 4.2"),
    "strata": ((3, 9, 4, 8), (1, 7, 2, 9)),
    "crosstab": ((3, 9, 4, 8), (1, 7, 2, 9)),
    "adds_up": {"total": 9, "parts": [4, 5]},
    "level": 90,
    "derived": "true",
    "median_iqr_a": "3 (1 to 5)",
    "mean_sd_a": "3 ± 1",
    "a_vs_b": {"diff": 3, "se": 1},
}
METHODS = ("", "stratified CMH", "Fisher", "t test", "one-sided", "log-rank")
TABLE = (
    "Table\nEndpoint\tA (n = 36)\tB (n=34)\tDifference (95% CI)\tP value\n"
    "CR, n (%)\t12 (33.3)\t17 (50.0)\t-16.7 (-39.5, 6.1)\t<0.001†\n"
    "Age, mean (SD)\t41.3 ± 11.9\t42,1 ± 12,0\t–\t0.37\nLow\t12/34 (35.3)\t20/33 (60.6)\t\tNS\n"
)
MARKS = ("\t", " ", "(", ")", "1", "%", "|", "\n", "–", "a", "", "±", ",", ";", "n = 3", "\x00")


def texts(seed: int, number: int) -> Iterator[tuple[str, str]]:
    """Files of odd values, and a pasted table that was damaged."""
    draw = random.Random(seed)
    for _ in range(number):
        if draw.random() < 0.3:
            marks = list(TABLE)
            for _ in range(draw.randint(1, 12)):
                marks[draw.randrange(len(marks))] = draw.choice(MARKS)
            yield "t.txt", "".join(marks)
            continue
        rows = []
        for _ in range(draw.randint(1, 3)):
            row: dict[str, object] = {}
            for key in draw.sample(KEYS, draw.randint(1, 14)):
                plain = USUAL.get(key) or draw.choice(
                    (str(draw.randint(0, 60)), f"{draw.random() * 50:.2f}")
                )
                value = draw.choice(VALUES) if draw.random() < 0.08 else plain
                row[key] = value if draw.random() < 0.97 else [value, draw.choice(VALUES)]
            rows.append(row)
        page = {"rows": rows, "method": draw.choice(METHODS), "step": draw.choice((None, 1, "0.5"))}
        yield "t.yaml", json.dumps(page)


@pytest.mark.parametrize("seed", range(4))
def test_no_file_is_a_traceback(seed: int) -> None:
    read = 0
    for name, text in texts(seed, 100):
        try:
            found = referee_tables(printed_tables(text, path=Path(name)), source=name)
        except PrintedTableError:
            continue
        read += 1
        assert all(one.arithmetic for one in found.numbers)
        assert written(refereed_text(found, given=True), width=100)
    assert read > 25
