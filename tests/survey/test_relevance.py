"""Expressions: named traps of the field, and agreement with a slow evaluator that takes one row at a time."""

import contextlib
import math
import operator
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.relevance import ExpressionError, compile_expression


def holds(expression, **answers):
    columns = {name: np.array([answer], dtype=object) for name, answer in answers.items()}
    return bool(compile_expression(expression).evaluate(columns, 1)[0])


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        ("${a} = 1", {"a": ""}, False),
        ("${a} != 1", {"a": ""}, True),
        ("${a} < 1", {"a": ""}, False),
        ("${a} >= 0", {"a": ""}, False),
        ("${a} = ''", {"a": ""}, True),
        ("${a} != ''", {"a": "0"}, True),
        ("${a} = 1", {"a": "1.0"}, True),
        ("${a} = '1'", {"a": "1.0"}, False),
        ("${a} = ${b}", {"a": "1", "b": "1.0"}, False),
        ("${a} = 1", {"a": " 1 "}, True),
        ("${a} = 1000", {"a": "1e3"}, False),
        ("${a} = 1", {"a": "１"}, False),
        ("${a}", {"a": ""}, False),
        ("${a}", {"a": "0"}, True),
        ("number(${a})", {"a": "0"}, False),
        ("not(${a})", {"a": ""}, True),
        ("true() = ${a}", {"a": "x"}, True),
        ("selected(${a}, '1')", {"a": "11 2"}, False),
        ("selected(${a}, '2')", {"a": "11 2"}, True),
        ("selected(${a}, '1')", {"a": ""}, False),
        ("count-selected(${a}) = 0", {"a": ""}, True),
        ("count-selected(${a}) > 1", {"a": "1 98"}, True),
        ("count-selected(${a})-1 = 1", {"a": "1 98"}, True),
        ("string-length(${a}) = 5", {"a": "Thủ đô"[:5]}, True),
        ("if(${a} = 1, 3, '') = 3", {"a": "1"}, True),
        ("if(${a} = 1, 3, '') = 3", {"a": "2"}, False),
        ("if(${a} = 1, 3, '') != 3", {"a": "2"}, True),
        ("if(${a} = 1, 3, '') = ''", {"a": "2"}, True),
        ("coalesce(${a}, ${b}) = 2", {"a": "", "b": "2"}, True),
        ("coalesce(${a}, 7) = 7", {"a": ""}, True),
        ("abs(${a}) = 2", {"a": "-2"}, True),
        ("int(${a}) = -2", {"a": "-2.9"}, True),
        ("int(${a}) = 0", {"a": ""}, False),
        ("round(${a}) = 3", {"a": "2.5"}, True),
        ("round(${a}, 1) = 2.4", {"a": "2.35"}, True),
        ("contains(${a}, 'xã')", {"a": "Phường xã"}, True),
        ("starts-with(${a}, '25')", {"a": "25243"}, True),
        ("ends-with(${a}, '25')", {"a": "25243"}, False),
        ("concat(${a}, '-', 1) = 'x-1'", {"a": "x"}, True),
        ("substr(${a}, 1, 3) = 'ba'", {"a": "abac"}, True),
        ("substr(${a}, 2) = 'ac'", {"a": "abac"}, True),
        ("selected-at(${a}, 1) = 98", {"a": "1 98"}, True),
        ("selected-at(${a}, 2) = ''", {"a": "1 98"}, True),
        ("regex(${a}, '[0-9]+')", {"a": "12a"}, False),
        ("regex(${a}, '^[A-Z]{2}[0-9]{3}$')", {"a": "BP001"}, True),
        ("${a} div 0 > 5", {"a": "1"}, True),
        ("-5 mod 2 = -1", {}, True),
        ("- - 1 = 1", {}, True),
        ("-${a} = -2", {"a": "2"}, True),
        ("1 + 2 * 3 = 7", {}, True),
        ("(1 + 2) * 3 = 9", {}, True),
        ("true() or false() and false()", {}, True),
        (".1 + .2 = 0.3", {}, True),
        ("1 < 2 = true()", {}, True),
        (". >= ${a}", {".": "2026-10-02", "a": "2026-10-01"}, True),
        (". >= ${a}", {".": "2026-09-30", "a": "2026-10-01"}, False),
        (". >= ${a}", {".": "2026-13-30", "a": "2026-10-01"}, False),
        ("${a} = 1", {"a": "1970-01-02"}, True),
    ],
)  # fmt: skip
def test_one_row(expression, answers, expected):
    assert holds(expression, **answers) is expected


def test_missing_cells_count_as_empty():
    answers = np.array(["1", None, float("nan"), ""], dtype=object)
    assert compile_expression("${a} = 1").evaluate({"a": answers}, 4).tolist() == [True, False, False, False]
    assert compile_expression("${a} = ''").evaluate({"a": answers}, 4).tolist() == [False, True, True, True]


def test_no_rows_and_constants():
    nobody = {"a": np.array([], dtype=object)}
    assert compile_expression("${a} = 1 or true()").evaluate(nobody, 0).shape == (0,)
    assert compile_expression("1 = 1").evaluate({}, 3).tolist() == [True] * 3
    assert compile_expression(" ").evaluate({}, 2).tolist() == [True, True]


def test_result_is_its_own_array():
    first = compile_expression("true()").evaluate({}, 3)
    first[0] = False
    assert first.tolist() == [False, True, True]


def test_names_are_listed():
    assert compile_expression("selected(., '1') and ${met} = 1").names == {".", "met"}


@pytest.mark.parametrize(
    ("expression", "problem", "value", "position"),
    [
        ("${a} = 1 and summ(${a})", "unknown function", "summ", 13),
        ("${a} = 1 and ${zz} = 2", "unknown name", "zz", 13),
        ("${a} = 0,5", "syntax", ",", 8),
        ("${a} = ‘1’", "syntax", "‘", 7),
        ("(${a} = 1", "syntax", "", 9),
        ("${a} = '1", "syntax", "'", 7),
        ("${a} = 1)", "syntax", ")", 8),
        ("met = 1", "not supported", "met", 0),
        ("position(..)", "unknown function", "position", 0),
        ("not(..)", "not supported", "..", 4),
        ("not()", "number of arguments", "not", 0),
        ("selected(${a})", "number of arguments", "selected", 0),
        ("${a} == 1", "syntax", "=", 6),
        ("${a} =! 1", "syntax", "!", 6),
    ],
)
def test_a_fault_is_named_with_its_place(expression, problem, value, position):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(expression).evaluate({"a": np.array(["1"], dtype=object)}, 1)
    assert (caught.value.problem, caught.value.value, caught.value.position) == (problem, value, position)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("hostile", ["(", "not(", "${a}[", "-(", "if(1,"])
def test_deep_nesting_is_refused(hostile):
    with pytest.raises(ExpressionError, match="nested too deeply"):
        compile_expression(hostile * 5000)


def test_long_chains_are_fine():
    assert holds(" and ".join(["${a} = 1"] * 5000), a="1")
    assert holds("1" + " + 1" * 5000 + " = 5001")


@pytest.mark.parametrize("hostile", ["'", "${", " ", "1.", "a:", ".", "-", "a-", '" ', "(", "1 or "])
def test_reading_takes_time_in_proportion_to_length(hostile):
    text = hostile * (400_000 // len(hostile)) + "'"
    started = time.perf_counter()
    with pytest.raises(ExpressionError):
        compile_expression(text)
    assert time.perf_counter() - started < 10


# A slow evaluator: one row at a time, plain Python values as JavaRosa holds them.

NAMES = ("a", "b", "c")
ANSWERS = st.sampled_from(
    ["", "0", "1", "1.0", "2", "-1", "98", "1 2", "2 98", "x", "yes", ".5", "2026-10-01"]
)


class Day(str):
    """The answer of a date question; its text alone is no date."""


def to_number(value):
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, Day):
        return 20727.0
    try:
        return float(value)
    except ValueError:
        return math.nan


def to_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) else repr(value)


def to_truth(value):
    if isinstance(value, float):
        return not math.isnan(value) and abs(value) > 1e-12
    return bool(value)


def equal(left, right):
    if isinstance(left, bool) or isinstance(right, bool):
        return to_truth(left) == to_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return abs(to_number(left) - to_number(right)) < 1e-12
    return left == right


def divide(left, right):
    if right != 0:
        return left / right
    return (
        math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left * math.copysign(1, right))
    )


def remainder(left, right):
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


def empty(value):
    return value == "" or (isinstance(value, float) and math.isnan(value))


SLOW_NUMERIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divide,
    "mod": remainder,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SLOW_OTHER = {
    "=": equal,
    "!=": lambda x, y: not equal(x, y),
    "and": lambda x, y: to_truth(x) and to_truth(y),
    "or": lambda x, y: to_truth(x) or to_truth(y),
}
SLOW_FUNCTIONS = {
    "not": lambda x: not to_truth(x),
    "number": to_number,
    "string": to_text,
    "boolean": to_truth,
    "string-length": lambda x: float(len(to_text(x))),
    "count-selected": lambda x: float(len(to_text(x).split())),
    "selected": lambda x, y: f" {to_text(y)} " in f" {to_text(x)} ",
    "coalesce": lambda x, y: y if empty(x) else x,
    "if": lambda c, x, y: x if to_truth(c) else y,
    "true": lambda: True,
    "false": lambda: False,
}
ARITY = {"selected": 2, "coalesce": 2, "if": 3, "true": 0, "false": 0}


def slow(tree, row):
    kind, *parts = tree
    if kind == "name":
        answer = row[parts[0]]
        return Day(answer) if answer == "2026-10-01" else answer
    if kind == "literal":
        return parts[0]
    if kind == "call":
        return SLOW_FUNCTIONS[parts[0]](*(slow(part, row) for part in parts[1]))
    left, right = slow(parts[1], row), slow(parts[2], row)
    if parts[0] in SLOW_NUMERIC:
        return SLOW_NUMERIC[parts[0]](to_number(left), to_number(right))
    return SLOW_OTHER[parts[0]](left, right)


def written(tree):
    kind, *parts = tree
    if kind == "name":
        return f"${{{parts[0]}}}"
    if kind == "literal":
        return f"'{parts[0]}'" if isinstance(parts[0], str) else f"{parts[0]:g}"
    if kind == "call":
        return f"{parts[0]}({', '.join(map(written, parts[1]))})"
    return f"({written(parts[1])} {parts[0]} {written(parts[2])})"


def calls(parts):
    return st.sampled_from(sorted(SLOW_FUNCTIONS)).flatmap(
        lambda name: st.tuples(
            st.just("call"),
            st.just(name),
            st.lists(parts, min_size=ARITY.get(name, 1), max_size=ARITY.get(name, 1)),
        )
    )


TREES = st.recursive(
    st.one_of(
        st.tuples(st.just("name"), st.sampled_from(NAMES)),
        st.tuples(st.just("literal"), st.sampled_from([0.0, 1.0, 2.0, 0.5, 98.0, "", "1", "2", "98", "x"])),
    ),
    lambda parts: st.one_of(
        st.tuples(st.just("operation"), st.sampled_from([*SLOW_NUMERIC, *SLOW_OTHER]), parts, parts),
        calls(parts),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(TREES, st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, ANSWERS)), max_size=6))
def test_agrees_with_one_row_at_a_time(tree, rows):
    columns = {name: np.array([row[name] for row in rows], dtype=object) for name in NAMES}
    expected = [to_truth(slow(tree, row)) for row in rows]
    assert compile_expression(written(tree)).evaluate(columns, len(rows)).tolist() == expected


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ExpressionError):
        assert compile_expression(text).text == text
