"""The targets as the document sets them: value, operator, unit, year, clause and territory of each."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from survey import places
from survey.messages import LANGUAGES

Kind = Literal["share", "count", "existence"]
KINDS: Mapping[str, frozenset[str]] = {
    "share": frozenset({"numerator", "denominator"}),
    "count": frozenset({"unit", "numerator"}),
    "existence": frozenset(),
}
OPERATORS: Mapping[str, str] = {">=": "≥", ">": ">"}
STATUSES = ("issued", "to_confirm", "maintained", "replaced")
_ALWAYS = frozenset({"id", "kind", "title", "short", "goals"})
Words = Mapping[str, str]
NO_WORDS: Words = {}


class TargetError(ValueError):
    """A file of targets that does not say what it must; the sentence names the target and the field."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached by the end of a year.

    Attributes
    ----------
    year : int
    op : {">=", ">"}
    value : int
        Percent of a share, number of a count, 1 for what is to exist.
    clause : mapping
        Where the document says so, by language.
    """

    year: int
    op: str
    value: int
    clause: Words

    @property
    def deadline(self) -> date:
        """Last day on which it is reached in time."""
        return date(self.year, 12, 31)

    def signs(self, kind: Kind) -> str:
        """Write it with signs, ``≥ 50`` or ``> 80%``; "" for what is to exist."""
        if kind == "existence":
            return ""
        return f"{OPERATORS[self.op]} {self.value}{'%' if kind == 'share' else ''}"


@dataclass(frozen=True, slots=True)
class Source:
    """The document that sets the targets, and the territory and standing it has."""

    document: Words
    issuer: Words
    day: date
    pack: str
    edition: str
    status: str


@dataclass(frozen=True, slots=True)
class Target:
    """One target with its goals in the order of their years.

    Attributes
    ----------
    id : str
    kind : {"share", "count", "existence"}
    title, short : mapping
        Its name by language, in full and for narrow places.
    numerator, denominator, unit : mapping
        What is counted, of what, and in what; empty where the kind has none.
    goals : tuple of Goal
    source : Source
    """

    id: str
    kind: Kind
    title: Words
    short: Words
    numerator: Words
    denominator: Words
    unit: Words
    goals: tuple[Goal, ...]
    source: Source

    def goal_for(self, day: date) -> Goal:
        """Return the goal that applies on a day: the first whose year is not over, else the last one."""
        return next((goal for goal in self.goals if day <= goal.deadline), self.goals[-1])


def usual_file() -> Path:
    """Return the file of targets that travels with the package."""
    return places.PACKAGE / "reference" / "targets.toml"


@cache
def usual_targets() -> tuple[Target, ...]:
    """Return the targets of the package, in the order of the document."""
    return load_targets(usual_file())


def load_targets(path: Path) -> tuple[Target, ...]:
    """Read a file of targets and check that it is complete.

    Raises
    ------
    TargetError
        For the first thing that is missing, unknown, contradictory or out of range.
    """
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    source = _source(told)
    targets = tuple(_target(entry, source) for entry in told.get("targets", ()))
    if not targets:
        raise TargetError(f"{path.name} holds no target")
    names = [target.id for target in targets]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise TargetError(f"{', '.join(sorted(repeated))}: the id stands twice")
    return targets


def _source(told: Mapping[str, Any]) -> Source:
    source, geography = told.get("source", {}), told.get("geography", {})
    if type(source.get("date")) is not date:
        raise TargetError("source: `date` is the day of the document, such as 2022-06-25")
    if geography.get("status") not in STATUSES:
        raise TargetError(f"geography: `status` is one of {', '.join(STATUSES)}")
    pack, edition = str(geography.get("pack")), str(geography.get("edition"))
    if edition not in _editions(places.geography(pack) / "pack.toml"):
        raise TargetError(f"geography: no pack {pack!r} with an edition {edition!r}")
    return Source(
        document=_words(source.get("document"), "source: document"),
        issuer=_words(source.get("issuer"), "source: issuer"),
        day=source["date"],
        pack=pack,
        edition=edition,
        status=geography["status"],
    )


def _editions(pack: Path) -> frozenset[str]:
    if not pack.is_file():
        return frozenset()
    told = tomllib.loads(pack.read_text(encoding="utf-8"))
    return frozenset(str(edition["id"]) for edition in told["editions"])


def _target(entry: Mapping[str, Any], source: Source) -> Target:
    name, given = str(entry.get("id", "?")), str(entry.get("kind"))
    if given not in KINDS:
        raise TargetError(f"{name}: kind {given!r} is none of {', '.join(KINDS)}")
    kind = cast(Kind, given)
    wanted = _ALWAYS | KINDS[kind]
    if wanted != entry.keys():
        odd = ", ".join(sorted(wanted ^ entry.keys()))
        raise TargetError(
            f"{name}: a target of kind {kind} has exactly {', '.join(sorted(wanted))}; see {odd}"
        )
    words = {
        field: _words(entry[field], f"{name}: {field}") if field in entry else NO_WORDS
        for field in ("title", "short", "numerator", "denominator", "unit")
    }
    goals = tuple(_goal(one, kind, name, source) for one in entry["goals"])
    return Target(id=name, kind=kind, **words, goals=_in_order(goals, name), source=source)


def _in_order(goals: Sequence[Goal], name: str) -> tuple[Goal, ...]:
    years = [goal.year for goal in goals]
    if not years or years != sorted(set(years)):
        raise TargetError(f"{name}: the years of the goals rise, and there is at least one")
    return tuple(goals)


def _goal(entry: Mapping[str, Any], kind: str, name: str, source: Source) -> Goal:
    year = entry.get("year")
    if type(year) is not int or year < source.day.year:
        raise TargetError(f"{name}: year {year!r} is no year from {source.day.year} on")
    place = f"{name}, {year}"
    clause = _words(entry.get("clause"), f"{place}: clause")
    if kind == "existence":
        if entry.keys() & {"op", "value"}:
            raise TargetError(f"{place}: what is to exist has neither op nor value")
        return Goal(year, ">=", 1, clause)
    op, value = str(entry.get("op")), entry.get("value")
    if op not in OPERATORS:
        raise TargetError(f"{place}: op {op!r} is none of {', '.join(OPERATORS)}")
    largest = (100 if op == ">=" else 99) if kind == "share" else None
    if type(value) is not int or value < 1 or (largest is not None and value > largest):
        raise TargetError(f"{place}: value {value!r} is no whole number from 1 to {largest or '…'}")
    return Goal(year, op, value, clause)


def _words(told: object, place: str) -> Words:
    if not isinstance(told, dict) or set(told) != set(LANGUAGES) or not all(told.values()):
        raise TargetError(f"{place}: words in each of {', '.join(LANGUAGES)}")
    return dict(told)
