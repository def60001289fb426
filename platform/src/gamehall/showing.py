"""The scene of a stored game at any ply, by its rules or, where these are gone, by what was kept with each move."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from gamehall.game import Mark, Refusal, Ruleset, Scene
from gamehall.gamelog import Game, GameState, Rulesets
from gamehall.languages import ENGLISH, N_, catalogue, language
from gamehall.naming import say, sentence
from gamehall.notes import note_words
from gamehall.records.diagrams import Diagram

__all__ = ["ending_words", "forbidden_at", "scene_at"]

_ = catalogue(__name__)

log = logging.getLogger(__name__)

T = TypeVar("T")

# The hall's reasons for an end, of which the rules know nothing.
_LOST = {
    "resigned": N_("{side} resigned."),
    "time": N_("{side} ran out of time."),
    "left": N_("{side} left."),
}
_WITHOUT_WINNER = {
    "agreed": N_("Both agreed on a draw."),
    "left": N_("One player left; the other took a draw."),
    "aborted": N_("Aborted before everybody had moved. Nobody wins."),
    "aborted-by-operator": N_("Aborted by whoever runs this hall. Nobody wins."),
}


def scene_at(state: GameState, rulesets: Rulesets, viewer: str | None, *, forbidden: Iterable[str] = ()) -> Scene:
    """The scene at the state's ply as this user may see it, None being a stranger.

    Without a ruleset that can show it the scene is put together from what was stored with each move. `forbidden`
    are cells to be marked so, such as those that `forbidden_at` names.
    """
    scene = _scene_at(state, rulesets, viewer)
    marked = {mark.cell for mark in scene.marks if mark.kind == "forbidden"}
    cells = [cell for cell in forbidden if cell not in marked]
    if not cells:
        return scene
    return msgspec.structs.replace(scene, marks=(*scene.marks, *(Mark(cell, "forbidden") for cell in cells)))


def forbidden_at(state: GameState, rulesets: Rulesets) -> Mapping[str, Refusal]:
    """The cells that whoever is to act at the state's ply may not take though they look free, each with why."""
    return _by_rules(state, rulesets, lambda ruleset, position: ruleset.forbidden(position)) or {}


def _scene_at(state: GameState, rulesets: Rulesets, viewer: str | None) -> Scene:
    found = state.game
    now = state.ply == found.ply
    seat = found.seat_of(viewer)
    final = msgspec.json.decode(state.final_scene, type=Scene) if now and state.final_scene is not None else None
    by_rules = _by_rules(state, rulesets, lambda ruleset, position: ruleset.scene(position, seat))
    if final is not None:
        # It was stored in English as spectators saw it; whoever sat at the far side goes on sitting there.
        if by_rules is None:
            return final
        status = final.status if language() == ENGLISH else by_rules.status
        return msgspec.structs.replace(final, status=status, turned=by_rules.turned)
    scene = by_rules or _stored_scene(state)
    if now and found.status == "active":
        return scene
    status = _ending(scene, found, rulesets.get(found.ruleset)) if now else scene.status
    return msgspec.structs.replace(scene, inputs=(), prompt="", status=status)


def _by_rules(state: GameState, rulesets: Rulesets, ask: Callable[[Ruleset[Any, Any], Any], T]) -> T | None:
    """What the ruleset says of the state's position; None where it is gone, or cannot make sense of it any more.

    Rules of another version are asked only about running games, which are checked: the same text may mean something
    else to them.
    """
    found = state.game
    if (ruleset := rulesets.get(found.ruleset)) is None:
        return None
    if found.status != "active" and found.ruleset_version != ruleset.version:
        return None
    try:
        return ask(ruleset, msgspec.json.decode(state.position, type=ruleset.Position))
    except (Exception, SystemExit):
        log.exception("the rules of %s cannot show game %s at ply %d", found.ruleset, found.id, state.ply)
        return None


def _ending(scene: Scene, found: Game, ruleset: Ruleset[Any, Any] | None) -> str:
    if found.status == "suspended":
        return note_words(found.note) or _("The game is suspended.")
    return ending_words(scene, found.winner, found.reason, ruleset)


def ending_words(scene: Scene, winner: int | None, reason: str | None, ruleset: Ruleset[Any, Any] | None) -> str:
    """How a game ended: what the rules cannot know of, or else the status of its last scene."""
    if winner is None:
        said = _WITHOUT_WINNER.get(reason or "")
        return _(said) if said else scene.status
    if reason not in _LOST:
        return scene.status
    sides = [say(ruleset, side) for side in scene.sides]
    loser = next(side for seat, side in enumerate(sides) if seat != winner)
    told = (_(_LOST[reason], side=loser), _("{side} wins.", side=sides[winner]))
    return " ".join(map(sentence, told))


def _stored_scene(state: GameState) -> Scene:
    diagram = Diagram(msgspec.json.decode(state.start_scene, type=Scene))
    for move in state.shown[: state.ply]:
        diagram.change(move.cells, move.sides)
    return diagram.scene()
