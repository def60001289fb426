"""A game as its page shows it: whose turn, who won, the board, the moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from gamehall.declare import Host
from gamehall.game import Scene
from gamehall.gamelog import Game, GameState, scene_at

from .boards import DRAWN, Board, aimed_cells, draw_board, move_label
from .listing import options_words, ruleset_title

__all__ = ["GamePage", "MoveEntry", "PlayerCard", "game_page"]


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """A player beside the board."""

    seat: int
    side: str
    picture: str
    username: str
    display_name: str
    is_viewer: bool
    to_act: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """A move in the list; `picture` is the kind of piece that it placed."""

    ply: int
    label: str
    picture: str
    side: str
    shown: bool


@dataclass(frozen=True, slots=True)
class GamePage:
    """Everything on a game's page. `mood` says how the headline is meant: turn, wait, won, lost, over or replay."""

    game: Game
    title: str
    options: str
    headline: str
    detail: str
    mood: str
    ply: int
    is_now: bool
    board: Board
    near: tuple[PlayerCard, ...]
    far: tuple[PlayerCard, ...]
    moves: tuple[MoveEntry, ...]
    can_resign: bool
    waits: bool

    @property
    def heading(self) -> str:
        """The page's title in the browser."""
        others = [card.display_name for card in (*self.far, *self.near) if not card.is_viewer]
        joined = ", " if len(others) == len(self.far) + len(self.near) else " with "
        return f"{self.headline} – {self.title}{joined}{' and '.join(others)}"


def game_page(host: Host, state: GameState, viewer: str | None, aim: str = "") -> GamePage:
    """The page for this viewer, None being a stranger, at the state's ply. `aim` names the cells touched so far."""
    found = state.game
    scene = scene_at(state, host.rulesets, viewer)
    is_now = state.ply == found.ply
    seat = found.seat_of(viewer)
    headline, detail, mood = _words(found, scene, viewer) if is_now else (f"Move {state.ply}", scene.status, "replay")
    cards = [_card(found, scene, each, viewer, is_now) for each in range(len(found.seats))]
    own_side = seat if seat is not None else 0
    playing = found.status == "active" and seat is not None
    return GamePage(
        game=found,
        title=ruleset_title(host, found.ruleset),
        options=options_words(found.options),
        headline=headline,
        detail=detail,
        mood=mood,
        ply=state.ply,
        is_now=is_now,
        board=draw_board(scene, aimed_cells(aim, scene), _next_kind(host, state, scene)),
        near=tuple(card for card in cards if card.seat == own_side),
        far=tuple(card for card in cards if card.seat != own_side),
        moves=_moves(state),
        can_resign=playing,
        waits=found.status == "active" and is_now and not (playing and found.to_act == seat),
    )


def _words(found: Game, scene: Scene, viewer: str | None) -> tuple[str, str, str]:
    """(headline, detail, mood) of a game as it stands."""
    names = {each.seat: each.display_name for each in found.seats}
    own = [each.seat for each in found.seats if each.user_id == viewer]
    match found.status:
        case "active" if found.to_act in own:
            return "Your turn", scene.prompt or scene.status, "turn"
        case "active":
            return f"{names.get(found.to_act or 0, 'Somebody')} to move", scene.status, "wait"
        case "finished" if found.winner is None:
            return "Draw", scene.status, "over"
        case "finished":
            winner = names.get(found.winner or 0, "")
            if found.winner in own:
                return f"You won, {winner}!", scene.status, "won"
            return (f"You lost – {winner} won" if own else f"{winner} won"), scene.status, "lost" if own else "over"
        case "suspended":
            return "Suspended", found.note, "over"
        case _:
            return found.status.capitalize(), scene.status, "over"


def _card(found: Game, scene: Scene, seat: int, viewer: str | None, is_now: bool) -> PlayerCard:
    person = found.seats[seat]
    side = scene.sides[seat] if seat < len(scene.sides) else ""
    outcome = ""
    if found.status == "finished" and is_now:
        outcome = "draw" if found.winner is None else "won" if found.winner == seat else "lost"
    return PlayerCard(
        seat=seat,
        side=side,
        picture=side if side in DRAWN else "",
        username=person.username,
        display_name=person.display_name,
        is_viewer=person.user_id == viewer,
        to_act=is_now and found.status == "active" and found.to_act == seat,
        outcome=outcome,
    )


def _moves(state: GameState) -> tuple[MoveEntry, ...]:
    entries = []
    for number, ((seat, move), shown) in enumerate(zip(state.moves, state.shown, strict=True), start=1):
        placed = next((cell.kind for cell in shown.cells if cell.kind in DRAWN), None)
        side = shown.sides[seat] if seat < len(shown.sides) else ""
        entries.append(MoveEntry(number, move_label(move), placed or "", side, number == state.ply))
    return tuple(entries)


def _next_kind(host: Host, state: GameState, scene: Scene) -> str:
    """The kind of piece that the viewer's next move places, found by asking the rules what such a move changes."""
    first = next((each for each in scene.inputs if len(each.cells) == 1), None)
    ruleset = host.rulesets.get(state.game.ruleset)
    if first is None or ruleset is None:
        return ""
    try:
        before: Any = msgspec.json.decode(state.position, type=ruleset.Position)
        changes = ruleset.changes(before, first.move, ruleset.play(before, first.move))
    except Exception:  # noqa: BLE001 - rules that fail are dealt with when the move is made; this is only a picture
        return ""
    return next((each.kind or "" for each in changes if each.cell == first.cells[0]), "")
