"""Areas and households that are in the sample, and reserves used in their order."""

import pandas as pd
import pytest


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("ea_code", "99999999", "area_not_sampled"),
        ("hh_id", "25423002-77", "household_not_sampled"),
        ("hh_kind", "2", "kind_differs"),
    ],
)
def test_outside_the_sample(case, told, column, value, code):
    (found,) = told(case.put(column, value, 4), code)
    assert (found.column, found.value) == (column, value)
    assert told(case, code) == []


def test_a_foreign_area_is_said_once_and_not_also_as_a_foreign_household(case, told):
    spoilt = case.put("ea_code", "99999999", 4).put("hh_id", "99999999-01", 4)
    assert len(told(spoilt, "area_not_sampled")) == 1
    assert told(spoilt, "household_not_sampled") == []


def test_a_survey_without_a_sample_list_is_silent(case, told, sample):
    nothing = {name: table.iloc[:0] for name, table in sample.items()}
    spoilt = case.put("ea_code", "99999999", 4)
    for code in ("area_not_sampled", "household_not_sampled", "kind_differs", "reserve_out_of_order"):
        assert told(spoilt, code, **nothing) == []


def reserve(case, area, numbers):
    """Turn the first interviews into ones of reserve households of an area."""
    for place, number in enumerate(numbers):
        for column, value in {
            "ea_code": area, "hh_no": number, "hh_kind": "2", "hh_id": f"{area}-{int(number):02d}"
        }.items():  # fmt: skip
            case = case.put(column, value, place)
    return case


@pytest.fixture
def area(sample):
    listed = sample["sample_households"]
    return listed.loc[listed["kind"] == "reserve", "ea_code"].iloc[0]


def test_reserves_in_their_order_are_counted(case, told, area):
    used = reserve(case, area, ["13", "14"])
    (found,) = [f for f in told(used, "reserve_used") if f.value == area]
    assert (found.facts["count"], found.facts["numbers"]) == ("2", "13, 14")
    assert told(used, "reserve_out_of_order") == []


def test_a_reserve_before_its_turn(case, told, area):
    (found,) = told(reserve(case, area, ["13", "16"]), "reserve_out_of_order")
    assert (found.value, found.facts["early"], found.facts["expected"]) == (area, "16", "14")


def test_numbers_are_put_in_order_as_numbers(case, told, sample):
    listed = pd.DataFrame(
        {"ea_code": "1", "hh_no": ["9", "10"], "hh_id": ["1-09", "1-10"], "kind": ["reserve"] * 2}
    )
    eas = pd.DataFrame({"ea_code": ["1"]})
    used = reserve(case, "1", ["9"])
    assert told(used, "reserve_out_of_order", sample_eas=eas, sample_households=listed) == []
