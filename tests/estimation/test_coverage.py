"""The 95 % interval covers and the verdict errs as often as said, in the samples of `benchmarks/coverage.py`.

The tests are statistical with a fixed seed. The hypothesis is that samples of 8 PSUs are covered 94-97 % of
the time and each false verdict comes 1.5-3.5 % of the time. The bounds on the counts are such that an engine
for which this is true would fail, over all tests of this file together, with a probability below 1e-6; one
that takes normal quantiles covers 88 % and is caught.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "coverage.py"
SAMPLES = 3_000
SHARES = (0.3, 0.6)
CHANCE_OF_A_FALSE_ALARM = 1e-6 / (2 * 3 * len(SHARES))  # each bound of three rates at each share
COVERAGE = (0.94, 0.97)
FALSE_VERDICT = (0.015, 0.035)


@pytest.fixture(scope="module")
def coverage():
    """The benchmark as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_of_coverage", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged(coverage) -> pd.DataFrame:
    """Estimates of samples of 8 PSUs with the verdict at the true share."""
    rng = np.random.default_rng(20261124)
    return coverage.estimate_samples(
        coverage.PLANS[0], coverage.MODELS["pps"], SHARES, samples=SAMPLES, rng=rng
    )


def acceptable(rates: tuple[float, float]) -> tuple[int, int]:
    """Counts that a rate within the range gives but for the chance of a false alarm on either side."""
    counts = np.arange(SAMPLES + 1)
    below = special.bdtr(counts, SAMPLES, rates[0])  # P(X <= count)
    above = special.bdtrc(counts - 1, SAMPLES, rates[1])  # P(X >= count)
    below[counts >= SAMPLES] = 1.0
    above[0] = 1.0
    low = int(counts[below <= CHANCE_OF_A_FALSE_ALARM].max(initial=-1)) + 1
    high = int(counts[above <= CHANCE_OF_A_FALSE_ALARM].min(initial=SAMPLES + 1)) - 1
    return low, high


def within(count: int, rates: tuple[float, float]) -> bool:
    low, high = acceptable(rates)
    return low <= count <= high


@pytest.mark.parametrize("share", SHARES)
def test_the_interval_covers(coverage, judged: pd.DataFrame, share: float) -> None:
    covered = coverage.covers(judged)[judged["share"] == share]
    assert len(covered) == SAMPLES
    assert within(int(covered.sum()), COVERAGE)


@pytest.mark.parametrize("verdict", ["met", "not_met"])
@pytest.mark.parametrize("share", SHARES)
def test_a_verdict_at_the_target_is_rare(judged: pd.DataFrame, share: float, verdict: str) -> None:
    wrong = judged.loc[judged["share"] == share, "verdict"] == verdict
    assert within(int(wrong.sum()), FALSE_VERDICT)


@pytest.mark.parametrize("share", SHARES)
def test_the_normal_quantile_would_be_caught(coverage, judged: pd.DataFrame, share: float) -> None:
    frame = coverage.with_normal_quantile(judged[judged["share"] == share])
    covered = coverage.covers(frame, "z_low", "z_high")
    assert not within(int(covered.sum()), COVERAGE)


def test_the_bounds_leave_a_true_engine_alone() -> None:
    low, high = acceptable(COVERAGE)
    assert special.bdtr(low - 1, SAMPLES, COVERAGE[0]) <= CHANCE_OF_A_FALSE_ALARM
    assert special.bdtrc(high, SAMPLES, COVERAGE[1]) <= CHANCE_OF_A_FALSE_ALARM
    assert special.bdtr(low, SAMPLES, COVERAGE[0]) > CHANCE_OF_A_FALSE_ALARM
    assert within(round(0.95 * SAMPLES), COVERAGE)


def test_the_population_has_the_share_it_claims(coverage) -> None:
    plan, model = coverage.PLANS[1], coverage.MODELS["informative"]
    population = coverage.fit_population(plan, model, 0.3)
    persons = coverage.draw_samples(plan, model, [population], samples=1_000, rng=np.random.default_rng(7))
    by_sample = persons.assign(skilled=persons["weight"] * persons["y0"]).groupby("sample")
    means = by_sample["skilled"].sum().mean() / by_sample["weight"].sum().mean()
    assert means == pytest.approx(0.3, abs=5 * 0.045 / np.sqrt(1_000))
