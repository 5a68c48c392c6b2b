"""Other readings of the headline: more or fewer fields, with or without public services among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from survey.indicators.conditions import Condition, Joined, Named
from survey.indicators.definition import Definition

COMPULSORY, ANY = "compulsory", "any"


@dataclass(frozen=True, slots=True)
class Variant:
    """One reading of the headline.

    Attributes
    ----------
    rule : {"compulsory", "any"}
        Whether what the headline asks for beside the number of fields stays asked for, or any field will do.
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


def variants(definition: Definition) -> tuple[Variant, ...]:
    """Vary the number of fields that the headline asks for, from one to all of them.

    None where the headline asks for no number of fields.
    """
    compulsory = tuple(_compulsory(definition))
    return (*compulsory, *_any(definition)) if compulsory else ()


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
