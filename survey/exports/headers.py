"""Column headers of an export, read as questions, choices of a question, or something undeclared."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from survey.instrument import Instrument, Question

DEFAULT_SEPARATOR = "/"
OTHER_CHOICE = "other"
GEO_PARTS = ("latitude", "longitude", "altitude", "precision", "accuracy")

MEDIA_TYPES = frozenset({"image", "audio", "video", "file", "background-audio"})
MEDIA_PART = "URL"

_PART = re.compile(rf"^_?(?P<name>.+?)[_\-.:]+(?P<part>{'|'.join((*GEO_PARTS, MEDIA_PART))})$", re.IGNORECASE)
_LAST_WORD = re.compile(r"\w+$")
COPY = re.compile(r" \[\d+\]$")
_TOOL_COLUMNS = re.compile(
    r"(?:_submission_)?(?:_id|_uuid|_submission_time|_validation_status|_status|_+version_*\d*|"
    r"_index|_parent_index|_parent_table_name|(?:meta[^0-9A-Za-z]*)?(?:rootUuid|instanceID|deprecatedID)|"
    r"_xform_id_string|formhub/uuid|_bamboo_dataset_id|_supplementalDetails|"
    r"SubmissionDate|KEY|PARENT_KEY|Status|ReviewState|Edits|FormVersion|SET-OF-\S+|"
    r"formdef_version|review_status|review_quality|sssys_irnd|has__errors|interview__\w+|\w+__id|"
    r"case-(?:id|verified|partial|saved)|occ|"
    r"response-(?:id|seed)|submitdate|lastpage|startlanguage|startdate|datestamp)"
)


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """What the headers of one table mean.

    Attributes
    ----------
    separator : str
        What joins group names and question name; "/" where no header tells.
    questions : mapping
        Header -> question.
    splits : mapping
        Header -> (question, code) of one choice of a select-multiple question.
    undeclared : tuple of str
        Headers that no question of the form explains, the tool's own columns among them.
    """

    separator: str
    questions: Mapping[str, Question]
    splits: Mapping[str, tuple[Question, str]]
    undeclared: tuple[str, ...]

    def columns(self, question: Question) -> list[str]:
        """Headers that hold the answers of a question, in file order."""
        return [header for header, found in self.questions.items() if found is question]

    def split_columns(self, question: Question) -> list[tuple[str, str]]:
        """Pairs (header, code) of the choice columns of a question."""
        return [(h, code) for h, (found, code) in self.splits.items() if found is question]


def map_headers(headers: Sequence[str], instrument: Instrument, repeat: str = "") -> HeaderMap:
    """Explain the headers of a table by the questions of one level of the form.

    A question is found under its full path with any group separator, under its path within the
    repeat, under its bare name, in a group of an earlier version, and under its earlier name.
    """
    level = instrument.level(repeat)
    separator = group_separator(headers, level)
    declared = _declared(level, separator, repeat)
    bare = {name: question for question in level for name in _names(question)}
    questions: dict[str, Question] = {}
    splits: dict[str, tuple[Question, str]] = {}
    undeclared: list[str] = []
    for header in headers:
        plain = COPY.sub("", header)
        question = declared.get(plain) or _moved(plain, separator, bare)
        split = None if question else _split(plain, declared, instrument)
        if question:
            questions[header] = question
        elif split:
            splits[header] = split
        elif whole := _question_of_part(plain, separator, bare):
            questions[header] = whole
        else:
            undeclared.append(header)
    return HeaderMap(separator, questions, splits, tuple(undeclared))


def as_written(_headers: Sequence[str], _instrument: Instrument, _repeat: str) -> Mapping[str, str]:
    """Rename nothing: the tool writes the names of the form."""
    return {}


def is_tool_column(header: str) -> bool:
    """Tell whether a collection tool writes this column itself."""
    return bool(_TOOL_COLUMNS.fullmatch(header))


def group_separator(headers: Iterable[str], questions: Iterable[Question]) -> str:
    """Return what most headers put between group and question name."""
    by_name: dict[str, list[tuple[str, ...]]] = {}
    for question in questions:
        if question.path:
            by_name.setdefault(question.name, []).append((*question.path, question.name))
    longest = max(map(len, by_name), default=0)
    votes: Counter[str] = Counter()
    for header in headers:
        match = _LAST_WORD.search(header[-longest - 1 :])
        tail = match.group()[-longest:] if match and longest else ""
        names = (tail[start:] for start in range(len(tail)))
        candidates = [parts for name in names for parts in by_name.get(name, ())]
        votes.update(_joint(header, parts) for parts in candidates)
    votes.pop("", None)
    return votes.most_common(1)[0][0] if votes else DEFAULT_SEPARATOR


def _moved(header: str, separator: str, bare: Mapping[str, Question]) -> Question | None:
    """Find a question that an earlier version kept in another group."""
    return None if is_tool_column(header) else bare.get(header.rsplit(separator, 1)[-1])


def _joint(header: str, parts: tuple[str, ...]) -> str:
    """Separator s with ``s.join(parts) == header``; "" where there is none."""
    room, rest = divmod(len(header) - sum(map(len, parts)), len(parts) - 1)
    if room <= 0 or rest:
        return ""
    separator = header[len(parts[0]) : len(parts[0]) + room]
    return separator if separator.join(parts) == header else ""


def _names(question: Question) -> tuple[str, ...]:
    return (question.name, *question.synonym.split())


def _declared(level: Sequence[Question], separator: str, repeat: str) -> dict[str, Question]:
    paths = {
        joined: question
        for question in level
        for name in _names(question)
        for joined in _paths(question.path, name, separator, repeat)
    }
    return {**paths, **{question.name: question for question in level}}


def _paths(path: tuple[str, ...], name: str, separator: str, repeat: str) -> Iterator[str]:
    yield separator.join((*path, name))
    if repeat in path:
        yield separator.join((*path[path.index(repeat) + 1 :], name))


def _split(
    header: str, declared: Mapping[str, Question], instrument: Instrument
) -> tuple[Question, str] | None:
    """Read ``question<joint>code``; the joint has no letter or digit."""
    # No longer than any name: a header of a hundred thousand letters would be read as many times.
    for place in range(min(len(header) - 1, max(map(len, declared), default=0)), 0, -1):
        question = declared.get(header[:place])
        if question is None or question.type != "select_multiple":
            continue
        codes = [choice.name for choice in instrument.codes(question)] + [OTHER_CHOICE]
        rest = header[place:]
        fitting = [c for c in codes if rest.endswith(c) and _is_joint(rest[: len(rest) - len(c)])]
        if fitting:
            return question, max(fitting, key=len)
    return None


def _is_joint(text: str) -> bool:
    return bool(text) and not any(character.isalnum() for character in text)


def _question_of_part(header: str, separator: str, bare: Mapping[str, Question]) -> Question | None:
    """Find the question of a latitude, or of the address of a photo, that has a column of its own."""
    match = _PART.match(header.rsplit(separator, 1)[-1]) or _PART.match(header)
    if match is None:
        return None
    question = bare.get(match["name"].rsplit(separator, 1)[-1].lstrip("_"))
    return question if question and _has_part(question.type, match["part"]) else None


def _has_part(kind: str, part: str) -> bool:
    return kind in MEDIA_TYPES if part.upper() == MEDIA_PART else kind.startswith("geo")
