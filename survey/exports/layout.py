"""Which table of an export is the main one, which hold rosters, and whether it is our form at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from survey.exports.cells import Table, Unreadable, nfc
from survey.exports.headers import map_headers
from survey.instrument import Instrument

SUFFICIENT_SHARE = 0.5
SUFFICIENT_LABELS = 0.3
EXAMPLES = 4


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
    """

    source: str
    main: str
    rosters: Mapping[str, str]
    scores: Mapping[str, float] = field(default_factory=dict)


def signature_share(headers: Iterable[str], signature: Sequence[str]) -> float:
    """Share of the columns of a signature that a table has."""
    present = set(headers)
    return sum(column in present for column in signature) / len(signature)


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
    if sum(q.name in found for q in asked) >= SUFFICIENT_SHARE * len(asked):
        return
    if _label_share(main.headers, instrument) >= SUFFICIENT_LABELS:
        raise Unreadable("export_labels")
    raise Unreadable(
        "export_foreign",
        form=instrument.title,
        expected=", ".join([q.name for q in asked if q.name not in found][:EXAMPLES]),
        seen=", ".join(_own_headers(main)[:EXAMPLES]),
    )


def roster_tables(tables: Sequence[Table], instrument: Instrument, link: str) -> dict[str, str]:
    """Return repeat name -> table, by the questions that a table with the link column holds."""
    found: dict[str, tuple[int, str]] = {}
    for table in tables:
        if link not in table.headers:
            continue
        for repeat in instrument.repeats:
            weight = len(map_headers(table.headers, instrument, repeat).questions)
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


def _label_share(headers: Sequence[str], instrument: Instrument) -> float:
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
