"""Mails that wait to be sent. Whoever has something to tell writes one in the transaction that makes it true.

Any worker sends any of them. A mail is somebody's for some minutes while it is being sent, so that one whose worker
dies goes to another; its row is gone once it was handed on. What cannot be handed on is tried again after pauses that
grow, and in the end is kept for a while with what went wrong.
"""

from __future__ import annotations

import asyncio
import logging
import textwrap
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.clocks import DAY, SECOND
from gamehall.codes import code_for, id_in
from gamehall.declare import Host
from gamehall.delivery import Transport, sender_of
from gamehall.languages import ENGLISH, catalogue, speaking
from gamehall.links import unveiled
from gamehall.problems import Problem
from gamehall.settings import Settings
from gamehall.tables import mail, new_id, now, user
from gamehall.tracing import whole

__all__ = ["Mail", "claim", "compose", "given_up", "is_due", "post", "put_off", "send_due", "stop_code", "stop_user"]

_ = catalogue(__name__)


log = logging.getLogger(__name__)

MINUTE = 60 * SECOND
_AT_WORK = 10 * MINUTE  # longer than any conversation with a mail server
_PAUSES = tuple(minutes * MINUTE for minutes in (1, 5, 30, 120, 480))
_KEPT = 7 * DAY
_ERROR = 300
_DIGITS = 32


class _Link(UnstructuredHeader, BaseHeader):
    """A header that stays on one line, as it is: mail programs do not find a link in one that was folded or encoded."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Link)
_LAYOUT = EmailPolicy(linesep="\r\n", cte_type="7bit", header_factory=_HEADERS)  # not every server takes 8 bits


class Mail(msgspec.Struct, frozen=True):
    """A mail that is this worker's to send; `attempts` counts this one too."""

    id: str
    user_id: str
    name: str
    address: str
    subject: str
    body: str
    attempts: int
    created_at: datetime
    language: str = ""
    essential: bool = False


def post(
    connection: sa.Connection,
    user_id: str,
    subject: str,
    body: str,
    hall_time: int,
    *,
    to: str = "",
    essential: bool = False,
) -> None:
    """Has this sent to the user, if the transaction is committed; to another address than theirs where `to` names it.

    An `essential` one is about the account itself: it goes also to who wants no mails, and offers no way to stop them.
    """
    row = {
        "id": new_id(),
        "user_id": user_id,
        "to": to,
        "essential": essential,
        "subject": textwrap.shorten(subject, 200, placeholder=" …"),
        "body": body,
    }
    connection.execute(mail.insert(), row | {"status": "waiting", "created_at": now(), "due_at": hall_time})


def is_due(connection: sa.Connection, hall_time: int) -> bool:
    """Whether there is something to do: a mail to send, or one given up to forget."""
    return connection.execute(_DUE, {"hall_time": hall_time}).first() is not None


_IS_DUE = sa.and_(mail.c.status.in_(("waiting", "sending", "failed")), mail.c.due_at <= sa.bindparam("hall_time"))
_DUE = sa.select(mail.c.id).where(_IS_DUE).limit(1)
_DUE_FIRST = (
    sa.select(
        mail,
        user.c.display_name.label("name"),
        user.c.email,
        user.c.language,
        sa.or_(mail.c.essential, sa.and_(user.c.is_active, user.c.mail_notices)).label("wanted"),
    )
    .join(user, user.c.id == mail.c.user_id)
    .where(_IS_DUE)
    .order_by(mail.c.due_at, mail.c.id)
    .limit(1)
    .with_for_update(of=mail, skip_locked=True)
)


def claim(connection: sa.Connection, hall_time: int) -> Mail | None:
    """The mail that has been due longest, which no other worker sends meanwhile; None when there is none.

    Those whose time to be kept is over, and those that their user does not want any more, are forgotten on the way.
    """
    while (row := connection.execute(_DUE_FIRST, {"hall_time": hall_time}).first()) is not None:
        if row.status == "failed" or not row.wanted:
            forget(connection, row.id)
        elif row.attempts > len(_PAUSES):
            error = row.error or "the workers that were sending it ended"
            connection.execute(mail.update().where(mail.c.id == row.id).values(error=error, **_given_up(hall_time)))
        else:
            values = {"status": "sending", "attempts": row.attempts + 1, "due_at": hall_time + _AT_WORK}
            connection.execute(mail.update().where(mail.c.id == row.id).values(**values))
            about = (row.id, row.user_id, row.name, row.to or row.email, row.subject, row.body)
            return Mail(*about, row.attempts + 1, row.created_at, row.language, row.essential)
    return None


def forget(connection: sa.Connection, mail_id: str) -> None:
    """Takes a mail out that needs no more work."""
    connection.execute(mail.delete().where(mail.c.id == mail_id))


def put_off(connection: sa.Connection, failed: Mail, error: str, hall_time: int) -> None:
    """Has a mail tried again later, or gives it up, unless another worker has taken it over meanwhile."""
    values = _given_up(hall_time)
    if failed.attempts <= len(_PAUSES):
        values = {"status": "waiting", "due_at": hall_time + _PAUSES[failed.attempts - 1]}
    mine = (mail.c.id == failed.id, mail.c.status == "sending", mail.c.attempts == failed.attempts)
    error = textwrap.shorten(error, _ERROR, placeholder=" …")
    connection.execute(mail.update().where(*mine).values(error=error, **values))


def _given_up(hall_time: int) -> dict[str, Any]:
    return {"status": "failed", "due_at": hall_time + _KEPT}


def given_up(connection: sa.Connection) -> tuple[int, str]:
    """How many mails were given up lately, and what went wrong with the last of them."""
    failed = sa.select(mail.c.error).where(mail.c.status == "failed").order_by(mail.c.due_at.desc())
    errors = list(connection.scalars(failed))
    return len(errors), next(iter(errors), "")


async def send_due(host: Host, transport: Transport) -> None:
    """Sends what is due, one mail after the other."""
    while await host.read(is_due, host.hall_time()):
        found = await host.write(claim, host.hall_time())
        if found is None:  # others are at them
            return
        try:
            message = compose(found, host.settings, host.secret)
            with whole("mail"):
                await asyncio.to_thread(transport.send, found.id, message)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this one, the others are sent
            log.warning("mail %s could not be sent at attempt %d: %s", found.id, found.attempts, error)
            await host.write(put_off, found, f"{type(error).__name__}: {error}", host.hall_time())
        else:
            await host.write(forget, found.id)


def compose(found: Mail, settings: Settings, secret: bytes) -> EmailMessage:
    """The mail as it is sent, with the ways to get no more of those that one can do without.

    Raises ValueError for an address that is none.
    """
    sender = sender_of(settings)
    message = EmailMessage(_LAYOUT)
    message["From"] = sender
    message["To"] = Address(found.name, addr_spec=found.address)
    message["Subject"] = found.subject
    message["Date"] = found.created_at
    message["Message-ID"] = f"<{found.id}@{sender.domain}>"  # the same at each attempt, so that readers see it once
    message["Auto-Submitted"] = "auto-generated"
    if found.essential:
        message.set_content(unveiled(found.body, found.user_id, secret), cte="8bit")
        return message
    link = f"{settings.address}/mail/{stop_code(secret, found.user_id)}"
    message["List-Unsubscribe"] = f"<{link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with speaking(found.language or ENGLISH):
        how_to_stop = _("You get one mail for each turn at most. To get no more of them:")
    message.set_content(f"{found.body}\n-- \n{how_to_stop}\n{link}\n", cte="8bit")
    return message


def stop_code(secret: bytes, user_id: str) -> str:
    """The code in a mail's link that ends them. It is derived: it need not be stored, and nobody can guess it."""
    return code_for(secret, "no mail", user_id, _DIGITS)


def stop_user(secret: bytes, code: str) -> str:
    """The id of the user whose mails this code ends. Raises Problem `not-found`."""
    if (user_id := id_in(secret, "no mail", code, _DIGITS)) is None:
        raise Problem("not-found", _("This link is not whole: copy all of it from the mail."))
    return user_id
