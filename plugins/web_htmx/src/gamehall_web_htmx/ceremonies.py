"""What browsers answer about passkeys (WebAuthn), checked."""

from __future__ import annotations

from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import parse_authentication_credential_json as read_proof
from webauthn.helpers import parse_client_data_json
from webauthn.helpers import parse_registration_credential_json as read_new_key

from gamehall import audit
from gamehall.accounts import User
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import Problem

from .passkeys import add_passkey, find_passkey, is_fresh, relying_party, use_passkey

__all__ = ["accept_new_key", "who_proves"]

_ = catalogue(__name__)

_LARGEST = 20_000


async def accept_new_key(host: Host, user_id: str, name: str, text: str) -> None:
    """Adds the passkey that a browser has made, as it answered. Raises Problem `invalid`, or as `add_passkey` does."""
    try:
        given = read_new_key(text[:_LARGEST])
        challenge = parse_client_data_json(given.response.client_data_json).challenge
        verified = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=relying_party(host),
            expected_origin=_origin(host),
            require_user_verification=True,
        )
    except Exception as error:  # whatever the library's parsers raise: strangers choose what they read
        raise Problem("invalid", _("The passkey could not be added. Try again.")) from error
    if not is_fresh(host, challenge, user_id):
        raise Problem("invalid", _("This took too long. Try again."))
    await host.write(
        add_passkey, user_id, name, verified.credential_id, verified.credential_public_key, verified.sign_count
    )


async def who_proves(host: Host, text: str, about: str = "") -> User:
    """Who is there, by what a browser has answered for them: both factors at once, because the device has made sure
    of who uses it. `about` is the id of the user who was asked for, empty where anybody was.

    Raises Problem `invalid-credentials`.
    """
    refused = Problem("invalid-credentials", _("This passkey was not accepted. Try again, or sign in by password."))
    try:
        given = read_proof(text[:_LARGEST])
        challenge = parse_client_data_json(given.response.client_data_json).challenge
    except Exception as error:  # as above
        raise refused from error
    found = await host.read(find_passkey, given.raw_id)
    if found is None or not is_fresh(host, challenge, about):
        raise refused
    key, person = found
    try:
        verified = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=relying_party(host),
            expected_origin=_origin(host),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        await host.write(audit.note, "sign_in.failed", about=person.id, how="passkey")
        raise refused from error
    if about not in ("", person.id) or not await host.write(use_passkey, key, challenge, verified.new_sign_count):
        raise refused
    return person


def _origin(host: Host) -> str:
    address = urlsplit(host.settings.address)
    return f"{address.scheme}://{address.netloc}"
