"""A stable door for tests of your own protocols, scores and response definitions.

>>> from datetime import date
>>> facts = small_facts(
...     [
...         {"concept": "platelets", "date": "2024-05-01", "number": "40", "unit": "10*9/L"},
...         {"anchor": "screening", "date": "2024-05-01"},
...     ],
...     data_cut=date(2024, 6, 30),
... )
>>> verdicts(study_text({"E1": "platelets < 50 10*9/L"}), facts)
{1: {'E1': 'met'}}
"""

from remit.testing.cases import (
    STUDY,
    Judged,
    judge_visit,
    read_page_text,
    score_visit,
    study_text,
    verdicts,
)
from remit.testing.datasets import small_facts
from remit.testing.row_kinds import Row

__all__ = [
    "STUDY",
    "Judged",
    "Row",
    "judge_visit",
    "read_page_text",
    "score_visit",
    "small_facts",
    "study_text",
    "verdicts",
]
