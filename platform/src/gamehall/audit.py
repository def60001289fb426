"""What is put down of whoever signs in and of whoever changes what others can do: who, when, from where; no secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.facts import Fact, note_fact
from gamehall.origins import origin
from gamehall.tables import audit, new_id, now, user

__all__ = ["Entry", "list_audit", "note"]


class Entry(msgspec.Struct, frozen=True):
    """One line of the log. `by` is the name of the user who did it, or says who did that is none; `about` is the name
    of the user whom it concerns. Both are empty where there is none, or that user was deleted."""

    id: str
    at: datetime
    kind: str
    by: str
    about: str
    subject: str
    address: str
    agent: str
    facts: dict[str, Any]


def note(connection: sa.Connection, kind: str, /, *, about: str | None = None, subject: str = "", **facts: Any) -> None:
    """Puts something down, if the transaction is committed: who asks for it now and from where is known.

    `kind` is a word with dots, such as `sign_in.failed`; `about` the id of the user whom it concerns; `subject` what
    was acted on, such as a feature's key. Facts that are None are left out. Never give it a password, a token, a code
    or a text that a stranger typed.
    """
    where = origin()
    row = {
        "id": new_id(),
        "at": now(),
        "kind": kind,
        "actor_id": where.principal.user_id if where.principal else None,
        "by": where.by[:100],
        "user_id": about,
        "subject": subject[:200],
        "address": where.address[:64],
        "agent": where.agent[:200],
        "facts": msgspec.json.encode({name: fact for name, fact in facts.items() if fact is not None}).decode(),
    }
    connection.execute(audit.insert(), row)
    note_fact(Fact("audit", kind))


def list_audit(
    connection: sa.Connection,
    *,
    before: str | None = None,
    kind: str = "",
    user_id: str | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The log from the newest line on, or from before the one with this id; with `kind` only those of that kind or
    below it (`sign_in` has `sign_in.failed` as well), with `user_id` only what that user did or what concerns them."""
    actor, concerned = user.alias("actor"), user.alias("concerned")
    query = (
        sa.select(audit, actor.c.username.label("actor_name"), concerned.c.username.label("concerned_name"))
        .join(actor, actor.c.id == audit.c.actor_id, isouter=True)
        .join(concerned, concerned.c.id == audit.c.user_id, isouter=True)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(audit.c.id < before)
    if kind:
        # A range, since no index helps with LIKE; "/" comes right after ".".
        below = sa.and_(audit.c.kind >= f"{kind}.", audit.c.kind < f"{kind}/")
        query = query.where(sa.or_(audit.c.kind == kind, below))
    if user_id is not None:
        query = query.where(sa.or_(audit.c.actor_id == user_id, audit.c.user_id == user_id))
    return [
        Entry(
            id=row.id,
            at=row.at,
            kind=row.kind,
            by=row.actor_name or row.by,
            about=row.concerned_name or "",
            subject=row.subject,
            address=row.address,
            agent=row.agent,
            facts=msgspec.json.decode(row.facts),
        )
        for row in connection.execute(query)
    ]
