"""Readings of the headline that are declared beside the definition, for example who can do it with help."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from survey.indicators.conditions import Condition, DefinitionError, read_condition

SECTIONS = ("id", "version", "definition", "logic", "readings", "conditions", "invariants")


@dataclass(frozen=True, slots=True)
class Declared:
    """Readings by name, each the conditions that it puts in the place of those of the headline.

    Attributes
    ----------
    definition : str
        Id of the definition that the readings are of.
    sha256 : str
        Of the bytes of the file.
    readings : mapping
        Reading -> condition of the headline -> condition in its place.
    conditions : mapping
        Condition by name; they may use those of the definition.
    invariants : tuple of (narrow, wide)
        Who meets the first condition meets the second.
    """

    id: str
    version: str
    definition: str
    sha256: str
    readings: Mapping[str, Mapping[str, str]]
    conditions: Mapping[str, Condition]
    invariants: tuple[tuple[str, str], ...]


def load_declared(path: Path) -> Declared:
    """Read the readings from a file of this repository.

    Raises
    ------
    DefinitionError
        For a section that is not known or missing, a condition in the place of another that the file does
        not declare, or a word outside the grammar.
    """
    content = Path(path).read_bytes()
    source = yaml.safe_load(content.decode("utf-8"))
    if not isinstance(source, dict) or set(source) != set(SECTIONS):
        raise DefinitionError(f"{Path(path).name} must hold {', '.join(SECTIONS)}, and nothing else")
    unknown = tuple(str(code) for code in source["logic"].get("unknown_default", []))
    conditions = {
        name: read_condition(node, where=f"conditions.{name}", unknown=unknown)
        for name, node in source["conditions"].items()
    }
    readings = {name: dict(node) for name, node in source["readings"].items()}
    strange = sorted({one for names in readings.values() for one in names.values()} - set(conditions))
    if strange:
        raise DefinitionError(f"{Path(path).name}: no condition is called {', '.join(strange)}")
    return Declared(
        id=source["id"],
        version=str(source["version"]),
        definition=source["definition"],
        sha256=hashlib.sha256(content).hexdigest(),
        readings=readings,
        conditions=conditions,
        invariants=tuple((narrow, wide) for narrow, wide in source["invariants"]),
    )
