"""After a survey, the shares it could show follow from its realised effective size and df."""

import numpy as np
import pandas as pd
import pytest

from estimation import Design, detectable, estimate_means, estimate_proportions, power_to_show


@pytest.fixture(scope="module")
def persons():
    rng = np.random.default_rng(8)
    area = np.repeat(np.arange(46), 12)
    level = rng.uniform(0.2, 0.7, 46)[area]
    district = np.where(area < 30, "large", np.where(area < 45, "small", "one"))
    y = rng.binomial(1, level)
    return pd.DataFrame(
        {"area": area, "stratum": district, "district": district, "y": y, "w": rng.uniform(1, 3, len(area))}
    )


@pytest.fixture(scope="module")
def design():
    return Design(weight="w", strata="stratum", psu="area", lonely="average")


def test_the_shares_shown_have_the_power_at_the_realised_size(persons, design):
    made = estimate_proportions(persons, ["y"], by="district", design=design)
    told = detectable(made, [0.6, 0.8])
    assert len(told) == 2 * 3
    known = told.dropna(subset="show_met")
    for side in ("met", "not_met"):
        share = known[f"show_{side}"].to_numpy()
        size, df = known["n_eff"].to_numpy(), known["df"].to_numpy()
        np.testing.assert_allclose(power_to_show(share, known["target"], size, df=df), 0.8, atol=1e-9)
    np.testing.assert_allclose(known["gap_met"], known["show_met"] - known["target"])
    gaps = known[known["target"] == 0.6].set_index("district")["gap_not_met"]
    assert 0 < gaps["large"] < gaps["small"]


def test_one_area_shows_nothing(persons, design):
    made = estimate_proportions(persons, ["y"], by="district", design=design)
    row = detectable(made, [0.6]).set_index("district").loc["one"]
    assert np.isnan(row[["show_met", "show_not_met", "gap_met", "gap_not_met"]].astype(float)).all()


def test_means_have_no_target(persons, design):
    with pytest.raises(ValueError, match="'mean'"):
        detectable(estimate_means(persons, ["y"], design=design), [0.6])
