"""The open game in words and cards: how it stands, who plays, and which moves were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gamehall.answers import Game
from gamehall.clockface import ClockFace, took
from gamehall.clocks import describe, terms_of
from gamehall.languages import catalogue
from gamehall.looks import Drawn, draw_side
from gamehall.naming import move_label, sentence

from .clockface import read_clocks
from .table import Table

_ = catalogue(__name__)

Mood = Literal["turn", "wait", "won", "lost", "over", "replay"]


@dataclass(frozen=True, slots=True)
class Headline:
    """How the game stands; `mood` is how that is meant for the user."""

    text: str
    detail: str = ""
    mood: Mood = "wait"


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """A player beside the board; `picture` is one of their pieces, where they have one that stands for all."""

    seat: int
    name: str
    side: str
    is_you: bool
    to_act: bool
    outcome: Literal["", "won", "lost", "draw"]
    picture: Drawn | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A move in the list; `took` is the time it was charged, empty without a clock."""

    ply: int
    label: str
    took: str
    is_shown: bool


def headline(table: Table) -> Headline:
    """How the game stands, or stood, and what the user has to do."""
    game = table.game
    if game is None:
        return Headline(_("No game is open"), _("Choose a game in the hall, or challenge somebody."), "over")
    if table.wanted is not None:
        status = table.seen.scene.status if table.seen is not None and table.seen.ply == table.wanted else ""
        return Headline(_("Move {ply} of {count}", ply=table.wanted, count=game.ply), status, "replay")
    scene = game.scene
    match game.status:
        case "active" if table.sending is not None:
            return _on_its_way(table)
        case "active" if table.is_turn:
            told = (scene.status, scene.prompt) if not scene.width else (scene.prompt or scene.status,)
            text = _("{name} to move", name=_side(game, game.to_act)) if _is_alone(table) else _("Your turn")
            return Headline(text, " ".join(filter(None, told)), "turn")
        case "active" if game.to_act is None:
            return Headline(_("The game is over"), scene.status, "over")
        case "active":
            return Headline(_("{name} to move", name=_name(game, game.to_act)), scene.status)
        case "suspended":
            return Headline(_("Suspended"), scene.status or game.note, "over")
        case "aborted":
            return Headline(_("Aborted"), scene.status, "over")
        case _:
            return _ended(table, game)


def _on_its_way(table: Table) -> Headline:
    move = sentence(move_label(table.sending.move)) if table.sending is not None else ""
    if table.stored:
        return Headline(_("{move} is stored", move=move))
    if table.sending is not None and table.sending.waiting:
        return Headline(_("Waiting for the hall"), _("{move} is sent as soon as the hall answers.", move=move))
    return Headline(_("Sending {move}…", move=move))


def _ended(table: Table, game: Game) -> Headline:
    if game.result is None:  # the news of the last move, before that of the end
        return Headline(_("The game is over"), game.scene.status, "over")
    winner = game.result.winner
    if winner is None:
        return Headline(_("Draw"), game.scene.status, "over")
    if _is_alone(table):
        return Headline(_("{name} won", name=_side(game, winner)), game.scene.status, "over")
    if table.seat is None:
        return Headline(_("{name} won", name=_name(game, winner)), game.scene.status, "over")
    if table.seat == winner:
        return Headline(_("You won!"), game.scene.status, "won")
    return Headline(_("You lost: {name} won", name=_name(game, winner)), game.scene.status, "lost")


def notice(table: Table) -> str:
    """Why the last touch was nothing, or what the user should know of this moment; empty for nothing."""
    if table.wanted is None and table.refused is not None:
        return table.refused.refusal.detail
    if table.held:
        return table.held
    if table.typed:
        return _("Typed: {text}", text=table.typed)
    reason = table.reason_at(table.cursor or "") or table.reason_at(table.hover or "")
    if reason:
        return reason
    if table.touched:
        return _("From {cells}: touch where it goes.", cells=", ".join(map(str.upper, table.touched)))
    if table.offline and not table.local:
        return _("The hall does not answer; what you see may have changed.")
    return ""


def about(table: Table, title: str) -> str:
    """Which game it is, the clock's terms, and who watches."""
    game = table.game
    if game is None:
        return ""
    told = [title]
    if game.clock.get("kind", "none") != "none":
        told.append(describe(terms_of(game.clock)))
    if table.local:
        told.append(_("on this computer"))
    elif table.seat is None:
        told.append(_("you are watching"))
    if game.spectators:
        told.append(_.ngettext("{count} watching", "{count} watching", game.spectators))
    return " · ".join(told)


def cards(table: Table) -> tuple[PlayerCard, ...]:
    """Every player, the user last: the others sit at the far side of the board."""
    game = table.game
    if game is None:
        return ()
    near = 0 if table.seat is None or _is_alone(table) else table.seat
    order = sorted(range(len(game.seats)), key=lambda seat: seat == near)
    return tuple(_card(table, game, seat) for seat in order)


def clocks(table: Table, now: float) -> dict[int, ClockFace]:
    """Each seat's clock at a moment by `time.monotonic`; empty where nobody's time is up."""
    return dict(enumerate(read_clocks(table.game, table.at, now))) if table.game is not None else {}


def rows(table: Table) -> list[list[Entry | None]]:
    """The moves in rows, a column for each seat; who moves several times goes on in the next row."""
    game = table.game
    found: list[list[Entry | None]] = []
    if game is None:
        return found
    timed, last = game.clock.get("kind", "none") != "none", len(game.seats)
    for number, (seat, move) in enumerate(zip(_movers(game), game.moves, strict=True), start=1):
        if seat <= last or not found:
            found.append([None] * len(game.seats))
        spent = game.spent[number - 1] if number <= len(game.spent) else {}
        time = took(spent["charged"]) if timed and "charged" in spent else ""
        found[-1][seat], last = Entry(number, move_label(move), time, number == table.ply), seat
    return found


def columns(table: Table) -> tuple[str, ...]:
    """What the columns of the moves are called."""
    game = table.game
    return tuple(_side(game, seat.seat) for seat in game.seats) if game is not None else ()


def _card(table: Table, game: Game, seat: int) -> PlayerCard:
    person, scene = game.seats[seat], table.scene or game.scene
    outcome: Literal["", "won", "lost", "draw"] = ""
    if game.status == "finished" and game.result is not None and table.wanted is None:
        winner = game.result.winner
        outcome = "draw" if winner is None else "won" if winner == seat else "lost"
    return PlayerCard(
        seat=seat,
        name=person.user.display_name,
        side=_side(game, seat),
        is_you=not table.local and person.user.username == table.username,
        to_act=game.status == "active" and game.to_act == seat and table.wanted is None,
        outcome=outcome,
        picture=draw_side(scene, seat),
    )


def _movers(game: Game) -> Sequence[int]:
    """Who made each move; by turns where the hall does not tell."""
    return game.movers if len(game.movers) == len(game.moves) else [n % len(game.seats) for n in range(len(game.moves))]


def _is_alone(table: Table) -> bool:
    return table.game is not None and (table.local or len({each.user.username for each in table.game.seats}) == 1)


def _name(game: Game, seat: int | None) -> str:
    return game.seats[seat].user.display_name if seat is not None and seat < len(game.seats) else "?"


def _side(game: Game, seat: int | None) -> str:
    sides = game.scene.sides
    if seat is None or seat >= len(game.seats):
        return "?"
    return sentence(sides[seat] if seat < len(sides) else game.seats[seat].side)
