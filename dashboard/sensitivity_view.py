"""How far the headline hangs on its definition, as a release keeps it: charts, tables and sentences."""

from collections.abc import Iterable, Mapping

from dashboard import sentences, tables
from dashboard.chart_rows import Dot, reading_said
from dashboard.lanes_chart import Group, Lane
from dashboard.readings import (
    HEADLINE,
    PROVINCE,
    Reading,
    goal_years,
    judgements,
    reading_from,
    readings,
)
from dashboard.text import Text
from survey.definition_report import DefinitionReport
from survey.indicators.definition import Definition
from survey.indicators.variants import ANY, COMPULSORY
from survey.release import Release

Variants = Mapping[tuple[str, int, str], Reading]  # (rule, number of fields, base)
WITH_HELP = "with_help"
RULES = (COMPULSORY, WITH_HELP, ANY)


def variants_of(report: DefinitionReport) -> Variants:
    """Return every reading of the headline."""
    return {
        (row["rule"], int(row["fields"]), row["base"]): reading_from(row)
        for row in report.variants.to_dict("records")
    }


def published(report: DefinitionReport) -> tuple[str, int, str]:
    """Name the reading that is the headline itself."""
    row = report.variants[report.variants["published"].astype(bool)].iloc[0]
    return row["rule"], int(row["fields"]), row["base"]


def rules_of(found: Variants) -> tuple[str, ...]:
    """Return the rules that a release holds; one of older software lacks those declared later."""
    held = {rule for rule, _, _ in found}
    return tuple(rule for rule in RULES if rule in held)


def field_groups(text: Text, found: Variants, own: tuple[str, int, str]) -> list[Group]:
    """Make one group a number of fields, read by every rule."""
    _, chosen, base = own
    numbers = sorted({fields for _, fields, _ in found})
    return [
        Group(
            text("sensitivity.fields_own" if fields == chosen else "sensitivity.fields", {"n": fields}),
            tuple(
                Lane(rule, text(f"sensitivity.{rule}"), found[rule, fields, base])
                for rule in RULES
                if (rule, fields, base) in found
            ),
        )
        for fields in numbers
    ]


def base_dots(text: Text, found: Variants, own: tuple[str, int, str], definition: Definition) -> list[Dot]:
    """Make one row a base, for the rule of the headline."""
    rule, fields, base = own
    return [
        _base_dot(text, one.labels[text.language], found[rule, fields, one.id], strong=one.id == base)
        for one in definition.bases.values()
        if (rule, fields, one.id) in found
    ]


def published_sentence(text: Text, release: Release) -> str:
    """Say the published number with its verdicts, which the other readings do not have."""
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    wave = sentences.wave_year(release)
    judged = [
        judgements(release.verdicts, HEADLINE, PROVINCE, year)[PROVINCE]
        for year in goal_years(release.verdicts)
    ]
    named = [
        {"goal": sentences.goal_name(text, goal, wave, inside=True), "verdict": text(f"verdict.{goal.shown}")}
        for goal in judged
    ]
    goals = "; ".join(text("sensitivity.goal", one) for one in named)
    return text("sensitivity.published", {"said": reading_said(text, reading), "goals": goals})


def spread(text: Text, found: Variants, own: tuple[str, int, str]) -> str:
    """Say between which ends the headline moves with the number of fields, and with the base."""
    rule, fields, base = own
    by_fields = _shown(found[key] for key in found if key[0] == rule and key[2] == base)
    by_base = _shown(found[key] for key in found if key[0] == rule and key[1] == fields)
    if not by_fields or not by_base:
        return text("sensitivity.hidden")
    facts = {
        "fields_low": text.percent(by_fields[0].estimate),
        "fields_high": text.percent(by_fields[-1].estimate),
        "base_low": text.percent(by_base[0].estimate),
        "base_high": text.percent(by_base[-1].estimate),
    }
    return text("sensitivity.spread", facts)


def with_help(text: Text, found: Variants, own: tuple[str, int, str]) -> str:
    """Say what the headline would be with those who need somebody to guide them; nothing where not kept."""
    _, fields, base = own
    reading, published = found.get((WITH_HELP, fields, base)), found[own]
    if reading is None or reading.hidden or published.hidden:
        return ""
    facts = {
        "estimate": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
        "published": text.percent(published.estimate),
    }
    return text("sensitivity.with_help_said", facts)


def grid(
    text: Text, found: Variants, own: tuple[str, int, str], definition: Definition
) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write one row a number of fields and one column a base, for the rule of the headline."""
    rule, chosen, _ = own
    bases = [base for base in definition.bases.values() if (rule, chosen, base.id) in found]
    columns = (
        tables.Column(text("sensitivity.number")),
        *(tables.Column(base.labels[text.language], tables.NUMBER) for base in bases),
    )
    rows = [
        tables.Row(
            text("sensitivity.fields_own" if fields == chosen else "sensitivity.fields", {"n": fields}),
            tuple(tables.estimate_cell(text, found[rule, fields, base.id]) for base in bases),
            strong=fields == chosen,
        )
        for fields in sorted({number for one, number, _ in found if one == rule})
    ]
    return columns, rows


def full(
    text: Text, found: Variants, own: tuple[str, int, str], definition: Definition
) -> tuple[tuple[tables.Column, ...], list[tables.Row], str]:
    """Write every column of what the charts and the grid hold, and why something is hidden."""
    rule, _, base = own
    keys = [key for key in found if key[0] in RULES and (key[0] == rule or key[2] == base)]
    named = [(_name(text, key, definition), found[key], key == own) for key in keys]
    columns = (tables.Column(text("sensitivity.reading")), *tables.estimate_columns(text))
    rows = [
        tables.Row(name, tables.estimate_cells(text, reading), strong=strong)
        for name, reading, strong in named
    ]
    return columns, rows, tables.estimate_notes(text, [(name, reading) for name, reading, _ in named])


def treatment_table(
    text: Text, report: DefinitionReport
) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write the headline with the undetermined outside, and with all of them on either side."""
    columns = (tables.Column(text("sensitivity.treatment")), *tables.estimate_columns(text))
    rows = [
        tables.Row(
            text(f"sensitivity.{row['treatment']}"),
            tables.estimate_cells(text, reading_from(row)),
            strong=place == 0,
        )
        for place, row in enumerate(report.treatments.to_dict("records"))
    ]
    return columns, rows


def undetermined_sentence(text: Text, report: DefinitionReport) -> str:
    """Say how many are undetermined in the headline, and between which ends that leaves it."""
    counted = report.undetermined
    row = counted[(counted["indicator"] == HEADLINE.indicator) & (counted["base"] == HEADLINE.base)].iloc[0]
    share = {row["treatment"]: reading_from(row) for row in report.treatments.to_dict("records")}
    facts = {"n": text.count(row["undetermined"]), "members": text.count(row["members"])}
    if any(reading.hidden for reading in share.values()):
        return text("sensitivity.undetermined_only", facts)
    ends = {name: text.percent(share[name].estimate) for name in ("as_no", "outside", "as_yes")}
    return text("sensitivity.undetermined_said", {**facts, **ends})


def undetermined_table(
    text: Text, report: DefinitionReport, definition: Definition
) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Count the undetermined of every condition."""
    columns = (
        tables.Column(text("sensitivity.condition")),
        tables.Column(text("column.base"), tables.WORD),
        tables.Column(text("sensitivity.members"), tables.NUMBER),
        tables.Column(text("sensitivity.count"), tables.NUMBER),
    )
    rows = [
        tables.Row(
            definition.labels[row["indicator"]][text.language],
            (
                definition.bases[row["base"]].labels[text.language],
                text.count(row["members"]),
                text.count(row["undetermined"]),
            ),
            strong=(row["indicator"], row["base"]) == (HEADLINE.indicator, HEADLINE.base),
        )
        for row in report.undetermined.to_dict("records")
    ]
    return columns, rows


def _name(text: Text, key: tuple[str, int, str], definition: Definition) -> str:
    rule, fields, base = key
    facts = {
        "fields": text("sensitivity.fields", {"n": fields}),
        "rule": text(f"sensitivity.{rule}"),
        "base": definition.bases[base].labels[text.language],
    }
    return text("sensitivity.name", facts)


def _base_dot(text: Text, name: str, reading: Reading, *, strong: bool) -> Dot:
    cells = tables.estimate_cells(text, reading)
    told = (
        (text("column.base"), name),
        (text("column.estimate"), cells[0]),
        (text("column.interval"), cells[1]),
        (text("column.n"), text.count(reading.n)),
        (text("column.quality"), cells[2]),
    )
    return Dot(name, reading, tips=told, strong=strong, judged=False)


def _shown(found: Iterable[Reading]) -> list[Reading]:
    """Return published readings, the lowest first."""
    shown = [reading for reading in found if not reading.hidden]
    return sorted(shown, key=lambda reading: reading.estimate)
