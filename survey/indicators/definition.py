"""The declared definition of an indicator: what it holds, and how its file is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.declarations import read_declarations
from survey.indicators.conditions import (
    GRAMMAR,
    Condition,
    DefinitionError,
    Joined,
    Named,
    in_order,
    named_in,
    read_condition,
)

SEX_CODES: Mapping[str, str] = {"male": "1", "female": "2"}
WORKING_AGE = "in_working_age"
COMPARISONS = (">=", ">")
STATES = ("proposed", "approved", "superseded")
REQUIRED = (
    "id",
    "version",
    "status",
    "label",
    "record_filter",
    "derived",
    "domains",
    "bases",
    "conditions",
    "publish",
    "goals",
)
SECTIONS = (
    *REQUIRED,
    "approved_by",
    "valid_from",
    "legal_basis",
    "questionnaire",
    "unit",
    "logic",
    "grammar",
    "labels",
    "invariants",
    "examples",
    "comparables",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of services, for example health, with the questions that ask about it."""

    id: str
    labels: Mapping[str, str]
    aware: str
    tasks: tuple[str, ...]
    core: tuple[str, ...]
    last: str
    mode: str
    barrier: str


@dataclass(frozen=True, slots=True)
class Base:
    """The persons a share is taken of.

    Attributes
    ----------
    where : Condition or None
        Who belongs to it; None for a base that reaches beyond the persons interviewed.
    factor : tuple of (str, str) or None
        Numerator and denominator of the population share that turns a share of the persons
        interviewed into a lower bound of the share of this base.
    """

    id: str
    labels: Mapping[str, str]
    where: Condition | None
    factor: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """Share to be reached in a year; `value` in percent, `target` in 0..1."""

    year: int
    op: str
    value: float

    @property
    def target(self) -> float:
        """Goal as a share of 1."""
        return self.value / 100


@dataclass(frozen=True, slots=True)
class Published:
    """A condition together with the base it is published on."""

    rule: str
    base: str


@dataclass(frozen=True, slots=True)
class Example:
    """A person described by answers, with the verdicts a committee expects."""

    labels: Mapping[str, str]
    answers: Mapping[str, str]
    expect: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Basis:
    """One document that the definition rests on; `date` as ISO text."""

    documents: Mapping[str, str]
    date: str
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """What counts as an indicator, read from one file and never changed afterwards.

    Attributes
    ----------
    source : bytes
        The file itself, which a release keeps.
    sha256 : str
        Of these bytes; travels with every estimate.
    conditions : mapping
        Condition by name, in the order of the file; `order` is the order of evaluation.
    working_age : mapping
        Wave year -> sex code -> (first, last) completed year of age.
    publish : tuple of Published
        The headline first, then what must always stand beside it.
    """

    id: str
    version: str
    status: str
    approved_by: str | None
    source: bytes
    sha256: str
    basis: tuple[Basis, ...]
    label: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    unit: Mapping[str, str]
    forms: tuple[str, ...]
    record_filter: Condition
    aliases: Mapping[str, str]
    working_age: Mapping[int, Mapping[str, tuple[int, int]]]
    domains: Mapping[str, Field]
    bases: Mapping[str, Base]
    conditions: Mapping[str, Condition]
    order: tuple[str, ...]
    publish: tuple[Published, ...]
    goals: tuple[Goal, ...]
    invariants: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]

    @property
    def headline(self) -> Published:
        """Condition and base of the headline."""
        return self.publish[0]

    @property
    def breadth(self) -> tuple[int, tuple[str, ...]]:
        """How many of which fields the headline asks for beside public services."""
        parts = getattr(self.conditions[self.headline.rule], "parts", ())
        wanted = next(part for part in parts if isinstance(part, Joined) and part.word == "at_least")
        names = (part.name for part in wanted.parts if isinstance(part, Named))
        return wanted.least, tuple(name.removeprefix("skill_") for name in names)


def load_definition(path: Path) -> Definition:
    """Read a definition from a file of this repository.

    Raises
    ------
    DefinitionError
        For a section or word that is not known, a name that nothing defines, or a circle.
    """
    content = Path(path).read_bytes()
    source = read_declarations(content)
    if not isinstance(source, dict):
        raise DefinitionError(f"{Path(path).name} holds no definition")
    _check_sections(source)
    unknown = tuple(str(code) for code in source.get("logic", {}).get("unknown_default", []))
    conditions = {
        name: read_condition(node, where=f"conditions.{name}", unknown=unknown)
        for name, node in source["conditions"].items()
    }
    derived = dict(source["derived"])
    definition = Definition(
        id=source["id"],
        version=str(source["version"]),
        status=source["status"],
        approved_by=source.get("approved_by"),
        source=content,
        sha256=hashlib.sha256(content).hexdigest(),
        basis=tuple(_read_basis(node) for node in source.get("legal_basis", [])),
        label=source["label"],
        labels=source.get("labels", {}),
        unit=source.get("unit", {}),
        forms=tuple(str(form) for form in source.get("questionnaire", {}).get("versions", [])),
        record_filter=read_condition(source["record_filter"], where="record_filter", unknown=unknown),
        working_age=_read_working_age(derived.pop(WORKING_AGE, None)),
        aliases={name: str(question) for name, question in derived.items()},
        domains={name: _read_field(name, node) for name, node in source["domains"].items()},
        bases={name: _read_base(name, node, unknown) for name, node in source["bases"].items()},
        conditions=conditions,
        order=in_order(conditions),
        publish=_read_publish(source["publish"]),
        goals=tuple(_read_goal(node) for node in source["goals"]),
        invariants=tuple((narrow, wide) for narrow, wide in source.get("invariants", [])),
        examples=tuple(_read_example(node) for node in source.get("examples", [])),
    )
    _check_names(definition)
    return definition


def _check_sections(source: Mapping[str, Any]) -> None:
    strange = [str(name) for name in source if name not in SECTIONS]
    missing = [name for name in REQUIRED if name not in source]
    if strange or missing:
        raise DefinitionError(
            f"unknown sections: {', '.join(strange) or 'none'}; missing sections: "
            f"{', '.join(missing) or 'none'}; a definition may hold {', '.join(SECTIONS)}"
        )
    words = [str(word) for word in source.get("grammar", []) if word not in GRAMMAR]
    if words:
        raise DefinitionError(
            f"grammar: unknown word {', '.join(words)}; the grammar knows only {', '.join(GRAMMAR)}"
        )
    if source["status"] not in STATES:
        raise DefinitionError(f"status {source['status']!r} is none of {', '.join(STATES)}")


def _check_names(definition: Definition) -> None:
    """Refuse names in the later sections that no condition or base defines."""
    used = [entry.rule for entry in definition.publish]
    used += [name for pair in definition.invariants for name in pair]
    used += [name for example in definition.examples for name in example.expect]
    used += [f"skill_{name}" for name in definition.domains]
    for base in definition.bases.values():
        used += list(named_in(base.where)) if base.where is not None else []
    _refuse_strangers(used, definition.conditions, "conditions")
    _refuse_strangers(definition.conditions, definition.labels, "labels")
    _refuse_strangers([entry.base for entry in definition.publish], definition.bases, "bases")


def _refuse_strangers(used: Iterable[str], defined: Iterable[str], section: str) -> None:
    defined = list(defined)
    strangers = sorted(set(used) - set(defined))
    if strangers:
        raise DefinitionError(f"{', '.join(strangers)}: not in {section}, which holds {', '.join(defined)}")


def _read_field(name: str, node: Mapping[str, Any]) -> Field:
    return Field(
        id=name,
        labels={"vi": node["vi"], "en": node["en"]},
        aware=node["aware"],
        tasks=tuple(node["tasks"]),
        core=tuple(node["core"]),
        last=node["last"],
        mode=node["mode"],
        barrier=node["barrier"],
    )


def _read_base(name: str, node: Mapping[str, Any], unknown: tuple[str, ...]) -> Base:
    labels = {"vi": node["vi"], "en": node["en"]}
    if "where" in node:
        where = read_condition(node["where"], where=f"bases.{name}.where", unknown=unknown)
        return Base(name, labels, where)
    if node.get("bound") != "lower" or set(node.get("factor", ())) != {"numerator", "denominator"}:
        raise DefinitionError(
            f"bases.{name}: a base takes `where`, or `bound: lower` with a `factor` of "
            "`numerator` and `denominator`"
        )
    return Base(name, labels, None, (node["factor"]["numerator"], node["factor"]["denominator"]))


def _read_working_age(
    node: Mapping[str, Any] | None,
) -> dict[int, dict[str, tuple[int, int]]]:
    if node is None:
        return {}
    return {
        int(year): {SEX_CODES[sex]: (int(node["from"]), int(last)) for sex, last in ends.items()}
        for year, ends in node["to"].items()
    }


def _read_publish(node: Mapping[str, Any]) -> tuple[Published, ...]:
    entries = [node["headline"], *node.get("always_with", [])]
    return tuple(Published(entry["rule"], entry["base"]) for entry in entries)


def _read_goal(node: Mapping[str, Any]) -> Goal:
    if node["op"] not in COMPARISONS:
        raise DefinitionError(f"goals: op {node['op']!r} is none of {', '.join(COMPARISONS)}")
    return Goal(int(node["year"]), node["op"], float(node["value"]))


def _read_basis(node: Mapping[str, Any]) -> Basis:
    return Basis(_both(node["doc"]), str(node["date"]), _both(node.get("note", "")))


def _both(words: str | Mapping[str, str]) -> Mapping[str, str]:
    """Read words that are given by language, or once for both."""
    return words if isinstance(words, Mapping) else {"vi": str(words), "en": str(words)}


def _read_example(node: Mapping[str, Any]) -> Example:
    answers = {question: str(code) for question, code in node["answers"].items()}
    return Example(node["name"], answers, node["expect"])
