"""Who is asked what: the expressions of a form, evaluated for all rows at once as the tablet does for one.

How values compare and convert is told in :mod:`survey.forms.xpath_values`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np

from survey.forms.xpath import (
    Call,
    ExpressionError,
    Literal,
    Location,
    Negation,
    Node,
    Operation,
    Reference,
    parse,
    walk,
)
from survey.forms.xpath_values import (
    ASCII_BLANKS,
    AnyValue,
    Cells,
    Either,
    Numbers,
    Truths,
    Value,
    equal,
    mapped,
    number_value,
    numbers,
    present,
    text_value,
    texts,
    truth_value,
    truths,
)

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "compile_expression"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language and how many arguments it takes."""

    apply: Callable[..., AnyValue]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    Attributes
    ----------
    text : str
        As the form has it.
    root : Node or None
        Its tree; None for the empty expression, which holds for everyone.
    names : frozenset of str
        Questions it reads; "." is the question itself.
    """

    text: str
    root: Node | None
    names: frozenset[str]

    def evaluate(self, columns: Mapping[str, Cells], n: int) -> Truths:
        """Tell for each row whether the expression holds.

        Parameters
        ----------
        columns : mapping
            Question name -> text of its answers, shape (n,); "" or missing where there is none.
        n : int
            Number of rows.

        Returns
        -------
        ndarray of bool, shape (n,)

        Raises
        ------
        ExpressionError
            When a question it reads is not among the columns.
        """
        if self.root is None:
            return np.ones(n, dtype=bool)
        self._check_names(self.root, columns)
        with np.errstate(all="ignore"):
            held = truths(_evaluate(self.root, columns))
        return np.broadcast_to(held, (n,)).copy()

    def _check_names(self, root: Node, columns: Mapping[str, Cells]) -> None:
        for node in walk(root):
            if isinstance(node, Reference) and node.name not in columns:
                raise ExpressionError(self.text, node.position, problem="unknown name", value=node.name)


@cache
def compile_expression(text: str) -> Expression:
    """Compile a `relevant` or `constraint`; an empty one holds for everyone.

    Raises
    ------
    ExpressionError
        Where the text is no expression, or calls a function that is not evaluated here.
    """
    if not text.strip():
        return Expression(text, None, frozenset())
    root = parse(text)
    for node in walk(root):
        _check_evaluable(node, text)
    names = frozenset(node.name for node in walk(root) if isinstance(node, Reference))
    return Expression(text, root, names)


def _check_evaluable(node: Node, text: str) -> None:
    if isinstance(node, Location):
        step = "/".join(node.steps)
        raise ExpressionError(text, node.position, problem="not supported", value=step)
    if not isinstance(node, Call):
        return
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise ExpressionError(text, node.position, problem="unknown function", value=node.name)
    if not function.least <= len(node.arguments) <= function.most:
        raise ExpressionError(text, node.position, problem="number of arguments", value=node.name)


def _evaluate(node: Node, columns: Mapping[str, Cells]) -> AnyValue:
    match node:
        case Literal(value=str(text)):
            return text_value(np.array([text], dtype=object))
        case Literal(value=number):
            return number_value(np.array([number], dtype=float))
        case Reference(name=name):
            return Value("answer", np.asarray(columns[name], dtype=object))
        case Negation(operand=operand):
            return number_value(-numbers(_evaluate(operand, columns)))
        case Call(name=name, arguments=arguments):
            return FUNCTIONS[name].apply(*(_evaluate(argument, columns) for argument in arguments))
        case Operation(first=first, rest=rest):
            value = _evaluate(first, columns)
            for operator, operand in rest:
                value = OPERATORS[operator](value, _evaluate(operand, columns))
            return value
    raise TypeError(f"a path is not evaluated: {node}")


def _comparison(compare: Callable[[Numbers, Numbers], Truths]) -> Callable[[AnyValue, AnyValue], Value]:
    return lambda left, right: truth_value(compare(numbers(left), numbers(right)))


def _arithmetic(compute: Callable[[Numbers, Numbers], Numbers]) -> Callable[[AnyValue, AnyValue], Value]:
    return lambda left, right: number_value(compute(numbers(left), numbers(right)))


OPERATORS: dict[str, Callable[[AnyValue, AnyValue], Value]] = {
    "or": lambda left, right: truth_value(truths(left) | truths(right)),
    "and": lambda left, right: truth_value(truths(left) & truths(right)),
    "=": lambda left, right: truth_value(equal(left, right)),
    "!=": lambda left, right: truth_value(~equal(left, right)),
    "<": _comparison(np.less),
    "<=": _comparison(np.less_equal),
    ">": _comparison(np.greater),
    ">=": _comparison(np.greater_equal),
    "+": _arithmetic(np.add),
    "-": _arithmetic(np.subtract),
    "*": _arithmetic(np.multiply),
    "div": _arithmetic(np.divide),
    "mod": _arithmetic(np.fmod),
}


def _selected(answer: AnyValue, code: AnyValue) -> Value:
    def holds(chosen: str, wanted: str) -> bool:
        return f" {wanted.strip(ASCII_BLANKS)} " in f" {chosen} "

    return truth_value(_pairwise(holds, texts(answer), texts(code)))


def _regex(answer: AnyValue, pattern: AnyValue) -> Value:
    def matches(text: str, rule: str) -> bool:
        return re.fullmatch(rule, text) is not None

    return truth_value(_pairwise(matches, texts(answer), texts(pattern)))


def _pairwise(function: Callable[[str, str], bool], left: Cells, right: Cells) -> Truths:
    if right.shape == (1,):
        constant = right[0]
        return mapped(lambda text: function(text, constant), left, bool)
    return np.asarray(np.frompyfunc(function, 2, 1)(left, right), dtype=bool)


def _choose(condition: AnyValue, then: AnyValue, otherwise: AnyValue) -> AnyValue:
    return Either(truths(condition), then, otherwise)


def _coalesce(first: AnyValue, second: AnyValue) -> AnyValue:
    return Either(present(first), first, second)


def _count_selected(answer: AnyValue) -> Value:
    return number_value(mapped(lambda text: len(text.split()), texts(answer), float))


def _string_length(answer: AnyValue) -> Value:
    return number_value(mapped(len, texts(answer), float))


def _of_texts(compute: Callable[[str, str], bool]) -> Callable[[AnyValue, AnyValue], Value]:
    return lambda left, right: truth_value(_pairwise(compute, texts(left), texts(right)))


def _rounded(value: AnyValue, places: AnyValue | None = None) -> Value:
    """Round half up, as the tablet does."""
    scale = 10.0 ** (numbers(places) if places is not None else np.zeros(1))
    return number_value(np.floor(numbers(value) * scale + 0.5) / scale)


def _concatenated(*values: AnyValue) -> Value:
    parts = [texts(value) for value in values]
    return text_value(np.asarray(reduce(np.add, parts, np.array([""], dtype=object)), dtype=object))


def _part(value: AnyValue, start: AnyValue, end: AnyValue | None = None) -> Value:
    """Cut from the character `start`, counted from 0, up to but without the character `end`."""
    last = numbers(end) if end is not None else np.array([np.inf])

    def cut(text: str, first: float, behind: float) -> str:
        if np.isnan(first) or np.isnan(behind):
            return ""
        return text[int(first) : len(text) if np.isinf(behind) else int(behind)]

    return text_value(np.asarray(np.frompyfunc(cut, 3, 1)(texts(value), numbers(start), last), dtype=object))


def _selected_at(answer: AnyValue, place: AnyValue) -> Value:
    def at(chosen: str, number: float) -> str:
        codes = chosen.split()
        return codes[int(number)] if 0 <= number < len(codes) else ""

    return text_value(np.asarray(np.frompyfunc(at, 2, 1)(texts(answer), numbers(place)), dtype=object))


MANY = 10_000
FUNCTIONS: dict[str, Function] = {
    "abs": Function(lambda value: number_value(np.abs(numbers(value))), 1, 1),
    "boolean": Function(lambda value: truth_value(truths(value)), 1, 1),
    "coalesce": Function(_coalesce, 2, 2),
    "concat": Function(_concatenated, 1, MANY),
    "contains": Function(_of_texts(lambda text, part: part in text), 2, 2),
    "count-selected": Function(_count_selected, 1, 1),
    "ends-with": Function(_of_texts(str.endswith), 2, 2),
    "false": Function(lambda: truth_value(np.zeros(1, dtype=bool)), 0, 0),
    "if": Function(_choose, 3, 3),
    "int": Function(lambda value: number_value(np.trunc(numbers(value))), 1, 1),
    "not": Function(lambda value: truth_value(~truths(value)), 1, 1),
    "number": Function(lambda value: number_value(numbers(value)), 1, 1),
    "regex": Function(_regex, 2, 2),
    "round": Function(_rounded, 1, 2),
    "selected": Function(_selected, 2, 2),
    "selected-at": Function(_selected_at, 2, 2),
    "starts-with": Function(_of_texts(str.startswith), 2, 2),
    "string": Function(lambda value: text_value(texts(value)), 1, 1),
    "string-length": Function(_string_length, 1, 1),
    "substr": Function(_part, 2, 3),
    "true": Function(lambda: truth_value(np.ones(1, dtype=bool)), 0, 0),
}
