"""What pages say of the treatment and of the people in running text: source, dose, control, age."""

from __future__ import annotations

import re
from collections.abc import Mapping

from remit.registry.text.plain_words import expanded
from remit.registry.trials.link_grounds import Question, Veto

# Words of one group stand in each other's place: a trial of cells from the cord has none from
# marrow. Short forms are those of `expanded`.
_GROUPS: Mapping[str, str] = {
    "source": r"uc blood|cord blood|uc|bone[ -]marrow|adipose|placent(?:a|al)|amnio(?:n|tic)"
    r"|wharton|dental pulp|menstrual|peripheral blood",
    "dose": r"(?:ultra[ -]?low|low|high|medium|intermediate|standard|half|double|escalating)dose",
    "donor": r"autologous|allogen(?:e)?ic|haploidentical",
    "control": r"placebo|sham",
    "people": r"paediatric|adolescents?|elderly|pregnant women|healthy volunteers",
}
_PATTERNS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _GROUPS.items()}
# Where only one page speaks of these, it may be of another trial.
_SAID_BY_BOTH = frozenset({"control"})


def treatment_words(text: str) -> dict[str, frozenset[str]]:
    """The words of each group that a text says.

    Example:
        >>> treatment_words("Umbilical cord MSCs or low-dose IL-2")["dose"]
        frozenset({'lowdose'})
    """
    plain = expanded(text)
    return {name: frozenset(form.findall(plain)) for name, form in _PATTERNS.items()}


def compare_treatments(
    left: Mapping[str, frozenset[str]], right: Mapping[str, frozenset[str]]
) -> tuple[Veto | Question, ...]:
    """What speaks against one trial where both pages speak of the treatment.

    Groups without a common word are a contradiction; a word that only one page has is a question.
    """
    found: list[Veto | Question] = []
    for name in _GROUPS:
        mine, theirs = left.get(name, frozenset()), right.get(name, frozenset())
        if mine == theirs:
            continue
        said = f"{', '.join(sorted(mine)) or 'nothing'} / {', '.join(sorted(theirs)) or 'nothing'}"
        if mine and theirs and not mine & theirs:
            found.append(Veto(f"treatment_{name}", said))
        elif (mine and theirs) or name in _SAID_BY_BOTH:
            found.append(Question(f"treatment_{name}", said))
    return tuple(found)
