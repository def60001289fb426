"""One's own account: its password and address, what is stored of it, and its end."""

import msgspec
import sqlalchemy as sa
from litestar import Response, delete, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency

from gamehall.accounts import find_user
from gamehall.answers import AccountData
from gamehall.asking import HttpRequest, host_of, read_body
from gamehall.credentials import (
    change_email,
    change_password,
    check_reset,
    confirm_email,
    reset_password,
    send_reset,
)
from gamehall.declare import Principal
from gamehall.dossier import account_data
from gamehall.leaving import leave
from gamehall.links import pending_address

__all__ = ["ACCOUNT_ROUTES"]


class PasswordChange(msgspec.Struct, frozen=True):
    """The password until now, the new one, and a code of who signs in in two steps."""

    current: str
    password: str
    code: str = ""


class ForgottenPassword(msgspec.Struct, frozen=True):
    """The address of an account whose password is forgotten."""

    email: str


class Asked(msgspec.Struct, frozen=True):
    """What can be said without telling who has an account."""

    detail: str = "If there is an account with this address, a mail with a link is on its way."


class PasswordReset(msgspec.Struct, frozen=True):
    """The code from a mail's link, and the new password."""

    code: str
    password: str


class AddressChange(msgspec.Struct, frozen=True):
    """The password, the new e-mail address, and a code of who signs in in two steps."""

    current: str
    email: str
    code: str = ""


class Address(msgspec.Struct, frozen=True):
    """The address in force, and the one that its reader has not confirmed yet; empty when there is none."""

    email: str
    pending: str


class AddressConfirmed(msgspec.Struct, frozen=True):
    """The code from a mail's link."""

    code: str


class Farewell(msgspec.Struct, frozen=True):
    """The password of the account that shall be deleted, and a code of who signs in in two steps."""

    password: str
    code: str = ""


@post("/me/password", status_code=204, opt={"body": PasswordChange})
async def change_own_password(request: HttpRequest, caller: NamedDependency[Principal]) -> None:
    """Changes the caller's password and ends every sign-in, this one too: sign in again with the new one."""
    given = await read_body(request, PasswordChange)
    await change_password(host_of(request), caller.user_id, given.current, given.password, given.code)


@post(
    "/password-reset", status_code=202, opt={"who": "anybody", "body": ForgottenPassword, "problems": ("not-possible",)}
)
async def ask_for_reset(request: HttpRequest) -> Response[Asked]:
    """Sends a link for a new password to the account with this address. The answer is the same if there is none."""
    given, host = await read_body(request, ForgottenPassword), host_of(request)
    await check_reset(host, given.email)
    return Response(Asked(), status_code=202, background=BackgroundTask(send_reset, host, given.email))


@post("/password", status_code=204, opt={"who": "anybody", "body": PasswordReset, "problems": ("not-found",)})
async def reset_own_password(request: HttpRequest) -> None:
    """Sets a new password by the code from a mail, which works once; every sign-in of the account ends."""
    given = await read_body(request, PasswordReset)
    await reset_password(host_of(request), given.code, given.password)


@post("/me/email", status_code=200, opt={"body": AddressChange, "problems": ("already-exists",)})
async def change_own_email(request: HttpRequest, caller: NamedDependency[Principal]) -> Address:
    """Sends a link to the new address, which is in force once its reader has confirmed it; at once where the hall
    sends no mails."""
    given, host = await read_body(request, AddressChange), host_of(request)
    await change_email(host, caller.user_id, given.current, given.email, given.code)
    return await host.read(_address, caller.user_id)


def _address(connection: sa.Connection, user_id: str) -> Address:
    person = find_user(connection, user_id)
    return Address(person.email if person else "", pending_address(connection, user_id))


@post(
    "/email",
    status_code=204,
    opt={"who": "anybody", "body": AddressConfirmed, "problems": ("not-found", "already-exists")},
)
async def confirm_own_email(request: HttpRequest) -> None:
    """Confirms a new address by the code from a mail."""
    await confirm_email(host_of(request), (await read_body(request, AddressConfirmed)).code)


@get("/me/data")
async def show_data(request: HttpRequest, caller: NamedDependency[Principal]) -> AccountData:
    """What the hall has stored of the caller's account."""
    return await host_of(request).read(account_data, caller.user_id)


@delete("/me", status_code=204, opt={"body": Farewell, "problems": ("not-possible",)})
async def delete_me(request: HttpRequest, caller: NamedDependency[Principal]) -> None:
    """Deletes the caller's account for good: its games stay, without its name; what runs is resigned or aborted."""
    given = await read_body(request, Farewell)
    await leave(host_of(request), caller.user_id, given.password, given.code)


ACCOUNT_ROUTES = [
    change_own_password,
    ask_for_reset,
    reset_own_password,
    change_own_email,
    confirm_own_email,
    show_data,
    delete_me,
]
