"""Long blocks of questions answered alike, far more often than by the other interviewers."""

import numpy as np
import pytest

from survey.validation.interviewers import batteries

BATTERY = ("wg_see", "wg_hear", "wg_walk", "wg_cog", "wg_care", "wg_comm")


@pytest.fixture(scope="module")
def wave(district_microdata):
    """A district with many interviews, half of them by two interviewers."""
    return district_microdata["696"]


def answered(case, interviewers, answers):
    """Give every interview an interviewer, and answers to the battery from a function of both."""
    n = len(case.microdata.households)
    for name, column in zip(BATTERY, np.array([answers(place) for place in range(n)]).T, strict=True):
        for value in sorted(set(column)):
            case = case.put(name, value, *np.flatnonzero(column == value))
    for interviewer in sorted(set(interviewers)):
        case = case.put("interviewer_id", interviewer, *np.flatnonzero(np.array(interviewers) == interviewer))
    return case


@pytest.fixture
def hasty(case, wave):
    """BP001 answers all alike, BP002 and BP003 do not."""
    district = type(case)(wave)
    n = len(wave.households)
    names = [f"BP00{1 + place % 3}" for place in range(n)]
    varied = ["1", "2", "1", "3", "1", "2"]
    return answered(district, names, lambda place: ["1"] * 6 if place % 3 == 0 else varied)


def test_an_interviewer_who_reads_nothing_out(hasty, told):
    (found,) = told(hasty, "answers_straight")
    assert (found.value, found.column, found.facts["last"]) == ("BP001", BATTERY[0], BATTERY[-1])
    assert found.facts["count"] == found.facts["answered"]


def test_what_all_interviewers_find_is_no_pattern(hasty, told):
    """People without difficulty answer six times "no", whoever asks."""
    n = len(hasty.microdata.households)
    names = [f"BP00{1 + place % 3}" for place in range(n)]
    assert told(answered(hasty, names, lambda place: ["1"] * 6), "answers_straight") == []


def test_a_few_interviews_are_no_pattern(hasty, told):
    n = len(hasty.microdata.households)
    names = ["BP001" if place < 5 else f"BP00{2 + place % 2}" for place in range(n)]
    few = answered(hasty, names, lambda place: ["1"] * 6 if place < 5 else ["1", "2", "1", "3", "1", "2"])
    assert told(few, "answers_straight") == []


def test_the_example_wave_has_none(case, wave, told):
    assert told(type(case)(wave), "answers_straight") == []


def test_a_battery_is_five_questions_of_one_section_with_one_list(instrument):
    assert BATTERY in batteries(instrument)
    assert all(len(names) >= 5 for names in batteries(instrument))
