"""``kynangso tabulate``: any question of a wave by any other, for the eye, as CSV or as JSON."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from estimation.display.wording import ABSENT, decimal, percent, reason_words
from estimation.display.wording import say as word
from survey.commands.forms import LanguageOption
from survey.commands.session import JsonOption, StoreOption, WaveOption, begin, say, show_json, tell
from survey.forms.words import text_in
from survey.tabulate import NO_CODE, Tabulation, tabulate

WORDS: Mapping[str, Mapping[str, str]] = {
    "answer": {"vi": "Trả lời", "en": "Answer"},
    "by": {"vi": "Phân theo {0}", "en": "By {0}"},
    "none": {"vi": "(không trả lời)", "en": "(no answer)"},
    "mean": {"vi": "Trung bình", "en": "Mean"},
}
Weights = Literal["auto", "none"]


def tabulate_question(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(help="Tên câu hỏi / name of the question")],
    wave: WaveOption,
    *,
    by: Annotated[str | None, typer.Option(help="Phân theo câu hỏi / by another question")] = None,
    weights: Annotated[Weights, typer.Option(help="none: không dùng quyền số / without weights")] = "auto",
    per_household: Annotated[
        bool, typer.Option("--per-household", help="Tính theo hộ / weigh households, not persons")
    ] = False,
    language: LanguageOption = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Kết quả dạng CSV / result as CSV on stdout")] = False,
) -> None:
    """Lập bảng một câu hỏi bất kỳ / tabulate any question, shares of those asked."""
    kept = begin(ctx, store, as_json=as_json)
    made = tabulate(kept, wave, question, by=by, weights=weights, per_household=per_household)
    if as_json:
        show_json(_json(made))
    elif as_csv:
        sys.stdout.write(_labelled(made, language).to_csv(index=False, lineterminator="\n"))
    else:
        tell(made.notes)
        Console().print(_table(made, language))
        say(f"said_table_of_{made.base}", asked=made.asked, answered=made.answered)


def _json(made: Tabulation) -> dict[str, Any]:
    rows = json.loads(made.frame.to_json(orient="records"))
    return {
        "question": made.question.name,
        "by": made.by.name if made.by else None,
        "kind": made.kind,
        "base": made.base,
        "asked": made.asked,
        "answered": made.answered,
        "rows": rows,
        "notes": [note.to_json() for note in made.notes],
    }


def _labelled(made: Tabulation, language: str) -> pd.DataFrame:
    """Add the labels of the codes to the figures."""
    labels = [_label(made.codes, code, language) for code in made.frame["code"]]
    units = [_label(made.by_codes, code, language) for code in made.frame["by"]]
    frame = made.frame.copy()
    frame.insert(1, "label", labels)
    frame.insert(3, "by_label", units)
    return frame


def _label(codes: Mapping[str, Mapping[str, str]], code: str, language: str) -> str:
    if code == NO_CODE:
        return WORDS["none"][language] if NO_CODE in codes else ""
    return text_in(codes.get(code, {}), language) or code


def _table(made: Tabulation, language: str) -> Table:
    title = f"{made.question.name}. {text_in(made.question.labels, language)}"
    table = Table(title=escape(title))
    if made.by:
        by_label = text_in(made.by.labels, language) or made.by.name
        table.add_column(escape(WORDS["by"][language].format(by_label)))
    table.add_column(WORDS["answer" if made.codes else "mean"][language])
    for head in (word("estimate", language), word("interval.two", language, {"level": "95%"}), "n"):
        table.add_column(head, justify="right")
    table.add_column(word("quality", language))
    rows = _labelled(made, language)
    rows = rows.sort_values("by", key=lambda codes: codes.map(_order(made.by_codes)), kind="stable")
    previous = None
    for _, row in rows.iterrows():
        if previous not in {None, row["by"]}:
            table.add_section()
        unit = [escape(row["by_label"]) if row["by"] != previous else ""] if made.by else []
        table.add_row(*unit, escape(_shown_answer(row)), *_figures(row, made.kind, language))
        previous = row["by"]
    return table


def _order(codes: Mapping[str, object]) -> Mapping[str, int]:
    return {code: place for place, code in enumerate(["", *codes])}


def _shown_answer(row: pd.Series) -> str:
    return f"{row['code']}  {row['label']}".strip()


def _figures(row: pd.Series, kind: str, language: str) -> list[str]:
    """Estimate, interval, n and quality; the figures of a suppressed row are hidden and its reason told."""
    quality = word(f"quality.{row['quality']}", language)
    if row["reason"]:
        quality = f"{quality}: {reason_words(row['reason'], language)}"
    if row["quality"] == "suppress":
        return [ABSENT, ABSENT, str(row["n"]), quality]
    written = [_written(row[name], kind, language) for name in ("estimate", "ci_low", "ci_high")]
    return [written[0], f"{written[1]} {word('to', language)} {written[2]}", str(row["n"]), quality]


def _written(value: float, kind: str, language: str) -> str:
    return percent(value, language) if kind == "proportion" else decimal(value, language, 2)
