"""A plan says what every domain can decide, and says so when most cannot."""

import numpy as np
import pandas as pd
import pytest

from estimation.planning.plan import TOTAL, Assumptions, interviews_to_show, plan_of_areas, plan_sample
from estimation.planning.sample_size import effective_size_to_show, power_to_show

POPULATION = {"688": 39288, "689": 79628, "690": 43926, "691": 60607, "692": 84778, "693": 41493,
              "694": 71961, "695": 70862, "696": 98723, "697": 68796, "698": 65650}  # fmt: skip


@pytest.fixture
def domains():
    return pd.DataFrame({"domain": list(POPULATION), "population": list(POPULATION.values()), "share": 0.42,
                         "strata": [2] * 9 + [2, 1]})  # fmt: skip


@pytest.fixture
def plan(domains):
    return plan_sample(domains, 130, [0.6, 0.8], Assumptions())


def test_a_row_is_what_its_numbers_say(plan):
    row = plan.frame.set_index("domain").loc["689"]
    assert row["interviews"] == row["areas"] * 12
    assert row["deff"] == pytest.approx(1.3 * 1.55)
    assert row["n_eff"] == pytest.approx(row["interviews"] / row["deff"])
    assert row["df"] == row["areas"] - 2
    assert row["se"] == pytest.approx(np.sqrt(0.42 * 0.58 / row["n_eff"]))
    assert row["ci_low"] < 0.42 < row["ci_high"]
    assert row["half_width"] == pytest.approx((row["ci_high"] - row["ci_low"]) / 2)


def test_the_total_is_the_stratified_sum_of_its_domains(plan):
    parts, whole = plan.frame[plan.frame["domain"] != TOTAL], plan.frame.iloc[-1]
    W = parts["population"] / parts["population"].sum()
    assert whole["domain"] == TOTAL
    assert whole["areas"] == 130
    assert whole["se"] == pytest.approx(np.sqrt((W**2 * parts["se"] ** 2).sum()))
    assert whole["deff"] > parts["deff"].iloc[0]  # disproportion costs precision of the whole


def test_power_and_nearest_shares_agree_with_the_formulas(plan):
    told = plan.targets.merge(plan.frame, on="domain")
    for row in told.itertuples():
        assert row.power == pytest.approx(power_to_show(0.42, row.target, row.n_eff, df=row.df))
        assert power_to_show(row.show_not_met, row.target, row.n_eff, df=row.df) == pytest.approx(0.8)


def test_near_the_target_most_domains_read_undecided(domains):
    told = plan_sample(domains.assign(share=0.57), 130, [0.6], Assumptions()).targets
    assert (told["expected"] == "undecided").mean() > 0.9
    assert (told["interviews_needed"] > 12 * 130).all()


def test_far_below_the_target_every_domain_is_shown_not_met(domains):
    told = plan_sample(domains.assign(share=0.25), 130, [0.6], Assumptions()).targets
    assert (told["expected"] == "not_met").all()


def test_the_interviews_needed_are_enough_and_not_one_area_more_than_needed():
    assumed = Assumptions()
    interviews, areas = interviews_to_show(0.5, 0.6, assumed, strata=2)
    size = effective_size_to_show(0.5, 0.6, df=areas - 2)
    assert interviews == areas * 12
    assert interviews / assumed.deff >= size
    fewer = areas - 1
    assert fewer * 12 / assumed.deff < effective_size_to_show(0.5, 0.6, df=fewer - 2)


def test_eight_degrees_of_freedom_are_the_least(domains):
    assert interviews_to_show(0.1, 0.6, Assumptions(), strata=3) == (11 * 12, 11)


def test_a_domain_without_degrees_of_freedom_has_no_limits_and_no_power(domains):
    one = domains.head(1).assign(areas=2)
    row = plan_of_areas(one, [0.6], Assumptions())
    assert row.frame["quality"].iloc[0] == "suppress"
    assert np.isnan(row.targets["power"].iloc[0])
    assert row.targets["expected"].iloc[0] == "undecided"


def test_a_share_at_its_target_has_no_number_that_decides(domains):
    told = plan_sample(domains.assign(share=0.6), 130, [0.6], Assumptions()).targets
    assert told["interviews_needed"].isna().all()


def test_the_realised_design_effect_of_a_survey_replaces_the_assumed_one():
    assert Assumptions().with_deff(2.5).deff == pytest.approx(2.5)


def test_a_frame_with_few_areas_caps_the_sample(domains):
    few = domains.assign(areas_in_frame=[5] + [400] * 10)
    plan = plan_sample(few, 130, [0.6], Assumptions(), rule="equal")
    assert plan.frame["areas"].iloc[0] == 5
    assert plan.frame["areas"].iloc[:-1].sum() == 130


@pytest.mark.parametrize("share", [0.0, 1.0, 42])
def test_an_assumed_share_is_a_share(domains, share):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        plan_sample(domains.assign(share=share), 130, [0.6], Assumptions())


def test_verdicts_read_side_by_side_share_the_error_and_the_total_keeps_its_own(domains):
    near = domains.assign(share=0.5)
    alone = plan_sample(near, 130, [0.6], Assumptions()).targets
    together = plan_sample(near, 130, [0.6], Assumptions(side_by_side=True))
    told = together.targets
    assert (told["power"].iloc[:-1] < alone["power"].iloc[:-1]).all()
    assert (told["areas_needed"].iloc[:-1] > alone["areas_needed"].iloc[:-1]).all()
    assert told["power"].iloc[-1] == alone["power"].iloc[-1]
    row = together.frame.iloc[0]
    expected = power_to_show(0.5, 0.6, row["n_eff"], df=row["df"], error=0.025 / 11)
    assert told["power"].iloc[0] == pytest.approx(expected)


def test_what_is_needed_follows_the_realised_design_effect_even_below_that_of_clustering(domains):
    told = plan_of_areas(domains.assign(areas=12, deff=1.1, share=0.45), [0.6], Assumptions()).targets
    areas = int(told["areas_needed"].iloc[0])
    assert areas * 12 / 1.1 >= effective_size_to_show(0.45, 0.6, df=areas - 2)
    fewer = areas - 1
    assert fewer * 12 / 1.1 < effective_size_to_show(0.45, 0.6, df=fewer - 2)
