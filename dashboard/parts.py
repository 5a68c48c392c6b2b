"""Pieces of HTML that pages put together; every word is escaped here, so no data can become markup."""

import json
from collections.abc import Sequence
from html import escape

from dashboard.readings import Judgement, Reading
from dashboard.text import Text

MARKDOWN_SIGNS = frozenset("\\`*_{}[]()#+-!|<>~:$&")
VERDICTS_LEGEND = (
    ("met", "verdict.met"),
    ("not_met", "verdict.not_met"),
    ("undecided", "verdict.undecided"),
    ("none", "legend.hidden"),
)
LEGEND = (
    *VERDICTS_LEGEND,
    ("interval", "legend.interval"),
    ("review", "legend.review"),
    ("goal", "legend.targets"),
)
INTERVALS_LEGEND = (("interval", "legend.interval"), ("review", "legend.review"))


def block(kind: str, words: str) -> str:
    """Write one block of words; `kind` names its look in style.css."""
    return f'<div class="ks ks-{kind}">{escape(words)}</div>'


def refusal(title: str, sentences: str) -> str:
    """Write a refusal with its sentences, one a line."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in sentences.splitlines() if line)
    return f'<div class="ks ks-refusal" role="alert"><strong>{escape(title)}</strong>{lines}</div>'


def meta(words: Sequence[str], state: str) -> str:
    """Write the line under a title: wave, boundaries, and the state of the release in a frame."""
    spans = "".join(f"<span>{escape(word)}</span>" for word in words)
    return f'<div class="ks ks-meta">{spans}<span class="ks-state">{escape(state)}</span></div>'


def hero(label: str, number: str, lines: Sequence[str]) -> str:
    """Write the one large number of a page under its name, with what belongs to it."""
    rest = "<br>".join(f"<span>{escape(line)}</span>" for line in lines)
    return (
        f'<div class="ks"><div class="ks-label">{escape(label)}</div>'
        f'<div class="ks-hero"><b>{escape(number)}</b><div>{rest}</div></div></div>'
    )


def verdict_card(text: Text, reading: Reading, goal: Judgement, title: str) -> str:
    """Write one goal under its title: verdict in words, shape and colour, why, and how far."""
    target = text.percent(goal.target, 0)
    ends = {
        "low": text.percent(reading.low),
        "high": text.percent(reading.high),
        "target": target,
    }
    gap = "goal.gap_below" if goal.gap < 0 else "goal.gap_above"
    why = "met_over" if (goal.shown, goal.op) == ("met", ">") else goal.shown
    lines = (text(f"verdict_why.{why}", ends), text(gap, {"points": text.points(goal.gap)}))
    return (
        f'<div class="ks-card"><h3>{escape(title)}</h3><div class="ks-word">{mark(goal.shown)}'
        f"{escape(text(f'verdict.{goal.shown}'))}</div><p>{escape(' '.join(lines))}</p></div>"
    )


def cards(pieces: Sequence[str]) -> str:
    """Put cards side by side, one below the other on a phone."""
    return f'<div class="ks ks-cards">{"".join(pieces)}</div>'


def mark(kind: str) -> str:
    """Draw the small shape of a verdict or of a line of the key."""
    return f'<span class="ks-mark {kind}" aria-hidden="true"></span>'


def legend(text: Text, entries: Sequence[tuple[str, str]] = LEGEND) -> str:
    """Write the key of a chart from (shape, key of its words)."""
    return legend_of(text, [(kind, text(key)) for kind, key in entries])


def legend_of(text: Text, entries: Sequence[tuple[str, str]]) -> str:
    """Write the key of a chart from (shape, words)."""
    items = "".join(f"<li>{mark(kind)}{escape(words)}</li>" for kind, words in entries)
    return f'<ul class="ks ks-legend" aria-label="{escape(text("legend.title"))}">{items}</ul>'


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Write names and their values, one pair a line."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f'<dl class="ks ks-facts">{lines}</dl>'


def counts(items: Sequence[tuple[str, str, str]]) -> str:
    """Write small figures in a row: (number, name, what it means)."""
    boxes = "".join(
        f"<div><b>{escape(number)}</b><i>{escape(name)}</i><br>{escape(meaning)}</div>"
        for number, name, meaning in items
    )
    return f'<div class="ks ks-counts">{boxes}</div>'


def steps(title: str, lines: Sequence[str]) -> str:
    """Write a numbered instruction."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="ks"><strong>{escape(title)}</strong><ol>{items}</ol></div>'


def points(title: str, lines: Sequence[str]) -> str:
    """Write a list of remarks under their title."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="ks"><strong>{escape(title)}</strong><ul>{items}</ul></div>'


def titled(title: str, words: str) -> str:
    """Write a note under a title of its own."""
    return f'<div class="ks ks-notice"><strong>{escape(title)}</strong><br>{escape(words)}</div>'


def findings(title: str, items: Sequence[tuple[str, str, str, str]]) -> str:
    """Write what was found in a file, a line each: (severity, its word, how often, sentence)."""
    lines = "".join(
        f'<li><span><span class="ks-severity {severity}">{escape(word)}</span></span>'
        f"<span>{escape(count)}</span><p>{escape(sentence)}</p></li>"
        for severity, word, count, sentence in items
    )
    return f'<div class="ks"><strong>{escape(title)}</strong><ul class="ks-findings">{lines}</ul></div>'


def card(piece: str) -> str:
    """Put a piece in a frame."""
    return f'<div class="ks-card">{piece}</div>'


def fact_card(title: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Put names and their values in a frame under a title."""
    return f'<div class="ks ks-card"><h3>{escape(title)}</h3>{facts(pairs)}</div>'


def file_name(name: str) -> str:
    """Write the name of a file as its person called it."""
    return f'<div class="ks ks-file">{escape(name)}</div>'


def plain(words: str) -> str:
    """Disarm the Markdown signs in words of a user that stand in a label."""
    return "".join(f"\\{sign}" if sign in MARKDOWN_SIGNS else sign for sign in words)


def uploader_words(text: Text) -> str:
    """Lay words of the app over the English ones that the uploader brings along."""
    words = ("drop_button", "drop_limit", "drop_failed")
    named = "".join(
        f"--ks-{name.replace('_', '-')}:{json.dumps(text(f'upload.{name}'), ensure_ascii=False)};"
        for name in words
    )
    return f'<style>[class*="st-key-uploader"]{{{named}}}</style>'


def frame_words(text: Text) -> str:
    """Lay words of the app over the English ones of Streamlit's link past the menu."""
    return f"<style>:root{{--ks-skip:{json.dumps(text('first.skip'), ensure_ascii=False)};}}</style>"


def language_of_page(text: Text) -> str:
    """Tell the browser, and by it screen readers, in which language the page is read."""
    return f'<script>document.documentElement.lang = "{text.language}"</script>'


def inner_link(name: str, words: str) -> str:
    """Lead to a place further down on the same page."""
    return f'<div class="ks"><a class="ks-link" href="#{escape(name)}">{escape(words)}</a></div>'


def place(name: str) -> str:
    """Mark a place that :func:`inner_link` leads to."""
    return f'<span id="{escape(name)}" class="ks-place" tabindex="-1"></span>'
