"""The words of keys: what `x_act`, `odds_ratio_ci` or `p_low_vs_pbo` say, and of which arms."""

from __future__ import annotations

import re
from collections.abc import Mapping

from remit.analysis.referee.printed_rows import Scale

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
P = frozenset({"p", "p_value", "pvalue", "pval"})
CI = frozenset({"ci", "ci95", "95ci", "ci_95", "95_ci", "conf_int", "interval", "cl"})
ENDS = {
    **dict.fromkeys(("ci_low", "ci_lower", "low", "lower", "lcl", "ci_lo"), "low"),
    **dict.fromkeys(("ci_high", "ci_upper", "high", "upper", "ucl", "ci_hi"), "high"),
}
SE = frozenset({"se", "stderr", "standard_error"})
_AGAINST = re.compile(r"^(.+?)_(?:vs|versus|minus|v|against)_(.+)$")
_OF_LEVEL = re.compile(r"(?:^|_)(?:ci)?_?(90|95|97_5|98|99)_?(?:ci)?(?:_|$)")
_NUMBERED = re.compile(r"^(x|n|pct|mean|sd|se|median)_?([0-9])$")


def of_two_arms(plain: str) -> tuple[str, str]:
    """What a key names of which two arms: `or_ci` and `low_vs_pbo` of `or_ci_low_vs_pbo`."""
    if not _AGAINST.match(plain):
        return plain, ""
    heads = [*SCALES, *P, *CI, *SE]
    heads += [f"{scale}_{part}" for scale in SCALES for part in (*P, *CI, *SE)]
    for head in sorted(heads, key=len, reverse=True):
        rest = plain.removeprefix(f"{head}_")
        if rest != plain and _AGAINST.match(rest):
            return head, rest
    return plain, ""


def scale_of(plain: str) -> tuple[Scale | None, str]:
    """The estimate that a key names, and what of it: `diff_ci` is the interval of a difference."""
    for name in sorted(SCALES, key=len, reverse=True):
        if plain == name:
            return SCALES[name], ""
        if plain.startswith(f"{name}_"):
            rest = plain[len(name) + 1 :]
            if rest in CI or rest in ENDS or rest in P or rest in SE:
                return SCALES[name], "p" if rest in P else rest
        for word in CI:
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


def together_of(plain: str, number: int) -> tuple[tuple[str, ...], str] | None:
    """What the numbers of a key are, and of which arm: `mean_sd_act` holds two of `act`."""
    for name, stats in TOGETHER.items():
        if (plain == name or plain.startswith(f"{name}_")) and len(stats) == number:
            return stats, plain[len(name) + 1 :]
    return None


def interval_of_arm(plain: str) -> str | None:
    """The arm of whose share or mean a key is the interval: `ci_act` of `act`."""
    found = re.match(r"^(?:ci|ci95|ci_95)_([a-z][a-z0-9_]*)$", plain)
    if found is None or found.group(1) in SCALES or plain in ENDS or hinted(plain):
        return None
    return found.group(1)


def against(name: str) -> tuple[str, str]:
    """The two arms that `low_vs_placebo` or `low_minus_pbo` names; empty where it names none."""
    found = _AGAINST.match(name.strip().lower().replace(" ", "_"))
    return (found.group(1), found.group(2)) if found else ("", "")


def hinted(plain: str) -> str:
    """A method that the key of an interval names: `mn_ci` says Miettinen and Nurminen."""
    if "ci" not in plain.split("_"):
        return ""
    known = {"mn", "newcombe", "wald", "wilson", "score", "exact", "mee", "cp", "jeffreys"}
    return plain if known & set(plain.split("_")) else ""


def level_of(key: str) -> float | None:
    """The level that a key names: 0.9 of `ci90`."""
    found = _OF_LEVEL.search(key.lower())
    return float(found.group(1).replace("_", ".")) / 100 if found and "ci" in key else None
