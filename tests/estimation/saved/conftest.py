"""Persons of the reference designs, read once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[2] / "reference" / "r_designs"


@pytest.fixture(scope="session")
def calibrated_weights() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "calibrated_weights.csv")


@pytest.fixture(scope="session")
def persons(calibrated_weights: pd.DataFrame) -> pd.DataFrame:
    read = pd.read_csv(FOLDER / "persons.csv")
    answered = read["skill_some"].notna()
    return read.assign(
        raked=calibrated_weights["raked"], one=1.0, one_some=answered.astype(float).where(answered)
    )
