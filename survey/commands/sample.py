"""``kynangso sample``: plan the sample of a survey, and draw it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from estimation import Assumptions, Costs, Plan
from estimation.planning.allocation import Rule
from survey import places, planning
from survey.commands import sample_draw
from survey.commands.forms import LanguageOption
from survey.commands.plan_settings import SETTINGS, settings
from survey.commands.plan_table import precision_table, remarks, target_table
from survey.commands.session import JsonOption, Session, begin, say, show_json
from survey.frame import clean_areas
from survey.geography import load_pack
from survey.indicators.definition import load_definition
from survey.messages import Refusal, finding
from survey.wave import DEFINITIONS, GEOGRAPHY

app = typer.Typer(
    no_args_is_help=True, help="Lập kế hoạch và chọn mẫu / plan the sample of a survey and draw it"
)
DEFINITION = DEFINITIONS["digiskill_hh"]
RELEASE_NAME = re.compile(r"20\d\d-")
SourceOption = Annotated[
    str,
    typer.Option(
        "--from", help="Tệp CSV dàn mẫu, hoặc bộ địa giới / CSV file of the frame, or geography pack"
    ),
]
AreasOption = Annotated[
    int | None, typer.Option(min=1, help="Số địa bàn; hoặc --set budget=… / areas, or --set budget=…")
]
ShareOption = Annotated[
    str,
    typer.Option(
        help="Tỷ lệ giả định: một số, tệp CSV (district_code, share), hoặc bản công bố đợt trước "
        "/ assumed share: a number, a CSV file, or an earlier release"
    ),
]
TargetOption = Annotated[
    list[str] | None,
    typer.Option(help="Mục tiêu, ví dụ 0,6; mặc định theo chỉ tiêu / target, by default the goals"),
]
AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--set", help=f"Giả định TÊN=SỐ / assumption NAME=NUMBER: {', '.join(SETTINGS)}"),
]
RuleOption = Annotated[Rule, typer.Option(help="Cách phân bổ địa bàn / how areas are shared out")]
CsvOption = Annotated[Path | None, typer.Option(dir_okay=False, help="Tệp CSV kết quả / CSV file")]


@app.callback()
def group() -> None:
    """Plan the sample of a survey."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A plan with the names of its districts, what it costs, and the prices where they are known."""

    plan: Plan
    names: Mapping[str, str]
    costs: Costs | None

    @property
    def cost(self) -> float | None:
        """Cost of the whole sample."""
        whole = self.plan.frame.iloc[-1]
        return None if self.costs is None else self.costs.total(whole["areas"], whole["interviews"])


@app.command("plan")
def plan(
    ctx: typer.Context,
    *,
    source: SourceOption = GEOGRAPHY,
    areas: AreasOption = None,
    share: ShareOption = "0.5",
    target: TargetOption = None,
    assume: AssumeOption = None,
    rule: RuleOption = "power",
    csv: CsvOption = None,
    language: LanguageOption = "vi",
    as_json: JsonOption = False,
) -> None:
    """Xem mẫu cỡ này kết luận được gì / tell what a sample of this size decides."""
    if csv is not None and not csv.parent.is_dir():
        raise typer.BadParameter(f"không có thư mục {csv.parent} / there is no folder {csv.parent}")
    session = ctx.find_object(Session)
    assert session is not None
    session.json = as_json
    told = settings(assume or [])
    targets = [planning.share(one) for one in target] if target else _goals()
    districts, names = _districts(source)
    assumed = _assumed(ctx, districts, share, told, as_json=as_json)
    drawn = _drawn(assumed, targets, told, names=names, areas=areas, rule=rule)
    if csv is not None:
        rows = planning.machine_rows(drawn.plan)
        csv.write_bytes(rows.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))
    if as_json:
        show_json(_json(drawn, targets))
        return
    _show(drawn, targets, language)
    if csv is not None:
        say("said_plan_written", file=csv.name)


def _drawn(
    districts: pd.DataFrame,
    targets: list[float],
    told: Mapping[str, float],
    *,
    names: Mapping[str, str],
    areas: int | None,
    rule: Rule,
) -> Drawn:
    """Draw up the plan of so many areas, or of the budget."""
    costs = _costs(told)
    size, floor = _areas(areas, told, costs), int(told["floor"])
    made = planning.draw_up(districts, size, targets, _assumptions(told), rule=rule, floor=floor)
    return Drawn(made, names, costs)


def _show(drawn: Drawn, targets: list[float], language: str) -> None:
    console = Console(highlight=False)
    console.print(precision_table(drawn.plan, drawn.names, language))
    for one in targets:
        console.print(target_table(drawn.plan, drawn.names, one, language))
    for remark in remarks(drawn.plan, targets, drawn.costs, drawn.cost):
        console.print(remark.sentence(language), markup=False, soft_wrap=True)


def _json(drawn: Drawn, targets: list[float]) -> dict[str, Any]:
    """Write a plan as JSON; a number that is not there is null."""
    made = drawn.plan
    said = remarks(made, targets, drawn.costs, drawn.cost)
    return {
        "districts": _records(made.frame),
        "targets": _records(made.targets),
        "expected": [{"target": one, **planning.expected(made, one)} for one in targets],
        "cost": drawn.cost,
        "remarks": [remark.to_json() for remark in said],
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    cells = table.astype(object)
    return [
        {str(name): cell for name, cell in row.items()}
        for row in cells.where(table.notna(), None).to_dict("records")
    ]


def _districts(source: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the districts with their names, of a frame or of a geography pack."""
    path = Path(source)
    if path.is_file():
        frame = clean_areas(path)
        called = frame.get("district_name", frame["district_code"])
        return planning.districts_of_frame(frame), dict(zip(frame["district_code"], called, strict=True))
    folder = places.geography(source)
    if not (folder / "pack.toml").is_file():
        raise Refusal(finding("plan_source_unknown", value=source))
    gazetteer = load_pack(folder)
    districts = planning.districts_of_territory(gazetteer)
    return districts, {code: gazetteer.name(code) for code in districts["domain"]}


def _assumed(
    ctx: typer.Context, districts: pd.DataFrame, share: str, told: Mapping[str, float], *, as_json: bool
) -> pd.DataFrame:
    """Give every district its assumed share, and the design effect that was set or realised."""
    codes = list(districts["domain"])
    deff = told.get("deff")
    if Path(share).is_file():
        shares = districts["domain"].map(planning.read_shares(Path(share), codes))
    elif not RELEASE_NAME.match(share):
        shares = pd.Series(planning.share(share), index=districts.index)
    else:
        before = planning.earlier(begin(ctx, None, as_json=as_json).open_release(share))
        shares = districts["domain"].map(before.shares)
        if lacking := list(districts.loc[shares.isna(), "domain"]):
            raise Refusal(
                finding("plan_share_lacks", file=share, facts={"districts": planning.some(lacking)})
            )
        deff = before.deff if deff is None else deff
    assumed = districts.assign(share=shares)
    return assumed if deff is None else assumed.assign(deff=deff)


def _goals() -> list[float]:
    return [goal.target for goal in load_definition(places.definition(DEFINITION)).goals]


def _assumptions(told: Mapping[str, float]) -> Assumptions:
    return Assumptions(
        take=told["take"],
        intraclass=told["icc"],
        weighting=told["weighting"],
        response=told["response"],
        error=told["error"],
        power=told["power"],
        side_by_side=bool(told["together"]),
    )


def _costs(told: Mapping[str, float]) -> Costs | None:
    if not {"cost_area", "cost_interview"} <= told.keys():
        return None
    return Costs(told["cost_area"], told["cost_interview"], told["cost_fixed"])


def _areas(areas: int | None, told: Mapping[str, float], costs: Costs | None) -> int:
    """Areas as asked, else those that the budget pays for."""
    if (areas is None) == ("budget" not in told):
        raise Refusal(finding("plan_size_open"))
    if areas is not None:
        return areas
    if costs is None:
        raise Refusal(finding("plan_prices_lack"))
    return costs.areas_within(told["budget"], told["take"])


app.command("check")(sample_draw.check)
app.command("draw")(sample_draw.draw)
app.command("households")(sample_draw.households)
app.command("rotate")(sample_draw.rotate)
