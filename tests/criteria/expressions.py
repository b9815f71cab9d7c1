"""Strategies for texts of the criterion language over the concepts of `synthetic`.

Each strategy gives text, not trees, so that the parser and the binding are exercised too.
"""

from __future__ import annotations

from hypothesis import strategies as st

from criteria.synthetic import ANCHORS, ENVIRONMENT
from remit.criteria.binder import bind_expression
from remit.criteria.tree import LinearTest, leaves_of

_pick = st.sampled_from
OPERATORS = _pick(["<", "<=", ">=", ">", "≥", "≤"])
DISCRETE = _pick(["<", "<=", "=", ">=", ">"])
DURATIONS = _pick(
    [
        *("0 days", "1 day", "3 days", "13 days", "14 days", "28 days", "2 weeks", "$span"),
        *("1 month", "12 weeks", "6 months", "6 months", "1 year", "1 year", "5 years", "5 years"),
        # The same days, said otherwise.
        *("4 weeks", "30 days", "31 days", "84 days", "12 months", "365 days", "366 days"),
    ]
)
THRESHOLDS = {
    "upcr": ["0.5 g/g", "1 g/g", "1000 mg/g", "113.12 mg/mmol", "3 g/g", "$limit"],
    "urine_protein_24h": ["0.5 g/d", "1000 mg/d", "1 g/24h"],
    "creatinine": ["1.2 mg/dL", "1.5 mg/dL", "132.6 umol/L"],
    "platelets": ["50 10*9/L", "100 10*3/uL", "100000 /uL"],
    "alt": ["40 U/L", "60 U/L"],
    "weight": ["50 kg", "60000 g"],
    "height": ["150 cm", "1.6 m"],
    "home_platelets": ["50 10*9/L", "100 10*9/L"],
}
SCORES = {"sledai_2k": ["5", "6", "8"], "ana_titre": ["1:80", "1:160", "80"]}
CATEGORIES = {
    "pregnancy_test_urine": ["positive", "negative"],
    "ln_class": ["III", "IV", '"III+V"'],
}
CONDITIONS = ["infection", "pneumonia", "malignancy", "flare", "lupus_nephritis"]
CONDITIONS += ["severe_drug_allergy"]
EXCEPT = {"infection": "onychomycosis", "malignancy": "basal_cell_carcinoma"}
EVENTS = [*CONDITIONS, "rituximab", "b_cell_depletion", "antibacterial", "iv_antibiotic"]
EVENTS += ["renal_biopsy", "inpatient_stay", "prednisone"]
DRUGS = ["prednisone", "methylprednisolone", "methotrexate", "glucocorticoid"]
DOSES = ["5 mg/d", "10 mg/d", "20 mg/d", "15 mg/wk", "105 mg/wk", "0.01 g/d"]
FAR_DOSES = [*DOSES, "1000000000 mg/d", "999999999999.999999 mg/d", "999999999999.999999 g/d"]
FAR_DOSES += ["142857142857.142857 mg/d", "1000000000000000 mg/d"]
MULTIPLES = ["uln", "1.5 * uln", "2 * uln", "lln", "0.5 * lln", "uln * 1"]
MULTIPLES += ["1000000 * uln", "0.000001 * uln", "999999999.999999 * lln"]


@st.composite
def moments(draw: st.DrawFn) -> str:
    start = draw(_pick([*ANCHORS, *ANCHORS, "2024-02-29", "2024-03-31"]))
    if draw(st.integers(0, 3)) == 0:
        return start
    sign = draw(_pick("---+"))
    moved = f"{start} {sign} {draw(DURATIONS)}"
    if draw(st.integers(0, 3)) == 0:
        return f"{moved} {draw(_pick('+-'))} {draw(_pick(['1 day', '2 weeks', '40 days']))}"
    return moved


@st.composite
def windows(draw: st.DrawFn) -> str:
    """A window: closed, open, unbounded on a side, one day; now and then an empty one."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return f"at {draw(_pick([*ANCHORS, '2024-03-31']))}"
    opening, closing = draw(_pick("[[(")), draw(_pick("]])"))
    if kind == 1:
        return f"in {opening}.., {draw(moments())}{closing}"
    if kind == 2:
        return f"in {opening}{draw(moments())}, ..{closing}"
    if kind == 3:
        return f"in {opening}{draw(moments())}, {draw(moments())}{closing}"
    anchor = draw(_pick(ANCHORS))
    return f"in {opening}{anchor} - {draw(DURATIONS)}, {draw(_pick([anchor, 'baseline']))}{closing}"


@st.composite
def values(draw: st.DrawFn, names: tuple[str, ...] = tuple(THRESHOLDS)) -> tuple[str, str]:
    """A reading of a quantity, and its concept."""
    name = draw(_pick(names))
    if draw(st.integers(0, 4)) == 0:
        return name, name
    return f"{draw(_pick(['latest', 'earliest']))} {name} {draw(windows())}", name


@st.composite
def value_tests(draw: st.DrawFn) -> str:
    reading, name = draw(values())
    threshold = draw(_pick(THRESHOLDS[name]))
    form = draw(st.integers(0, 5))
    if form == 0:
        return f"{threshold} {draw(OPERATORS)} {reading}"
    if form == 1:
        return f"{threshold} <= {reading} < {draw(_pick(THRESHOLDS[name]))}"
    if form == 2:
        return f"{reading} {draw(OPERATORS)} {draw(_pick(MULTIPLES))}"
    return f"{reading} {draw(OPERATORS)} {threshold}"


@st.composite
def consecutive_tests(draw: st.DrawFn) -> str:
    name = draw(_pick([*THRESHOLDS, "sledai_2k"]))
    limit = draw(_pick(SCORES[name] if name in SCORES else [*THRESHOLDS[name], "1.5 * uln"]))
    return f"{name} {draw(OPERATORS)} {limit} at two consecutive visits"


@st.composite
def score_tests(draw: st.DrawFn) -> str:
    name = draw(_pick(list(SCORES)))
    number = draw(_pick(SCORES[name]))
    form = draw(st.integers(0, 3))
    if form == 0:
        return f"{name} {draw(DISCRETE)} {number}"
    if form == 1:
        quantifier = draw(_pick(["any", "every", "highest", "lowest"]))
        return f"{quantifier} {name} {draw(windows())} {draw(OPERATORS)} {number}"
    return (
        f"{draw(_pick(['latest', 'earliest']))} {name} {draw(windows())} {draw(DISCRETE)} {number}"
    )


@st.composite
def quantified_tests(draw: st.DrawFn) -> str:
    name = draw(_pick(list(THRESHOLDS)))
    limit = draw(_pick(THRESHOLDS[name])) if draw(st.integers(0, 3)) else draw(_pick(MULTIPLES))
    quantifier = draw(_pick(["any", "any", "every", "highest", "lowest"]))
    text = f"{quantifier} {name} {draw(windows())} {draw(OPERATORS)} {limit}"
    if quantifier == "any" and draw(st.booleans()):
        gap = draw(_pick(["0 days, 14 days", "1 day, 14 days", "1 week, 12 weeks", "1 day, $span"]))
        text += f" confirmed within [{gap}]"
    return text


@st.composite
def slope_tests(draw: st.DrawFn) -> str:
    name = draw(_pick([*THRESHOLDS, "sledai_2k"]))
    limit = draw(_pick(["0", "1", "-2.5"] if name == "sledai_2k" else THRESHOLDS[name]))
    sign = "" if limit.startswith(("$", "-")) else draw(_pick(["", "-", "-"]))
    return f"slope of {name} {draw(windows())} per year {draw(OPERATORS)} {sign}{limit}"


@st.composite
def exists_tests(draw: st.DrawFn) -> str:
    name = draw(_pick(EVENTS))
    text = f"any {name}"
    if name in EXCEPT and draw(st.booleans()):
        text += f" except {EXCEPT[name]}"
    text += f" {draw(windows())}"
    for _ in range(draw(_pick([0, 0, 0, 1, 1, 2]))):
        text += f" overlapping {draw(_pick(EVENTS))}"
    return text


@st.composite
def count_tests(draw: st.DrawFn) -> str:
    name = draw(_pick([*EVENTS, "upcr", "sledai_2k", "home_platelets"]))
    left_out = f" except {EXCEPT[name]}" if name in EXCEPT and draw(st.booleans()) else ""
    number = draw(st.integers(0, 3))
    return f"count of {name}{left_out} {draw(windows())} {draw(DISCRETE)} {number}"


@st.composite
def coded_tests(draw: st.DrawFn) -> str:
    name = draw(_pick(list(CATEGORIES)))
    accepted = draw(st.lists(_pick(CATEGORIES[name]), min_size=1, max_size=2, unique=True))
    if name == "ln_class" and draw(st.booleans()):
        reading = f"ln_class of latest renal_biopsy {draw(windows())}"
    else:
        reading = f"{draw(_pick(['', 'latest ', 'earliest ']))}{name} {draw(windows())}"
    one = f"is {accepted[0]}" if len(accepted) == 1 else f"is one of {{{', '.join(accepted)}}}"
    return f"{reading} {one}"


@st.composite
def person_tests(draw: st.DrawFn) -> str:
    form = draw(st.integers(0, 2))
    if form == 0:
        return draw(_pick(["sex is female", "sex is male", "sex is one of {female, male}"]))
    if form == 1:
        return f"attested {draw(_pick(['consent', 'fertile']))}"
    age = draw(_pick(["18 years", "65 years", "12 years", "216 months", "18.5 years", "34 years"]))
    return f"age at {draw(_pick(ANCHORS))} {draw(DISCRETE)} {age}"


@st.composite
def doses(draw: st.DrawFn) -> str:
    drug = draw(_pick(DRUGS))
    if draw(st.booleans()):
        return f"dose of {drug} at {draw(_pick(ANCHORS))}"
    return f"highest dose of {drug} {draw(windows())}"


@st.composite
def dose_tests(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 3)) == 0:
        return f"dose of {draw(_pick(DRUGS))} unchanged {draw(windows())}"
    if draw(st.integers(0, 3)) == 0:
        limit = f"{draw(_pick(['>', '>=']))} {draw(_pick(DOSES))}"
        count = f"{draw(_pick([1, 3, 7, 20]))} {draw(_pick(['', 'consecutive ']))}days"
        return f"dose of {draw(_pick(DRUGS))} {limit} on at least {count} {draw(windows())}"
    return f"{draw(doses())} {draw(OPERATORS)} {draw(_pick(FAR_DOSES))}"


def cancel_out(first: str, second: str) -> bool:
    """Whether two texts mean one reading, so that their difference reads nothing."""
    (leaf,) = leaves_of(bind_expression(f"{first} > 3 * {second}", ENVIRONMENT))
    return not isinstance(leaf.leaf, LinearTest)


@st.composite
def arithmetic_tests(draw: st.DrawFn) -> str:
    form = draw(_pick([0, 0, 0, 1, 1, 2, 3, 4, 5, 6]))
    operator = draw(OPERATORS)
    name = draw(_pick(("upcr", "upcr", "creatinine", "platelets")))
    first, _ = draw(values((name,)))
    second, _ = draw(values((name,)).filter(lambda found: not cancel_out(first, found[0])))
    if form == 0:
        percent = draw(_pick(["50 %", "100 %", "125 %", "1.25", "2"]))
        return f"{first} / {second} {operator} {percent}"
    if form == 1:
        limit = draw(_pick(THRESHOLDS[name]))
        sign = "" if limit.startswith("$") else draw(_pick(["", "", "-"]))
        return f"{first} - {second} {operator} {sign}{limit}"
    if form == 2:
        factor = draw(_pick(["2", "0.5", "1", "987654321.123456", "0.000001"]))
        return f"{first} {operator} {factor} * {second}"
    if form == 3:
        dose = draw(doses())
        if draw(st.integers(0, 2)) == 0:
            factor = draw(_pick(["1", "0.000001", "123456789.123456", "3"]))
            other = draw(doses().filter(lambda found: not cancel_out(dose, found)))
            return f"{dose} {operator} {factor} * {other}"
        limit = draw(_pick(["0.5", "0.1", "1", "20000000000", "0.000001"]))
        return f"{dose} / weight {operator} {limit} mg/kg/d"
    if form == 4:
        return f"egfr_bedside {operator} {draw(_pick(['30', '45.43', '60']))}"
    if form == 5:
        total = f"sledai_2k + latest sledai_2k {draw(windows())}"
        return f"{total} {draw(_pick(['<', '<=', '>', '>=']))} {draw(_pick(['11', '12', '14']))}"
    return f"(weight as kg) / (height as cm) {operator} {draw(_pick(['0.33', '0.4', '0.375']))}"


LEAVES: st.SearchStrategy[str] = st.one_of(
    value_tests(),
    score_tests(),
    quantified_tests(),
    slope_tests(),
    consecutive_tests(),
    exists_tests(),
    count_tests(),
    coded_tests(),
    person_tests(),
    dose_tests(),
    arithmetic_tests(),
    arithmetic_tests(),
    st.just("meets proteinuria"),
)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """A leaf, or up to four leaves under and, or, not, if, first known and at least."""
    kind = draw(st.integers(0, 9))
    if kind <= 3:
        return draw(LEAVES)
    first, second = draw(operands()), draw(operands())
    if kind <= 5:
        return f"{first} and {second}"
    if kind == 6:
        return f"{first} or {second}"
    if kind == 7:
        return f"if {first} then {second}"
    third = draw(operands())
    if kind == 8:
        return f"first known of ({first}, {second}, {third})"
    return f"at least {draw(st.integers(1, 3))} of ({first}, {second}, {third})"


@st.composite
def operands(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return f"not {draw(LEAVES)}"
    if kind == 1:
        return f"(if {draw(LEAVES)} then {draw(LEAVES)})"
    if kind == 2:
        return f"({draw(LEAVES)} or {draw(LEAVES)})"
    return draw(LEAVES)
