"""A game as its page shows it: whose turn, who won, the board, the moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gamehall.answers import Claim, Offered
from gamehall.clockface import ClockFace, clock_faces, took
from gamehall.clocks import Correspondence, Fischer, NoClock, describe, is_paused, longest_pause
from gamehall.declare import Host
from gamehall.game import Piece, Refusal, Scene
from gamehall.gamelog import Game, GameState
from gamehall.languages import catalogue
from gamehall.looks import Drawn, draw_piece, draw_side
from gamehall.naming import AnyRuleset, move_label, say, sentence
from gamehall.notes import note_words
from gamehall.proposals import Button, Ending, Proposal, Standing, endings, offers_to_make, proposals
from gamehall.records.canonical import digest
from gamehall.records.diagrams import Diagram
from gamehall.showing import forbidden_at, scene_at

from .boards import Board, aimed_cells, draw_board, takes_free_cells
from .listing import options_words, ruleset_title
from .timesheet import TimeSheet, time_sheet

__all__ = ["GamePage", "MoveEntry", "PlayerCard", "game_page", "standing_of"]

_ = catalogue(__name__)

_SEEN = 6  # so many digits of a position's digest tell it from those around it


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """A player beside the board; `picture` is one of their pieces, where they have one that stands for all."""

    seat: int
    side: str
    picture: Drawn | None
    username: str
    display_name: str
    is_viewer: bool
    to_act: bool
    outcome: str
    clock: ClockFace | None


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """A move in the list; `picture` is the piece that it placed, `took` the time it was charged, if any is."""

    ply: int
    label: str
    picture: Drawn | None
    side: str
    took: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Points that may not be taken, in capitals, for one reason."""

    cells: str
    detail: str


@dataclass(frozen=True, slots=True)
class GamePage:
    """Everything on a game's page. `mood` says how the headline is meant: turn, wait, won, lost, over or replay.

    `terms` are those of its clock, empty without one. `seen` tells the position from others. `forbidden` is None unless
    the visitor asked for it; `has_forbidden` says that there is something to ask for. `waits` says that the other
    player is to do something. `example` is how a move is written in this game, empty where none is known.
    """

    game: Game
    title: str
    options: str
    terms: str
    headline: str
    detail: str
    mood: str
    ply: int
    seen: str
    is_now: bool
    board: Board
    near: tuple[PlayerCard, ...]
    far: tuple[PlayerCard, ...]
    moves: tuple[MoveEntry, ...]
    has_forbidden: bool
    forbidden: tuple[Forbidden, ...] | None
    sheet: TimeSheet | None
    proposals: tuple[Proposal, ...]
    offers: tuple[Button, ...]
    endings: tuple[Ending, ...]
    spectators: int
    is_player: bool
    waits: bool
    example: str

    @property
    def asks(self) -> bool:
        """Whether the viewer waits for a move of the other player's, or for an answer."""
        own = {card.seat for card in (*self.far, *self.near) if card.is_viewer}
        return self.is_player and (
            self.waits or any(each.seat in own and not each.declined for each in self.game.offers)
        )

    @property
    def clock_runs(self) -> bool:
        return self.runs is not None

    @property
    def is_live(self) -> bool:
        """Whether it is played in one sitting, by a clock."""
        return not isinstance(self.game.terms, NoClock | Correspondence)

    @property
    def takes_moves(self) -> bool:
        """Whether its viewer plays on this board, be it their turn or not."""
        return self.is_player and self.is_now and self.game.status == "active" and bool(self.board.rows)

    @property
    def heading(self) -> str:
        """The page's title in the browser."""
        others = [card.display_name for card in (*self.far, *self.near) if not card.is_viewer]
        if not others:
            return f"{self.headline} – {self.title}"
        names = _(" and ").join(others)
        if len(others) == len(self.far) + len(self.near):
            return f"{self.headline} – {self.title}, {names}"
        game = _("{title} with {names}", title=self.title, names=names)
        return f"{self.headline} – {game}"

    @property
    def turn(self) -> int | None:
        """The seat that is to act."""
        return self.game.to_act if self.is_now and self.game.status == "active" else None

    @property
    def acts(self) -> str:
        """Which buttons there are besides the board, as one letter each."""
        paths = (*(each.path for each in self.offers), *(each.path for each in self.endings))
        return "".join(path[0] for path in paths)

    @property
    def runs(self) -> int | None:
        """The seat whose clock runs."""
        cards = (*self.far, *self.near)
        return next((card.seat for card in cards if card.clock is not None and card.clock.runs), None)

    @property
    def left(self) -> str:
        """The milliseconds that each seat has left, where that says all of its clock."""
        if not isinstance(self.game.terms, Fischer):
            return ""
        cards = sorted((*self.far, *self.near), key=lambda card: card.seat)
        return ",".join(str(card.clock.left) for card in cards if card.clock is not None)

    def link(self, ply: int, *, forbidden: bool, auto: bool = False) -> str:
        """The page of this game after so many moves, with or without its forbidden points; `auto` looks
        again by itself."""
        query = [f"ply={ply}"] if ply < self.game.ply else []
        query += [f"{name}=on" for name, wanted in (("auto", auto), ("forbidden", forbidden)) if wanted]
        return f"/games/{self.game.id}" + (f"?{'&'.join(query)}" if query else "")


def game_page(
    host: Host,
    state: GameState,
    viewer: str | None,
    aim: str = "",
    *,
    claim: Claim | None = None,
    spectators: int = 0,
    forbidden: bool = False,
    refused: tuple[str, Refusal] | None = None,
    clocks: tuple[ClockFace, ...] | None = None,
) -> GamePage:
    """The page for this viewer, None being a stranger, at the state's ply.

    `aim` names the cells touched so far, `refused` one that was touched with why that was no move; `forbidden` asks
    for the points that may not be taken. `claim` says who may claim the game, `spectators` how many watch it, and
    `clocks` what the clocks show, unless it is the present time.
    """
    found = state.game
    is_now = state.ply == found.ply
    is_over = is_now and found.status != "active"
    refusals = {} if is_over else forbidden_at(state, host.rulesets)
    scene = scene_at(state, host.rulesets, viewer, forbidden=refusals if forbidden else ())
    seat, ruleset, now = found.seat_of(viewer), host.rulesets.get(found.ruleset), host.hall_time()
    standing, (headline, detail, mood) = standing_of(state, claim, now), _words(state, scene, ruleset, viewer)
    if clocks is None:
        clocks = clock_faces(found.clock_at(now), active=found.status == "active")
    faces = enumerate(clocks or (None,) * len(found.seats))
    cards = [_card(found, scene, ruleset, each, viewer, is_now, face) for each, face in faces]
    own_side = seat if seat is not None and not found.is_alone else 0
    waits = is_now and _waits_for_a_cell(host, state, seat)
    ghost = _next_picture(host, state, scene)
    return GamePage(
        game=found,
        title=ruleset_title(host, found.ruleset),
        options=options_words(host, found.ruleset, found.options),
        terms=describe(found.terms) if clocks else "",
        headline=headline,
        detail=detail,
        mood=mood,
        ply=state.ply,
        seen=digest(state.position)[:_SEEN],
        is_now=is_now,
        board=draw_board(scene, aimed_cells(aim, scene), ghost, ruleset=ruleset, waits=waits, refused=refused),
        near=tuple(card for card in cards if card.seat == own_side),
        far=tuple(card for card in cards if card.seat != own_side),
        moves=_moves(state, scene, ruleset),
        has_forbidden=bool(refusals),
        forbidden=_by_reason(refusals) if forbidden and not is_over else None,
        sheet=time_sheet(state, ruleset),
        proposals=proposals(standing, seat),
        offers=offers_to_make(standing, seat),
        endings=endings(standing, seat),
        spectators=spectators,
        is_player=seat is not None,
        example=_example(state, scene),
        waits=is_now and _waits(found, seat),
    )


def standing_of(state: GameState, claim: Claim | None, hall_time: int) -> Standing:
    """What there is to do in a game besides moving depends on this."""
    found = state.game
    paused = is_paused(found.times, hall_time)
    return Standing(
        status=found.status,
        names=tuple(each.display_name for each in found.seats),
        is_alone=found.is_alone,
        movers={mover for mover, _move in state.moves},
        offers=tuple(Offered(each.kind, each.seat) for each in found.offers if not each.declined),
        declined=tuple(Offered(each.kind, each.seat) for each in found.offers if each.declined),
        pause=longest_pause(found.terms),
        paused_for=(found.times.started or 0) - hall_time if paused else None,
        has_result=found.result is not None,
        rematch=found.rematch_id,
        claim=claim,
    )


def _waits(found: Game, seat: int | None) -> bool:
    """Whether this seat, None being a spectator's, waits for what somebody else does."""
    if found.status == "active":
        return seat is None or found.to_act != seat
    return found.offered("rematch") == seat is not None


def _waits_for_a_cell(host: Host, state: GameState, seat: int | None) -> bool:
    """Whether this seat waits for the other one's move in a game in which one plays on free cells."""
    found = state.game
    if found.status != "active" or found.to_act is None or seat in (None, found.to_act):
        return False
    return takes_free_cells(scene_at(state, host.rulesets, found.seats[found.to_act].user_id))


def _example(state: GameState, scene: Scene) -> str:
    """A move of this game as it is written: the first one that was made or, before that, one in the middle."""
    on_board = [each.move for each in scene.inputs if each.cells]
    known = [move for _, move in state.moves[:1]] or on_board[len(on_board) // 2 :][:1]
    return move_label(known[0]) if known else ""


def _by_reason(refusals: Mapping[str, Refusal]) -> tuple[Forbidden, ...]:
    cells: defaultdict[str, list[str]] = defaultdict(list)
    for cell, refusal in refusals.items():
        cells[refusal.detail].append(cell.upper())
    return tuple(Forbidden(", ".join(names), detail) for detail, names in cells.items())


def _words(state: GameState, scene: Scene, ruleset: AnyRuleset | None, viewer: str | None) -> tuple[str, str, str]:
    """(headline, detail, mood) of a game as it stands, or stood."""
    found = state.game
    if state.ply != found.ply:
        return _("Move {ply}", ply=state.ply), scene.status, "replay"
    names = {each.seat: each.display_name for each in found.seats}
    own = [each.seat for each in found.seats if each.user_id == viewer]
    sides = [sentence(say(ruleset, side)) for side in scene.sides]
    match found.status:
        case "active" if found.to_act in own:
            told = (scene.status, scene.prompt) if not scene.width else (scene.prompt or scene.status,)
            headline = _("{name} to move", name=sides[found.to_act or 0]) if found.is_alone else _("Your turn")
            return headline, " ".join(filter(None, told)), "turn"
        case "active":
            return _("{name} to move", name=names.get(found.to_act or 0, "?")), scene.status, "wait"
        case "finished" if found.winner is None:
            return _("Draw"), scene.status, "over"
        case "finished":
            winner = names.get(found.winner or 0, "")
            if found.is_alone:
                return _("{name} won", name=sides[found.winner or 0]), scene.status, "over"
            if found.winner in own:
                return _("You won, {name}!", name=winner), scene.status, "won"
            if own:
                return _("You lost – {name} won", name=winner), scene.status, "lost"
            return _("{name} won", name=winner), scene.status, "over"
        case "suspended":
            return _("Suspended"), note_words(found.note), "over"
        case _:
            return _("Aborted"), scene.status, "over"


def _card(
    found: Game,
    scene: Scene,
    ruleset: AnyRuleset | None,
    seat: int,
    viewer: str | None,
    is_now: bool,
    clock: ClockFace | None,
) -> PlayerCard:
    person = found.seats[seat]
    side = scene.sides[seat] if seat < len(scene.sides) else ""
    outcome = ""
    if found.status == "finished" and is_now:
        outcome = "draw" if found.winner is None else "won" if found.winner == seat else "lost"
    return PlayerCard(
        seat=seat,
        side=say(ruleset, side),
        picture=draw_side(scene, seat),
        username=person.username,
        display_name=person.display_name,
        is_viewer=person.user_id == viewer,
        to_act=is_now and found.status == "active" and found.to_act == seat,
        outcome=outcome,
        clock=clock,
    )


def _moves(state: GameState, scene: Scene, ruleset: AnyRuleset | None) -> tuple[MoveEntry, ...]:
    entries = []
    timed = not isinstance(state.game.terms, NoClock)
    diagram = Diagram(msgspec.json.decode(state.start_scene, type=Scene))
    log = zip(state.moves, state.shown, state.spent, strict=True)
    for number, ((seat, move), shown, spent) in enumerate(log, start=1):
        placed = diagram.change(shown.cells, shown.sides)
        then = msgspec.structs.replace(scene, sides=shown.sides)
        picture = draw_piece(then, placed[0]) if placed else None
        side = say(ruleset, shown.sides[seat]) if seat < len(shown.sides) else ""
        time = took(spent.charged) if timed else ""
        entries.append(MoveEntry(number, say(ruleset, move_label(move)), picture, side, time, number == state.ply))
    return tuple(entries)


def _next_picture(host: Host, state: GameState, scene: Scene) -> str:
    """The picture of the piece that the viewer's next move places, found by asking the rules what such a move changes;
    empty where no piece of that kind has one."""
    first = next((each for each in scene.inputs if len(each.cells) == 1), None)
    ruleset = host.rulesets.get(state.game.ruleset)
    if first is None or ruleset is None:
        return ""
    try:
        before: Any = msgspec.json.decode(state.position, type=ruleset.Position)
        changes = ruleset.changes(before, first.move, ruleset.play(before, first.move))
    except Exception:  # noqa: BLE001 - rules that fail are dealt with when the move is made; this is only a picture
        return ""
    placed = next((each for each in changes if each.cell == first.cells[0] and each.kind), None)
    return draw_piece(scene, Piece(placed.cell, placed.kind or "", placed.seat)).picture if placed else ""
