"""Areas shared out over domains: they add up, keep floors and caps, and follow their rule."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimation.planning.allocation import RULES, allocate

DISTRICTS = pd.Series({"688": 39288, "689": 79628, "690": 43926, "691": 60607, "696": 98723})


@given(
    sizes=st.lists(st.floats(1, 1e6), min_size=1, max_size=12),
    rule=st.sampled_from(sorted(RULES)),
    floor=st.integers(0, 5),
    room=st.integers(0, 400),
    data=st.data(),
)
def test_the_whole_is_shared_out_within_floor_and_cap(sizes, rule, floor, room, data):
    N = pd.Series(sizes)
    total = floor * len(N) + room
    cap = (
        N * 0 + floor + pd.Series(data.draw(st.lists(st.integers(0, 400), min_size=len(N), max_size=len(N))))
    )
    if cap.sum() >= total:
        shared = allocate(N, total, rule=rule, floor=floor, cap=cap)
        assert shared.sum() == total
        assert (shared >= floor).all()
        assert (shared <= cap).all()


def test_each_rule_shares_out_as_it_says():
    assert list(allocate(DISTRICTS, 50, rule="equal")) == [10] * 5
    proportional = allocate(DISTRICTS, 322172, rule="proportional")
    assert list(proportional) == list(DISTRICTS)
    assert list(allocate(DISTRICTS, 60, rule="power", exponent=0.0)) == [12] * 5
    assert list(allocate(DISTRICTS, 1000, rule="power", exponent=1.0)) == list(allocate(DISTRICTS, 1000))


def test_neyman_has_the_least_variance_of_the_whole():
    share = pd.Series({"688": 0.7, "689": 0.5, "690": 0.9, "691": 0.2, "696": 0.05})
    S = np.sqrt(share * (1 - share))
    W = DISTRICTS / DISTRICTS.sum()

    def variance(n):
        return float((W**2 * S**2 / n).sum())

    best = allocate(DISTRICTS, 500, rule="optimal", spread=S)
    for other in ("proportional", "equal", "power"):
        assert variance(best) < variance(allocate(DISTRICTS, 500, rule=other))
    exact = (W * S).sum() ** 2 / 500
    assert variance(best) == pytest.approx(exact, rel=1e-3)


def test_largest_remainders_decide_and_ties_go_by_order():
    assert list(allocate(pd.Series([1.0, 1.0, 1.0]), 10)) == [4, 3, 3]
    assert list(allocate(pd.Series([5.0, 3.0, 2.0]), 7)) == [4, 2, 1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"total": 10, "rule": "square"}, "choose one of"),
        ({"total": 10, "floor": 3}, "cannot be shared out"),
        ({"total": 10, "cap": DISTRICTS * 0 + 1}, "cannot be shared out"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        allocate(DISTRICTS, **options)


def test_a_domain_without_population_is_named():
    with pytest.raises(ValueError, match="690"):
        allocate(DISTRICTS * [1, 1, 0, 1, 1], 50)
