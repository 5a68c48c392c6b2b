"""From submissions to the final result of every issued household, and the response rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from survey.frame_units import widest_units
from survey.messages import Finding, finding
from survey.policy import STANDARD, StatePolicy
from survey.weighable import set_aside

COMPLETE, PARTIAL = "110", "120"
WRONG_RESPONDENT, REJECTED, NOT_REACHED = "222", "239", "310"
OTHER = "O"

# Letters of AAPOR Standard Definitions for the results of the form.
OUTCOMES: Mapping[str, str] = {
    COMPLETE: "I",
    PARTIAL: "P",
    "211": "R",
    "212": "R",
    "221": "NC",
    WRONG_RESPONDENT: "NC",
    "231": OTHER,
    "232": OTHER,
    REJECTED: OTHER,
    NOT_REACHED: "UH",
    "410": "NE",
    "420": "NE",
    "430": "NE",
}
# Why a recorded result was changed -> the finding that says so.
CHANGED: Mapping[str, str] = {
    "interview rejected": "fieldwork_rejected",
    "review state not counted": "fieldwork_not_counted",
    "wrong respondent": "fieldwork_wrong_respondent",
}
DECISIVE = ("hh_id", "disp_final", "resp_line", "c0_line", "review", "submitted", "row")
COUNTS = ("I", "P", "R", "NC", "O", "UH", "NE")


@dataclass(frozen=True, slots=True, eq=False)
class Fieldwork:
    """What became of the sample.

    Attributes
    ----------
    households : DataFrame, one row an issued household
        ``hh_id, ea_code, hh_no, kind, disposition, reason, key``; ``key`` is empty without a
        submission.
    interviews : DataFrame, one row a usable interview
        Index the key of the submission; every answer, ``hh_id``, ``ea_code`` and the final
        ``disposition``.
    response : mapping
        Breakdown -> unit -> counts and rates of AAPOR; breakdowns are province, the widest level of
        units that the sample names, residence, and originals (the province without the reserves).
    findings : tuple of Finding
        Decisions a person should know of.
    """

    households: pd.DataFrame
    interviews: pd.DataFrame
    response: Mapping[str, Mapping[str, Mapping[str, float]]]
    findings: tuple[Finding, ...]


def settle(
    households: pd.DataFrame,
    sample_eas: pd.DataFrame,
    sample_households: pd.DataFrame,
    *,
    decisions: Mapping[str, str] | None = None,
    policy: StatePolicy = STANDARD,
) -> Fieldwork:
    """Settle the final result of every issued household.

    1. Issued are the original households of every sampled area and the reserves that have a
       submission; an original without one has result 310.
    2. Of several submissions of a household the one that a person chose is kept; where nobody chose, those
       that do not count by their review state are dropped, and of the rest the earliest is kept.
    3. A complete or partial interview becomes 239 when it does not count by its review state (it was
       rejected), else 222 when another person than the one drawn was interviewed.
    4. An interview without sex, age or the number of eligible persons cannot be weighed and becomes 239, too.
    5. Usable are the complete and the partial interviews that remain.

    Parameters
    ----------
    households : DataFrame
        Submissions, indexed by key: ``hh_id, disp_final, resp_line, c0_line, review, submitted``,
        ``row`` and the answers.
    sample_eas : DataFrame
        ``ea_code, stratum, residence`` and a ``<level>_code``, one row a sampled area.
    sample_households : DataFrame
        ``ea_code, hh_no, hh_id, kind`` (original or reserve), one row a sampled address.
    decisions : mapping, optional
        Household -> key of the submission that counts, as persons decided.
    policy : StatePolicy
        The review states of the interviews that count.

    Returns
    -------
    Fieldwork
    """
    submissions = households[[column for column in DECISIVE if column in households]]
    sampled = submissions["hh_id"].isin(sample_households["hh_id"])
    chosen = dict(decisions or {})
    kept = _one_a_household(submissions[sampled], chosen, policy)
    settled = _final_results(kept, policy)
    issued, unweighable = set_aside(_issued(sample_households, settled), households, (COMPLETE, PARTIAL))
    interviews = _usable_interviews(households, issued)
    findings = [
        *_findings_of_strangers(submissions[~sampled]),
        *_findings_of_copies(submissions[sampled], kept, chosen),
        *_findings_of_results(settled, issued, policy),
        *unweighable,
        *_findings_of_areas(sample_eas, interviews),
    ]
    return Fieldwork(issued, interviews, _response(issued, sample_eas), tuple(findings))


def outcome(disposition: pd.Series) -> pd.Series:
    """Translate results of the form to the letters of AAPOR; a result not listed counts as other."""
    return disposition.map(OUTCOMES).fillna(OTHER)


def response_rates(outcomes: pd.Series, *, weight: pd.Series | None = None) -> dict[str, float]:
    """Count outcomes and compute the response rates (M15).

    e is the share of eligible households among those whose eligibility is known, with the same weight.

    Parameters
    ----------
    outcomes : Series of str
        Letters of AAPOR, one a household: I, P, R, NC, O, UH, NE.
    weight : Series of float, optional
        Weight of each household; without it every household counts as one.

    Returns
    -------
    dict
        The counts, ``issued``, ``e``, ``RR1`` .. ``RR6``, ``COOP1``, ``COOP2``, ``REF1``,
        ``CON1``; a rate without a household in its denominator is NaN.

    References
    ----------
    AAPOR (2023). Standard Definitions, 10th edition, in-person household surveys.
    """
    ones = pd.Series(1, index=outcomes.index) if weight is None else weight
    seen = ones.groupby(outcomes).sum().to_dict()
    count = {letter: seen.get(letter, 0) for letter in COUNTS}
    complete, usable = count["I"], count["I"] + count["P"]
    reached = usable + count["R"] + count["O"]
    eligible = reached + count["NC"]
    e = _share(eligible, eligible + count["NE"])
    everyone, likely = eligible + count["UH"], eligible + e * count["UH"]
    return {
        **count,
        "issued": sum(count.values()),
        "e": e,
        "RR1": _share(complete, everyone),
        "RR2": _share(usable, everyone),
        "RR3": _share(complete, likely),
        "RR4": _share(usable, likely),
        "RR5": _share(complete, eligible),
        "RR6": _share(usable, eligible),
        "COOP1": _share(complete, reached),
        "COOP2": _share(usable, reached),
        "REF1": _share(count["R"], everyone),
        "CON1": _share(reached, everyone),
    }


def response_table(fieldwork: Fieldwork) -> pd.DataFrame:
    """Lay the response of a wave out as a table: breakdown, unit, counts, rates."""
    return pd.DataFrame(
        [
            {"breakdown": breakdown, "unit": unit, **rates}
            for breakdown, units in fieldwork.response.items()
            for unit, rates in units.items()
        ]
    )


def _one_a_household(
    submissions: pd.DataFrame, chosen: Mapping[str, str], policy: StatePolicy
) -> pd.DataFrame:
    """Keep the submission that was chosen, else the earliest of those that count, else the earliest."""
    ranked = submissions.assign(
        other=[
            chosen.get(hh) != key for hh, key in zip(submissions["hh_id"], submissions.index, strict=True)
        ],
        last=~policy.counts(submissions["review"]),
    )
    ranked = ranked.sort_values(["hh_id", "other", "last", "submitted"], kind="stable")
    return ranked[~ranked["hh_id"].duplicated()]


def _final_results(kept: pd.DataFrame, policy: StatePolicy) -> pd.DataFrame:
    """Derive the final result and its reason for each household that has a submission."""
    recorded = kept["disp_final"].fillna("")
    interviewed = recorded.isin([COMPLETE, PARTIAL])
    uncounted = interviewed & ~policy.counts(kept["review"])
    wrong = interviewed & ~uncounted & kept["c0_line"].fillna("").ne(kept["resp_line"].fillna(""))
    final = recorded.mask(uncounted, REJECTED).mask(wrong, WRONG_RESPONDENT)
    reason = (
        pd.Series("", index=kept.index, dtype="str")
        .mask(uncounted, "review state not counted")
        .mask(uncounted & kept["review"].eq("rejected"), "interview rejected")
        .mask(wrong, "wrong respondent")
    )
    return pd.DataFrame(
        {
            "hh_id": kept["hh_id"],
            "recorded": recorded,
            "disposition": final,
            "reason": reason,
            "key": kept.index,
            "row": kept.get("row"),
        }
    )


def _issued(sample_households: pd.DataFrame, settled: pd.DataFrame) -> pd.DataFrame:
    """List the issued households in the order of the sample, with their final results."""
    sample = sample_households[["hh_id", "ea_code", "hh_no", "kind"]]
    results = settled[["hh_id", "disposition", "reason", "key"]]
    issued = sample.merge(results, on="hh_id", how="left")
    silent = issued["disposition"].isna()
    issued = issued[~silent | issued["kind"].eq("original")].reset_index(drop=True)
    silent = issued["disposition"].isna()
    return issued.assign(
        disposition=issued["disposition"].mask(silent, NOT_REACHED),
        reason=issued["reason"].mask(silent, "no submission"),
        key=issued["key"].fillna(""),
    )


def _usable_interviews(households: pd.DataFrame, issued: pd.DataFrame) -> pd.DataFrame:
    usable = issued[issued["disposition"].isin([COMPLETE, PARTIAL])].set_index("key")
    place = usable[["hh_id", "ea_code", "hh_no", "disposition"]]
    answers = households.drop(columns=list(place), errors="ignore").loc[usable.index]
    return pd.concat([place, answers], axis=1)


def _response(issued: pd.DataFrame, sample_eas: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Rates of the province, its widest units, by residence, and of the original sample."""
    areas = sample_eas.set_index("ea_code")
    level, column = widest_units(sample_eas)
    outcomes = outcome(issued["disposition"])
    original = issued["kind"].eq("original")
    grouped = {
        level: outcomes.groupby(issued["ea_code"].map(areas[column])),
        "residence": outcomes.groupby(issued["ea_code"].map(areas["residence"])),
    }
    return {
        "province": {"province": response_rates(outcomes)},
        **{
            breakdown: {str(unit): response_rates(part) for unit, part in groups}
            for breakdown, groups in grouped.items()
        },
        "originals": {"province": response_rates(outcomes[original])},
    }


def _findings_of_strangers(strangers: pd.DataFrame) -> list[Finding]:
    return [
        finding("fieldwork_not_sampled", value=str(household), column="hh_id", row=row)
        for household, row in zip(strangers["hh_id"], _rows(strangers), strict=True)
    ]


def _findings_of_copies(
    submissions: pd.DataFrame, kept: pd.DataFrame, chosen: Mapping[str, str]
) -> list[Finding]:
    dropped = submissions[~submissions.index.isin(kept.index)]
    decided = {household for household, key in chosen.items() if key in kept.index}
    codes = {True: "fieldwork_copy_decided", False: "fieldwork_copy_dropped"}
    return [
        finding(codes[household in decided], value=household, column="hh_id", row=row)
        for household, row in zip(dropped["hh_id"], _rows(dropped), strict=True)
    ]


def _findings_of_results(settled: pd.DataFrame, issued: pd.DataFrame, policy: StatePolicy) -> list[Finding]:
    """Say which results were changed, were not on the list, or are missing."""
    findings = []
    for household, recorded, final, reason, row in zip(
        settled["hh_id"],
        settled["recorded"],
        settled["disposition"],
        settled["reason"],
        _rows(settled),
        strict=True,
    ):
        if final not in OUTCOMES:
            facts = {"household": household}
            findings.append(
                finding(
                    "fieldwork_result_unknown",
                    value=final,
                    column="disp_final",
                    row=row,
                    facts=facts,
                )
            )
        elif final != recorded:
            facts = {"counted": ", ".join(policy.states)}
            findings.append(finding(CHANGED[reason], value=household, column="hh_id", row=row, facts=facts))
    silent = issued.loc[issued["key"] == "", "hh_id"]
    findings += [finding("fieldwork_no_submission", value=hh, column="hh_id") for hh in silent]
    return findings


def _findings_of_areas(sample_eas: pd.DataFrame, interviews: pd.DataFrame) -> list[Finding]:
    empty = sample_eas[~sample_eas["ea_code"].isin(interviews["ea_code"])]
    return [
        finding("fieldwork_area_empty", value=area, facts={"stratum": stratum})
        for area, stratum in zip(empty["ea_code"], empty["stratum"], strict=True)
    ]


def _rows(frame: pd.DataFrame) -> list[int | None]:
    if "row" not in frame:
        return [None] * len(frame)
    return [None if pd.isna(row) else int(row) for row in frame["row"]]


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
