"""Other readings of the headline: other numbers of fields, without public services, with help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from survey.indicators.conditions import Condition, DefinitionError, Joined, Named, named_in
from survey.indicators.declared import Declared
from survey.indicators.definition import Definition

COMPULSORY, ANY = "compulsory", "any"


@dataclass(frozen=True, slots=True)
class Variant:
    """One reading of the headline.

    Attributes
    ----------
    rule : {"compulsory", "any"}, or the name of a declared reading
        Whether what the headline asks for beside the number of fields stays asked for, or any field will do.
        A declared reading asks for what the headline asks for, by other conditions.
    fields : int
        How many fields are asked for in all.
    condition : Condition
    """

    rule: str
    fields: int
    condition: Condition

    @property
    def name(self) -> str:
        """Name of its condition."""
        return f"variant_{self.rule}_{self.fields}"


def variants(definition: Definition, declared: Declared | None = None) -> tuple[Variant, ...]:
    """Vary the number of fields that the headline asks for, from one to all of them.

    None where the headline asks for no number of fields.

    Raises
    ------
    DefinitionError
        When a declared reading replaces a condition that the headline does not use.
    """
    compulsory = tuple(_compulsory(definition))
    if not compulsory:
        return ()
    readings = declared.readings if declared else {}
    others = (
        Variant(name, one.fields, condition)
        for name, instead in readings.items()
        for one, condition in _read_otherwise(compulsory, name, instead)
    )
    return (*compulsory, *_any(definition), *others)


def _read_otherwise(
    ones: tuple[Variant, ...], name: str, instead: Mapping[str, str]
) -> Iterator[tuple[Variant, Condition]]:
    """Put the conditions of a reading in the place of those of the headline."""
    for one in ones:
        if strange := sorted(set(instead) - set(named_in(one.condition))):
            raise DefinitionError(f"reading {name}: the headline does not use {', '.join(strange)}")
        yield one, _renamed(one.condition, instead)


def _renamed(condition: Condition, instead: Mapping[str, str]) -> Condition:
    if isinstance(condition, Named):
        return Named(instead.get(condition.name, condition.name))
    if isinstance(condition, Joined):
        return replace(condition, parts=tuple(_renamed(part, instead) for part in condition.parts))
    return condition


def _compulsory(definition: Definition) -> Iterator[Variant]:
    """Keep what the headline asks for always, and vary how many of the other fields."""
    head = definition.conditions[definition.headline.rule]
    parts = head.parts if isinstance(head, Joined) else ()
    counted = next((part for part in parts if isinstance(part, Joined) and part.word == "at_least"), None)
    if not isinstance(head, Joined) or counted is None:
        return
    always = len(parts) - 1
    for least in range(len(counted.parts) + 1):
        varied = tuple(replace(counted, least=least) if part is counted else part for part in parts)
        yield Variant(COMPULSORY, always + least, replace(head, parts=varied))


def _any(definition: Definition) -> Iterator[Variant]:
    """Ask for a number of fields, whichever they are."""
    skills = tuple(Named(f"skill_{field}") for field in definition.domains)
    for least in range(1, len(skills) + 1):
        yield Variant(ANY, least, Joined("at_least", skills, least))
