"""Monitoring of one arm: printed values, simulation, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

import numpy as np
import pytest

from remit.analysis.methods.monitored_arms import (
    beta_posterior,
    posterior_monitoring,
    predictive_monitoring,
)
from remit.errors import MethodError


def test_printed_predictive_monitoring() -> None:
    # Lee JJ, Liu DD. Clin Trials 2008;5:93, section 4: 36 persons, prior beta(0.2, 0.8), futility
    # below 0.001; futile at 0/10, 1/17, 2/21, 3/24, 4/27, 5/29, 6/31, 7/33, 8/34, 9/35, 10/36.
    found = predictive_monitoring(
        list(range(10, 37)),
        target=0.2,
        futility=0.001,
        final=0.9,
        shares=[0.2, 0.4],
        prior=(0.2, 0.8),
    )
    steps = [10, 17, 21, 24, 27, 29, 31, 33, 34, 35, 36]
    for count, look in enumerate(steps):
        assert found.futile[found.looks.index(look)] == count
        if look > 10:
            assert found.futile[found.looks.index(look - 1)] == count - 1
    assert found.taken == pytest.approx((0.088, 0.906), abs=5e-4)
    assert found.early[0] == pytest.approx(0.86, abs=0.005)
    assert found.expected[0] == pytest.approx(27.67, abs=0.005)
    assert all(
        high == look + 1 for high, look in zip(found.effective[:-1], found.looks[:-1], strict=True)
    )


def test_monitoring_counts_each_trial_once() -> None:
    found = posterior_monitoring(
        [10, 20, 30], target=0.3, futility=0.1, efficacy=0.99, final=0.95, shares=[0.1, 0.3, 0.8]
    )
    for taken, dropped in zip(found.taken, found.dropped, strict=True):
        assert taken + dropped == pytest.approx(1)
    assert list(found.taken) == sorted(found.taken)
    # 20,000 trials, one person after the other.
    random = np.random.default_rng(5)
    answers = np.cumsum(random.random((20_000, 30)) < 0.3, axis=1)
    open_ = np.ones(20_000, bool)
    reached = np.zeros(20_000, bool)
    for look, low, high in zip(found.looks, found.futile, found.effective, strict=True):
        now = answers[:, look - 1]
        reached |= open_ & (now >= high)
        open_ &= (now > low) & (now < high)
    share = found.taken[1]
    assert abs(reached.mean() - share) < 3 * np.sqrt(share * (1 - share) / 20_000)


def test_monitoring_that_cannot_be_is_refused() -> None:
    with pytest.raises(MethodError, match="rising numbers"):
        posterior_monitoring([10, 10], target=0.3, futility=0.1, efficacy=0.9, shares=[0.3])
    with pytest.raises(MethodError, match="at once"):
        posterior_monitoring([10], target=0.3, futility=0.9, efficacy=0.9, shares=[0.3])
    with pytest.raises(MethodError, match="beta prior"):
        beta_posterior(1, 2, prior=(0.0, 1.0))
    assert beta_posterior(0, 0).warnings
