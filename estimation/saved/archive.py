"""What a release keeps of its estimates, so that later comparisons are exact without a person's row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from estimation.arrays import Flags, Floats
from estimation.design import Overlap
from estimation.estimates import Estimates
from estimation.variance import Stage, Units
from estimation.variation import Linearised, Replicated, Variation

FORMAT = 1
PARENT, FRACTION, MEMBERS = "__parent", "__fraction", "__n_"


def to_tables(estimates: Estimates, *, minimum: int = 3) -> dict[str, pd.DataFrame]:
    """Take estimates apart into tables of plain columns, fit for Parquet.

    Parameters
    ----------
    estimates : Estimates
    minimum : int
        Where an estimate is :func:`disclosive`, the set is kept as :func:`covariance_only`; 1 keeps scores.

    Returns
    -------
    dict of str to DataFrame
        =============  ========================================================================
        estimates      the frame, K rows
        scores         a row a sampled unit, a replicate, or a row of the root of the covariance; a
                       column an estimate, named "0" .. "K-1"
        psus           a row a PSU: stratum and code, `__parent` (number of the stratum),
                       `__fraction`, members of every estimate `__n_0` ..
        stage_1 ...    a row a unit of a later stage: `__parent` (number of the unit outside), `__fraction`
        parents        stage and name of the parents, by number
        about          name and value (JSON) of kind, by, interval, level, side, overlap and rules
        =============  ========================================================================

    Notes
    -----
    The round trip through :func:`from_tables` is exact to the bit: covariance (M2, M11), contrast and change
    (M8), verdict (M7).
    """
    if disclosive(estimates, minimum).any():
        estimates = covariance_only(estimates)
    kind, values = _matrix(estimates.variation)
    units, counts = estimates.variation.units, estimates.variation.counts
    tables = {
        "estimates": estimates.frame,
        "scores": _numbered(values, ""),
        "psus": pd.concat(
            [
                units.psus.reset_index(drop=True),
                _stage_table(units.stages[0]),
                _numbered(counts, MEMBERS),
            ],
            axis="columns",
        ),
        "parents": pd.DataFrame(
            [(depth, name) for depth, stage in enumerate(units.stages) for name in stage.parent_names],
            columns=["stage", "name"],
        ),
        "about": _about({**_settings(estimates), "variation": kind}),
    }
    later = {f"stage_{depth}": _stage_table(stage) for depth, stage in enumerate(units.stages) if depth > 0}
    return tables | later


def from_tables(tables: Mapping[str, pd.DataFrame]) -> Estimates:
    """Put estimates together again from the tables of :func:`to_tables`.

    Parameters
    ----------
    tables : mapping of str to DataFrame

    Returns
    -------
    Estimates

    Raises
    ------
    ValueError
        For tables that are missing, or of another format.

    Notes
    -----
    Exact to the bit: covariance (M2, M11), contrast and change (M8), verdict (M7) are those before saving.
    """
    missing = [name for name in ("estimates", "scores", "psus", "parents", "about") if name not in tables]
    if missing:
        raise ValueError(f"no tables {missing} among {list(tables)}; give all that to_tables() returned")
    listed = tables["about"]
    about = {name: json.loads(value) for name, value in zip(listed["name"], listed["value"], strict=True)}
    if about["format"] != FORMAT:
        raise ValueError(f"tables of format {about['format']}; this version reads format {FORMAT}")
    psus = tables["psus"]
    members = [name for name in psus.columns if name.startswith(MEMBERS)]
    units = Units(
        stages=tuple(_stage(tables, depth) for depth in range(about["stages"])),
        lonely=about["lonely"],
        lonely_domain=about["lonely_domain"],
        psus=psus.drop(columns=[PARENT, FRACTION, *members]),
    )
    return Estimates(
        frame=tables["estimates"],
        kind=about["kind"],
        by=tuple(about["by"]),
        variation=_variation(about, _array(tables["scores"]), _array(psus[members]), units),
        interval=about["interval"],
        level=about["level"],
        side=about["side"],
        overlap=None if about["overlap"] is None else Overlap(**about["overlap"]),
    )


def disclosive(estimates: Estimates, minimum: int = 3) -> Flags:
    """Tell which estimates have a PSU with fewer than `minimum` members, but not none.

    The score of a PSU is the sum of w (y - p)/W over its members. Whoever knows p, W and about what a weight
    is learns from it how many members were sampled there and how many of them hold the property: of a single
    one the answer itself, of two that answer alike the answer of both. The count guards against that. It does
    not guard where all of many members answer alike, nor against the difference of two stored domains (a
    district less its men is its women). So scores stay where microdata may stay, with those who publish; the
    count is the second lock, not the first. A PSU without a member has the score 0, which says only that.
    Replicates of a jackknife tell the same as scores, and the same rule holds for them.

    With several stages the scores are those of single households or persons: every estimate counts as
    disclosive, and so it does where each row is its own PSU.

    Parameters
    ----------
    estimates : Estimates
    minimum : int
        Members of a domain that a PSU must hold, 3 by the usual rule of official statistics; 1 = no rule.

    Returns
    -------
    ndarray of bool, shape (K,)

    Notes
    -----
    Source: Hundepool et al. (2012) Statistical Disclosure Control §5.2, the threshold rule.
    """
    counts = estimates.variation.counts
    if minimum <= 1:
        return np.zeros(counts.shape[1], dtype=bool)
    if len(estimates.variation.units.stages) > 1:
        return np.asarray((counts > 0).any(axis=0))
    return np.asarray(((counts > 0) & (counts < minimum)).any(axis=0))


def covariance_only(estimates: Estimates) -> Estimates:
    """Replace the scores by a root of the covariance matrix, in which no PSU can be seen.

    Every comparison within the set stays exact to rounding, and so does a change between independent waves.
    What is lost is the match of PSUs with another wave: a change under `same_psus` or `panel` needs scores,
    or persons. Which PSU holds a member of which domain stays, for the degrees of freedom; how many does not.
    With the rules `average` and `lonely_domain` a contrast takes each domain's own share of lonely PSUs.

    Parameters
    ----------
    estimates : Estimates

    Returns
    -------
    Estimates
        The same frame; values R of shape (at most K, K) with R'R the covariance matrix (M2).
    """
    variation = estimates.variation
    spread = variation.deviations()
    known = np.flatnonzero(~np.isnan(spread).any(axis=0))
    root = np.linalg.qr(spread[:, known], mode="r")
    values = np.full((len(root), spread.shape[1]), np.nan)
    values[:, known] = root
    declared = variation.declared_df if isinstance(variation, Replicated) else None
    held = (variation.counts > 0).astype(float)
    return replace(estimates, variation=Replicated(values, held, variation.units, declared))


def _matrix(variation: Variation) -> tuple[str, Floats]:
    """Name the kind of a variation and give what it stores."""
    if isinstance(variation, Linearised):
        return "linearised", variation.scores
    if isinstance(variation, Replicated):
        return "replicated", variation.values
    raise TypeError(f"cannot keep a variation of type {type(variation).__name__}")


def _variation(about: Mapping[str, Any], values: Floats, counts: Floats, units: Units) -> Variation:
    """Make the variation that was stored."""
    if about["variation"] == "linearised":
        return Linearised(values, counts, units)
    return Replicated(values, counts, units, about["declared_df"])


def _settings(estimates: Estimates) -> dict[str, Any]:
    """Everything of estimates that is no table."""
    overlap, units = estimates.overlap, estimates.variation.units
    declared = estimates.variation.declared_df if isinstance(estimates.variation, Replicated) else None
    return {
        "format": FORMAT,
        "kind": estimates.kind,
        "by": list(estimates.by),
        "interval": estimates.interval,
        "level": estimates.level,
        "side": estimates.side,
        "overlap": None if overlap is None else {"wave": overlap.wave, "kind": overlap.kind},
        "stages": len(units.stages),
        "lonely": units.lonely,
        "lonely_domain": units.lonely_domain,
        "declared_df": declared,
    }


def _about(settings: Mapping[str, Any]) -> pd.DataFrame:
    """Write settings as a table of names and JSON."""
    values = [json.dumps(value, ensure_ascii=False) for value in settings.values()]
    return pd.DataFrame({"name": list(settings), "value": values}, dtype="str")


def _stage_table(stage: Stage) -> pd.DataFrame:
    return pd.DataFrame({PARENT: stage.parent, FRACTION: stage.fraction})


def _stage(tables: Mapping[str, pd.DataFrame], depth: int) -> Stage:
    """Read one stage."""
    table = tables["psus" if depth == 0 else f"stage_{depth}"]
    parents = tables["parents"]
    return Stage(
        parent=table[PARENT].to_numpy(np.intp),
        fraction=table[FRACTION].to_numpy(float),
        parent_names=tuple(parents.loc[parents["stage"] == depth, "name"]),
    )


def _numbered(values: Floats, prefix: str) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"{prefix}{index}" for index in range(values.shape[1])])


def _array(table: pd.DataFrame) -> Floats:
    """Columns as one block, its rows together as they were when the estimates were made."""
    return np.ascontiguousarray(table.to_numpy(float))
