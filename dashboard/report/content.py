"""What a report says, apart from how it is written down: chapters, tables, charts, notes, origin."""

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.chart_style import Chart
from dashboard.numbers import ABSENT

TEXT, SHARE, COUNT, DECIMAL = "text", "share", "count", "decimal"
FINE_SHARE, FINE = "fine share", "fine"  # one digit more, where numbers lie close together
SHARES = frozenset({SHARE, FINE_SHARE})
BOTH, PAPER, SHEET = "both", "paper", "sheet"
WIDEST, AROUND = 14, 4  # letters of a column before it is broken into lines; room around them


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its title, what its cells hold, and whether it stands on paper, in sheets, in both."""

    title: str
    kind: str = TEXT
    where: str = BOTH


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as people read it, and the number behind it; a hidden number has none."""

    shown: str
    value: float | None = None


HIDDEN = Cell(ABSENT)


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `name` is short and names its sheet, `notes` say why numbers are hidden or flagged."""

    name: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def columns(self, where: str) -> Iterator[int]:
        """Give the places of the columns that stand on paper, or in sheets."""
        return (place for place, heading in enumerate(self.headings) if heading.where in {BOTH, where})

    def shares(self, where: str) -> list[float]:
        """Give the width of each of these columns, as a share of the whole, by its longest words."""
        wanted = [self._letters(place) for place in self.columns(where)]
        return [one / sum(wanted) for one in wanted]

    def _letters(self, place: int) -> int:
        """Count the letters that a column has room for: its cells up to a limit, each word of its title."""
        longest = max((len(row[place].shown) for row in self.rows), default=0)
        title = max(len(word) for word in self.headings[place].title.split())
        return max(min(longest, WIDEST), title) + AROUND


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart under its title; `name` names its file."""

    name: str
    title: str
    chart: Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: words, then charts, then tables; its `annexes` are too long for paper."""

    title: str
    words: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    annexes: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A release in words, tables and charts of one language.

    Attributes
    ----------
    state : str
        How the release stands under the Statistics Law.
    subject : str
        What the report is about, for the title page.
    sentence : str
        What a minister may quote, or why there is nothing to quote.
    warnings : tuple of str
        Simulated data, draft or correction, definition not approved: what every file says at its top.
    sections : tuple of Section
    annexes : tuple of Table
        Tables too long for paper.
    definition, about : tuple of (name, words)
        The indicator; the release, its state, boundaries and methods.
    methods : tuple of str
    beside : tuple of (name, words)
        What was read beside the release; the tables for machines hold nothing of it.
    """

    release: str
    state: str
    language: str
    place: str
    subject: str
    sentence: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    annexes: tuple[Table, ...]
    definition: tuple[tuple[str, str], ...]
    methods: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def origin(self) -> tuple[tuple[str, str], ...]:
        """Name everything that the words, tables and charts were made of."""
        return (*self.about, *self.beside)

    def pictures(self) -> Iterator[Picture]:
        """Give the charts in their order."""
        return (picture for section in self.sections for picture in section.pictures)

    def tables(self) -> Iterator[Table]:
        """Give the tables in their order, those for paper first."""
        yield from (table for section in self.sections for table in section.tables)
        yield from (table for section in self.sections for table in section.annexes)
        yield from self.annexes
