"""Every public name of estimation is documented in full: what it takes and gives, and by which formula."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import estimation

METHODS = Path(__file__).parents[2] / "docs" / "methods.md"
SECTION = re.compile(r"^(?P<name>[A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
ENTRY = re.compile(r"^(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : .+)?$", re.MULTILINE)
SENTENCE = re.compile(r"[A-Z].*[.:]", re.DOTALL)

PUBLIC = {name: getattr(estimation, name) for name in estimation.__all__}
FUNCTIONS = {name: thing for name, thing in PUBLIC.items() if inspect.isfunction(thing)}
CLASSES = {name: thing for name, thing in PUBLIC.items() if inspect.isclass(thing)}
RECORDS = {name: thing for name, thing in CLASSES.items() if not issubclass(thing, Exception)}


def own(record: type, kind: Callable[[object], bool]) -> dict[str, object]:
    """Public members that a class declares itself and that are of a kind."""
    members = {name: member for name, member in vars(record).items() if not name.startswith("_")}
    return {f"{record.__name__}.{name}": member for name, member in members.items() if kind(member)}


def is_method(member: object) -> bool:
    return inspect.isfunction(member) or isinstance(member, classmethod | staticmethod)


def all_own(kind: Callable[[object], bool]) -> dict[str, object]:
    return {name: member for record in RECORDS.values() for name, member in own(record, kind).items()}


BOUND = {name: getattr(member, "__func__", member) for name, member in all_own(is_method).items()}
PROPERTIES = all_own(lambda member: isinstance(member, property))
CALLABLES = FUNCTIONS | BOUND


def sections(docstring: str) -> dict[str, str]:
    """Take a docstring apart: the summary under "", then every section by its heading."""
    parts = SECTION.split(docstring)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def doc(thing: object) -> dict[str, str]:
    return sections(inspect.getdoc(thing) or "")


def entries(section: str) -> list[str]:
    """Names that a section explains, in order; ``a, b : key`` explains two."""
    return [name.lstrip("*") for names in ENTRY.findall(section) for name in names.split(", ")]


def parameters(function: Callable[..., object]) -> list[str]:
    """Names of a signature, without the object or class that a method belongs to."""
    return [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]


def fields(record: type) -> list[str]:
    """Public fields of a dataclass or named tuple, in the order in which they are given."""
    return [name for name in inspect.signature(record).parameters if not name.startswith("_")]


def test_the_door_opens_on_something() -> None:
    assert len(FUNCTIONS) >= 10
    assert len(RECORDS) >= 9
    assert len(BOUND) >= 10
    assert PROPERTIES


@pytest.mark.parametrize("name", [*PUBLIC, *BOUND, *PROPERTIES])
def test_begins_with_a_summary_sentence(name: str) -> None:
    summary = doc((PUBLIC | BOUND | PROPERTIES)[name])[""]
    assert SENTENCE.match(summary.strip().split("\n\n")[0].strip()), f"{name}: no summary sentence"


@pytest.mark.parametrize("name", CALLABLES)
def test_explains_exactly_its_parameters(name: str) -> None:
    assert entries(doc(CALLABLES[name]).get("Parameters", "")) == parameters(CALLABLES[name])


@pytest.mark.parametrize("name", CALLABLES)
def test_says_what_it_returns(name: str) -> None:
    assert doc(CALLABLES[name]).get("Returns", "").strip(), f"{name}: no section Returns"


@pytest.mark.parametrize("name", RECORDS)
def test_explains_exactly_its_attributes(name: str) -> None:
    assert entries(doc(RECORDS[name]).get("Attributes", "")) == fields(RECORDS[name])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_names_a_formula_that_is_stated(name: str) -> None:
    stated = set(re.findall(r"^## (M\d+) ", METHODS.read_text(encoding="utf-8"), re.MULTILINE))
    cited = set(re.findall(r"\bM\d{1,2}\b", inspect.getdoc(FUNCTIONS[name]) or ""))
    assert cited, f"{name}: no formula number"
    assert cited <= stated


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("a : int\n    One.\nb, c : ndarray, shape (n,)\n    The next.", ["a", "b", "c"]),
        ("level, side\n    As elsewhere.\n", ["level", "side"]),
        ("Nothing to see here.", []),
    ],
)
def test_entries_of_a_section_are_read(section: str, names: list[str]) -> None:
    assert entries(section) == names
