"""Any form in the words of ours: the columns that have a role, under the names the software computes with."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from survey.instrument import ROLES, Instrument

HOUSEHOLD_ROLES = tuple(role for role in ROLES if not role.startswith("member_"))
# Without these no final result of a household can be settled.
SETTLING_ROLES = ("household", "disposition")
# Without these no weight can be computed; the others may be missing.
WEIGHING_ROLES = (
    "household", "area", "disposition", "respondent_sex", "respondent_age", "eligible_members",
)  # fmt: skip


def in_roles(households: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Name the columns of the submissions by their roles.

    Parameters
    ----------
    households : DataFrame, shape (n, ...)
        Answers of the main table by the names of the form.
    instrument : Instrument

    Returns
    -------
    DataFrame, shape (n, ...)
        The column of each role under its usual name, such as ``hh_id``; NaN where the form has no such
        question. Other columns as they are.
    """
    holders = {role: instrument.role(role) for role in HOUSEHOLD_ROLES}
    usual = {holder: ROLES[role] for role, holder in holders.items() if holder}
    taken = [name for name in households if name in ROLES.values() and name not in usual]
    named = households.drop(columns=taken).rename(columns=usual)
    absent = [ROLES[role] for role in HOUSEHOLD_ROLES if ROLES[role] not in named]
    blank = pd.DataFrame({name: pd.array([np.nan] * len(named), dtype="str") for name in absent})
    return pd.concat([named, blank.set_axis(named.index)], axis=1)


def lacking_roles(instrument: Instrument, needed: Sequence[str]) -> tuple[str, ...]:
    """List those of the roles `needed` that no question of the form has."""
    return tuple(role for role in needed if not instrument.role(role))
