"""A game of stones as a hall tells of it, for what shows games without a hall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gamehall.answers import Claim, Game, Offered, Person, Result, Seat
from gamehall.game import Input, Mark, Piece, Scene, board_cells

SIDE = 5
CELLS = tuple(board_cells(SIDE, SIDE))


def told(
    *moves: str,
    viewer: int | None = 0,
    revision: int | None = None,
    status: str = "active",
    winner: int | None = None,
    reason: str = "five",
    clock: dict[str, Any] | None = None,
    offers: Sequence[Offered] = (),
    declined: Sequence[Offered] = (),
    claim: Claim | None = None,
    rematch: str | None = None,
    players: tuple[str, str] = ("ada", "bob"),
    identity: str = "g",
) -> Game:
    """A game in which two place stones by turns, after these moves, as who sits in the seat `viewer` sees it."""
    to_act = len(moves) % 2 if status == "active" else None
    sides = ("black", "white")
    return Game(
        id=identity,
        ruleset="stones",
        ruleset_version=1,
        options={},
        status=status,
        seats=tuple(Seat(n, sides[n], Person(name, name.title())) for n, name in enumerate(players)),
        to_act=to_act,
        ply=len(moves),
        revision=len(moves) if revision is None else revision,
        clock=clock or {"kind": "none"},
        offers=tuple(offers),
        rematch=rematch,
        result=Result(winner, reason) if status in ("finished", "aborted") else None,
        note="",
        created_at="",
        finished_at=None,
        spectators=0,
        claim=claim,
        moves=moves,
        spent=({"charged": 1_200},) * len(moves),
        movers=tuple(n % 2 for n in range(len(moves))),
        declined=tuple(declined),
        scene=stones(moves, to_act, viewer),
        cursor="0-1",
    )


def stones(moves: Sequence[str], to_act: int | None, viewer: int | None) -> Scene:
    """The board of such a game."""
    own_turn = to_act is not None and viewer == to_act
    return Scene(
        SIDE,
        SIDE,
        pieces=tuple(Piece(cell, ("black", "white")[n % 2], n % 2) for n, cell in enumerate(moves)),
        inputs=tuple(Input(cell, (cell,)) for cell in CELLS if cell not in moves) if own_turn else (),
        marks=tuple(Mark(cell, "last") for cell in moves[-1:]),
        sides=("black", "white"),
        status="" if to_act is None else f"{('Black', 'White')[to_act]} to move.",
        prompt="Place a stone." if own_turn else "",
    )


def game_at(ply: int, *, to_act: int | None = 0, status: str = "active") -> Game:
    """A game of ada and bob after so many moves, of which nothing matters but their number."""
    people = [("black", "ada"), ("white", "bob")]
    return Game(
        id="g",
        ruleset="some-game",
        ruleset_version=1,
        options={},
        status=status,
        seats=tuple(Seat(n, side, Person(name, name)) for n, (side, name) in enumerate(people)),
        to_act=to_act,
        ply=ply,
        revision=ply,
        clock={"kind": "none"},
        offers=(),
        rematch=None,
        result=None,
        note="",
        created_at="",
        finished_at=None,
        spectators=0,
        claim=None,
        moves=("a1",) * ply,
        spent=({},) * ply,
        scene=Scene(3, 3, status="Black to move.", prompt="Your turn."),
        cursor="0-1",
    )
