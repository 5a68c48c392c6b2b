"""Weights: selection, nonresponse and raking against hand-worked numbers, and their invariants."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.weighting import (
    Margin,
    WeightingError,
    base_weights,
    kish_effect,
    nonresponse_factors,
    rake,
)


def areas(**columns):
    defaults = {"stratum": ["s", "s"], "weight": [10.0, 20.0], "eligible": [8, 6], "ineligible": [2, 0]}
    defaults |= {"unknown": [2, 0], "respondents": [4, 6]}
    return pd.DataFrame(defaults | columns, index=["a", "b"])


def test_base_weight_is_the_inverse_of_both_selections():
    weights = base_weights(pd.Series([0.25]), pd.Series([120]), pd.Series([12]))
    assert weights.tolist() == [40.0]


@pytest.mark.parametrize(("probability", "issued"), [(0.0, 12), (1.5, 12), (0.5, 0), (np.nan, 12)])
def test_base_weight_names_an_impossible_psu(probability, issued):
    psu = pd.Series([probability], index=["25232006"])
    with pytest.raises(WeightingError, match="25232006"):
        base_weights(psu, pd.Series([100], index=psu.index), pd.Series([issued], index=psu.index))


def test_unknown_eligibility_is_shared_before_nonresponse():
    factors = nonresponse_factors(areas())
    assert factors.loc["a"].tolist() == pytest.approx([0.8, 9.6, 2.4, 1.0, 2.4])


def test_area_without_interview_is_carried_by_its_stratum():
    factors = nonresponse_factors(
        areas(eligible=[0, 6], ineligible=[0, 2], unknown=[8, 0], respondents=[0, 6])
    )
    assert factors.loc["a", "e"] == 0.75
    assert factors.loc["a", "need"] == 6.0
    assert factors.loc["a", "factor"] == 0.0
    assert factors.loc["b", "carried"] == pytest.approx((10 * 6 + 20 * 6) / (20 * 6))


def test_stratum_without_interview_is_refused_by_name():
    with pytest.raises(WeightingError, match="691-rural"):
        nonresponse_factors(areas(stratum=["691-rural", "692-rural"], respondents=[0, 6]))


def test_nonresponse_keeps_the_eligible_households():
    psus = areas(eligible=[0, 6], ineligible=[0, 2], unknown=[8, 0], respondents=[0, 6])
    factors = nonresponse_factors(psus)
    carried = (psus["weight"] * factors["factor"] * psus["respondents"]).sum()
    assert carried == pytest.approx((psus["weight"] * factors["need"]).sum())


def test_kish_effect_is_one_for_equal_weights():
    assert kish_effect(pd.Series([3.0, 3.0, 3.0])) == 1.0
    assert kish_effect(pd.Series([1.0, 3.0])) == pytest.approx(1.25)


def test_rake_one_margin_is_poststratification():
    persons = pd.DataFrame({"w": [1.0, 1.0, 2.0], "sex": ["1", "1", "2"]})
    raked = rake(persons, "w", [Margin("sex", pd.Series({"1": 10.0, "2": 30.0}))])
    assert raked.weight.tolist() == pytest.approx([5.0, 5.0, 30.0])
    assert (raked.factor_min, raked.factor_max) == (5.0, 15.0)


def two_margins(sex=("1", "2"), place=("a", "b")):
    return [
        Margin("sex", pd.Series([60.0, 40.0], index=list(sex))),
        Margin("place", pd.Series([30.0, 70.0], index=list(place))),
    ]


def small_sample():
    return pd.DataFrame(
        {"w": [1.0, 2.0, 3.0, 4.0], "sex": ["1", "2", "1", "2"], "place": ["a", "a", "b", "b"]}
    )


@pytest.mark.parametrize(
    ("margins", "words"),
    [
        (two_margins(sex=("1", "3")), "'sex'.*without a target: 2"),
        ([Margin("sex", pd.Series({"1": 1.0, "2": 1.0, "9": 1.0}))], "'sex'.*without sample: 9"),
        ([*two_margins(), Margin("w", pd.Series({1.0: 7.0}))], "not of one population"),
        ([Margin("sex", pd.Series({"1": 0.0, "2": 1.0}))], "each total above 0"),
        ([], "at least one margin"),
    ],
)
def test_rake_names_what_cannot_be_reached(margins, words):
    with pytest.raises(WeightingError, match=words):
        rake(small_sample(), "w", margins)


def test_rake_refuses_a_person_without_category():
    with pytest.raises(WeightingError, match="'place': 1 persons"):
        rake(small_sample().assign(place=["a", None, "b", "b"]), "w", two_margins())


def test_rake_refuses_margins_the_sample_cannot_meet_together():
    persons = pd.DataFrame({"w": [1.0, 1.0], "sex": ["1", "2"], "place": ["a", "b"]})
    with pytest.raises(WeightingError, match="did not settle in 50 rounds"):
        rake(persons, "w", two_margins(), max_iterations=50)


@pytest.mark.parametrize("weights", [[1.0, -1.0, 1.0, 1.0], [np.nan, 1.0, 1.0, 1.0], [0.0] * 4])
def test_rake_refuses_impossible_weights(weights):
    with pytest.raises(WeightingError, match="weights must be finite"):
        rake(small_sample().assign(w=weights), "w", two_margins())


@st.composite
def samples(draw):
    """A sample that fills every combination of sex and place, and margins of one population."""
    filled = [(sex, place) for sex in "12" for place in "abc"]
    more = draw(st.lists(st.sampled_from(filled), max_size=20))
    cells = filled + more
    weights = draw(st.lists(st.floats(0.5, 50), min_size=len(cells), max_size=len(cells)))
    persons = pd.DataFrame(cells, columns=["sex", "place"]).assign(w=weights)
    share = draw(st.floats(0.2, 0.8))
    places = np.array(draw(st.lists(st.floats(1, 5), min_size=3, max_size=3)))
    margins = [
        Margin("sex", pd.Series([1e5 * share, 1e5 * (1 - share)], index=["1", "2"])),
        Margin("place", pd.Series(1e5 * places / places.sum(), index=list("abc"))),
    ]
    return persons, margins


@settings(deadline=None, max_examples=40)
@given(samples())
def test_raked_weights_are_positive_and_reach_every_margin(sample):
    persons, margins = sample
    raked = rake(persons, "w", margins)
    assert (raked.weight > 0).all()
    for margin in margins:
        reached = raked.weight.groupby(persons[margin.variable]).sum()
        assert reached.to_numpy() == pytest.approx(margin.totals.to_numpy(), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(samples(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(sample, random):
    persons, margins = sample
    order = list(persons.index)
    random.shuffle(order)
    shuffled = rake(persons.loc[order], "w", margins).weight.loc[persons.index]
    assert shuffled.to_numpy() == pytest.approx(rake(persons, "w", margins).weight.to_numpy(), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(samples())
def test_raking_twice_changes_nothing(sample):
    persons, margins = sample
    once = rake(persons, "w", margins).weight
    again = rake(persons.assign(w=once), "w", margins)
    assert again.weight.to_numpy() == pytest.approx(once.to_numpy(), rel=1e-12)
    assert again.iterations <= 2


@settings(deadline=None, max_examples=40)
@given(samples(), st.floats(0.01, 100))
def test_scale_of_the_initial_weights_does_not_matter(sample, scale):
    persons, margins = sample
    scaled = rake(persons.assign(w=persons["w"] * scale), "w", margins).weight
    assert scaled.to_numpy() == pytest.approx(rake(persons, "w", margins).weight.to_numpy(), rel=1e-11)
