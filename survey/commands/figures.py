"""``kynangso weigh``, ``estimate``, ``release``, ``change``: interviews to figures, frozen and compared."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from survey import pipeline
from survey.change import Change, OverlapKind
from survey.commands.change_table import change_table, published_rows
from survey.commands.session import JsonOption, StoreOption, WaveOption, begin, say, show_json, tell
from survey.commands.weighting_tables import CsvTableOption, show_weighting
from survey.corrections.applying import findings_of
from survey.duplicates import queue, undecided
from survey.messages import Finding, finding
from survey.policy import COUNTED, StatePolicy, state_policy
from survey.store import Store

ALL_BUT_REJECTED = ",".join(COUNTED)
Weighting = Literal["base", "nonresponse", "raked"]
Interval = Literal["logit", "korn_graubard"]
Language = Literal["vi", "en"]
ByOption = Annotated[
    str,
    typer.Option(
        help="Phân tổ / breakdown: province, residence, sex, age_group, ethnicity, "
        "education, disability, poverty, cấp đơn vị / a level of units (district, commune)"
    ),
]
EditionOption = Annotated[
    str | None,
    typer.Option(help="Địa giới có hiệu lực từ ngày / edition of the boundaries, e.g. 2025-07-01"),
]
StatesOption = Annotated[
    str,
    typer.Option(
        help="Trạng thái rà soát được tính / review states that count: approved,received,has_issues"
    ),
]


def weigh(
    ctx: typer.Context,
    wave: WaveOption,
    *,
    states: StatesOption = ALL_BUT_REJECTED,
    language: Annotated[Language, typer.Option(help="Ngôn ngữ của bảng / language of the tables")] = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
    as_csv: CsvTableOption = None,
) -> None:
    """Tính quyền số của một đợt và báo cáo từng bước / weigh a wave and report what each step did."""
    policy = state_policy(states)
    kept = begin(ctx, store, as_json=as_json)
    weighed = pipeline.weigh(kept, wave, policy=policy)
    diagnostics: dict[str, Any] = dict(weighed.weights.diagnostics)
    found = pipeline.report(weighed)
    if as_json:
        used = {"review_states_used": list(policy.states)}
        show_json({**diagnostics, **used, "report": found.to_json()})
        return
    if as_csv:
        sys.stdout.write(found.frames()[as_csv].to_csv(index=False, lineterminator="\n"))
        return
    show_weighting(found, language)
    tell(_decided(kept, wave, policy))
    say("said_weighed", interviews=diagnostics["interviews"], areas=diagnostics["areas_with_interviews"],
        sampled=diagnostics["areas_sampled"], iterations=diagnostics["raking"]["iterations"])  # fmt: skip


def estimate(
    ctx: typer.Context,
    wave: WaveOption,
    *,
    by: ByOption = "province",
    edition: EditionOption = None,
    weights: Annotated[Weighting, typer.Option(help="Quyền số / weights")] = "raked",
    interval: Annotated[Interval, typer.Option(help="Khoảng tin cậy / interval")] = "logit",
    states: StatesOption = ALL_BUT_REJECTED,
    out: Annotated[Path | None, typer.Option(help="Tệp CSV kết quả / CSV file", dir_okay=False)] = None,
    store: StoreOption = None,
) -> None:
    """Ước lượng các chỉ tiêu, ghi CSV / estimate every condition of the definition, as CSV."""
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"không có thư mục {out.parent} / there is no folder {out.parent}")
    kept = begin(ctx, store)
    policy = state_policy(states)
    table = pipeline.estimate(
        kept, wave, by=by, edition=edition, weights=weights, interval=interval, policy=policy
    )
    text = table.to_csv(index=False, lineterminator="\n")
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")
        say("said_estimates_written", rows=len(table), file=str(out))
    tell(_decided(kept, wave, policy))


def release(
    ctx: typer.Context,
    wave: WaveOption,
    *,
    states: StatesOption = ALL_BUT_REJECTED,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đóng băng bản công bố / freeze a release; the same inputs give the same release."""
    kept = begin(ctx, store, as_json=as_json)
    policy = state_policy(states)
    frozen = pipeline.release(kept, wave, policy=policy)
    if as_json:
        folder = str(kept.root / "releases" / frozen.id)
        show_json({"release_id": frozen.id, "folder": folder, "review_states_used": list(policy.states)})
    else:
        tell(_decided(kept, wave, policy))
        say("said_released", release=frozen.id, folder=kept.root / "releases" / frozen.id)


def change(
    ctx: typer.Context,
    earlier: Annotated[str, typer.Argument(help="Bản công bố đợt trước / release of the earlier wave")],
    later: Annotated[str, typer.Argument(help="Bản công bố đợt sau / release of the later wave")],
    *,
    overlap: Annotated[
        OverlapKind,
        typer.Option(
            help="Mẫu chọn riêng, cùng địa bàn, cùng người / samples drawn apart, same areas, same persons"
        ),
    ],
    by: ByOption = "province",
    language: Annotated[Language, typer.Option(help="Ngôn ngữ của bảng / language of the table")] = "vi",
    store: StoreOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Kết quả dạng CSV / result as CSV on stdout")] = False,
) -> None:
    """So sánh hai bản công bố, không đọc phiếu / change between two releases, without the interviews."""
    kept = begin(ctx, store, as_json=as_json)
    found = pipeline.change(kept, earlier, later, overlap=overlap, by=by)
    if as_json:
        show_json(_change_json(found))
    elif as_csv:
        sys.stdout.write(found.table.to_csv(index=False, lineterminator="\n"))
    else:
        _show_change(found, language)


def _decided(kept: Store, wave: str, policy: StatePolicy) -> Iterator[Finding]:
    """Say which interviews count, and what the office decided about their answers."""
    yield finding("said_states", facts={language: policy.words(language) for language in ("vi", "en")})
    fates = kept.microdata(wave).corrections
    if fates:
        idle = findings_of(fates)
        applied = sum(fate.state == "applied" for fate in fates)
        yield finding("said_corrections_in_force", facts={"applied": applied, "aside": len(idle)})
        yield from idle
    yield from undecided(queue(kept, wave), wave)


def _change_json(found: Change) -> dict[str, Any]:
    """Change as JSON; a number that is not there is null."""
    table = found.table.astype(object)
    return {
        "from": found.earlier.id,
        "to": found.later.id,
        "overlap": found.overlap,
        "areas": dict(zip(("from", "to", "both"), found.areas, strict=True)),
        "changes": table.where(found.table.notna(), None).to_dict("records"),
    }


def _show_change(found: Change, language: Language) -> None:
    """Write the published shares, and what must be known to read them."""
    shown = published_rows(found)
    first, last, both = found.areas
    areas = {"first_wave": found.waves[0], "last_wave": found.waves[1], "first": first, "last": last}
    notes = [finding("said_change_areas", facts={**areas, "both": both})]
    if len(shown) < len(found.table):
        notes.append(finding("said_change_rest", facts={"count": len(found.table) - len(shown)}))
    if any(release.manifest["synthetic"] for release in (found.earlier, found.later)):
        notes.append(finding("said_change_synthetic"))
    console = Console(highlight=False)
    console.print(change_table(found, shown, language))
    for note in notes:
        console.print(note.sentence(language), markup=False)
