"""A game from a file as its page shows it. The page keeps nothing: its address tells the whole game."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from gamehall.declare import Exporter, GameRecord, Host, ImportedGame
from gamehall.game import STONES, Piece, Scene
from gamehall.languages import catalogue
from gamehall.looks import Drawn, draw_piece
from gamehall.naming import AnyRuleset, move_label, say
from gamehall.records.canonical import canonical
from gamehall.records.diagrams import Diagram
from gamehall.records.formats import exporters
from gamehall.records.imports import PlayedThrough
from gamehall.records.results import write_result

from .boards import Board, draw_board
from .gameview import MoveEntry
from .listing import options_words, ruleset_title

__all__ = ["ReplayPage", "ReplayPlayer", "address_of", "replay_page"]

_ = catalogue(__name__)

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReplayPlayer:
    """A player as the file names them; `won` says that they did."""

    name: str
    side: str
    picture: Drawn | None
    won: bool


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """Everything on the page. `query` is what its address has beside the ply, field by field."""

    title: str
    options: str
    headline: str
    detail: str
    mood: str
    board: Board
    players: tuple[ReplayPlayer, ...]
    moves: tuple[MoveEntry, ...]
    ply: int
    query: Query
    formats: tuple[Exporter, ...]

    @property
    def pictures(self) -> tuple[Exporter, ...]:
        """The formats that show one position or the way to it."""
        return tuple(each for each in self.formats if each.media_type.startswith("image/"))


def address_of(game: ImportedGame) -> Query:
    """The fields of the address that tell this game."""
    fields = [("ruleset", game.ruleset), ("options", canonical(dict(game.options)).decode())]
    fields += [("moves", " ".join(game.moves)), *(("player", name) for name in game.names)]
    return (*fields, *([("result", write_result(game.result.winner, game.result.reason))] if game.result else []))


def replay_page(host: Host, wanted: ImportedGame, played: PlayedThrough) -> ReplayPage:
    """The page of a game that was played through, at the ply of its scene."""
    record, scene = played.record, played.scene
    headline, detail, mood = _words(played)
    ruleset = host.rulesets.get(record.ruleset)
    return ReplayPage(
        title=ruleset_title(host, record.ruleset),
        options=options_words(host, record.ruleset, record.options),
        headline=headline,
        detail=detail,
        mood=mood,
        board=draw_board(scene, ruleset=ruleset),
        players=tuple(_players(record, scene, ruleset, is_end=played.ply == len(record.moves))),
        moves=tuple(_moves(record, ruleset, played.ply)),
        ply=played.ply,
        query=address_of(wanted),
        formats=tuple(exporter for _, exporter in sorted(exporters(host).items())),
    )


def _words(played: PlayedThrough) -> tuple[str, str, str]:
    """(headline, detail, mood) of the position that is shown."""
    record, count = played.record, len(played.record.moves)
    if played.ply < count or record.reason is None:
        return (
            _("Move {ply} of {count}", ply=played.ply, count=count) if count else _("No moves"),
            played.scene.status,
            "replay",
        )
    if record.winner is None:
        return _("Draw"), played.scene.status, "over"
    return _("{name} won", name=record.names[record.winner]), played.scene.status, "over"


def _players(record: GameRecord, scene: Scene, ruleset: AnyRuleset | None, *, is_end: bool) -> Iterator[ReplayPlayer]:
    for seat, name in enumerate(record.names):
        side = scene.sides[seat] if seat < len(scene.sides) else ""
        known = side in STONES or side in scene.looks
        picture = draw_piece(scene, Piece("", side, seat)) if known else None
        yield ReplayPlayer(
            name, say(ruleset, side), picture, is_end and record.reason is not None and record.winner == seat
        )


def _moves(record: GameRecord, ruleset: AnyRuleset | None, shown: int) -> Iterator[MoveEntry]:
    diagram, sides = Diagram(record.start), record.start.sides
    for ply, made in enumerate(record.moves, start=1):
        placed = diagram.change(made.changes, made.sides)
        then = msgspec.structs.replace(record.start, sides=made.sides)
        picture = draw_piece(then, placed[0]) if placed else None
        side = say(ruleset, sides[made.seat]) if made.seat < len(sides) else ""
        yield MoveEntry(ply, say(ruleset, move_label(made.move)), picture, side, took="", shown=ply == shown)
        sides = made.sides
