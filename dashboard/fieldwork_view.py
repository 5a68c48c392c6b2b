"""What the page of the fieldwork shows of response, interviewers and the draw, written for its reader."""

from collections.abc import Mapping
from math import isfinite

import pandas as pd

from dashboard import tables
from dashboard.fieldwork_areas import RESIDENCES, count_of
from dashboard.fieldwork_charts import OUTCOMES
from dashboard.numbers import ABSENT
from dashboard.tables import NOTE, NUMBER, Column, Row
from dashboard.text import Text
from survey.fieldwork.interviewers import CASES
from survey.fieldwork.overview import Overview
from survey.fieldwork.rates import UNWEIGHTED, WEIGHTED, WHOLE
from survey.fieldwork.selection import ALARM, DRAWN, INTERVIEWED, Selection
from survey.findings import findings_workbook

ORIGINALS = "originals"
RATES = ("RR1", "RR2", "RR3", "REF1", "CON1")
STAGES = ("household_rate", "person_rate")
CATEGORIES: Mapping[tuple[str, str], str] = {
    ("sex", "1"): "category.male",
    ("sex", "2"): "category.female",
    ("place", "first"): "category.first",
    ("place", "not_first"): "category.not_first",
}


def top_figures(text: Text, found: Overview) -> list[tuple[str, str, str]]:
    """Write the line on top: issued, interviews, response rate, and its two stages."""
    issued = found.sample[found.sample["issued"]]
    by_kind = issued["kind"].value_counts()
    facts = {
        "originals": text.count(by_kind.get("original", 0)),
        "reserves": text.count(by_kind.get("reserve", 0)),
        "submissions": text.count(found.submissions),
        "areas": text.count((found.completion["interviews"] > 0).sum()),
        "sampled": text.count(len(found.completion)),
        "target": text.count(found.completion["originals"].sum()),
    }
    rates = {
        "weighted": text.percent(found.rate("RR1", weighting=WEIGHTED)),
        "originals": text.percent(found.rate("RR1", weighting=UNWEIGHTED, breakdown=ORIGINALS)),
    }
    stages = {
        "household": text.percent(found.rate("household_rate", weighting=UNWEIGHTED)),
        "person": text.percent(found.rate("person_rate", weighting=UNWEIGHTED)),
    }
    rr1, rr2 = (text.percent(found.rate(name, weighting=UNWEIGHTED)) for name in ("RR1", "RR2"))
    interviews = text.count(len(found.fieldwork.interviews))
    figures = (
        (text.count(len(issued)), text("fieldwork.issued"), text("fieldwork.issued_help", facts)),
        (interviews, text("fieldwork.interviews"), text("fieldwork.interviews_help", facts)),
        (rr1, text("fieldwork.response"), text("fieldwork.response_help", rates)),
        (
            text("fieldwork.stages_value", stages),
            text("fieldwork.stages"),
            text("fieldwork.stages_help", {"rr2": rr2}),
        ),
    )
    return list(figures)


def outcome_counts(found: Overview, names: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Count the results of the issued households of each district."""
    rates = found.rates.query("breakdown == 'district' and weighting == @UNWEIGHTED").set_index("unit")
    return {
        name: {letter: int(rates.at[code, letter]) for letter in OUTCOMES} for code, name in names.items()
    }


def outcomes_alt(text: Text, counts: Mapping[str, Mapping[str, int]]) -> str:
    """Say in words what the stacked bars draw."""
    rows = [
        f"{name}: "
        + ", ".join(f"{text(f'outcome.{letter.lower()}')} {text.count(n)}" for letter, n in letters.items())
        for name, letters in counts.items()
    ]
    return text("fieldwork.outcomes_alt", {"rows": "; ".join(rows)})


def rates_table(text: Text, found: Overview, names: Mapping[str, str]) -> tuple[list[Column], list[Row]]:
    """Write the response rates of the whole, the originals, by residence and by district."""
    columns = [
        Column(text("column.unit")),
        Column(text("field_column.issued"), NUMBER),
        *(Column(name, NUMBER) for name in RATES),
        *(Column(text(f"field_column.{name}"), NUMBER) for name in STAGES),
        Column(text("field_column.weighted"), NUMBER),
    ]
    called = {
        (WHOLE, WHOLE): text("fieldwork.whole"),
        (ORIGINALS, WHOLE): text("fieldwork.originals"),
        **{("residence", kind): text(words) for kind, words in RESIDENCES.items()},
        **{("district", code): name for code, name in names.items()},
    }
    plain = found.rates[found.rates["weighting"] == UNWEIGHTED].set_index(["breakdown", "unit"])
    rows = []
    for (breakdown, unit), name in called.items():
        if (breakdown, unit) in plain.index:
            own = plain.loc[(breakdown, unit)]
            heavy = found.rate("RR1", weighting=WEIGHTED, breakdown=breakdown, unit=unit)
            shares = (*(own[rate] for rate in (*RATES, *STAGES)), heavy)
            cells = (text.count(own["issued"]), *(text.percent(share) for share in shares))
            rows.append(Row(name, cells, strong=breakdown == WHOLE))
    return columns, rows


def interviewer_rows(text: Text, found: Overview) -> tuple[list[Column], list[Row]]:
    """Write one row an interviewer; shares stand with their numbers, and none where these are tiny."""
    numbers = (
        "submissions",
        "interviews",
        "refusals",
        "minutes",
        "dont_know",
        "overclaims",
        "alike",
        "first",
    )
    columns = [
        Column(text("field_column.interviewer")),
        *(Column(text(f"field_column.{name}"), NUMBER) for name in numbers),
        Column(text("field_column.flags"), NOTE),
    ]
    rows = [
        Row(
            str(row["interviewer"]) or text("fieldwork.no_code"),
            (
                text.count(row["submissions"]),
                text.count(row["interviews"]),
                count_of(text, row["refusals"], row["reached"], share=True),
                text.decimal(row["minutes"]),
                text.percent(row["dont_know"]),
                count_of(text, row["overclaims"], row["overclaims_asked"]),
                count_of(text, row["alike"], row["batteries"], share=True),
                _first(text, row),
                flags_said(text, row),
            ),
        )
        for row in found.interviewers.to_dict("records")
    ]
    return columns, rows


def flags_said(text: Text, row: Mapping[str, object]) -> str:
    """Name the reasons to look: patterns first, then single cases with their number."""
    names = row["flags"]
    assert isinstance(names, tuple)
    said = [
        text("fieldwork.case", {"what": text(f"flag.{name}"), "count": row[name]})
        if name in CASES
        else text("fieldwork.pattern", {"what": text(f"flag.{name}")})
        for name in names
    ]
    return "; ".join(said) or text("fieldwork.nothing")


def selection_said(text: Text, audit: Selection | None) -> list[str]:
    """Say whether the draw was kept, in sentences an official can read."""
    if audit is None:
        return [text("fieldwork.selection_none")]
    facts = {
        "drawn": text.count(audit.drawn),
        "chosen": text.count(audit.chosen),
        "checked": text.count(audit.checked),
        "wrong_draw": text.count(audit.count("draw_not_largest")),
        "changed": text.count(audit.count("selection_roster_changed")),
        "other": text.count(audit.count("respondent_not_drawn")),
    }
    alarm = {"alarm": text.decimal(ALARM, 4)}
    verdict = "fieldwork.selection_suspect" if audit.is_suspect else "fieldwork.selection_chance"
    return [text("fieldwork.selection_kept", facts), f"{text(verdict, alarm)} {furthest_off(text, audit)}"]


def furthest_off(text: Text, audit: Selection) -> str:
    """Say which category is furthest from a random choice, and by how much."""
    known = audit.tests.dropna(subset=["p"])
    if known.empty:
        return ""
    rare = known[known["p"] == known["p"].min()]
    row = rare.loc[(rare["observed"] - rare["expected"]).idxmax()]
    facts = {
        "trait": trait_said(text, row["trait"], row["category"]).lower(),
        "observed": text.count(row["observed"]),
        "expected": text.count(row["expected"]),
        "p": text.decimal(row["p"], 4),
    }
    return text(f"fieldwork.selection_furthest_{row['stage']}", facts)


def trait_said(text: Text, trait: str, category: str) -> str:
    """Name a category of a trait; age groups, and codes that are not ours, name themselves."""
    known = text(CATEGORIES[trait, category]) if (trait, category) in CATEGORIES else category
    return text(f"trait.{trait}", {"category": known})


def selection_rows(text: Text, audit: Selection) -> tuple[list[Column], list[Row]]:
    """Write who was drawn and who was interviewed, against what chance would take."""
    columns = [Column(text("field_column.trait"))]
    for stage in (DRAWN, INTERVIEWED):
        columns += [
            Column(text(f"field_column.{stage}"), NUMBER),
            Column(text(f"field_column.{stage}_expected"), NUMBER),
            Column("p", NUMBER),
        ]
    told = audit.tests.set_index(["stage", "trait", "category"])
    rows = []
    for trait, category in audit.tests[["trait", "category"]].drop_duplicates().itertuples(index=False):
        cells: list[str] = []
        for stage in (DRAWN, INTERVIEWED):
            cells += _stage_cells(text, told, (stage, trait, category))
        rows.append(Row(trait_said(text, trait, category), tuple(cells)))
    return columns, rows


def findings_file(found: Overview) -> bytes:
    """Write the findings as a workbook for the people who resolve them."""
    return findings_workbook(found.findings)


def csv_of(frame: pd.DataFrame) -> bytes:
    """Write a table for machines; several flags stand in one cell."""
    flat = frame.assign(flags=frame["flags"].map(" ".join)) if "flags" in frame else frame
    return tables.csv_bytes(flat)


def _stage_cells(text: Text, told: pd.DataFrame, key: tuple[str, str, str]) -> tuple[str, str, str]:
    if key not in told.index:
        return (ABSENT, ABSENT, ABSENT)
    row = told.loc[key]
    return (text.count(row["observed"]), text.decimal(row["expected"]), text.decimal(row["p"], 3))


def _first(text: Text, row: Mapping[str, float]) -> str:
    if not row["choices"] or not isfinite(row["first_expected"]):
        return ABSENT
    facts = {
        "count": text.count(row["first"]),
        "total": text.count(row["choices"]),
        "expected": text.decimal(row["first_expected"], 0),
    }
    return text("fieldwork.first_of", facts)
