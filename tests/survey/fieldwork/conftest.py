"""The fieldwork of the example wave, looked at once; and a small evidence that a test may bend."""

import dataclasses

import pandas as pd
import pytest

from survey.fieldwork.overview import overview
from survey.validation.evidence import gather


@pytest.fixture(scope="session")
def found(example_store):
    return overview(example_store, "2026")


@pytest.fixture(scope="session")
def evidence(example_store, found):
    """Evidence of the submissions that count, whose answers a test may replace: column -> series by key."""
    microdata, form = example_store.microdata("2026"), example_store.form("2026").joined
    keys = [key for key in found.sample["key"] if key]

    def made(**answers):
        households = microdata.households.loc[keys].assign(**answers)
        roster = microdata.first
        inside = roster.rows["key"].isin(keys)
        kept = dataclasses.replace(roster, rows=roster.rows[inside], states=roster.states[inside])
        counting = dataclasses.replace(
            microdata,
            households=households,
            household_states=microdata.household_states.loc[keys],
            rosters={next(iter(microdata.rosters)): kept},
        )
        wave = found.wave
        return gather(counting, form, sample_eas=wave.sample_eas, sample_households=wave.sample_households)

    return made


@pytest.fixture(scope="session")
def first_lines(example_store):
    """Line of the first eligible person of each household, by key."""
    members = example_store.microdata("2026").members
    eligible = members[members["m_elig"] == "1"]
    return pd.Series(eligible.groupby("key")["line_no"].first())
