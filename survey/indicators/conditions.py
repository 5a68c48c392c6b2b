"""Conditions on answers, written as data and read in three-valued (Kleene) logic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NO, UNKNOWN, YES = 0, 1, 2  # ordered, so that "all" is a minimum and "any" a maximum

GRAMMAR = ("var", "in", "has", "min", "max", "unknown", "all", "any", "not", "at_least", "n", "of")
_TESTS = frozenset({"var", "in", "has", "min", "max", "unknown"})

Answers = Callable[[str], pd.Series]
Verdicts = np.ndarray


class DefinitionError(ValueError):
    """The definition of an indicator cannot be read; the sentence says where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question compared with codes or with a range.

    Attributes
    ----------
    variable : str
    codes : tuple of str
        Answers that make it true: the answer itself (``in``) or one of the ticked choices (``has``).
    ticked : bool
        Whether the answer is a list of ticked choices.
    low, high : float or None
        Inclusive bounds of a number (``min``, ``max``).
    unknown : tuple of str
        Answers that leave it undetermined, like an empty one.
    """

    variable: str
    codes: tuple[str, ...] = ()
    ticked: bool = False
    low: float | None = None
    high: float | None = None
    unknown: tuple[str, ...] = ()

    def judge(self, answer: str) -> int:
        """Verdict on one answer that is not missing."""
        answer = answer.strip()
        if not answer or answer in self.unknown:
            return UNKNOWN
        if self.codes:
            given = set(answer.split()) if self.ticked else {answer}
            return YES if given & set(self.codes) else NO
        return self._in_range(answer)

    def _in_range(self, answer: str) -> int:
        try:
            number = float(answer)
        except ValueError:
            return UNKNOWN
        above = self.low is None or number >= self.low
        below = self.high is None or number <= self.high
        return YES if above and below else NO


@dataclass(frozen=True, slots=True)
class Named:
    """Another condition of the definition, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions joined by one word of the grammar.

    Attributes
    ----------
    word : {"all", "any", "not", "at_least"}
    parts : tuple of Condition
    least : int
        How many must hold, for ``at_least``.
    """

    word: str
    parts: tuple[Condition, ...]
    least: int = 0


Condition = Comparison | Named | Joined


def read_condition(
    source: Any,  # noqa: ANN401 - a node of a YAML document
    *,
    where: str,
    unknown: tuple[str, ...],
) -> Condition:
    """Read one node of the file.

    Parameters
    ----------
    source : str or mapping
        A name, a test, or a word that joins conditions.
    where : str
        Place in the file, for the sentence of an error.
    unknown : tuple of str
        Codes that are undetermined where ``in`` or ``has`` does not say otherwise. A range never
        takes them: 99 is a possible age.

    Raises
    ------
    DefinitionError
        For a word outside the grammar or a word used wrongly.
    """
    if isinstance(source, str):
        return Named(source)
    if not isinstance(source, Mapping) or not source:
        raise _misread(where, f"{source!r} is neither a name nor a condition")
    strange = [str(word) for word in source if word not in GRAMMAR]
    if strange:
        raise _misread(where, f"unknown word {', '.join(strange)}")
    if "var" in source:
        return _read_comparison(source, where, unknown)
    if len(source) != 1 or next(iter(source)) not in _JOINS:
        raise _misread(where, f"{', '.join(source)} cannot stand together")
    word = next(iter(source))
    return _read_joined(word, source[word], where=f"{where}.{word}", unknown=unknown)


def named_in(condition: Condition) -> Iterator[str]:
    """Yield the names of other conditions that a condition uses."""
    if isinstance(condition, Named):
        yield condition.name
    elif isinstance(condition, Joined):
        for part in condition.parts:
            yield from named_in(part)


def variables_in(condition: Condition) -> Iterator[str]:
    """Yield the questions that a condition reads itself, not through names."""
    if isinstance(condition, Comparison):
        yield condition.variable
    elif isinstance(condition, Joined):
        for part in condition.parts:
            yield from variables_in(part)


def in_order(conditions: Mapping[str, Condition]) -> tuple[str, ...]:
    """Order names so that each comes after those it uses.

    Raises
    ------
    DefinitionError
        For a name that nothing defines, and for conditions that use each other in a circle.
    """
    order: list[str] = []
    open_names: list[str] = []

    def visit(name: str, used_by: str) -> None:
        if name in order:
            return
        if name in open_names:
            circle = " -> ".join([*open_names[open_names.index(name) :], name])
            raise DefinitionError(f"conditions use each other in a circle: {circle}")
        if name not in conditions:
            raise DefinitionError(
                f"{used_by} uses {name!r}, which no condition defines; defined are {', '.join(conditions)}"
            )
        open_names.append(name)
        for needed in named_in(conditions[name]):
            visit(needed, name)
        open_names.pop()
        order.append(name)

    for name in conditions:
        visit(name, "the file")
    return tuple(order)


def judge(condition: Condition, answers: Answers, known: Mapping[str, Verdicts]) -> Verdicts:
    """Judge a condition for every person.

    Parameters
    ----------
    condition : Condition
    answers : callable
        Question name -> Series of text of shape (n,), missing where there is no answer.
    known : mapping
        Verdicts of the conditions judged before, by name.

    Returns
    -------
    ndarray of int8, shape (n,)
        ``NO``, ``UNKNOWN`` or ``YES``.
    """
    if isinstance(condition, Named):
        return known[condition.name]
    if isinstance(condition, Comparison):
        return _judge_comparison(condition, answers(condition.variable))
    parts = np.stack([judge(part, answers, known) for part in condition.parts])
    return _JOINS[condition.word](parts, condition.least)


def as_text(column: pd.Series) -> pd.Series:
    """Write answers as codes: numbers lose a decimal part that is only ``.0``."""
    if not pd.api.types.is_numeric_dtype(column):
        return column
    return column.map(lambda number: f"{number:g}", na_action="ignore").astype("str")


def _judge_comparison(comparison: Comparison, column: pd.Series) -> Verdicts:
    """Judge each distinct answer once and spread the verdicts; missing answers are unknown."""
    codes, distinct = pd.factorize(as_text(column))
    table = np.array([*(comparison.judge(str(answer)) for answer in distinct), UNKNOWN], dtype=np.int8)
    return table[codes]


def _all(parts: np.ndarray, _least: int) -> Verdicts:
    return np.asarray(parts.min(axis=0))


def _any(parts: np.ndarray, _least: int) -> Verdicts:
    return np.asarray(parts.max(axis=0))


def _not(parts: np.ndarray, _least: int) -> Verdicts:
    return np.asarray(YES - parts[0], dtype=np.int8)


def _at_least(parts: np.ndarray, least: int) -> Verdicts:
    sure = (parts == YES).sum(axis=0)
    possible = (parts >= UNKNOWN).sum(axis=0)
    return np.where(sure >= least, YES, np.where(possible < least, NO, UNKNOWN)).astype(np.int8)


_JOINS: Mapping[str, Callable[[np.ndarray, int], Verdicts]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "at_least": _at_least,
}


def _read_comparison(source: Mapping[str, Any], where: str, unknown: tuple[str, ...]) -> Comparison:
    strange = [word for word in source if word not in _TESTS]
    ways = [word for word in ("in", "has") if word in source]
    ranged = "min" in source or "max" in source
    if strange or len(ways) + ranged != 1:
        raise _misread(where, "a test of `var` takes one of `in`, `has`, or `min` and `max`")
    if ranged:
        return Comparison(
            str(source["var"]),
            low=_number(source.get("min"), where),
            high=_number(source.get("max"), where),
            unknown=_codes(source.get("unknown", []), where),
        )
    return Comparison(
        str(source["var"]),
        codes=_some_codes(source[ways[0]], where),
        ticked=ways == ["has"],
        unknown=_codes(source["unknown"], where) if "unknown" in source else unknown,
    )


def _read_joined(word: str, source: Any, *, where: str, unknown: tuple[str, ...]) -> Joined:  # noqa: ANN401
    least = 0
    if word == "at_least":
        if not isinstance(source, Mapping) or set(source) != {"n", "of"}:
            raise _misread(where, "`at_least` takes `n` (how many) and `of` (a list)")
        least, source = source["n"], source["of"]
    parts = [source] if word == "not" else source
    if not isinstance(parts, list) or not parts:
        raise _misread(where, f"`{word}` takes a list of conditions")
    if word == "at_least" and (type(least) is not int or not 1 <= least <= len(parts)):
        raise _misread(where, f"`n` must be a whole number from 1 to {len(parts)}, not {least!r}")
    return Joined(
        word,
        tuple(
            read_condition(part, where=f"{where}[{place}]", unknown=unknown)
            for place, part in enumerate(parts)
        ),
        least,
    )


def _codes(source: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401
    if not isinstance(source, list) or not all(type(code) in (int, str) for code in source):
        raise _misread(where, f"codes are a list of whole numbers or texts, not {source!r}")
    return tuple(str(code) for code in source)


def _some_codes(source: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401
    codes = _codes(source, where)
    if not codes:
        raise _misread(where, "the list of codes is empty")
    return codes


def _number(source: Any, where: str) -> float | None:  # noqa: ANN401
    if source is None or type(source) in (int, float):
        return None if source is None else float(source)
    raise _misread(where, f"a bound is a number, not {source!r}")


def _misread(where: str, what: str) -> DefinitionError:
    return DefinitionError(f"{where}: {what}; the grammar knows only {', '.join(GRAMMAR)}")
