"""Checks against the sample: areas and households that are in it, and reserves used in their order."""

from collections.abc import Iterator, Mapping

import pandas as pd

from survey.messages import Finding, finding
from survey.validation.evidence import Evidence, report_households

ORIGINAL, RESERVE = "original", "reserve"
# What the codes of the kind of household mean where the form does not say so by `x_key`.
USUAL_KINDS = {"1": ORIGINAL, "2": RESERVE}


def membership(evidence: Evidence) -> Iterator[Finding]:
    """Report areas and households outside the sample, and kinds other than in the sample."""
    if evidence.sample_eas.empty:
        return
    area, household = evidence.answers("area"), evidence.answers("household")
    names = {role: evidence.instrument.role(role) for role in ("area", "household", "household_kind")}
    foreign = ~area.isin(evidence.sample_eas["ea_code"])
    yield from report_households(evidence, foreign, "area_not_sampled", column=names["area"])
    unlisted = ~foreign & ~household.isin(evidence.sample_households["hh_id"])
    yield from report_households(evidence, unlisted, "household_not_sampled", column=names["household"])
    kinds = evidence.sample_households.drop_duplicates("hh_id").set_index("hh_id")["kind"]
    listed, codes = household.map(kinds), _kinds(evidence)
    wrong = listed.notna() & (evidence.answers("household_kind").map(codes) != listed)
    facts = {"expected": listed.map({kind: code for code, kind in codes.items()})}
    column = names["household_kind"]
    yield from report_households(evidence, wrong, "kind_differs", column=column, facts=facts)


def reserves(evidence: Evidence) -> Iterator[Finding]:
    """Note how many reserve households each area used, and report those taken before it was their turn."""
    used = _used_reserves(evidence)
    listed = evidence.sample_households[evidence.sample_households["kind"] == RESERVE]
    turns = {area: list(rows) for area, rows in listed.groupby("ea_code")["hh_no"]}
    for area, numbers in used.groupby("area", sort=True)["number"]:
        taken = sorted(set(numbers), key=_by_number)
        facts = {"count": len(taken), "numbers": ", ".join(taken)}
        yield finding("reserve_used", file=evidence.microdata.file, value=str(area), facts=facts)
        before = sorted(turns.get(area, ()), key=_by_number)[: len(taken)]
        if turns.get(area) and before != taken:
            early = [number for number in taken if number not in before]
            skipped = [number for number in before if number not in taken]
            facts = {"early": ", ".join(early), "expected": ", ".join(skipped)}
            yield finding("reserve_out_of_order", file=evidence.microdata.file, value=str(area), facts=facts)


def _used_reserves(evidence: Evidence) -> pd.DataFrame:
    used = pd.DataFrame({"area": evidence.answers("area"), "number": evidence.answers("household_number")})
    return used[evidence.answers("household_kind").map(_kinds(evidence)) == RESERVE].dropna()


def _kinds(evidence: Evidence) -> Mapping[str, str]:
    """Return what the codes of the kind of household mean."""
    question = evidence.instrument.question(evidence.instrument.role("household_kind"))
    declared = {choice.name: choice.key for choice in evidence.instrument.codes(question) if choice.key}
    return declared or USUAL_KINDS


def _by_number(text: str) -> tuple[int, str]:
    return len(text), text
