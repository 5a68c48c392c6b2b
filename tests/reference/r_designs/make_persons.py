"""Draw the synthetic sample of `persons.csv`: seven strata of 2 to 30 PSUs, households and persons within.

Every answer is invented; the draw is fixed by `SEED`. Run in this folder: ``python make_persons.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SEED = 20261124
DRAWN = (2, 2, 3, 5, 8, 12, 30)  # PSUs sampled in each stratum
THERE = (9, 20, 3, 40, 24, 90, 300)  # PSUs in the population: every one of the third stratum is taken
LONELY = {("S6", "P01"): ("L1", 11), ("S7", "P01"): ("L2", 25)}  # strata of one PSU: name, PSUs there
EMPTY_PSU = ("S7", "P05")  # nobody answered `skill_some` here
FULL_PSU = ("S5", "P02")  # every household of it is in the sample


def main() -> None:
    rng = np.random.default_rng(SEED)
    psus = draw_psus(rng)
    persons = pd.DataFrame(person for psu in psus for person in draw_persons(rng, psu))
    answer(rng, persons)
    persons.drop(columns="lean").to_csv("persons.csv", index=False, lineterminator="\n")


def draw_psus(rng: np.random.Generator) -> list[dict]:
    """List the sampled PSUs with their probabilities, of unequal size within the stratum."""
    psus = []
    for number, (drawn, there) in enumerate(zip(DRAWN, THERE, strict=True), start=1):
        stratum, size = f"S{number}", rng.lognormal(sigma=0.5, size=drawn)
        chance = np.minimum(drawn / there * size / size.mean(), 0.95) if drawn < there else np.ones(drawn)
        for i in range(drawn):
            key = (stratum, f"P{i + 1:02d}")
            households = int(rng.integers(3, 13))
            alone, alone_there = LONELY.get(key, (stratum, there))
            psus.append(
                {
                    "stratum": stratum,
                    "psu": key[1],
                    "N_psu": there,
                    "pi_psu": round(chance[i], 6),
                    "stratum_lonely": alone,
                    "N_psu_lonely": alone_there,
                    "pair": len(psus) // 2 + 1,
                    "group": len(psus) % 20 + 1,
                    "region": rng.choice(["R1", "R2", "R3", "R4"], p=[0.4, 0.3, 0.2, 0.1]),
                    "households": households,
                    "N_hh": households if key == FULL_PSU else int(rng.integers(40, 151)),
                    "lean": rng.normal(scale=0.8) + 0.15 * number,
                }
            )
    return psus


def draw_persons(rng: np.random.Generator, psu: dict) -> list[dict]:
    """Take at most two persons of each sampled household of a PSU."""
    rows = []
    for household in range(1, psu["households"] + 1):
        members = int(rng.choice([1, 2, 3, 4, 5], p=[0.2, 0.3, 0.25, 0.15, 0.1]))
        taken = min(members, 2)
        chance = psu["households"] / psu["N_hh"]
        rows += [
            {name: value for name, value in psu.items() if name != "households"}
            | {
                "hh": household,
                "person": person,
                "pi_hh": round(chance, 6),
                "N_person": members,
                "weight": round(1 / (psu["pi_psu"] * chance) * members / taken, 4),
                "sex": rng.choice(["f", "m"]),
                "age": rng.choice(["15-29", "30-44", "45-59", "60+"], p=[0.3, 0.3, 0.25, 0.15]),
            }
            for person in range(1, taken + 1)
        ]
    return rows


def answer(rng: np.random.Generator, persons: pd.DataFrame) -> None:
    """Invent the answers; neighbours are alike, the young and the schooled have the skill more often."""
    n = len(persons)
    young = persons["age"].map({"15-29": 0.9, "30-44": 0.3, "45-59": -0.4, "60+": -1.5})
    school = rng.normal(size=n) + 0.5 * young + 0.4 * persons["lean"]
    persons["edu"] = np.select([school > 0.8, school > -0.4], ["high", "middle"], default="low")
    inclined = persons["lean"] - 0.7 + young + persons["edu"].map({"low": -0.6, "middle": 0.0, "high": 0.9})
    persons["skill"] = (rng.random(n) < 1 / (1 + np.exp(-inclined))).astype(int)
    persons["online"] = (rng.random(n) < 0.15 + 0.55 * persons["skill"]).astype(int)
    persons["income"] = np.round(rng.lognormal(2.0 + 0.3 * persons["skill"], 0.5), 2)
    silent = (rng.random(n) < 0.12) | (
        pd.MultiIndex.from_frame(persons[["stratum", "psu"]]).isin([EMPTY_PSU])
    )
    persons["skill_some"] = persons["skill"].astype("Int64").mask(silent)
    persons["edu_some"] = persons["edu"].mask(rng.random(n) < 0.08)
    learnt = (persons["skill"] == 0) & (rng.random(n) < 0.25)
    lost = (persons["skill"] == 1) & (rng.random(n) < 0.08)
    persons["skill_2027"] = persons["skill"] + learnt.astype(int) - lost.astype(int)
    persons["weight_2027"] = (persons["weight"] * rng.lognormal(0.02, 0.1, size=n)).round(4)
    persons["N_all"] = 120_000
    persons["N_stratum"] = persons["stratum"].map(
        {f"S{i}": 400 * there for i, there in enumerate(THERE, start=1)}
    )


if __name__ == "__main__":
    main()
