"""Guests: who plays without an account. They play where they have a seat, until they make an account, which they then
are, or sign in to one, which gets their seats."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from ulid import ULID

from gamehall.accounts import GUEST_PREFIX, User, signup_is_open
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.gamelog import load_game
from gamehall.languages import catalogue
from gamehall.notes import GUEST_STAYS
from gamehall.problems import Problem
from gamehall.standing import advance
from gamehall.tables import challenge, game_seat, new_id, now, user

__all__ = ["add_guest", "check_guests", "hand_over", "remove_guest", "remove_strays"]

_ = catalogue(__name__)


STRAY_AFTER = timedelta(days=7)
MOST_A_MINUTE = 60  # in the whole hall: nothing else tells one guest from another before they are there
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # those that nobody takes for others
_ATTEMPTS = 10


def check_guests(host: Host) -> None:
    """Raises Problem `forbidden` where a guest could never make an account."""
    if not signup_is_open(host):
        raise Problem("forbidden", _("Sign in to play: this hall takes no new users at the moment."))


def add_guest(connection: sa.Connection, *, limited: bool) -> User:
    """A new guest, whom no password signs in. Raises Problem `too-many-requests` when `limited` and too many come."""
    if limited and _come_since(connection, now() - timedelta(minutes=1)) >= MOST_A_MINUTE:
        sentence = _("Many guests come at this moment. Try again in a minute, or sign in.")
        raise Problem("too-many-requests", sentence, headers={"Retry-After": "60"})
    for _attempt in range(_ATTEMPTS):
        name = GUEST_PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(5))
        guest = User(new_id(), name, "", "Guest", False, True, 0, is_guest=True)
        columns = {"username_key": name, "email_key": name, "password_hash": "", "created_at": now()}
        try:
            with connection.begin_nested():
                connection.execute(user.insert(), msgspec.structs.asdict(guest) | columns)
        except sa.exc.IntegrityError:
            continue  # the name is taken
        return guest
    raise Problem("busy", _("No name for a guest was found; try again."))


def _come_since(connection: sa.Connection, moment: datetime) -> int:
    """How many guests have come since then, whose ids tell when they were made."""
    first = str(ULID.from_datetime(moment)).lower()
    return connection.scalar(sa.select(sa.func.count()).where(user.c.id >= first, user.c.is_guest)) or 0


def remove_guest(connection: sa.Connection, guest_id: str) -> None:
    """Removes a guest who has no seat anywhere; of any other user this leaves everything as it is."""
    connection.execute(user.delete().where(user.c.id == guest_id, *_without_seats()))


def _without_seats() -> tuple[sa.ColumnElement[bool], ...]:
    return user.c.is_guest, ~sa.select(game_seat.c.user_id).where(game_seat.c.user_id == user.c.id).exists()


async def remove_strays(host: Host) -> None:
    """Removes guests who have had no seat for some days. One in whose game something happened stays, as a name."""
    for guest_id in await host.read(_strays):
        await host.write(remove_guest, guest_id)


def _strays(connection: sa.Connection) -> list[str]:
    return list(
        connection.scalars(sa.select(user.c.id).where(user.c.created_at < now() - STRAY_AFTER, *_without_seats()))
    )


async def hand_over(host: Host, guest_id: str, person: User) -> None:
    """Gives a guest's seats to the account that they have signed in to; the guest is no more.

    Raises Problem `not-possible` when the account sits in one of the games already, or `forbidden` by a policy. It
    does nothing for a guest who has become an account meanwhile.
    """
    for opponent in await host.read(_opponents, guest_id):
        if opponent != person.id:
            verdict = await host.ask("play", person.id, opponent)
            if not verdict.allowed:
                raise Problem("forbidden", verdict.why)
    await host.write(_hand_over, guest_id, person)


def _games(connection: sa.Connection, guest_id: str) -> list[str]:
    own = sa.select(game_seat.c.game_id).where(game_seat.c.user_id == guest_id)
    return list(connection.scalars(own.order_by(game_seat.c.game_id)))


def _opponents(connection: sa.Connection, guest_id: str) -> set[str]:
    beside = sa.select(game_seat.c.user_id).where(game_seat.c.game_id.in_(_games(connection, guest_id)))
    return set(connection.scalars(beside)) - {guest_id}


def _hand_over(connection: sa.Connection, guest_id: str, person: User) -> None:
    serialize_on(connection, guest_id)
    games = _games(connection, guest_id)
    for game_id in games:
        serialize_on(connection, game_id)
    left = connection.execute(
        user.update().where(user.c.id == guest_id, user.c.is_guest, user.c.is_active).values(is_active=False)
    )
    if left.rowcount != 1:
        return
    for game_id in games:
        found = load_game(connection, game_id)
        if found.seat_of(person.id) is not None:
            raise Problem(
                "not-possible",
                _(
                    "You are the other player in the game that you sit in as a guest. Sign in with another account, or "
                    "leave the seat by signing out first."
                ),
            )
        own = sa.and_(game_seat.c.game_id == game_id, game_seat.c.user_id == guest_id)
        connection.execute(game_seat.update().where(own).values(user_id=person.id))
        advance(connection, found, found)  # whoever has read it with the guest in it looks again
        told = NewEvent(
            "notice",
            (*found.channels, user_channel(person.id)),
            {
                "game_id": game_id,
                "revision": found.revision + 1,
                "text": GUEST_STAYS.format(username=person.username),
            },
        )
        emit(connection, [told])
    for column in (challenge.c.challenger_id, challenge.c.opponent_id):
        connection.execute(challenge.update().where(column == guest_id).values({column: person.id}))
