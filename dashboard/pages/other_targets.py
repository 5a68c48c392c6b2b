"""Mục tiêu khác: the targets no survey measures, by what offices report and others accept; no intervals."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import access, data, layout, parts, tables, targets_forms, targets_words
from dashboard.targets_chart import chart_target
from dashboard.text import Text
from survey.other_targets import keeping
from survey.other_targets.assessing import Standing, assess
from survey.other_targets.log import Entry, accepted, read_log, standing
from survey.other_targets.targets import Target, usual_targets

VERDICTS = (
    ("met", "targets.reached"),
    ("not_met", "targets.not_reached"),
    ("overdue", "targets.overdue"),
    ("none", "targets.no_data"),
)
MARKS = (
    ("given", "targets.legend_given"),
    ("report", "targets.legend_report"),
    ("review", "targets.legend_path"),
)
ACROSS = 2


def main() -> None:
    """Write the page; the public sees what is accepted, and nothing else."""
    text = layout.reader_text()
    targets = {target.id: target for target in usual_targets()}
    book = data.open_store().catalogue
    entries = read_log(book)
    if not access.may("report_targets"):
        entries = tuple(entry for entry in entries if entry.state == "accepted")
    show_title(text, next(iter(targets.values())))
    standings = assess(targets.values(), entries, keeping.today(book))
    show_table(text, standings, entries)
    show_charts(text, standings, entries)
    if access.may("report_targets"):
        st.html(parts.uploader_words(text))
        targets_forms.report_figure(text, targets)
        targets_forms.send_workbook(text, targets)
        targets_forms.decide(text, targets, standing(entries))
    else:
        st.html(parts.block("notice", text("targets.remote")))
    show_history(text, targets, entries)


def show_title(text: Text, target: Target) -> None:
    """Open the page: which document, what kind of number, and what was just done."""
    source = target.source
    st.title(text("targets.title"), anchor=False)
    facts = {"document": source.document[text.language], "day": text.day(source.day.isoformat())}
    days = layout.edition_words(text, data.frame_division(None))
    words = (text("targets.document", facts), text("frame.edition", {"edition": days}))
    st.html(parts.meta(words, text("targets.state")))
    if said := st.session_state.pop(targets_forms.SAID, ""):
        st.html(parts.block("notice", said))
    st.html(parts.block("plain", text("targets.lead")))
    if source.status == "to_confirm":
        issuer = {"issuer": source.issuer[text.language]}
        st.html(parts.block("notice", text("targets.to_confirm", issuer)))


def show_table(text: Text, standings: Sequence[Standing], entries: Sequence[Entry]) -> None:
    """Say how many targets are reached by each year, then write every target with its figure."""
    st.html(parts.block("sentence", " ".join(targets_words.year_sentences(text, standings))))
    st.html(parts.legend(text, VERDICTS))
    last = {entry.report.target: entry for entry in entries}
    columns, rows = targets_words.rows_with_state(text, standings, last)
    st.html(tables.scroll_hint(text))
    st.html(tables.html_table(text("targets.caption"), columns, rows, cards=True))
    with st.expander(text("targets.definitions")):
        st.html(parts.facts(targets_words.definitions(text, [one.target for one in standings])))


def show_charts(text: Text, standings: Sequence[Standing], entries: Sequence[Entry]) -> None:
    """Draw every target that is a number, with its two years."""
    st.header(text("targets.charts"), anchor=False)
    st.html(parts.block("quiet", text("targets.charts_note")))
    st.html(parts.legend(text, MARKS))
    drawn = [one.target for one in standings if one.target.kind != "existence"]
    known = sorted((entry.report for entry in accepted(entries).values()), key=lambda report: report.day)
    for start in range(0, len(drawn), ACROSS):
        for place, target in zip(st.columns(ACROSS), drawn[start : start + ACROSS], strict=False):
            reports = [report for report in known if report.target == target.id]
            with place:
                st.html(parts.file_name(target.short[text.language]))
                layout.draw(chart_target(text, target, reports))


def show_history(text: Text, targets: Mapping[str, Target], entries: Sequence[Entry]) -> None:
    """Write every row of the log about one target, the one of the newest row first."""
    st.header(text("targets.history"), anchor=False)
    known = [entry for entry in entries if entry.report.target in targets]
    if not known:
        st.html(parts.block("quiet", text("targets.history_empty")))
        return
    st.html(parts.block("quiet", text("targets.history_note")))
    names = list(dict.fromkeys(entry.report.target for entry in reversed(known)))
    chosen = layout.choose_from_many(
        "history",
        tuple(names),
        label=text("targets.choose"),
        words=lambda name: targets[name].short[text.language],
    )
    about = [entry for entry in known if entry.report.target == chosen]
    columns, rows = targets_words.history_rows(text, about, targets[chosen])
    st.html(tables.scroll_hint(text))
    st.html(tables.html_table(text("targets.history_caption"), columns, rows))


main()
