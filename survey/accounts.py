"""Who may do what at this office: an account is an e-mail address with a role; rows are only added.

The identity provider says who somebody is; this table alone says what they may do, and it is read at every
run of a page. Taking a role away is a row, too, and counts from that moment.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import select

from survey.catalogue import Catalogue, next_number
from survey.catalogue_tables import roles
from survey.corrections.keeping import check_words
from survey.messages import Refusal, finding

Role = Literal["viewer", "uploader", "statistician", "approver", ""]
ROLES: tuple[Role, ...] = ("viewer", "uploader", "statistician", "approver")
ROLE_WORDS: dict[Role, tuple[str, str]] = {
    "viewer": ("người xem", "viewer"),
    "uploader": ("người nộp tệp", "uploader"),
    "statistician": ("thống kê viên", "statistician"),
    "approver": ("người duyệt công bố", "approver"),
    "": ("đã thu quyền", "removed"),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DISTRICT = re.compile(r"[\w.\-]{0,60}")
LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Account:
    """One row of the table of roles.

    Attributes
    ----------
    email : str
        As the identity provider gives it, in lower case.
    role : str
        "" when it was taken away.
    district : str
        Code of the unit that the account is bound to; "" for the whole territory.
    code : str
        What stands in the logs instead of the person: initials or the code of a role.
    who, why : str
        Who gave or took the role, and why.
    """

    number: int
    email: str
    role: Role
    district: str
    code: str
    who: str
    why: str
    created: str


def find_account(catalogue: Catalogue, email: str) -> Account | None:
    """Return the account of an address as it is now; None where it has no role."""
    rows = catalogue.rows(roles, email=plain_email(email))
    last = Account(**rows[-1]) if rows else None
    return last if last and last.role in ROLES else None


def read_accounts(catalogue: Catalogue) -> tuple[Account, ...]:
    """Return every row of the table, oldest first."""
    return tuple(Account(**row) for row in catalogue.rows(roles))


def standing_accounts(rows: Iterable[Account]) -> tuple[Account, ...]:
    """Return the last row of every address, those without a role apart."""
    last = {row.email: row for row in rows}
    return tuple(row for _, row in sorted(last.items()) if row.role)


def give_role(
    catalogue: Catalogue, email: str, role: str, *, code: str, who: str, why: str, district: str = ""
) -> Account:
    """Give an address a role, in the place of the one it has.

    Raises
    ------
    Refusal
        When the address, the role, the code or the unit is not one, another address has the code, or the
        person or the reason is missing.
    """
    check_words(who, why)
    check_words(code, why)
    address = plain_email(email)
    if not _EMAIL.fullmatch(address) or len(address) > LONGEST_EMAIL:
        raise Refusal(finding("account_email_wrong", value=email))
    if role not in ROLES:
        raise Refusal(finding("account_role_unknown", value=role, facts={"known": ", ".join(ROLES)}))
    if not _DISTRICT.fullmatch(district):
        raise Refusal(finding("account_district_wrong", value=district))
    return _add(catalogue, address, role, told=(district, code, who, why.strip()))


def take_role(catalogue: Catalogue, email: str, *, who: str, why: str) -> Account:
    """Take the role of an address away; it counts from the next run of any page.

    Raises
    ------
    Refusal
        When the address has no role, or the person or the reason is missing.
    """
    check_words(who, why)
    known = find_account(catalogue, email)
    if known is None:
        raise Refusal(finding("account_unknown", value=email))
    return _add(catalogue, known.email, "", told=(known.district, known.code, who, why.strip()))


def plain_email(email: str) -> str:
    """Write an address as the table keeps it, so that one mailbox is one account."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def _add(catalogue: Catalogue, email: str, role: Role, *, told: tuple[str, str, str, str]) -> Account:
    district, code, who, why = told
    with catalogue.writing() as connection:
        rows = connection.execute(select(roles).order_by(roles.c.number)).mappings()
        for other in (Account(**row) for row in rows):  # a code once given stays with its address
            if other.email != email and other.code.casefold() == code.casefold():
                raise Refusal(finding("account_code_taken", value=code))
        number = next_number(connection, roles)
        account = Account(number, email, role, district, code, who, why, catalogue.stamp())
        catalogue.add(connection, roles, asdict(account), [])
    return account
