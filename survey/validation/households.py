"""Checks of the household, its roster, the person drawn and the person interviewed."""

from collections.abc import Iterator

import pandas as pd

from survey.messages import Finding
from survey.validation.evidence import Evidence, report_households


def other_respondent(evidence: Evidence) -> Iterator[Finding]:
    """Report interviews with another person than the one drawn."""
    asked, drawn = evidence.answers("respondent_line"), evidence.answers("drawn_line")
    wrong = asked.notna() & drawn.notna() & (asked != drawn)
    column = evidence.instrument.role("respondent_line")
    facts = {"drawn": drawn, "expected": drawn}
    yield from report_households(evidence, wrong, "respondent_not_drawn", column=column, facts=facts)


def unlisted_respondent(evidence: Evidence) -> Iterator[Finding]:
    """Report respondents whose line is not in the roster of the household."""
    line, members = evidence.answers("respondent_line"), _lines(evidence)
    alone = ~pd.MultiIndex.from_arrays([line.index, line]).isin(members)
    column = evidence.instrument.role("respondent_line")
    wrong = line.notna() & line.index.isin(evidence.members["key"]) & alone
    yield from report_households(evidence, wrong, "respondent_not_listed", column=column)


def other_age(evidence: Evidence) -> Iterator[Finding]:
    """Report respondents whose age is not that of their line in the roster."""
    yield from _other_than_listed(evidence, "age", "age_differs")


def other_sex(evidence: Evidence) -> Iterator[Finding]:
    """Report respondents whose sex is not that of their line in the roster."""
    yield from _other_than_listed(evidence, "sex", "sex_differs")


def _other_than_listed(evidence: Evidence, what: str, code: str) -> Iterator[Finding]:
    said, line = evidence.answers(f"respondent_{what}"), evidence.answers("respondent_line")
    roster = pd.Series(evidence.answers(f"member_{what}").to_numpy(dtype=object), index=_lines(evidence))
    roster = roster[~roster.index.duplicated()]
    listed = roster.reindex(pd.MultiIndex.from_arrays([line.index, line]))
    expected = pd.Series(listed.to_numpy(dtype=object), index=line.index)
    wrong = said.notna() & expected.notna() & (said != expected)
    column = evidence.instrument.role(f"respondent_{what}")
    facts = {"listed": expected, "expected": expected, "line": line}
    yield from report_households(evidence, wrong, code, column=column, facts=facts)


def _lines(evidence: Evidence) -> pd.MultiIndex:
    """Name the members by submission and line; the line is their place where no question tells it."""
    lines = evidence.members["position"].astype("str")
    if evidence.knows("member_line"):
        lines = evidence.answers("member_line").fillna(lines)
    return pd.MultiIndex.from_arrays([evidence.members["key"], lines])


def roster_sizes(evidence: Evidence) -> Iterator[Finding]:
    """Report households without a roster, and those whose roster has not as many rows as persons.

    A file that holds no roster at all is not reproached with every household.
    """
    if evidence.members.empty and not evidence.microdata.roster:
        return
    h = evidence.households
    counted = evidence.members.groupby("key").size().reindex(h.index, fill_value=0)
    declared = pd.to_numeric(evidence.answers("household_size"), errors="coerce").fillna(0)
    childless = (declared > 0) & (counted == 0)
    column = evidence.instrument.role("household_size")
    cases = {"roster_absent": childless, "roster_size": (counted != declared) & ~childless}
    for code, wrong in cases.items():
        facts = {"counted": counted, "expected": counted}
        yield from report_households(evidence, wrong, code, column=column, facts=facts)


def draws(evidence: Evidence) -> Iterator[Finding]:
    """Report draws that did not fall on the eligible member with the largest random number."""
    members = eligible_members(evidence).dropna(subset=["draw"])
    largest = members.loc[members.groupby("key")["draw"].idxmax()].set_index("key")["line"]
    drawn = evidence.answers("drawn_line")
    due = largest.reindex(drawn.index)
    wrong = due.notna() & drawn.notna() & (due != drawn)
    column = evidence.instrument.role("drawn_line")
    facts = {"due": due, "expected": due}
    yield from report_households(evidence, wrong, "draw_not_largest", column=column, facts=facts)


def eligible_members(evidence: Evidence) -> pd.DataFrame:
    """List the members of whom the respondent is drawn, in the order of the roster.

    Returns
    -------
    DataFrame
        ``key`` of the submission, ``line``, ``draw`` (the random number), ``sex``, ``age``; empty where the
        form has no such question.
    """
    known = {
        name: evidence.answers(f"member_{name}") if evidence.knows(f"member_{name}") else None
        for name in ("draw", "sex", "age")
    }
    members = pd.DataFrame(
        {"key": evidence.members["key"], "line": _lines(evidence).get_level_values(1), **known}
    )
    numbers = {name: pd.to_numeric(members[name], errors="coerce") for name in ("draw", "age")}
    return members.assign(**numbers)[evidence.answers("member_eligible") == "1"]


def rejected(evidence: Evidence) -> Iterator[Finding]:
    """Note submissions that the supervisor rejected."""
    rejected = evidence.households["review"] == "rejected"
    yield from report_households(evidence, rejected, "interview_rejected", column="review")
