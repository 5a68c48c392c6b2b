"""The household, its roster, the person drawn and the person interviewed."""

import dataclasses

import pytest


@pytest.fixture
def large(case):
    """Place of a household with at least three members, its line drawn, and the rows of its members."""
    households, members = case.microdata.households, case.microdata.members
    sizes = members.groupby("key").size().reindex(households.index)
    place = int((sizes >= 3).to_numpy().argmax())
    rows = members.index[members["key"] == households.index[place]]
    return place, households["resp_line"].iloc[place], rows


def test_another_person_than_the_one_drawn(case, told, large):
    place, drawn, _ = large
    other = "1" if drawn != "1" else "2"
    (found,) = told(case.put("c0_line", other, place), "respondent_not_drawn")
    assert (found.column, found.value, found.facts["drawn"]) == ("c0_line", other, drawn)
    assert told(case, "respondent_not_drawn") == []


def test_a_respondent_who_is_not_in_the_roster(case, told):
    (found,) = told(case.put("c0_line", "24", 4), "respondent_not_listed")
    assert (found.column, found.value) == ("c0_line", "24")
    assert told(case, "respondent_not_listed") == []


@pytest.mark.parametrize(
    ("column", "code", "other"),
    [("c0_age", "age_differs", "99"), ("c0_sex", "sex_differs", None)],
)
def test_a_respondent_other_than_listed(case, told, column, code, other):
    value = other or {"1": "2", "2": "1"}[case.microdata.households[column].iloc[4]]
    (found,) = told(case.put(column, value, 4), code)
    assert (found.column, found.value) == (column, value)
    assert found.facts["listed"] == case.microdata.households[column].iloc[4]
    assert told(case, code) == []


def test_a_roster_of_another_size_than_declared(case, told, large):
    place, _, rows = large
    (found,) = told(case.put("b1_size", "24", place), "roster_size")
    assert (found.value, found.facts["counted"]) == ("24", str(len(rows)))
    assert told(case, "roster_size") == []


def test_a_household_without_its_roster(case, told, large):
    place, _, rows = large
    without = case.members(~case.microdata.members.index.isin(rows))
    (found,) = told(without, "roster_absent")
    assert found.facts["household"] == case.microdata.households["hh_id"].iloc[place]
    assert told(without, "roster_size") == []


def test_a_file_that_holds_no_roster_is_not_reproached_with_every_household(case, told):
    """A plain .sav or CSV has none: the file itself is told about elsewhere."""
    empty = case.members(case.microdata.members["position"] < 0)
    roster = dataclasses.replace(empty.microdata.first, sheet="")
    flat = type(empty)(dataclasses.replace(empty.microdata, rosters={"member": roster}))
    assert told(flat, "roster_absent") == []
    assert len(told(empty, "roster_absent")) == 20


def test_the_draw_fell_on_the_largest_number(case, told, large):
    """The selected respondent is the eligible member with the maximal draw."""
    _, drawn, rows = large
    members = case.microdata.members
    others = [r for r in rows if members.at[r, "m_elig"] == "1" and str(members.at[r, "line_no"]) != drawn]
    assert others
    (found,) = told(case.put("draw_elig", "0.9999999", others[0], level="member"), "draw_not_largest")
    assert (found.value, found.facts["due"]) == (drawn, str(members.at[others[0], "line_no"]))
    assert told(case, "draw_not_largest") == []


def test_the_draw_of_a_member_who_is_not_eligible_counts_for_nothing(case, told, large):
    _, _, rows = large
    spoilt = case.put("m_elig", "0", rows[0], level="member").put(
        "draw", "0.9999999", rows[0], level="member"
    )
    due = [found.facts["due"] for found in told(spoilt, "draw_not_largest")]
    assert str(case.microdata.members.at[rows[0], "line_no"]) not in due


def test_a_rejected_interview_is_noted(case, told):
    (found,) = told(case.put("review", "rejected", 4), "interview_rejected")
    assert found.row == case.microdata.households["row"].iloc[4]
    assert told(case.put("review", "has_issues", 4), "interview_rejected") == []


@pytest.mark.parametrize("column", ["resp_line", "c0_line"])
def test_a_rule_is_silent_where_the_data_have_no_such_question(case, told, column):
    without = case.put("c0_line", "24", 4).without(column)
    silent = ("respondent_not_drawn",) if column == "resp_line" else ("respondent_not_drawn", "age_differs")
    assert [found for code in silent for found in told(without, code)] == []
