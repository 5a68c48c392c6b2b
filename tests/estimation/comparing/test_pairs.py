"""All pairs of indicators of the same persons: differences, their family, and what is never told apart."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from estimation import Design, estimate_means, estimate_proportions
from estimation.comparing.pairs import between_indicators

FOLDER = Path(__file__).parents[2] / "reference" / "r_survey"
DESIGN = Design(weight="weight", strata="stratum", psu="ea")
NAMES = ["health", "travel", "bank"]


def sample(seed=3, missing=0.0):
    """Persons of three strata with three indicators that go together."""
    rng = np.random.default_rng(seed)
    size = 3 * 6 * 15
    skill = rng.normal(size=size)
    persons = pd.DataFrame(
        {
            "stratum": np.repeat(np.arange(3), 6 * 15),
            "ea": np.tile(np.repeat(np.arange(6), 15), 3),
            "weight": rng.uniform(50, 300, size),
            "place": rng.choice(["north", "south"], size),
        }
    )
    for name, cut in zip(NAMES, (0.0, 0.4, -0.6), strict=True):
        answer = (skill + rng.normal(scale=0.7, size=size) > cut).astype(float)
        persons[name] = np.where(rng.random(size) < missing, np.nan, answer)
    return persons


@pytest.mark.parametrize("by", [None, "place"])
def test_a_difference_is_the_mean_of_the_differences_of_each_person(by):
    persons = sample()
    found = between_indicators(estimate_proportions(persons, NAMES, by=by, design=DESIGN), NAMES)
    for a, b in (("health", "travel"), ("health", "bank"), ("travel", "bank")):
        paired = estimate_means(persons.assign(d=persons[a] - persons[b]), "d", by=by, design=DESIGN).frame
        seen = found[(found["a"] == a) & (found["b"] == b)]
        for name in ("estimate", "se", "ci_low", "ci_high", "df"):
            assert seen[name].tolist() == pytest.approx(paired[name].tolist(), rel=1e-10), name


def test_the_covariance_of_both_answers_counts():
    estimates = estimate_proportions(sample(missing=0.1), NAMES, design=DESIGN)
    matrix = estimates.covariance()
    row = between_indicators(estimates, NAMES).iloc[0]
    assert row["se"] ** 2 == pytest.approx(matrix[0, 0] + matrix[1, 1] - 2 * matrix[0, 1])
    assert row["se"] ** 2 < matrix[0, 0] + matrix[1, 1]


@pytest.mark.parametrize("by", [None, "place"])
def test_holm_is_taken_over_the_pairs_of_one_domain(by):
    found = between_indicators(estimate_proportions(sample(), NAMES, by=by, design=DESIGN), NAMES)
    for _, family in found.groupby(by) if by else [("", found)]:
        wanted = multipletests(family["p_value"], method="holm")[1]
        assert family["holm_p"].tolist() == pytest.approx(wanted.tolist(), rel=1e-12)
        assert family["apart"].tolist() == (wanted <= 0.05).tolist()


@given(seed=st.integers(0, 5_000), missing=st.sampled_from([0.0, 0.3]))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_names_turns_the_sign_alone(seed, missing):
    estimates = estimate_proportions(sample(seed, missing), NAMES, by="place", design=DESIGN)
    there = between_indicators(estimates, NAMES).set_index(["place", "a", "b"])
    back = between_indicators(estimates, NAMES[::-1]).set_index(["place", "b", "a"])
    back = back.reindex(there.index)
    assert back["estimate"].tolist() == pytest.approx((-there["estimate"]).tolist(), abs=1e-15)
    assert back["holm_p"].tolist() == pytest.approx(there["holm_p"].tolist())
    assert back["apart"].tolist() == there["apart"].tolist()


def test_what_is_not_published_is_never_told_apart():
    persons = sample().assign(bank=lambda frame: frame["bank"].where(frame.index < 20))
    found = between_indicators(estimate_proportions(persons, NAMES, design=DESIGN), NAMES)
    assert found.loc[found["b"] == "bank", "quality"].tolist() == ["suppress", "suppress"]
    assert not found.loc[found["b"] == "bank", "apart"].any()


def test_one_indicator_makes_no_pair_and_an_unknown_one_is_named():
    estimates = estimate_proportions(sample(), NAMES, design=DESIGN)
    with pytest.raises(ValueError, match="two indicators"):
        between_indicators(estimates, ["bank"])
    with pytest.raises(ValueError, match="healt"):
        between_indicators(estimates, ["healt", "bank"])


def test_differences_and_their_family_are_those_of_r():
    persons = pd.read_csv(FOLDER / "base.csv").assign(
        young=lambda frame: (frame["age"] < 45).astype(float),
        man=lambda frame: (frame["sex"] == "M").astype(float),
    )
    golden = json.loads((FOLDER / "pairs.json").read_text(encoding="utf-8"))
    wanted = {"": golden["overall"], **golden["district"]}
    names = ["skill", "young", "man"]
    whole = between_indicators(estimate_proportions(persons, names, design=DESIGN), names).assign(district="")
    by = between_indicators(estimate_proportions(persons, names, by="district", design=DESIGN), names)
    seen = pd.concat([whole, by]).set_index(["district", "a", "b"])
    assert len(seen) == 3 * len(wanted)
    for district, rows in wanted.items():
        for row in rows:
            ours = seen.loc[(district, row["a"], row["b"])]
            for name in ("estimate", "se", "df", "p_value", "holm_p"):
                assert ours[name] == pytest.approx(row[name], rel=1e-9), (district, name)
