"""Every design of the R script in `tests/reference/r_designs`, and every declared difference to R."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from estimation import (
    Calibration,
    Design,
    Estimates,
    LonelyPsuError,
    Overlap,
    Replicates,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
)
from estimation.association import rao_scott

FOLDER = Path(__file__).parents[1] / "reference" / "r_designs"
R = json.loads((FOLDER / "designs.json").read_text(encoding="utf-8"))
EXACT = 1e-10
ITERATED = 1e-8  # R fits the limits of svyciprop(method = "logit") by iteration
R_METHODS = {
    "xlogit": ("logit", EXACT),
    "logit": ("logit", ITERATED),
    "beta": ("beta", EXACT),
    "mean": ("wald", EXACT),
}
STRATIFIED: dict[str, Any] = {"weight": "weight", "strata": "stratum", "psu": "psu"}
THREE_STAGES = {**STRATIFIED, "ssu": ("hh", "person"), "fpc": ("N_psu", "N_hh", "N_person")}
TWO_STAGES = {**STRATIFIED, "ssu": "hh", "fpc": ("N_psu", "N_hh")}
ALONE = {**STRATIFIED, "strata": "stratum_lonely"}
ALONE_FPC = {**ALONE, "ssu": "hh", "fpc": ("N_psu_lonely", "N_hh")}
CATEGORIES = {"post_stratified": ("sex_age",), "post_calibrated": ("sex_age",)}
NUMBERS = {"greg": ("N_person", "income"), "logit": ("N_person",)}
KINDS = {"subbootstrap": "bootstrap"}
BY = {"brr": "age", "fay": "age", "bootstrap": "age"}  # every replicate holds every age
REPLICATED_STRATA = {"brr": "pair", "fay": "pair", "jk1": None}


@dataclass(frozen=True)
class Case:
    """A design of ours beside what R says of the same one."""

    path: tuple[str, ...]
    design: dict[str, Any]
    y: str = "skill"
    by: str = "region"
    skip: frozenset[str] = frozenset()  # declared differences: see the README of the folder

    @property
    def golden(self) -> dict[str, Any]:
        found = R
        for step in self.path:
            found = found[step]
        return found

    @property
    def persons(self) -> pd.DataFrame:
        return persons(self.path[1] if self.path[0] == "replicates" else None)

    def __str__(self) -> str:
        return "-".join(self.path)


def calibrated(name: str, **design: Any) -> dict[str, Any]:
    """The design whose weights were fitted to known totals by R, in the column `name`."""
    fitted = Calibration(
        variables=CATEGORIES.get(name, ("sex", "age")), numbers=NUMBERS.get(name, ()), initial_weight="weight"
    )
    return {**STRATIFIED, **design, "weight": name, "calibration": fitted}


def replicated(name: str, centre: str, *, combined: bool) -> dict[str, Any]:
    """The design with the replicate weights that R made."""
    number = len(R["replicates"][name]["rscales"])
    own = name in {"bootstrap", "subbootstrap"}
    given = Replicates(
        kind=KINDS.get(name, name),
        columns=[f"{'w' if combined else 'r'}{i}" for i in range(1, number + 1)],
        scale=R["replicates"][name]["scale"] if own else None,
        rscales=R["replicates"][name]["rscales"] if name == "jkn" else (),
        fay=0.3 if name == "fay" else 0.0,
        centre=centre,
        combined=combined,
    )
    design = {**STRATIFIED, "strata": REPLICATED_STRATA.get(name, "stratum"), "replicates": given}
    return {**design, "psu": "group"} if name == "jk1" else design


def refitted(name: str) -> dict[str, Any]:
    return {**calibrated(name), "replicates": Replicates(kind="jkn", recalibrate=True)}


LONELY = [
    Case(("lonely", rule, stages), {**design, "lonely": rule}, skip=frozenset({skip}))
    for rule, skip in (("adjust", "totals"), ("average", "covariance"), ("certainty", ""))
    for stages, design in (("one_stage", ALONE), ("two_stages_fpc", ALONE_FPC))
]
LONELY_DOMAIN = [
    Case(("lonely_domain", rule, which), {**design, "lonely": rule, "lonely_domain": True}, skip=skip)
    for rule, which, design, skip in (
        ("adjust", "one_stage", ALONE, frozenset({"covariance", "totals"})),
        ("adjust", "no_lonely_stratum", STRATIFIED, frozenset({"covariance"})),
        ("average", "one_stage", ALONE, frozenset({"covariance"})),
        ("average", "no_lonely_stratum", STRATIFIED, frozenset({"covariance"})),
    )
]
CALIBRATED = [
    *(
        Case(("calibrated", name), calibrated(name))
        for name in ("post_stratified", "post_calibrated", "raked", "greg", "logit")
    ),
    Case(("calibrated", "raked_missing"), calibrated("raked"), y="skill_some"),
    Case(("calibrated", "raked_fpc_2"), calibrated("raked", ssu="hh", fpc=("N_psu", "N_hh"))),
]
REPLICATED = [
    Case(("replicates", name, centre), replicated(name, centre, combined=combined), by=BY.get(name, "region"))
    for name in R["replicates"]
    for centre, combined in (("estimate", True), ("mean", False))
]
CASES = [
    Case(("designs", "base"), STRATIFIED),
    Case(("designs", "base_by_age"), STRATIFIED, by="age"),
    Case(("designs", "missing"), STRATIFIED, y="skill_some"),
    Case(("designs", "no_strata"), {"weight": "weight", "psu": "psu_code"}),
    Case(("designs", "weights_only"), {"weight": "weight"}),
    Case(("designs", "no_psu"), {"weight": "weight", "strata": "stratum"}),
    Case(("designs", "weights_only_fpc"), {"weight": "weight", "fpc": "N_all"}),
    Case(("designs", "no_psu_fpc"), {"weight": "weight", "strata": "stratum", "fpc": "N_stratum"}),
    Case(("designs", "fpc_1"), {**STRATIFIED, "fpc": "N_psu"}),
    Case(("designs", "fpc_2"), TWO_STAGES),
    Case(("designs", "fpc_2_missing"), TWO_STAGES, y="skill_some"),
    Case(("designs", "fpc_3"), THREE_STAGES),
    Case(("designs", "brewer_1"), {**STRATIFIED, "fpc": "pi_psu", "pps": "brewer"}),
    Case(("designs", "brewer_2"), {**TWO_STAGES, "fpc": ("pi_psu", "pi_hh"), "pps": "brewer"}),
    *LONELY,
    *LONELY_DOMAIN,
    *CALIBRATED,
    *REPLICATED,
    *(Case(("refitted", name), refitted(name)) for name in R["refitted"]),
]


def holding(quantity: str) -> list[Case]:
    return [case for case in CASES if quantity not in case.skip]


@cache
def persons(replicates: str | None = None) -> pd.DataFrame:
    """The sample with the weights that R fitted; on request with the replicate weights of one kind."""
    sample = pd.read_csv(FOLDER / "persons.csv")
    sample["psu_code"] = sample["stratum"] + sample["psu"]
    sample["sex_age"] = sample["sex"] + sample["age"]
    beside = [sample, pd.read_csv(FOLDER / "calibrated_weights.csv")]
    if replicates is not None:
        factors = pd.read_csv(FOLDER / f"replicates_{replicates}.csv")
        unit = [column for column in factors if column in sample]
        of_person = sample[unit].merge(factors, on=unit, how="left").drop(columns=unit)
        weights = of_person.mul(sample["weight"], axis=0)
        beside += [of_person, weights.rename(columns=lambda column: f"w{column[1:]}")]
    return pd.concat(beside, axis=1)


@cache
def waves() -> pd.DataFrame:
    """The same persons in 2025 and 2027, one row a person and wave."""
    first = persons().assign(wave=2025)
    return pd.concat(
        [first, first.assign(wave=2027, skill=first["skill_2027"], weight=first["weight_2027"])],
        ignore_index=True,
    )


def near(value: Any, tolerance: float = EXACT) -> Any:
    return pytest.approx(value, rel=tolerance, abs=1e-300)


def paired(estimates: Estimates, golden: list[dict[str, Any]], by: str) -> list[tuple[Any, dict[str, Any]]]:
    """Our rows beside R's; the row without a domain is left out."""
    expected = [row for row in golden if row["domain"] is not None]
    assert estimates.frame[by].tolist() == [row["domain"] for row in expected]
    return list(zip((row for _, row in estimates.frame.iterrows()), expected, strict=True))


def overall(golden: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in golden if row["domain"] is None)


def same_mean(ours: Any, golden: dict[str, Any]) -> None:
    assert ours["n"] == golden["n"]
    assert ours["estimate"] == near(golden["estimate"])
    assert ours["se"] == near(golden["se"])
    assert ours["df"] == golden["df"]
    if "deff" in golden:
        assert ours["deff"] == near(golden["deff"])


@pytest.mark.parametrize("case", holding("means"), ids=str)
def test_means(case: Case) -> None:
    design, golden = Design(**case.design), case.golden["means"]
    whole = estimate_proportions(case.persons, case.y, design=design)
    same_mean(whole.frame.iloc[0], overall(golden))
    for ours, expected in paired(
        estimate_proportions(case.persons, case.y, by=case.by, design=design), golden, case.by
    ):
        same_mean(ours, expected)


@pytest.mark.parametrize("case", holding("covariance"), ids=str)
def test_covariance_of_domains(case: Case) -> None:
    estimates = estimate_proportions(case.persons, case.y, by=case.by, design=Design(**case.design))
    expected = np.array(case.golden["covariance"])
    se = np.sqrt(np.diag(expected))
    scale = np.outer(se, se)
    np.testing.assert_allclose(estimates.covariance() / scale, expected / scale, rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("case", holding("totals"), ids=str)
def test_totals(case: Case) -> None:
    design, golden = Design(**case.design), case.golden["totals"]
    whole = estimate_totals(case.persons, case.y, design=design).frame.iloc[0]
    assert [whole["estimate"], whole["se"]] == near([overall(golden)["estimate"], overall(golden)["se"]])
    for ours, expected in paired(
        estimate_totals(case.persons, case.y, by=case.by, design=design), golden, case.by
    ):
        assert [ours["estimate"], ours["se"]] == near([expected["estimate"], expected["se"]])


@pytest.mark.parametrize("case", holding("ratios"), ids=str)
def test_ratios(case: Case) -> None:
    design, golden = Design(**case.design), case.golden["ratios"]
    asked = {"income a head": ("income", "N_person")}
    whole = estimate_ratios(case.persons, asked, design=design).frame.iloc[0]
    for ours, expected in [
        (whole, overall(golden)),
        *paired(estimate_ratios(case.persons, asked, by=case.by, design=design), golden, case.by),
    ]:
        assert ours["estimate"] == near(expected["estimate"])
        rounding = 1e-14 * expected["estimate"]  # GREG fits both totals of the ratio: no variance is left
        assert ours["se"] == pytest.approx(expected["se"], rel=EXACT, abs=rounding)


@pytest.mark.parametrize("r_method", R_METHODS)
@pytest.mark.parametrize("case", [case for case in CASES if "ci" in case.golden["means"][0]], ids=str)
def test_limits(case: Case, r_method: str) -> None:
    method, tolerance = R_METHODS[r_method]
    design, golden = Design(**case.design), case.golden["means"]
    whole = estimate_proportions(case.persons, case.y, design=design, interval=method)
    domains = estimate_proportions(case.persons, case.y, by=case.by, design=design, interval=method)
    for ours, expected in [
        (whole.frame.iloc[0], overall(golden)),
        *paired(domains, golden, case.by),
    ]:
        counts_the_whole_sample = r_method == "beta" and case.path[0] == "calibrated" and expected["domain"]
        if expected["ci"][r_method] is not None and not counts_the_whole_sample:
            assert [ours["ci_low"], ours["ci_high"]] == near(expected["ci"][r_method], tolerance)


def test_a_lonely_psu_fails_in_the_same_stratum() -> None:
    assert "Stratum (L1) has only one PSU" in R["lonely"]["fail"]
    with pytest.raises(LonelyPsuError, match="L1"):
        estimate_proportions(persons(), "skill", design=Design(**ALONE))


def table_cases() -> list[Any]:
    tables = {
        "two_by_two": ("skill", "sex", STRATIFIED),
        "three_by_four": ("edu", "age", STRATIFIED),
        "missing": ("skill_some", "edu_some", STRATIFIED),
        "calibrated": ("skill", "sex", calibrated("raked")),
        "two_stages_fpc": ("skill", "sex", TWO_STAGES),
        "weights_only": ("skill", "sex", {"weight": "weight"}),
    }
    return [pytest.param(*what, R["association"][name], id=name) for name, what in tables.items()]


@pytest.mark.parametrize(("row", "column", "design", "golden"), table_cases())
def test_association(row: str, column: str, design: dict[str, Any], golden: list[dict[str, Any]]) -> None:
    whole = rao_scott(persons(), row, column, design=Design(**design)).iloc[0]
    same_test(whole, overall(golden))
    domains = rao_scott(persons(), row, column, design=Design(**design), by="region").set_index("region")
    for expected in golden:
        if expected["domain"] is not None:
            same_test(domains.loc[expected["domain"]], expected)


def same_test(ours: Any, golden: dict[str, Any]) -> None:
    assert ours["n"] == golden["n"]
    assert [ours["statistic"], ours["ndf"]] == near([golden["statistic"], golden["ndf"]])
    assert ours["ddf"] == near(golden["ndf"] * golden["df"])
    if golden["ddf"] == near(golden["ndf"] * golden["df"]):
        assert ours["p_value"] == near(golden["p"])
    assert ours["chi_square"] == near(golden["chi_square"] * golden["n"] / golden["scaled_to"])
    assert ours["p_value_chi_square"] == near(golden["p_chi_square"])


def test_association_by_replicates() -> None:
    design = Design(**replicated("jkn", "estimate", combined=False))
    ours = rao_scott(persons("jkn"), "skill", "sex", design=design).iloc[0]
    (golden,) = R["association"]["replicated"]
    expected = [golden["statistic"], golden["ndf"], golden["ddf"], golden["p"]]
    assert ours[["statistic", "ndf", "ddf", "p_value"]].tolist() == near(expected)


CONTRASTS = {
    "two": {("skill", "R1"): 1, ("skill", "R2"): -1},
    "one_and_rest": {("skill", "R1"): 1} | {("skill", f"R{i}"): -1 / 3 for i in (2, 3, 4)},
    "totals": {("skill", "R2"): 1, ("skill", "R3"): -1},
    "indicators": {"skill": 1, "online": -1},
}


@pytest.mark.parametrize("what", CONTRASTS)
@pytest.mark.parametrize(
    ("name", "design"),
    [("base", STRATIFIED), ("fpc_2", TWO_STAGES), ("raked", calibrated("raked"))],
    ids=["base", "fpc_2", "raked"],
)
def test_contrasts(name: str, design: dict[str, Any], what: str) -> None:
    estimate = estimate_totals if what == "totals" else estimate_proportions
    columns, by = (["skill", "online"], None) if what == "indicators" else ("skill", "region")
    ours = estimate(persons(), columns, by=by, design=Design(**design)).contrast(CONTRASTS[what])
    golden = R["contrasts"][name][what]
    assert ours[["estimate", "se"]].tolist() == near([golden["estimate"], golden["se"]])
    assert ours["df"] == golden["df"]


@pytest.mark.parametrize("kind", ["same_psus", "independent"])
def test_change_between_waves(kind: str) -> None:
    design, golden = Design(**STRATIFIED, overlap=Overlap(wave="wave", kind=kind)), R["change"][kind]
    both = estimate_proportions(waves(), "skill", by="wave", design=design)
    np.testing.assert_allclose(both.covariance(), golden["covariance"], rtol=EXACT)
    regions = estimate_proportions(waves(), "skill", by=["wave", "region"], design=design)
    changes = regions.change(from_=2025, to=2027).set_index("region")
    rows = [(both.change(from_=2025, to=2027).iloc[0], golden["overall"])]
    rows += [(changes.loc[expected["domain"]], expected) for expected in golden["regions"]]
    for ours, expected in rows:
        assert [ours["estimate"], ours["se"]] == near([expected["estimate"], expected["se"]])
        assert ours["df"] == expected["df"]


@pytest.mark.parametrize(("stages", "design"), [("one_stage", ALONE), ("two_stages_fpc", ALONE_FPC)])
def test_declared_difference_totals_of_a_lonely_psu(stages: str, design: dict[str, Any]) -> None:
    """M3 centres a lonely PSU at the mean of all PSU totals, R at 0; that is the whole difference."""
    ours = estimate_totals(persons(), "skill", design=Design(**design, lonely="adjust")).frame.loc[0, "se"]
    sample = persons().assign(total=persons()["weight"] * persons()["skill"])
    psus = sample.groupby(["stratum_lonely", "psu"])["total"].sum()
    there = {"L1": 11, "L2": 25} if "fpc" in design else {"L1": np.inf, "L2": np.inf}
    moved = sum(
        (1 - 1 / there[s]) * ((psus[s, "P01"] - psus.mean()) ** 2 - psus[s, "P01"] ** 2) for s in there
    )
    theirs = overall(R["lonely"]["adjust"][stages]["totals"])["se"]
    assert ours**2 - moved == near(theirs**2)


@pytest.mark.parametrize(("stages", "design"), [("one_stage", ALONE), ("two_stages_fpc", ALONE_FPC)])
def test_declared_difference_covariance_of_the_rule_average(stages: str, design: dict[str, Any]) -> None:
    """R's covariance has one inflation for all domains, its standard errors have one each."""
    estimates = estimate_proportions(
        persons(), "skill", by="region", design=Design(**design, lonely="average")
    )
    ours, theirs = estimates.covariance(), np.array(R["lonely"]["average"][stages]["covariance"])
    if stages == "one_stage":
        np.testing.assert_allclose(correlation(ours), correlation(theirs), rtol=EXACT)
    se = [row["se"] for row in R["lonely"]["average"][stages]["means"] if row["domain"]]
    np.testing.assert_allclose(np.sqrt(np.diag(ours)), se, rtol=EXACT)


def correlation(covariance: np.ndarray) -> np.ndarray:
    se = np.sqrt(np.diag(covariance))
    return covariance / np.outer(se, se)


def test_declared_difference_a_replicate_without_a_member() -> None:
    """R drops the replicate and understates the variance; here the domain has no standard error."""
    design = Design(**replicated("bootstrap", "estimate", combined=True))
    sample = persons("bootstrap")
    frame = estimate_proportions(sample, "skill", by="region", design=design).frame.set_index("region")
    golden = {row["domain"]: row["se"] for row in R["replicates"]["bootstrap"]["regions"] if row["domain"]}
    assert np.isnan(frame.loc["R4", "se"])
    assert golden.pop("R4") > 0
    assert frame.loc[list(golden), "se"].tolist() == near(list(golden.values()))


def test_declared_difference_variance_of_rake() -> None:
    """R projects ten times without weights in rake(); calibrate() and M10 regress with the weights before."""
    ours = estimate_proportions(persons(), "skill", design=Design(**calibrated("raked"))).frame.loc[0]
    theirs = overall(R["calibrated"]["raked_by_rake"]["means"])
    assert ours["estimate"] == near(theirs["estimate"])
    assert ours["se"] / theirs["se"] == pytest.approx(0.9802, abs=5e-5)
