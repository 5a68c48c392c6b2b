"""From the interviews of the wave to its estimates and verdicts: equal to R survey 4.5."""

import pandas as pd
import pytest

from estimation import Calibration, Design, estimate_proportions
from survey.indicators import score
from survey.weights import weigh

TOLERANCE = 1e-8
WEIGHTS = {"base": "w_base", "nr": "w_nr", "raked": "w_raked"}
BREAKDOWNS = {"district": "district", "residence": "residence", "sex": "sex", "age": "age_group"}
ALWAYS = {"n": "n", "n_psu": "n_psu", "df": "df", "estimate": "p"}
COLUMNS = {
    (False, "logit"): {
        "se": "se",
        "ci_low": "logit_low",
        "ci_high": "logit_high",
        "n_eff": "n_eff",
        "deff": "deff_r",
    },
    (False, "korn_graubard"): {"ci_low": "kg_low", "ci_high": "kg_high"},
    (True, "logit"): {"se": "se_all_sampled_psu", "ci_low": "all_logit_low", "ci_high": "all_logit_high"},
    (True, "korn_graubard"): {"ci_low": "all_kg_low", "ci_high": "all_kg_high", "n_eff": "all_n_eff"},
}


@pytest.fixture(scope="module")
def wave(reference_fieldwork, reference, binh_phuoc, definition):
    """Weighted persons with their scores, and the register of sampled areas."""
    weights = weigh(reference_fieldwork, reference("sample_eas"), binh_phuoc.raking_margins())
    persons = weights.persons.join(score(weights.persons, definition, 2026))
    return persons, weights.register


@pytest.fixture(scope="module")
def expected(reference):
    table = reference("reference_estimates").set_index(["weights", "indicator", "domain"])
    return table.astype(float)


def design_of(weights, register):
    calibrated = Calibration(variables=("stratum", "sex_age"), initial_weight="w_nr")
    return Design(
        weight=WEIGHTS[weights],
        strata="stratum",
        psu="ea_code",
        register=register,
        calibration=calibrated if weights == "raked" else None,
    )


def estimated(persons, design, interval):
    """Every reference domain and indicator in one table, under the names of the reference."""
    indicators = [name for name in persons if name.startswith("skill_")]
    indicators += ["headline", "strict", "lenient", "know_all", "use12_ps_self"]
    tables = []
    for by in (None, *BREAKDOWNS):
        for names, where, suffix in ((indicators, None, ""), (["headline"], "base_working", "_working")):
            column = None if by is None else BREAKDOWNS[by]
            found = estimate_proportions(
                persons, names, design=design, by=column, interval=interval, where=where
            ).frame
            domain = "province" if by is None else by + ":" + found[column].astype("str")
            tables.append(found.assign(indicator=found["indicator"] + suffix, domain=domain))
    return pd.concat(tables).set_index(["indicator", "domain"])


@pytest.mark.parametrize(("with_register", "interval"), list(COLUMNS), ids=str)
@pytest.mark.parametrize("weights", list(WEIGHTS))
def test_estimates_equal_the_reference(wave, expected, weights, with_register, interval):
    persons, register = wave
    seen = estimated(persons, design_of(weights, register if with_register else None), interval)
    wanted = expected.loc[weights]
    assert len(seen) == len(wanted) == 240
    for column, name in (ALWAYS | COLUMNS[with_register, interval]).items():
        values = seen.loc[wanted.index, column].to_numpy(float)
        assert values == pytest.approx(wanted[name].to_numpy(), rel=TOLERANCE, nan_ok=True), column


@pytest.mark.parametrize("target", [0.6, 0.8])
@pytest.mark.parametrize("by", [None, "district"])
def test_verdicts_equal_the_reference(wave, reference, by, target):
    persons, register = wave
    estimates = estimate_proportions(persons, "headline", design=design_of("raked", register), by=by)
    seen = estimates.against(target, op=">" if target == 0.8 else ">=")
    wanted = reference("reference_verdicts")
    wanted = wanted[
        (wanted["target"].astype(float) == target) & (wanted["domain"].eq("province") == (by is None))
    ]
    if by is not None:
        assert ("district:" + seen[by].astype("str")).tolist() == wanted["domain"].tolist()
    for column in ("quality", "reason", "verdict", "family_verdict"):
        assert seen[column].fillna("").tolist() == wanted[column].tolist(), column
    for column in ("confidence_met", "holm_p_met", "holm_p_not_met"):
        values = wanted[column].astype(float).to_numpy()
        assert seen[column].to_numpy(float) == pytest.approx(values, rel=TOLERANCE, abs=1e-15), column
