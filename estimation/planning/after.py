"""After the survey: how far from a target a share must lie for this sample to show its side (M13)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimation.estimates import Estimates
from estimation.measuring import KINDS
from estimation.planning.sample_size import ERROR, POWER, Side, share_to_show

SIDES: tuple[Side, ...] = ("met", "not_met")


def detectable(
    estimates: Estimates, targets: Sequence[float], *, error: float = ERROR, power: float = POWER
) -> pd.DataFrame:
    """Say what a finished survey could decide, from its realised effective sizes (M13).

    It asks about true shares and not about the estimates, so it does not repeat their verdicts: the power
    at the estimate itself would be the p-value in other words (Hoenig & Heisey 2001).

    Parameters
    ----------
    estimates : Estimates
        Of shares.
    targets : sequence of float
        Each in (0, 1).
    error, power : float
        As in :func:`estimation.planning.sample_size.effective_size_to_show`.

    Returns
    -------
    DataFrame, one row an estimate and target
        ``indicator``, the by-columns, ``n, n_eff, df, deff, target``; ``show_met, show_not_met``, the shares
        nearest to the target that are shown with the wanted power; ``gap_met, gap_not_met``, how far they
        lie from it. NaN without degrees of freedom, or where no share is shown so often.

    Raises
    ------
    ValueError
        For estimates that are no shares.
    """
    if not KINDS[estimates.kind].is_share:
        raise ValueError(f"a target is shown by shares; these are estimates of the kind {estimates.kind!r}")
    kept = estimates.frame[["indicator", *estimates.by, "n", "n_eff", "df", "deff"]]
    return pd.concat([_against(kept, target, error, power) for target in targets], ignore_index=True)


def _against(kept: pd.DataFrame, target: float, error: float, power: float) -> pd.DataFrame:
    size, df = (kept[name].to_numpy(float) for name in ("n_eff", "df"))
    known = (size > 0) & (df > 0)
    told = kept.assign(target=target)
    for side in SIDES:
        found = np.full(len(kept), np.nan)
        found[known] = share_to_show(target, size[known], side, error=error, power=power, df=df[known])
        told[f"show_{side}"] = found
    return told.assign(gap_met=told["show_met"] - target, gap_not_met=target - told["show_not_met"])
