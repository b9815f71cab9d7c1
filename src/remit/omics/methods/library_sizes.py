"""How deep each library was read, composition apart: trimmed means of log ratios.

Robinson MD, Oshlack A. Genome Biol 2010;11:R25; which genes have enough: Chen Y, Lun ATL, Smyth GK.
F1000Research 2016;5:1438. The answers are those of edgeR (`calcNormFactors`, `filterByExpr`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]
_TRIM_RATIO, _TRIM_LEVEL = 0.3, 0.05
_FEWEST, _FEWEST_IN_ALL = 10.0, 15.0
_LARGE, _SHARE = 10, 0.7


def trimmed_mean_factors(counts: Floats) -> Floats:
    """A factor for each sample's total; their product is 1.

    Args:
        counts: genes × samples.
    """
    counts = counts[(counts > 0).any(axis=1)]
    totals = counts.sum(axis=0)
    upper = np.quantile(counts / totals, 0.75, axis=0)
    if np.median(upper) < 1e-20:
        reference = int(np.sqrt(counts).sum(axis=0).argmax())
    else:
        reference = int(np.abs(upper - upper.mean()).argmin())
    base, size = counts[:, reference], totals[reference]
    found = [
        _factor(one, base, float(n), float(size)) for one, n in zip(counts.T, totals, strict=True)
    ]
    logs = np.log(found)
    return np.asarray(np.exp(logs - logs.mean()), np.float64)


def _factor(seen: Floats, base: Floats, total: float, base_total: float) -> float:
    both = (seen > 0) & (base > 0)
    one, other = seen[both] / total, base[both] / base_total
    ratio, level = np.log2(one / other), (np.log2(one) + np.log2(other)) / 2
    noise = (total - seen[both]) / total / seen[both]
    noise += (base_total - base[both]) / base_total / base[both]
    if not ratio.size or np.abs(ratio).max() < 1e-6:
        return 1.0
    kept = _middle(ratio, _TRIM_RATIO) & _middle(level, _TRIM_LEVEL)
    if not kept.any():
        return 1.0
    return float(2 ** ((ratio[kept] / noise[kept]).sum() / (1 / noise[kept]).sum()))


def _middle(values: Floats, trim: float) -> npt.NDArray[np.bool_]:
    low = np.floor(len(values) * trim) + 1
    ranks = rankdata(values)
    return np.asarray((ranks >= low) & (ranks <= len(values) + 1 - low))


def expressed(counts: Floats, smallest_group: int) -> npt.NDArray[np.bool_]:
    """Which genes have counts enough in as many samples as the smallest group has.

    Args:
        counts: genes × samples.
    """
    totals = counts.sum(axis=0)
    needed = float(smallest_group)
    if needed > _LARGE:
        needed = _LARGE + (needed - _LARGE) * _SHARE
    per_million = counts / totals * 1e6
    enough = (per_million >= _FEWEST / np.median(totals) * 1e6).sum(axis=1) >= needed - 1e-14
    return np.asarray(enough & (counts.sum(axis=1) >= _FEWEST_IN_ALL - 1e-14))
