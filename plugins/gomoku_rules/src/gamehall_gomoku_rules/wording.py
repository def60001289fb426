"""The sentences that players of a line game read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gamehall.game import Input, Refusal

from .openings import BLACK, KEEP, MORE, SWAP, WHITE, Choose, Offer, Pick, Step, Stone, offers_number
from .position import FREE, PASS, LinePosition
from .symmetry import twins

if TYPE_CHECKING:
    from .linegame import LineGameOf

    AnyGame = LineGameOf[Any]

__all__ = ["choice_label", "not_now", "number", "occupied", "prompt", "status", "step_due"]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_DRAWN = {
    "board-full": "the board is full",
    "no-moves": "neither side may place a stone",
    "both-passed": "both sides passed",
}
_FOULS = {
    "forbidden-overline": "a row of more than five",
    "forbidden-double-four": "two fours at once",
    "forbidden-double-three": "two open threes at once",
}


def number(count: int) -> str:
    """The number in words, where it is small enough."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _ordinal(index: int) -> str:
    return _ORDINALS[index] if index < len(_ORDINALS) else f"number {index + 1}"


def _actor(game: AnyGame, position: LinePosition) -> str:
    seat = game.to_act(position)
    return "" if seat is None else game.sides(position)[seat]


def status(game: AnyGame, position: LinePosition) -> str:
    """What is going on, for everybody."""
    return _with_remark(game, position, _standing(game, position))


def _with_remark(game: AnyGame, position: LinePosition, sentence: str) -> str:
    remark = game.remark(position)
    return f"{sentence} {remark}" if remark else sentence


def _standing(game: AnyGame, position: LinePosition) -> str:
    ending = position.ending
    if ending is not None:
        if ending.winner is None:
            return f"Draw: {_DRAWN.get(ending.reason, ending.reason)}."
        sides = game.sides(position)
        winner, loser = sides[ending.winner], sides[1 - ending.winner]
        if ending.reason in _FOULS:
            return f"{winner.capitalize()} wins: {loser} made {_FOULS[ending.reason]}, which is forbidden."
        return f"{winner.capitalize()} wins{game.winning(position)}."
    actor, step = _actor(game, position).capitalize(), game.step(position)
    return f"{actor} to move{_stones_left(position)}." if step is None else f"{actor} to {_task(game, position, step)}."


def prompt(game: AnyGame, position: LinePosition, inputs: Sequence[Input] = ()) -> str:
    """What is asked of the player who decides between these inputs."""
    step = game.step(position)
    if inputs and inputs[0].move == PASS:
        sentence = "No free point is allowed: you have to pass."
    elif step is not None:
        task = _task(game, position, step)
        sentence = f"{task[0].upper()}{task[1:]}."
    else:
        sentence = f"Your move as {_actor(game, position)}{_stones_left(position)}."
    return _with_remark(game, position, sentence)


def _task(game: AnyGame, position: LinePosition, step: Step) -> str:
    """What the opening's step asks for, to follow "Black to"."""
    match step:
        case Choose():
            return f"choose: {_choices(game, position, step)}"
        case Offer():
            count = step.count or position.offers
            left = count - len(position.offered)
            offered = f"{number(left)} more" if position.offered else number(left)
            points = "point" if left == 1 else "points"
            return f"offer {offered} {points} for the {_ordinal(_stones(position))} stone, {_kind(game, position)} one"
        case Pick():
            stone = _ordinal(_stones(position))
            return f"pick one of the offered points for the {stone} stone, {_kind(game, position)} one"
        case Stone():
            return f"place {_opening_stone(game, position, step)}"


def choice_label(game: AnyGame, position: LinePosition, step: Choose, choice: str) -> str:
    """The words on the button of one of the opening's decisions."""
    offers = offers_number(choice)
    if offers is not None and _is_number_asked(step):
        return number(offers).capitalize()
    return _choice(game, position, choice).capitalize()


def _is_number_asked(step: Choose) -> bool:
    return all(offers_number(choice) is not None for choice in step.choices)


def step_due(game: AnyGame, position: LinePosition) -> Refusal:
    """The refusal of anything else while the opening asks for a decision or an offer."""
    return Refusal("illegal-move", prompt(game, position))


def occupied(position: LinePosition, point: int) -> Refusal:
    """The refusal of a point that is not free."""
    name = position.grid.names[point]
    return Refusal("occupied", f"{name} is already taken.", (name,))


def not_now(position: LinePosition, step: Step, point: int) -> Refusal:
    """The refusal of a free point that the opening's step does not allow."""
    name, stone = position.grid.names[point], _ordinal(_stones(position))
    if isinstance(step, Stone) and step.zone is not None:
        where = step.zone.words(position.width, position.height)
        return Refusal("not-in-zone", f"In this opening the {stone} stone is placed {where}.", (name,))
    offered = tuple(position.grid.names[each] for each in position.offered)
    if isinstance(step, Pick):
        return Refusal("not-offered", f"Pick one of the points that were offered: {', '.join(offered)}.", offered)
    if point in position.offered:
        return Refusal("already-offered", f"{name} has been offered already; offer another point.", (name,))
    same = next(each for each in position.offered if point in twins(position, each))
    twin = position.grid.names[same]
    return Refusal("symmetric-offer", f"{name} leads to the same position as {twin}, turned or mirrored.", (name, twin))


def _stones(position: LinePosition) -> int:
    return len(position.board) - position.board.count(FREE)


def _stones_left(position: LinePosition) -> str:
    return f", {number(position.left)} stones to place" if position.left > 1 else ""


def _kind(game: AnyGame, position: LinePosition) -> str:
    return f"a {game.kind(position.stone)}"


def _opening_stone(game: AnyGame, position: LinePosition, step: Stone) -> str:
    words = f"the {_ordinal(_stones(position))} stone"
    if position.seat_of(position.stone) != game.to_act(position) or step.by != "next":
        words += f", {_kind(game, position)} one"
    if step.zone is not None:
        words += f", {step.zone.words(position.width, position.height)}"
    return words


def _choice(game: AnyGame, position: LinePosition, choice: str) -> str:
    if choice in (BLACK, WHITE):
        side = game.seats[(BLACK, WHITE).index(choice)]
        return f"{'stay' if side == _actor(game, position) else 'take'} {side}"
    if choice == MORE:
        return f"place {number(_stones_to_come(game, position))} more stones"
    if (offered := offers_number(choice)) is not None:
        return f"have {number(offered)} {'point' if offered == 1 else 'points'} offered"
    return {SWAP: "swap sides", KEEP: "keep sides"}[choice]


def _choices(game: AnyGame, position: LinePosition, step: Choose) -> str:
    if _is_number_asked(step):
        first, last = (number(offers_number(choice) or 0) for choice in (step.choices[0], step.choices[-1]))
        return f"how many points will be offered for the fifth stone, {first} to {last}"
    *others, last = (_choice(game, position, choice) for choice in step.choices)
    return f"{', '.join(others)} or {last}" if others else last


def _stones_to_come(game: AnyGame, position: LinePosition) -> int:
    steps = game.openings[position.opening].steps[(position.step or 0) + 1 :]
    choices = (index for index, step in enumerate(steps) if isinstance(step, Choose))
    return next(choices, len(steps))
