"""A budget buys the most areas that it pays for, and not one more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimation import Costs

PRICES = st.floats(0.01, 1e7)


@given(
    area=PRICES,
    interview=PRICES,
    fixed=st.floats(0, 1e7),
    take=st.integers(1, 40),
    areas=st.integers(0, 2000),
)
def test_what_a_sample_costs_pays_for_it_and_for_no_more(area, interview, fixed, take, areas):
    costs = Costs(area, interview, fixed)
    budget = costs.total(areas, areas * take)
    bought = costs.areas_within(budget * (1 + 1e-12), take)
    # A fixed part that is a hundred million times an area leaves the area among the rounding.
    if fixed < 1e6 * area:
        assert bought == areas
        assert costs.total(bought + 1, (bought + 1) * take) > budget


def test_a_budget_below_the_fixed_part_buys_nothing():
    assert Costs(2.0, 0.2, fixed=100).areas_within(50, 12) == 0


def test_the_best_take_is_that_of_the_formula():
    assert Costs(1.9, 0.1).best_take(0.05) == pytest.approx(19)


@pytest.mark.parametrize(
    "prices", [(0, 1, 0), (1, 0, 0), (1, 1, -1), (float("nan"), 1, 0), (float("inf"), 1, 0)]
)
def test_prices_are_positive(prices):
    with pytest.raises(ValueError, match="more than 0"):
        Costs(*prices)
