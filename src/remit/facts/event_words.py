"""What the words of adverse events say: seriousness, causality, action taken, outcome and grade.

Sources: CDISC controlled terminology, codelists NY (yes or no), ACN (action taken with study
treatment) and OUT (outcome of event); value sets of FHIR R4 AdverseEvent. A word that is not listed
here says nothing: it is kept as the source has it, and the answer is not known. UNLIKELY and REMOTE
are such: whether they count as related is for a study to say.
"""

from __future__ import annotations

import re

FATAL = "FATAL"
GRADES = range(1, 6)  # of CTCAE
_YES = frozenset({"Y", "YES", "TRUE", "1"})
_NO = frozenset({"N", "NO", "FALSE", "0"})
_SERIOUS = frozenset({"SERIOUS", "SAE", "SERIOUS ADVERSE EVENT"})
_NOT_SERIOUS = frozenset({"NON-SERIOUS", "NON SERIOUS", "NOT SERIOUS", "AE"})
_RELATED = frozenset(
    {
        "RELATED",
        "CERTAIN",
        "DEFINITE",
        "DEFINITELY RELATED",
        "PROBABLE",
        "PROBABLY RELATED",
        "PROBABLY-RELATED",
        "PROBABLY-LIKELY",
        "POSSIBLE",
        "POSSIBLY RELATED",
        "POSSIBLY-RELATED",
    }
)
_NOT_RELATED = frozenset({"NOT RELATED", "NOT-RELATED", "UNRELATED", "NONE"})
_WITHDRAWN = frozenset({"DRUG WITHDRAWN", "WITHDRAWN", "TREATMENT DISCONTINUED", "DISCONTINUED"})
_NOT_WITHDRAWN = frozenset(
    {
        "DOSE INCREASED",
        "DOSE NOT CHANGED",
        "DOSE RATE REDUCED",
        "DOSE REDUCED",
        "DRUG INTERRUPTED",
        "NOT APPLICABLE",
        "NONE",
    }
)
_FATAL = frozenset({FATAL, "DEATH", "DEAD", "DIED"})
_NOT_FATAL = frozenset(
    {
        "NOT RECOVERED/NOT RESOLVED",
        "RECOVERED/RESOLVED",
        "RECOVERED/RESOLVED WITH SEQUELAE",
        "RECOVERING/RESOLVING",
        "ONGOING",
        "RESOLVED",
        "RECOVERED",
        "RECOVERING",
        "RESOLVEDWITHSEQUELAE",
    }
)
SEVERITIES = frozenset(
    {"MILD", "MODERATE", "SEVERE", "LIFE THREATENING", "LIFE-THREATENING", FATAL}
)
_UNSURE = frozenset({"UNKNOWN", "NOT EVALUABLE", "NOT ASSESSED", "U"})
_UNSURE_CAUSES = frozenset({"UNLIKELY", "UNLIKELY RELATED", "REMOTE", "DOUBTFUL", "MULTIPLE"})
# The system organ classes of MedDRA (version 27.0, MSSO: international agreed order).
SYSTEM_ORGAN_CLASSES = frozenset(
    {
        "INFECTIONS AND INFESTATIONS",
        "NEOPLASMS BENIGN, MALIGNANT AND UNSPECIFIED (INCL CYSTS AND POLYPS)",
        "BLOOD AND LYMPHATIC SYSTEM DISORDERS",
        "IMMUNE SYSTEM DISORDERS",
        "ENDOCRINE DISORDERS",
        "METABOLISM AND NUTRITION DISORDERS",
        "PSYCHIATRIC DISORDERS",
        "NERVOUS SYSTEM DISORDERS",
        "EYE DISORDERS",
        "EAR AND LABYRINTH DISORDERS",
        "CARDIAC DISORDERS",
        "VASCULAR DISORDERS",
        "RESPIRATORY, THORACIC AND MEDIASTINAL DISORDERS",
        "GASTROINTESTINAL DISORDERS",
        "HEPATOBILIARY DISORDERS",
        "SKIN AND SUBCUTANEOUS TISSUE DISORDERS",
        "MUSCULOSKELETAL AND CONNECTIVE TISSUE DISORDERS",
        "RENAL AND URINARY DISORDERS",
        "PREGNANCY, PUERPERIUM AND PERINATAL CONDITIONS",
        "REPRODUCTIVE SYSTEM AND BREAST DISORDERS",
        "CONGENITAL, FAMILIAL AND GENETIC DISORDERS",
        "GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS",
        "INVESTIGATIONS",
        "INJURY, POISONING AND PROCEDURAL COMPLICATIONS",
        "SURGICAL AND MEDICAL PROCEDURES",
        "SOCIAL CIRCUMSTANCES",
        "PRODUCT ISSUES",
    }
)
_GRADE = re.compile(r"(?:CTC(?:AE)? *)?(?:GRADE *)?([1-5])(?:\.0*)?")


def _word(text: str) -> str:
    return " ".join(text.split()).upper()


def yes_or_no(text: str | None) -> bool | None:
    """What a flag says; None where it is empty or another word.

    >>> yes_or_no("Y"), yes_or_no("n"), yes_or_no("U"), yes_or_no(None)
    (True, False, None, None)
    """
    return _answer(text, _YES, _NO)


def is_serious(text: str | None) -> bool | None:
    """Whether a word says that an event was serious.

    >>> is_serious("SAE"), is_serious("non-serious"), is_serious("SEVERE")
    (True, False, None)
    """
    return _answer(text, _YES | _SERIOUS, _NO | _NOT_SERIOUS)


def is_related(text: str | None) -> bool | None:
    """Whether a word says that an event was related to a treatment.

    >>> is_related("POSSIBLE"), is_related("not related"), is_related("REMOTE")
    (True, False, None)
    """
    return _answer(text, _YES | _RELATED, _NO | _NOT_RELATED)


def is_withdrawn(text: str) -> bool | None:
    """Whether a treatment was withdrawn, by the action taken; of several, with `;` between.

    >>> is_withdrawn("DRUG WITHDRAWN"), is_withdrawn("DOSE REDUCED; DRUG INTERRUPTED")
    (True, False)
    >>> is_withdrawn("DOSE REDUCED; UNKNOWN") is None
    True
    """
    answers = [_answer(word, _WITHDRAWN, _NOT_WITHDRAWN) for word in text.split(";")]
    if True in answers:
        return True
    return False if all(answer is False for answer in answers) else None


def is_fatal(text: str | None) -> bool | None:
    """Whether somebody died of an event, by its outcome; of several, with `;` between.

    >>> is_fatal("fatal"), is_fatal("RECOVERED/RESOLVED"), is_fatal("UNKNOWN")
    (True, False, None)
    >>> is_fatal("UNKNOWN; FATAL"), is_fatal("RECOVERED/RESOLVED; FATAL")
    (True, None)
    """
    answers = {_answer(word, _FATAL, _NOT_FATAL) for word in (text or "").split(";")}
    if True in answers:
        return None if False in answers else True
    return False if answers == {False} else None


def grade_of(text: str | None) -> int | None:
    """The grade of CTCAE that a text says; None where it says none, such as a word of severity.

    >>> grade_of("3"), grade_of("Grade 2"), grade_of("CTCAE Grade 5"), grade_of("SEVERE")
    (3, 2, 5, None)
    >>> grade_of("6") is grade_of("1-2") is None
    True
    """
    found = _GRADE.fullmatch(_word(text or ""))
    return None if found is None else int(found[1])


def is_class(text: str | None) -> bool:
    """Whether a text is the name of a system organ class.

    >>> is_class("Cardiac disorders"), is_class("of the heart")
    (True, False)
    """
    return _word(text or "") in SYSTEM_ORGAN_CLASSES


def is_term_of(column: str, text: str) -> bool:
    """Whether a word of a column is one that codelists have, so that it can name nobody.

    Args:
        column: of the table `adverse_event`: severity, causality, action (one of them) or outcome.

    >>> is_term_of("severity", "Mild"), is_term_of("outcome", "went home to 3 Elm Street")
    (True, False)
    """
    word = _word(text)
    if column == "severity":
        return word in SEVERITIES or grade_of(word) is not None
    if column == "causality":
        return is_related(word) is not None or word in _UNSURE | _UNSURE_CAUSES
    if column == "action":
        return word in _WITHDRAWN | _NOT_WITHDRAWN | _UNSURE
    known = _FATAL | _NOT_FATAL | _UNSURE
    return column == "outcome" and all(_word(part) in known for part in text.split(";"))


def _answer(text: str | None, yes: frozenset[str], no: frozenset[str]) -> bool | None:
    word = _word(text or "")
    return True if word in yes else False if word in no else None
