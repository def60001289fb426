"""The hall's lists in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from gamehall.answers import Challenge, GameSummary, ListedGame
from gamehall.clocks import describe, read_terms
from gamehall.languages import catalogue
from gamehall.optionfields import fields_of, options_words
from gamehall.spans import counted, units_of

from .lines import Line, Press, Section
from .lobby import Lobby
from .panels import Panels

_ = catalogue(__name__)

DOT = "  ·  "


def sections(lobby: Lobby, now: float) -> list[Section]:
    """What is to be seen of the hall; `now` is by `time.monotonic`. A list that was not looked at yet is left out."""
    match lobby.tab:
        case "play":
            return [*_own(lobby, now), *_challenges(lobby)]
        case "watch":
            return _live(lobby)
        case "finished":
            return _finished(lobby)
        case _:
            return []


def _own(lobby: Lobby, now: float) -> list[Section]:
    if (found := lobby.games["own"]) is None:
        return []
    lines = [own_line(lobby, game, (now - lobby.at) * 1_000) for game in found]
    lines.sort(key=lambda line: not line.strong)
    empty = _("You have no game running. Accept a challenge below, or make one yourself.")
    return [Section("own", _("Your games"), tuple(lines), empty)]


def own_line(lobby: Lobby, game: GameSummary, elapsed: float) -> Line:
    """A running game of the user's; `elapsed` are the milliseconds since the hall told of it."""
    is_own_turn = game.to_act is not None and game.seat_of(lobby.username) == game.to_act
    mover = next((seat.user.display_name for seat in game.seats if seat.seat == game.to_act), "")
    state = _("Your turn") if is_own_turn else _("{name} to move", name=mover) if mover else _("Suspended")
    facts = (state, time_words(game.clock, elapsed), *_about(lobby, game.ruleset, game.options))
    title = _("{title} with {name}", title=lobby.title(game.ruleset), name=_opponents(lobby, game))
    label = _("Play") if is_own_turn else _("Open")
    press = Press("game", game.id, label, strong=is_own_turn)
    return Line(f"game:{game.id}", title, DOT.join(filter(None, facts)), strong=is_own_turn, presses=(press,))


def _opponents(lobby: Lobby, game: GameSummary) -> str:
    others = [seat.user.display_name for seat in game.seats if seat.user.username != lobby.username]
    return ", ".join(others) or _("yourself")


def _about(lobby: Lobby, ruleset: str, options: dict[str, Any]) -> tuple[str, ...]:
    info = lobby.rulesets.get(ruleset)
    return (options_words(fields_of(info.options) if info else (), options),)


def time_words(clock: dict[str, Any], elapsed: float) -> str:
    """How long whoever is to move may still think, in the largest unit; empty without a clock."""
    if clock.get("paused_for"):
        return _("paused")
    if (left := clock.get("flag_in")) is None:
        return ""
    units = units_of(int(left - elapsed))
    return _("{span} left", span=counted(*units[0])) if units else _("no time left")


def clock_words(clock: dict[str, Any]) -> str:
    """The terms of a clock in a few words; its kind where this client is older than it."""
    try:
        return describe(read_terms(clock))
    except msgspec.ValidationError:
        return str(clock.get("kind", ""))


def _challenges(lobby: Lobby) -> list[Section]:
    boxes = lobby.challenges
    found = []
    if received := boxes["received"]:
        lines = tuple(_received_line(lobby, each) for each in received)
        found.append(Section("received", _("Challenges to you"), lines))
    if sent := boxes["sent"]:
        found.append(Section("sent", _("Your challenges"), tuple(_sent_line(lobby, each) for each in sent)))
    if (opened := boxes["open"]) is not None:
        others = tuple(_open_line(lobby, each) for each in opened if each.challenger.username != lobby.username)
        empty = _("Nobody is looking for an opponent now. Make a challenge that is open to everybody.")
        found.append(Section("open", _("Open challenges"), others, empty))
    return found


def _received_line(lobby: Lobby, each: Challenge) -> Line:
    title = _("{name} challenges you to {title}", name=each.challenger.display_name, title=lobby.title(each.ruleset))
    presses = (
        Press("accept", each.id, _("Accept"), strong=True),
        Press("decline", each.id, _("Decline")),
    )
    return Line(f"challenge:{each.id}", title, terms_words(lobby, each), strong=True, presses=presses)


def _sent_line(lobby: Lobby, each: Challenge) -> Line:
    title = lobby.title(each.ruleset)
    if each.opponent:
        title = _("{title}, to {name}", title=title, name=each.opponent.display_name)
    elif each.link:
        title = _("{title}, by a link", title=title)
    else:
        title = _("{title}, open to everybody", title=title)
    copy = (Press("copy", each.invite_url, _("Copy the link")),) if isinstance(each.invite_url, str) else ()
    presses = (*copy, Press("cancel", each.id, _("Withdraw")))
    return Line(f"challenge:{each.id}", title, terms_words(lobby, each), presses=presses)


def _open_line(lobby: Lobby, each: Challenge) -> Line:
    title = _("{title} with {name}", title=lobby.title(each.ruleset), name=each.challenger.display_name)
    press = Press("accept", each.id, _("Accept"))
    return Line(f"challenge:{each.id}", title, terms_words(lobby, each), presses=(press,))


def terms_words(lobby: Lobby, each: Challenge) -> str:
    """Options, clock and sides of a challenge."""
    seats = lobby.rulesets[each.ruleset].seats if each.ruleset in lobby.rulesets else ()
    if each.seat is None or each.seat >= len(seats):
        side = _("sides drawn by lot")
    elif each.challenger.username == lobby.username:
        side = _("you begin as {side}", side=seats[each.seat])
    else:
        side = _("{name} begins as {side}", name=each.challenger.display_name, side=seats[each.seat])
    facts = (*_about(lobby, each.ruleset, each.options), clock_words(each.clock), side)
    return DOT.join(filter(None, facts))


def _live(lobby: Lobby) -> list[Section]:
    if (found := lobby.games["live"]) is None:
        return []
    others = [game for game in found if game.seat_of(lobby.username) is None]
    lines = tuple(_live_line(lobby, game) for game in others)
    return [Section("live", _("Live games"), lines, _("Nobody plays just now. Games that others play stand here."))]


def _live_line(lobby: Lobby, game: ListedGame) -> Line:
    watching = _.ngettext("{count} spectator", "{count} spectators", game.spectators) if game.spectators else ""
    moves = _.ngettext("{count} move", "{count} moves", game.ply)
    facts = (lobby.title(game.ruleset), *_about(lobby, game.ruleset, game.options), moves, watching)
    note = DOT.join(filter(None, facts))
    return Line(f"live:{game.id}", _players(game), note, presses=(Press("game", game.id, _("Watch")),))


def _players(game: GameSummary) -> str:
    return " – ".join(seat.user.display_name for seat in game.seats)


def _finished(lobby: Lobby) -> list[Section]:
    if (found := lobby.games["finished"]) is None:
        return []
    lines = tuple(_finished_line(lobby, game) for game in found)
    more = Press("more", "finished", _("Older games")) if lobby.rest else None
    empty = _("None yet. Games that you have played to their end stand here, to be seen again.")
    return [Section("finished", _("Finished games"), lines, empty, more)]


def _finished_line(lobby: Lobby, game: GameSummary) -> Line:
    moves = _.ngettext("{count} move", "{count} moves", game.ply)
    facts = (ending_words(game, lobby.username), moves, (game.finished_at or "")[:10])
    title = _("{title} with {name}", title=lobby.title(game.ruleset), name=_opponents(lobby, game))
    press = Press("game", game.id, _("Replay"))
    return Line(f"finished:{game.id}", title, DOT.join(filter(None, facts)), presses=(press,))


def ending_words(game: GameSummary, username: str) -> str:
    """How a game ended for this user."""
    if game.status != "finished" or game.result is None:
        return _("Aborted")
    if game.result.winner is None:
        return _("Draw")
    seats: Sequence[str] = [seat.user.username for seat in game.seats if seat.seat == game.result.winner]
    return _("Won") if username in seats else _("Lost")


def sought_line(lobby: Lobby) -> Line | None:
    """Whom the user has looked for, and what can be done with them."""
    if (sought := lobby.sought) is None:
        return None
    if sought.person is None:
        return Line("sought", _("There is nobody called {name} here.", name=sought.name))
    person = sought.person
    press = Press("against", person.username, _("Challenge"), strong=True)
    note = person.username if person.username != person.display_name else ""
    return Line("sought", person.display_name, note, presses=(press,))


def known_people(lobby: Lobby, panels: Panels) -> list[str]:
    """The names of those whom plugins' panels are about, and of opponents in games that are listed."""
    games = [*(lobby.games["own"] or ()), *(lobby.games["finished"] or ())]
    played = [seat.user.username for game in games for seat in game.seats if seat.user.username != lobby.username]
    shown = [row.person for loaded in panels.shown.values() for row in loaded.rows or () if row.person]
    return list(dict.fromkeys((*shown, *played)))
