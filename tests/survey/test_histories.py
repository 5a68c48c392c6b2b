"""A tool without a word for a state does not contradict it, and no change that a file tells is lost."""

from math import isnan, nan

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.exports.recognition import ADAPTERS
from survey.histories import History, Saying
from survey.review_states import ALL_STATES, RECEIVED, STATES

VOCABULARIES = sorted({frozenset({RECEIVED}), *(adapter.states for adapter in ADAPTERS.values())}, key=sorted)
WHOLE = st.just(ALL_STATES)
EDITS = st.sampled_from([nan, 0.0, 1.0])


def files(words, edits):
    """One file: its answers, the state in the words of its tool, these words, and the edits."""
    said = words.flatmap(lambda known: st.tuples(st.sampled_from(sorted(known)), st.just(known)))
    return st.tuples(st.sampled_from("ab"), said, edits)


def heard(told):
    """Take in files one by one; after each, give the history and what the file said."""
    history, answers = History(), [one for one, _, _ in told]
    for number, (_, (state, tells), edits) in enumerate(told):
        saying = Saying(number, edits, state, tells)
        history.take(saying, lambda one, other: answers[one] == answers[other], lambda _: 0)
        yield history, saying


def standing(told):
    """What stands after all files: the first file of the version that counts, and the state."""
    *_, (history, _) = heard(told)
    return history.current.uploads[0], history.current.state


def without_vocabularies(told):
    """What counted where a state was a part of the content like any answer."""
    versions = []
    for number, (answers, (state, _), edits) in enumerate(told):
        said = (answers, state)
        may_be = [v for v in versions if v[0] == said and (v[1] == edits or isnan(v[1]) or isnan(edits))]
        if not may_be:
            versions.append([said, edits, number])
        elif isnan(may_be[0][1]):
            may_be[0][1] = edits
    current = versions[0]
    for version in versions[1:]:
        if not version[1] < current[1]:
            current = version
    return current[2], current[0][1]


FILES = files(st.sampled_from(VOCABULARIES), st.just(nan))
SOME = st.lists(FILES, min_size=1, max_size=7)


@given(st.lists(files(WHOLE, EDITS), min_size=1, max_size=7))
def test_among_tools_with_every_word_a_state_is_content_like_any_answer(told):
    assert standing(told) == without_vocabularies(told)


@given(SOME)
def test_silence_changes_no_state(told):
    before = None
    for history, saying in heard(told):
        if before and saying.is_silent_of(before):
            assert history.current.state == before
        before = history.current.state


@given(SOME)
def test_a_state_that_was_never_said_of_these_answers_stands_from_then_on(told):
    """Whoever has a word for what stands and says another, or says more than "received", makes a change."""
    before, said = None, set()
    for place, (history, saying) in enumerate(heard(told)):
        word = (told[place][0], saying.state)
        if word not in said and not (before and saying.is_silent_of(before)):
            assert history.current.state == saying.state
        said.add(word)
        before = history.current.state


@given(SOME, st.data())
def test_a_file_once_more_changes_nothing(told, data):
    again = data.draw(st.sampled_from(told))
    assert standing([*told, again]) == standing(told)


@given(FILES, FILES)
def test_of_the_same_answers_the_finer_word_counts_in_either_order(one, other):
    first, second = ((("a", *file[1:])) for file in (one, other))
    states = [standing(order)[1] for order in ([first, second], [second, first])]
    sayings = [Saying(0, nan, *file[1]) for file in (first, second)]
    if any(x.is_silent_of(y.state) for x, y in (sayings, sayings[::-1])):
        assert states == [max((s.state for s in sayings), key=lambda state: state != RECEIVED)] * 2
    else:
        assert states == [second[1][0], first[1][0]]


KOBO, SUSO = ALL_STATES, ALL_STATES - {"has_issues"}


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        # On hold in KoboToolbox; Survey Solutions says 100.
        ([("a", "has_issues", KOBO), ("a", "received", SUSO)], "has_issues"),
        ([("a", "received", SUSO), ("a", "has_issues", KOBO)], "has_issues"),
        ([("a", "has_issues", KOBO), ("b", "received", SUSO)], "has_issues"),
        # Decided there.
        ([("a", "has_issues", KOBO), ("a", "approved", SUSO)], "approved"),
        ([("a", "has_issues", KOBO), ("a", "rejected", SUSO)], "rejected"),
        ([("a", "has_issues", KOBO), ("a", "approved", SUSO), ("a", "received", SUSO)], "received"),
        # Decided in KoboToolbox, and taken back in Survey Solutions, which has words for both.
        ([("a", "approved", KOBO), ("a", "received", SUSO)], "received"),
        ([("a", "rejected", KOBO), ("a", "received", SUSO)], "received"),
        # No longer on hold in KoboToolbox.
        ([("a", "has_issues", KOBO), ("a", "received", SUSO), ("a", "received", KOBO)], "received"),
        ([("a", "received", SUSO), ("a", "received", KOBO), ("a", "has_issues", KOBO)], "has_issues"),
        # On hold once more, after other answers were approved that had only inherited the state.
        (
            [("a", "has_issues", KOBO), ("b", "received", SUSO), ("b", "approved", SUSO),
             ("b", "has_issues", KOBO)],
            "has_issues",
        ),
        # Rejected; a tool without states must not bring it back into the estimates.
        ([("a", "rejected", KOBO), ("a", "received", frozenset({"received"}))], "rejected"),
    ],
)  # fmt: skip
def test_the_rule_case_by_case(told, stands):
    assert standing([(answers, (state, tells), nan) for answers, state, tells in told])[1] == stands


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.source)
def test_a_file_without_the_column_of_states_has_one_word(adapter):
    assert adapter.told_states(adapter.state_columns) == (
        adapter.states if adapter.state_columns else {RECEIVED}
    )
    assert adapter.told_states(["hh_id"]) == {RECEIVED}
    assert RECEIVED in adapter.states <= set(STATES)


def words(source, cells):
    """States that an adapter gives to these cells of its column of states."""
    adapter = ADAPTERS[source]
    needed = {"_uuid": "u", "KEY": "uuid:u", "interview__id": "u", "case-id": "u"}
    rows = [{**needed, adapter.state_columns[0]: cell} for cell in cells]
    return set(adapter.submissions(pd.DataFrame(rows, dtype="str"))["review"].dropna())


@pytest.mark.parametrize(
    ("source", "cells"),
    [
        ("kobotoolbox", ["", "On Hold", "Approved", "Not Approved"]),
        ("kobotoolbox_legacy", ["n/a", "On Hold", "Approved", "Not Approved"]),
        ("odk_central", ["", "edited", "hasIssues", "approved", "rejected"]),
        ("survey_solutions", ["100", "120", "130", "65", "125"]),
        ("surveycto", ["", "none", "pending", "approved", "rejected"]),
        ("cspro", ["0", "1"]),
        ("table", ["", "Có vấn đề", "Đã duyệt", "Bị trả lại"]),
    ],
)
def test_the_states_that_a_tool_is_said_to_tell_are_those_it_writes(source, cells):
    assert words(source, cells) == ADAPTERS[source].states
