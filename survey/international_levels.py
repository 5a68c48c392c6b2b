"""The declared way from answers to internationally comparable levels, and how its file is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey import places
from survey.declarations import read_declarations
from survey.indicators.conditions import Comparison, Condition, DefinitionError, read_condition
from survey.indicators.definition import Definition
from survey.messages import LANGUAGES

NAME = "international_levels"
AREAS = ("information", "communication", "content", "safety", "problem")
PUBLISHED = ("place", "year", "value", "of", "source", "differs")
SECTIONS = frozenset({"id", "version", "status", "definition", "bases", "gate", "frameworks"})
ALWAYS = frozenset({"id", "short", "label", "source", "bases", "caveats", "published"})
KNOWN = ALWAYS | {"areas", "rule", "asked", "not_asked"}
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of a framework, and which codes of which question stand for it; none where not asked."""

    words: Words
    question: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """One of five areas: one activity of it is the basic level, `above` of them are above basic."""

    id: str
    above: int
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """Whom a share is taken of.

    Attributes
    ----------
    where : Condition or None
        Who belongs to it; None where it reaches beyond the persons interviewed.
    bound_of : str
        Base whose share, spread over this one, is a lower bound.
    """

    id: str
    words: Words
    short: Words
    where: Condition | None
    bound_of: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that somebody else published, in the words in which it was, with what differs from ours."""

    place: Words
    year: str
    value: Words
    of: Words
    source: Words
    differs: Words


@dataclass(frozen=True, slots=True)
class Framework:
    """One international or national way to count skills.

    Attributes
    ----------
    bases : tuple of str
        Populations, the usual one first.
    rule : Condition or None
        For a framework that is one share.
    areas : tuple of Area
        For one with levels; empty where there is a rule.
    asked, not_asked : tuple of Activity
        What the rule counts, and what the framework counts but the form does not ask.
    """

    id: str
    short: Words
    label: Words
    source: Words
    bases: tuple[str, ...]
    rule: Condition | None
    areas: tuple[Area, ...]
    asked: tuple[Activity, ...]
    not_asked: tuple[Activity, ...]
    caveats: tuple[Words, ...]
    published: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """All frameworks, as one version of the file declares them.

    Attributes
    ----------
    source : bytes
        The file itself, which a release keeps; `sha256` is of these bytes.
    definition : str
        Indicator definition whose persons and derived names apply.
    gate : Condition
        Who was asked about activities; who was not has done none.
    """

    version: str
    status: str
    source: bytes
    sha256: str
    definition: str
    populations: Mapping[str, Population]
    gate: Condition
    frameworks: tuple[Framework, ...]

    def about(self) -> dict[str, str]:
        """Tell which file it is, for a manifest."""
        return {"id": NAME, "version": self.version, "status": self.status, "sha256": self.sha256}


def levels_for(definition: Definition) -> Levels | None:
    """Return the levels of the package for persons counted by a definition; None where they do not apply."""
    levels = load_levels(places.questionnaires() / f"{NAME}.yaml")
    return levels if levels.definition == definition.id else None


def load_levels(path: Path) -> Levels:
    """Read a file of levels; raises as :func:`read_levels`."""
    return read_levels(path.read_bytes())


def read_levels(content: bytes) -> Levels:
    """Read the declarations of levels.

    Raises
    ------
    DefinitionError
        For a word that is not known, a base that nothing declares, or words missing in a language.
    """
    source = read_declarations(content)
    if not isinstance(source, dict) or set(source) != SECTIONS:
        raise DefinitionError(f"{NAME}.yaml holds exactly the sections {', '.join(sorted(SECTIONS))}")
    populations = {name: _population(name, node) for name, node in source["bases"].items()}
    return Levels(
        version=str(source["version"]),
        status=str(source["status"]),
        source=content,
        sha256=hashlib.sha256(content).hexdigest(),
        definition=str(source["definition"]),
        populations=populations,
        gate=read_condition(source["gate"], where="gate", unknown=()),
        frameworks=tuple(_framework(node, populations) for node in source["frameworks"]),
    )


def _population(name: str, node: Mapping[str, Any]) -> Population:
    where = f"bases.{name}"
    words, short = _words(node, where), _words(node["short"], where)
    if "lower_bound_of" in node:
        return Population(name, words, short, None, str(node["lower_bound_of"]))
    return Population(name, words, short, read_condition(node["where"], where=where, unknown=()))


def _framework(node: Mapping[str, Any], populations: Mapping[str, Population]) -> Framework:
    name = str(node.get("id"))
    if not ALWAYS <= set(node) <= KNOWN or ("rule" in node) == ("areas" in node):
        raise DefinitionError(f"{name}: one of `rule` and `areas`, and always {', '.join(sorted(ALWAYS))}")
    if strange := [base for base in node["bases"] if base not in populations]:
        raise DefinitionError(f"{name}: no base {', '.join(strange)}; there are {', '.join(populations)}")
    rule = read_condition(node["rule"], where=name, unknown=("99",)) if "rule" in node else None
    return Framework(
        id=name,
        short=_words(node["short"], name),
        label=_words(node["label"], name),
        source=_words(node["source"], name),
        bases=tuple(node["bases"]),
        rule=rule,
        areas=_areas(node.get("areas", {}), name),
        asked=tuple(_activity(one, name) for one in node.get("asked", [])),
        not_asked=tuple(_activity(one, name) for one in node.get("not_asked", [])),
        caveats=tuple(_words(one, name) for one in node["caveats"]),
        published=tuple(_figure(one, name) for one in node["published"]),
    )


def _areas(node: Mapping[str, Any], name: str) -> tuple[Area, ...]:
    if node and tuple(node) != AREAS:
        raise DefinitionError(f"{name}: the areas are {', '.join(AREAS)}, in this order")
    return tuple(
        Area(area, int(told["above"]), tuple(_activity(one, f"{name}.{area}") for one in told["items"]))
        for area, told in node.items()
    )


def _activity(node: Mapping[str, Any], where: str) -> Activity:
    codes = tuple(str(code) for code in node.get("codes", []))
    return Activity(_words(node, where), str(node.get("question", "")), codes)


def done(activity: Activity) -> Comparison:
    """Return the condition that an activity was ticked; refused is undetermined, don't know is no."""
    return Comparison(activity.question, codes=activity.codes, ticked=True, unknown=("99",))


def _figure(node: Mapping[str, Any], where: str) -> Figure:
    if tuple(node) != PUBLISHED:
        raise DefinitionError(f"{where}: a published figure has {', '.join(PUBLISHED)}")
    told = {part: _words(node[part], where) for part in PUBLISHED if part != "year"}
    return Figure(year=str(node["year"]), **told)


def _words(node: Mapping[str, Any], where: str) -> Words:
    if lacking := [language for language in LANGUAGES if not str(node.get(language, "")).strip()]:
        raise DefinitionError(f"{where}: words are missing in {', '.join(lacking)}")
    return {language: str(node[language]) for language in LANGUAGES}
