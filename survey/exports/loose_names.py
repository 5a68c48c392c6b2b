"""Names of the form as a tool with fewer letters writes them: in capitals, or without marks between them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from survey.exports.cells import Unreadable
from survey.instrument import Question

_MARKS = re.compile(r"[^0-9a-z]")


def bare(name: str) -> str:
    """Return the letters and digits of a name in small letters: ``M_AGE`` and ``mAge`` are both ``mage``."""
    return _MARKS.sub("", name.casefold())


def names_of_form(headers: Iterable[str], level: Sequence[Question]) -> dict[str, str]:
    """Return header -> name in the form, for every header that means a question of one level.

    A header is taken by its very name, else by its name in another case, else by its letters and digits
    alone. Of two headers with one meaning the first is taken.

    Parameters
    ----------
    headers : iterable of str
    level : sequence of Question
        Questions of the main table or of one repeat; their earlier names count, too.

    Raises
    ------
    Unreadable
        ``names_alike`` where a header could mean two questions.
    """
    aliases = {alias: q.name for q in level for alias in (q.name, *q.synonym.split())}
    folded = _grouped(aliases, str.casefold)
    loose = _grouped(aliases, bare)
    found: dict[str, str] = {}
    for header in headers:
        meant = (
            [header] if header in aliases else folded.get(header.casefold()) or loose.get(bare(header), [])
        )
        if len({aliases[alias] for alias in meant}) > 1:
            raise Unreadable("names_alike", header=header, names=", ".join(meant))
        if meant and meant[0] not in found.values():
            found[header] = meant[0]
    return found


def _grouped(aliases: Iterable[str], key: Callable[[str], str]) -> Mapping[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for alias in aliases:
        grouped.setdefault(key(alias), []).append(alias)
    return grouped
