"""What a source says of its method: whether it needs more than the counts that it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = re.compile(r"unadjusted|univaria|bivaria|crude|unstratified|unweighted", re.I)
_MORE = re.compile(
    r"stratif|adjust|weight|mantel|\bcmh\b|logistic|regress|covaria|ancova|\bmmrm\b|mixed model|"
    r"imput|propensity|\bgee\b|\bcox\b|matched|bayes|"
    r"log.?rank|kaplan|time to|hazard|wilcoxon|mann.?whitney|kruskal|rank (?:sum|test)",
    re.I,
)
# Names of tests in a source -> how the methods that are tried begin.
_TESTS = (
    (r"fisher", "Fisher"),
    (r"chi.?squ?are|chi.?2|χ\s?2|χ²|pearson", "chi square"),
    (r"yates|continuity", "chi square, Yates"),
    (r"barnard", "Barnard"),
    (r"boschloo", "Boschloo"),
    (r"newcombe", "Newcombe"),
    (r"miettinen|nurminen", "Miettinen-Nurminen"),
    (r"clopper|exact (?:binomial|interval)", "Clopper-Pearson"),
    (r"wilson", "Wilson"),
    (r"welch", "Welch"),
    (r"student|t.test", "t test"),
    (r"anova|analysis of variance", "ANOVA"),
)
# How far an analysis that uses more than the counts moves an estimate or a z, in standard errors:
# where the source states such an analysis, and where it is silent. In TULIP's 14 rows, whose four
# strata are stated, the estimate moved by at most 0.1, a bound of groups below 30 by 0.4.
# A model, weights or times may move it further: up to MODEL it is left open.
STATED, SILENT, MODEL = 0.5, 0.25, 1.5
_MODEL = re.compile(
    r"logistic|regress|covaria|ancova|\bmmrm\b|mixed model|imput|propensity|\bgee\b|\bcox\b|"
    r"matched|bayes|log.?rank|kaplan|time to|hazard|wilcoxon|mann.?whitney|kruskal|rank",
    re.I,
)


@dataclass(frozen=True, slots=True)
class StatedMethod:
    """What a source says that it did.

    Attributes:
        text: in its words; empty where it says nothing.
        needs_more: it used strata, covariates or weights, so that counts alone do not give it.
        tests: the methods that it names, as the referee calls them.
    """

    text: str
    needs_more: bool
    tests: tuple[str, ...]

    @property
    def one_sided(self) -> bool:
        """Whether it states tests of one side."""
        return re.search(r"one.(?:sided|tailed)", self.text, re.I) is not None

    @property
    def near(self) -> float:
        """How many standard errors may lie between its number and a plain method's."""
        return STATED if self.needs_more else SILENT

    @property
    def far(self) -> float:
        """How many standard errors away a number is impossible, not only open."""
        return MODEL if self.needs_more and _MODEL.search(self.text) else self.near

    @property
    def excuse(self) -> str:
        """What explains a number that is near those of the plain methods."""
        if self.needs_more:
            return f"the source states {self.text!r}, which needs more than these counts"
        told = "its method is not stated" if not self.tests else f"it states {self.text!r}"
        return f"an adjusted or stratified analysis could give it; {told}"


def stated_method(text: str) -> StatedMethod:
    """What the words of a source say of its method."""
    more = bool(_MORE.search(text)) and not _PLAIN.search(text)
    tests = tuple(name for pattern, name in _TESTS if re.search(pattern, text, re.I))
    return StatedMethod(text, more, tests)
