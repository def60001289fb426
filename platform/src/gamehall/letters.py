"""What the hall writes to users about their accounts, in their language. Such mails go out whatever mails they want."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.accounts import User
from gamehall.halltime import stored_time
from gamehall.languages import ENGLISH, catalogue, speaking
from gamehall.links import veiled
from gamehall.mail import post
from gamehall.settings import Settings

__all__ = [
    "post_letter",
    "tell_account_deleted",
    "tell_address_asked",
    "tell_address_changed",
    "tell_password_changed",
    "write_address_link",
    "write_password_link",
]

_ = catalogue(__name__)


def write_password_link(connection: sa.Connection, settings: Settings, person: User, code: str) -> None:
    """The link by which somebody who has forgotten their password chooses another."""
    with speaking(person.language or ENGLISH):
        subject = _("A new password")
        lines = [
            _(
                "Somebody has asked for a new password for {name}. Choose it here:",
                name=person.username,
            ),
            f"{settings.address}/reset/{veiled(code)}",
            _("The link works once, for an hour. If it was not you who asked, there is nothing to do."),
        ]
        post_letter(connection, settings, person, subject, lines)


def tell_password_changed(connection: sa.Connection, settings: Settings, person: User) -> None:
    with speaking(person.language or ENGLISH):
        subject = _("Your password was changed")
        lines = [
            _(
                "The password of {name} was changed, and every device was signed out.",
                name=person.username,
            ),
            _("If it was not you, choose another at once:"),
            f"{settings.address}/forgot",
            _("Then look whether everything else that signs you in is yours:"),
            f"{settings.address}/settings",
        ]
        post_letter(connection, settings, person, subject, lines)


def write_address_link(connection: sa.Connection, settings: Settings, person: User, address: str, code: str) -> None:
    """The link by which the reader of a new address says that it is theirs."""
    with speaking(person.language or ENGLISH):
        subject = _("Confirm your address")
        lines = [
            _(
                "This is to be the address of {name}. If that is you, say so here:",
                name=person.username,
            ),
            f"{settings.address}/email/{veiled(code)}",
            _("The link works once, for a day. If you know nothing of this, there is nothing to do."),
        ]
        post_letter(connection, settings, person, subject, lines, to=address)


def tell_address_asked(connection: sa.Connection, settings: Settings, person: User, address: str) -> None:
    """Tells the address until now that there may be another soon."""
    with speaking(person.language or ENGLISH):
        subject = _("Your address is to be changed")
        lines = [
            _(
                "Somebody who knows the password of {name} has asked for mails to go to {address}.",
                name=person.username,
                address=address,
            ),
            _("If it was not you, choose another password at once, which also ends this:"),
            f"{settings.address}/forgot",
        ]
        post_letter(connection, settings, person, subject, lines)


def tell_address_changed(connection: sa.Connection, settings: Settings, person: User, old: str) -> None:
    """Tells the address until now that there is another."""
    with speaking(person.language or ENGLISH):
        subject = _("Your address was changed")
        lines = [
            _("The address of {name} is {address} from now on.", name=person.username, address=person.email),
            _("If it was not you, write to whoever runs this hall: {hall}", hall=settings.address),
        ]
        post_letter(connection, settings, person, subject, lines, to=old)


def tell_account_deleted(connection: sa.Connection, settings: Settings, person: User) -> None:
    """`person` as they were; the mail outlives them."""
    with speaking(person.language or ENGLISH):
        subject = _("Your account was deleted")
        lines = [
            _("The account {name} was deleted. Its games stay, without its name.", name=person.username),
            _("If it was not you, write to whoever runs this hall: {hall}", hall=settings.address),
        ]
        post_letter(connection, settings, person, subject, lines, to=person.email)


def post_letter(
    connection: sa.Connection, settings: Settings, person: User, subject: str, lines: list[str], *, to: str = ""
) -> None:
    """Posts paragraphs below a greeting, to the user's address or to `to`, unless the hall sends no mails.

    The caller speaks the user's language, or English where there is none.
    """
    if settings.mail == "off" or not (to or person.email):
        return
    body = "\n\n".join([_("Hello {name},", name=person.display_name), *lines])
    post(connection, person.id, subject, f"{body}\n", stored_time(connection), to=to, essential=True)
