"""How often the 95 % interval covers, and how often a verdict is wrong, in simulated surveys.

The population is a model, so that the true share p is known exactly and every sample is a new one:

- Strata of unequal size and unequal sample: population shares and sampled PSUs as in `PLANS`.
- Person k of PSU i in stratum h has the skill with probability expit(a + s_h - 0.25 (m_k - 2.5) + sigma u_i);
  s_h runs evenly from -0.4 to 0.4, u_i is standard normal, m_k is the size of the household, 1 to 5.
- Each PSU gives 12 to 24 interviews. A person weighs (population share of the stratum)/(its sampled PSUs)
  x m_k x exp(s v_i); v_i is standard normal with correlation r to u_i. The models of the weights (`MODELS`):
  `pps` s = 0.25, r = 0 (probabilities by size with sizes out of date, as in the survey this is built for);
  `informative` s = 0.4, r = -0.3 (places with less skill weigh more: harder than usual);
  `even` s = 0 (all households of a stratum have the same chance: easier than usual).
- a makes the weighted share of the population equal p; sigma makes the intraclass correlation 0.05.

Nothing in the models is fitted to the outcome. Every sample is one value of the column `sample`; strata are
crossed with it, so that the samples share nothing and the public functions do all the work at once.

Run: ``python benchmarks/coverage.py [--samples 10000] [--seed 1]``; writes ``benchmarks/coverage.csv``.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special

from estimation import Design, Estimates, estimate_proportions
from estimation.intervals import interval

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
HOUSEHOLD_SIZES = np.array([1, 2, 3, 4, 5])
HOUSEHOLD_SHARES = np.array([0.15, 0.25, 0.25, 0.20, 0.15])
INTERVIEWS = (12, 24)
INTRACLASS = 0.05
ROWS_AT_ONCE = 60_000
DESIGN = Design(weight="weight", strata=("sample", "stratum"), psu="psu")


@dataclass(frozen=True)
class Plan:
    """Strata of a survey: their shares of the population and their sampled PSUs."""

    shares: tuple[float, ...]
    sampled: tuple[int, ...]

    @property
    def psus(self) -> int:
        """Sampled PSUs."""
        return sum(self.sampled)

    @property
    def effects(self) -> np.ndarray:
        """Effect of each stratum on the logit scale, shape (H,)."""
        return np.linspace(-0.4, 0.4, len(self.shares))


PLANS = (
    Plan((0.2, 0.3, 0.5), (2, 2, 4)),
    Plan((0.1, 0.2, 0.3, 0.4), (2, 2, 3, 5)),
    Plan((0.1, 0.2, 0.3, 0.4), (2, 3, 5, 10)),
    Plan((0.05, 0.15, 0.2, 0.25, 0.35), (2, 4, 7, 10, 17)),
)


@dataclass(frozen=True)
class Model:
    """How the weights of PSUs spread on the log scale, and their correlation to the skill of the PSU."""

    spread: float
    correlation: float


MODELS = {"pps": Model(0.25, 0.0), "informative": Model(0.4, -0.3), "even": Model(0.0, 0.0)}


@dataclass(frozen=True)
class Population:
    """Intercept and spread of PSUs that give a share its value and its intraclass correlation."""

    intercept: float
    sigma: float


def fit_population(plan: Plan, model: Model, share: float) -> Population:
    """Find the population in which exactly `share` have the skill, by Gauss-Hermite quadrature."""

    def gap(parameters: Sequence[float]) -> list[float]:
        mean, correlation = _moments(plan, model, Population(*parameters))
        return [special.logit(mean) - special.logit(share), 10 * (correlation - INTRACLASS)]

    found = optimize.root(gap, [special.logit(share), 0.6], tol=1e-12)
    if not found.success:
        raise RuntimeError(f"no population for p = {share}: {found.message}")
    return Population(*found.x)


def _moments(plan: Plan, model: Model, population: Population) -> tuple[float, float]:
    """Share of the population, and variance of PSU shares over p(1-p) within strata."""
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    weight = weight / weight.sum()
    members = HOUSEHOLD_SHARES * HOUSEHOLD_SIZES / (HOUSEHOLD_SHARES * HOUSEHOLD_SIZES).sum()
    tilted = node + model.correlation * model.spread  # u under weights exp(s v)
    by_size = -0.25 * (HOUSEHOLD_SIZES - 2.5)
    inclined = population.intercept + plan.effects[:, None, None] + by_size[:, None]
    chance = special.expit(inclined + population.sigma * tilted)  # stratum, household size, node
    psu = np.einsum("hmq,m->hq", chance, members)
    stratum = psu @ weight
    between = ((psu - stratum[:, None]) ** 2) @ weight
    mean = float(np.dot(plan.shares, stratum))
    return mean, float(np.dot(plan.shares, between)) / (mean * (1 - mean))


def draw_samples(
    plan: Plan, model: Model, populations: Sequence[Population], *, samples: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw independent samples of one plan; column ``y0``, ``y1`` ... for each population.

    Parameters
    ----------
    plan : Plan
    model : Model
    populations : sequence of Population
        The same persons are asked in each of them.
    samples : int
        Number of samples, numbered in the column ``sample``.
    rng : Generator

    Returns
    -------
    DataFrame
        One row a person: sample, stratum, psu, weight and the answers.
    """
    stratum = np.tile(np.repeat(np.arange(len(plan.sampled)), plan.sampled), samples)
    psus = len(stratum)
    u = rng.standard_normal(psus)
    r = model.correlation
    v = r * u + np.sqrt(1 - r**2) * rng.standard_normal(psus)
    row = np.repeat(np.arange(psus), rng.integers(INTERVIEWS[0], INTERVIEWS[1] + 1, size=psus))
    members = rng.choice(HOUSEHOLD_SIZES, p=HOUSEHOLD_SHARES, size=len(row))
    base = np.array(plan.shares) / np.array(plan.sampled)
    persons = {
        "sample": row // plan.psus,
        "stratum": stratum[row],
        "psu": row,
        "weight": 1000 * base[stratum[row]] * members * np.exp(model.spread * v[row]),
    }
    inclined = plan.effects[stratum[row]] - 0.25 * (members - 2.5)
    for number, population in enumerate(populations):
        chance = special.expit(population.intercept + inclined + population.sigma * u[row])
        persons[f"y{number}"] = (rng.random(len(row)) < chance).astype(float)
    return pd.DataFrame(persons)


def estimate_samples(
    plan: Plan, model: Model, shares: Sequence[float], *, samples: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate every share in every sample and judge it against its true value.

    Returns
    -------
    DataFrame, samples x shares rows
        The frame of the estimates with ``share`` (the truth) and ``verdict`` at the target T = truth.
    """
    populations = [fit_population(plan, model, share) for share in shares]
    at_once = max(1, ROWS_AT_ONCE // (plan.psus * INTERVIEWS[1]))
    parts = []
    for start in range(0, samples, at_once):
        persons = draw_samples(plan, model, populations, samples=min(at_once, samples - start), rng=rng)
        names = [f"y{number}" for number in range(len(shares))]
        estimates = estimate_proportions(persons, names, by="sample", design=DESIGN)
        parts += [_judge(estimates, name, share) for name, share in zip(names, shares, strict=True)]
    return pd.concat(parts, ignore_index=True)


def _judge(estimates: Estimates, name: str, share: float) -> pd.DataFrame:
    """Rows of one indicator with the verdict at the true share."""
    judged = estimates.against(share)
    return judged[judged["indicator"] == name].assign(share=share)


def covers(frame: pd.DataFrame, low: str = "ci_low", high: str = "ci_high") -> pd.Series:
    """Whether each interval holds the true share; a missing interval does not."""
    return (frame[low] <= frame["share"]) & (frame["share"] <= frame[high])


def with_normal_quantile(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the limits of the same estimates with z in place of t at the domain's df."""
    p, se, n = (frame[name].to_numpy(float) for name in ("estimate", "se", "n"))
    low, high = interval(p, se, n, np.full(len(p), 1e9))
    return frame.assign(z_low=low, z_high=high)


def summarise(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """One row a true share: rates over the samples."""
    frame = with_normal_quantile(frame)
    rates = pd.DataFrame(
        {
            "share": frame["share"],
            "samples": 1.0,
            "n": frame["n"],
            "df": frame["df"],
            "deff": frame["deff"],
            "bias": frame["estimate"] - frame["share"],
            "coverage": covers(frame),
            "false_met": frame["verdict"] == "met",
            "false_not_met": frame["verdict"] == "not_met",
            "no_interval": frame["ci_low"].isna(),
            "width": frame["ci_high"] - frame["ci_low"],
            "suppressed": frame["quality"] == "suppress",
            "coverage_normal": covers(frame, "z_low", "z_high"),
        }
    ).astype(float)
    counted = rates.groupby("share")["samples"].sum()
    table = rates.groupby("share").mean().assign(samples=counted.astype(int)).reset_index()
    table.insert(0, "psus", plan.psus)
    return table.assign(
        coverage_error=simulation_error(0.95, counted), verdict_error=simulation_error(0.025, counted)
    )


def simulation_error(rate: float, samples: pd.Series | int) -> np.ndarray:
    """Give the standard error of a simulated rate."""
    return np.sqrt(rate * (1 - rate) / np.asarray(samples, dtype=float))


def main() -> None:
    """Simulate every plan, print the table and write it beside this file."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--samples", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    tables = []
    for number, (name, plan) in enumerate((name, plan) for name in MODELS for plan in PLANS):
        rng = np.random.default_rng([asked.seed, number])
        frame = estimate_samples(plan, MODELS[name], SHARES, samples=asked.samples, rng=rng)
        tables.append(summarise(frame, plan).assign(seed=asked.seed))
        tables[-1].insert(0, "model", name)
        print(tables[-1].round(4).to_string(index=False), flush=True)
    table = pd.concat(tables, ignore_index=True)
    table.round(5).to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(
        f"{asked.samples} samples a row, seed {asked.seed}, {platform.processor() or platform.machine()}, "
        f"Python {platform.python_version()}; simulation error (1 s.e.) "
        f"{100 * simulation_error(0.95, asked.samples):.2f} points of coverage, "
        f"{100 * simulation_error(0.025, asked.samples):.2f} of a false verdict"
    )


if __name__ == "__main__":
    main()
