"""The sentences that players of a line game read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gamehall.game import Input, Refusal

from .openings import BLACK, KEEP, MORE, SWAP, WHITE, Choose, Stone, Zone
from .position import FREE, PASS, LinePosition

if TYPE_CHECKING:
    from .linegame import LineGame

__all__ = ["choice_due", "choice_label", "not_in_zone", "prompt", "status"]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_DRAWN = {"board-full": "the board is full", "no-moves": "neither side may place a stone"}


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _ordinal(index: int) -> str:
    return _ORDINALS[index] if index < len(_ORDINALS) else f"number {index + 1}"


def _actor(game: LineGame, position: LinePosition) -> str:
    seat = game.to_act(position)
    return "" if seat is None else game.sides(position)[seat]


def status(game: LineGame, position: LinePosition) -> str:
    """What is going on, for everybody."""
    ending = position.ending
    if ending is not None:
        if ending.winner is None:
            return f"Draw: {_DRAWN.get(ending.reason, ending.reason)}."
        winner = game.sides(position)[ending.winner].capitalize()
        return f"{winner} wins with {_number(game.line.length)} in a row." if position.line else f"{winner} wins."
    actor, step = _actor(game, position).capitalize(), game.step(position)
    if isinstance(step, Choose):
        return f"{actor} to choose: {_choices(game, position, step)}."
    if isinstance(step, Stone):
        return f"{actor} to place {_opening_stone(game, position, step)}."
    return f"{actor} to move{_stones_left(position)}."


def prompt(game: LineGame, position: LinePosition, inputs: Sequence[Input] = ()) -> str:
    """What is asked of the player who decides between these inputs."""
    step = game.step(position)
    if inputs and inputs[0].move == PASS:
        return "No free point is allowed: you have to pass."
    if isinstance(step, Choose):
        return f"Choose: {_choices(game, position, step)}."
    if isinstance(step, Stone):
        return f"Place {_opening_stone(game, position, step)}."
    return f"Your move as {_actor(game, position)}{_stones_left(position)}."


def choice_label(game: LineGame, position: LinePosition, choice: str) -> str:
    """The words on the button of one of the opening's decisions."""
    return _choice(game, position, choice).capitalize()


def choice_due(game: LineGame, position: LinePosition) -> Refusal:
    """The refusal of anything else while a decision is asked for."""
    return Refusal("illegal-move", prompt(game, position))


def not_in_zone(position: LinePosition, zone: Zone, move: str) -> Refusal:
    """The refusal of a point that the opening does not allow now."""
    where = zone.words(position.width, position.height)
    stone = _ordinal(_stones(position))
    return Refusal("not-in-zone", f"In this opening the {stone} stone is placed {where}.", (move,))


def _stones(position: LinePosition) -> int:
    return len(position.board) - position.board.count(FREE)


def _stones_left(position: LinePosition) -> str:
    return f", {_number(position.left)} stones to place" if position.left > 1 else ""


def _opening_stone(game: LineGame, position: LinePosition, step: Stone) -> str:
    words = f"the {_ordinal(_stones(position))} stone"
    if position.seat_of(position.stone) != game.to_act(position) or step.seat is not None:
        words += f", a {game.kind(position.stone)} one"
    if step.zone is not None:
        words += f", {step.zone.words(position.width, position.height)}"
    return words


def _choice(game: LineGame, position: LinePosition, choice: str) -> str:
    if choice in (BLACK, WHITE):
        side = game.seats[(BLACK, WHITE).index(choice)]
        return f"{'stay' if side == _actor(game, position) else 'take'} {side}"
    if choice == MORE:
        return f"place {_number(_stones_to_come(game, position))} more stones"
    return {SWAP: "swap sides", KEEP: "keep sides"}[choice]


def _choices(game: LineGame, position: LinePosition, step: Choose) -> str:
    *others, last = (_choice(game, position, choice) for choice in step.choices)
    return f"{', '.join(others)} or {last}" if others else last


def _stones_to_come(game: LineGame, position: LinePosition) -> int:
    steps = game.openings[position.opening].steps[(position.step or 0) + 1 :]
    choices = (index for index, step in enumerate(steps) if isinstance(step, Choose))
    return next(choices, len(steps))
