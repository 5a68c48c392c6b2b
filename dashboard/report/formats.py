"""The kinds of files a report can be had in, and how each is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.report.bundle import bundle_bytes, machine_bytes
from dashboard.report.content import Report
from dashboard.report.excel import excel_bytes
from dashboard.report.pdf import pdf_bytes
from dashboard.report.pictures import png, svg
from dashboard.report.spreadsheet import spreadsheet_bytes
from dashboard.report.word import Told, word_bytes
from dashboard.text import Text
from survey.release import Release
from survey.same_bytes import packed

ZIP = "application/zip"
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    ending : str
        What follows the name of the release and the language in the name of the file.
    mime : str
    make : callable
        (release, report, told) -> bytes; `told` hears the title of each step.
    """

    ending: str
    mime: str
    make: Callable[[Release, Report, Told], bytes]

    def file_name(self, report: Report) -> str:
        """Name the file of a report."""
        return f"{report.release}_{report.language}{self.ending}"


def charts_bytes(_release: Release, report: Report, told: Told) -> bytes:
    """Pack every chart as PNG and as SVG, and what each of them shows in words."""
    files: dict[str, bytes] = {}
    said = [report.subject, *report.warnings, ""]
    for picture in report.pictures():
        told(picture.title)
        files[f"{picture.name}.png"], files[f"{picture.name}.svg"] = png(picture), svg(picture)
        said += [f"{picture.name}: {picture.title}", picture.chart.alt, ""]
    said += [f"{name}: {words}" for name, words in report.origin]
    return packed({"README.txt": ("\n".join(said) + "\n").encode(), **files})


def _of_report(make: Callable[[Report, Told], bytes]) -> Callable[[Release, Report, Told], bytes]:
    return lambda _release, report, told: make(report, told)


def _of_release(make: Callable[[Release, Report], bytes]) -> Callable[[Release, Report, Told], bytes]:
    return lambda release, report, _told: make(release, report)


FORMATS: Mapping[str, Format] = {
    "word": Format(".docx", f"{OFFICE}.wordprocessingml.document", _of_report(word_bytes)),
    "pdf": Format(".pdf", "application/pdf", _of_report(pdf_bytes)),
    "excel": Format(".xlsx", f"{OFFICE}.spreadsheetml.sheet", _of_report(excel_bytes)),
    "spreadsheet": Format("_csv_excel.zip", ZIP, _of_report(spreadsheet_bytes)),
    "csv": Format("_csv.zip", ZIP, _of_release(machine_bytes)),
    "charts": Format("_charts.zip", ZIP, charts_bytes),
    "bundle": Format("_bundle.zip", ZIP, _of_release(bundle_bytes)),
}


def format_name(text: Text, name: str) -> str:
    """Name a kind of file for people."""
    return text(f"report_format.{name}")
