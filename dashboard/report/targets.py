"""The chapter about the other targets: administrative figures with documents, another kind of number."""

from collections.abc import Iterator
from datetime import date

from dashboard import targets_words
from dashboard.report.beside import Beside
from dashboard.report.content import COUNT, HIDDEN, SHEET, Cell, Heading, Picture, Section, Table
from dashboard.report.judging import picture
from dashboard.report.rows import count, words
from dashboard.targets_chart import chart_target
from dashboard.text import Text
from survey.other_targets.assessing import Standing, assess
from survey.other_targets.targets import Source, usual_targets

NUMBERS = ("numerator", "denominator")


def chapter(text: Text, found: Beside) -> Section | None:
    """Judge every target by the figures in force; None where the targets are of another territory."""
    if not found.year:
        return None
    # Any day of the year judges alike, and a file must not change from one day to the next.
    standings = assess(usual_targets(), found.figures, date(found.year, 12, 31))
    source = usual_targets()[0].source
    document = {"document": source.document[text.language], "day": text.day(source.day.isoformat())}
    said = (
        text("targets.lead"),
        text("report_chapter.targets_set", {"document": text("targets.document", document)}),
        *_to_confirm(text, source),
        *targets_words.year_sentences(text, standings),
        *(() if found.figures else (text("report_chapter.targets_none"),)),
    )
    return Section(
        text("targets.title"),
        said,
        tuple(_pictures(text, found, standings)),
        (_table(text, standings),),
        (_definitions(text, standings),),
    )


def _to_confirm(text: Text, source: Source) -> tuple[str, ...]:
    if source.status != "to_confirm":
        return ()
    return (text("targets.to_confirm", {"issuer": source.issuer[text.language]}),)


def _pictures(text: Text, found: Beside, standings: tuple[Standing, ...]) -> Iterator[Picture]:
    """Draw the targets that are numbers and have a figure, in the order of the days."""
    known = sorted((entry.report for entry in found.figures), key=lambda report: report.day)
    for one in standings:
        reports = [report for report in known if report.target == one.target.id]
        if reports and one.target.kind != "existence":
            title = text("report_chapter.targets_chart", {"name": one.target.short[text.language]})
            yield picture(f"target_{one.target.id}", title, chart_target(text, one.target, reports))


def _table(text: Text, standings: tuple[Standing, ...]) -> Table:
    """Write the rows of the page, with the counts behind the latest figure for sheets."""
    columns, rows = targets_words.target_rows(text, standings)
    headings = (
        *(Heading(column.title) for column in columns),
        *(Heading(text(f"report_chapter.targets_{name}"), COUNT, SHEET) for name in NUMBERS),
    )
    written = (
        (*(words(one) for one in (row.name, *row.cells)), *_counts(text, standing))
        for row, standing in zip(rows, standings, strict=True)
    )
    notes = (text("report_chapter.targets_note"), text("targets.caption") + ".")
    return Table("other_targets", text("report_chapter.targets_table"), headings, tuple(written), notes)


def _counts(text: Text, standing: Standing) -> Iterator[Cell]:
    """Write numerator or count, and denominator; what exists or not is no number."""
    report = standing.latest.report if standing.latest and standing.target.kind != "existence" else None
    for told in (report.numerator, report.denominator) if report else (None, None):
        yield HIDDEN if told is None else count(text, told)


def _definitions(text: Text, standings: tuple[Standing, ...]) -> Table:
    pairs = targets_words.definitions(text, [one.target for one in standings])
    headings = (Heading(text("targets.col_target")), Heading(text("report_chapter.targets_definition")))
    rows = tuple((words(name), words(said)) for name, said in pairs)
    return Table("targets_set", text("targets.definitions"), headings, rows)
