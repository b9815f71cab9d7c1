# ruff: noqa: E501 - a wrong text and its words stay on one line
"""Every error of an expression: where it points, what was expected and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from criteria.spec.writing import ENVIRONMENT as SPEC_ENVIRONMENT
from remit.criteria.binder import bind_expression
from remit.errors import ExpressionError

ENVIRONMENT = replace(
    SPEC_ENVIRONMENT,
    definitions={
        **SPEC_ENVIRONMENT.definitions,
        "loop": "meets pool or sex is female",
        "pool": "not meets loop",
        "own_sum": "own_sum + 1 g/g",
        "broken": "upcr > 1 mg",
    },
    parameters={
        **SPEC_ENVIRONMENT.parameters,
        "own": "$own",
        "fortnight": "a fortnight",
        "slip": "1 mgg/g",
    },
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong text with the part under the caret (`at`, or the end of the text), and the words.

    `at` is looked for in the last line that holds it.
    """

    text: str
    at: str
    what: str
    expected: str = ""
    next_step: str = ""
    source: str = "rule"
    inner: str = ""  # the text that the caret points into, where it is not the text itself


END = ""
WRONG = [
    # names
    Wrong("upcrr > 1 g/g", "upcrr", "the concept 'upcrr' is not in the dictionary", "upcr", "correct the name"),
    Wrong("UPCR > 1 g/g", "UPCR", "the concept 'UPCR' is not in the dictionary", "upcr"),
    Wrong("sex is female and\n  any pneumona at screening", "pneumona", "the concept 'pneumona'", "pneumonia"),
    Wrong("upcr > $upcr_limt", "upcr_limt", "the parameter 'upcr_limt' is not declared", "upcr_limit"),
    Wrong("meets proteinurea", "proteinurea", "the definition 'proteinurea' is not known", "proteinuria"),
    Wrong("attested consnt", "consnt", "no one is asked for 'consnt'", "consent", "[attestations]"),
    Wrong("pregnancy_test_urine is negatve", "negatve", "'negatve' is not a value of pregnancy_test_urine", "positive, negative"),
    Wrong('ln_class is one of {III, "VI"}', '"VI"', "'VI' is not a value of ln_class", "II, III, IV, V, III+V"),
    Wrong("sex is woman", "woman", "'woman' is not a value of sex", "female, male"),
    Wrong("upcr at enrolment > 1 g/g", "enrolment", "'enrolment' is not a named date of the study", "allocation, baseline, consent, previous, screening, visit"),
    Wrong("age at enrolment >= 18 years", "enrolment", "'enrolment' is not a named date of the study", "screening"),
    # kinds
    Wrong("infection > 1", "infection", "'infection' is a condition and has no number", "any NAME in WINDOW"),
    Wrong("pregnancy_test_urine > 1", "pregnancy_test_urine", "is a category and has no number", "NAME is one of {...}"),
    Wrong("any upcr at screening", "any upcr at screening", "'upcr' is a quantity: say what its value must be", "any NAME in WINDOW > VALUE"),
    Wrong("dose of infection at screening > 1 mg/d", "infection", "'infection' is a condition and cannot stand here", "drug"),
    Wrong("any infection except rituximab at screening", "rituximab", "'rituximab' is a drug and cannot stand here", "condition"),
    Wrong("any infection at screening overlapping upcr", "upcr", "'upcr' is a quantity and cannot stand here", "condition or drug or procedure or visit"),
    Wrong("renal_biopsy of latest ln_class at screening is III", "renal_biopsy", "'renal_biopsy' is a procedure", "category"),
    Wrong("highest pregnancy_test_urine at screening is negative", "highest pregnancy_test_urine at screening", "a coded value has no highest", "latest"),
    # units
    Wrong("latest upcr at screening > 1 mg/dL", "1 mg/dL", "the two sides measure different things", "g/g, mg/g, mg/mmol", "write the unit of the same quantity"),
    Wrong("latest urine_protein_24h at screening > 1 g/g", "1 g/g", "the two sides measure different things", "g/d"),
    Wrong("upcr > urine_protein_24h", "upcr > urine_protein_24h", "the two sides measure different things"),
    Wrong("upcr > 50 %", "50 %", "the two sides measure different things", "g/g, mg/g"),
    Wrong("sledai_2k >= 6 %", "6 %", "the two sides measure different things", "{score}"),
    Wrong("dose of prednisone at screening <= 20 mg", "20 mg", "the two sides measure different things", "mg/d"),
    Wrong("upcr > 1 g/gg", "g/gg", "the unit 'g/gg' is not in the closed table of units", "g/g"),
    Wrong("body_temperature > 100.4 [degF]", "[degF]", "a threshold in [degF] cannot be written", "Cel", "records may be in either"),
    Wrong("upcr > 1", "1", "the number has no unit, and upcr has one", "for example g/g"),
    Wrong("dose of prednisone at screening <= 20", "20", "the number has no unit, and prednisone has one", "for example mg/d"),
    Wrong("(creatinine as kg) > 1", "kg", "the reading cannot be given in kg", "mg/dL, umol/L"),
    Wrong("age at consent >= 18", "18", "an age is compared with a number of years or months", "for example 18 years"),
    Wrong("age at consent >= -18 years", "-18 years", "an age is compared with a number of years or months"),
    Wrong("upcr > -1 mg", "-1 mg", "the two sides measure different things", "g/g"),
    Wrong("age at consent >= 18 weeks", "18 weeks", "an age is compared with a number of years or months"),
    Wrong("count of flare at screening >= 1.5", "1.5", "a count is compared with a whole number"),
    Wrong("count of flare at screening >= 1 g", "1 g", "a count is compared with a whole number"),
    # windows and dates
    Wrong("upcr in [.., ..] > 1 g/g", "in [.., ..]", "the window has no anchor", "a bound such as `screening`"),
    Wrong("upcr at 2024-02-30 > 1 g/g", "2024-02-30", "there is no such day", "year-month-day"),
    Wrong("upcr in [screening - 9999 years, screening] > 1 g/g", "9999 years", "the duration is longer than any record reaches", "at most 200 years", "write `..`"),
    Wrong("upcr in [screening - $fortnight, screening] > 1 g/g", "fortnight", "the parameter 'fortnight' is not a duration", "'28 days'"),
    Wrong("upcr in [screening - 1 day - 1 month, screening] > 1 g/g", "1 month", "a second length moves by days", "days or weeks, after months or years"),
    Wrong("upcr in [screening - 14, screening] > 1 g/g", ",", "does not parse here", "days, weeks, months or years"),
    Wrong("upcr in screening > 1 g/g", "screening", "does not parse here", "(, ["),
    Wrong("any upcr at screening > 1 g/g confirmed within [14 days, 1 day]", "confirmed within [14 days, 1 day]", "the gap must be in days or weeks, the shorter one first", "[1 day, 14 days]"),
    Wrong("any upcr at screening > 1 g/g confirmed within [1 month, 2 months]", "confirmed within [1 month, 2 months]", "the gap must be in days or weeks"),
    Wrong("dose of prednisone unchanged", END, "does not parse here", "at, in"),
    Wrong("dose of prednisone < 5 mg/d on at least 3 days in [screening - 7 days, screening]", "<", "days are counted above a dose", "> or >="),
    Wrong("dose of prednisone > 5 mg/d on at least 0 days in [screening - 7 days, screening]", "0", "so many days are always there", "1 day or more"),
    Wrong("dose of prednisone > 5 g/g on at least 3 days in [screening - 7 days, screening]", "5 g/g", "the two sides measure different things", "mg/d, g/d, mg/wk"),
    Wrong("dose of prednisone >= 0 mg/d on at least 3 days in [screening - 7 days, screening]", "0 mg/d", "every day has so much", "> 0 mg/d"),
    Wrong("dose of prednisone > weight on at least 3 days in [screening - 7 days, screening]", "weight", "a dose is compared with a constant here", "10 mg/d"),
    Wrong("dose of prednisone > 5 mg/d on at least 3 consecutiv days in [screening - 7 days, screening]", "consecutiv", "does not parse here", "days", "did you mean 'consecutive'"),
    # consecutive visits
    Wrong("upcr at visit < 0.5 g/g at two consecutive visits", "upcr at visit < 0.5 g/g at two consecutive visits", "a reading has days of its own", "a name alone"),
    Wrong("age at visit > 18 years at two consecutive visits", "age at visit > 18 years at two consecutive visits", "a reading has days of its own"),
    Wrong("upcr < 0.5 g/g at three consecutive visits", "three", "does not parse here", "two"),
    Wrong("upcr < 0.5 g/g at two consecutiv visits", "consecutiv", "does not parse here", "consecutive", "did you mean 'consecutive'"),
    Wrong("upcr < 0.5 mg at two consecutive visits", "0.5 mg", "the two sides measure different things", "g/g"),
    Wrong("upcr = 0.5 g/g at two consecutive visits", "=", "a bare = on a continuous quantity is not executed"),
    # slopes
    Wrong("slope of upcr in [consent, baseline] per month > 1 g/g", "month", "a slope is that of a year", "year"),
    Wrong("slope of upcr in [consent, baseline] > 1 g/g", ">", "does not parse here", "per"),
    Wrong("slope of upcr in [consent, baseline] per year = 0 g/g", "=", "a slope is compared with >, >=, < or <="),
    Wrong("slope of upcr in [consent, baseline] per year > 2 * uln", "2 * uln", "uln belongs to one record, not to a slope", "a value"),
    Wrong("slope of upcr in [consent, baseline] per year < -5", "-5", "the number has no unit, and upcr has one", "g/g"),
    Wrong("slope of upcr in [consent, baseline] per year < -5 mg/dL", "-5 mg/dL", "the two sides measure different things", "g/g"),
    Wrong("slope of flare in [consent, baseline] per year > 1", "flare", "'flare' is a condition and cannot stand here", "quantity"),
    Wrong("slope of upcr in [consent, baseline] per year - 1 g/g > 0 g/g", "slope of upcr in [consent, baseline] per year", "slope cannot stand in this comparison"),
    # comparisons
    Wrong("upcr = 1 g/g", "=", "a bare = on a continuous quantity is not executed", ">, >=, < or <=", "the sign may have been lost"),
    Wrong("dose of prednisone at screening = 20 mg/d", "=", "a bare = on a continuous quantity is not executed"),
    Wrong("any alt at screening = 2 * uln", "=", "a bare = on a continuous quantity is not executed"),
    Wrong("highest upcr at screening = 1 g/g", "=", "an extreme is compared with >, >=, < or <="),
    Wrong("highest upcr at screening - 1 g/g > 1 g/g", "highest upcr at screening", "highest stands alone on its side of a comparison"),
    Wrong("1 g/g > 0.5 g/g", "1 g/g > 0.5 g/g", "the comparison reads nothing of the person"),
    Wrong("any upcr at screening > weight", "weight", "records are compared with a constant"),
    Wrong("at least 5 of (sex is female, sex is male)", "5", "so many cannot be met", "a number from 1 to 2"),
    # arithmetic
    Wrong("upcr * creatinine > 1 mg/dL", "upcr * creatinine", "two readings are multiplied", "A / B >= 2", "instruments"),
    Wrong("latest creatinine at screening / 0 > 1 mg/dL", "latest creatinine at screening / 0", "division by zero"),
    Wrong("creatinine / (creatinine + creatinine at screening) > 0.5", "creatinine / (creatinine + creatinine at screening) > 0.5", "a divisor must be one reading"),
    Wrong("2 * latest alt at screening > uln", "2 * latest alt at screening > uln", "uln belongs to the record of one reading", "NUMBER * uln"),
    Wrong("dose of prednisone at screening > uln", "dose of prednisone at screening > uln", "uln belongs to the record of one reading"),
    Wrong("alt / uln > 2", "alt / uln", "uln and lln are only multiplied by a number", "1.5 * uln"),
    # definitions and parameters
    Wrong("meets loop", "loop", "the definition 'loop' refers to itself", source="rule, definition loop, definition pool", inner="not meets loop"),
    Wrong("own_sum > 1 g/g", "own_sum", "the definition 'own_sum' refers to itself", source="rule, definition own_sum", inner="own_sum + 1 g/g"),
    Wrong("upcr > $own", "own", "the parameter 'own' refers to itself", source="rule, parameter own", inner="$own"),
    Wrong("meets broken", "1 mg", "the two sides measure different things", source="rule, definition broken", inner="upcr > 1 mg"),
    Wrong("upcr > $slip", "mgg/g", "the unit 'mgg/g' is not in the closed table", source="rule, parameter slip", inner="1 mgg/g"),
    # texts that do not parse
    Wrong("(upcr > 1 g/g", END, "does not parse here", ")"),
    Wrong("upcr in [screening - 14 days, screening > 1 g/g", "> 1 g/g", "does not parse here", "]"),
    Wrong("upcr > 1 g/g and", END, "does not parse here", "a reading such as"),
    Wrong("recent upcr at screening > 1 g/g", "upcr at", "does not parse here", next_step="latest, earliest"),
    Wrong("latst upcr at screening > 1 g/g", "upcr at", "does not parse here", next_step="did you mean 'latest' instead of 'latst'?"),
    Wrong("mean upcr at screening > 1 g/g", "upcr at", "does not parse here", next_step="not 'mean'"),
    Wrong("upcr > 1,5 g/g", ",", "does not parse here", next_step="with a point"),
    Wrong("upcr => 1 g/g", "> 1", "does not parse here", next_step="did you mean '>=' instead of '=>'?"),
    Wrong("upcr != 1 g/g", "!", "does not parse here", next_step="write `not (A = B)`"),
    Wrong("upcr > 1 g/g @", "@", "does not parse here"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.text)
def test_an_error_points_at_its_place(wrong: Wrong) -> None:
    with pytest.raises(ExpressionError) as caught:
        bind_expression(wrong.text, ENVIRONMENT, source="rule")
    error = caught.value
    text = wrong.inner or wrong.text
    start = len(text) if wrong.at == END else text.rindex(wrong.at)
    line = text.count("\n", 0, start)
    column = start - (text.rfind("\n", 0, start) + 1)
    assert error.place is not None
    assert (error.place.source, error.place.line, error.place.column) == (
        wrong.source,
        line + 1,
        column + 1,
    )
    assert error.excerpt is not None
    shown, carets = error.excerpt.split("\n")
    assert shown == f"  {text.splitlines()[line]}"
    assert carets.index("^") == column + 2
    width = len(carets.strip())
    assert carets.strip() == "^" * width
    # The carets lie under the part itself, or under its first word where only that one was read.
    assert wrong.at == END or wrong.at[:width] == text[start : start + width]
    assert wrong.what in error.what
    assert wrong.expected in (error.expected or "")
    assert error.next_step
    assert wrong.next_step in error.next_step


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment\n"])
def test_an_empty_text(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        bind_expression(text, ENVIRONMENT, source="rule")
    assert "expected: " in str(caught.value)
    assert "rule" in str(caught.value)


def test_a_name_without_a_window() -> None:
    with pytest.raises(ExpressionError, match="'upcr' is read without a window") as caught:
        bind_expression("upcr > 1 g/g", replace(ENVIRONMENT, default_window=None))
    assert "windows.default" in str(caught.value)


def test_two_visits_where_there_is_none() -> None:
    screened = replace(ENVIRONMENT, anchors=frozenset({"screening"}))
    with pytest.raises(ExpressionError, match="the study has no date 'visit'") as caught:
        bind_expression("upcr < 0.5 g/g at two consecutive visits", screened)
    assert caught.value.place is not None
    assert caught.value.place.column == 23


def test_the_whole_message() -> None:
    with pytest.raises(ExpressionError) as caught:
        bind_expression("sex is female and\n  upcr = 1 g/g", ENVIRONMENT, source="study.toml: LN")
    assert str(caught.value) == (
        "study.toml: LN:2:8: a bare = on a continuous quantity is not executed\n"
        "    upcr = 1 g/g\n"
        "         ^\n"
        "  expected: >, >=, < or <=\n"
        "  got:      =\n"
        "  do:       the sign may have been lost from >= or <=: check the source, write it out"
    )
