"""What the keys of a row mean: `x_act`, `n_ctl`, `odds_ratio`, `ci`, `p`, and their kin.

A key that nothing here knows keeps its number, with what is missing said beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from remit.analysis.referee.printed_numbers import (
    ABSENT,
    PrintedNumber,
    plain_spelling,
    read_interval,
    read_number,
    refused,
)
from remit.analysis.referee.printed_rows import (
    PrintedArm,
    PrintedComparison,
    RowDraft,
    Scale,
)
from remit.analysis.referee.trees import Cell, Tree
from remit.errors import PrintedTableError

ADJUSTED_ODDS = ("aor", "adjusted_or", "or_adjusted", "or_adj", "adjusted_odds_ratio")
OF_ARMS: Mapping[str, str] = {
    **dict.fromkeys(("x", "count", "events", "k", "responders"), "x"),
    **dict.fromkeys(("n", "total", "denominator", "persons", "patients"), "n"),
    **dict.fromkeys(("pct", "percent", "percentage", "proportion"), "pct"),
    **dict.fromkeys(("mean", "lsmean", "average"), "mean"),
    **dict.fromkeys(("sd", "std"), "sd"),
    **dict.fromkeys(("sem", "stderr"), "se"),
    **dict.fromkeys(("median",), "median"),
    **dict.fromkeys(("q1", "p25"), "q1"),
    **dict.fromkeys(("q3", "p75"), "q3"),
    **dict.fromkeys(("min", "minimum"), "min"),
    **dict.fromkeys(("max", "maximum"), "max"),
    **dict.fromkeys(("py", "person_years", "patient_years", "exposure"), "time"),
    **dict.fromkeys(("rate", "incidence_rate", "eair"), "rate"),
}
# Several numbers under one key, in the order in which they are printed.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "mean_sd": ("mean", "sd"),
    "mean_se": ("mean", "se"),
    "mean_sem": ("mean", "se"),
    "median_iqr": ("median", "q1", "q3"),
    "median_range": ("median", "min", "max"),
    "x_n_pct": ("x", "n", "pct"),
    "x_n": ("x", "n"),
    "x_pct": ("x", "pct"),
    "n_pct": ("x", "pct"),
    "count_pct": ("x", "pct"),
}
SCALES: Mapping[str, Scale] = {
    **dict.fromkeys(
        ("diff", "difference", "rd", "risk_difference", "abs_diff", "arr", "treatment_difference"),
        Scale.DIFFERENCE,
    ),
    **dict.fromkeys(("mean_diff", "mean_difference", "md", "lsmean_diff"), Scale.MEAN_DIFFERENCE),
    **dict.fromkeys(("or", "odds_ratio", *ADJUSTED_ODDS), Scale.ODDS_RATIO),
    **dict.fromkeys(("rr", "risk_ratio", "relative_risk"), Scale.RISK_RATIO),
    **dict.fromkeys(
        ("hr", "hazard_ratio", "ahr", "adjusted_hr", "hr_adjusted"), Scale.HAZARD_RATIO
    ),
    **dict.fromkeys(("r", "correlation", "rho"), Scale.CORRELATION),
    **dict.fromkeys(("beta", "coefficient", "coef", "estimate"), Scale.COEFFICIENT),
}
_P = frozenset({"p", "p_value", "pvalue", "pval"})
_CI = frozenset({"ci", "ci95", "95ci", "ci_95", "95_ci", "conf_int", "interval", "cl"})
_ENDS = {
    **dict.fromkeys(("ci_low", "ci_lower", "low", "lower", "lcl", "ci_lo"), "low"),
    **dict.fromkeys(("ci_high", "ci_upper", "high", "upper", "ucl", "ci_hi"), "high"),
}
_SE = frozenset({"se", "stderr", "standard_error"})
_AGAINST = re.compile(r"^(.+?)_(?:vs|versus|minus|v|against)_(.+)$")
_OF_LEVEL = re.compile(r"(?:^|_)(?:ci)?_?(90|95|97_5|98|99)_?(?:ci)?(?:_|$)")
_PARTS = re.compile(r"(.+?)\s*(?:±|\+/-|[(\[])\s*(.+?)\s*[)\]]?")
_OF = re.compile(r"([0-9]+)\s*/\s*([0-9]+)(?:\s*\(\s*([0-9.]+\s*%?)\s*\))?")
_NUMBERED = re.compile(r"^(x|n|pct|mean|sd|se|median)_?([0-9])$")
UNKNOWN = "what this number is, the key does not say: see the keys in `remit referee --help`"
TOGETHER_UNSAID = "say what the two numbers are: mean_sd_ARM, n_pct_ARM, or each under its own key"
TWO_ESTIMATES = "two estimates are printed: say whose interval it is, as diff_ci or odds_ratio_ci"


def put_key(draft: RowDraft, key: str, value: Tree, *, kind: str, source: str, why: str) -> None:
    """Read one key of a row into the draft.

    Args:
        kind: of the table; a list of three is a count, a number and a percentage where it says so.
        why: what is missing to check a number whose key is not known.
    """
    plain = key.strip().lower().replace("%", "pct").replace(" ", "_").replace("-", "_")
    head, arms = _of_two_arms(plain)
    if arms:
        draft, plain = draft.versus.setdefault(arms, RowDraft()), head
    if isinstance(value, Cell):
        _put_cell(draft, plain, key, value, source, why)
    elif isinstance(value, Mapping):
        _put_mapping(draft, plain, key, value, source, why)
    else:
        _put_list(draft, plain, key, value, kind, source, why)


def _of_two_arms(plain: str) -> tuple[str, str]:
    """What a key names of which two arms: `or_ci` and `low_vs_pbo` of `or_ci_low_vs_pbo`."""
    if not _AGAINST.match(plain):
        return plain, ""
    heads = [*SCALES, *_P, *_CI, *_SE]
    heads += [f"{scale}_{part}" for scale in SCALES for part in (*_P, *_CI, *_SE)]
    for head in sorted(heads, key=len, reverse=True):
        rest = plain.removeprefix(f"{head}_")
        if rest != plain and _AGAINST.match(rest):
            return head, rest
    return plain, ""


def _number(cell: Cell, key: str, source: str) -> PrintedNumber | None:
    return read_number(cell.text, key=key, line=cell.line, source=source)


def _put_cell(draft: RowDraft, plain: str, key: str, cell: Cell, source: str, why: str) -> None:
    scale, rest = _scale_of(plain)
    if plain in _CI or rest in _CI:
        if plain_spelling(cell.text).lower() not in ABSENT:
            low, high = read_interval(cell.text, key=key, line=cell.line, source=source)
            _put_interval(draft, scale, low, high)
        return
    interval_of = _interval_of_arm(plain)
    if interval_of is not None and re.search("[0-9]", cell.text):
        low, high = read_interval(cell.text, key=key, line=cell.line, source=source)
        draft.put(interval_of, "low", low)
        draft.put(interval_of, "high", high)
        return
    if _put_together(draft, plain, key, cell, source):
        return
    arm = arm_key(plain)
    known = plain in _P or rest or plain in _ENDS or plain in _SE or scale or arm
    of = _OF.fullmatch(plain_spelling(cell.text)) if arm and arm[0] == "x" else None
    if of and arm:
        for what, text in zip(("x", "n", "pct"), of.groups(), strict=True):
            if text:
                name = f"{key} {what}"
                draft.put(arm[1], what, read_number(text, key=name, line=cell.line, source=source))
        return
    try:
        number = _number(cell, key, source)
    except PrintedTableError:
        # A number is wanted where the key says so; elsewhere a text is a remark of the typist.
        if known:
            raise
        _keep_text(draft, key, cell, source)
        return
    if number is None:
        if arm:
            draft.put(arm[1], arm[0], None)
        return
    if plain in _P:
        draft.plain["p"] = number
    elif plain.startswith("p_") or plain.endswith(("_p", "_p_value")):
        if scale and rest == "p":
            draft.put_estimate(scale, "p", number)
            return
        name = re.sub(r"^p_(value_)?|_p(_value)?$", "", plain)
        first, second = against(name)
        draft.named.append(
            PrintedComparison(name, Scale.UNSAID, {"p": number}, first=first, second=second)
        )
    elif scale and rest in _ENDS:
        draft.put_estimate(scale, _ENDS[rest], number)
    elif scale and rest in _SE:
        draft.put_estimate(scale, "se", number)
    elif scale and not rest:
        draft.put_estimate(scale, "estimate", number)
    elif plain in _ENDS:
        draft.plain[_ENDS[plain]] = number
    elif plain in _SE:
        draft.plain["se"] = number
    elif arm:
        draft.put(arm[1], arm[0], number)
    else:
        draft.left.append((number, why or UNKNOWN))


def _put_list(
    draft: RowDraft, plain: str, key: str, values: Sequence[Tree], kind: str, source: str, why: str
) -> None:
    cells = [value for value in values if isinstance(value, Cell)]
    if len(cells) != len(values):
        raise refused("lists within lists", key, key=key, source=source)
    numbers = [
        _number(cell, f"{key}[{place}]", source) for place, cell in enumerate(cells, start=1)
    ]
    scale, rest = _scale_of(plain)
    hint = _hinted(plain)
    if plain in _CI or rest in _CI or hint:
        bounds = [number for number in numbers if number is not None]
        if not bounds:
            return  # nothing is printed
        if len(bounds) != 2 or len(numbers) != 2:
            raise refused("an interval has two bounds", str(len(numbers)), key=key, source=source)
        _put_interval(draft, scale or (Scale.DIFFERENCE if hint else None), *(
            number.named(key) for number in bounds
        ))  # fmt: skip
        return
    together = _together(plain, len(numbers))
    if together:
        for what, number in zip(together[0], numbers, strict=True):
            draft.put(together[1], what, number)
        return
    interval_of = _interval_of_arm(plain)
    if interval_of is not None and len(numbers) == 2 and all(numbers):
        for what, number in zip(("low", "high"), numbers, strict=True):
            draft.put(interval_of, what, None if number is None else number.named(key))
        return
    stat = OF_ARMS.get(plain) or OF_ARMS.get(plain.rpartition("_")[2])
    if stat:
        for place, number in enumerate(numbers, start=1):
            draft.put(f"arm {place}", stat, number)
        return
    triple = ("x", "n", "pct")[: len(numbers)]
    if len(numbers) in {2, 3} and kind.startswith("counts") and all(numbers):
        for what, number in zip(triple, numbers, strict=True):
            draft.put(key, what, number)
        return
    draft.left += [(number, why or UNKNOWN) for number in numbers if number is not None]


def _put_mapping(
    draft: RowDraft, plain: str, key: str, values: Mapping[str, Tree], source: str, why: str
) -> None:
    """An arm with its numbers, a comparison with its own, or one statistic of several arms."""
    scale, rest = _scale_of(plain)
    if plain in _CI or rest in _CI:
        bounds = {
            _ENDS.get(name.lower(), ""): _number(value, f"{key}.{name}", source)
            for name, value in values.items()
            if isinstance(value, Cell)
        }
        low, high = bounds.get("low"), bounds.get("high")
        if low is None or high is None or len(bounds) != len(values):
            raise refused("an interval has low and high", ", ".join(values), key=key, source=source)
        _put_interval(draft, scale, low, high)
        return
    stat = next((OF_ARMS[part] for part in plain.split("_") if part in OF_ARMS), None)
    if stat and all(isinstance(value, Cell) for value in values.values()):
        for name, value in values.items():
            assert isinstance(value, Cell)
            full = f"{key}.{name}"
            draft.put(name.strip().lower(), stat, _number(value, full, source))
        return
    inner = RowDraft()
    for name, value in values.items():
        put_key(inner, name, value, kind="", source=source, why=why)
    if inner.estimates or inner.plain:
        first, second = against(plain)
        named = finished(inner, first=first, second=second, name=key)
        draft.named += [_named_within(key, one) for one in named]
        draft.left += [(number.named(f"{key}.{number.key}"), w) for number, w in inner.left]
        return
    if set(inner.arms) == {""}:
        for what, number in inner.arms[""].items():
            draft.put(key, what, number.named(f"{key}.{number.key}"))
        return
    draft.left += [(number.named(f"{key}.{number.key}"), w) for number, w in inner.left]
    for arm, numbers in inner.arms.items():
        for what, number in numbers.items():
            draft.put(arm, what, number.named(f"{key}.{number.key}"))


def _named_within(key: str, one: PrintedComparison) -> PrintedComparison:
    numbers = {what: number.named(f"{key}.{number.key}") for what, number in one.numbers.items()}
    return PrintedComparison(key, one.scale, numbers, one.first, one.second, one.level)


def _put_interval(
    draft: RowDraft, scale: Scale | None, low: PrintedNumber, high: PrintedNumber
) -> None:
    place = draft.plain if scale is None else draft.estimates.setdefault(scale, {})
    place["low"], place["high"] = low, high


def _scale_of(plain: str) -> tuple[Scale | None, str]:
    """The estimate that a key names, and what of it: `diff_ci` is the interval of a difference."""
    for name in sorted(SCALES, key=len, reverse=True):
        if plain == name:
            return SCALES[name], ""
        if plain.startswith(f"{name}_"):
            rest = plain[len(name) + 1 :]
            if rest in _CI or rest in _ENDS or rest in _P or rest in _SE:
                return SCALES[name], "p" if rest in _P else rest
        for word in _CI:
            if plain == f"{word}_{name}":
                return SCALES[name], word
    return None, ""


def arm_key(plain: str) -> tuple[str, str] | None:
    """What a key says of which arm: `x_act` is the count of `act`, `n` that of the only one."""
    numbered = _NUMBERED.match(plain)
    if numbered:
        return OF_ARMS.get(numbered.group(1), "se"), numbered.group(2)
    if plain in OF_ARMS:
        return OF_ARMS[plain], ""
    for name in sorted(OF_ARMS, key=len, reverse=True):
        if plain.startswith(f"{name}_"):
            return OF_ARMS[name], plain[len(name) + 1 :]
    if plain.startswith("se_"):
        return "se", plain[3:]
    return None


def _together(plain: str, number: int) -> tuple[tuple[str, ...], str] | None:
    """What the numbers of a key are, and of which arm: `mean_sd_act` holds two of `act`."""
    for name, stats in TOGETHER.items():
        if (plain == name or plain.startswith(f"{name}_")) and len(stats) == number:
            return stats, plain[len(name) + 1 :]
    return None


def _put_together(draft: RowDraft, plain: str, key: str, cell: Cell, source: str) -> bool:
    """Whether a cell such as `33.1 ± 10.2` or `1.8 (0.9 to 2.9)` of such a key was read."""
    found = _PARTS.fullmatch(plain_spelling(cell.text))
    if found is None or not any(_together(plain, size) for size in (2, 3)):
        return False
    first, second = found.groups()
    pair = _together(plain, 2)
    if pair is not None:
        texts = (first, second)
        for what, text in zip(pair[0], texts, strict=True):
            name = f"{key} {what}"
            number = read_number(text, key=name, line=cell.line, source=source)
            draft.put(pair[1], what, number)
        return True
    triple = _together(plain, 3)
    assert triple is not None
    middle = read_number(first, key=f"{key} {triple[0][0]}", line=cell.line, source=source)
    draft.put(triple[1], triple[0][0], middle)
    bounds = read_interval(second, key=key, line=cell.line, source=source)
    for what, bound in zip(triple[0][1:], bounds, strict=True):
        draft.put(triple[1], what, bound.named(f"{key} {what}"))
    return True


def _interval_of_arm(plain: str) -> str | None:
    """The arm of whose share or mean a key is the interval: `ci_act` of `act`."""
    found = re.match(r"^(?:ci|ci95|ci_95)_([a-z][a-z0-9_]*)$", plain)
    if found is None or found.group(1) in SCALES or plain in _ENDS or _hinted(plain):
        return None
    return found.group(1)


def against(name: str) -> tuple[str, str]:
    """The two arms that `low_vs_placebo` or `low_minus_pbo` names; empty where it names none."""
    found = _AGAINST.match(name.strip().lower().replace(" ", "_"))
    return (found.group(1), found.group(2)) if found else ("", "")


def _hinted(plain: str) -> str:
    """A method that the key of an interval names: `mn_ci` says Miettinen and Nurminen."""
    if "ci" not in plain.split("_"):
        return ""
    known = {"mn", "newcombe", "wald", "wilson", "score", "exact", "mee", "cp", "jeffreys"}
    return plain if known & set(plain.split("_")) else ""


def _keep_text(draft: RowDraft, key: str, cell: Cell, source: str) -> None:
    """Keep what stands under a key that nobody knows: two numbers as such, a text as a remark."""
    found = _PARTS.fullmatch(plain_spelling(cell.text))
    try:
        numbers = [
            read_number(text, key=f"{key}[{place}]", line=cell.line, source=source)
            for place, text in enumerate(found.groups() if found else (), start=1)
        ]
    except PrintedTableError:
        numbers = []
    draft.left += [(number, TOGETHER_UNSAID) for number in numbers if number is not None]
    if not numbers:
        draft.texts.append(f"{key}: {cell.text}")


def level_of(key: str) -> float | None:
    """The level that a key names: 0.9 of `ci90`."""
    found = _OF_LEVEL.search(key.lower())
    return float(found.group(1).replace("_", ".")) / 100 if found and "ci" in key else None


def finished(
    draft: RowDraft, *, first: str = "", second: str = "", name: str = ""
) -> tuple[PrintedComparison, ...]:
    """The comparisons of a row: each estimate with its own interval, and the row's p."""
    estimates = {scale: dict(numbers) for scale, numbers in draft.estimates.items()}
    plain = dict(draft.plain)
    if "mean" in draft.arms.get("", {}) and not estimates and "low" not in plain and "se" in plain:
        draft.put("", "se", plain.pop("se"))  # of the mean: no estimate is here
    names = ("low", "high", "se")
    interval: dict[str, PrintedNumber] = {what: plain.pop(what) for what in names if what in plain}
    if interval and len(estimates) == 1:
        next(iter(estimates.values())).update(interval)
    elif interval and len(estimates) > 1:
        draft.left += [(number, TWO_ESTIMATES) for number in interval.values()]
    elif interval:
        estimates[Scale.UNSAID] = interval
    if "p" in plain:
        if not estimates:
            estimates[Scale.UNSAID] = {}
        for numbers in estimates.values():
            numbers.setdefault("p", plain["p"])
    return (
        tuple(
            PrintedComparison(
                name, scale, numbers, first, second, draft.levels.get(scale, draft.level)
            )
            for scale, numbers in estimates.items()
        )
        + tuple(draft.named)
        + tuple(_of_versus(draft))
    )


def _of_versus(draft: RowDraft) -> Iterator[PrintedComparison]:
    """The comparisons of two named arms among several."""
    for name, inner in draft.versus.items():
        first, second = against(name)
        yield from finished(inner, first=first, second=second, name=name)
        draft.left += inner.left


def arms_of(draft: RowDraft) -> tuple[PrintedArm, ...]:
    return tuple(PrintedArm(name, dict(numbers)) for name, numbers in draft.arms.items())
