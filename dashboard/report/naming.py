"""The names of indicators, groups and places in a report; what the catalogue does not know keeps its code."""

from functools import cache

from dashboard import data
from dashboard.kept import kept
from dashboard.readings import COMPANIONS, FIELDS, PROVINCE
from dashboard.text import Text, catalogue
from survey.release import Release


def indicator_name(text: Text, indicator: str, base: str) -> str:
    """Name an indicator on its base."""
    for measure in COMPANIONS:
        if (measure.indicator, measure.base) == (indicator, base):
            return text(f"indicator.{measure.name}")
    kind, _, rest = indicator.partition("_")
    if kind in {"know", "skill"} and rest in FIELDS:
        return f"{text(f'field.{rest}')}: {text(f'fields.{kind}').lower()}"
    if kind == "fields" and rest.isdigit():
        return text("report.fields_alone", {"n": rest})
    return indicator


def breakdown_name(text: Text, release: Release, breakdown: str) -> str:
    """Name a breakdown."""
    if division := division_of(release, breakdown):
        name = division.name(text.language)
        return f"{name[:1].upper()}{name[1:]}"
    return text(f"report_breakdown.{breakdown}") if breakdown in _known("report_breakdown") else breakdown


def base_name(text: Text, base: str) -> str:
    """Name the people that a share is of."""
    return text(f"base.{base}") if base in _known("base") else base


def division_of(release: Release, breakdown: str, edition: str = "") -> data.Division | None:
    """Return the division that a breakdown is, of the frame where no edition is named; None for a group."""
    found = (
        one for one in data.divisions(release) if one.level == breakdown and edition in {"", one.edition}
    )
    return next(found, None)


def unit_names(text: Text, release: Release, breakdown: str, edition: str = "") -> dict[str, str]:
    """Name the units of a breakdown, in the order of the release."""
    key = ("names of units", text.language, breakdown, edition)
    return dict(kept(release.estimates, key, lambda: _unit_names(text, release, breakdown, edition)))


def _unit_names(text: Text, release: Release, breakdown: str, edition: str) -> dict[str, str]:
    units = _units(release, breakdown, edition)
    if breakdown == PROVINCE:
        return dict.fromkeys(units, data.province_name(release, text.language))
    if division := division_of(release, breakdown, edition):
        places = data.units(release, division, text.language)
        return {unit: places[unit].name if unit in places else unit for unit in units}
    return {unit: _group_name(text, breakdown, unit) for unit in units}


def _units(release: Release, breakdown: str, edition: str) -> list[str]:
    rows = release.estimates[release.estimates["breakdown"] == breakdown]
    if edition:
        rows = rows[rows["edition"] == edition]
    return list(dict.fromkeys(rows["unit"].astype(str)))


def _group_name(text: Text, breakdown: str, unit: str) -> str:
    key = f"{breakdown}_{''.join(sign if sign.isalnum() else '_' for sign in unit)}"
    return text(f"report_group.{key}") if key in _known("report_group") else unit


@cache
def _known(section: str) -> frozenset[str]:
    return frozenset(key.split(".")[1] for key in catalogue() if key.split(".")[0] == section)
