"""Cells against the contract: codes, numbers, dates, ranges; by pandera, all failures at once."""

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from survey.validation.tables import cell_schema, simple_range

ALL_CODES = ("code_unknown", "number_unreadable", "date_unreadable", "number_out_of_range")


@pytest.mark.parametrize(
    ("level", "column", "value", "code"),
    [
        ("household", "b4_net", "7", "code_unknown"),
        ("household", "b5_dev", "1 77", "code_unknown"),
        ("member", "m_sex", "3", "code_unknown"),
        ("household", "c0_age", "ba mươi", "number_unreadable"),
        ("household", "c0_age", "30,5", "number_unreadable"),
        ("household", "v1_date", "05/10/2026", "date_unreadable"),
        ("household", "v1_date", "2026-13-05", "date_unreadable"),
        ("household", "c0_age", "14", "number_out_of_range"),
        ("household", "c0_age", "116", "number_out_of_range"),
        ("household", "hh_no", "61", "number_out_of_range"),
        ("member", "m_age", "-1", "number_out_of_range"),
    ],
)
def test_a_cell_that_the_contract_does_not_allow(case, told, level, column, value, code):
    spoilt = case.put(column, value, 4, level=level)
    (found,) = told(spoilt, code)
    rows = spoilt.microdata.households if level == "household" else spoilt.microdata.members
    assert (found.column, found.value, found.row) == (column, value, rows["row"].iloc[4])
    assert found.facts["expected"]
    assert not [f for other in ALL_CODES if other != code for f in told(spoilt, other) if f.column == column]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("b4_net", "3"), ("b5_dev", "4 1"), ("c0_age", "15"), ("c0_age", "115"), ("c0_age", "+30"),
        ("hh_no", "60"), ("v1_date", "2026-10-05"), ("z_note", "7"),
    ],
)  # fmt: skip
def test_a_cell_that_the_contract_allows(case, told, column, value):
    spoilt = case.put(column, value, 4)
    assert [f for code in ALL_CODES for f in told(spoilt, code) if f.column == column] == []


def test_no_answer_is_no_wrong_answer(case, told):
    spoilt = case.put("c0_age", None, 4)
    assert [f for code in ALL_CODES for f in told(spoilt, code)] == []


def test_every_wrong_cell_is_told_at_once(case, told):
    spoilt = case.put("b4_net", "7", 1, 2, 3).put("c0_age", "200", 1)
    assert len(told(spoilt, "code_unknown")) == 3
    assert len(told(spoilt, "number_out_of_range")) == 1


def test_what_is_expected_is_said_in_the_words_of_the_form(case, told, instrument):
    codes = ", ".join(choice.name for choice in instrument.codes(instrument.question("b4_net")))
    assert told(case.put("b4_net", "7", 4), "code_unknown")[0].facts["expected"] == codes
    assert told(case.put("c0_age", "7", 4), "number_out_of_range")[0].facts["expected"] == "15 – 115"
    assert told(case.put("v1_date", "x", 4), "date_unreadable")[0].facts["expected"] == "2026-10-05"


@pytest.mark.parametrize(
    ("constraint", "limits"),
    [
        (". >= 1 and . <= 25", (1, 25)),
        (". >= 15", (15, np.inf)),
        (". <= 100 and . >= 0 and . <= 50", (0, 50)),
        (". >= 1 and . <= ${b1_size}", None),
        (". > 1", None),
        ("regex(., '^0')", None),
        ("", None),
        ("((", None),
    ],
)
def test_only_plain_limits_are_a_range(constraint, limits):
    assert simple_range(constraint) == limits


def test_the_schema_itself_names_the_code_of_each_failure():
    cells = pd.DataFrame(
        {
            "question": "q", "place": range(5), "value": ["1", "x", "x", "9", "9"],
            "known": [True, False, True, True, True], "shape": ["integer", "", "date", "integer", ""],
            "low": [0.0, -np.inf, -np.inf, 0.0, -np.inf], "high": [5.0, np.inf, np.inf, 5.0, np.inf],
        }
    )  # fmt: skip
    with pytest.raises(SchemaErrors) as refused:
        cell_schema().validate(cells, lazy=True)
    failed = refused.value.failure_cases
    found = failed[failed["column"] == "value"].set_index("index")["check"].to_dict()
    assert found == {1: "code_unknown", 2: "date_unreadable", 3: "number_out_of_range"}
    assert cell_schema().validate(cells.iloc[[0, 4]], lazy=True) is not None
