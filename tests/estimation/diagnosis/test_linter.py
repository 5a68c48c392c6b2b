"""The design linter: each kind of doubt is found alone, and nothing is found where nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from estimation import Calibration, Design, DesignError, estimate_proportions
from estimation.design import Overlap, Replicates
from estimation.diagnosis.findings import COLUMNS, TEMPLATES
from estimation.diagnosis.linter import Diagnosis, check

WAVE = Path(__file__).parents[2] / "reference" / "wave_2026"
STRATA, PSUS, PERSONS = 4, 9, 12
DESIGN = Design(weight="w", strata="stratum", psu="ea")


def persons() -> pd.DataFrame:
    """4 strata x 9 PSUs x 12 persons; two regions of two strata (df 16 each)."""
    row = np.arange(STRATA * PSUS * PERSONS)
    psu = row // PERSONS
    return pd.DataFrame(
        {
            "stratum": psu // PSUS,
            "ea": psu,
            "household": row // 3,
            "region": np.where(psu < 2 * PSUS, "north", "south"),
            "w": 100.0 + row % 7,
            "w0": 100.0 + row % 5,
            "skill": (row * 7 + psu % 3) % 11 % 2,
            "N": 50,
            "M": 40,
        }
    )


def design(**changes: object) -> Design:
    return Design(**{"weight": "w", "strata": "stratum", "psu": "ea"} | changes)


def register(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["stratum", "ea"]].drop_duplicates()


def put(frame: pd.DataFrame, column: str, rows: object, value: object) -> pd.DataFrame:
    """Copy a frame with some cells of a column replaced."""
    chosen = np.asarray(rows) if not isinstance(rows, int) else [rows]
    text = not pd.api.types.is_numeric_dtype(frame[column])
    changed = frame[column].astype(object if text else float)
    changed.loc[frame.index[chosen]] = value
    return frame.assign(**{column: changed})


def one_psu_alone() -> pd.DataFrame:
    frame = persons()
    return frame[(frame["stratum"] != 3) | (frame["ea"] == 3 * PSUS)]


def diagnose(frame: object, chosen: Design = DESIGN, **options: object) -> Diagnosis:
    return check(chosen, frame, **{"indicators": "skill", "by": "region"} | options)


def codes(diagnosis: Diagnosis) -> list[str]:
    return diagnosis.findings["what"].tolist()


P = persons()
CALIBRATED = design(calibration=Calibration(variables="region", initial_weight="w0"))
LATE_PSU = pd.DataFrame({"stratum": [0], "ea": [99]})
LATE_STRATUM = pd.DataFrame({"stratum": [9, 9], "ea": [98, 99]})
CASES: dict[str, tuple[str, pd.DataFrame, Design]] = {
    "a PSU is missing": ("design_value_missing", put(P, "ea", 5, np.nan), DESIGN),
    "codes are numbers and texts": (
        "codes_mixed",
        P.assign(ea=P["ea"].astype(object).where(P["ea"] != 3, "3")),
        DESIGN,
    ),
    "a weight is missing": ("weight_missing", put(P, "w", 5, np.nan), DESIGN),
    "a weight is negative": ("weight_negative", put(P, "w", 5, -1.0), DESIGN),
    "a weight is infinite": ("weight_infinite", put(P, "w", 5, np.inf), DESIGN),
    "a weight is 0": ("weight_zero", put(P, "w", 5, 0.0), DESIGN),
    "weights are 1": ("weight_constant", P.assign(w=1), DESIGN),
    "weights are normalised": ("weight_sum", P.assign(w=P["w"] / P["w"].mean()), DESIGN),
    "a weight is extreme": ("weight_extreme", put(P, "w", 5, 900.0), DESIGN),
    "initial weights are missing": ("initial_weight_unfit", put(P, "w0", 5, np.nan), CALIBRATED),
    "initial weights are 0": ("initial_weight_zero", put(P, "w0", 5, 0.0), CALIBRATED),
    "weights jump in calibration": ("calibration_range", put(P, "w0", 5, 20.0), CALIBRATED),
    "replicate weights are absent": (
        "replicates_absent",
        P,
        design(replicates=Replicates(kind="bootstrap", columns=("r1", "r2"))),
    ),
    "a PSU is lonely and refused": ("lonely_refused", one_psu_alone(), DESIGN),
    "a PSU is lonely and ruled": ("lonely_ruled", one_psu_alone(), design(lonely="adjust")),
    "a second-stage unit is lonely": (
        "lonely_refused",
        P.assign(household=P["household"].where(P["ea"] != 3, 0)),
        design(ssu="household", fpc=["N", "M"]),
    ),
    "a PSU lies in two strata": ("psu_in_two_strata", P.assign(ea=P["ea"].replace(35, 0)), DESIGN),
    "PSU codes are numbered in strata": ("psu_codes_reused", P.assign(ea=P["ea"] % PSUS), DESIGN),
    "the register lacks a PSU": ("psu_not_in_register", P, design(register=register(P[P["ea"] != 3]))),
    "a PSU is silent": ("psu_silent", P, design(register=pd.concat([register(P), LATE_PSU]))),
    "the population is too small": ("fpc_below_sample", P.assign(N=6), design(fpc="N")),
    "fpc is a fraction": ("fpc_fraction", P.assign(N=0.1), design(fpc="N")),
    "fpc varies": ("fpc_varies", put(P, "N", 5, 60), design(fpc="N")),
    "a probability is above 1": ("probability_unfit", P, design(fpc="N", pps="brewer")),
    "a domain is missing": ("by_missing", put(P, "region", [5], None), DESIGN),
    "a domain lies in one PSU": (
        "domain_not_estimable",
        put(P, "region", (P["ea"] == 3) & (P["household"] < 60), "islet").pipe(
            lambda f: pd.concat([f] * 3, ignore_index=True)
        ),
        DESIGN,
    ),
    "a domain has few PSUs": ("domain_few_df", put(P, "region", P["ea"].isin([3, 4, 5]), "coast"), DESIGN),
    "a domain has few persons": (
        "domain_few_persons",
        put(P, "region", P.index % (2 * PERSONS) == 0, "towers"),
        DESIGN,
    ),
    "answers are text": ("indicator_text", P.assign(skill="yes"), DESIGN),
    "answers are codes": ("indicator_not_binary", put(P, "skill", 5, 98), DESIGN),
    "answers are constant": ("indicator_constant", P.assign(skill=1), DESIGN),
    "many did not answer": ("nonresponse_high", put(P, "skill", P.index % 4 == 0, np.nan), DESIGN),
    "nobody of a PSU answered": ("nonresponse_psu", put(P, "skill", P["ea"] == 3, np.nan), DESIGN),
    "few of a PSU answered": (
        "nonresponse_uneven",
        put(P, "skill", (P["ea"] == 3) & (P.index % 2 == 0), np.nan),
        DESIGN,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_doubt_is_found_alone(case: str) -> None:
    code, frame, chosen = CASES[case]
    diagnosis = diagnose(frame, chosen)
    assert codes(diagnosis) == [code], diagnosis.findings.to_string()
    assert diagnosis.ok == (TEMPLATES[code].severity != "error")
    assert not diagnosis.findings.map(lambda text: "{" in text).to_numpy().any()
    assert (diagnosis.findings[["where", "seen", "expected", "repair"]] != "").all(axis=None)


@pytest.mark.parametrize("case", CASES)
def test_an_error_is_what_the_estimators_refuse(case: str) -> None:
    _, frame, chosen = CASES[case]
    try:
        estimate_proportions(frame, "skill", by="region", design=chosen)
        refused = False
    except (ValueError, TypeError):
        refused = True
    assert diagnose(frame, chosen).ok is not refused


def test_a_silent_stratum_is_named_with_its_psus() -> None:
    diagnosis = diagnose(P, design(register=pd.concat([register(P), LATE_STRATUM])))
    assert codes(diagnosis) == ["stratum_silent", "psu_silent"]
    assert diagnosis.findings["where"].tolist() == ["stratum 9", "stratum 9, ea 98; stratum 9, ea 99"]


def test_nobody_counts() -> None:
    assert codes(diagnose(P.iloc[:0])) == ["nobody_counts"]
    assert codes(diagnose(P.assign(w=0))) == ["nobody_counts", "weight_zero"]


def test_every_template_has_a_test() -> None:
    elsewhere = {"stratum_silent", "nobody_counts"}
    assert {code for code, _, _ in CASES.values()} | elsewhere == set(TEMPLATES)


def test_waves_drawn_anew_may_use_a_code_again() -> None:
    waves = pd.concat([P.assign(wave="2026"), P.assign(wave="2027")], ignore_index=True)
    anew = diagnose(waves, design(overlap=Overlap(wave="wave", kind="independent")), by=["wave", "region"])
    assert anew.findings.empty
    assert (anew.summary["strata"], anew.summary["df"]) == (8, 64)
    again = diagnose(waves, design(overlap=Overlap(wave="wave", kind="same_psus")), by=["wave", "region"])
    assert (again.summary["strata"], again.summary["df"]) == (4, 32)


@pytest.mark.parametrize(
    "chosen",
    [
        DESIGN,
        CALIBRATED,
        design(fpc="N"),
        design(ssu="household", fpc=["N", "M"]),
        design(register=register(P)),
        Design(weight="w"),
        Design(weight="w", psu="ea"),
        design(strata=["region", "stratum"]),
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(chosen: Design) -> None:
    diagnosis = diagnose(P, chosen)
    assert list(diagnosis.findings.columns) == list(COLUMNS)
    assert diagnosis.findings.empty, diagnosis.findings.to_string()
    assert diagnosis.ok
    assert "nothing found" in str(diagnosis)


ENGINES: dict[str, Callable[[pd.DataFrame], object]] = {
    "polars": pl.from_pandas,
    "lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "duckdb": duckdb.from_df,
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "case", ["many did not answer", "a weight is missing", "a second-stage unit is lonely"]
)
def test_engines_agree(engine: str, case: str) -> None:
    _, frame, chosen = CASES[case]
    ours, theirs = diagnose(frame, chosen), diagnose(ENGINES[engine](frame), chosen)
    pd.testing.assert_series_equal(theirs.summary.astype(float), ours.summary.astype(float))
    for name in ("domains", "nonresponse", "findings"):
        pd.testing.assert_frame_equal(getattr(theirs, name), getattr(ours, name), check_dtype=False)
    keys = list(chosen.strata_columns)
    pd.testing.assert_frame_equal(
        theirs.strata.sort_values(keys, ignore_index=True),
        ours.strata.sort_values(keys, ignore_index=True),
        check_dtype=False,
    )


@pytest.mark.parametrize(
    "chosen",
    [DESIGN, Design(weight="w"), Design(weight="w", psu="ea"), design(register=register(P)), CALIBRATED],
)
def test_counts_equal_those_of_the_estimates(chosen: Design) -> None:
    frame = put(put(P, "skill", P.index % 9 == 0, np.nan), "w", P.index % 10 == 0, 0.0)
    frame["town"] = (frame["ea"] % 3).astype("category")
    diagnosis = check(chosen, frame, indicators="skill", by=["region", "town"])
    made = estimate_proportions(frame, "skill", by=["region", "town"], design=chosen).frame
    for column in ("indicator", "region", "town", "n", "n_psu", "df"):
        assert diagnosis.domains[column].tolist() == made[column].tolist()
    np.testing.assert_allclose(diagnosis.domains["p"], made["estimate"], rtol=1e-12)
    whole = estimate_proportions(frame.assign(everyone=1), "everyone", design=chosen).frame.iloc[0]
    assert (diagnosis.summary["df"], diagnosis.summary["persons"]) == (whole["df"], whole["n"])


def test_the_simulated_wave_is_counted_as_r_counts_it() -> None:
    """Sizes, PSUs, df and Kish effects of eleven districts and two indicators, from R `survey`."""
    reference = pd.read_csv(WAVE / "reference_estimates.csv")
    reference = reference[(reference["weights"] == "base") & reference["domain"].str.startswith("district:")]
    codes = {"hh_id": str, "ea_code": str, "district_code": str}
    answers = pd.read_csv(WAVE / "clean_microdata.csv", dtype=codes)[["hh_id", "district_code"]]
    frame = pd.read_csv(WAVE / "weights_indicators.csv", dtype=codes).merge(answers, on="hh_id")
    chosen = Design(
        weight="w_base",
        strata="stratum",
        psu="ea_code",
        register=pd.read_csv(WAVE / "sample_eas.csv", dtype=codes)[["stratum", "ea_code"]],
    )
    names = ["headline", "skill_health"]
    diagnosis = check(chosen, frame, indicators=names, by="district_code")
    theirs = pd.concat([reference[reference["indicator"] == name] for name in names])
    for column in ("n", "n_psu", "df"):
        assert diagnosis.domains[column].tolist() == theirs[column].tolist()
    np.testing.assert_allclose(diagnosis.domains["kish"], theirs["deff_kish"], rtol=1e-12)
    np.testing.assert_allclose(diagnosis.domains["p"], theirs["p"], rtol=1e-12)
    assert diagnosis.ok
    found = diagnosis.findings.set_index("what")["where"]
    assert found["domain_few_df"] == "district_code 688; district_code 690; district_code 691"
    assert found["psu_silent"] == "stratum 691-rural, ea_code 25232006"


def test_over_the_whole_the_prediction_is_the_estimate() -> None:
    """With the realised deff the predicted effective size of the whole is that of the estimate (M5)."""
    diagnosis = check(DESIGN, P, indicators="skill")
    made = estimate_proportions(P, "skill", design=DESIGN).frame.iloc[0]
    foreseen = diagnosis.domains.iloc[0]
    assert foreseen["n_eff"] == pytest.approx(min(made["n_eff"], made["n"]), rel=1e-12)
    assert foreseen["quality"] == made["quality"]


def test_a_declared_deff_divides_the_effective_size() -> None:
    square, total, n = (P["w"] ** 2).sum(), P["w"].sum(), len(P)
    foreseen = check(DESIGN, P, indicators="skill", deff=2.5).domains.iloc[0]
    assert foreseen["kish"] == pytest.approx(n * square / total**2)
    assert foreseen["n_eff"] == pytest.approx(total**2 / square / 2.5)
    assert foreseen["half_width_50"] == pytest.approx(
        0.5 * np.tanh(2.0369 / np.sqrt(foreseen["n_eff"])), rel=1e-4
    )
    with pytest.raises(DesignError, match="deff is a design effect"):
        check(DESIGN, P, deff=0)


def test_without_indicators_domains_count_everyone() -> None:
    domains = check(DESIGN, P, by="region").domains
    assert domains["indicator"].tolist() == ["(everyone)"] * 2
    assert domains["n"].tolist() == [216, 216]
    assert domains["missing"].tolist() == [0, 0]
    assert domains["p"].isna().all()


def test_the_summary_counts_the_sample() -> None:
    summary = diagnose(P, design(register=pd.concat([register(P), LATE_PSU]))).summary
    assert (summary["rows"], summary["persons"], summary["strata"]) == (432, 432, 4)
    assert (summary["psu_sampled"], summary["psu_seen"], summary["df"]) == (37, 36, 32)
    assert (summary["weight_min"], summary["weight_max"]) == (100, 106)
    assert summary["weight_median"] == P["w"].median()
    assert summary["weight_sum"] == P["w"].sum()
    assert summary["weight_ratio"] == 1.06


def test_strata_show_the_fraction_drawn() -> None:
    strata = diagnose(P, design(fpc="N")).strata
    assert strata["fraction"].tolist() == [0.18] * 4
    assert strata["n_psu"].tolist() == strata["n_psu_seen"].tolist() == [9] * 4
    assert not strata["lonely"].any()
    certain = one_psu_alone().assign(N=lambda frame: np.where(frame["stratum"] == 3, 1, 50))
    assert "lonely_refused" not in codes(diagnose(certain, design(fpc="N")))


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(DesignError, match="no column 'eaa'; near names"):
        diagnose(P, design(psu="eaa"))
    with pytest.raises(DesignError, match="'w' holds String"):
        diagnose(P.assign(w="1"))
    with pytest.raises(DesignError, match=r"columns \['n'\] of its own"):
        diagnose(P.assign(n=1), by="n")
    with pytest.raises(DesignError, match="asked for twice"):
        diagnose(P, by=["region", "region"])


def test_given_replicates_bring_their_degrees_of_freedom() -> None:
    frame = P.assign(r1=P["w"] * 1.1, r2=P["w"] * 0.9)
    given = Design(weight="w", replicates=Replicates(kind="bootstrap", columns=("r1", "r2"), df=20))
    diagnosis = diagnose(frame, given)
    assert diagnosis.findings.empty
    assert (diagnosis.summary["df"], diagnosis.domains["df"].tolist()) == (20, [20, 20])


def test_domains_of_mixed_types_are_shown_as_texts() -> None:
    mixed = (P["ea"] % 2).astype(object).where(P["ea"] != 0, "0")
    diagnosis = check(DESIGN, P.assign(half=mixed), indicators="skill", by="half")
    assert codes(diagnosis)[0] == "codes_mixed"
    assert diagnosis.domains["half"].tolist() == ["0", "1"]


def test_without_a_realised_deff_the_prediction_rests_on_the_weights_alone() -> None:
    foreseen = diagnose(put(P, "ea", 5, np.nan)).domains
    assert foreseen["clustering"].isna().all()
    np.testing.assert_allclose(foreseen["n_eff"], foreseen["n"] / foreseen["kish"])


def test_the_page_of_a_notebook_is_escaped() -> None:
    page = diagnose(put(P, "region", P["ea"].isin([3, 4, 5]), "<b>coast</b>"))._repr_html_()
    assert "<b>coast" not in page
    assert "&lt;b&gt;coast" in page


def test_the_terminal_shows_what_to_do() -> None:
    told = str(diagnose(one_psu_alone()))
    assert "1 errors" not in told
    assert "Design: 1 error\n" in told
    assert "[error] lonely_refused: places with one sampled unit: 1" in told
    assert "where:    stratum 3\n" in told
    assert "repair:" in told
    assert max(map(len, told.splitlines())) <= 110
