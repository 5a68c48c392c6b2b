"""Checks for interviews that stand twice: a household sent again, or one interview under two households."""

from collections.abc import Iterator

import pandas as pd

from survey.fieldwork import COMPLETE
from survey.messages import Finding, finding
from survey.validation.evidence import Evidence, Layer, report_households

# Roles whose answers tell the household and the visit, not what was said in it.
OF_THE_COVER = ("household", "household_number", "household_kind", "area", "interviewer")
SAID_BY_PEOPLE = frozenset({"select_one", "select_multiple", "integer", "decimal"})
CELL, LINE = "\x1f", "\x1e"


def repeated_households(evidence: Evidence) -> Iterator[Finding]:
    """Report households with several submissions."""
    places = pd.DataFrame({"household": evidence.answers("household"), "row": evidence.households["row"]})
    copies = places[places.duplicated("household", keep=False) & places["household"].notna()]
    for household, group in copies.groupby("household", sort=True):
        rows = [int(row) for row in group["row"]]
        yield finding(
            "household_repeated",
            file=evidence.microdata.file,
            sheet=evidence.microdata.main,
            row=rows[-1],
            column=evidence.instrument.role("household"),
            value=str(household),
            facts={"household": household, "count": len(rows), "rows": ", ".join(map(str, rows))},
        )


def copied_interviews(evidence: Evidence) -> Iterator[Finding]:
    """Report complete interviews with the same roster and answers as another household's."""
    households = evidence.answers("household")
    complete = evidence.answers("disposition") == COMPLETE
    said = pd.Series(_contents(evidence), index=households.index).where(complete & households.notna())
    firsts = said.dropna().drop_duplicates()
    first = said.map(pd.Series(firsts.index, index=firsts.to_numpy()))
    other = first.map(households)
    copied = other.notna() & (other != households)
    facts = {"other": other, "other_row": first.map(evidence.households["row"]).astype("Int64")}
    column = evidence.instrument.role("household")
    yield from report_households(evidence, copied, "interview_copied", column=column, facts=facts)


def _contents(evidence: Evidence) -> list[str]:
    """Write what the people of each household said as one text."""
    main, *repeats = evidence.levels
    texts = pd.Series(_lines(evidence, main), index=main.frame.index)
    for level in repeats:
        rows = pd.Series(_lines(evidence, level), index=level.frame["key"].to_numpy())
        texts = texts + LINE + rows.groupby(level=0).agg(LINE.join).reindex(texts.index, fill_value="")
    return list(texts)


def _lines(evidence: Evidence, level: Layer) -> list[str]:
    cover = {evidence.instrument.role(role) for role in OF_THE_COVER}
    said = [
        level.columns[question.name]
        for question in evidence.instrument.asked(level.repeat)
        if question.name in level.states and question.type in SAID_BY_PEOPLE and question.name not in cover
    ]
    return [CELL.join(cells) for cells in zip(*said, strict=True)] if said else [""] * len(level.frame)
