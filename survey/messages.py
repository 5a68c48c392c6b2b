"""Every sentence a person may read: a code, its severity, and its words in Vietnamese and English."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, cast

Severity = Literal["error", "warning", "note"]

LANGUAGES = ("vi", "en")
LONGEST_VALUE = 120
_PLACES = ("file", "sheet", "row", "column", "value")


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
    texts : mapping
        Language code -> sentence with ``{placeholders}``.
    """

    severity: Severity
    texts: Mapping[str, str]

    def placeholders(self, language: str) -> frozenset[str]:
        """Names in braces in the sentence of one language."""
        parts = Formatter().parse(self.texts[language])
        return frozenset(name for _, name, _, _ in parts if name)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about a file, with the place where it was seen.

    Attributes
    ----------
    code : str
        Entry of the catalogue.
    severity : {"error", "warning", "note"}
    file, sheet, column, value : str
        Where it was seen and what was seen; empty when the finding is about the whole.
    row : int or None
        Row number as Excel shows it.
    facts : mapping
        Further words that fill the placeholders of the sentence.
    """

    code: str
    severity: Severity
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, language: str = "vi") -> str:
        """Return the sentence in one language with every placeholder filled."""
        text = message(self.code).texts.get(language)
        if text is None:
            raise ValueError(f"no language {language!r}; choose one of {', '.join(LANGUAGES)}")
        return text.format_map(self._words())

    def to_json(self) -> dict[str, str | int | None]:
        """Return the finding as a flat record with both sentences."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "vi": self.sentence("vi"),
            "en": self.sentence("en"),
        }

    def _words(self) -> dict[str, str]:
        row = "" if self.row is None else str(self.row)
        places = {
            "file": self.file,
            "sheet": self.sheet,
            "row": row,
            "column": self.column,
            "value": self.value,
        }
        return {**self.facts, **places}


class Refusal(Exception):  # noqa: N818 - the vocabulary of the project: a file is refused
    """A file or a request that is not accepted; the only exception whose words a person reads."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*(found.sentence("en") for found in findings))
        self.findings: tuple[Finding, ...] = findings

    def sentence(self, language: str = "vi") -> str:
        """Return all sentences of the refusal, one a line."""
        return "\n".join(found.sentence(language) for found in self.findings)


@cache
def catalogue() -> Mapping[str, Message]:
    """Return every message by code, read once from ``messages.toml``."""
    source = Path(__file__).with_name("messages.toml")
    entries = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        code: Message(
            cast(Severity, entry["severity"]),
            {language: entry[language] for language in LANGUAGES},
        )
        for code, entry in entries.items()
    }


def message(code: str) -> Message:
    """Return the catalogue entry of `code`; an unknown code lists its neighbours."""
    found = catalogue().get(code)
    if found is None:
        near = difflib.get_close_matches(code, catalogue(), n=3, cutoff=0.4)
        raise ValueError(f"no message {code!r} in messages.toml; near: {', '.join(near) or '-'}")
    return found


@cache
def needed_facts(code: str) -> frozenset[str]:
    """Names of the facts without which the sentences of a message have holes."""
    entry = message(code)
    return frozenset().union(*(entry.placeholders(language) for language in LANGUAGES)) - set(_PLACES)


def finding(
    code: str,
    *,
    file: str = "",
    sheet: str = "",
    row: int | None = None,
    column: str = "",
    value: str = "",
    facts: Mapping[str, object] | None = None,
) -> Finding:
    """Make a finding; its severity comes from the catalogue.

    Raises
    ------
    ValueError
        When the code is unknown, or a placeholder of its sentence has no fact.
    """
    entry = message(code)
    words = {name: str(word) for name, word in (facts or {}).items()}
    lacking = needed_facts(code) - words.keys()
    if lacking:
        raise ValueError(f"message {code!r} needs the facts {', '.join(sorted(lacking))}")
    return Finding(code, entry.severity, file, sheet, row, column, _shortened(value), words)


def _shortened(value: str) -> str:
    plain = " ".join(value.split())
    return plain if len(plain) <= LONGEST_VALUE else plain[: LONGEST_VALUE - 1] + "…"
