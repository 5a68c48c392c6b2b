"""``kynangso trace``: from a published number back to the files and rows that made it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from estimation.display.wording import decimal, reason_words
from survey.commands.change_table import indicator_label, unit_names
from survey.commands.figures import ByOption
from survey.commands.forms import LanguageOption
from survey.commands.session import JsonOption, StoreOption, begin, say, show_json, tell
from survey.disarming import disarmed
from survey.messages import LANGUAGES, finding
from survey.movement import SUPPRESS
from survey.scored import PROVINCE
from survey.trace import Trace
from survey.trace import trace as trace_number

WORDS: Mapping[str, Mapping[str, str]] = {
    "upload": {"vi": "Tệp (sha-256)", "en": "File (sha-256)"},
    "file": {"vi": "Tên tệp", "en": "File name"},
    "row": {"vi": "Dòng", "en": "Row"},
    "submission": {"vi": "Mã phiếu", "en": "Submission"},
    "household": {"vi": "Hộ", "en": "Household"},
    "ea_code": {"vi": "Địa bàn", "en": "Area"},
    "weight": {"vi": "Quyền số", "en": "Weight"},
    "y": {"vi": "Đạt (1/0)", "en": "Yes (1/0)"},
    "contribution": {"vi": "Đóng góp", "en": "Contribution"},
    "disposition": {"vi": "Kết quả", "en": "Result"},
    "reason": {"vi": "Vì sao không tính", "en": "Why it does not count"},
    "no_score": {
        "vi": "ngoài phạm vi tính, hoặc câu trả lời chưa đủ để xác định",
        "en": "outside the base, or the answers do not decide",
    },
    "result": {"vi": "không có phỏng vấn", "en": "no interview"},
    "no_submission": {"vi": "chưa có phiếu", "en": "no submission"},
    "rejected": {"vi": "phỏng vấn bị loại khi duyệt", "en": "interview rejected on review"},
    "state_not_counted": {"vi": "trạng thái duyệt không được tính", "en": "its review state does not count"},
    "wrong_respondent": {"vi": "phỏng vấn sai người", "en": "not the person drawn"},
    "copy": {"vi": "hộ đã có phiếu khác được dùng", "en": "another submission of the household is used"},
    "not_sampled": {"vi": "hộ không có trong mẫu", "en": "the household is not in the sample"},
    "replaced": {"vi": "bản cũ, đã có bản mới thay", "en": "an older version, replaced by a newer one"},
    "state_untold": {
        "vi": "công cụ không thể hiện được trạng thái rà soát hiện có; giữ trạng thái của tệp khác",
        "en": "its tool has no word for the review state that stands; that of the other file is kept",
    },
}
SHOWN_ROWS = 20
BASE_MARK = "@"
SHORT_SHA = 12


def trace(
    ctx: typer.Context,
    release: Annotated[str, typer.Argument(help="Bản công bố / release")],
    *,
    indicator: Annotated[
        str,
        typer.Option(help="Chỉ tiêu, hoặc CHỈ_TIÊU@PHẠM_VI / indicator, or with its base: headline@working"),
    ] = "headline",
    by: ByOption = "province",
    unit: Annotated[str, typer.Option(help="Đơn vị, ví dụ mã huyện / unit, e.g. 689")] = PROVINCE,
    every: Annotated[
        bool, typer.Option("--all", help="Cả những hộ không được tính, kèm lý do / also what does not count")
    ] = False,
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="Tệp CSV kết quả / CSV file")] = None,
    language: LanguageOption = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Truy một số đã công bố về tệp và dòng / trace a published number to file hashes and rows."""
    if csv is not None and not csv.parent.is_dir():
        raise typer.BadParameter(f"không có thư mục {csv.parent} / there is no folder {csv.parent}")
    kept = begin(ctx, store, as_json=as_json)
    name, _, base = indicator.partition(BASE_MARK)
    found = trace_number(kept, release, indicator=name, base=base or None, by=by, unit=unit)
    rows = _rows(found, every=every)
    if csv is not None:
        csv.write_bytes(_csv(rows).encode("utf-8-sig"))
    if as_json:
        told = found.to_json()
        show_json(told if every else {**told, "others": None})
        return
    _show(found, language, every=every, listed=csv is None)
    if csv is not None:
        say("said_trace_written", file=csv.name, count=len(rows))


def _show(found: Trace, language: str, *, every: bool, listed: bool) -> None:
    """Say whether the number comes out again, and list the first rows unless they went to a file."""
    _say_whether_same(found)
    sums = {
        "numerator": found.numerator,
        "denominator": found.denominator,
        "share": found.share,
    }
    say("said_trace_sums", n=len(found.interviews), **_digits(sums))
    if not listed:
        return
    console = Console(highlight=False)
    console.print(_table(found.interviews, _title(found, language), language))
    if every:
        console.print(_table(found.others, WORDS["reason"][language], language))
    tables = [found.interviews, found.others] if every else [found.interviews]
    if rest := sum(max(len(table) - SHOWN_ROWS, 0) for table in tables):
        say("said_trace_rest", count=rest)


def _say_whether_same(found: Trace) -> None:
    """Say what has changed since the number was published, if anything, and by how much it differs."""
    if not found.same_software:
        say("said_trace_other_software", release=found.release.id)
    if not found.same_data:
        tell([finding("said_trace_other_data")])
    if found.published["quality"] == SUPPRESS:
        reasons = {f"reason_{code}": reason_words(found.published["reason"], code) for code in LANGUAGES}
        tell([finding("said_trace_hidden", facts=reasons)])
    if found.is_same:
        say("said_trace_same", release=found.release.id)
        return
    numbers = {
        "published": float(found.published["estimate"]),
        "recomputed": float(found.recomputed["estimate"]),
        "difference": found.difference,
    }
    tell([finding("said_trace_differs", facts=_digits(numbers))])


def _digits(numbers: Mapping[str, float]) -> dict[str, str]:
    """Write numbers with all their digits, for each language."""
    written = {f"{name}_en": repr(number) for name, number in numbers.items()}
    return written | {f"{name}_vi": repr(number).replace(".", ",") for name, number in numbers.items()}


def _title(found: Trace, language: str) -> str:
    release, row = found.release, found.published
    (unit,) = unit_names(release, [row["unit"]], language).values()
    return f"{release.id}: {indicator_label(release.definition, row, language)}, {unit}"


def _table(rows: pd.DataFrame, title: str, language: str) -> Table:
    """Lay out the first rows; a file goes by the beginning of its sha-256."""
    table = Table(title=title)
    for name in rows.columns:
        table.add_column(WORDS[name][language], justify="right" if rows[name].dtype.kind in "if" else "left")
    for _, row in rows.head(SHOWN_ROWS).iterrows():
        table.add_row(*(_cell(str(name), cell, language) for name, cell in row.items()))
    return table


def _cell(name: str, cell: Any, language: str) -> str:  # noqa: ANN401 - any cell of a frame
    if pd.isna(cell):
        return ""
    if name == "upload":
        return str(cell)[:SHORT_SHA]
    if name == "reason":
        return WORDS[str(cell)][language]
    return decimal(cell, language, 3) if isinstance(cell, float) else str(cell)


def _rows(found: Trace, *, every: bool) -> pd.DataFrame:
    return pd.concat([found.interviews, found.others], ignore_index=True) if every else found.interviews


def _csv(rows: pd.DataFrame) -> str:
    """Write rows for machines, every digit kept; an apostrophe stands before what a spreadsheet would run."""
    texts = {
        name: rows[name].fillna("").map(disarmed)
        for name in rows.columns
        if rows[name].dtype.kind not in "iuf"
    }
    return rows.assign(**texts).to_csv(index=False, lineterminator="\r\n")
