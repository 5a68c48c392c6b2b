"""Rotation (M14): another sample of the same chances, with the declared overlap, and no area met twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.rotation import advanced, kept_points, retained, rotated
from estimation.sampling import SamplingError, line, systematic

DRAWS, FAR = 40_000, 5
# Chances of 0.96 and 0.80 beside small ones: points in long units stay where they are.
LONG = np.array([5, 9, 3, 30, 4, 6, 7, 25, 2, 8, 12, 6, 5, 3.0])
SHORT = np.array([5, 9, 3, 11, 4, 6, 7, 10, 2, 8, 12, 6, 5, 3.0])
CERTAIN = np.array([5, 9, 3, 90, 4, 6, 7, 10, 2, 8, 12, 6, 5, 3.0])


def within(found, expected):
    return np.all(np.abs(found - expected) <= FAR * np.sqrt(expected * (1 - expected) / DRAWS) + 1e-12)


def memberships(drawn, units):
    inside = np.zeros((len(drawn), units), dtype=bool)
    np.put_along_axis(inside, drawn, values=True, axis=1)
    return inside


def phases_of(points, keeps, phases, orders=DRAWS):
    """Turns after random orders, each for an equal part of the draws."""
    generator = np.random.default_rng(2)
    turns = [advanced(points, keeps, generator.random(points), phases=phases) for _ in range(orders)]
    return np.repeat(turns, DRAWS // orders, axis=0)


@pytest.mark.parametrize("size", [LONG, SHORT, CERTAIN], ids=["long", "short", "certain"])
@pytest.mark.parametrize(
    ("keeps", "phases"), [((0.5,), 2), ((0.0,), 2), ((0.75,), 3), ((0.5, 0.5), 2), ((0, 0), 3)]
)
def test_a_rotated_sample_has_the_chances_of_the_first(size, keeps, phases):
    laid = line(size, 4)
    starts = np.random.default_rng(9).random(DRAWS)
    # Few orders are enough here: chances are the same after every one of them.
    phase = phases_of(laid.points, keeps, phases, orders=10)
    inside = memberships(rotated(laid, starts, phase, phases=phases), len(size))
    assert (inside.sum(axis=1) == laid.points).all(), "a unit was met twice"
    assert within(inside.mean(axis=0), np.where(laid.certain, 0.0, laid.probability))


@pytest.mark.parametrize("size", [LONG, SHORT, CERTAIN], ids=["long", "short", "certain"])
@pytest.mark.parametrize(("keep", "phases"), [(0.5, 2), (0.0, 2), (0.25, 3)])
def test_chances_of_both_waves_and_of_either(size, keep, phases):
    laid = line(size, 4)
    starts = np.random.default_rng(10).random(DRAWS)
    before = memberships(systematic(laid, starts), len(size))
    phase = phases_of(laid.points, (keep,), phases)
    now = memberships(rotated(laid, starts, phase, phases=phases), len(size))
    both = retained(laid, kept_points(laid.points, keep) / laid.points, phases=phases)
    assert (both[laid.certain] == 1).all()
    on_line = np.where(laid.certain, 0.0, both)
    assert within((before & now).mean(axis=0), on_line)
    expected = np.where(laid.certain, 0.0, 2 * laid.probability - both)
    assert within((before | now).mean(axis=0), np.clip(expected, 0, 1))


@settings(max_examples=60)
@given(
    size=st.lists(st.integers(20, 60), min_size=12, max_size=40),
    start=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 99),
)
def test_without_long_units_the_overlap_is_the_declared_one(size, start, seed):
    """Chances up to 60/260 < 1/2: what is not kept is an area that was not in the sample."""
    laid = line(np.array(size), 4)
    if laid.certain.any() or laid.probability.max() >= 0.5:
        return
    first = set(systematic(laid, start).tolist())
    order = np.random.default_rng(seed).random(4)
    second = set(rotated(laid, start, advanced(4, (0.5,), order)).tolist())
    third = set(rotated(laid, start, advanced(4, (0.5, 0.5), order)).tolist())
    assert (len(first & second), len(second & third), len(first & third)) == (2, 2, 0)


def test_what_stayed_longest_leaves_first():
    order = np.array([0.3, 0.1, 0.9, 0.5])
    assert advanced(4, (0.5,), order).tolist() == [1, 1, 0, 0]
    assert advanced(4, (0.5, 0.5), order).tolist() == [1, 1, 1, 1]
    assert advanced(4, (1.0,), order).tolist() == [0, 0, 0, 0]
    assert advanced(5, (0.5,), np.arange(5.0)).sum() == 2, "the kept number is rounded up"


def test_turns_that_are_used_up_are_refused():
    with pytest.raises(SamplingError, match="2 turns"):
        advanced(4, (0.5, 0.5, 0.5), np.arange(4.0))
    assert advanced(4, (0.5, 0.5, 0.5), np.arange(4.0), phases=3).max() == 2
