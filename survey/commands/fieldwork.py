"""``kynangso fieldwork``: completion, response rates, interviewers, the draw, and what is to be resolved."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from estimation.display.wording import decimal, percent
from survey.commands.fieldwork_files import write_csvs, write_workbook
from survey.commands.fieldwork_tables import tables_of
from survey.commands.forms import LanguageOption
from survey.commands.session import JsonOption, StoreOption, WaveOption, begin, say, show_json
from survey.fieldwork.overview import Overview, overview
from survey.fieldwork.rates import UNWEIGHTED, WEIGHTED, Breakdown
from survey.findings import check_ending, write_findings
from survey.messages import finding

CsvOption = Annotated[
    Path | None, typer.Option("--csv", file_okay=False, help="Thư mục: mỗi bảng một tệp CSV / folder of CSVs")
]
XlsxOption = Annotated[
    Path | None, typer.Option("--xlsx", dir_okay=False, help="Tệp Excel: mỗi bảng một trang / workbook")
]
FindingsOption = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="Ghi danh sách vấn đề vào tệp .xlsx hoặc .csv / list of findings"),
]


def fieldwork(
    ctx: typer.Context,
    wave: WaveOption,
    *,
    by: Annotated[Breakdown, typer.Option(help="Tỷ lệ trả lời theo / response rates by")] = "district",
    language: LanguageOption = "vi",
    csv: CsvOption = None,
    xlsx: XlsxOption = None,
    findings: FindingsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tình hình thực địa của một đợt / completion, response, interviewers and draw of a wave."""
    kept = begin(ctx, store, as_json=as_json)
    if findings:
        check_ending(findings)
    found = overview(kept, wave)
    if as_json:
        show_json(_json(found, by))
    else:
        _show(found, by, language)
    written = write_csvs(found.tables(), csv, wave=wave) if csv else []
    if xlsx:
        write_workbook(found.tables(), xlsx)
        written.append(xlsx)
    if findings:
        write_findings(found.findings, findings)
        written.append(findings)
    if written and not as_json:
        say("said_files_written", count=len(written), files=", ".join(map(str, written)))


def _show(found: Overview, by: Breakdown, language: str) -> None:
    """Write the line on top and the tables."""
    console = Console(highlight=False)
    console.print(_top_line(found, language), markup=False)
    for table in tables_of(found, by, language):
        console.print(table)


def _top_line(found: Overview, language: str) -> str:
    """Say what was issued, what came of it, and the response rate."""
    counts = {
        "issued": found.sample["issued"].sum(),
        "submissions": found.submissions,
        "interviews": len(found.fieldwork.interviews),
        "areas": (found.completion["interviews"] > 0).sum(),
        "sampled": len(found.completion),
    }
    rates = {one: percent(found.rate("RR1", weighting=one), language) for one in (UNWEIGHTED, WEIGHTED)}
    facts = {name: decimal(count, language, 0) for name, count in counts.items()} | rates
    code = "said_fieldwork" if found.is_weighted else "said_fieldwork_unweighted"
    return finding(code, facts=facts).sentence(language)


def _json(found: Overview, by: Breakdown) -> dict[str, Any]:
    """Everything but the sample list, which is a file's business; a number that is not there is null."""
    tables = {
        name: json.loads(table.to_json(orient="records", double_precision=15))
        for name, table in found.tables().items()
    }
    kept = ("province", "originals", by)
    return {
        "wave": found.wave.name,
        "synthetic": found.wave.synthetic,
        "issued": int(found.sample["issued"].sum()),
        "submissions": found.submissions,
        "interviews": len(found.fieldwork.interviews),
        "rates": [row for row in tables["rates"] if row["breakdown"] in kept],
        "completion": tables["completion"],
        "interviewers": tables["interviewers"],
        "selection": _selection_json(found, tables["selection"]),
        "findings": [one.to_json() for one in found.findings],
    }


def _selection_json(found: Overview, tests: list[dict[str, Any]]) -> dict[str, Any] | None:
    audit = found.selection
    if audit is None:
        return None
    return {
        "drawn": audit.drawn,
        "with_a_choice": audit.chosen,
        "checked": audit.checked,
        "draw_not_largest": audit.count("draw_not_largest"),
        "other_respondent": audit.count("respondent_not_drawn"),
        "roster_changed": audit.count("selection_roster_changed"),
        "suspect": audit.is_suspect,
        "tests": tests,
    }
