"""When interviews were held, how long they took, and whether one person held two at once."""

from datetime import UTC, datetime

import pandas as pd
import pytest

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def held(case, place, started, ended):
    return case.put("started", started, place).put("ended", ended, place)


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        ("2026-10-05T02:04:00Z", "interview_short"),
        ("2026-10-06T02:00:01Z", "interview_long"),
        ("2026-10-05T01:59:00Z", "interview_backward"),
    ],
)
def test_durations(case, told, ended, code):
    spoilt = held(case, 4, "2026-10-05T02:00:00Z", ended)
    (found,) = told(spoilt, code)
    assert (found.column, found.row) == ("ended", case.microdata.households["row"].iloc[4])
    others = {"interview_short", "interview_long", "interview_backward", "interview_short_for_size"} - {code}
    assert [f for other in others for f in told(spoilt, other)] == []


@pytest.mark.parametrize("minutes", [8, 9])
def test_an_interview_may_be_long_enough_for_one_person_and_not_for_a_large_household(case, told, minutes):
    """Eight minutes, and a quarter of a minute for each member."""
    sizes = case.microdata.members.groupby("key").size().reindex(case.microdata.households.index)
    place = int(sizes.to_numpy().argmax())
    needed = 8 + 0.25 * int(sizes.iloc[place])
    spoilt = held(case, place, "2026-10-05T02:00:00Z", f"2026-10-05T02:{minutes:02d}:00Z")
    assert bool(told(spoilt, "interview_short_for_size")) == (minutes < needed)
    assert told(spoilt, "interview_short") == []


def test_the_length_is_written_with_a_comma_in_vietnamese(case, told):
    (found,) = told(held(case, 4, "2026-10-05T02:00:00Z", "2026-10-05T02:02:30Z"), "interview_short")
    assert "2,5" in found.sentence("vi")
    assert "2.5" in found.sentence("en")


@pytest.mark.parametrize(
    ("started", "late"),
    [
        ("2026-10-05T15:59:59Z", False),  # 22:59 in Vietnam
        ("2026-10-05T16:00:00Z", True),  # 23:00
        ("2026-10-05T21:59:59Z", True),  # 4:59
        ("2026-10-05T22:00:00Z", False),  # 5:00
    ],
)
def test_night_begins_at_eleven_and_ends_at_five(case, told, started, late):
    ended = (pd.Timestamp(started) + pd.Timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert bool(told(held(case, 4, started, ended), "interview_late")) is late


@pytest.mark.parametrize(
    ("arrived", "future"),
    [("2026-10-05T00:30:00Z", True), ("2026-10-05T01:30:00Z", False), ("2026-10-07T01:00:00Z", False)],
)
def test_an_interview_after_it_arrived(case, told, arrived, future):
    """A clock that is an hour wrong is not worth a visit."""
    spoilt = case.put("started", "2026-10-05T02:00:00Z", 4).put("submitted", arrived, 4)
    assert bool(told(spoilt, "interview_future", now=NOW)) is future


def test_an_interview_after_today_where_the_tool_tells_no_arrival(case, told):
    """Survey Solutions writes no time of arrival; today stands in for it."""
    silent = case.put("submitted", None, *range(20))
    assert told(silent, "interview_future", now=NOW) == []
    spoilt = silent.put("started", "2027-10-05T02:00:00Z", 4)
    (found,) = told(spoilt, "interview_future", now=NOW)
    assert found.row == case.microdata.households["row"].iloc[4]
    assert told(spoilt, "interview_future") == []


def test_two_interviews_of_one_interviewer_at_once(case, told):
    both = case.put("interviewer_id", "BP900", 3, 4)
    overlapping = held(held(both, 3, "2026-10-05T02:00:00Z", "2026-10-05T02:30:00Z"), 4,
                       "2026-10-05T02:20:00Z", "2026-10-05T02:50:00Z")  # fmt: skip
    (found,) = told(overlapping, "interviews_at_once")
    assert found.facts["other"] == case.microdata.households["hh_id"].iloc[3]
    one_after_the_other = held(overlapping, 4, "2026-10-05T02:30:00Z", "2026-10-05T02:50:00Z")
    assert told(one_after_the_other, "interviews_at_once") == []
    by_two = overlapping.put("interviewer_id", "BP901", 4)
    assert told(by_two, "interviews_at_once") == []
    same_household = overlapping.put("hh_id", case.microdata.households["hh_id"].iloc[3], 4)
    assert told(same_household, "interviews_at_once") == []


def test_an_interview_without_times_gives_no_finding(case, told):
    codes = ("interview_short", "interview_long", "interview_backward", "interview_late", "interview_future")
    silent = case.put("started", None, *range(20)).put("ended", None, *range(20))
    assert [f for code in (*codes, "interviews_at_once") for f in told(silent, code, now=NOW)] == []
