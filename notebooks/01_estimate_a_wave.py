# %% [markdown]
# # Ước lượng một đợt điều tra · Estimate a wave
# From the store to the table in twenty lines. Run `python3 run.py` or `kynangso demo` once before: it fills
# the store with the example wave, which is simulated. `KYNANGSO_STORE` names another store.

# %%
import os
from pathlib import Path

from estimation import Calibration, Design, estimate_proportions
from survey import pipeline
from survey.store import Store

store = Store(Path(os.environ.get("KYNANGSO_STORE", "var/store")))

# %% [markdown]
# ## Weigh
# The microdata are rebuilt from the stored cells, every issued household gets its final disposition, and the
# usable interviews are weighted: base, nonresponse, raked.

# %%
weighed = pipeline.weigh(store, "2026")
persons = pipeline.score(weighed).persons
persons[["w_base", "w_nr", "w_raked"]].describe()

# %% [markdown]
# ## Estimate
# Areas drawn in strata, all of them counted (also one without interviews), raked weights with their residual
# variance. In R: `svydesign(ids = ~ea_code, strata = ~stratum, weights = ~w_nr)`, then
# `calibrate(..., calfun = "raking")`.

# %%
design = Design(
    weight="w_raked",
    strata="stratum",
    psu="ea_code",
    register=weighed.weights.register,
    calibration=Calibration(variables=("stratum", "sex_age"), initial_weight="w_nr"),
)
province = estimate_proportions(persons, ["headline", "strict"], design=design)
districts = estimate_proportions(persons, ["headline"], by="district", design=design)
province.frame

# %% [markdown]
# ## Judge
# Against 60 %; the family verdict holds its error rate over all districts shown together.

# %%
verdicts = districts.against(0.60)
verdicts[["district", "n", "estimate", "ci_low", "ci_high", "quality", "verdict", "family_verdict"]]

# %% [markdown]
# ## Compare two districts
# A difference with its own interval: never read it off two overlapping bars.

# %%
difference = districts.contrast({("headline", "689"): 1, ("headline", "696"): -1})
difference
