"""The definition in a release: its words, its examples worked out, and what other readings would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from survey.field_report import FIGURES

# Table -> its columns, in the order in which a reader meets them.
TABLES: Mapping[str, tuple[str, ...]] = {
    "questions": ("question", "vi", "en"),
    "answers": ("question", "code", "vi", "en"),
    "examples": ("example", "condition", "verdict"),
    "variants": ("rule", "fields", "base", "published", *FIGURES),
    "treatments": ("treatment", *FIGURES),
    "undetermined": ("indicator", "base", "members", "undetermined"),
    "versions": ("version", "date", "status", "sha256", "vi", "en"),
    "open": ("version", "vi", "en"),
}


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionReport:
    """What an official asks of a definition, as tidy frames; shares in 0..1.

    Attributes
    ----------
    questions, answers : DataFrame
        Words of the form for every question and code that the definition reads.
    examples : DataFrame, one row an invented person of the definition and condition
        ``example`` counts from 1; ``verdict`` yes, no or unknown.
    variants : DataFrame, one row a rule, number of fields and base
        The headline read otherwise, for the whole territory; ``published`` marks the headline itself. No goal
        was set for the others, so there are no verdicts. On a base that also holds persons who were not
        asked the row is a lower bound.
    treatments : DataFrame
        The headline with the undetermined outside (published), all counted as no, all counted as yes.
    undetermined : DataFrame, one row a condition and base
        Usable interviews of the base, and those of them whose answers do not settle the condition.
    versions, open : DataFrame
        Versions recorded beside the definition, and what is to be decided before approval.
    """

    questions: pd.DataFrame
    answers: pd.DataFrame
    examples: pd.DataFrame
    variants: pd.DataFrame
    treatments: pd.DataFrame
    undetermined: pd.DataFrame
    versions: pd.DataFrame
    open: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name."""
        return {name: getattr(self, name) for name in TABLES}


def from_frames(frames: Mapping[str, pd.DataFrame]) -> DefinitionReport:
    """Put the tables of a report together again."""
    return DefinitionReport(**{name: frames[name] for name in TABLES})
