"""Sizes that show a side of a target: published numbers, limits, and the verdict itself in a simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from estimation import Design, estimate_proportions
from estimation.planning.sample_size import (
    best_take,
    design_effect,
    effective_size_to_show,
    power_to_show,
    share_to_show,
)

SHARES = st.floats(0.02, 0.98)
SIZES = st.floats(30, 100_000)


@pytest.mark.parametrize(
    ("target", "share", "size"),
    [
        (0.6, 0.63, 1633),
        (0.6, 0.65, 583),
        (0.6, 0.7, 142),
        (0.8, 0.83, 1054),
        (0.8, 0.85, 367),
        (0.8, 0.9, 83),
    ],
)
def test_the_known_sizes_at_five_percent_on_one_side(target, share, size):
    assert round(float(effective_size_to_show(share, target, error=0.05))) == size


@pytest.mark.parametrize(("target", "share"), [(0.6, 0.63), (0.6, 0.52), (0.8, 0.9)])
def test_the_normal_formula_as_a_textbook_writes_it(target, share):
    z, beta = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    hand = (z * (target * (1 - target)) ** 0.5 + beta * (share * (1 - share)) ** 0.5) ** 2 / (
        share - target
    ) ** 2
    assert effective_size_to_show(share, target) == pytest.approx(hand, rel=1e-12)


@given(share=SHARES, target=SHARES, power=st.floats(0.5, 0.99), df=st.floats(4, 500))
def test_the_size_that_is_needed_has_the_power_that_was_wanted(share, target, power, df):
    if abs(share - target) > 1e-3:
        size = effective_size_to_show(share, target, power=power, df=df)
        assert power_to_show(share, target, size, df=df) == pytest.approx(power, abs=1e-9)


@given(target=SHARES, size=SIZES, df=st.floats(4, 500))
def test_the_nearest_share_is_shown_exactly_as_often_as_wanted(target, size, df):
    for side in ("met", "not_met"):
        share = float(share_to_show(target, size, side, df=df))
        if not np.isnan(share):
            assert (share > target) == (side == "met")
            assert power_to_show(share, target, size, df=df) == pytest.approx(0.8, abs=1e-6)


@given(share=SHARES, target=SHARES, size=SIZES)
def test_more_interviews_never_show_less(share, target, size):
    assert power_to_show(share, target, 2 * size) >= power_to_show(share, target, size) - 1e-12


@given(target=st.floats(0.1, 0.9), gap=st.floats(0.001, 0.05))
def test_a_smaller_gap_needs_more(target, gap):
    assert effective_size_to_show(target + gap, target) > effective_size_to_show(target + 1.5 * gap, target)


def test_few_areas_need_more_interviews_than_many():
    sizes = effective_size_to_show(0.7, 0.6, df=[4, 8, 30, np.inf])
    assert (np.diff(sizes) < 0).all()
    assert sizes[-1] == effective_size_to_show(0.7, 0.6)


def test_a_share_at_its_target_needs_infinitely_many_and_is_shown_by_error_alone():
    assert np.isinf(effective_size_to_show(0.6, 0.6))
    assert power_to_show(0.6, 0.6, 5000) == pytest.approx(0.025)


def test_a_target_near_one_cannot_be_exceeded_by_a_small_sample():
    assert np.isnan(share_to_show(0.99, 40, "met"))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: effective_size_to_show(60, 0.6),
        lambda: effective_size_to_show(0.5, 0.6, power=1.0),
        lambda: effective_size_to_show(0.5, 0.6, error=0.0),
        lambda: effective_size_to_show(0.5, 0.6, df=0),
        lambda: share_to_show(0.6, 100, "above"),
        lambda: design_effect(-0.1, 12),
        lambda: design_effect(0.1, 0.5),
        lambda: best_take(0, 1, 0.05),
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"between|positive|lies in|unknown side|chance"):
        wrong()


def test_the_design_effect_of_kish():
    assert design_effect(0.05, 12, weighting=1.2) == pytest.approx(1.2 * 1.55)
    assert design_effect(0.5, 1) == 1


def test_the_best_take_spends_least_for_the_same_precision():
    area, interview, icc = 900.0, 100.0, 0.05
    takes = np.arange(1, 60)
    variance_for_a_budget = (area + takes * interview) * (1 + (takes - 1) * icc) / takes
    assert abs(takes[variance_for_a_budget.argmin()] - best_take(area, interview, icc)) < 1


def verdicts_of_samples(rng, samples, *, areas, take, share, target):
    """Estimate many samples of areas with a varying skill, each a domain; verdicts and levels of areas."""
    level = rng.normal(share, 0.12, (samples, areas)).clip(0, 1)
    answers = rng.binomial(take, level)
    weight = np.stack([answers, take - answers], axis=-1).ravel().astype(float)
    persons = pd.DataFrame(
        {
            "sample": np.repeat(np.arange(samples), areas * 2),
            "area": np.repeat(np.arange(samples * areas), 2),
            "y": np.tile([1.0, 0.0], samples * areas),
            "w": weight,
        }
    )
    design = Design(weight="w", strata="sample", psu="area")
    made = estimate_proportions(persons[weight > 0], ["y"], by="sample", design=design)
    return list(made.against(target)["verdict"]), level


def test_the_verdict_is_met_as_often_as_the_plan_says():
    """2,000 samples of 40 areas: the chance is met within 0.03, three standard errors of the simulation."""
    rng = np.random.default_rng(20_261_128)
    areas, take, share, target = 40, 10, 0.70, 0.60
    batches = [
        verdicts_of_samples(rng, 100, areas=areas, take=take, share=share, target=target) for _ in range(20)
    ]
    level = np.concatenate([part.ravel() for _, part in batches])
    p = level.mean()
    size = areas * take / float(design_effect(level.var() / (p * (1 - p)), take))
    promised = float(power_to_show(p, target, size, df=areas - 1))
    assert 0.6 < promised < 0.95
    assert np.mean([one == "met" for part, _ in batches for one in part]) == pytest.approx(promised, abs=0.03)


def test_districts_judged_side_by_side_are_decided_at_least_as_often_as_the_plan_says():
    """100 surveys of 6 districts: Holm decides no less than its first step, within 0.04 of the simulation."""
    rng = np.random.default_rng(20_261_129)
    surveys, districts, areas, take, target = 100, 6, 20, 10, 0.60
    level = rng.normal(0.43, 0.12, (surveys, districts * areas)).clip(0, 1)
    answers = rng.binomial(take, level)
    named = np.repeat(np.arange(districts), areas)
    shown = []
    for counts in answers:
        persons = pd.DataFrame(
            {
                "district": np.repeat(named, 2),
                "area": np.repeat(np.arange(districts * areas), 2),
                "y": np.tile([1.0, 0.0], districts * areas),
                "w": np.stack([counts, take - counts], axis=-1).ravel().astype(float),
            }
        )
        design = Design(weight="w", strata="district", psu="area")
        made = estimate_proportions(persons[persons["w"] > 0], ["y"], by="district", design=design)
        shown.extend(made.against(target)["family_verdict"] == "not_met")
    p = level.mean()
    size = areas * take / float(design_effect(level.var() / (p * (1 - p)), take))
    least = float(power_to_show(p, target, size, df=areas - 1, error=0.025 / districts))
    alone = float(power_to_show(p, target, size, df=areas - 1))
    assert 0.5 < least < 0.9
    assert least - 0.04 < np.mean(shown) < alone + 0.04
