"""What a release keeps of its estimates, so that a later one is compared with it without interviews."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation import Estimates, from_tables, to_tables

TABLES = ("scores", "members", "psus", "parents", "about")
BY = ("base", "breakdown", "unit")
KEPT, SCORE, MEMBERS = "of_breakdown", "score", "members"
MEMBERS_COLUMN = "__n_"


def to_frames(comparable: Mapping[str, Estimates]) -> dict[str, pd.DataFrame]:
    """Take the estimates of every breakdown apart into :data:`TABLES`, all breakdowns below each other.

    Parameters
    ----------
    comparable : mapping of breakdown to Estimates

    Returns
    -------
    dict of str to DataFrame
        Those of :func:`estimation.to_tables` with the column ``of_breakdown``, but for the frame of
        estimates, which a release holds anyway. Scores and members stand below each other with the number
        of the estimate: a column an estimate would need more space for its name than for its numbers.
        Empty where there is nothing to keep.

    Notes
    -----
    A breakdown in which an area has one or two members of a domain keeps the covariance alone, each breakdown
    for itself.
    """
    stacked: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for breakdown, estimates in comparable.items():
        tables = to_tables(estimates)
        psus = tables["psus"]
        members = [name for name in psus.columns if name.startswith(MEMBERS_COLUMN)]
        kept = {
            "scores": _stood(tables["scores"], SCORE),
            "members": _stood(psus[members], MEMBERS),
            "psus": psus.drop(columns=members),
            "parents": tables["parents"],
            "about": tables["about"],
        }
        for name, table in kept.items():
            table.insert(0, KEPT, breakdown)
            stacked[name].append(table)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in stacked.items() if tables}


def from_frames(frames: Mapping[str, pd.DataFrame], estimates: pd.DataFrame) -> dict[str, Estimates]:
    """Put the estimates of every breakdown together again.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        What :func:`to_frames` gave.
    estimates : DataFrame
        The estimates of the release in their order, lower bounds left out.

    Returns
    -------
    dict of breakdown to Estimates
        By :data:`BY`.
    """
    every = {"estimates": estimates.assign(**{KEPT: estimates["breakdown"]}), **frames}
    apart = {name: dict(tuple(table.groupby(KEPT, sort=False))) for name, table in every.items()}
    return {
        str(breakdown): _together(
            {name: _plain(parts.get(breakdown, every[name].head(0))) for name, parts in apart.items()}
        )
        for breakdown in apart["about"]
    }


def _plain(part: pd.DataFrame) -> pd.DataFrame:
    """Rows of one breakdown without its name."""
    return part.drop(columns=KEPT).reset_index(drop=True)


def _together(kept: dict[str, pd.DataFrame]) -> Estimates:
    """Estimates of one breakdown."""
    columns = len(kept["estimates"])
    members = _side_by_side(kept.pop("members")[MEMBERS], columns, prefix=MEMBERS_COLUMN)
    scores = _side_by_side(kept["scores"][SCORE], columns)
    return from_tables({**kept, "scores": scores, "psus": pd.concat([kept["psus"], members], axis="columns")})


def _stood(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Columns below each other, with the number of the column."""
    rows, columns = table.shape
    numbers = np.repeat(np.arange(columns, dtype=np.int32), rows)
    return pd.DataFrame({"estimate": numbers, name: table.to_numpy(float).ravel(order="F")})


def _side_by_side(stood: pd.Series, columns: int, *, prefix: str = "") -> pd.DataFrame:
    """Columns beside each other again."""
    values = stood.to_numpy(float).reshape(columns, -1).T
    return pd.DataFrame(values, columns=[f"{prefix}{number}" for number in range(columns)])
