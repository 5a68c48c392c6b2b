"""``kynangso wave``: announce a wave with its form and its samples."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from survey import places
from survey.change import OverlapKind
from survey.commands.session import JsonOption, StoreOption, begin, say, show_json
from survey.frame_units import check_units
from survey.geography import open_geography
from survey.geography.gazetteer import apart
from survey.instrument import Instrument, read_contract
from survey.messages import Refusal, finding
from survey.registry import find_form
from survey.store import Store
from survey.wave import (
    DEFINITIONS,
    EA_COLUMNS,
    GEOGRAPHY,
    HOUSEHOLD_COLUMNS,
    Follows,
    Wave,
    no_sample,
    read_sample,
)

app = typer.Typer(no_args_is_help=True, help="Khai báo đợt điều tra / announce waves")
SampleFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False)]


@app.callback()
def group() -> None:
    """Announce waves."""


@app.command("add")
def add(  # noqa: PLR0913 - an option for each fact of a wave
    ctx: typer.Context,
    wave: Annotated[str, typer.Argument(help="Tên đợt, bắt đầu bằng năm / name, beginning with the year")],
    form: Annotated[
        str, typer.Option(help="Mã phiếu đã đăng ký hoặc phát hành / id of a form, id@version, contract.json")
    ],
    *,
    sample_eas: SampleFile = None,
    sample_households: SampleFile = None,
    definition: Annotated[
        str | None, typer.Option(help="Định nghĩa chỉ tiêu / definition, by default that of the form")
    ] = None,
    geography: Annotated[
        str,
        typer.Option(
            help="Bộ địa giới: tên hoặc thư mục, @ngày / pack: name or folder, @edition of the frame"
        ),
    ] = GEOGRAPHY,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Dữ liệu mô phỏng / simulated data")] = False,
    after: Annotated[
        str | None, typer.Option(help="Đợt trước để so sánh / the earlier wave to compare with")
    ] = None,
    overlap: Annotated[
        OverlapKind | None,
        typer.Option(
            help="Mẫu chọn riêng, cùng địa bàn, cùng người / samples drawn apart, same areas, same persons"
        ),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Khai báo một đợt điều tra / announce a wave; the same again changes nothing."""
    kept = begin(ctx, store, as_json=as_json, create=True)
    if (sample_eas is None) != (sample_households is None):
        raise Refusal(finding("wave_sample_half", value=wave))
    instrument = _instrument(kept, form)
    areas = _sample(sample_eas, EA_COLUMNS)
    if sample_eas is not None:
        check_units(areas, open_geography(_reference(geography)), file=sample_eas.name)
    announced = Wave(
        name=wave,
        instrument=instrument,
        sample_eas=areas,
        sample_households=_sample(sample_households, HOUSEHOLD_COLUMNS),
        definition=DEFINITIONS.get(instrument.form_id, "") if definition is None else definition,
        geography=_reference(geography),
        synthetic=synthetic,
        follows=_follows(kept, wave, after, overlap),
    )
    is_new = kept.add_wave(announced)
    if as_json:
        show_json({"wave": wave, "status": "added" if is_new else "known", "synthetic": synthetic})
    else:
        say("said_wave_added" if is_new else "said_wave_known", wave=wave, store=kept.root)


def _follows(kept: Store, wave: str, after: str | None, overlap: OverlapKind | None) -> Follows | None:
    """Return what a wave declares of the one before it, which must be known; nothing, or both halves."""
    if (after is None) != (overlap is None):
        raise Refusal(finding("wave_follows_half", value=wave))
    return Follows(kept.wave(after).name, overlap) if after and overlap else None


def _reference(geography: str) -> str:
    """Geography of a wave: the name of a pack that is at hand, else the place of its folder."""
    name, edition = apart(geography)
    if name not in places.geographies():
        name = str(places.geography(name).absolute())
    return f"{name}@{edition}" if edition else name


def _instrument(kept: Store, form: str) -> Instrument:
    """Return a form of the registry, else a released one of ours."""
    found = find_form(kept.catalogue, form)
    return found.instrument() if found else read_contract(places.contract(form))


def _sample(path: Path | None, columns: tuple[str, ...]) -> pd.DataFrame:
    return read_sample(path, columns) if path else no_sample(columns)
