"""Checks of whole interviews: identity, respondent, time, roster, draw, sample."""

from collections.abc import Iterator

import pandas as pd

from survey.fieldwork import COMPLETE
from survey.messages import Finding, finding
from survey.validation.evidence import Evidence, report_households

# A complete interview reads 60 to 100 questions aloud; at five seconds each that is 8 minutes.
SHORTEST_MINUTES = 8
LONGEST_MINUTES = 24 * 60
NIGHT_BEGINS, NIGHT_ENDS = 23, 5
LOCAL_ZONE = "Asia/Ho_Chi_Minh"
RESERVE_KIND = "reserve"
KINDS = {"1": "original", "2": RESERVE_KIND}


def repeated_households(evidence: Evidence) -> Iterator[Finding]:
    """Report households with several submissions."""
    places = evidence.households[["hh_id", "row"]]
    copies = places[places.duplicated("hh_id", keep=False) & places["hh_id"].notna()]
    for household, group in copies.groupby("hh_id", sort=True):
        rows = [int(row) for row in group["row"]]
        yield finding(
            "household_repeated",
            file=evidence.microdata.file,
            sheet=evidence.microdata.main,
            row=rows[-1],
            column="hh_id",
            value=str(household),
            facts={"count": len(rows), "rows": ", ".join(map(str, rows))},
        )


def other_respondent(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews with another person than the one drawn."""
    h = evidence.households
    wrong = h["c0_line"].notna() & h["resp_line"].notna() & (h["c0_line"] != h["resp_line"])
    yield from report_households(
        evidence, wrong, "respondent_not_drawn", column="c0_line", facts={"drawn": h["resp_line"]}
    )


def _minutes(evidence: Evidence) -> "pd.Series[float]":
    h = evidence.households
    started, ended = (pd.to_datetime(h[name], utc=True) for name in ("started", "ended"))
    return (ended - started).dt.total_seconds() / 60


def durations(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews that are too short, longer than a day, or end before they start."""
    minutes = _minutes(evidence)
    shown = {**_in_words("minutes", minutes), **_in_words("hours", minutes / 60)}
    complete = evidence.households["disp_final"] == COMPLETE
    backward = minutes < 0
    cases = {
        "interview_short": complete & ~backward & (minutes < SHORTEST_MINUTES),
        "interview_long": minutes > LONGEST_MINUTES,
        "interview_backward": backward,
    }
    for code, wrong in cases.items():
        yield from report_households(evidence, wrong, code, column="ended", facts=shown)


def _in_words(name: str, numbers: "pd.Series[float]") -> "dict[str, pd.Series[str]]":
    """Write one decimal, with a comma for Vietnamese."""
    text = numbers.map("{:.1f}".format).astype("str")
    return {f"{name}_vi": text.str.replace(".", ","), f"{name}_en": text}


def night(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews that start between 23:00 and 5:00, Vietnam time."""
    started = pd.to_datetime(evidence.households["started"], utc=True).dt.tz_convert(LOCAL_ZONE)
    late = (started.dt.hour >= NIGHT_BEGINS) | (started.dt.hour < NIGHT_ENDS)
    clock = started.dt.strftime("%H:%M")
    yield from report_households(evidence, late, "interview_late", column="started", facts={"clock": clock})


def other_age(evidence: Evidence) -> Iterator[Finding]:
    """Report respondents whose age is not that of their line in the roster."""
    h = evidence.households
    roster = evidence.members.drop_duplicates(["key", "line_no"]).set_index(["key", "line_no"])["m_age"]
    listed = roster.reindex(pd.MultiIndex.from_arrays([h.index, h["c0_line"]]))
    listed = pd.Series(listed.to_numpy(), index=h.index, dtype="str")
    wrong = h["c0_age"].notna() & listed.notna() & (h["c0_age"] != listed)
    yield from report_households(evidence, wrong, "age_differs", column="c0_age", facts={"listed": listed})


def roster_sizes(evidence: Evidence) -> Iterator[Finding]:
    """Report households whose roster does not have as many rows as persons."""
    h = evidence.households
    counted = evidence.members.groupby("key").size().reindex(h.index, fill_value=0)
    declared = pd.to_numeric(h["b1_size"], errors="coerce").fillna(0)
    yield from report_households(
        evidence, counted != declared, "roster_size", column="b1_size", facts={"counted": counted}
    )


def draws(evidence: Evidence) -> Iterator[Finding]:
    """Report draws that did not fall on the eligible member with the largest random number."""
    members = evidence.members[evidence.members["m_elig"] == "1"]
    draws = pd.to_numeric(members["draw_elig"], errors="coerce").dropna()
    largest = members.loc[draws.groupby(members.loc[draws.index, "key"]).idxmax()]
    h = evidence.households
    due = largest.set_index("key")["line_no"].reindex(h.index)
    wrong = due.notna() & h["resp_line"].notna() & (due != h["resp_line"])
    yield from report_households(evidence, wrong, "draw_not_largest", column="resp_line", facts={"due": due})


def sample(evidence: Evidence) -> Iterator[Finding]:
    """Report areas and households outside the sample, and kinds other than in the sample."""
    h = evidence.households
    foreign = ~h["ea_code"].isin(evidence.sample_eas["ea_code"])
    yield from report_households(evidence, foreign, "area_not_sampled", column="ea_code")
    unlisted = ~foreign & ~h["hh_id"].isin(evidence.sample_households["hh_id"])
    yield from report_households(evidence, unlisted, "household_not_sampled", column="hh_id")
    listed = evidence.sample_households.drop_duplicates("hh_id").set_index("hh_id")["kind"]
    expected = h["hh_id"].map(listed)
    wrong = expected.notna() & (h["hh_kind"].map(KINDS) != expected)
    yield from report_households(evidence, wrong, "kind_differs", column="hh_kind")


def reserves(evidence: Evidence) -> Iterator[Finding]:
    """Note how many reserve households each area used."""
    h = evidence.households[["hh_id", "ea_code", "hh_no", "hh_kind"]]
    for area, used in h[h["hh_kind"].map(KINDS) == RESERVE_KIND].groupby("ea_code", sort=True):
        numbers = ", ".join(sorted(used["hh_no"].dropna().unique(), key=lambda text: (len(text), text)))
        facts = {"count": used["hh_id"].nunique(), "numbers": numbers}
        yield finding("reserve_used", file=evidence.microdata.file, value=str(area), facts=facts)


def rejected(evidence: Evidence) -> Iterator[Finding]:
    """Note submissions that the supervisor rejected."""
    rejected = evidence.households["review"] == "rejected"
    yield from report_households(evidence, rejected, "interview_rejected", column="review")
