"""What accepting files would move, as tables for the terminal, in one language."""

from collections.abc import Mapping

import pandas as pd
from rich.console import Console
from rich.table import Table

from estimation.display.wording import ABSENT, percent, reason_words, say
from survey import places
from survey.commands.change_table import indicator_label, points, unit_name
from survey.geography import Gazetteer, open_geography
from survey.indicators.definition import load_definition
from survey.movement import AREA, COUNTS, SUPPRESS, Movement
from survey.wave import Wave

WORDS: Mapping[str, Mapping[str, str]] = {
    "shares": {
        "vi": "Tỷ lệ hiện nay và nếu nhận {0} tệp",
        "en": "Percentages now, and if {0} file(s) were accepted",
    },
    "response": {
        "vi": "Thực địa hiện nay và nếu nhận {0} tệp",
        "en": "Fieldwork now, and if {0} file(s) were accepted",
    },
    "unit": {"vi": "Đơn vị", "en": "Unit"},
    "now": {"vi": "Hiện nay", "en": "Now"},
    "after": {"vi": "Nếu nhận", "en": "If accepted"},
    "difference": {"vi": "Đổi (điểm %)", "en": "Moves (points)"},
    "issued": {"vi": "Hộ được giao", "en": "Households issued"},
    "returned": {"vi": "Hộ có phiếu", "en": "With a submission"},
    "interviewed": {"vi": "Phỏng vấn dùng được", "en": "Usable interviews"},
    "areas": {"vi": "Địa bàn", "en": "Areas"},
    "begun": {"vi": "Địa bàn có phiếu", "en": "Areas begun"},
    "done": {"vi": "Địa bàn đủ phiếu", "en": "Areas complete"},
}


def show_movement(found: Movement, announced: Wave, language: str) -> None:
    """Write why there are no percentages or what they become, and how far fieldwork has come.

    No table where no file is new: nothing would move.
    """
    console = Console(highlight=False)
    if found.files and len(found.shares):
        console.print(shares_table(found, announced, language))
    for why in found.after.why or found.now.why:
        console.print(why.sentence(language), markup=False)
    if found.files and len(found.response):
        console.print(response_table(found, announced, language))


def shares_table(found: Movement, announced: Wave, language: str) -> Table:
    """Write a row a share that is to be told: before, after, n and by how much it moves.

    Parameters
    ----------
    found : Movement
    announced : Wave
    language : {"vi", "en"}

    Returns
    -------
    Table
        The numbers of a suppressed row are hidden, and its reason is told.
    """
    table = Table(title=WORDS["shares"][language].format(len(found.files)))
    table.add_column(say("indicator", language))
    table.add_column(WORDS["unit"][language])
    for head in ("now", "after"):
        table.add_column(WORDS[head][language], justify="right")
    table.add_column("n", justify="right")
    table.add_column(WORDS["difference"][language], justify="right")
    table.add_column(say("quality", language))
    definition = load_definition(places.definition(announced.definition))
    gazetteer = open_geography(announced.geography)
    previous = None
    for _, row in found.telling().iterrows():
        label = indicator_label(definition, row, language)
        if previous not in {None, label}:
            table.add_section()
        table.add_row(
            "" if label == previous else label,
            unit_name(gazetteer, row["unit"], language),
            *(_share(row, side, language) for side in ("now", "after")),
            _pair(row["n_now"], row["n_after"]),
            ABSENT if pd.isna(row["difference"]) or _hidden(row) else points(row["difference"], language),
            _quality(row, language),
        )
        previous = label
    return table


def response_table(found: Movement, announced: Wave, language: str) -> Table:
    """Write the households and areas of the province and of every district, before and after."""
    table = Table(title=WORDS["response"][language].format(len(found.files)))
    table.add_column(WORDS["unit"][language])
    for count in COUNTS:
        table.add_column(WORDS[count][language], justify="right")
    gazetteer = open_geography(announced.geography)
    rows = found.response[found.response["breakdown"] != AREA]
    for _, row in rows.iterrows():
        counts = (_pair(row[f"{count}_now"], row[f"{count}_after"]) for count in COUNTS)
        table.add_row(_place(gazetteer, row, language), *counts)
    return table


def _place(gazetteer: Gazetteer, row: pd.Series, language: str) -> str:
    """Name of a district by the territory, or as the sample calls it."""
    return unit_name(gazetteer, row["unit"], language)


def _share(row: pd.Series, side: str, language: str) -> str:
    if pd.isna(row[f"estimate_{side}"]) or row[f"quality_{side}"] == SUPPRESS:
        return ABSENT
    share, low, high = (
        percent(row[f"{name}_{side}"], language) for name in ("estimate", "ci_low", "ci_high")
    )
    return f"{share} ({low} {say('to', language)} {high})"


def _pair(now: float, after: float) -> str:
    """Write a count once where it stays or has no other side, else both."""
    return " → ".join(dict.fromkeys(str(int(count)) for count in (now, after) if not pd.isna(count)))


def _hidden(row: pd.Series) -> bool:
    return SUPPRESS in (row["quality_now"], row["quality_after"])


def _quality(row: pd.Series, language: str) -> str:
    """Quality as it would be, with its reason."""
    side = "now" if pd.isna(row["quality_after"]) else "after"
    word = say(f"quality.{row[f'quality_{side}']}", language)
    reason = row[f"reason_{side}"]
    return f"{word}: {reason_words(reason, language)}" if reason else word
