"""What the keys of a row mean: `x_act`, `n_ctl`, `odds_ratio`, `ci`, `p`, and their kin.

A key that nothing here knows keeps its number, with what is missing said beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from remit.analysis.referee.key_words import (
    CI,
    ENDS,
    OF_ARMS,
    SE,
    P,
    against,
    arm_key,
    hinted,
    interval_of_arm,
    of_two_arms,
    scale_of,
    together_of,
)
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

_PARTS = re.compile(r"(.+?)\s*(?:±|\+/-|[(\[])\s*(.+?)\s*[)\]]?")
_OF = re.compile(r"([0-9]+)\s*/\s*([0-9]+)(?:\s*\(\s*([0-9.]+\s*%?)\s*\))?")
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
    head, arms = of_two_arms(plain)
    if arms:
        draft, plain = draft.versus.setdefault(arms, RowDraft()), head
    if isinstance(value, Cell):
        _put_cell(draft, plain, key, value, source, why)
    elif isinstance(value, Mapping):
        _put_mapping(draft, plain, key, value, source, why)
    else:
        _put_list(draft, plain, key, value, kind, source, why)


def _number(cell: Cell, key: str, source: str) -> PrintedNumber | None:
    return read_number(cell.text, key=key, line=cell.line, source=source)


def _put_cell(draft: RowDraft, plain: str, key: str, cell: Cell, source: str, why: str) -> None:
    scale, rest = scale_of(plain)
    if plain in CI or rest in CI:
        if plain_spelling(cell.text).lower() not in ABSENT:
            low, high = read_interval(cell.text, key=key, line=cell.line, source=source)
            _put_interval(draft, scale, low, high)
        return
    interval_of = interval_of_arm(plain)
    if interval_of is not None and re.search("[0-9]", cell.text):
        low, high = read_interval(cell.text, key=key, line=cell.line, source=source)
        draft.put(interval_of, "low", low)
        draft.put(interval_of, "high", high)
        return
    if _put_together(draft, plain, key, cell, source):
        return
    arm = arm_key(plain)
    known = plain in P or rest or plain in ENDS or plain in SE or scale or arm
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
    if plain in P:
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
    elif scale and rest in ENDS:
        draft.put_estimate(scale, ENDS[rest], number)
    elif scale and rest in SE:
        draft.put_estimate(scale, "se", number)
    elif scale and not rest:
        draft.put_estimate(scale, "estimate", number)
    elif plain in ENDS:
        draft.plain[ENDS[plain]] = number
    elif plain in SE:
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
    scale, rest = scale_of(plain)
    hint = hinted(plain)
    if plain in CI or rest in CI or hint:
        bounds = [number for number in numbers if number is not None]
        if not bounds:
            return  # nothing is printed
        if len(bounds) != 2 or len(numbers) != 2:
            raise refused("an interval has two bounds", str(len(numbers)), key=key, source=source)
        _put_interval(draft, scale or (Scale.DIFFERENCE if hint else None), *(
            number.named(key) for number in bounds
        ))  # fmt: skip
        return
    together = together_of(plain, len(numbers))
    if together:
        for what, number in zip(together[0], numbers, strict=True):
            draft.put(together[1], what, number)
        return
    interval_of = interval_of_arm(plain)
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
    scale, rest = scale_of(plain)
    if plain in CI or rest in CI:
        bounds = {
            ENDS.get(name.lower(), ""): _number(value, f"{key}.{name}", source)
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


def _put_together(draft: RowDraft, plain: str, key: str, cell: Cell, source: str) -> bool:
    """Whether a cell such as `33.1 ± 10.2` or `1.8 (0.9 to 2.9)` of such a key was read."""
    found = _PARTS.fullmatch(plain_spelling(cell.text))
    if found is None or not any(together_of(plain, size) for size in (2, 3)):
        return False
    first, second = found.groups()
    pair = together_of(plain, 2)
    if pair is not None:
        texts = (first, second)
        for what, text in zip(pair[0], texts, strict=True):
            name = f"{key} {what}"
            number = read_number(text, key=name, line=cell.line, source=source)
            draft.put(pair[1], what, number)
        return True
    triple = together_of(plain, 3)
    assert triple is not None
    middle = read_number(first, key=f"{key} {triple[0][0]}", line=cell.line, source=source)
    draft.put(triple[1], triple[0][0], middle)
    bounds = read_interval(second, key=key, line=cell.line, source=source)
    for what, bound in zip(triple[0][1:], bounds, strict=True):
        draft.put(triple[1], what, bound.named(f"{key} {what}"))
    return True


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
