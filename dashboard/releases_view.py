"""The releases of the store as the page of publication shows them: rows, links, the history, the states."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dashboard import publication_words, published, tables
from dashboard.numbers import ABSENT
from dashboard.tables import NUMBER, Column, Row
from dashboard.text import Text
from survey.publishing.standing import Standing
from survey.publishing.states import STATES, Entry

FRONT = "./"  # the page of the province, which Streamlit keeps at the root
HISTORY = ("at", "action", "state", "until", "by", "who", "why")
PASSED = {"corrected": 1, "withdrawn": 2}  # what no longer holds comes last


@dataclass(frozen=True, slots=True)
class Listed:
    """A release with how it stands for the reader."""

    release_id: str
    wave: str
    standing: Standing
    definition: str
    interviews: int
    synthetic: bool


def listed() -> tuple[Listed, ...]:
    """Return the releases that the reader may know of; corrected and withdrawn ones come last."""
    found = [_listed(name, standing) for name, standing in published.standings().items()]
    return tuple(sorted(found, key=lambda one: PASSED.get(one.standing.state, 0)))


def table(text: Text, found: Sequence[Listed], *, drafts: bool) -> str:
    """Write a row a release, with a link to its numbers or, for a withdrawn one, to its notice."""
    names = ("state", "wave", "since", "definition", "n", *(("public",) if drafts else ()), "who")
    columns = [
        Column(text("releases.col_release")),
        *(Column(text(f"releases.col_{name}"), NUMBER if name == "n" else "") for name in names),
    ]
    rows = [Row(one.release_id, tuple(_cells(text, one, drafts=drafts))) for one in found]
    written = tables.html_table(text("releases.caption"), columns, rows, cards=True)
    for one in found:  # names of releases are made of our own letters, so they stand in the table as they are
        name = escape(one.release_id)
        link = publication_words.link(text, one.release_id, one.release_id, page=FRONT)
        written = written.replace(f'<th scope="row">{name}</th>', f'<th scope="row">{link}</th>')
    return written


def history_rows(text: Text, entries: Sequence[Entry]) -> tuple[list[Column], list[Row]]:
    """Lay out the steps with a release, the newest first."""
    columns = [Column(text(f"releases.col_{name}")) for name in HISTORY]
    rows = [
        Row(
            publication_words.short_time(text, entry.created),
            (
                text(f"releases.action_{entry.action}"),
                text(f"state.{entry.state}"),
                publication_words.short_time(text, entry.embargo) if entry.embargo else ABSENT,
                entry.successor or ABSENT,
                entry.who,
                entry.why,
            ),
        )
        for entry in reversed(entries)
    ]
    return columns, rows


def meanings(text: Text) -> list[tuple[str, str]]:
    """Say what each state means."""
    return [(text(f"state.{state}"), text(f"state_meaning.{state}")) for state in STATES]


def _listed(name: str, standing: Standing) -> Listed:
    manifest = published.manifest(name)
    definition = manifest["definition"]
    return Listed(
        name,
        str(manifest["wave"]),
        standing,
        f"{definition['id']}, {definition['version']}",
        int(manifest["data"]["interviews"]),
        bool(manifest["synthetic"]),
    )


def _cells(text: Text, one: Listed, *, drafts: bool) -> list[str]:
    standing = one.standing
    since = publication_words.short_time(text, standing.since) if standing.since else ABSENT
    hidden = standing.state == "withdrawn"
    cells = [
        publication_words.state_word(text, standing),
        one.wave,
        since,
        one.definition,
        ABSENT if hidden else text.count(one.interviews),
    ]
    if drafts:
        cells.append(_public(text, standing))
    return [*cells, standing.who or ABSENT]


def _public(text: Text, standing: Standing) -> str:
    """Say whether the public sees a release, and from when."""
    if standing.embargo:
        return text("releases.public_from", {"time": publication_words.short_time(text, standing.embargo)})
    if standing.state == "withdrawn":
        return text("releases.public_notice")
    return text("releases.public_yes" if standing.is_out else "releases.public_no")
