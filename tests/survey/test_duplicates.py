"""Households with several submissions and the review states that count: what persons decide."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from survey import pipeline
from survey.__main__ import app
from survey.corrections.checking import check
from survey.corrections.keeping import keep, listed, withdraw
from survey.corrections.sheets import SheetRow
from survey.duplicates import decide, kept_submissions, queue, undecided
from survey.fieldwork import settle
from survey.messages import Refusal
from survey.policy import STANDARD, StatePolicy, state_policy
from survey.review_states import STATES
from survey.roles import in_roles

HOUSEHOLD = "25345005-04"  # an approved interview, and a rejected copy with other answers
WHO, WHY = "GSV01", "đã gọi lại hộ"


def run(store, *words):
    return CliRunner().invoke(app, ["--store", str(store.root), *words], catch_exceptions=False)


def settled(store, **more):
    wave = store.wave("2026")
    households = in_roles(store.microdata("2026").households, store.form("2026").joined)
    return settle(households, wave.sample_eas, wave.sample_households, **more)


@pytest.fixture(scope="module")
def groups(example_store):
    return {group.household: group for group in queue(example_store, "2026")}


def test_the_queue_holds_the_planted_households_and_only_what_differs(example_store, groups):
    assert len(groups) == 5
    assert {group.state for group in groups.values()} == {"undecided"}
    assert undecided(list(groups.values()), "2026")[0].facts["count"] == "5"
    group = groups[HOUSEHOLD]
    assert list(group.about["submitted"]) == sorted(group.about["submitted"])
    assert group.about["review"] == ("approved", "rejected")
    told = {one.variable: one.answers for one in group.differences}
    households = example_store.microdata("2026").households.loc[list(group.submissions)].fillna("")
    for name, answers in told.items():
        assert answers == tuple(households[name])
        assert answers[0] != answers[1]
    assert told["e1_aware"] == ("1", "2")
    assert not told.keys() & example_store.form("2026").joined.personal()


def test_without_decisions_everything_settles_as_before(example_store):
    plain, empty = settled(example_store), settled(example_store, decisions={}, policy=STANDARD)
    pd.testing.assert_frame_equal(plain.households, empty.households)
    assert kept_submissions(example_store.catalogue, "2026") == {}


def test_a_decision_comes_before_the_standing_rule(example_store, groups):
    """The later copy of a household whose copies are alike but for the time."""
    household = next(name for name, group in groups.items() if not group.differences)
    first, later = groups[household].submissions
    decided = settled(example_store, decisions={household: later})
    place = decided.households["hh_id"] == household
    assert decided.households.loc[place, "key"].to_list() == [later]
    codes = {found.code for found in decided.findings if found.value == household}
    assert codes == {"fieldwork_copy_decided"}
    others = settled(example_store).households
    pd.testing.assert_frame_equal(decided.households[~place], others[~place])
    assert others.loc[place, "key"].to_list() == [first]
    elsewhere = settled(example_store, decisions={"another": later})
    pd.testing.assert_frame_equal(elsewhere.households, others)


def test_decisions_are_kept_once_and_the_latest_holds(own_store, groups):
    keys = groups[HOUSEHOLD].submissions
    said = {"who": WHO, "why": WHY}
    assert decide(own_store, "2026", HOUSEHOLD, keep=keys[1][:6], **said)
    assert not decide(own_store, "2026", HOUSEHOLD, keep=keys[1], **said)
    assert kept_submissions(own_store.catalogue, "2026") == {HOUSEHOLD: keys[1]}
    assert decide(own_store, "2026", HOUSEHOLD, keep=keys[0], **said)
    assert kept_submissions(own_store.catalogue, "2026") == {HOUSEHOLD: keys[0]}
    after = {group.household: group for group in queue(own_store, "2026")}
    assert [group.state for group in after.values()] == ["undecided"] * 4 + ["decided"]
    assert after[HOUSEHOLD].decision.why == WHY
    assert own_store.verify() == []


@pytest.mark.parametrize(
    ("household", "words", "code"),
    [
        (HOUSEHOLD, {"keep": ""}, "decision_among"),
        (HOUSEHOLD, {"keep": "zzz"}, "decision_among"),
        ("25315006-01", {}, "household_not_repeated"),
        (HOUSEHOLD, {"who": "Nguyễn Văn An"}, "decision_without_person"),
        (HOUSEHOLD, {"why": "  "}, "decision_without_reason"),
        (HOUSEHOLD, {"why": "gọi 0912345678"}, "decision_personal"),
    ],
)
def test_a_doubtful_decision_is_refused(example_store, groups, household, words, code):
    said = {"keep": groups[HOUSEHOLD].submissions[0], "who": WHO, "why": WHY, **words}
    with pytest.raises(Refusal) as refused:
        decide(example_store, "2026", household, keep=said["keep"], who=said["who"], why=said["why"])
    assert [found.code for found in refused.value.findings] == [code]
    assert kept_submissions(example_store.catalogue, "2026") == {}


def test_a_submission_that_comes_after_the_decision_reopens_it(own_store, groups):
    """The household number of another submission is corrected: it belongs to the decided household, too."""
    first = groups[HOUSEHOLD].submissions[0]
    decide(own_store, "2026", HOUSEHOLD, keep=first, who=WHO, why=WHY)
    households = own_store.microdata("2026").households
    stranger = households.index[~households["hh_id"].isin(groups)][0]
    old = {"submission": stranger, "variable": "hh_id", "old": households.at[stranger, "hh_id"]}
    checked = check(own_store, "2026", [SheetRow(2, {**old, "new": HOUSEHOLD, "who": WHO, "why": WHY})])
    assert keep(own_store, checked)
    after = {group.household: group for group in queue(own_store, "2026")}
    assert after[HOUSEHOLD].state == "reopened"
    assert len(after[HOUSEHOLD].submissions) == 3
    kept = settled(own_store, decisions=kept_submissions(own_store.catalogue, "2026"))
    assert kept.households.set_index("hh_id").at[HOUSEHOLD, "key"] == first


@pytest.mark.parametrize("text", ["approved", "received, approved", "rejected,approved,received,has_issues"])
def test_a_policy_is_read_in_the_order_of_the_canon(text):
    states = state_policy(text).states
    assert set(states) == {word.strip() for word in text.split(",")}
    assert list(states) == [state for state in STATES if state in states]


@pytest.mark.parametrize("text", ["", ",", "edited", "approved,done"])
def test_an_unknown_state_is_refused(text):
    with pytest.raises(Refusal, match="received, has_issues, approved, rejected"):
        state_policy(text)


def test_only_the_declared_states_count(example_store):
    """Everyone stays issued and eligible; interviews outside the policy become other non-response."""
    every, approved = settled(example_store), settled(example_store, policy=StatePolicy(("approved",)))
    reviews = example_store.microdata("2026").households["review"]
    assert set(reviews[approved.interviews.index]) == {"approved"}
    assert len(approved.households) == len(every.households)
    lost = every.interviews.index.difference(approved.interviews.index)
    results = approved.households.set_index("key")
    assert set(results.loc[lost, "disposition"]) == {"239"}
    assert set(results.loc[lost, "reason"]) == {"review state not counted"}
    assert {found.code for found in approved.findings} >= {"fieldwork_not_counted", "fieldwork_rejected"}
    rates = [one.response["province"]["province"] for one in (every, approved)]
    assert rates[1]["O"] - rates[0]["O"] == rates[0]["I"] + rates[0]["P"] - rates[1]["I"] - rates[1]["P"]


def headline(release):
    rows = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    )
    return rows["estimate"].iloc[0]


def test_the_story_of_a_correction(own_store):
    """Those who manage online services alone turn out not to: the share falls, and the release is another."""
    first = own_store.open_release(own_store.releases("2026")[0]["release_id"])
    households = own_store.microdata("2026").households
    able = households[(households["e1_can_submit"] == "3") & (households["review"] == "approved")].head(30)
    rows = [
        SheetRow(number, {"submission": key, "variable": variable, "old": line[variable], "new": "1",
                          "who": WHO, "why": WHY})
        for number, (key, line, variable) in enumerate(
            ((key, line, f"e{n}_can_{what}") for key, line in able.iterrows()
             for n, what in ((1, "submit"), (2, "record"), (2, "book"), (3, "contact"), (3, "enrol"))
             if line[f"e{n}_can_{what}"] == "3"), 2)
    ]  # fmt: skip
    checked = check(own_store, "2026", rows)
    assert checked.findings == ()
    assert keep(own_store, checked)
    assert pipeline.current_release(own_store, "2026") is None
    second = pipeline.release(own_store, "2026")
    assert second.id != first.id
    assert headline(second) < headline(first)
    office = second.manifest["office"]["corrections"]
    assert (office["applied"], office["without_effect"]) == (len(rows), 0)
    for fate in listed(own_store, "2026"):
        withdraw(own_store, "2026", fate.entry.number, who=WHO, why="nhầm")
    assert pipeline.release(own_store, "2026").id == first.id
    assert own_store.verify() == []


def test_every_figure_says_which_interviews_count(own_store, groups, tmp_path):
    key = groups[HOUSEHOLD].submissions[0]
    out = tmp_path / "tinh.csv"
    told = run(own_store, "estimate", "--wave", "2026", "--states", "approved", "--out", str(out))
    assert told.exit_code == 0
    assert "Chỉ tính phỏng vấn ở trạng thái: đã duyệt." in told.stderr
    assert "5 hộ có nhiều phiếu chưa ai quyết định" in told.stderr
    reviews = own_store.microdata("2026").households["review"]
    assert pd.read_csv(out)["n"].max() < (reviews == "approved").sum()
    words = ["duplicates", "settle", HOUSEHOLD, "--wave", "2026", "--keep", key, "--who", WHO, "--why", WHY]
    assert run(own_store, *words).exit_code == 0
    released = run(own_store, "release", "--wave", "2026")
    assert "Interviews count in these review states: received, has issues, approved." in released.stderr
    assert "4 hộ có nhiều phiếu" in released.stderr
    manifest = own_store.open_release(own_store.releases("2026")[-1]["release_id"]).manifest
    assert manifest["policy"]["review_states_used"] == ["received", "has_issues", "approved"]
    dropped = manifest["office"]["households"]
    assert (dropped["submissions_dropped_by_decision"], dropped["submissions_dropped_by_rule"]) == (1, 4)
    assert len(own_store.releases("2026")) == 2
    listed_groups = json.loads(run(own_store, "duplicates", "list", "--wave", "2026", "--json").stdout)
    assert [group["state"] for group in listed_groups].count("decided") == 1
    assert HOUSEHOLD in run(own_store, "duplicates", "list", "--wave", "2026").stdout
    assert run(own_store, "release", "--wave", "2026", "--states", "done").exit_code == 1


def test_the_log_by_command(own_store, tmp_path):
    households = own_store.microdata("2026").households
    key = households.index[households["e1_can_submit"] == "3"][0]
    template = tmp_path / "mau.xlsx"
    words = ["--wave", "2026", "--household", households.at[key, "hh_id"]]
    assert run(own_store, "correct", "template", str(template), *words).exit_code == 0
    sheet = tmp_path / "sua.csv"
    sheet.write_text(
        f"submission;variable;old;correct value;why;who\n{key};e1_can_submit;3;1;{WHY};{WHO}\n", "utf-8"
    )
    words = ["correct", "add", str(sheet), "--wave", "2026"]
    dry = json.loads(run(own_store, *words, "--dry-run", "--json").stdout)
    assert (dry["status"], dry["corrections"], listed(own_store, "2026")) == ("checked", 1, ())
    assert "1 hiệu chỉnh" in run(own_store, *words).stdout
    shown = json.loads(run(own_store, "correct", "list", "--wave", "2026", "--json").stdout)
    assert [(one["variable"], one["old"], one["new"], one["state"]) for one in shown] == [
        ("e1_can_submit", "3", "1", "applied")
    ]
    back = run(own_store, "correct", "withdraw", "1", "--wave", "2026", "--who", WHO, "--why", "nhầm")
    assert "Đã rút hiệu chỉnh số 1" in back.stdout
    assert "0 applied, 0 without effect" in run(own_store, "correct", "list", "--wave", "2026").stdout
    sheet.write_text(sheet.read_text("utf-8").replace(";3;1;", ";2;1;"), "utf-8")
    refused = run(own_store, *words)
    assert (refused.exit_code, "hiện là “3”, không phải “2”" in refused.stderr) == (1, True)
