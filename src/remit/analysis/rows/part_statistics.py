"""What is described of the parts of a variable that has some: shifts, words, and yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remit.analysis.rows.baseline_rows import counted_of, describe_levels
from remit.analysis.rows.question import MethodQuestion, Statistic
from remit.analysis.rows.shift_rows import describe_shifts
from remit.analysis.rows.statistics import bounds_of


def describe_part(question: MethodQuestion) -> Iterator[Statistic]:
    """The statistics of answers about a part of their analysis; each names that part."""
    about = question.answers.about
    for statistic in _described(question):
        yield replace(statistic, part=(*about, *statistic.part))


def _described(question: MethodQuestion) -> Iterator[Statistic]:
    answers = question.answers
    began = answers.used.strata
    if began is not None:
        starts = [level for level in answers.levels if level in set(began.tolist())]
        yield from describe_shifts(question, starts, tested_too=question.compare is not None)
    elif answers.levels:
        yield from describe_levels(question)
    else:
        for arm in question.arms:
            yield from counted_of(*question.counts(arm), (arm,), ())
            yield from bounds_of(question, arm)
