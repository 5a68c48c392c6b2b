"""``kynangso wave``: announce a wave with its form and its samples."""

from pathlib import Path
from typing import Annotated

import typer

from survey import places
from survey.commands.session import JsonOption, StoreOption, begin, say, show_json
from survey.instrument import read_contract
from survey.wave import DEFINITION, EA_COLUMNS, GEOGRAPHY, HOUSEHOLD_COLUMNS, Wave, read_sample

app = typer.Typer(no_args_is_help=True, help="Khai báo đợt điều tra / announce waves")
SampleFile = Annotated[Path, typer.Option(exists=True, dir_okay=False)]


@app.callback()
def group() -> None:
    """Announce waves."""


@app.command("add")
def add(
    ctx: typer.Context,
    wave: Annotated[str, typer.Argument(help="Tên đợt, bắt đầu bằng năm / name, beginning with the year")],
    form: Annotated[str, typer.Option(help="Mã phiếu / id of a released form, or a contract.json")],
    *,
    sample_eas: SampleFile,
    sample_households: SampleFile,
    definition: Annotated[str, typer.Option(help="Định nghĩa chỉ tiêu / definition")] = DEFINITION,
    geography: Annotated[str, typer.Option(help="Bộ địa giới / geography pack")] = GEOGRAPHY,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Dữ liệu mô phỏng / simulated data")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Khai báo một đợt điều tra / announce a wave; the same again changes nothing."""
    kept = begin(ctx, store, as_json=as_json, create=True)
    announced = Wave(
        name=wave,
        instrument=read_contract(places.contract(form)),
        sample_eas=read_sample(sample_eas, EA_COLUMNS),
        sample_households=read_sample(sample_households, HOUSEHOLD_COLUMNS),
        definition=definition,
        geography=geography,
        synthetic=synthetic,
    )
    is_new = kept.add_wave(announced)
    if as_json:
        show_json({"wave": wave, "status": "added" if is_new else "known", "synthetic": synthetic})
    else:
        say("said_wave_added" if is_new else "said_wave_known", wave=wave, store=kept.root)
