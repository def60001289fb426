"""Mails to players in whose games it has been their turn for a while: one for each turn, and one mail for all games.

That a game's player was told stands in its row, and is written in the transaction that posts the mail. So it is told
once, however many workers look.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from gamehall.clocks import HOUR, flag_at, is_paused
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.delivery import Transport
from gamehall.gamelog import Game, Rulesets, game_of, seats_of
from gamehall.languages import ENGLISH, catalogue, speaking
from gamehall.mail import post, send_due
from gamehall.naming import title_of
from gamehall.spans import in_words
from gamehall.standing import MovedOn, advance
from gamehall.tables import clock_is, game, game_seat, user

__all__ = ["any_due", "tell_turns", "write_notices"]

_ = catalogue(__name__)

_AT_ONCE = 100  # people in one transaction
_LISTED = 20


class Turn(msgspec.Struct, frozen=True):
    """A game that waits for this user."""

    user_id: str
    name: str
    language: str
    found: Game


def any_due(connection: sa.Connection, hall_time: int, hours: int) -> bool:
    """Whether a player should be told now."""
    return next(_turns(connection, hall_time, hours * HOUR), None) is not None


def write_notices(connection: sa.Connection, hall_time: int, hours: int, address: str, rulesets: Rulesets) -> int:
    """Posts a mail to each player for whom a game has waited for so many hours, twice as many without a clock; how
    many mails.

    Games that have waited for half of that are told of as well, so that one mail does for them. `address` is the
    hall's.
    """
    serialize_on(connection, "notices")
    due = _turns(connection, hall_time, hours * HOUR)
    people = list(dict.fromkeys(turn.user_id for turn in due))[:_AT_ONCE]
    told: dict[str, list[Turn]] = {}
    for turn in _turns(connection, hall_time, hours * HOUR // 2, people):
        with contextlib.suppress(MovedOn):
            advance(connection, turn.found, msgspec.structs.replace(turn.found, noticed=True))
            told.setdefault(turn.user_id, []).append(turn)
    for user_id, turns in told.items():
        with speaking(turns[0].language or ENGLISH):
            subject, body = _subject(turns, rulesets), _body(turns, address, rulesets, hall_time)
        post(connection, user_id, subject, body, hall_time)
    return len(told)


def _turns(
    connection: sa.Connection, hall_time: int, waited: int, people: Collection[str] | None = None
) -> Iterator[Turn]:
    """The turns of which nobody was told that have waited for so long, longest first: of all who want mails, or of
    these people. Games that are paused are left out, and those whose clock is not for days."""
    query = (
        sa.select(game, user.c.id.label("user_id"), user.c.display_name, user.c.language)
        .join(game_seat, sa.and_(game_seat.c.game_id == game.c.id, game_seat.c.seat == game.c.to_act))
        .join(user, user.c.id == game_seat.c.user_id)
        .where(
            game.c.status == "active",
            game.c.noticed.is_(False),
            game.c.turn_at <= hall_time - waited,
            sa.or_(
                clock_is(game.c.clock, "correspondence"),
                sa.and_(game.c.flag_at.is_(None), game.c.turn_at <= hall_time - 2 * waited),
            ),
            *(user.c.is_active, user.c.mail_notices, user.c.is_guest.is_(False), user.c.email != ""),
        )
        .order_by(game.c.turn_at, game.c.id)
    )
    if people is not None:
        query = query.where(user.c.id.in_(people))
    rows = connection.execute(query).all()
    seats = seats_of(connection, [row.id for row in rows])
    for row in rows:
        found = game_of(row, seats[row.id])
        if not is_paused(found.times, hall_time):
            yield Turn(row.user_id, row.display_name, row.language, found)


def _subject(turns: Sequence[Turn], rulesets: Rulesets) -> str:
    if len(turns) == 1:
        return _("Your turn: {game}", game=_game(turns[0], rulesets))
    return _.ngettext("Your turn in {count} game", "Your turn in {count} games", len(turns))


def _body(turns: Sequence[Turn], address: str, rulesets: Rulesets, hall_time: int) -> str:
    waits = _.ngettext("a game waits for your move:", "{count} games wait for your move:", len(turns))
    lines = [_("Hello {name},", name=turns[0].name), "", waits, ""]
    for turn in turns[:_LISTED]:
        lines += [_game(turn, rulesets), _wait(turn.found, hall_time), f"{address}/games/{turn.found.id}", ""]
    if (more := len(turns) - _LISTED) > 0:
        lines += [_.ngettext("and {count} more.", "and {count} more.", more), ""]
    return "\n".join([*lines, _("All of your games, your turn first:"), f"{address}/games", ""])


def _game(turn: Turn, rulesets: Rulesets) -> str:
    key, found = turn.found.ruleset, rulesets.get(turn.found.ruleset)
    title = title_of(found) if found else key
    others = [seat.display_name for seat in turn.found.seats if seat.user_id != turn.user_id]
    return _("{game} against {players}", game=title, players=_(" and ").join(others)) if others else title


def _wait(found: Game, hall_time: int) -> str:
    since = in_words(hall_time - (hall_time if found.turn_at is None else found.turn_at))
    falls = flag_at(found.terms, found.times)
    if falls is None:
        return _("your turn for {span}; no clock runs", span=since)
    return _("your turn for {span}; {left} left", span=since, left=in_words(falls - hall_time))


async def tell_turns(host: Host, transport: Transport) -> None:
    """Tells players of games that wait, and sends what mails there are. Every worker does so now and then."""
    hours, hall_time = host.settings.notice_hours, host.hall_time()
    while await host.read(any_due, hall_time, hours):
        await host.write(write_notices, hall_time, hours, host.settings.address, host.rulesets)
    await send_due(host, transport)
