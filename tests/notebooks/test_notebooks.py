"""Every notebook runs from the first cell to the last, and leaves the numbers of the release behind."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from survey import pipeline
from survey.store import Store

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def run(name: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setenv("KYNANGSO_STORE", str(store.root))
    return runpy.run_path(str(NOTEBOOKS / name))


def test_estimate_a_wave_gives_the_numbers_of_the_release(
    example_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = run("01_estimate_a_wave.py", example_store, monkeypatch)
    release = example_store.open_release(pipeline.current_release(example_store, "2026"))
    published = release.estimates.set_index(["base", "breakdown", "unit", "indicator"])
    province = left["province"].frame.set_index("indicator")
    districts = left["districts"].frame.set_index("district")
    for column in ("n", "estimate", "se", "ci_low", "ci_high"):
        headline = published.loc[("age15plus", "province", "province", "headline"), column]
        assert province.at["headline", column] == pytest.approx(headline, rel=1e-12)
        lone = published.loc[("age15plus", "district", "689", "headline"), column]
        assert districts.at["689", column] == pytest.approx(lone, rel=1e-12)
    assert left["difference"]["ci_low"] < left["difference"]["estimate"] < left["difference"]["ci_high"]
    assert set(left["verdicts"]["family_verdict"]) <= {"met", "not_met", "undecided"}


def test_check_compare_change(example_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    left = run("02_check_compare_change.py", example_store, monkeypatch)
    districts = left["districts"].frame
    assert left["diagnosis"].domains["n"].tolist() == districts["n"].tolist()
    assert "vega" in left["chart"].spec["$schema"]
    assert 0 <= left["test"].loc[0, "p_value"] <= 1
    linearised, bootstrap = left["standard_errors"]
    assert bootstrap == pytest.approx(linearised, rel=0.25)
    assert (left["change"]["estimate"] > 0).any()
    assert left["change"]["district"].tolist() == districts["district"].tolist()


def test_every_notebook_is_tested() -> None:
    tested = {"01_estimate_a_wave.py", "02_check_compare_change.py"}
    assert {path.name for path in NOTEBOOKS.glob("*.py")} == tested


def test_notebooks_are_percent_scripts_without_outputs() -> None:
    assert list(NOTEBOOKS.glob("*.ipynb")) == []
    for path in NOTEBOOKS.glob("*.py"):
        assert path.read_text(encoding="utf-8").startswith("# %%")
