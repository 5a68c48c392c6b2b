"""``kynangso weigh``, ``estimate`` and ``release``: from interviews to frozen figures."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from survey import pipeline
from survey.commands.session import JsonOption, StoreOption, WaveOption, begin, say, show_json

By = Literal["province", "district", "residence", "sex", "age_group", "ethnicity"]
Weighting = Literal["base", "nonresponse", "raked"]
Interval = Literal["logit", "korn_graubard"]


def weigh(
    ctx: typer.Context, wave: WaveOption, *, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Tính quyền số của một đợt / weigh the usable interviews of a wave and show the diagnostics."""
    weighed = pipeline.weigh(begin(ctx, store, as_json=as_json), wave)
    diagnostics: dict[str, Any] = dict(weighed.weights.diagnostics)
    if as_json:
        show_json(diagnostics)
        return
    table = Table("quyền số / weight", "tổng / sum", "min", "median", "max", "Kish")
    for name, row in diagnostics["weights"].items():
        table.add_row(name, *(f"{row[key]:.4f}" for key in ("sum", "min", "median", "max", "kish")))
    Console().print(table)
    say("said_weighed", interviews=diagnostics["interviews"], areas=diagnostics["areas_with_interviews"],
        sampled=diagnostics["areas_sampled"], iterations=diagnostics["raking"]["iterations"])  # fmt: skip


def estimate(
    ctx: typer.Context,
    wave: WaveOption,
    *,
    by: Annotated[By, typer.Option(help="Phân tổ / breakdown")] = "province",
    weights: Annotated[Weighting, typer.Option(help="Quyền số / weights")] = "raked",
    interval: Annotated[Interval, typer.Option(help="Khoảng tin cậy / interval")] = "logit",
    out: Annotated[Path | None, typer.Option(help="Tệp CSV kết quả / CSV file", dir_okay=False)] = None,
    store: StoreOption = None,
) -> None:
    """Ước lượng các chỉ tiêu, ghi CSV / estimate every condition of the definition, as CSV."""
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"không có thư mục {out.parent} / there is no folder {out.parent}")
    kept = begin(ctx, store)
    table = pipeline.estimate(kept, wave, by=by, weights=weights, interval=interval)
    text = table.to_csv(index=False, lineterminator="\n")
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")
        say("said_estimates_written", rows=len(table), file=str(out))


def release(
    ctx: typer.Context, wave: WaveOption, *, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Đóng băng bản công bố / freeze a release; the same inputs give the same release."""
    kept = begin(ctx, store, as_json=as_json)
    frozen = pipeline.release(kept, wave)
    if as_json:
        show_json({"release_id": frozen.id, "folder": str(kept.root / "releases" / frozen.id)})
    else:
        say("said_released", release=frozen.id, folder=kept.root / "releases" / frozen.id)
