"""From eleven district files to the published numbers, by the command line alone, against R."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from survey.__main__ import app
from survey.commands.show import example_files
from survey.places import example_wave

REFERENCE = Path(__file__).parents[1] / "reference" / "wave_2026"
CLOSE = 1e-8
WEIGHTS = {"raked": "raked", "nonresponse": "nr", "base": "base"}
BREAKDOWNS = {
    "province": "",
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
def command(tmp_path_factory):
    """The command line on a store that was filled by it."""
    root = tmp_path_factory.mktemp("story") / "store"

    def run(*words):
        result = CliRunner().invoke(app, [*map(str, words), "--store", str(root)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    samples = example_wave()
    run(
        "wave", "add", "2026", "--form", "digiskill_hh", "--sample-eas", samples / "sample_eas.csv",
        "--sample-households", samples / "sample_households.csv", "--synthetic",
    )  # fmt: skip
    receipts = json.loads(run("ingest", *example_files(), "--wave", "2026", "--json"))
    assert [receipt["status"] for receipt in receipts] == ["accepted"] * 11
    return run


@pytest.fixture(scope="module")
def reference():
    table = pd.read_csv(REFERENCE / "reference_estimates.csv", float_precision="round_trip")
    kind = table["domain"].str.partition(":")
    working = table["indicator"] == "headline_working"
    return table.assign(
        breakdown=kind[0],
        unit=kind[2].mask(kind[2] == "", "province"),
        indicator=table["indicator"].mask(working, "headline"),
        base=pd.Series("age15plus", index=table.index).mask(working, "working"),
    )


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("by", BREAKDOWNS)
def test_the_csv_agrees_with_r(command, reference, tmp_path, by, weights, interval):
    out = tmp_path / "estimates.csv"
    command(
        "estimate", "--wave", "2026", "--by", by, "--weights", weights, "--interval", interval, "--out", out
    )
    written = pd.read_csv(out, dtype={"unit": str}, float_precision="round_trip")
    wanted = reference[
        (reference["weights"] == WEIGHTS[weights])
        & (reference["breakdown"] == (BREAKDOWNS[by] or "province"))
    ]
    low, high = INTERVALS[interval]
    both = wanted.merge(written, on=["indicator", "base", "unit"], suffixes=("_r", ""), validate="one_to_one")
    assert len(both) == len(wanted) > 0
    for ours, theirs in (*COLUMNS.items(), ("ci_low", low), ("ci_high", high)):
        theirs = f"{theirs}_r" if f"{theirs}_r" in both else theirs
        assert both[ours].to_list() == pytest.approx(both[theirs].to_list(), rel=CLOSE), ours


def test_the_verdicts_agree_with_the_reference(command):
    folder = Path(json.loads(command("release", "--wave", "2026", "--json"))["folder"])
    verdicts = pd.read_parquet(folder / "verdicts.parquet")
    verdicts = verdicts[(verdicts["indicator"] == "headline") & (verdicts["base"] == "age15plus")]
    wanted = pd.read_csv(REFERENCE / "reference_verdicts.csv", float_precision="round_trip")
    kind = wanted["domain"].str.partition(":")
    wanted = wanted.assign(breakdown=kind[0], unit=kind[2].mask(kind[2] == "", "province"))
    both = wanted.merge(
        verdicts, on=["target", "breakdown", "unit"], suffixes=("_r", ""), validate="one_to_one"
    )
    assert len(both) == len(wanted) == 24
    numbers = {
        "estimate": "p", "ci_low": "all_logit_low", "ci_high": "all_logit_high",
        "confidence_met": "confidence_met_r", "holm_p_met": "holm_p_met_r", "holm_p_not_met": "holm_p_not_met_r",
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
