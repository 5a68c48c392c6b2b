"""The fieldwork of a wave as tables for the terminal, in one language."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from rich.markup import escape
from rich.table import Table

from estimation.display.wording import ABSENT, decimal, percent
from survey import frame_units
from survey.commands.fieldwork_words import HEADINGS, TITLES, flags, heading, value
from survey.fieldwork.overview import Overview
from survey.fieldwork.rates import UNWEIGHTED, WEIGHTED, WHOLE
from survey.findings import SEVERITY_NAMES, by_rule
from survey.geography import open_geography

COUNTS = ("issued", "I", "P", "R", "NC", "O", "UH", "NE")
RATES = ("RR1", "RR2", "RR3", "COOP1", "REF1", "CON1", "household_rate", "person_rate")
OF_AREA = (
    "interviews", "originals", "lost", "unsent", "redo", "reserves_used", "reserves_left", "missing",
)  # fmt: skip
OF_INTERVIEWER = ("submissions", "households", "interviews", "refusals", "rejected")


def unit_names(found: Overview, language: str) -> Mapping[str, str]:
    """Name the units of a wave; other units are called by their codes."""
    return frame_units.unit_names(open_geography(found.wave.geography), language)


def rates_of(found: Overview, by: str, language: str) -> Table:
    """Write the whole and the units of a breakdown: counts, unweighted rates, and RR1 with weights."""
    table = _table(TITLES["rates"][language == "en"].format(found.wave.name))
    weighted = HEADINGS["weighted"][language == "en"].format("RR1")
    _columns(table, ("unit", *COUNTS, *RATES), language)
    table.add_column(weighted, justify="right")
    names = unit_names(found, language)
    rows = found.rates[found.rates["weighting"] == UNWEIGHTED]
    for breakdown in dict.fromkeys((WHOLE, by)):
        for row in rows[rows["breakdown"] == breakdown].to_dict("records"):
            unit = row["unit"]
            heavy = found.rate("RR1", weighting=WEIGHTED, breakdown=breakdown, unit=unit)
            cells = (
                *(decimal(row[name], language, 0) for name in COUNTS),
                *(percent(row[name], language) for name in RATES),
                percent(heavy, language),
            )
            table.add_row(escape(names.get(unit, value(unit, language))), *cells)
        table.add_section()
    return table


def areas_of(found: Overview, language: str) -> Table:
    """Write the areas that have not reached their target, and what is left to do there."""
    table = _table(TITLES["completion"][language == "en"])
    _columns(table, ("ea_code", "district", *OF_AREA), language, texts=2)
    table.add_column(heading("state", language))
    names = unit_names(found, language)
    for row in found.completion[found.completion["missing"] > 0].to_dict("records"):
        place = (row["ea_code"], names.get(row["district"], row["district"]))
        numbers = (decimal(row[name], language, 0) for name in OF_AREA)
        table.add_row(*map(escape, place), *numbers, value(row["state"], language))
    return table


def interviewers_of(found: Overview, language: str) -> Table:
    """Write one row an interviewer, in the order of their codes; nothing is ranked."""
    table = _table(TITLES["interviewers"][language == "en"])
    names = ("interviewer", *OF_INTERVIEWER, "minutes", "dont_know", "overclaims", "alike", "first")
    _columns(table, names, language)
    table.add_column(heading("flags", language))
    for row in found.interviewers.to_dict("records"):
        table.add_row(
            escape(value(row["interviewer"], language)),
            *(decimal(row[name], language, 0) for name in OF_INTERVIEWER),
            _decimal(row["minutes"], language),
            percent(row["dont_know"], language) if pd.notna(row["dont_know"]) else ABSENT,
            f"{row['overclaims']}/{row['overclaims_asked']}",
            f"{row['alike']}/{row['batteries']}",
            f"{row['first']}/{row['choices']}",
            flags(row["flags"], language),
        )
    return table


def selection_of(found: Overview, language: str) -> Table:
    """Write who was drawn and who was interviewed against what chance would take."""
    table = _table(TITLES["selection"][language == "en"])
    _columns(table, ("stage", "trait", "category", "observed", "expected", "p"), language, texts=3)
    tests = found.tables()["selection"]
    for row in tests.to_dict("records"):
        table.add_row(
            value(f"stage.{row['stage']}", language),
            value(f"trait.{row['trait']}", language),
            category(row["trait"], row["category"], language),
            decimal(row["observed"], language, 0),
            decimal(row["expected"], language, 1),
            decimal(row["p"], language, 3) if pd.notna(row["p"]) else ABSENT,
        )
    return table


def findings_of(found: Overview, language: str) -> Table:
    """Write the findings by rule, each with an example."""
    table = _table(TITLES["findings"][language == "en"])
    table.add_column("")
    _columns(table, ("count",), language, texts=0)
    _columns(table, ("rule", "places"), language, texts=2)
    for rule in by_rule(found.findings):
        word = SEVERITY_NAMES[rule.severity].split(" / ")[language == "en"]
        sentence = escape(rule.example.sentence(language))
        table.add_row(word, decimal(rule.count, language, 0), sentence, escape(", ".join(rule.places)))
    return table


def tables_of(found: Overview, by: str, language: str) -> Iterator[Table]:
    """Write every table that has a row."""
    every = (
        rates_of(found, by, language),
        areas_of(found, language),
        interviewers_of(found, language),
        selection_of(found, language),
        findings_of(found, language),
    )
    return (table for table in every if table.row_count)


def category(trait: str, name: str, language: str) -> str:
    """Name a category of a trait; age groups name themselves."""
    named = value(f"{trait}.{name}", language)
    return name if named == f"{trait}.{name}" else named


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left")


def _columns(table: Table, names: Sequence[str], language: str, *, texts: int = 1) -> None:
    """Add columns; the first `texts` hold words, the others numbers."""
    for place, name in enumerate(names):
        table.add_column(heading(name, language), justify="left" if place < texts else "right")


def _decimal(number: float, language: str) -> str:
    return decimal(number, language, 1) if pd.notna(number) else ABSENT
