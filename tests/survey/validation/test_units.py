"""A code of a unit decides, and the name beside it must be its own."""

import pytest

from survey.messages import Refusal
from survey.validation import refuse_stopping


@pytest.mark.parametrize("column", ["ea_commune_name", "ea_district_name"])
def test_a_name_that_is_not_that_of_its_code_stops_the_file(case, told, column):
    code = column.replace("_name", "_code")
    found = told(case.put(column, "Xã Không Có", 4, 5), "unit_name_differs")
    assert {finding.column for finding in found} == {code}
    assert sum(int(finding.facts["count"]) for finding in found) == 2
    with pytest.raises(Refusal) as refused:
        refuse_stopping(found)
    assert "Xã Không Có" in refused.value.sentence("vi")


def test_the_place_of_a_tone_or_the_kind_of_the_unit_is_no_other_name(case, told):
    name = case.microdata.households["ea_district_name"].iloc[4]
    for written in (name.upper(), name.split(" ", 1)[1], f"  {name} "):
        assert told(case.put("ea_district_name", written, 4), "unit_name_differs") == []


def test_a_code_that_no_edition_knows_is_left_to_the_sample(case, told):
    spoilt = case.put("ea_commune_code", "99999", 4)
    assert told(spoilt, "unit_name_differs") == []


def test_without_names_of_units_nothing_is_compared(case, told):
    assert told(case.put("ea_commune_name", "Xã Không Có", 4), "unit_name_differs", gazetteer=None) == []


def test_one_of_both_is_not_a_contradiction(case, told):
    assert told(case.put("ea_commune_name", None, 4), "unit_name_differs") == []
