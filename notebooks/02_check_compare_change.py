# %% [markdown]
# # Kiểm tra thiết kế, so sánh, thay đổi · Check the design, compare, measure change
# What to ask before a number and after it. It needs the example wave, as `01_estimate_a_wave.py` does.

# %%
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from estimation import (
    Calibration,
    Design,
    Overlap,
    Replicates,
    check,
    estimate_proportions,
    from_tables,
    join_waves,
    rao_scott,
    to_tables,
)
from survey import pipeline
from survey.store import Store

store = Store(Path(os.environ.get("KYNANGSO_STORE", "var/store")))
weighed = pipeline.weigh(store, "2026")
persons = pipeline.score(weighed).persons
design = Design(
    weight="w_raked",
    strata="stratum",
    psu="ea_code",
    register=weighed.weights.register,
    calibration=Calibration(variables=("stratum", "sex_age"), initial_weight="w_nr"),
)

# %% [markdown]
# ## Before any number
# Lonely PSUs, degrees of freedom of each domain, weights, item nonresponse, and the quality that each
# district will have. Nothing is refused here; it says what is doubtful, where, and what to do.

# %%
diagnosis = check(design, persons, indicators=["headline"], by="district")
diagnosis

# %% [markdown]
# ## For people
# The table and the chart in Vietnamese, with decimal commas; what is suppressed is hidden with its reason.

# %%
districts = estimate_proportions(persons, ["headline"], by="district", design=design)
districts.to_frame(locale="vi")

# %%
chart = districts.plot(target=0.60, locale="vi")
chart

# %% [markdown]
# ## Is it the same in town and country?
# Rao-Scott of second order; in R `svychisq(~headline + residence, design, statistic = "F")`.

# %%
test = rao_scott(persons, "headline", "residence", design=design)
test

# %% [markdown]
# ## Does another variance say the same?
# A rescaled bootstrap of areas, raked again in each replicate, beside the linearised variance.

# %%
again = replace(design, replicates=Replicates(kind="bootstrap", number=400, seed=2026, recalibrate=True))
whole = [estimate_proportions(persons, ["headline"], design=each) for each in (design, again)]
standard_errors = [estimates.frame["se"].item() for estimates in whole]
standard_errors

# %% [markdown]
# ## Change between waves
# There is one wave so far. A second is **invented** here: the same areas two years later, where one person
# in ten who lacked the skills has them. Each wave is kept as five small tables without persons, and the
# change is measured from those. In R: `svycontrast` on the stacked waves with `strata = ~stratum`.

# %%
rng = np.random.default_rng(2028)
learned = persons["headline"].eq(0) & (rng.random(len(persons)) < 0.1)
invented = persons.assign(headline=persons["headline"].where(~learned, 1))
tables = {
    year: to_tables(estimate_proportions(wave, ["headline"], by="district", design=design))
    for year, wave in {2026: persons, 2028: invented}.items()
}
waves = join_waves(
    {year: from_tables(kept) for year, kept in tables.items()}, overlap=Overlap(wave="wave", kind="same_psus")
)
change = waves.change(2026, 2028)
change
