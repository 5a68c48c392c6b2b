"""Sound interviews of one district, and ways to spoil them cell by cell."""

import dataclasses

import pytest

from survey.answers import ANSWERED, NO_ANSWER
from survey.validation import validate


@pytest.fixture(scope="session")
def sound(district_microdata):
    """Complete interviews of one district without any problem."""
    microdata = district_microdata["698"]
    h = microdata.households
    chosen = h.index[(h["disp_final"] == "110") & (h["hh_kind"] == "1") & (h["review"] == "approved")][:20]
    roster = microdata.first
    members = roster.rows["key"].isin(chosen).to_numpy()
    kept = dataclasses.replace(
        roster,
        rows=roster.rows[members].reset_index(drop=True),
        states=roster.states[members].reset_index(drop=True),
    )
    return dataclasses.replace(
        microdata,
        households=h.loc[chosen],
        household_states=microdata.household_states.loc[chosen],
        rosters={"member": kept},
    )


class Case:
    """Microdata of which a test changes cells; every change gives a new case."""

    def __init__(self, microdata):
        self.microdata = microdata

    def put(self, column, value, *places, level="household"):
        """Write a value, or no answer (None), in some rows of the main table or of the members."""
        frame = getattr(self.microdata, "households" if level == "household" else "members").copy()
        states = getattr(self.microdata, f"{level}_states").copy()
        for place in places:
            frame.iloc[place, frame.columns.get_loc(column)] = float("nan") if value is None else value
            if column in states:
                state = NO_ANSWER if value is None else ANSWERED
                states.iloc[place, states.columns.get_loc(column)] = state
        return self._with(level, frame, states)

    def without(self, column):
        """Leave a question out, as a file without its column does."""
        h, s = self.microdata.households, self.microdata.household_states
        return self._with("household", h.drop(columns=column), s.drop(columns=column, errors="ignore"))

    def members(self, rows):
        """Keep some rows of the roster only."""
        roster = self.microdata.first
        chosen = roster.rows.index[rows]
        kept = dataclasses.replace(
            roster,
            rows=roster.rows.loc[chosen].reset_index(drop=True),
            states=roster.states.loc[chosen].reset_index(drop=True),
        )
        return Case(dataclasses.replace(self.microdata, rosters={"member": kept}))

    def _with(self, level, frame, states):
        if level == "household":
            changed = {"households": frame, "household_states": states}
        else:
            roster = dataclasses.replace(self.microdata.first, rows=frame, states=states)
            changed = {"rosters": {"member": roster}}
        return Case(dataclasses.replace(self.microdata, **changed))


@pytest.fixture
def case(sound):
    return Case(sound)


@pytest.fixture
def told(instrument, sample, binh_phuoc):
    """What the rules say of a case under one code."""

    def check(case, code, **options):
        found = validate(case.microdata, instrument, **{**sample, "gazetteer": binh_phuoc, **options})
        return [finding for finding in found if finding.code == code]

    return check
