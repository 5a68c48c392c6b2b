"""The change between two waves as a table for the terminal, in one language."""

from collections.abc import Mapping

import pandas as pd
from rich.table import Table

from estimation.display.wording import ABSENT, decimal, percent, reason_words, say
from survey.change import Change
from survey.frame_units import unit_names as frame_names
from survey.geography import Gazetteer
from survey.indicators.definition import Definition
from survey.release import Release
from survey.scored import PROVINCE
from survey.unit_table import release_units

WORDS: Mapping[str, Mapping[str, str]] = {
    "title": {"vi": "Thay đổi từ {0} đến {1}, {2}", "en": "Change from {0} to {1}, {2}"},
    "independent": {"vi": "mẫu hai đợt chọn riêng", "en": "samples drawn independently"},
    "same_psus": {"vi": "cùng địa bàn, hộ khác", "en": "same areas, other households"},
    "panel": {"vi": "cùng những người trả lời", "en": "same respondents"},
    "unit": {"vi": "Đơn vị", "en": "Unit"},
    "change": {"vi": "Thay đổi (điểm phần trăm)", "en": "Change (percentage points)"},
    "urban": {"vi": "Thành thị", "en": "Urban"},
    "rural": {"vi": "Nông thôn", "en": "Rural"},
    "1": {"vi": "Nam", "en": "Male"},
    "2": {"vi": "Nữ", "en": "Female"},
    "kinh": {"vi": "Dân tộc Kinh", "en": "Kinh"},
    "other": {"vi": "Dân tộc khác", "en": "Other ethnicities"},
}
SMALLEST_P = 0.001


def published_rows(change: Change) -> pd.DataFrame:
    """Rows of the headline and of what the definition sets beside it, in its order."""
    entries = change.later.definition.publish
    place = {(entry.rule, entry.base): number for number, entry in enumerate(entries)}
    keys = [place.get(key) for key in zip(change.table["indicator"], change.table["base"], strict=True)]
    order = pd.Series(keys, index=change.table.index, dtype=float).dropna().sort_values(kind="stable")
    return change.table.loc[order.index]


def change_table(change: Change, rows: pd.DataFrame, language: str) -> Table:
    """Write one row a share: indicator, unit, both waves, change, interval, p and quality.

    Parameters
    ----------
    change : Change
    rows : DataFrame
        Those of its table that are shown.
    language : {"vi", "en"}

    Returns
    -------
    Table
        The numbers of a suppressed row are hidden, and its reason is told.
    """
    first, last = change.waves
    title = WORDS["title"][language].format(first, last, WORDS[change.overlap][language])
    table = Table(title=title)
    table.add_column(say("indicator", language))
    table.add_column(WORDS["unit"][language])
    figures = (first, last, WORDS["change"][language], say("interval.two", language, {"level": "95%"}), "p")
    for head in figures:
        table.add_column(head, justify="right")
    table.add_column(say("quality", language))
    names = unit_names(change.later, rows["unit"].unique().tolist(), language)
    definition = change.later.definition
    previous = None
    for _, row in rows.iterrows():
        label = indicator_label(definition, row, language)
        if previous not in {None, label}:
            table.add_section()
        cells = [ABSENT] * len(figures) if row["quality"] == "suppress" else _figures(row, language)
        table.add_row("" if label == previous else label, names[row["unit"]], *cells, _quality(row, language))
        previous = label
    return table


def indicator_label(definition: Definition, row: pd.Series, language: str) -> str:
    """Name of the indicator, with its base where that is not the first one."""
    label = definition.labels[row["indicator"]][language]
    if row["base"] == definition.headline.base:
        return label
    return f"{label} – {definition.bases[row['base']].labels[language]}"


def unit_names(release: Release, units: list[str], language: str) -> dict[str, str]:
    """Names of the units of a breakdown: of the release, of the words above, or as they are."""
    known = release_units(release)
    known = known[known["edition"] == release.manifest["geography"]["edition"]]
    names = dict(zip(known["unit"], known[f"name_{language}"], strict=True))
    names[PROVINCE] = str(known[f"name_{language}"].iloc[0])
    words = {unit: word[language] for unit, word in WORDS.items()}
    return {unit: words.get(unit) or names.get(unit, unit) for unit in units}


def unit_name(gazetteer: Gazetteer, unit: str, language: str) -> str:
    """Name of a unit of a breakdown in one language, by the edition of a wave."""
    if unit in WORDS:
        return WORDS[unit][language]
    if unit == PROVINCE:
        return gazetteer.name(gazetteer.province, language=language)
    return frame_names(gazetteer, language).get(unit, unit)


def _figures(row: pd.Series, language: str) -> list[str]:
    """Both shares, their change, its interval, and p."""
    low, high = (points(row[name], language) for name in ("ci_low", "ci_high"))
    return [
        percent(row["estimate_from"], language),
        percent(row["estimate_to"], language),
        points(row["estimate"], language),
        f"{low} {say('to', language)} {high}",
        _p_value(row["p_value"], language),
    ]


def points(difference: float, language: str) -> str:
    """Difference of shares in percentage points, with its sign."""
    rounded = round(100 * difference, 1) + 0.0  # a difference that rounds to 0 has no sign
    return ("+" if rounded > 0 else "") + decimal(rounded, language, 1)


def _p_value(value: float, language: str) -> str:
    if value < SMALLEST_P:
        return f"<{decimal(SMALLEST_P, language, 3)}"
    return decimal(value, language, 3)


def _quality(row: pd.Series, language: str) -> str:
    """Quality with its reason."""
    word = say(f"quality.{row['quality']}", language)
    return f"{word}: {reason_words(row['reason'], language)}" if row["reason"] else word
