"""``kynangso sample check``, ``draw``, ``households``, ``rotate``: from the frame to the sample."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from estimation.stratified_draw import METHODS
from survey import places
from survey.allocation import read_allocation
from survey.commands.draw_settings import SETTINGS, draw_settings
from survey.commands.forms import LanguageOption
from survey.commands.sample_report import (
    sample_json,
    say_what_was_drawn,
    strata_table,
    tell_rules,
)
from survey.commands.session import REFUSED, JsonOption, progress_bar, say, show_json, speak
from survey.drawing import Listing, Recipe, Sample, draw_listed, draw_sample
from survey.durable import sha256_of
from survey.findings import check_ending, errors, refuse_errors, write_findings
from survey.frame import Frame, Take, check_allocation, check_frame, read_frame
from survey.geography import Gazetteer, load_pack
from survey.listing import read_listing
from survey.messages import Finding, Refusal, finding
from survey.sample_files import (
    Record,
    check_folder,
    read_sample_folder,
    record_of,
    write_sample_folder,
)
from survey.wave import GEOGRAPHY

FrameFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Dàn mẫu CSV / frame of areas")]
AllocationFile = Annotated[
    Path,
    typer.Option(
        "--allocation",
        exists=True,
        dir_okay=False,
        help="CSV: tầng và số địa bàn, hoặc tệp của sample plan / areas by stratum, or the plan",
    ),
]
Originals = Annotated[int, typer.Option("--households", min=1, help="Số hộ chính thức / originals an area")]
Reserves = Annotated[int, typer.Option(min=0, help="Số hộ dự phòng / reserves an area")]
Seed = Annotated[int, typer.Option(min=0, help="Số khởi tạo, công bố trước / seed, announced before")]
Out = Annotated[Path, typer.Option(file_okay=False, help="Thư mục ghi mẫu / folder of the sample")]
ListingFile = Annotated[
    Path | None, typer.Option("--listing", exists=True, dir_okay=False, help="Bảng kê CSV / listing")
]
Pack = Annotated[str, typer.Option("--geography", help="Bộ địa giới, rỗng: không dùng / geography pack")]
FindingsOption = Annotated[
    Path | None, typer.Option(help="Ghi danh sách vấn đề vào tệp .xlsx hoặc .csv / list of findings")
]
SampleFolder = Annotated[
    Path, typer.Option("--sample", exists=True, file_okay=False, help="Thư mục mẫu / folder of the sample")
]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where a sample is written, the listing where there is one, and how the command speaks."""

    out: Path
    listing: Path | None
    language: str
    as_json: bool


def check(
    ctx: typer.Context,
    frame: FrameFile,
    *,
    allocation: Annotated[
        Path | None,
        typer.Option("--allocation", exists=True, dir_okay=False, help="CSV phân bổ / areas by stratum"),
    ] = None,
    households: Originals = 12,
    reserves: Reserves = 4,
    geography: Pack = GEOGRAPHY,
    findings: FindingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra dàn mẫu / check a frame before a sample is drawn from it."""
    speak(ctx, as_json=as_json)
    if findings:
        check_ending(findings)
    read = read_frame(frame)
    found = check_frame(read, _pack(geography), Take(households, reserves))
    if allocation and not errors(found):
        found += check_allocation(read, read_allocation(allocation, read))
    if findings:
        write_findings(found, findings)
    if as_json:
        show_json([one.to_json() for one in found])
    else:
        tell_rules(found)
        counted = {
            severity: sum(one.severity == severity for one in found) for severity in ("error", "warning")
        }
        say("said_frame_checked", file=read.file, areas=len(read.areas), errors=counted["error"],
            warnings=counted["warning"])  # fmt: skip
    if errors(found):
        raise typer.Exit(REFUSED)


def draw(
    ctx: typer.Context,
    frame: FrameFile,
    *,
    allocation: AllocationFile,
    seed: Seed,
    out: Out,
    households: Originals = 12,
    reserves: Reserves = 4,
    listing: ListingFile = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help=f"Cách chọn, TÊN=GIÁ TRỊ / how areas are drawn: {', '.join(SETTINGS)}"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Chọn mẫu địa bàn, và hộ nếu đã có bảng kê / draw areas, and households where listed."""
    speak(ctx, as_json=as_json)
    settings = draw_settings(setting or [])
    read, how = read_frame(frame), settings.areas
    if lacking := [column for column in how.order if column not in read.areas.columns]:
        facts = {"columns": ", ".join(lacking)}
        raise Refusal(finding("sample_lacks_columns", file=read.file, facts=facts))
    take = Take(households, reserves)
    found = check_frame(read, _pack(settings.geography), take)
    refuse_errors(found)
    asked = read_allocation(allocation, read)
    found += check_allocation(read, asked, by_size=how.method == METHODS[0])
    refuse_errors(found)
    recipe = Recipe(seed, asked, how, take, settings.geography)
    drawing = Drawing(out, listing, settings.language, as_json)
    _draw_and_write(read, recipe, drawing, found)


def households(
    ctx: typer.Context,
    listing: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Bảng kê CSV / listing")],
    *,
    sample: SampleFolder,
    language: LanguageOption = "vi",
    as_json: JsonOption = False,
) -> None:
    """Chọn hộ sau khi lập bảng kê / draw the households of the areas that are listed."""
    speak(ctx, as_json=as_json)
    drawn, record = read_sample_folder(sample)
    _list_and_write(drawn, record, Drawing(sample, listing, language, as_json), [])


def rotate(
    ctx: typer.Context,
    frame: FrameFile,
    *,
    sample: SampleFolder,
    out: Out,
    keep: Annotated[
        float, typer.Option(min=0, max=1, help="Tỷ lệ địa bàn giữ lại / share of areas kept")
    ] = 0.5,
    listing: ListingFile = None,
    language: LanguageOption = "vi",
    as_json: JsonOption = False,
) -> None:
    """Luân phiên mẫu cho đợt sau / replace a declared share of the areas for the next wave."""
    speak(ctx, as_json=as_json)
    read = read_frame(frame)
    _, before = read_sample_folder(sample)
    if before.frame["sha256"] != read.sha256:
        raise Refusal(finding("sample_frame_differs", file=read.file, value=str(sample)))
    areas = replace(before.recipe.areas, keeps=(*before.recipe.areas.keeps, keep))
    recipe = replace(before.recipe, areas=areas)
    _draw_and_write(read, recipe, Drawing(out, listing, language, as_json), [])


def _draw_and_write(frame: Frame, recipe: Recipe, drawing: Drawing, found: list[Finding]) -> None:
    """Draw the areas; go on with the households where there is a listing."""
    drawn = draw_sample(frame, recipe, _pack(recipe.geography))
    record = record_of(frame, recipe, drawn)
    check_folder(drawing.out, record, drawing.listing)
    _list_and_write(drawn, record, drawing, found, frame=frame)


def _list_and_write(
    drawn: Sample, record: Record, drawing: Drawing, found: list[Finding], *, frame: Frame | None = None
) -> None:
    """Draw the households, write the folder, and tell about it."""
    listed: Listing = {}
    if drawing.listing:
        codes = [] if frame is None else frame.areas["ea_code"].tolist()
        listed, more = read_listing(drawing.listing, drawn, record.recipe.take, frame=codes)
        found = [*found, *more]
        counts = {"areas": len(listed), "addresses": sum(len(numbers) for numbers in listed.values())}
        told = {"file": drawing.listing.name, "sha256": sha256_of(drawing.listing), **counts}
        record = replace(record, listing=told)
    with progress_bar(quiet=drawing.as_json) as bar:
        task = bar.add_task("sample", total=len(drawn.eas) + 2 * len(listed))
        sample = draw_listed(drawn, record.recipe, listed, lambda: bar.advance(task))
        written = write_sample_folder(
            drawing.out, sample, record, language=drawing.language, advance=lambda: bar.advance(task)
        )
    if drawing.as_json:
        show_json(sample_json(sample, record, found, written))
        return
    tell_rules(found)
    Console().print(strata_table(record, drawing.language))
    say_what_was_drawn(sample, record, drawing.out)


def _pack(name: str) -> Gazetteer | None:
    """Return the geography pack of this name; none for an empty name."""
    if not name:
        return None
    folder = places.geography(name)
    if not (folder / "pack.toml").is_file():
        known = ", ".join(sorted(path.parent.name for path in folder.parent.glob("*/pack.toml")))
        raise Refusal(finding("sample_geography_unknown", value=name, facts={"known": known}))
    return load_pack(folder)
