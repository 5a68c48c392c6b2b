"""Which table of an export is the main one, which hold rosters, and whether it is our form at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from survey.exports.cells import Table, Unreadable, nfc
from survey.exports.headers import HeaderMap, as_written, is_tool_column, map_headers
from survey.exports.personal import is_stored
from survey.instrument import Instrument

SUFFICIENT_SHARE = 0.5
SUFFICIENT_LABELS = 0.3
SUFFICIENT_COLUMNS = 10
STRANGE_SHARE = 0.1
EXAMPLES = 4

# Cells in which a tool says that there is nothing.
BLANKS = frozenset({"", "n/a"})

Names = Callable[[Sequence[str], Instrument, str], Mapping[str, str]]
Note = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of an export.

    Attributes
    ----------
    source : str
        Collection tool: a name in :data:`survey.exports.recognition.ADAPTERS`.
    main : str
        Name of the table with one row a submission.
    rosters : mapping
        Repeat name -> name of its table.
    scores : mapping
        Tool -> share of its signature that the file shows; the chosen one has the best.
    own : tuple of str
        Tables in which the tool tells about its own work: known, and not read as answers.
    notes : tuple of (code, facts)
        What those tables say that the person who sends the file should see.
    tables : tuple of Table
        The tables in another shape, where repeats were spread over columns; empty = as they were read.
    """

    source: str
    main: str
    rosters: Mapping[str, str]
    scores: Mapping[str, float] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    tables: tuple[Table, ...] = ()


def signature_share(headers: Iterable[str], signature: Sequence[str]) -> float:
    """Share of the columns of a signature that a table has; 0 where nothing is signed."""
    present = set(headers)
    return sum(column in present for column in signature) / max(1, len(signature))


def best_table(tables: Sequence[Table], signature: Sequence[str]) -> Table:
    """Return the table that shows most of a signature."""
    return max(tables, key=lambda table: signature_share(table.headers, signature))


def check_form(main: Table, instrument: Instrument, names: Mapping[str, str]) -> None:
    """Refuse an export with labels instead of names, and an export of another form.

    Parameters
    ----------
    main : Table
    instrument : Instrument
    names : mapping
        Header as written -> header with the names of the form, from the adapter.

    Raises
    ------
    Unreadable
        ``export_labels`` or ``export_foreign``.
    """
    asked = instrument.asked()
    meaning = map_headers([names.get(header, header) for header in main.headers], instrument)
    found = {q.name for q in meaning.questions.values()}
    found |= {question.name for question, _ in meaning.splits.values()}
    if sum(q.name in found for q in asked) >= SUFFICIENT_SHARE * len(asked) or _speaks_of_form(meaning):
        return
    if label_share(main.headers, instrument) >= SUFFICIENT_LABELS:
        raise Unreadable("export_labels")
    raise Unreadable(
        "export_foreign",
        form=instrument.title,
        expected=", ".join([q.name for q in asked if q.name not in found][:EXAMPLES]),
        seen=", ".join(_own_headers(main)[:EXAMPLES]),
    )


def about_conflicts(
    table: Table, instrument: Instrument, repeat: str, names: Mapping[str, str]
) -> Iterator[Note]:
    """Report questions that have several columns with different answers in one row.

    Parameters
    ----------
    table : Table
    instrument : Instrument
    repeat : str
        Level of the form that the table holds, "" for the main table.
    names : mapping
        Header as written -> header with the names of the form, from the adapter.
    """
    meaning = map_headers([names.get(header, header) for header in table.headers], instrument, repeat)
    cells = dict(zip((names.get(header, header) for header in table.headers), table.columns, strict=True))
    for question in filter(is_stored, instrument.level(repeat)):
        first, *others = [cells[header] for header in meaning.columns(question)] or [[]]
        answers = zip(table.rows, first, *others, strict=True) if others else ()
        rows = [row for row, *texts in answers if len({*texts} - BLANKS) > 1]
        if rows:
            facts = {"question": question.name, "count": f"{len(rows)}", "first": f"{rows[0]}"}
            yield "columns_conflict", facts


def in_words_of_form(table: Table, names: Mapping[str, str]) -> Table:
    """Return the table under the headers of the form; `names` comes from the adapter."""
    return replace(table, headers=tuple(names.get(header, header) for header in table.headers))


def roster_tables(
    tables: Sequence[Table], instrument: Instrument, link: str, *, headers: Names = as_written
) -> dict[str, str]:
    """Return repeat name -> table, by the questions that a table with the link column holds.

    Parameters
    ----------
    tables : sequence of Table
    instrument : Instrument
    link : str
        Column that joins a roster row to its parent.
    headers : callable
        Of the adapter, where the tool does not write the names of the form.
    """
    found: dict[str, tuple[int, str]] = {}
    for table in tables:
        if link not in table.headers:
            continue
        for repeat in instrument.repeats:
            named = in_words_of_form(table, headers(table.headers, instrument, repeat))
            weight = len(map_headers(named.headers, instrument, repeat).questions)
            if weight > found.get(repeat, (0, ""))[0]:
                found[repeat] = (weight, table.name)
    return {repeat: name for repeat, (_, name) in found.items()}


def has_roster_answers(main: Table, instrument: Instrument, repeat: str) -> bool:
    """Tell whether any submission reached the group in which a repeat lies."""
    inside = instrument.level(repeat)
    group = inside[0].path[: inside[0].path.index(repeat)] if inside else ()
    meaning = map_headers(main.headers, instrument)
    headers = [h for h, q in meaning.questions.items() if q.path[: len(group)] == group and group]
    return any(any(main.column(header)) for header in headers)


def _speaks_of_form(meaning: HeaderMap) -> bool:
    """Tell whether hardly a column is foreign, though questions that nobody was asked may be left out."""
    explained = len(meaning.questions) + len(meaning.splits)
    strange = [h for h in meaning.undeclared if not (is_tool_column(h) or h.startswith("_"))]
    return explained >= SUFFICIENT_COLUMNS and len(strange) <= STRANGE_SHARE * explained


def label_share(headers: Sequence[str], instrument: Instrument) -> float:
    """Return the share of the questions of the form whose label ends a header, in any language; 0..1."""
    asked = instrument.asked()
    ends = tuple(nfc(header).casefold() for header in headers)
    labelled = sum(
        any(end.endswith(text) for end in ends)
        for question in asked
        if (text := tuple(nfc(label).casefold() for label in question.labels.values() if label))
    )
    return labelled / max(1, len(asked))


def _own_headers(main: Table) -> list[str]:
    return [header for header in main.headers if header and not header.startswith("_")]
