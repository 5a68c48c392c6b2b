"""Estimates as tables for people: a frame of finished words, and HTML in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from estimation.display.readable import SHARES, Line, column_head, lines, shown_columns, subject
from estimation.display.wording import WORDS, choose_locale, decimal, say
from estimation.interval_methods import choose
from estimation.intervals import choose_side

BILINGUAL = "vi+en"
TITLES: dict[str, tuple[str, ...]] = {"vi": ("vi",), "en": ("en",), BILINGUAL: ("vi", "en")}
CELL = "padding:3px 10px;vertical-align:top;text-align:"
NUMBER = f' style="{CELL}right;white-space:nowrap;font-variant-numeric:tabular-nums"'
WORD, FIGURE_HEAD = f' style="{CELL}left"', f' style="{CELL}right"'
WORDY = frozenset({"label", "quality", "verdict", "family_verdict"})


def to_frame(
    frame: pd.DataFrame,
    by: Sequence[str],
    *,
    kind: str,
    level: float,
    locale: str = "vi",
    side: str = "two",
) -> pd.DataFrame:
    """Table of words for people: numbers in their notation, quality with its reason, verdicts where judged.

    Parameters
    ----------
    frame : DataFrame, shape (K, ...)
        Estimates, or estimates against a target.
    by : sequence of str
        By-columns; their names and values stay as they are.
    kind : {"proportion", "mean", "total", "ratio"}
        Shares are written as percentages with one decimal, others so that two digits of se are seen.
    level : float
        Confidence of the limits.
    locale : {"vi", "en"}
    side : {"two", "lower", "upper"}
        Which limits the interval has.

    Returns
    -------
    DataFrame of str, shape (K, 1 + len(by) + 6 or 9)
        Indicator, the by-columns, estimate, interval, quality, n, df, deff, and target and verdicts of a
        frame that was judged (M7). A suppressed row (M9) shows n, df and its reason.

    Raises
    ------
    ValueError
        For an unknown locale or side, with the choices.
    """
    choose_locale(locale)
    columns = shown_columns(frame)
    rows = [
        [*line.labels, *(line.cells[column] for column in columns)]
        for line in lines(frame, by, kind=kind, locale=locale, side=side)
    ]
    heads = [say("indicator", locale), *by]
    heads += [column_head(column, locale, level=level, side=side) for column in columns]
    return pd.DataFrame(rows, columns=pd.Index(heads, dtype="str"), dtype="str")


def html(
    frame: pd.DataFrame,
    by: Sequence[str],
    *,
    kind: str,
    level: float,
    locale: str = BILINGUAL,
    method: str | None = None,
    side: str = "two",
    most: int = 200,
) -> str:
    """Table of :func:`to_frame` as accessible HTML, every word escaped.

    Parameters
    ----------
    frame, by, kind, level, side
        As in :func:`to_frame`.
    locale : {"vi", "en", "vi+en"}
        The last one writes Vietnamese with English beneath, numbers in Vietnamese notation.
    method : str, optional
        Interval of shares, named in the caption (M6).
    most : int
        Rows written; the number of the others stands below.

    Returns
    -------
    str
        A ``<table>`` with caption, column and row headers, in a region that scrolls by keyboard.

    Raises
    ------
    ValueError
        For an unknown locale, method or side, with the choices.
    """
    if locale not in TITLES:
        raise ValueError(f"unknown locale {locale!r}; choose one of {list(TITLES)}")
    tongues = TITLES[locale]
    columns = shown_columns(frame)
    captions = [caption(tongue, kind=kind, level=level, method=method, side=side) for tongue in tongues]
    if locale == BILINGUAL:
        captions[1] += " " + say("decimal_comma", "en")
    heads = [_both([say("indicator", tongue) for tongue in tongues], tongues), *(escape(name) for name in by)]
    heads += [
        _both([column_head(column, tongue, level=level, side=side) for tongue in tongues], tongues)
        for column in columns
    ]
    shown = frame.head(most)
    versions = [lines(shown, by, kind=kind, locale=tongue, side=side) for tongue in tongues]
    body = "".join(_html_row(same, columns, tongues) for same in zip(*versions, strict=True))
    head = "".join(
        f'<th scope="col"{WORD if name in WORDY else FIGURE_HEAD}>{words}</th>'
        for name, words in zip(("label",) * (1 + len(by)) + columns, heads, strict=True)
    )
    return (
        f'<div role="region" tabindex="0" aria-label="{escape(captions[0])}" style="overflow-x:auto">'
        f'<table lang="{tongues[0]}"><caption style="text-align:left">{_both(captions, tongues)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        f"{_left_out(len(frame) - len(shown), len(heads), tongues)}</table></div>"
    )


def caption(locale: str, *, kind: str, level: float, method: str | None = None, side: str = "two") -> str:
    """Say what a table of estimates shows: kind, level, method, and where t comes from."""
    choose_side(side)
    how = [say("df_rule", locale)]
    if kind != SHARES:
        how.insert(0, say("method.student", locale))
    elif method is not None:
        choose(method)
        how.insert(0, say(f"method.{method}", locale))
    facts = {**subject(kind, locale, level=level, side=side), "how": "; ".join(how)}
    return f"{say('caption', locale, facts)} {say('hidden_sign', locale)}"


def _html_row(same: tuple[Line, ...], columns: tuple[str, ...], tongues: tuple[str, ...]) -> str:
    """Write one estimate; `same` are its lines in each language."""
    first = same[0]
    labels = "".join(f'<th scope="row"{WORD}>{escape(label)}</th>' for label in first.labels)
    cells = "".join(f"<td{_style(column)}>{_html_cell(column, same, tongues)}</td>" for column in columns)
    return f'<tr data-quality="{escape(first.quality)}">{labels}{cells}</tr>'


def _style(column: str) -> str:
    return WORD if column in WORDY else NUMBER


def _html_cell(column: str, same: tuple[Line, ...], tongues: tuple[str, ...]) -> str:
    """Write a number once, and words, also those in place of a number, in every language."""
    words = [line.cells[column] for line in same]
    if column not in WORDY and words[0] != WORDS["no_interval"].vi:
        return escape(words[0])
    both = _both(words, tongues)
    if column != "quality" or same[0].quality == "present":
        return both
    word = escape(say(f"quality.{same[0].quality}", tongues[0]))
    return f"<strong>{word}</strong>{both.removeprefix(word)}"


def _both(words: Sequence[str], tongues: Sequence[str]) -> str:
    """Write words in the first language, and those of a second one small beneath; escaped."""
    rest = "".join(
        f'<br><small lang="{tongue}" style="font-weight:normal">{escape(one)}</small>'
        for one, tongue in zip(words[1:], tongues[1:], strict=True)
        if one
    )
    return escape(words[0]) + rest


def _left_out(count: int, width: int, tongues: tuple[str, ...]) -> str:
    if count <= 0:
        return ""
    words = [say("more_rows", tongue, {"count": decimal(count, tongue)}) for tongue in tongues]
    return f'<tfoot><tr><td colspan="{width}"{WORD}>{_both(words, tongues)}</td></tr></tfoot>'
