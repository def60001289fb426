"""Checks of what a ruleset shows of a position: scenes, inputs, and what a move changes on the board."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from gamehall.game import Position, Ruleset, Scene, board_cells, cell_name

from .trial import Trial

__all__ = ["check_changes", "check_scenes", "scenes_of"]

Standing = dict[str, tuple[str, int | None]]


def check_scenes(trial: Trial, position: Position, moves: list[str]) -> None:
    """Checks the scene of every seat and of a spectator; `moves` are the legal ones."""
    scenes = scenes_of(trial, position)
    shapes = {(s.width, s.height, s.lattice, s.sides, s.status, s.edges) for s in scenes.values()}
    trial.demand(len(shapes) == 1, "size, lattice, sides, status and edges have to be the same for every viewer")
    deciding = trial.ruleset.to_act(position)
    for viewer, scene in scenes.items():
        _check_board(trial, scene)
        if viewer is not None and viewer == deciding:
            _check_inputs(trial, scene, moves)
            trial.demand(scene.prompt.strip(), f"seat {viewer} decides but its scene has no prompt")
        else:
            who = "a spectator" if viewer is None else f"seat {viewer}, which does not decide,"
            trial.demand(not scene.inputs, f"{who} is offered inputs")
            trial.demand(not scene.prompt, f"{who} is given the prompt {scene.prompt!r}")
    _check_sides(trial, position, scenes[None])
    _check_touch(trial, position, scenes[deciding], moves)


def check_changes(trial: Trial, before: Position, move: str, after: Position) -> None:
    """Checks that the changed cells turn the spectator's board before the move into the one after it."""
    changes = list(trial.ruleset.changes(before, move, after))
    cells = [change.cell for change in changes]
    trial.demand(len(set(cells)) == len(cells), f"changes() names a cell twice: {cells}")
    old, new = _standing(scenes_of(trial, before)[None]), _standing(scenes_of(trial, after)[None])
    expected = {cell: new.get(cell, (None, None)) for cell in {*old, *new} if old.get(cell) != new.get(cell)}
    told = {change.cell: (change.kind, change.seat) for change in changes}
    trial.demand(told == expected, f"changes() tells {told}; the scenes differ in {expected}")


def scenes_of(trial: Trial, position: Position) -> dict[int | None, Scene]:
    """The scene of every seat and of a spectator, asked for once while the position stays."""
    if trial.scenes is None or trial.scenes[0] is not position:
        viewers = [None, *range(len(trial.ruleset.seats))]
        trial.scenes = (position, {viewer: _scene(trial, position, viewer) for viewer in viewers})
    return trial.scenes[1]


def _scene(trial: Trial, position: Position, viewer: int | None) -> Scene:
    scene: Scene = trial.ask(trial.ruleset.scene, position, viewer)
    try:
        back = msgspec.json.decode(msgspec.json.encode(scene), type=Scene)
    except (TypeError, msgspec.ValidationError) as error:
        trial.fail(f"scene(position, {viewer}) cannot be sent: {error}")
    trial.demand(back == scene, f"scene(position, {viewer}) changed on the way through JSON; use tuples")
    return scene


def _standing(scene: Scene) -> Standing:
    return {piece.cell: (piece.kind, piece.seat) for piece in scene.pieces}


@cache
def _cells(width: int, height: int) -> frozenset[str]:
    return frozenset(board_cells(width, height))


def _check_board(trial: Trial, scene: Scene) -> None:
    size = (scene.width, scene.height)
    trial.demand(
        min(size) > 0 or size == (0, 0),
        f"the scene is {scene.width} wide and {scene.height} high; a board has cells, and a game without one is 0 by 0",
    )
    trial.demand(scene.status.strip(), "the scene has no status sentence")
    cells = _cells(*size)
    for cell in (
        *(piece.cell for piece in scene.pieces),
        *(mark.cell for mark in scene.marks),
        *(cell for touch in scene.inputs for cell in touch.cells),
    ):
        if cell not in cells:
            where = "which is not on the board of this size" if scene.width else "but it has no board"
            trial.fail(f"the scene names {cell!r}, {where}")
    trial.demand(len(_standing(scene)) == len(scene.pieces), "two pieces stand on one cell")
    seats = {piece.seat for piece in scene.pieces} - {None, *range(len(trial.ruleset.seats))}
    trial.demand(not seats, f"pieces belong to {sorted(map(str, seats))}; there are no such seats")
    strangers = set(scene.edges or ()) - {*range(len(trial.ruleset.seats))}
    trial.demand(not strangers, f"edges belong to {sorted(map(str, strangers))}; there are no such seats")


def _check_inputs(trial: Trial, scene: Scene, moves: list[str]) -> None:
    offered = [touch.move for touch in scene.inputs]
    extra, missing = set(offered) - set(moves), set(moves) - set(offered)
    trial.demand(not extra, f"inputs offer {sorted(extra)}, which moves() does not list")
    trial.demand(not missing, f"no input leads to the legal moves {sorted(missing)}")
    trial.demand(len(offered) == len(set(offered)), "a move can be made by more than one input")
    labels: dict[tuple[str, ...], list[str]] = {}
    for touch in scene.inputs:
        labels.setdefault(touch.cells, []).append(touch.label)
    buttons = labels.pop((), [])
    trial.demand(_differ(buttons), f"buttons need labels of their own; these are {buttons}")
    for cells, choice in labels.items():
        if len(choice) > 1 and not _differ(choice):
            trial.fail(f"touching {cells} means {len(choice)} moves; they need labels of their own, not {choice}")
        shorter = next((cells[:end] for end in range(1, len(cells)) if cells[:end] in labels), None)
        if shorter is not None:
            trial.fail(f"touching {shorter} is a move and the beginning of another, {cells}")


def _differ(labels: list[str]) -> bool:
    return all(label.strip() for label in labels) and len(set(labels)) == len(labels)


def _check_sides(trial: Trial, position: Position, scene: Scene) -> None:
    sides: Any = trial.ruleset.sides(position)
    trial.demand(scene.sides == tuple(sides), f"sides() is {sides} but the scene's sides are {scene.sides}")
    seats = trial.ruleset.seats
    trial.demand(len(scene.sides) == len(seats), f"{len(seats)} seats but {len(scene.sides)} sides")


def _check_touch(trial: Trial, position: Position, scene: Scene, moves: list[str]) -> None:
    """Checks `move_at` on some cells of the board, and just beside it, against the inputs of the one who decides."""
    single: dict[str, list[str]] = {}
    for touch in scene.inputs:
        if len(touch.cells) == 1:
            single.setdefault(touch.cells[0], []).append(touch.move)
    places = [(row, column) for row in range(scene.height) for column in range(scene.width)]
    beside = [(-1, 0), (0, -1), (scene.height, 0), (0, scene.width)]
    # The default reads its answer from a scene made anew: each time it costs one, and there is little to find.
    is_default = type(trial.ruleset).move_at is Ruleset.move_at
    asked = [*trial.sample(places, 1), *trial.sample(beside, 1)] if is_default else [*trial.sample(places, 8), *beside]
    for row, column in asked:
        question = f"move_at(position, {row}, {column})"
        move: str = trial.ask(trial.ruleset.move_at, position, row, column)
        meant = single.get(cell_name(row, column, scene.height), []) if (row, column) in places else []
        if meant:
            trial.demand(move in meant, f"{question} is {move!r}; touching that cell means {' or '.join(meant)}")
        else:
            trial.demand(move not in moves, f"{question} is {move!r}, a move that touching one cell does not mean")
