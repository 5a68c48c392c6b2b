"""Checks of when interviews were held and how long they took."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from survey.fieldwork import COMPLETE
from survey.messages import Finding
from survey.validation.evidence import Evidence, report_households

# A complete interview reads 60 to 100 questions aloud; at five seconds each that is 8 minutes.
SHORTEST_MINUTES = 8
# Relation, sex, age and school of every member of the household: four questions of about four seconds.
MINUTES_A_MEMBER = 0.25
LONGEST_MINUTES = 24 * 60
# A clock that is wrong by less than this is not worth a visit.
CLOCK_TOLERANCE = pd.Timedelta(hours=1)
NIGHT_BEGINS, NIGHT_ENDS = 23, 5
LOCAL_ZONE = "Asia/Ho_Chi_Minh"


def durations(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews that are too short, longer than a day, or end before they start.

    Too short is under 8 minutes, or under 8 minutes and a quarter of a minute for each member.
    """
    minutes = (_moments(evidence, "ended") - _moments(evidence, "started")).dt.total_seconds() / 60
    complete = (evidence.answers("disposition") == COMPLETE) & (minutes >= 0)
    hasty = complete & (minutes < SHORTEST_MINUTES)
    members = _household_sizes(evidence)
    needed = SHORTEST_MINUTES + MINUTES_A_MEMBER * members
    cases = {
        "interview_short": hasty,
        "interview_short_for_size": complete & ~hasty & (minutes < needed),
        "interview_long": minutes > LONGEST_MINUTES,
        "interview_backward": minutes < 0,
    }
    facts = {
        **_in_words("minutes", minutes),
        **_in_words("hours", minutes / 60),
        **_in_words("needed", needed),
        "members": members,
    }
    for code, wrong in cases.items():
        yield from report_households(evidence, wrong, code, column="ended", facts=facts)


def night(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews that start between 23:00 and 5:00, Vietnam time."""
    started = _moments(evidence, "started").dt.tz_convert(LOCAL_ZONE)
    late = (started.dt.hour >= NIGHT_BEGINS) | (started.dt.hour < NIGHT_ENDS)
    facts = {"clock": started.dt.strftime("%H:%M")}
    yield from report_households(evidence, late, "interview_late", column="started", facts=facts)


def future(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews that start after they reached the server, or after today where it gave no time."""
    started, arrived = _moments(evidence, "started"), _moments(evidence, "submitted")
    if evidence.now is not None:
        arrived = arrived.fillna(pd.Timestamp(evidence.now).tz_convert("UTC").as_unit("us"))
    wrong = started - arrived > CLOCK_TOLERANCE
    facts = {"started": _local(started), "arrived": _local(arrived)}
    yield from report_households(evidence, wrong, "interview_future", column="started", facts=facts)


def simultaneous(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews that an interviewer began while another of the same interviewer was not over.

    Copies of one household are told elsewhere, and a form that stayed open for a day says nothing of its end.
    """
    started, ended = _moments(evidence, "started"), _moments(evidence, "ended")
    length = ended - started
    held = pd.DataFrame(
        {
            "interviewer": evidence.answers("interviewer"),
            "household": evidence.answers("household"),
            "started": started,
            "ended": ended,
            "row": evidence.households["row"],
        }
    )[(length >= pd.Timedelta(0)) & (length <= pd.Timedelta(minutes=LONGEST_MINUTES))]
    held = held.dropna(subset=["interviewer", "household"]).sort_values(
        ["interviewer", "started"], kind="stable"
    )
    before = held.groupby("interviewer").shift()
    overlaps = (held["started"] < before["ended"]) & (held["household"] != before["household"])
    wrong = overlaps.reindex(evidence.households.index, fill_value=False)
    facts = {
        "interviewer": evidence.answers("interviewer"),
        "other": before["household"].reindex(wrong.index),
        "other_row": before["row"].reindex(wrong.index).astype("Int64"),
        "clock": _local(started),
        "until": _local(before["ended"].reindex(wrong.index)),
    }
    yield from report_households(evidence, wrong, "interviews_at_once", column="started", facts=facts)


def _moments(evidence: Evidence, name: str) -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(evidence.households[name], utc=True).dt.as_unit("us")


def _local(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    clock: pd.Series[str] = moments.dt.tz_convert(LOCAL_ZONE).dt.strftime("%H:%M %d/%m/%Y")
    return clock


def _household_sizes(evidence: Evidence) -> "pd.Series[int]":
    """Count the listed members of each household."""
    listed = evidence.members.groupby("key").size()
    return listed.reindex(evidence.households.index, fill_value=0).astype(np.int64)


def _in_words(name: str, numbers: "pd.Series[float]") -> "dict[str, pd.Series[str]]":
    """Write one decimal, with a comma for Vietnamese."""
    text = numbers.map("{:.1f}".format).astype("str")
    return {f"{name}_vi": text.str.replace(".", ","), f"{name}_en": text}
