"""Interviews that stand twice: one household sent again, one interview under two households."""

import pandas as pd


def test_one_household_with_two_submissions(case, told):
    households = case.microdata.households
    (found,) = told(case.put("hh_id", households["hh_id"].iloc[3], 7), "household_repeated")
    assert found.value == households["hh_id"].iloc[3]
    assert found.facts["rows"] == f"{households['row'].iloc[3]}, {households['row'].iloc[7]}"
    assert told(case, "household_repeated") == []


def test_a_household_without_its_number_is_nobodys_copy(case, told):
    assert told(case.put("hh_id", None, 3, 7), "household_repeated") == []


def none_if_missing(value):
    return None if pd.isna(value) else value


def copied(case, source, target):
    """Give one household the answers and the roster of another, under its own number."""
    cover = {"hh_id", "hh_no", "hh_kind", "ea_code", "interviewer_id"}
    households = case.microdata.households
    for column in case.microdata.household_states:
        value = households[column].iloc[source]
        if column not in cover:
            case = case.put(column, none_if_missing(value), target)
    members = case.microdata.members
    keys = households.index[[source, target]]
    rows = [members.index[members["key"] == key] for key in keys]
    if len(rows[0]) != len(rows[1]):
        return None
    for column in case.microdata.member_states:
        for one, other in zip(*rows, strict=True):
            value = members.at[one, column]
            case = case.put(column, none_if_missing(value), other, level="member")
    states = case.microdata.household_states
    states.iloc[target] = states.iloc[source]
    return case


def same_sized(case):
    sizes = case.microdata.members.groupby("key").size().reindex(case.microdata.households.index)
    source = 0
    target = next(p for p in range(1, len(sizes)) if sizes.iloc[p] == sizes.iloc[source])
    return source, target


def test_one_interview_under_two_households(case, told):
    source, target = same_sized(case)
    spoilt = copied(case, source, target)
    (found,) = told(spoilt, "interview_copied")
    assert found.facts["other"] == case.microdata.households["hh_id"].iloc[source]
    assert found.row == case.microdata.households["row"].iloc[target]


def test_one_other_answer_makes_another_interview(case, told):
    source, target = same_sized(case)
    spoilt = copied(case, source, target)
    other = next(code for code in ("1", "2") if code != spoilt.microdata.households["g3_scam"].iloc[target])
    assert told(spoilt.put("g3_scam", other, target), "interview_copied") == []
    assert told(case, "interview_copied") == []


def test_what_was_not_completed_is_no_copy(case, told):
    """Refusals have nothing to tell apart."""
    source, target = same_sized(case)
    spoilt = copied(case, source, target).put("disp_final", "211", source, target)
    assert told(spoilt, "interview_copied") == []
