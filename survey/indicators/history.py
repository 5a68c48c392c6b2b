"""The versions of a definition and what changed, as the office recorded them beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.declarations import read_declarations
from survey.indicators.conditions import DefinitionError
from survey.indicators.definition import STATES

ENTRY = frozenset({"version", "date", "status", "sha256", "changes", "open"})


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a definition; `date` as ISO text, `open` what is to be decided before approval."""

    version: str
    date: str
    status: str
    sha256: str
    changes: Mapping[str, str]
    open: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class History:
    """Versions of all definitions, oldest first; `sha256` is of the file itself."""

    sha256: str
    versions: Mapping[str, tuple[Version, ...]]


def load_history(path: Path) -> History:
    """Read the recorded versions.

    Raises
    ------
    DefinitionError
        For an entry that lacks a part, or has one that is not known.
    """
    content = Path(path).read_bytes()
    source = read_declarations(content)
    if not isinstance(source, dict):
        raise DefinitionError(f"{Path(path).name} holds no versions")
    return History(
        sha256=hashlib.sha256(content).hexdigest(),
        versions={name: tuple(_read(name, node) for node in nodes) for name, nodes in source.items()},
    )


def _read(name: str, node: Mapping[str, Any]) -> Version:
    if set(node) | {"open"} != ENTRY:
        raise DefinitionError(f"{name}: an entry holds {', '.join(sorted(ENTRY))}; `open` may be left out")
    if node["status"] not in STATES:
        raise DefinitionError(f"{name}: status {node['status']!r} is none of {', '.join(STATES)}")
    return Version(
        version=str(node["version"]),
        date=str(node["date"]),
        status=node["status"],
        sha256=str(node["sha256"]),
        changes=node["changes"],
        open=tuple(node.get("open", [])),
    )
