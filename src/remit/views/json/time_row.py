"""Time to a response as JSON: one row a person, definition and grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from remit.endpoints.response_times import time_to
from remit.endpoints.study_responses import StudyAdjudication
from remit.views.json import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """When one person first reached a grade, or until when it is known not to be so (censored)."""

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    person: int
    definition: str
    grade: str
    reached: bool
    days: int
    visit: str | None
    open_before: int
    known_without: int


def time_rows(study: StudyAdjudication) -> Iterator[TimeRow]:
    """Time to each grade of response, person by person, with censoring."""
    for adjudication in study.adjudications:
        for response in adjudication.definition.responses:
            for item in time_to(adjudication, study.visits, response.grade):
                yield TimeRow(
                    person=item.person,
                    definition=adjudication.definition.id,
                    grade=response.grade,
                    reached=item.reached,
                    days=item.days,
                    visit=item.visit,
                    open_before=item.open_before,
                    known_without=item.known_without,
                )
