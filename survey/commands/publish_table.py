"""The tables of ``kynangso publish list`` and ``kynangso roles list``."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from survey.accounts import ROLE_WORDS, Account
from survey.messages import LANGUAGES
from survey.publishing.states import ACTION_WORDS, STATE_WORDS, Entry

ABSENT = "–"
WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "release": "bản công bố", "wave": "đợt", "state": "trạng thái", "since": "từ (UTC)",
        "public": "công chúng thấy", "embargo": "không cho xem trước (UTC)", "successor": "bản thay thế",
        "who": "ai", "why": "lý do", "action": "việc", "at": "lúc (UTC)", "nothing": "chưa thấy",
        "email": "tài khoản", "role": "vai trò", "district": "đơn vị", "code": "mã trong nhật ký",
    },
    "en": {
        "release": "release", "wave": "wave", "state": "state", "since": "since (UTC)",
        "public": "the public sees", "embargo": "hidden before (UTC)", "successor": "replaced by",
        "who": "who", "why": "why", "action": "step", "at": "at (UTC)", "nothing": "nothing",
        "email": "account", "role": "role", "district": "unit", "code": "code in the logs",
    },
}  # fmt: skip
RELEASES = ("release", "wave", "state", "since", "public", "embargo", "successor")
HISTORY = ("release", "action", "state", "at", "embargo", "successor", "who", "why")
ACCOUNTS = ("email", "role", "district", "code", "at", "who", "why")
_NEVER_BROKEN = ("release",)


def releases_table(rows: Iterable[Mapping[str, Any]], language: str) -> Table:
    """Lay out every release: how it stands for the office, and what the public sees of it."""
    table, place = _empty(RELEASES, language), LANGUAGES.index(language)
    for row in rows:
        public = STATE_WORDS[row["public"]][place] if row["public"] else WORDS[language]["nothing"]
        state = STATE_WORDS[row["state"]][place]
        told = (row["release"], row["wave"], state, row["since"], public, row["embargo"], row["successor"])
        _add(table, told)
    return table


def history_table(entries: Iterable[Entry], language: str) -> Table:
    """Lay out the log of publication, a row a step."""
    table, place = _empty(HISTORY, language), LANGUAGES.index(language)
    for entry in entries:
        words = (ACTION_WORDS[entry.action][place], STATE_WORDS[entry.state][place])
        _add(
            table,
            (entry.release_id, *words, entry.created, entry.embargo, entry.successor, entry.who, entry.why),
        )
    return table


def accounts_table(rows: Iterable[Account], language: str) -> Table:
    """Lay out accounts with their roles."""
    table, place = _empty(ACCOUNTS, language), LANGUAGES.index(language)
    for row in rows:
        role = ROLE_WORDS[row.role][place]
        _add(table, (row.email, role, row.district, row.code, row.created, row.who, row.why))
    return table


def _add(table: Table, cells: Iterable[str]) -> None:
    table.add_row(*(escape(cell or ABSENT) for cell in cells))


def _empty(names: Iterable[str], language: str) -> Table:
    table = Table()
    for name in names:
        table.add_column(WORDS[language][name], overflow="fold", no_wrap=name in _NEVER_BROKEN)
    return table
