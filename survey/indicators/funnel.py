"""From knowing of a service to using it alone: the steps of every field, declared beside the definition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from survey.declarations import read_declarations
from survey.indicators.conditions import (
    Condition,
    DefinitionError,
    in_order,
    read_condition,
    variables_in,
)
from survey.indicators.definition import Definition

SECTIONS = (
    "id", "version", "definition", "levels", "logic", "conditions", "fields", "invariants", "barriers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the funnel; `meanings` continue the sentence "who counts is ..."."""

    id: str
    labels: Mapping[str, str]
    meanings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The steps of every field, and which answers to the question about barriers say nothing.

    Attributes
    ----------
    definition : str
        Id of the definition whose conditions it goes on from.
    source : bytes
        The file itself, which a release keeps; `sha256` is of these bytes.
    levels : tuple of Level
        In the order in which they are shown.
    steps : mapping
        Field -> level -> condition, of this file or of the definition.
    conditions : mapping
        Condition by name; they may use those of the definition.
    invariants : tuple of (level, level)
        Who is at the first level is at the second, in every field.
    silent : tuple of str
        Codes that are no answer to the question about barriers.
    """

    id: str
    version: str
    definition: str
    source: bytes
    sha256: str
    levels: tuple[Level, ...]
    steps: Mapping[str, Mapping[str, str]]
    conditions: Mapping[str, Condition]
    invariants: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """Questions that the conditions of this file read."""
        read = (name for condition in self.conditions.values() for name in variables_in(condition))
        return tuple(dict.fromkeys(read))


def load_funnel(path: Path) -> Funnel:
    """Read the steps from a file of this repository.

    Raises
    ------
    DefinitionError
        For a section that is not known or missing, a field that lacks a level, or a word outside the grammar.
    """
    content = Path(path).read_bytes()
    source = read_declarations(content)
    _check_sections(source, Path(path).name)
    unknown = tuple(str(code) for code in source["logic"].get("unknown_default", []))
    funnel = Funnel(
        id=source["id"],
        version=str(source["version"]),
        definition=source["definition"],
        source=content,
        sha256=hashlib.sha256(content).hexdigest(),
        levels=tuple(_read_level(name, node) for name, node in source["levels"].items()),
        steps={field: dict(node) for field, node in source["fields"].items()},
        conditions={
            name: read_condition(node, where=f"conditions.{name}", unknown=unknown)
            for name, node in source["conditions"].items()
        },
        invariants=tuple((narrow, wide) for narrow, wide in source["invariants"]),
        silent=tuple(str(code) for code in source["barriers"]["silent"]),
    )
    _check_levels(funnel)
    return funnel


def widened(
    definition: Definition,
    conditions: Mapping[str, Condition],
    invariants: Iterable[tuple[str, str]] = (),
) -> Definition:
    """Let a definition also judge conditions that are declared beside it; what is published stays as it is.

    Raises
    ------
    DefinitionError
        When a condition has the name of one of the definition, or uses a name that nothing defines.
    """
    twice = sorted(set(conditions) & set(definition.conditions))
    if twice:
        raise DefinitionError(f"{', '.join(twice)}: already conditions of {definition.id}")
    every = {**definition.conditions, **conditions}
    return replace(
        definition,
        conditions=every,
        order=in_order(every),
        invariants=(*definition.invariants, *invariants),
    )


def with_funnel(definition: Definition, funnel: Funnel) -> Definition:
    """Let a definition also judge every step of the funnel, its invariants included.

    Raises
    ------
    DefinitionError
        When the funnel goes on from another definition, or a step uses a name that nothing defines.
    """
    if funnel.definition != definition.id:
        raise DefinitionError(f"{funnel.id} goes on from {funnel.definition}, not from {definition.id}")
    wider = widened(
        definition,
        funnel.conditions,
        [
            (steps[narrow], steps[wide])
            for steps in funnel.steps.values()
            for narrow, wide in funnel.invariants
        ],
    )
    strange = sorted(
        {name for steps in funnel.steps.values() for name in steps.values()} - set(wider.conditions)
    )
    if strange:
        raise DefinitionError(f"{funnel.id}: no condition is called {', '.join(strange)}")
    return wider


def _check_sections(source: object, name: str) -> None:
    if not isinstance(source, dict) or set(source) != set(SECTIONS):
        raise DefinitionError(f"{name} must hold {', '.join(SECTIONS)}, and nothing else")


def _read_level(name: str, node: Mapping[str, Any]) -> Level:
    return Level(name, {"vi": node["vi"], "en": node["en"]}, node["meaning"])


def _check_levels(funnel: Funnel) -> None:
    """Refuse a field that lacks a level, and an invariant of levels that are not there."""
    levels = [level.id for level in funnel.levels]
    for field, steps in funnel.steps.items():
        if list(steps) != levels:
            raise DefinitionError(f"{funnel.id}: fields.{field} must hold {', '.join(levels)} in this order")
    strange = sorted({level for pair in funnel.invariants for level in pair} - set(levels))
    if strange:
        raise DefinitionError(f"{funnel.id}: invariants name {', '.join(strange)}, not a level")
