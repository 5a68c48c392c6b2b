"""Selection (M14): chances as R computes them, kept by every draw, and none lost on the way to an address.

Monte Carlo, seeded: with D draws the share of draws that take a unit of chance π has the standard error
√(π(1 − π)/D); every unit must lie within five of them. Of the 1,825 areas of the wave none goes that far by
chance (expected number 0.001).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.sampling import (
    SamplingError,
    draw_addresses,
    draw_households,
    inclusion_probabilities,
    line,
    replicate_groups,
    srs,
    systematic,
)
from estimation.stratified_draw import METHODS, AreaDraw, draw_areas

REFERENCE = Path(__file__).parents[1] / "reference" / "r_sampling"
DRAWS, FAR = 20_000, 5

sizes = st.lists(st.integers(1, 400), min_size=2, max_size=40)


@pytest.fixture(scope="module")
def inclusion():
    table = pd.read_csv(REFERENCE / "inclusion.csv")
    return {case: rows.reset_index(drop=True) for case, rows in table.groupby("case")}


def is_near(counts, probability, draws=DRAWS):
    error = np.sqrt(probability * (1 - probability) / draws)
    return np.all(np.abs(counts / draws - probability) <= FAR * error + 1e-12)


def test_chances_are_those_of_r(inclusion):
    assert len(inclusion) == 26
    for rows in inclusion.values():
        probability, certain = inclusion_probabilities(rows["size"].to_numpy(), rows["n"][0])
        np.testing.assert_allclose(probability, rows["pik"], rtol=1e-12, atol=0)
        assert certain.tolist() == (rows["pik"] == 1).tolist()
    assert sum((rows["pik"] == 1).sum() for rows in inclusion.values()) > 20


def test_units_are_those_of_r_from_the_same_start(inclusion):
    told = pd.read_csv(REFERENCE / "systematic.csv")
    for row in told.itertuples():
        sizes = inclusion[row.case]["size"].to_numpy()
        laid = line(sizes, row.n)
        certain = np.flatnonzero(laid.certain)
        drawn = np.concatenate([certain, systematic(laid, row.start)]) if laid.points else certain
        assert sorted(drawn + 1) == [int(unit) for unit in str(row.units).split()], row.case


def test_every_area_of_the_wave_is_drawn_as_often_as_its_chance_says(inclusion):
    generator = np.random.default_rng(14)
    for rows in inclusion.values():
        laid = line(rows["size"].to_numpy(), rows["n"][0])
        drawn = systematic(laid, generator.random(DRAWS)) if laid.points else np.zeros((DRAWS, 0), int)
        counts = np.bincount(drawn.ravel(), minlength=len(rows)) + DRAWS * laid.certain
        assert drawn.shape == (DRAWS, laid.points)
        assert is_near(counts, laid.probability)


def test_the_monte_carlo_would_see_a_wrong_chance(inclusion):
    """The proof can fail: equal chances are seen not to be those of systematic PPS."""
    rows = inclusion["688-rural"]
    laid = line(rows["size"].to_numpy(), 4)
    counts = np.bincount(systematic(laid, np.random.default_rng(1).random(DRAWS)).ravel(), minlength=18)
    assert not is_near(counts, np.full(18, 4 / 18))


@given(size=sizes, share=st.floats(0, 1))
def test_chances_sum_to_the_number_drawn_and_certain_ones_are_1(size, share):
    n = round(share * len(size))
    probability, certain = inclusion_probabilities(np.array(size), n)
    assert probability.sum() == pytest.approx(n, abs=1e-9)
    assert (probability[certain] == 1).all()
    assert ((probability[~certain] >= 0) & (probability[~certain] < 1)).all()
    others = np.array(size)[~certain]
    if n and len(others):
        assert np.ptp(probability[~certain] / others) < 1e-12


@given(size=sizes, share=st.floats(0, 1), start=st.floats(0, 1, exclude_max=True))
def test_a_draw_has_its_number_of_different_units(size, share, start):
    laid = line(np.array(size), round(share * len(size)))
    if laid.points:
        drawn = systematic(laid, start)
        assert len(set(drawn.tolist())) == laid.points
        assert not laid.certain[drawn].any()


@pytest.mark.parametrize(
    ("size", "n"), [([1, 0], 1), ([1, -2], 1), ([1, np.nan], 1), ([1, 2], 3), ([1, 2], -1)]
)
def test_impossible_draws_are_refused(size, n):
    with pytest.raises(SamplingError):
        inclusion_probabilities(np.array(size, dtype=float), n)


def a_frame(size):
    return pd.DataFrame(
        {
            "ea_code": [f"{number:03d}" for number in range(len(size))],
            "stratum": ["ab"[number % 2] for number in range(len(size))],
            "commune": [str(number // 3) for number in range(len(size))],
            "households_frame": size,
        }
    )


def streams(stratum):
    return np.random.default_rng([7, ord(stratum)])


@settings(max_examples=40)
@given(
    size=st.lists(st.integers(1, 400), min_size=4, max_size=30),
    n=st.integers(1, 9),
    seed=st.integers(0, 99),
    method=st.sampled_from(METHODS),
    keeps=st.sampled_from([(), (0.5,), (0.0,), (0.5, 0.5)]),
)
def test_each_stratum_gives_its_number_and_the_order_of_rows_does_not_matter(size, n, seed, method, keeps):
    frame = a_frame(size)
    asked = frame["stratum"].value_counts().clip(upper=n).to_dict()
    how = AreaDraw(method, ("commune",), keeps, replicates=2)
    drawn = draw_areas(frame, asked, streams, how)
    shuffled = frame.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(drawn, draw_areas(shuffled, asked, streams, how))
    now = drawn[drawn["status"] != "dropped"]
    assert now["stratum"].value_counts().to_dict() == asked
    assert now["ea_code"].is_unique
    assert (now.loc[now["certain"], "probability"] == 1).all()
    assert drawn["ea_code"].is_unique


def test_a_stratum_that_is_asked_for_nothing_gives_nothing():
    drawn = draw_areas(a_frame([10] * 6), {"a": 0, "b": 2}, streams)
    assert set(drawn["stratum"]) == {"b"}


def test_a_stratum_that_cannot_be_drawn_is_named():
    with pytest.raises(SamplingError, match="stratum b: 5 units asked of 3"):
        draw_areas(a_frame([10] * 6), {"a": 2, "b": 5}, streams)


def test_the_implicit_order_spreads_the_sample():
    """One unit of each commune, where every commune is one interval long."""
    frame = a_frame([10] * 24).assign(stratum="a")
    for seed in range(20):
        drawn = draw_areas(
            frame, {"a": 8}, lambda _, s=seed: np.random.default_rng(s), AreaDraw(order=("commune",))
        )
        assert drawn["commune"].is_unique


def test_simple_random_samples_have_equal_chances_also_of_pairs():
    generator = np.random.default_rng(3)
    drawn = np.array([srs(5, 2, generator) for _ in range(DRAWS)])
    pairs = np.bincount(drawn[:, 0] * 5 + drawn[:, 1], minlength=25)
    assert is_near(pairs[pairs > 0], np.full(10, 0.1))
    frame = a_frame([1, 50, 3, 200, 7]).assign(stratum="a")
    taken = [
        tuple(draw_areas(frame, {"a": 2}, lambda _: generator, AreaDraw("srs"))["ea_code"])
        for _ in range(400)
    ]
    assert is_near(pd.Series(taken).value_counts().to_numpy(), np.full(10, 0.1), 400)
    with pytest.raises(SamplingError):
        srs(3, 4, generator)


@pytest.mark.parametrize(
    ("listed", "take", "reserves"), [(208, 12, 4), (17, 12, 4), (16, 12, 4), (97, 12, 0), (14, 12, 4)]
)
def test_addresses_are_equally_likely_as_originals_and_with_the_first_reserves(listed, take, reserves):
    generator = np.random.default_rng(listed)
    rounds = [draw_addresses(listed, take, reserves, generator) for _ in range(DRAWS)]
    originals = np.array([one for one, _ in rounds])
    spared = np.array([one for _, one in rounds], dtype=int)
    for used in range(spared.shape[1] + 1):
        taken = np.hstack([originals, spared[:, :used]])
        assert is_near(np.bincount(taken.ravel(), minlength=listed), np.full(listed, taken.shape[1] / listed))
    assert spared.shape[1] == min(reserves, listed - take)


@given(
    listed=st.integers(1, 300), take=st.integers(1, 20), reserves=st.integers(0, 8), seed=st.integers(0, 9)
)
def test_households_are_numbered_with_their_chances(listed, take, reserves, seed):
    drawn = draw_households(listed, take, reserves, np.random.default_rng(seed))
    assert drawn["position"].is_unique
    assert drawn["position"].between(1, listed).all()
    assert drawn["number"].tolist() == list(range(1, min(listed, take + reserves) + 1))
    originals = drawn[drawn["kind"] == "original"]
    assert len(originals) == min(listed, take)
    assert originals["position"].is_monotonic_increasing
    assert originals["probability"].eq(len(originals) / listed).all()
    assert drawn.loc[drawn["kind"] == "reserve", "probability"].eq(len(drawn) / listed).all()


def test_nothing_is_drawn_of_nothing():
    with pytest.raises(SamplingError):
        draw_addresses(0, 12, 4, np.random.default_rng(1))


@given(points=st.integers(0, 60), groups=st.integers(1, 9), turn=st.floats(0, 1, exclude_max=True))
def test_random_groups_are_equal_and_run_along_the_line(points, groups, turn):
    group = replicate_groups(points, groups, turn)
    counts = np.bincount(group, minlength=groups + 1)[1:]
    assert np.ptp(counts) <= 1
    assert all(
        len(set(group[at : at + groups])) == min(groups, points - at) for at in range(0, points, groups)
    )


def test_a_point_is_in_every_random_group_equally_often():
    turns = np.random.default_rng(5).random(DRAWS)
    drawn = np.array([replicate_groups(3, 4, turn)[0] for turn in turns])
    assert is_near(np.bincount(drawn, minlength=5)[1:], np.full(4, 0.25))
