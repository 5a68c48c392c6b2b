"""From eleven district files to the published numbers, by the command line alone, against R."""

import json
from pathlib import Path

import pandas as pd
import pytest

from survey import pipeline
from survey.estimates import estimate_table

REFERENCE = Path(__file__).parents[1] / "reference" / "wave_2026"
CLOSE = 1e-8
WEIGHTS = {"raked": "raked", "nonresponse": "nr", "base": "base"}
BREAKDOWNS = {
    "province": "province",
    "district": "district",
    "residence": "residence",
    "sex": "sex",
    "age_group": "age",
}
INTERVALS = {"logit": ("all_logit_low", "all_logit_high"), "korn_graubard": ("all_kg_low", "all_kg_high")}
COLUMNS = {
    "n": "n", "n_psu": "n_psu", "df": "df", "estimate": "p", "se": "se_all_sampled_psu", "n_eff": "all_n_eff",
}  # fmt: skip


@pytest.fixture(scope="module")
def command(example_command, example_receipts):
    """The command line on a store that was filled by it."""
    assert [receipt["status"] for receipt in example_receipts.values()] == ["accepted"] * 11
    return example_command


@pytest.fixture(scope="module")
def reference():
    table = pd.read_csv(REFERENCE / "reference_estimates.csv")
    kind = table["domain"].str.partition(":")
    working = table["indicator"] == "headline_working"
    return table.assign(
        breakdown=kind[0],
        unit=kind[2].mask(kind[2] == "", "province"),
        indicator=table["indicator"].mask(working, "headline"),
        base=pd.Series("age15plus", index=table.index).mask(working, "working"),
    )


@pytest.fixture(scope="module")
def weighed(example_store):
    return pipeline.weigh(example_store, "2026")


def assert_agreement(written, reference, by, weights, interval):
    wanted = reference[
        (reference["weights"] == WEIGHTS[weights]) & (reference["breakdown"] == BREAKDOWNS[by])
    ]
    both = wanted.merge(written, on=["indicator", "base", "unit"], suffixes=("_r", ""), validate="one_to_one")
    assert len(both) == len(wanted) > 0
    low, high = INTERVALS[interval]
    for ours, theirs in {**COLUMNS, "ci_low": low, "ci_high": high}.items():
        expected = both[f"{theirs}_r"] if f"{theirs}_r" in both else both[theirs]
        assert both[ours].to_list() == pytest.approx(expected.to_list(), rel=CLOSE), ours


@pytest.mark.parametrize(
    ("by", "weights", "interval"),
    [
        ("province", "raked", "logit"),
        ("district", "raked", "logit"),
        ("district", "base", "korn_graubard"),
        ("age_group", "nonresponse", "logit"),
    ],
)
def test_the_csv_agrees_with_r(command, reference, tmp_path, by, weights, interval):
    out = tmp_path / "estimates.csv"
    options = ["--by", by, "--weights", weights, "--interval", interval]
    command("estimate", "--wave", "2026", *options, "--out", out)
    assert_agreement(pd.read_csv(out, dtype={"unit": str}), reference, by, weights, interval)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("by", BREAKDOWNS)
def test_every_table_agrees_with_r(weighed, reference, by, weights, interval):
    scored = pipeline.score(weighed, weighting=weights, interval=interval)
    assert_agreement(estimate_table(scored, by), reference, by, weights, interval)


def test_the_verdicts_agree_with_the_reference(command):
    folder = Path(json.loads(command("release", "--wave", "2026", "--json"))["folder"])
    verdicts = pd.read_parquet(folder / "verdicts.parquet")
    verdicts = verdicts[(verdicts["indicator"] == "headline") & (verdicts["base"] == "age15plus")]
    verdicts = verdicts[verdicts["edition"] == "2022-10-01"]
    wanted = pd.read_csv(REFERENCE / "reference_verdicts.csv")
    kind = wanted["domain"].str.partition(":")
    wanted = wanted.assign(breakdown=kind[0], unit=kind[2].mask(kind[2] == "", "province"))
    both = wanted.merge(
        verdicts, on=["target", "breakdown", "unit"], suffixes=("_r", ""), validate="one_to_one"
    )
    assert len(both) == len(wanted) == 24
    numbers = {
        "estimate": "p", "ci_low": "all_logit_low", "ci_high": "all_logit_high",
        **{name: f"{name}_r" for name in ("confidence_met", "holm_p_met", "holm_p_not_met")},
    }  # fmt: skip
    for ours, theirs in numbers.items():
        assert both[ours].to_list() == pytest.approx(both[theirs].to_list(), rel=CLOSE, abs=1e-300), ours
    for word in ("quality", "verdict", "family_verdict", "shown_verdict"):
        assert both[word].to_list() == both[f"{word}_r"].to_list(), word


def test_ethnicity_is_published_as_kinh_and_other(command, tmp_path):
    out = tmp_path / "ethnicity.csv"
    command("estimate", "--wave", "2026", "--by", "ethnicity", "--out", out)
    written = pd.read_csv(out)
    assert list(written["unit"].unique()) == ["kinh", "other"]
    assert len(written) == 18 * 2


def test_the_store_is_whole_at_the_end(command):
    assert json.loads(command("verify", "--json")) == []
