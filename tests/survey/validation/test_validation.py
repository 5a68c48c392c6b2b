"""Every planted problem of the example wave is found, nothing else is; each rule alone on a small case."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from survey.microdata import Roster, no_rows
from survey.validation import coverage, validate

ROOT = Path(__file__).parents[3]
TRUTH = json.loads((ROOT / "tests" / "reference" / "wave_2026" / "truth.json").read_text(encoding="utf-8"))
PLANTED = TRUTH["a_counts"]
EXPECTED_NOTES = {"reserve_used"}


@pytest.fixture(scope="module")
def found(district_microdata, instrument, sample):
    return {
        district: validate(microdata, instrument, **sample)
        for district, microdata in district_microdata.items()
    }


def households(found, code):
    return sorted(f.facts["household"] for part in found.values() for f in part if f.code == code)


@pytest.mark.parametrize(
    ("code", "planted"),
    [
        ("respondent_not_drawn", PLANTED["wrong_respondent"]),
        ("interview_short", PLANTED["too_short"]),
        ("interview_long", PLANTED["longer_than_a_day"]),
        ("interview_late", PLANTED["started_after_23h"]),
        ("age_differs", PLANTED["respondent_age_differs_from_roster"]),
    ],
)
def test_planted_problems_are_found_exactly(found, code, planted):
    assert households(found, code) == sorted(planted)


def test_planted_duplicates_are_found_exactly(found):
    doubles = [f.value for part in found.values() for f in part if f.code == "household_repeated"]
    assert sorted(doubles) == sorted(pair["hh_id"] for pair in PLANTED["duplicates"])


def test_rejected_submissions_are_found_exactly(found, example_households):
    rejected = example_households[example_households["review"] == "rejected"]["hh_id"]
    assert households(found, "interview_rejected") == sorted(rejected)
    assert set(PLANTED["rejected_not_duplicate"]) <= set(rejected)


def test_no_other_rule_speaks(found):
    codes = {f.code for part in found.values() for f in part}
    assert codes == EXPECTED_NOTES | {
        "respondent_not_drawn",
        "interview_short",
        "interview_long",
        "interview_late",
        "age_differs",
        "household_repeated",
        "interview_rejected",
    }


def test_reserves_are_counted_by_area(found):
    used = [f for part in found.values() for f in part if f.code == "reserve_used"]
    doubles = sum(pair["hh_id"][-2:] > "12" for pair in PLANTED["duplicates"])
    rows = PLANTED["all_submissions"]["reserve_rows"]
    assert sum(int(f.facts["count"]) for f in used) == rows - doubles


def test_row_numbers_are_those_that_excel_shows(found, district_microdata):
    for district, part in found.items():
        table = district_microdata[district].households.set_index("row")
        for problem in part:
            if problem.row and "household" in problem.facts:
                assert table.at[problem.row, "hh_id"] == problem.facts["household"]
                assert problem.file == f"kobo_xml_{district}.xlsx"


def test_what_is_missing_from_the_wave(example_households, sample):
    missing = coverage(example_households, **sample)
    by_code = {code: [f.value for f in missing if f.code == code] for code in {f.code for f in missing}}
    assert by_code == {
        "household_without_submission": PLANTED["originals_without_submission"],
        "area_without_interview": [PLANTED["ea_without_interview"]],
    }


# -- each rule alone ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(district_microdata):
    """Complete interviews of one district without any problem."""
    microdata = district_microdata["698"]
    h = microdata.households
    chosen = h.index[(h["disp_final"] == "110") & (h["hh_kind"] == "1") & (h["review"] == "approved")][:20]
    members = microdata.members["key"].isin(chosen)
    roster = Roster(microdata.members[members], microdata.member_states[members], microdata.first.sheet)
    return dataclasses.replace(
        microdata,
        households=h.loc[chosen],
        household_states=microdata.household_states.loc[chosen],
        rosters={"member": roster},
    )


@pytest.fixture
def problems(sound, instrument, sample):
    """Change one cell of sound microdata and return what the rules say."""

    def check(level=None, column=None, value=None, place=4):
        case = sound
        if level:
            frame, states = (getattr(sound, name).copy() for name in (f"{level}s", f"{level}_states"))
            frame.iloc[place, frame.columns.get_loc(column)] = value
            if column in states:
                states.iloc[place, states.columns.get_loc(column)] = 1 if pd.isna(value) else 2
            changed = {"rosters": {"member": Roster(frame, states, sound.first.sheet)}}
            if level == "household":
                changed = {"households": frame, "household_states": states}
            case = dataclasses.replace(sound, **changed)
        return [(f.code, f.column) for f in validate(case, instrument, **sample)]

    return check


def test_sound_interviews_give_no_finding(problems):
    assert problems() == []


@pytest.mark.parametrize(
    ("level", "column", "value", "expected"),
    [
        ("household", "b4_net", "7", ("code_unknown", "b4_net")),
        ("household", "b5_dev", "1 77", ("code_unknown", "b5_dev")),
        ("household", "b5_dev", "0 1", ("constraint_broken", "b5_dev")),
        ("household", "b4_net", np.nan, ("answer_missing", "b4_net")),
        ("household", "c0_age", "ba mươi", ("number_unreadable", "c0_age")),
        ("household", "c0_age", "14", ("number_out_of_range", "c0_age")),
        ("household", "b1_size", "24", ("roster_size", "b1_size")),
        ("household", "ea_code", "99999999", ("area_not_sampled", "ea_code")),
        ("household", "hh_id", "25423002-77", ("household_not_sampled", "hh_id")),
        ("household", "hh_kind", "2", ("kind_differs", "hh_kind")),
        ("household", "ended", "2026-01-01T00:00:00Z", ("interview_backward", "ended")),
        ("household", "started", "2026-10-05T17:00:00Z", ("interview_late", "started")),
        ("household", "review", "rejected", ("interview_rejected", "review")),
        ("household", "resp_line", "20", ("draw_not_largest", "resp_line")),
        ("member", "m_age", "130", ("number_out_of_range", "m_age")),
        ("member", "m_sex", "3", ("code_unknown", "m_sex")),
        ("member", "m_rel", np.nan, ("answer_missing", "m_rel")),
    ],
)
def test_one_wrong_cell(problems, level, column, value, expected):
    assert expected in problems(level, column, value)


def test_nothing_is_altered(sound, instrument, sample):
    before = sound.households.copy()
    validate(sound, instrument, **sample)
    pd.testing.assert_frame_equal(sound.households, before)


def test_an_empty_upload_gives_no_finding(sound, instrument, sample):
    empty = dataclasses.replace(
        sound,
        households=sound.households.iloc[:0],
        household_states=sound.household_states.iloc[:0],
        rosters={"member": no_rows()},
    )
    assert validate(empty, instrument, **sample) == ()
