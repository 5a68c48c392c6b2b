"""Interviewers: the sums of the table are those of the wave, and whoever is made to stand out is found."""

import dataclasses
import statistics
from datetime import datetime

import numpy as np
import pytest

from survey.fieldwork.interviewers import CASES, interviewer_table
from survey.fieldwork.patterns import PATTERNS
from survey.fieldwork.selection import audit_selection
from survey.roles import in_roles
from survey.validation.interviewers import batteries, straight_lining

SUSPECT = "BP108"


@pytest.fixture(scope="module")
def table_with(found, evidence, example_store):
    form = example_store.form("2026").joined
    submissions = in_roles(example_store.microdata("2026").households, form)

    def made(**answers):
        table = interviewer_table(found.sample, submissions, evidence(**answers))
        return table.set_index("interviewer")

    return made


def answers_of(evidence, column, who, value):
    """Answers to a question with those of one interviewer replaced, where there is one."""
    households = evidence().households
    own = (households["interviewer_id"] == who) & households[column].notna()
    return households[column].where(~own, value)


def test_sums_are_those_of_the_wave(found):
    table = found.interviewers
    assert table["submissions"].sum() == found.submissions == 1855
    assert table["interviews"].sum() == len(found.fieldwork.interviews) == 1508
    assert table["households"].sum() == 1853
    assert table["refusals"].sum() == found.rate("R", weighting="unweighted")
    assert table["rejected"].sum() == (found.sample["reason"] == "interview rejected").sum()
    assert (len(table), table["areas"].sum()) == (29, 130)


def test_cases_are_those_that_were_planted(found):
    cases = found.interviewers[list(CASES)].sum()
    assert cases.to_dict() == {
        "short": 6, "clock": 2, "night": 3, "at_once": 0, "copied": 0, "other_person": 5, "draw": 0,
        "roster": 4,
    }  # fmt: skip


def test_nobody_stands_out_in_a_sound_wave(found):
    flags = {flag for names in found.interviewers["flags"] for flag in names}
    assert not flags & set(PATTERNS)
    for row in found.interviewers.to_dict("records"):
        assert set(row["flags"]) == {case for case in CASES if row[case]}


def test_median_minutes_and_shares_by_hand(found, example_store):
    households = example_store.microdata("2026").households
    usable = found.sample[found.sample["outcome"].isin(["I", "P"])]
    own = households.loc[usable.loc[usable["interviewer"] == "BP121", "key"]]
    complete = own[own["disp_final"] == "110"]
    lasted = [
        (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60
        for start, end in zip(complete["started"], complete["ended"], strict=True)
    ]
    row = found.interviewers.set_index("interviewer").loc["BP121"]
    heard = own["g1_heard"].dropna().str.split()
    assert row["minutes"] == pytest.approx(statistics.median(lasted))
    assert row["overclaims"] == heard.map(lambda said: "6" in said).sum()
    assert row["overclaims_asked"] == len(heard)


@pytest.mark.parametrize(
    ("column", "value", "flag"),
    [("g1_heard", "1 6", "overclaims"), ("c3_edu", "98", None), ("e6_aware", "98", None)],
)
def test_answers_of_one_interviewer(table_with, evidence, column, value, flag):
    table = table_with(**{column: answers_of(evidence, column, SUSPECT, value)})
    standing_out = {who for who, names in table["flags"].items() if set(names) & set(PATTERNS)}
    assert standing_out == ({SUSPECT} if flag else set())


def test_many_dont_knows_stand_out(table_with, evidence):
    columns = (
        "c3_edu",
        "c6_resid",
        "d1_phone",
        "d2_net",
        "d6_vneid",
        "wg_see",
        "wg_hear",
        "wg_walk",
        "wg_cog",
    )
    table = table_with(**{column: answers_of(evidence, column, SUSPECT, "98") for column in columns})
    assert "dont_know" in table.at[SUSPECT, "flags"]
    assert table.at[SUSPECT, "dont_know"] > 5 * table["dont_know"].drop(SUSPECT).max()
    assert not any("dont_know" in names for who, names in table["flags"].items() if who != SUSPECT)


def test_quick_interviews_stand_out(table_with, evidence):
    households = evidence().households
    own = households["interviewer_id"] == SUSPECT
    started = households["started"].astype("datetime64[ns, UTC]")
    quick = (started + np.timedelta64(10, "m")).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    table = table_with(ended=households["ended"].where(~own, quick))
    assert "quick" in table.at[SUSPECT, "flags"]
    assert table.at[SUSPECT, "minutes"] == pytest.approx(10, abs=0.02)
    assert not any("quick" in names for who, names in table["flags"].items() if who != SUSPECT)


def test_the_first_of_the_roster_again_and_again_stands_out(table_with, evidence, first_lines):
    asked = answers_of(evidence, "c0_line", SUSPECT, first_lines.reindex(evidence().households.index))
    table = table_with(c0_line=asked)
    assert "first" in table.at[SUSPECT, "flags"]
    assert table.at[SUSPECT, "first"] == table.at[SUSPECT, "choices"]
    assert not any("first" in names for who, names in table["flags"].items() if who != SUSPECT)


def test_straight_lining_is_found(table_with, evidence):
    battery = next(names for names in batteries(evidence().instrument) if "e1_can_login" in names)
    bent = {column: answers_of(evidence, column, SUSPECT, "2") for column in battery}
    found = list(straight_lining(evidence(**bent)))
    assert {one.value for one in found} == {SUSPECT}
    assert not list(straight_lining(evidence()))
    assert "alike" in table_with(**bent).at[SUSPECT, "flags"]


def test_a_form_without_interviewers_and_without_a_draw_has_one_row(found, evidence):
    """Market stalls have neither: the table holds what is left, and nobody is accused."""
    whole = evidence()
    unknown = {"interviewer_id", "resp_line", "c0_line", "member", "m_elig", "draw_elig"}
    kept = tuple(question for question in whole.instrument.questions if question.name not in unknown)
    bare = dataclasses.replace(whole, instrument=dataclasses.replace(whole.instrument, questions=kept))
    submissions = in_roles(whole.households, bare.instrument)
    table = interviewer_table(found.sample.assign(interviewer=""), submissions, bare)
    assert audit_selection(bare) is None
    assert table["interviewer"].tolist() == [""]
    row = table.iloc[0]
    assert (row["interviews"], row["choices"], row["alike"], row["short"]) == (1508, 0, 0, 6)
    assert not set(row["flags"]) & set(PATTERNS)
