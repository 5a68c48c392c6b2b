"""A report as PDF for reading and printing, tagged for screen readers, with charts that stay sharp."""

import json
from pathlib import Path
from typing import Any

from dashboard.report.content import PAPER, TEXT, Report, Section, Table
from dashboard.report.extra import library
from dashboard.report.pictures import FONTS, svg
from dashboard.report.word import Told
from dashboard.text import Text

TEMPLATE = Path(__file__).with_name("paper.typ")
TAGGED = "ua-1"  # PDF/UA-1
DECREE = (
    "parent", "office", "state", "motto", "number", "day", "kind", "receivers", "receiver", "archive",
    "authority", "signer",
)  # fmt: skip


def pdf_bytes(report: Report, told: Told) -> bytes:
    """Write a report as PDF; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
    told : callable
        Told the title of each chapter as it begins.
    """
    content = json.dumps(_content(report, told), ensure_ascii=False)
    written: bytes = library("typst").compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"report": content},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,  # the same letters on every machine
        pdf_standards=TAGGED,
    )
    return written


def _content(report: Report, told: Told) -> dict[str, Any]:
    text = Text(report.language)
    words = {name: text(f"decree.{name}") for name in DECREE}
    words |= {
        "definition": text("report.definition_title"),
        "methods": text("report.methods"),
        "about": text("report.about"),
    }
    return {
        "release": report.release,
        "language": report.language,
        "subject": report.subject,
        "sentence": report.sentence,
        "warnings": report.warnings,
        "sections": [_section(section, told) for section in report.sections],
        "definition": report.definition,
        "methods": report.methods,
        "about": report.origin,
        "words": words,
    }


def _section(section: Section, told: Told) -> dict[str, Any]:
    told(section.title)
    return {
        "title": section.title,
        "lines": section.words,
        "pictures": [
            {"title": one.title, "alt": one.chart.alt, "svg": svg(one).decode()} for one in section.pictures
        ],
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    columns = list(table.columns(PAPER))
    return {
        "caption": table.caption,
        "shares": table.shares(PAPER),
        "heads": [table.headings[place].title for place in columns],
        "right": [table.headings[place].kind != TEXT for place in columns],
        "rows": [[row[place].shown for place in columns] for row in table.rows],
        "notes": table.notes,
    }
