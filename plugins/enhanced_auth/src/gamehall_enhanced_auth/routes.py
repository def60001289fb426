"""Signing in, exchanging tokens, and the devices that are signed in: below /api/v1/auth."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Router, delete, get, post
from litestar.datastructures.headers import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import Registration, User, printable, register
from gamehall.answers import Device, Me, Page
from gamehall.asking import SMALL_BODY, HttpRequest, host_of, known_id, read_body
from gamehall.declare import SCOPES, Host, Principal, Scope
from gamehall.problems import FieldError, Problem
from gamehall.quotas import REGISTERING
from gamehall.signingin import sign_in
from gamehall_enhanced_auth.authenticator import presented_token, refusal
from gamehall_enhanced_auth.families import (
    AUTHENTICATOR,
    MAX_NAME,
    Found,
    Grant,
    Standing,
    issue,
    live_tokens,
    revoke,
    revoke_others,
    rotate,
)
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.scripttokens import Scopes, ScriptToken, make_script_token

__all__ = ["auth"]

_MAX_INFO_BYTES = 4096

DeviceInfo = Annotated[dict[str, str | int | float | bool | None], msgspec.Meta(max_length=20)]


class DeviceRegistration(Registration, frozen=True, kw_only=True):
    """A new account and the device it is made on, as the device describes itself."""

    device_name: str | None = None
    device_info: DeviceInfo | None = None


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A name (or e-mail address) and password, a code where the account has a second factor, the device, as it
    describes itself, and what its token may do; by default all that its user may."""

    username: str
    password: str
    code: str = ""
    device_name: str | None = None
    device_info: DeviceInfo | None = None
    scopes: Scopes = msgspec.field(default_factory=lambda: list(SCOPES))


class Revoked(msgspec.Struct, frozen=True):
    """How many were signed out."""

    revoked: int


class SignedIn(Grant, frozen=True):
    """A token, told this once, and its user."""

    user: Me


@post(
    "/register",
    status_code=201,
    opt={"problems": ("already-exists", "forbidden"), "who": "anybody", "body": DeviceRegistration} | REGISTERING,
)
async def register_device(request: HttpRequest) -> SignedIn:
    """Makes an account and signs the device in."""
    given = await read_body(request, DeviceRegistration)
    device = _device(given)
    return await _sign_device_in(request, await register(host_of(request), given), device)


@post("/token", status_code=200, opt={"problems": ("invalid-credentials",), "who": "anybody", "body": SignIn})
async def sign_device_in(request: HttpRequest) -> SignedIn:
    """Signs the device in."""
    given = await read_body(request, SignIn)
    device = _device(given)
    person = await sign_in(host_of(request), given.username, given.password, given.code)
    return await _sign_device_in(request, person, device, given.scopes)


@post(
    "/token/refresh",
    status_code=200,
    opt={
        "problems": ("invalid-token", "token-reused", "not-possible"),
        "who": "anybody",
        "object": "who holds the token",
    },
)
async def refresh_token(request: HttpRequest) -> Grant:
    """Exchanges the token in the header for its successor; doing so again gives the same one. Not for scripts."""
    text = presented_token(request)
    if text is None:
        raise refusal(Standing.UNKNOWN)
    host = host_of(request)
    result = await host.write(rotate, text, host)
    if isinstance(result, Standing):
        raise refusal(result)
    return result


@get("/tokens")
async def list_devices(request: HttpRequest, caller: NamedDependency[Principal]) -> Page[Device]:
    """The caller's devices and scripts, the one used last first; the list is never cut."""
    rows = await host_of(request).read(live_tokens, caller.user_id)
    return Page([_device_view(row, caller) for row in rows], None)


@post("/tokens", status_code=201, opt={"body": ScriptToken})
async def make_token(request: HttpRequest, caller: NamedDependency[Principal]) -> Grant:
    """Makes a token for a script or bot of the caller's. It is told this once, and lasts until its day."""
    given = await read_body(request, ScriptToken)
    return await make_script_token(host_of(request), caller, given)


@post("/tokens/revoke-others", status_code=200)
async def sign_others_out(request: HttpRequest, caller: NamedDependency[Principal]) -> Revoked:
    """Signs every device of the caller's out but the calling one; scripts too."""
    kept = caller.credential if caller.authenticator == AUTHENTICATOR else ""
    return Revoked(await host_of(request).write(revoke_others, caller.user_id, kept))


@delete("/tokens/{token_id:str}", opt={"object": "its owner"})
async def sign_device_out(request: HttpRequest, caller: NamedDependency[Principal], token_id: FromPath[str]) -> None:
    """Signs one of the caller's devices out; its open streams end too."""
    if not await host_of(request).write(revoke, known_id(token_id), caller.user_id):
        raise Problem("not-found", "No device of yours is signed in with this token.")


@post("/logout", status_code=204, opt={"scope": "read"})
async def sign_out(request: HttpRequest, caller: NamedDependency[Principal]) -> None:
    """Signs the calling device out."""
    if caller.authenticator != AUTHENTICATOR:
        raise Problem("forbidden", "Only a device that is signed in with a token can be signed out here.")
    await host_of(request).write(revoke, caller.credential, caller.user_id)


auth = Router(
    "/api/v1/auth",
    route_handlers=[
        register_device,
        sign_device_in,
        refresh_token,
        list_devices,
        make_token,
        sign_others_out,
        sign_device_out,
        sign_out,
    ],
    cache_control=CacheControlHeader(no_store=True),
    request_max_body_size=SMALL_BODY,
    tags=["auth"],
)


async def _sign_device_in(
    request: HttpRequest, user: User, device: dict[str, str], scopes: Sequence[Scope] = SCOPES
) -> SignedIn:
    host = host_of(request)
    grant = await host.write(issue, user, device, _lifetimes(host), scopes)
    account = Me(user.username, user.display_name, user.id, user.email, user.is_admin, user.mail_notices)
    return SignedIn(**msgspec.structs.asdict(grant), user=account)


def _lifetimes(host: Host) -> Lifetimes:
    return host.plugin_settings(Lifetimes)


def _device(given: DeviceRegistration | SignIn) -> dict[str, str]:
    """The columns of a device. Raises Problem `invalid` when its description is too long."""
    name = printable(given.device_name or "").strip()
    info = msgspec.json.encode(given.device_info or {}).decode()
    errors = []
    if len(name) > MAX_NAME:
        errors.append(FieldError("device_name", f"Use at most {MAX_NAME} characters."))
    if len(info.encode()) > _MAX_INFO_BYTES:
        errors.append(FieldError("device_info", f"Use at most {_MAX_INFO_BYTES} bytes."))
    if errors:
        raise Problem("invalid", "The device is described at too great length.", errors=tuple(errors))
    return {"device_name": name, "device_info": info}


def _device_view(row: Found, caller: Principal) -> Device:
    return Device(
        token_id=row.family_id,
        device_name=row.device_name,
        device_info=msgspec.json.decode(row.device_info),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        current=caller.authenticator == AUTHENTICATOR and row.family_id == caller.credential,
        kind=row.kind,
        scopes=tuple(row.scopes.split()),
    )
