"""``kynangso roles``: which account may do what; given, taken away, listed."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from survey.accounts import (
    ROLE_WORDS,
    Account,
    give_role,
    read_accounts,
    standing_accounts,
    take_role,
)
from survey.commands.forms import LanguageOption
from survey.commands.publish import WhoOption, WhyOption
from survey.commands.publish_table import accounts_table
from survey.commands.session import JsonOption, StoreOption, begin, say, show_json

app = typer.Typer(no_args_is_help=True, help="Tài khoản và vai trò / accounts and their roles")
Email = Annotated[str, typer.Argument(help="Địa chỉ thư điện tử khi đăng nhập / address of the login")]


class Kind(StrEnum):
    """The roles that an account can have."""

    VIEWER = "viewer"
    UPLOADER = "uploader"
    STATISTICIAN = "statistician"
    APPROVER = "approver"


@app.callback()
def group() -> None:
    """Give and take roles."""


@app.command("add")
def add(
    ctx: typer.Context,
    email: Email,
    *,
    role: Annotated[Kind, typer.Option(help="Vai trò / role")],
    code: Annotated[str, typer.Option(help="Mã ghi nhật ký thay tên / what logs say for the name")],
    who: WhoOption,
    why: WhyOption,
    district: Annotated[str, typer.Option(help="Mã đơn vị duy nhất / only unit")] = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Giao hoặc đổi vai trò của một tài khoản / give an account a role, in the place of the one it has."""
    kept = begin(ctx, store, as_json=as_json, create=True)
    given = give_role(kept.catalogue, email, role.value, code=code, who=who, why=why, district=district)
    _told(given, as_json=as_json)


@app.command("remove")
def remove(
    ctx: typer.Context,
    email: Email,
    *,
    who: WhoOption,
    why: WhyOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu quyền của một tài khoản, có hiệu lực ngay / take the role away, from now on."""
    kept = begin(ctx, store, as_json=as_json)
    _told(take_role(kept.catalogue, email, who=who, why=why), as_json=as_json)


@app.command("list")
def show(
    ctx: typer.Context,
    *,
    language: LanguageOption = "vi",
    history: Annotated[bool, typer.Option("--history", help="Mọi lần thay đổi / every change")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê tài khoản và vai trò / list accounts and roles."""
    kept = begin(ctx, store, as_json=as_json)
    rows = read_accounts(kept.catalogue)
    shown = rows if history else standing_accounts(rows)
    if as_json:
        show_json([asdict(row) for row in shown])
    else:
        Console().print(accounts_table(shown, language))


def _told(account: Account, *, as_json: bool) -> None:
    if as_json:
        show_json(asdict(account))
        return
    vi, en = ROLE_WORDS[account.role]
    say("said_account", account=account.email, role_vi=vi, role_en=en)
