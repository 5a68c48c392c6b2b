"""Estimates of any columns of scored persons, for tables that a release holds beside its published shares."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from estimation import Estimates, estimate_proportions
from survey.scored import PROVINCE, Scored


def estimated(scored: Scored, columns: Sequence[str], breakdown: str = PROVINCE) -> Estimates:
    """Estimate shares by one breakdown on the design of the wave; a missing score is outside the domain."""
    whole = breakdown == PROVINCE
    return estimate_proportions(
        scored.persons,
        list(columns),
        design=scored.design,
        by=None if whole else breakdown,
        levels=None if whole else scored.units(breakdown),
        interval=scored.interval,
    )


def beside(scored: Scored, scores: Mapping[str, pd.Series], *kept: str) -> Scored:
    """Scored persons with other scores in place of their own: their design, some columns, and these."""
    own = scored.persons[list(dict.fromkeys((*scored.design.columns, *kept)))]
    return replace(scored, persons=pd.concat([own, pd.DataFrame(scores, index=own.index)], axis=1))


def in_units(frame: pd.DataFrame, breakdown: str) -> pd.DataFrame:
    """Name breakdown and unit of every row of a table that is by one breakdown."""
    unit = PROVINCE if breakdown == PROVINCE else frame[breakdown].astype("str")
    return frame.assign(breakdown=breakdown, unit=unit)
