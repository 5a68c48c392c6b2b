"""Make the invented sample that R and kynangso both weigh; the same seed, the same files."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
rng = np.random.default_rng(20261128)
n = 400
persons = pd.DataFrame(
    {
        "stratum": rng.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2]),
        "sex_age": rng.choice(["f:15", "f:40", "f:60", "m:15", "m:40", "m:60"], n),
        "size": rng.integers(1, 8, n),
        "w": np.round(rng.lognormal(4.0, 0.6, n), 3),
    }
)
persons.to_csv(HERE / "persons.csv", index=False)
total = round(float(persons["w"].sum()) * 1.05)
for variable, spread in (("stratum", 0.12), ("sex_age", 0.2)):
    sums = persons.groupby(variable)["w"].sum()
    drawn = sums * rng.uniform(1 - spread, 1 + spread, len(sums))
    whole = (drawn / drawn.sum() * total).round()
    whole.iloc[-1] += total - whole.sum()
    whole.astype(int).rename("total").to_csv(HERE / f"totals_{variable}.csv")

m = 700
households = pd.DataFrame(
    {
        "district": rng.choice(list("abcd"), m),
        "residence": rng.choice(["rural", "urban"], m, p=[0.7, 0.3]),
        "distance": np.round(rng.gamma(2.0, 4.0, m), 2),
        "w": np.round(rng.lognormal(3.0, 0.5, m), 3),
    }
)
urban, second = households["residence"].eq("urban"), households["district"].eq("b")
slope = 1.2 - 0.9 * urban - 0.05 * households["distance"] + 0.3 * second
households["responded"] = (rng.random(m) < 1 / (1 + np.exp(-slope))).astype(int)
households.to_csv(HERE / "households.csv", index=False)
