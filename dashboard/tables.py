"""Tables as HTML with every column in the reader's number format, and as CSV and Excel files for machines."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Self

import pandas as pd
import xlsxwriter

from dashboard.numbers import ABSENT
from dashboard.parts import mark
from dashboard.readings import Judgement, Measure, Reading, reason_word
from dashboard.text import Text
from survey.disarming import disarmed
from survey.publishing.standing import DRAFT
from survey.release import Release

BYTE_ORDER_MARK = "\ufeff"
NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
NUMBER, WORD, NOTE = "num", "word", "note"
FIGURES = ("n", "n_psu", "n_eff", "df", "deff", "cv")
WIDE = 6  # columns; beyond it a phone shows one card a row


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `kind` is "num" for figures, "word" for one line, "note" for sentences."""

    title: str
    kind: str = ""


class Marked(str):
    """Words of a cell behind the small shape of a verdict.

    Attributes
    ----------
    kind : str
        Names the shape in style.css.
    """

    __slots__ = ("kind",)

    def __new__(cls, words: str, kind: str) -> Self:
        """Put the shape `kind` before `words`."""
        made = super().__new__(cls, words)
        made.kind = kind
        return made


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name and its cells, already written for the reader."""

    name: str
    cells: tuple[str, ...]
    strong: bool = False


def html_table(caption: str, columns: Sequence[Column], rows: Sequence[Row], *, cards: bool = False) -> str:
    """Write a table that screen readers understand; all words are escaped here.

    On a phone a table of many columns, and one that asks for `cards`, is one card a row.
    """
    head = "".join(f'<th scope="col" class="{column.kind}">{escape(column.title)}</th>' for column in columns)
    body = "".join(_html_row(columns[1:], row) for row in rows)
    wide = " wide" if cards or len(columns) > WIDE else ""
    return (
        f'<div class="ks ks-scroll" tabindex="0"><table class="ks-table{wide}">'
        f"<caption><span>{escape(caption)}</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def estimate_columns(text: Text) -> tuple[Column, ...]:
    """Name the columns of every table of estimates, after the name of the row."""
    return (
        Column(text("column.estimate"), NUMBER),
        Column(text("column.interval"), NUMBER),
        Column(text("column.quality"), WORD),
        *(Column(text(f"column.{name}"), NUMBER) for name in FIGURES),
    )


def estimate_cells(text: Text, reading: Reading) -> tuple[str, ...]:
    """Write one estimate in the order of `estimate_columns`; hidden figures become dashes."""
    quality = text(f"quality.{reading.quality}")
    sizes = (reading.n, reading.n_psu, reading.n_eff_shown, reading.df)
    counts = tuple(text.count(size) for size in sizes)
    if reading.hidden:
        return (ABSENT, ABSENT, quality, *counts, ABSENT, ABSENT)
    return (
        text.percent(reading.estimate),
        text.range(reading.low, reading.high),
        quality,
        *counts,
        text.decimal(reading.deff, 2),
        text.percent(reading.cv),
    )


def estimate_cell(text: Text, reading: Reading) -> str:
    """Write one estimate with its interval in a cell of its own; a star where it is to be used with care."""
    if reading.hidden:
        return ABSENT
    value = f"{text.percent(reading.estimate)} ({text.range(reading.low, reading.high)})"
    return f"{value} *" if reading.quality == "review" else value


def estimate_notes(text: Text, found: Iterable[tuple[str, Reading]]) -> str:
    """Write below a table why estimates are hidden or flagged, and how the effective sample is stated."""
    named: dict[tuple[str, str], list[str]] = {}
    for name, reading in found:
        if reading.reason:
            named.setdefault((reading.quality, reason_word(reading)), []).append(name)
    lines = [
        text(
            "table.reason_row",
            {
                "quality": text(f"quality.{quality}"),
                "reason": text(f"reason.{reason}"),
                "names": ", ".join(names),
            },
        )
        for (quality, reason), names in named.items()
    ]
    said = "".join(f"<p>{escape(line)}</p>" for line in (*lines, text("table.n_eff_note")))
    return f'<div class="ks ks-quiet ks-notes">{said}</div>'


def scroll_hint(text: Text) -> str:
    """Say that a table goes on to the right; the style shows it only where it does."""
    return f'<div class="ks ks-quiet ks-hint">{escape(text("table.hint"))}</div>'


def verdict_columns(text: Text) -> tuple[Column, ...]:
    """Name the columns of the family and the plain verdict."""
    return (Column(text("column.family_verdict"), WORD), Column(text("column.verdict"), WORD))


def verdict_cells(text: Text, reading: Reading, judgement: Judgement) -> tuple[str, ...]:
    """Write both verdicts in words; none where the estimate is not published."""
    if reading.hidden:
        return (text("verdict.none"), ABSENT)
    if reading.apportioned:
        return (text("verdict.apportioned"), ABSENT)
    return (text(f"verdict.{judgement.family}"), text(f"verdict.{judgement.verdict}"))


def quality_words(text: Text, reading: Reading) -> str:
    """Say the quality, with its reason where there is one."""
    word = text(f"quality.{reading.quality}")
    if not reading.reason:
        return word
    return f"{word}: {text(f'reason.{reason_word(reading)}')}"


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a frame for machines: decimal points, UTF-8 with a byte order mark, no cell a formula."""
    written = frame.assign(
        **{name: frame[name].map(guarded) for name in frame.columns if not _is_number(frame[name])}
    )
    return (BYTE_ORDER_MARK + written.to_csv(index=False, lineterminator="\n")).encode()


def guarded(cell: object) -> str:
    """Write a cell of words so that no spreadsheet takes it for a formula; a missing one is empty."""
    return "" if pd.isna(cell) else disarmed(str(cell))


def release_rows(
    release: Release,
    measure: Measure,
    breakdown: str,
    names: Mapping[str, str],
    *,
    state: str,
    edition: str | None = None,
) -> pd.DataFrame:
    """Return the verdicts of one measure with every column of its estimates, as the release holds them.

    `edition` is that of territorial units; by default that of the frame;
    `state` is that of the release.
    """
    on = ["indicator", "base", "breakdown", "unit", "edition"]
    day = edition or release.manifest["geography"]["edition"]
    extra = ["n", "n_psu", "n_eff", "se", "df", "deff", "cv", "reason"]
    judged = release.verdicts.merge(
        release.estimates[[*on, *extra]], on=on, how="left", validate="many_to_one"
    )
    wanted = (
        (judged["indicator"] == measure.indicator)
        & (judged["base"] == measure.base)
        & (judged["breakdown"] == breakdown)
        & (judged["edition"] == day)
    )
    rows = judged[wanted].reset_index(drop=True)
    rows.insert(on.index("unit") + 1, "name", rows["unit"].map(names))
    return rows.assign(
        **provenance(release, state), timing=_timing(rows["year"], int(release.manifest["wave"][:4]))
    )


def provenance(release: Release, state: str = DRAFT.state) -> dict[str, str]:
    """Say in every row of a file what it is, since a file leaves the page and its banner behind.

    A file that nobody gives the state of its release calls it a draft.
    """
    manifest = release.manifest
    return {
        "release": release.id,
        "state": state,
        "simulated": str(manifest["synthetic"]).lower(),
        "geography": manifest["geography"]["edition"],
    }


def excel_bytes(name: str, columns: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> bytes:
    """Write one sheet in which text stays text: no formula, no link; the same rows give the same bytes."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": NO_CLOCK})
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, list(columns), bold)
        for place, row in enumerate(rows, start=1):
            sheet.write_row(place, 0, ["" if cell is None else cell for cell in row])
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return buffer.getvalue()


def _html_row(columns: Sequence[Column], row: Row) -> str:
    cells = "".join(
        f'<td class="{column.kind}" data-name="{escape(column.title)}">{_html_cell(cell)}</td>'
        for column, cell in zip(columns, row.cells, strict=True)
    )
    kind = ' class="strong"' if row.strong else ""
    return f'<tr{kind}><th scope="row">{escape(row.name)}</th>{cells}</tr>'


def _html_cell(cell: str) -> str:
    return f"<span>{mark(cell.kind)}{escape(cell)}</span>" if isinstance(cell, Marked) else escape(cell)


def _timing(years: pd.Series, wave: int) -> pd.Series:
    late, ahead = f"late assessment, data of {wave}", f"as of {wave}, before the deadline"
    return years.astype(int).map(lambda year: late if year < wave else ahead)


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column))
