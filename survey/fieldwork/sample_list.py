"""The sample list: every sampled address, original or reserve, and what became of it."""

from __future__ import annotations

import pandas as pd

from survey.fieldwork.settling import Fieldwork, outcome
from survey.frame_units import widest_units

ORIGINAL, RESERVE = "original", "reserve"
NOBODY = ""  # the draw of a household without an eligible member gives line 0
NO_LINE = ("", "0")


def sample_list(
    fieldwork: Fieldwork,
    submissions: pd.DataFrame,
    *,
    sample_eas: pd.DataFrame,
    sample_households: pd.DataFrame,
) -> pd.DataFrame:
    """List every sampled address with its final result.

    Parameters
    ----------
    fieldwork : Fieldwork
    submissions : DataFrame
        Submissions by the names of the roles, indexed by key: ``interviewer_id``, ``resp_line``.
    sample_eas : DataFrame
        ``ea_code, district_code, residence``.
    sample_households : DataFrame
        ``ea_code, hh_no, hh_id, kind``.

    Returns
    -------
    DataFrame, one row a sampled address, in the order of the sample
        ``ea_code, district, residence, hh_no, hh_id, kind``; ``issued`` (bool); ``disposition``, its letter
        of AAPOR ``outcome`` and its ``reason``, "" for a reserve that was not used; ``key`` of the
        submission that counts, "" without one; ``interviewer``, of an address without submission the one
        who worked in the area if it was one alone, else ""; ``drawn`` (bool), whether the household let a
        respondent be drawn.
    """
    areas = sample_eas.drop_duplicates("ea_code").set_index("ea_code")
    results = fieldwork.households.set_index("hh_id")[["disposition", "reason", "key"]]
    listed = sample_households[["ea_code", "hh_no", "hh_id", "kind"]].join(results, on="hh_id")
    issued = listed["disposition"].notna()
    listed = listed.fillna({"disposition": "", "reason": "", "key": ""})
    told = submissions[["interviewer_id", "resp_line"]].fillna("").reindex(listed["key"], fill_value="")
    interviewer = pd.Series(told["interviewer_id"].to_numpy(dtype=object), index=listed.index, dtype="str")
    drawn = pd.Series(~told["resp_line"].isin(NO_LINE).to_numpy(), index=listed.index)
    letters = outcome(listed["disposition"]).where(issued, "")
    return pd.DataFrame(
        {
            "ea_code": listed["ea_code"],
            "district": listed["ea_code"].map(areas[widest_units(sample_eas)[1]]),
            "residence": listed["ea_code"].map(areas["residence"]),
            "hh_no": listed["hh_no"],
            "hh_id": listed["hh_id"],
            "kind": listed["kind"],
            "issued": issued,
            "disposition": listed["disposition"],
            "outcome": letters,
            "reason": listed["reason"],
            "key": listed["key"],
            "interviewer": interviewer.where(interviewer != NOBODY, _alone_in_area(listed, interviewer)),
            "drawn": drawn & ~letters.isin(["NE", "UH"]) | letters.isin(["I", "P"]),
        }
    )


def _alone_in_area(listed: pd.DataFrame, interviewer: pd.Series) -> pd.Series:
    """Name the interviewer of each address by its area where only one worked there, else ""."""
    seen = interviewer[interviewer != NOBODY].groupby(listed["ea_code"]).agg(["nunique", "first"])
    alone = seen.loc[seen["nunique"] == 1, "first"].to_dict()
    return listed["ea_code"].map(lambda area: alone.get(area, NOBODY))
