"""Weights of the wave: every area and person equal to the reference, and what cannot be weighed."""

import json

import pandas as pd
import pytest

from estimation.weighting import Margin
from survey.messages import Refusal
from survey.weights import WEIGHTS, age_groups, weigh

TOLERANCE = 1e-12


@pytest.fixture(scope="module")
def weights(reference_fieldwork, reference, binh_phuoc):
    return weigh(reference_fieldwork, reference("sample_eas"), binh_phuoc.raking_margins())


@pytest.mark.parametrize("weight", WEIGHTS)
def test_weights_of_persons_equal_the_reference(weights, reference, weight):
    expected = reference("weights_indicators").set_index("hh_id")[weight].astype(float)
    seen = weights.persons.set_index("hh_id")[weight]
    assert seen.to_numpy() == pytest.approx(expected.loc[seen.index].to_numpy(), rel=TOLERANCE)


def test_weights_of_areas_equal_the_reference(weights, reference):
    names = {"adjustment": "adj", "carried": "g"}
    seen = weights.areas.rename(columns=names).set_index("ea_code")
    expected = reference("ea_weights").set_index("ea_code")
    assert seen.index.tolist() == expected.index.tolist()
    for column in expected.columns.drop("stratum"):
        assert seen[column].to_numpy(float) == pytest.approx(
            expected[column].to_numpy(float), rel=TOLERANCE
        ), column


def test_sums_are_those_of_the_reference(weights):
    sums = {name: weights.diagnostics["weights"][name]["sum"] for name in WEIGHTS}
    assert sums == pytest.approx(
        {"w_base": 623_316.572714861, "w_nr": 730_878.994852845, "w_raked": 725_712}, rel=TOLERANCE
    )


def test_diagnostics_tell_the_raking(weights):
    raking = weights.diagnostics["raking"]
    assert raking["factor_min"] == pytest.approx(0.797231929022485, rel=TOLERANCE)
    assert raking["factor_max"] == pytest.approx(1.39220067207735, rel=TOLERANCE)
    assert raking["kish_after"] == pytest.approx(1.39212250060959, rel=TOLERANCE)
    assert raking["iterations"] < 50
    assert [margin["variable"] for margin in raking["margins"]] == ["stratum", "sex_age"]
    for margin in raking["margins"]:
        for cell in margin["categories"]:
            assert cell["after"] == pytest.approx(cell["target"], rel=TOLERANCE)
            assert cell["interviews"] > 0
    assert json.loads(json.dumps(weights.diagnostics, allow_nan=False)) == weights.diagnostics


def test_area_without_interview_is_reported_and_stays_in_the_register(weights):
    assert [area["ea_code"] for area in weights.diagnostics["areas_without_interview"]] == ["25232006"]
    assert weights.diagnostics["areas_without_interview"][0]["factor"] == pytest.approx(1.1479340199030248)
    assert len(weights.register) == weights.diagnostics["areas_sampled"] == 130
    assert weights.diagnostics["areas_with_interviews"] == 129
    assert "25232006" in {*weights.register["ea_code"]}


def test_columns_of_the_breakdowns(weights):
    persons = weights.persons
    assert persons["district"].nunique() == 11
    assert {*persons["residence"]} == {"urban", "rural"}
    assert {*persons["sex"]} == {"1", "2"}
    assert {*persons["age_group"]} == {"15-29", "30-44", "45-59", "60+"}
    assert persons["stratum"].nunique() == 20
    assert (persons["sex_age"] == persons["sex"] + ":" + persons["age_group"]).all()
    assert persons["age"].min() >= 15


def test_ethnicity_is_kinh_other_or_missing(weights):
    persons = weights.persons
    by_answer = persons["ethnicity"].groupby(persons["c1_eth"].fillna("")).unique().map(list)
    assert by_answer["1"] == ["kinh"]
    assert by_answer["2"] == ["other"]
    assert pd.isna(by_answer["99"]).all()


def test_age_groups_begin_on_their_first_year():
    ages = pd.Series([15, 29, 30, 44, 45, 59, 60, 103])
    assert age_groups(ages).tolist() == [
        band for band in ("15-29", "30-44", "45-59", "60+") for _ in range(2)
    ]


def test_variance_is_calibrated_on_the_margins_of_the_pack(reference_fieldwork, reference, binh_phuoc):
    first = binh_phuoc.raking_margins()[0]
    alone = weigh(reference_fieldwork, reference("sample_eas"), [first])
    assert tuple(alone.calibration.variables) == ("stratum",)
    assert alone.calibration.initial_weight == "w_nr"


def test_a_margin_of_an_unknown_column_is_named(reference_fieldwork, reference):
    margin = Margin("religion", pd.Series({"a": 1.0}))
    with pytest.raises(Refusal, match="no column 'religion'"):
        weigh(reference_fieldwork, reference("sample_eas"), [margin])


def test_margin_out_of_reach_is_refused_in_vietnamese_too(reference_fieldwork, reference):
    margin = Margin("residence", pd.Series({"urban": 1.0, "rural": 1.0, "island": 1.0}))
    with pytest.raises(Refusal, match="island") as refusal:
        weigh(reference_fieldwork, reference("sample_eas"), [margin])
    assert refusal.value.sentence("vi").startswith("Chưa tính được quyền số")
