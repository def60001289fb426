"""Games as SGF, version FF[4]: every node shows the board as it stood, whatever the game does to it.

A move that does what readers of its kind of file expect is written as a move, every other one as a setup of the cells
that changed, with a comment. Private properties hold what the hall needs to read the very same game back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import gamehall
from gamehall.clocks import (
    Byoyomi,
    Canadian,
    Correspondence,
    Fischer,
    NoClock,
    SeatTime,
    Terms,
    describe,
    read_terms,
)
from gamehall.declare import Exporter, GameRecord, RecordedMove
from gamehall.game import Piece, Scene, cell_place
from gamehall.languages import catalogue
from gamehall.looks import draw_piece
from gamehall.problems import Problem
from gamehall.records.canonical import canonical
from gamehall.records.diagrams import scenes_of
from gamehall.records.results import write_result
from gamehall.records.sgfboards import AFTER_MOVE, BLACK, LARGEST, PASSES, WHITE, Board, Place, colour_of, point_name

__all__ = ["SGF"]

_ = catalogue(__name__)


_PASS: Literal["pass"] = "pass"  # noqa: S105 - a move, not a password
_ENDS = {"resigned": "R", "time": "T", "left": "F"}


class _Stones(NamedTuple):
    """What stands on the board: colours by place, and the letters of pieces that are more than stones."""

    colours: Board
    letters: Mapping[Place, str]


def _write_sgf(record: GameRecord) -> bytes:
    """Raises Problem `unknown-format` for a game that is not for two, and for a board of more than 52 lines."""
    if len(record.names) != 2:
        raise Problem("unknown-format", _("SGF is for games of two players."))
    if max(record.width, record.height) > LARGEST:
        raise Problem("unknown-format", _("SGF has boards of at most {largest} lines.", largest=LARGEST))
    boards = (_stones(record, scene) for scene in scenes_of(record))
    before = next(boards)
    nodes = [[*_root(record), *_setup(Board(), before.colours), *_labels(before)]]
    sides = record.start.sides
    for made, after in zip(record.moves, boards, strict=True):
        nodes.append(_node(record, made, sides, before, after))
        before, sides = after, made.sides
    return ("(" + "\n".join(";" + "".join(properties) for properties in nodes) + ")\n").encode()


def _stones(record: GameRecord, scene: Scene) -> _Stones:
    colours, letters = Board(), {}
    for piece in scene.pieces:
        place = cell_place(piece.cell, scene.width, scene.height)
        if place is None:
            continue
        colour = _colour_of_piece(record, scene, piece)
        if colour:
            colours[place] = colour
        if piece.kind not in scene.sides or not colour:
            letters[place] = draw_piece(scene, piece).symbol or piece.kind[:1].upper()
    return _Stones(colours, letters)


def _colour_of_piece(record: GameRecord, scene: Scene, piece: Piece) -> str:
    """The colour of a piece, that of its kind where it is called as a side; empty where nobody owns it."""
    if piece.kind in record.start.sides:
        return _colour(record, piece.kind)
    owner = scene.sides[piece.seat] if piece.seat is not None and piece.seat < len(scene.sides) else ""
    return _colour(record, owner) if owner else ""


def _colour(record: GameRecord, side: str) -> str:
    return colour_of(record.start.sides, side)


def _root(record: GameRecord) -> Iterator[str]:
    names = {_colour(record, side): name for side, name in zip(record.sides, record.names, strict=True)}
    yield _property("FF", "4")
    if record.sgf is not None:
        yield _property("GM", str(record.sgf))
    yield _property("CA", "UTF-8")
    yield _property("AP", f"Gamehall:{gamehall.__version__}")
    if record.width:
        square = record.width == record.height
        yield _property("SZ", str(record.width) if square else f"{record.width}:{record.height}")
    yield _property("GN", _text(f"{record.ruleset_title}: {' – '.join(record.names)}"))
    yield _property("PB", _text(names[BLACK]))
    yield _property("PW", _text(names[WHITE]))
    days = dict.fromkeys(moment[:10] for moment in (record.started_at, record.finished_at) if moment)
    if days:
        yield _property("DT", ",".join(days))
    yield _property("RU", _text(record.ruleset_title))
    if result := _result(record):
        yield _property("RE", result)
    yield from _clock(read_terms(record.clock))
    yield _property("GHRS", _text(record.ruleset))
    yield _property("GHRV", str(record.ruleset_version))
    yield _property("GHOP", _text(canonical(dict(record.options)).decode()))
    yield "GHPN" + "".join(f"[{_text(name)}]" for name in record.names)
    if record.reason:
        yield _property("GHRE", _text(write_result(record.winner, record.reason)))


def _result(record: GameRecord) -> str:
    if record.reason is None:
        return ""
    if record.status == "aborted":
        return "Void"
    if record.winner is None:
        return "0"
    winner = _colour(record, record.sides[record.winner])
    return f"{winner}+{_ENDS.get(record.reason, '')}"


def _clock(terms: Terms) -> Iterator[str]:
    match terms:
        case NoClock():
            return
        case Fischer(initial=initial, increment=increment):
            yield _property("TM", str(initial))
            if increment:
                yield _property("OT", f"{increment} fischer")
        case Byoyomi(initial=initial, period=period, periods=periods):
            yield _property("TM", str(initial)) + _property("OT", f"{periods}x{period} byo-yomi")
        case Canadian(initial=initial, period=period, moves=moves):
            yield _property("TM", str(initial)) + _property("OT", f"{moves}/{period} Canadian")
        case Correspondence():
            yield _property("OT", _text(describe(terms)))


def _node(record: GameRecord, made: RecordedMove, sides: tuple[str, ...], before: _Stones, after: _Stones) -> list[str]:
    """The properties of a move's node: a move or a setup, never both. `sides` are those before the move."""
    own = _property("GHMV", _text(made.move))
    played = _as_move(record, made, before, after)
    if played == _PASS:
        return [_property(_colour(record, sides[made.seat]), ""), *_time_left(record, made, sides), own]
    if played is not None:
        move = _property(after.colours[played], point_name(played))
        return [move, *_time_left(record, made, sides), *_labels(after), own]
    comment = f"{record.names[made.seat]} ({sides[made.seat]}): {made.move}"
    return [*_setup(before.colours, after.colours), *_labels(after), _property("C", _text(comment)), own]


def _as_move(record: GameRecord, made: RecordedMove, before: _Stones, after: _Stones) -> Place | Literal["pass"] | None:
    """Where a stone was placed that leads to this board, as readers of such a file see it, or that it was a pass.

    None for what is to be set up.
    """
    number = record.sgf or 0
    if made.move == _PASS and before == after and number in PASSES:
        return _PASS
    placed = [place for place in after.colours if place not in before.colours]
    if number not in AFTER_MOVE or len(placed) != 1 or after.letters != before.letters:
        return None
    (place,) = placed
    shown = AFTER_MOVE[number](before.colours, place, after.colours[place], record.width, record.height)
    return place if shown == after.colours else None


def _setup(before: Board, after: Board) -> list[str]:
    """What turns one board into the other, a property for each of black, white and empty."""
    changed = {place: after.get(place, "") for place in {*before, *after} if before.get(place) != after.get(place)}
    setup = []
    for name, colour in (("AB", BLACK), ("AW", WHITE), ("AE", "")):
        if places := sorted(place for place, now in changed.items() if now == colour):
            setup.append(name + "".join(f"[{point_name(place)}]" for place in places))
    return setup


def _labels(stones: _Stones) -> list[str]:
    """The letters of pieces that are more than stones: readers forget them from node to node."""
    if not stones.letters:
        return []
    labels = (
        f"[{point_name(place)}:{_text(letter, composed=True)}]" for place, letter in sorted(stones.letters.items())
    )
    return ["LB" + "".join(labels)]


def _time_left(record: GameRecord, made: RecordedMove, sides: tuple[str, ...]) -> list[str]:
    """What whoever moved has left, in seconds, and how many turns or periods where the time for the game is over."""
    if not made.left or record.clock.get("kind") == "correspondence":
        return []
    left: SeatTime = made.left[made.seat]
    colour = _colour(record, sides[made.seat])
    seconds = (left.main or left.period) / 1000
    properties = [_property(f"{colour}L", f"{seconds:.3f}".rstrip("0").rstrip("."))]
    if not left.main and (count := left.moves or left.periods):
        properties.append(_property(f"O{colour}", str(count)))
    return properties


def _property(name: str, value: str) -> str:
    return f"{name}[{value}]"


def _text(text: str, *, composed: bool = False) -> str:
    """A text as SGF writes it: what would end it escaped, on one line, without control characters."""
    line = "".join(" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    escaped = line.replace("\\", "\\\\").replace("]", "\\]")
    return escaped.replace(":", "\\:") if composed else escaped


SGF = Exporter("sgf", "application/x-go-sgf", "sgf", _write_sgf)
