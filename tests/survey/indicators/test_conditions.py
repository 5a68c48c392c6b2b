"""Three-valued logic over answers: truth tables, and words outside the grammar."""

import itertools

import numpy as np
import pandas as pd
import pytest

from survey.indicators.conditions import (
    GRAMMAR,
    NO,
    UNKNOWN,
    YES,
    DefinitionError,
    in_order,
    judge,
    named_in,
    read_condition,
    variables_in,
)

STATES = (NO, UNKNOWN, YES)


def read(source):
    return read_condition(source, where="here", unknown=("99",))


def verdicts(source, answers):
    column = pd.Series(answers, dtype="str")
    return judge(read(source), lambda _name: column, {}).tolist()


def combined(source, **states):
    known = {name: np.array([state], dtype=np.int8) for name, state in states.items()}
    return int(judge(read(source), lambda _name: pd.Series(), known)[0])


def test_in_is_true_false_or_unknown():
    answers = ["3", "2", "98", "99", "", None]
    assert verdicts({"var": "q", "in": [3]}, answers) == [YES, NO, NO, UNKNOWN, UNKNOWN, UNKNOWN]


def test_unknown_replaces_the_default():
    assert verdicts({"var": "q", "in": [3], "unknown": [98]}, ["98", "99"]) == [UNKNOWN, NO]


def test_has_looks_at_every_ticked_choice():
    answers = ["1 5", "4", "99", "15", None]
    assert verdicts({"var": "q", "has": [1, 5]}, answers) == [YES, NO, UNKNOWN, NO, UNKNOWN]


def test_bounds_are_inclusive_and_99_is_an_age():
    answers = ["14", "15", "64", "65", "99", "x", None]
    expected = [NO, YES, YES, NO, NO, UNKNOWN, UNKNOWN]
    assert verdicts({"var": "q", "min": 15, "max": 64}, answers) == expected
    assert verdicts({"var": "q", "min": 15}, ["99"]) == [YES]


def test_numbers_are_read_as_codes():
    column = pd.Series([3.0, 2.0, np.nan])
    assert judge(read({"var": "q", "in": [3]}), lambda _name: column, {}).tolist() == [YES, NO, UNKNOWN]


@pytest.mark.parametrize(("a", "b"), list(itertools.product(STATES, STATES)))
def test_kleene_truth_tables(a, b):
    assert combined({"all": ["a", "b"]}, a=a, b=b) == min(a, b)
    assert combined({"any": ["a", "b"]}, a=a, b=b) == max(a, b)
    assert combined({"not": "a"}, a=a) == {NO: YES, UNKNOWN: UNKNOWN, YES: NO}[a]


@pytest.mark.parametrize(("a", "b", "c"), list(itertools.product(STATES, STATES, STATES)))
def test_at_least_agrees_with_every_completion_of_the_unknowns(a, b, c):
    """Undetermined exactly when the unknowns could still decide."""
    possible = {
        sum(values) >= 2
        for values in itertools.product(*([0, 1] if s == UNKNOWN else [s == YES] for s in (a, b, c)))
    }
    expected = UNKNOWN if len(possible) == 2 else YES if possible == {True} else NO
    assert combined({"at_least": {"n": 2, "of": ["a", "b", "c"]}}, a=a, b=b, c=c) == expected


@pytest.mark.parametrize(
    "source",
    [
        {"var": "q", "eval": "__import__('os')"},
        {"lambda": ["a"]},
        {"all": ["a"], "any": ["b"]},
        {"all": []},
        {"all": "a"},
        {"at_least": ["a", "b"]},
        {"at_least": {"n": 4, "of": ["a", "b", "c"]}},
        {"at_least": {"n": 0, "of": ["a"]}},
        {"at_least": {"n": True, "of": ["a"]}},
        {"var": "q"},
        {"var": "q", "in": []},
        {"var": "q", "in": 3},
        {"var": "q", "in": [3], "has": [4]},
        {"var": "q", "in": [True]},
        {"var": "q", "min": "old"},
        {"var": "q", "in": [1], "all": ["a"]},
        {"in": [3]},
        {},
        7,
    ],
    ids=str,
)
def test_words_outside_the_grammar_are_refused_with_the_grammar(source):
    with pytest.raises(DefinitionError, match="the grammar knows only " + ", ".join(GRAMMAR)):
        read(source)


def test_conditions_say_what_they_use():
    condition = read({"all": ["a", {"not": {"any": ["b", {"var": "q", "in": [1]}]}}]})
    assert list(named_in(condition)) == ["a", "b"]
    assert list(variables_in(condition)) == ["q"]


def test_order_puts_what_is_used_first():
    conditions = {"c": read({"all": ["a", "b"]}), "b": read({"not": "a"}), "a": read({"var": "q", "in": [1]})}
    assert in_order(conditions) == ("a", "b", "c")


def test_circle_is_refused_and_drawn():
    conditions = {name: read({"not": other}) for name, other in ("ab", "bc", "ca")}
    with pytest.raises(DefinitionError, match="circle: a -> b -> c -> a"):
        in_order(conditions)


def test_undefined_name_lists_the_defined():
    with pytest.raises(DefinitionError, match="a uses 'b', which no condition defines; defined are a"):
        in_order({"a": read({"not": "b"})})
