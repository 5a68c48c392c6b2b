"""The fields of services in a release: the steps of each, what can be told apart, and the barriers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

FIGURES = (
    "n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high", "df", "deff", "cv", "quality", "reason",
)  # fmt: skip
# Table -> its columns, in the order in which a reader meets them.
TABLES: Mapping[str, tuple[str, ...]] = {
    "levels": ("level", "vi", "en", "meaning_vi", "meaning_en"),
    "funnel": ("field", "level", "indicator", "base", "breakdown", "unit", *FIGURES),
    "pairs": (
        "level", "breakdown", "unit", "a", "b", "estimate", "se", "ci_low", "ci_high", "df", "t", "p_value",
        "holm_p", "quality", "apart",
    ),
    "barriers": ("field", "code", "vi", "en", "breakdown", "unit", *FIGURES),
    "asked": ("field", "breakdown", "unit", "asked", "answered"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class FieldReport:
    """What a release says of every field of services, as tidy frames; shares in 0..1.

    Attributes
    ----------
    source : bytes
        The file that declares the steps.
    levels : DataFrame, one row a step
        Its words.
    funnel : DataFrame, one row a field, step and unit
        Share of the base of the headline, also where an estimate of the release has the same number.
    pairs : DataFrame, one row a step, unit and two fields
        a - b, of the family of all pairs of the step in the unit (M8); ``apart`` where fields can be told
        apart.
    barriers : DataFrame, one row a field, main reason and unit
        Share of those who were asked and answered (not of the population); don't know is an answer.
    asked : DataFrame, one row a field and unit
        Interviews that were asked for the reason, and those of them that answered.
    """

    source: bytes
    levels: pd.DataFrame
    funnel: pd.DataFrame
    pairs: pd.DataFrame
    barriers: pd.DataFrame
    asked: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name."""
        return {name: getattr(self, name) for name in TABLES}


def from_frames(frames: Mapping[str, pd.DataFrame], source: bytes) -> FieldReport:
    """Put the tables of a report together again."""
    return FieldReport(source, **{name: frames[name] for name in TABLES})
