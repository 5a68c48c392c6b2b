"""A plan: what a sample of a given size, or a size that decides, can say about every domain (M13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from estimation import publication
from estimation.arrays import Floats
from estimation.intervals import interval
from estimation.planning.allocation import Rule, allocate
from estimation.planning.sample_size import (
    ERROR,
    POWER,
    Side,
    design_effect,
    effective_size_to_show,
    power_to_show,
    share_to_show,
)

TOTAL = "(total)"
LEAST_DF = 8
SIDES: tuple[Side, ...] = ("met", "not_met")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a plan rests on, before anything was measured.

    Attributes
    ----------
    take : float
        Interviews to be completed in an area.
    intraclass : float
        Intraclass correlation of the indicator within an area.
    weighting : float
        Kish effect of the weights.
    response : float
        Share of the issued households that give an interview.
    error, power : float
        Chance of a wrong verdict at the target, and of the right one at the assumed share.
    side_by_side : bool
        Whether the verdicts of the domains are read together, as `family_verdict` (M7): each then has
        `error` / domains, the first and hardest step of Holm. The total keeps `error`.
    """

    take: float = 12.0
    intraclass: float = 0.05
    weighting: float = 1.3
    response: float = 0.8
    error: float = ERROR
    power: float = POWER
    side_by_side: bool = False

    @property
    def deff(self) -> float:
        """Design effect of clustering and weights (M13)."""
        return float(design_effect(self.intraclass, self.take, weighting=self.weighting))

    def among(self, domains: int) -> Assumptions:
        """Return what holds for each of so many domains: a part of the error where they are side by side.

        Parameters
        ----------
        domains : int
            At least 1.

        Returns
        -------
        Assumptions
        """
        return replace(self, error=self.error / domains) if self.side_by_side else self

    def with_deff(self, deff: float) -> Assumptions:
        """Return the same with the weighting effect that makes the design effect `deff`.

        Parameters
        ----------
        deff : float
            For example realised in an earlier survey (M5).

        Returns
        -------
        Assumptions
            With a weighting effect of at least 1.
        """
        alone = float(design_effect(self.intraclass, self.take))
        return replace(self, weighting=max(1.0, deff / alone))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A survey that is not made yet.

    Attributes
    ----------
    frame : DataFrame, one row a domain and a last one ``(total)``
        ``domain, population, strata, areas, interviews, issued, deff, n_eff, df, share`` (assumed), ``se,
        ci_low, ci_high`` (logit limits to expect), ``half_width, quality, reason`` (NCHS).
    targets : DataFrame, one row a domain and target
        ``domain, target, power`` (of the right verdict), ``show_met, show_not_met`` (shares shown met, not
        met, with the wanted power), ``expected`` in {"met", "not_met", "undecided"}, ``interviews_needed``
        and ``areas_needed`` to decide at the assumed share (NaN where it is the target).
    assumptions : Assumptions
    """

    frame: pd.DataFrame
    targets: pd.DataFrame
    assumptions: Assumptions


def plan_sample(
    domains: pd.DataFrame,
    areas: int,
    targets: Sequence[float],
    assumptions: Assumptions,
    *,
    rule: Rule = "power",
    floor: int = 2,
) -> Plan:
    """Say what a number of areas, shared out over the domains, can decide (M13).

    Parameters
    ----------
    domains : DataFrame, one row a domain
        ``domain``; ``population`` (persons, positive); ``share`` (assumed, in (0, 1)); ``strata`` (strata
        of the sample inside the domain, 1 where absent); where known ``areas_in_frame`` (the most that can
        be drawn) and ``deff`` (realised in an earlier survey, instead of the assumed one).
    areas : int
        Areas of the whole sample.
    targets : sequence of float
        Each in (0, 1).
    assumptions : Assumptions
    rule : {"proportional", "equal", "power", "optimal"}
        How areas are shared out, see :func:`estimation.planning.allocation.allocate`; optimal takes the
        spread of the assumed shares.
    floor : int
        The least number of areas in a stratum; 2 leave a variance.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        As :func:`~estimation.planning.allocation.allocate`, and for shares or targets outside (0, 1).
    """
    told = _complete(domains)
    spread = (told["share"] * (1 - told["share"])) ** 0.5
    allocated = allocate(
        told["population"],
        areas,
        rule=rule,
        spread=spread if rule == "optimal" else None,
        floor=floor * int(told["strata"].max()),
        cap=told.get("areas_in_frame"),
    )
    return plan_of_areas(told.assign(areas=allocated), targets, assumptions)


def plan_of_areas(domains: pd.DataFrame, targets: Sequence[float], assumptions: Assumptions) -> Plan:
    """Say what a sample with these areas in each domain can decide (M13).

    Parameters
    ----------
    domains : DataFrame, one row a domain
        As for :func:`plan_sample`, with ``areas``.
    targets : sequence of float
    assumptions : Assumptions

    Returns
    -------
    Plan
    """
    told = _complete(domains)
    expected = _expected(told, assumptions)
    whole = _whole(expected)
    frame = pd.concat([expected, whole], ignore_index=True)
    frame = pd.concat([frame, _precision(frame)], axis=1)
    each = assumptions.among(len(expected))
    judged = [
        _against(part, target, held)
        for target in targets
        for part, held in ((frame.iloc[:-1], each), (frame.iloc[-1:], assumptions))
    ]
    return Plan(frame, pd.concat(judged, ignore_index=True), assumptions)


def interviews_to_show(
    share: float, target: float, assumptions: Assumptions, *, strata: int = 1, deff: float | None = None
) -> tuple[int, int]:
    """Interviews and areas that show on which side of a target a share is, with t at their own df (M13).

    Parameters
    ----------
    share, target : float
        In (0, 1), not equal.
    assumptions : Assumptions
    strata : int
        Strata of the sample; df = areas - strata, and at least 8 (M9).
    deff : float, optional
        Instead of the assumed one.

    Returns
    -------
    interviews, areas : int
        Whole areas of `take` interviews.

    Raises
    ------
    ValueError
        When the share is the target: no sample can show a side of it.
    """
    if share == target:
        raise ValueError("a share that equals its target has no side that a sample could show")

    effect = assumptions.deff if deff is None else deff

    def lacking(areas: int) -> float:
        size = effective_size_to_show(
            share, target, error=assumptions.error, power=assumptions.power, df=areas - strata
        )
        return float(size) * effect / assumptions.take - areas

    areas = strata + LEAST_DF
    while lacking(areas) > 1e-9:
        # With more areas t is smaller, so that half of what lacks is never too much for long.
        areas += max(1, int(lacking(areas) / 2))
    return int(np.ceil(areas * assumptions.take)), areas


def _complete(domains: pd.DataFrame) -> pd.DataFrame:
    told = domains.reset_index(drop=True)
    if not told["share"].between(0, 1, inclusive="neither").all():
        raise ValueError("assumed shares lie strictly between 0 and 1, for example 0.55 for 55 %")
    return told if "strata" in told else told.assign(strata=1)


def _expected(told: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    interviews = told["areas"] * assumptions.take
    deff = told["deff"] if "deff" in told else pd.Series(assumptions.deff, index=told.index)
    return pd.DataFrame(
        {
            "domain": told["domain"],
            "population": told["population"].astype(float),
            "strata": told["strata"],
            "areas": told["areas"],
            "interviews": interviews,
            "issued": np.ceil(interviews / assumptions.response - 1e-9).astype(int),
            "deff": deff,
            "n_eff": interviews / deff,
            "df": told["areas"] - told["strata"],
            "share": told["share"],
            "se": np.sqrt(told["share"] * (1 - told["share"]) * deff / interviews),
        }
    )


def _whole(expected: pd.DataFrame) -> pd.DataFrame:
    """Lay out the row of the total: domains weighted by their populations, disproportion included."""
    W = expected["population"] / expected["population"].sum()
    share = float((W * expected["share"]).sum())
    se = float(np.sqrt((W**2 * expected["se"] ** 2).sum()))
    interviews = expected["interviews"].sum()
    n_eff = share * (1 - share) / se**2
    sums = {name: expected[name].sum() for name in ("population", "strata", "areas", "issued", "df")}
    row = {
        **sums,
        "domain": TOTAL,
        "interviews": interviews,
        "deff": interviews / n_eff,
        "n_eff": n_eff,
        "share": share,
        "se": se,
    }
    return pd.DataFrame([row])[list(expected.columns)]


def _precision(frame: pd.DataFrame) -> pd.DataFrame:
    """Limits and quality to expect (M6, M9)."""
    p, se, n, df = (frame[name].to_numpy(float) for name in ("share", "se", "interviews", "df"))
    low, high = interval(p, se, n, df)
    estimates = frame.rename(columns={"share": "estimate", "interviews": "n", "areas": "n_psu"})
    graded = publication.grade(estimates.assign(cv=se / p), publication.NCHS2017, shares=True)
    return pd.DataFrame({"ci_low": low, "ci_high": high, "half_width": (high - low) / 2}).join(graded)


def _against(frame: pd.DataFrame, target: float, assumptions: Assumptions) -> pd.DataFrame:
    """Say what can be shown of every domain against one target."""
    p, size, df = (frame[name].to_numpy(float) for name in ("share", "n_eff", "df"))
    known = df > 0
    chance = np.full(len(frame), np.nan)
    chance[known] = power_to_show(p[known], target, size[known], error=assumptions.error, df=df[known])
    return pd.DataFrame(
        {
            "domain": frame["domain"],
            "target": target,
            "power": chance,
            **{f"show_{side}": _nearest(side, target, size, df, assumptions=assumptions) for side in SIDES},
            "expected": np.where(
                chance >= assumptions.power, np.where(p > target, "met", "not_met"), "undecided"
            ),
            **_needed(frame, target, assumptions),
        }
    )


def _nearest(side: Side, target: float, size: Floats, df: Floats, *, assumptions: Assumptions) -> Floats:
    """Share nearest to the target that is still shown on a side; NaN without degrees of freedom."""
    found, known = np.full(len(size), np.nan), df > 0
    found[known] = share_to_show(
        target, size[known], side, error=assumptions.error, power=assumptions.power, df=df[known]
    )
    return found


def _needed(frame: pd.DataFrame, target: float, assumptions: Assumptions) -> Mapping[str, Floats]:
    told = (frame[name].to_numpy() for name in ("share", "deff", "strata"))
    pairs = [
        interviews_to_show(float(share), target, assumptions, strata=int(strata), deff=float(deff))
        if share != target
        else (np.nan, np.nan)
        for share, deff, strata in zip(*told, strict=True)
    ]
    needed = np.array(pairs, dtype=float)
    return {"interviews_needed": needed[:, 0], "areas_needed": needed[:, 1]}
