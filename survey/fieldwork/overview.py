"""The fieldwork of one wave as it stands in the store: everything a supervisor looks at, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from estimation.weighting import WeightingError
from survey.fieldwork.completion import completion_table
from survey.fieldwork.interviewers import interviewer_table
from survey.fieldwork.rates import WEIGHTED, WHOLE, rates_table
from survey.fieldwork.sample_list import sample_list
from survey.fieldwork.selection import FIGURES, Selection, audit_selection
from survey.fieldwork.settling import Fieldwork
from survey.messages import Finding, finding
from survey.microdata import Microdata, Roster
from survey.pipeline import settled
from survey.roles import in_roles
from survey.store import Store
from survey.validation.evidence import gather
from survey.wave import Wave

# Told by the settling of the results already, in its own words.
TOLD_BEFORE = "respondent_not_drawn"


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """The fieldwork of a wave.

    Attributes
    ----------
    wave : Wave
    submissions : int
        Submissions received, copies included.
    fieldwork : Fieldwork
    sample, rates, completion, interviewers : DataFrame
        See :func:`~survey.fieldwork.sample_list.sample_list`, :func:`~survey.fieldwork.rates.rates_table`,
        :func:`~survey.fieldwork.completion.completion_table` and
        :func:`~survey.fieldwork.interviewers.interviewer_table`.
    selection : Selection or None
        None where the form has no draw within the household.
    findings : tuple of Finding
        What is to be resolved: of the results, of the draw, and why there are no weighted rates.
    """

    wave: Wave
    submissions: int
    fieldwork: Fieldwork
    sample: pd.DataFrame
    rates: pd.DataFrame
    completion: pd.DataFrame
    interviewers: pd.DataFrame
    selection: Selection | None
    findings: tuple[Finding, ...]

    def rate(self, name: str, *, weighting: str, breakdown: str = WHOLE, unit: str = WHOLE) -> float:
        """Return one figure of the rates; NaN where it was not computed."""
        rows = self.rates.set_index(["breakdown", "unit", "weighting"])[name]
        return float(rows.get((breakdown, unit, weighting), float("nan")))

    @property
    def is_weighted(self) -> bool:
        """Whether the rates were weighted."""
        return bool((self.rates["weighting"] == WEIGHTED).any())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return every table by its name, as files hold them."""
        tests = pd.DataFrame(columns=["stage", "trait", "category", *FIGURES])
        flags = self.interviewers["flags"].map(" ".join)
        return {
            "sample": self.sample,
            "rates": self.rates,
            "completion": self.completion,
            "interviewers": self.interviewers.assign(flags=flags),
            "selection": tests if self.selection is None else self.selection.tests,
        }


def overview(store: Store, wave: str) -> Overview:
    """Look at the fieldwork of a wave, running or closed.

    Parameters
    ----------
    store : Store
    wave : str

    Raises
    ------
    Refusal
        When the wave is unknown, has no uploads or no sample, or its form lacks the roles of household and
        final result.
    """
    announced, microdata, fieldwork = settled(store, wave)
    form = store.form(wave).joined
    submissions = in_roles(microdata.households, form)
    areas, addresses = announced.sample_eas, announced.sample_households
    sample = sample_list(fieldwork, submissions, sample_eas=areas, sample_households=addresses)
    counting = _that_counts(microdata, fieldwork)
    evidence = gather(counting, form, sample_eas=areas, sample_households=addresses)
    selection = audit_selection(evidence)
    rates, unweighted = _rates(sample, announced)
    found = (*fieldwork.findings, *(selection.findings if selection else ()), *unweighted)
    return Overview(
        wave=announced,
        submissions=len(submissions),
        fieldwork=fieldwork,
        sample=sample,
        rates=rates,
        completion=completion_table(sample, areas),
        interviewers=interviewer_table(sample, submissions, evidence),
        selection=selection,
        findings=tuple(_placed(one) for one in found if one.code != TOLD_BEFORE),
    )


def _rates(sample: pd.DataFrame, announced: Wave) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Compute the rates; without the chances of selection unweighted ones alone, and say so."""
    try:
        return rates_table(sample, announced.sample_eas), ()
    except WeightingError as problem:
        said = finding("fieldwork_unweighted", facts={"reason": problem})
        return rates_table(sample, announced.sample_eas, weighted=False), (said,)


def _that_counts(microdata: Microdata, fieldwork: Fieldwork) -> Microdata:
    """Keep the one submission of each household that counts."""
    keys = microdata.households.index.intersection(pd.Index(fieldwork.households["key"]), sort=False)
    rosters = {name: _of_keys(roster, keys) for name, roster in microdata.rosters.items()}
    return replace(
        microdata,
        households=microdata.households.loc[keys],
        household_states=microdata.household_states.loc[keys],
        rosters=rosters,
    )


def _of_keys(roster: Roster, keys: pd.Index) -> Roster:
    inside = roster.rows["key"].isin(keys)
    return replace(roster, rows=roster.rows[inside], states=roster.states[inside])


def _placed(found: Finding) -> Finding:
    """Name the household alone: a row number leads nowhere without the file it is of."""
    return replace(found, row=None)
