"""What a release holds can be read from the command line, table by table."""

import io
import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from survey.__main__ import app


@pytest.fixture(scope="module")
def release_id(example_store):
    return example_store.releases()[-1]["release_id"]


@pytest.fixture(scope="module")
def command(example_command, example_receipts):
    return example_command


def test_the_tables_are_listed(command, release_id):
    told = {row["table"]: row for row in json.loads(command("show", release_id, "--json"))}
    assert {
        "estimates",
        "verdicts",
        "response",
        "units",
        "weighting_steps",
        "groups_rest",
        "quality_items",
    } <= set(told)
    assert told["groups_pairs"]["columns"][:3] == ["breakdown", "a", "b"]
    assert not [name for name in told if name.startswith("comparable")]
    assert "groups_sizes" in command("show", release_id)


@pytest.mark.parametrize("by", ["education", "disability", "poverty", "ethnicity"])
def test_a_breakdown_of_the_release_is_the_one_that_is_estimated(command, release_id, by):
    kept, made = (
        pd.read_csv(io.StringIO(command(*words)), dtype={"unit": str}).set_index(
            ["indicator", "base", "unit"]
        )
        for words in (
            ("show", release_id, "estimates", "--by", by),
            ("estimate", "--wave", "2026", "--by", by),
        )
    )
    both = made.join(kept, suffixes=("", "_kept"))
    assert len(both) == len(made) > 0
    assert both["n"].tolist() == both["n_kept"].tolist()
    assert both["estimate"].tolist() == pytest.approx(both["estimate_kept"].tolist(), rel=1e-12, nan_ok=True)


def test_a_table_goes_into_a_file_or_out_as_json(command, release_id, tmp_path, example_store):
    out = tmp_path / "rest.csv"
    command("show", release_id, "groups_rest", "--out", out)
    kept = example_store.open_release(release_id).groups.rest
    assert len(pd.read_csv(out)) == len(kept)
    rows = json.loads(command("show", release_id, "groups_rest", "--by", "sex", "--json"))
    assert [row["unit"] for row in rows] == ["1", "2"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "The release has no table “nothing”. Choose one of estimates, verdicts"),
        (("quality_items", "--by", "sex"), "has no breakdown “sex”. Choose one of -."),
        (("estimates", "--by", "village"), "Choose one of province, district"),
    ],
)
def test_what_is_not_there_lists_what_is(command, release_id, words, said):
    result = CliRunner().invoke(app, ["show", release_id, *words, "--store", str(command.root)])
    assert result.exit_code == 1
    assert said in result.stderr
