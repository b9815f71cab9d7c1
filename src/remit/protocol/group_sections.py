"""Planned comparisons of those who responded with those who did not, in what they were before."""

from __future__ import annotations

from typing import Literal

from remit.protocol.analysis_sections import ResponseVariable
from remit.protocol.protocol_sections import Identifier, Name, ProtocolSection, SourceLines, Text


class ResponderComparison(ProtocolSection):
    """Who reached a grade at a visit and who did not, compared in what they were before treatment.

    Whoever has no answer at the visit is in neither group.

    Attributes:
        outcome: the outcome of the registry entry that it answers.
        labels: what those are called who reached one of the grades, and those who did not.
        of: names of quantities at the first visit; age and sex are always compared.
        test_of_numbers, test_of_words: of no difference between the groups.
    """

    id: Name
    title: Text
    text: Text
    outcome: Identifier | None = None
    population: Name
    visit: Identifier
    response: ResponseVariable
    labels: tuple[Text, Text] = ("Responders", "Non-responders")
    of: tuple[Text, ...] = ()
    test_of_numbers: Literal["kruskal_wallis", "ancova"] = "kruskal_wallis"
    test_of_words: Literal["fisher_test", "pearson_chi_square"] = "fisher_test"
    sources: tuple[SourceLines, ...] = ()
