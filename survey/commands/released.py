"""``kynangso show``: every table that a release holds, as it was frozen."""

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from survey.commands.session import JsonOption, StoreOption, begin, say, show_json
from survey.messages import Refusal, finding
from survey.release import every_table

WORDS = ("Bảng / table", "Số dòng / rows", "Cột / columns")


def show(
    ctx: typer.Context,
    release: Annotated[str, typer.Argument(help="Bản công bố / release, e.g. 2026-9ee04b3466b7")],
    table: Annotated[
        str | None, typer.Argument(help="Tên bảng, không có thì liệt kê / table; without it a list of them")
    ] = None,
    *,
    by: Annotated[
        str | None, typer.Option(help="Chỉ một phân tổ / one breakdown only: sex, education, district")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Tệp CSV kết quả / CSV file", dir_okay=False)] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Xem các bảng của một bản công bố, ghi CSV / read the tables of a release, as CSV."""
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"không có thư mục {out.parent} / there is no folder {out.parent}")
    tables = every_table(begin(ctx, store, as_json=as_json).open_release(release))
    if table is None:
        _list(tables, as_json=as_json)
        return
    if table not in tables:
        raise Refusal(finding("release_table_unknown", value=table, facts={"known": ", ".join(tables)}))
    rows = _of_breakdown(tables[table], table, by)
    if as_json:
        show_json(rows.astype(object).where(rows.notna(), None).to_dict("records"))
        return
    text = rows.to_csv(index=False, lineterminator="\n")
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")
        say("said_estimates_written", rows=len(rows), file=str(out))


def _list(tables: dict[str, pd.DataFrame], *, as_json: bool) -> None:
    if as_json:
        show_json(
            [{"table": name, "rows": len(rows), "columns": list(rows)} for name, rows in tables.items()]
        )
        return
    shown = Table(*WORDS)
    for name, rows in tables.items():
        shown.add_row(name, str(len(rows)), ", ".join(map(str, rows)))
    Console(highlight=False).print(shown)


def _of_breakdown(rows: pd.DataFrame, table: str, by: str | None) -> pd.DataFrame:
    """Keep the rows of one breakdown; refuse one that the table does not have."""
    if by is None:
        return rows
    known = list(dict.fromkeys(rows["breakdown"].astype(str))) if "breakdown" in rows else []
    if by not in known:
        facts = {"table": table, "known": ", ".join(known) or "-"}
        raise Refusal(finding("release_breakdown_unknown", value=by, facts=facts))
    return rows[rows["breakdown"] == by]
