"""The sentences that players of a line game read.

Where a sentence is put together, each part is a text of its own that has one form wherever it stands: what an
opening asks for is said so that it can follow a side as well as begin a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gamehall.game import Input, Refusal
from gamehall.languages import N_, catalogue
from gamehall.naming import say, sentence

from .openings import BLACK, KEEP, MORE, SWAP, WHITE, Choose, Offer, Pick, Step, Stone, Zone, offers_number
from .position import FREE, PASS, LinePosition
from .symmetry import twins

if TYPE_CHECKING:
    from .linegame import LineGameOf

    AnyGame = LineGameOf[Any]

__all__ = ["choice_label", "not_now", "number", "occupied", "prompt", "status", "step_due"]

_ = catalogue(__name__)

_NUMBERS = (
    N_("no"),
    N_("one"),
    N_("two"),
    N_("three"),
    N_("four"),
    N_("five"),
    N_("six"),
    N_("seven"),
    N_("eight"),
    N_("nine"),
    N_("ten"),
)
_STONES = (
    N_("the first stone"),
    N_("the second stone"),
    N_("the third stone"),
    N_("the fourth stone"),
    N_("the fifth stone"),
    N_("the sixth stone"),
    N_("the seventh stone"),
    N_("the eighth stone"),
    N_("the ninth stone"),
    N_("the tenth stone"),
)
_DRAWN = {
    "board-full": N_("Draw: the board is full."),
    "no-moves": N_("Draw: neither side may place a stone."),
    "both-passed": N_("Draw: both sides passed."),
}
_FOULS = {
    "forbidden-overline": N_("{winner} wins: {loser} made a row of more than five, which is forbidden."),
    "forbidden-double-four": N_("{winner} wins: {loser} made two fours at once, which is forbidden."),
    "forbidden-double-three": N_("{winner} wins: {loser} made two open threes at once, which is forbidden."),
}


def number(count: int) -> str:
    """The number in words, where it is small enough."""
    return _(_NUMBERS[count]) if count < len(_NUMBERS) else str(count)


def _stone(position: LinePosition) -> str:
    """The stone that is placed next: the third one, say."""
    placed = len(position.board) - position.board.count(FREE)
    return _(_STONES[placed]) if placed < len(_STONES) else _("the number {number} stone", number=placed + 1)


def _actor(game: AnyGame, position: LinePosition) -> str:
    seat = game.to_act(position)
    return "" if seat is None else say(game, game.sides(position)[seat])


def status(game: AnyGame, position: LinePosition) -> str:
    """What is going on, for everybody."""
    return _with_remark(game, position, sentence(_standing(game, position)))


def _with_remark(game: AnyGame, position: LinePosition, told: str) -> str:
    remark = game.remark(position)
    return f"{told} {remark}" if remark else told


def _standing(game: AnyGame, position: LinePosition) -> str:
    ending = position.ending
    if ending is not None:
        if ending.winner is None:
            return _(_DRAWN[ending.reason]) if ending.reason in _DRAWN else _("Draw: {reason}.", reason=ending.reason)
        sides = [say(game, side) for side in game.sides(position)]
        winner, loser = sides[ending.winner], sides[1 - ending.winner]
        if ending.reason in _FOULS:
            return _(_FOULS[ending.reason], winner=winner, loser=loser)
        return game.winning(position, winner)
    actor, step = _actor(game, position), game.step(position)
    if step is not None:
        return _("{side} to {task}.", side=actor, task=_task(game, position, step))
    if position.left > 1:
        return _("{side} to move, {number} stones to place.", side=actor, number=number(position.left))
    return _("{side} to move.", side=actor)


def prompt(game: AnyGame, position: LinePosition, inputs: Sequence[Input] = ()) -> str:
    """What is asked of the player who decides between these inputs."""
    step, actor = game.step(position), _actor(game, position)
    if inputs and inputs[0].move == PASS:
        told = _("No free point is allowed: you have to pass.")
    elif step is not None:
        told = f"{_task(game, position, step)}."
    elif position.left > 1:
        told = _("Your move as {side}, {number} stones to place.", side=actor, number=number(position.left))
    else:
        told = _("Your move as {side}.", side=actor)
    return _with_remark(game, position, sentence(told))


def _task(game: AnyGame, position: LinePosition, step: Step) -> str:
    """What the opening's step asks for, to follow "Black to"."""
    match step:
        case Choose():
            return _choices(game, position, step)
        case Offer():
            left = (step.count or position.offers) - len(position.offered)
            values = {"number": number(left), "stone": _coloured(game, position)}
            if position.offered:
                return _.ngettext(
                    "offer {number} more point for {stone}", "offer {number} more points for {stone}", left, **values
                )
            return _.ngettext("offer {number} point for {stone}", "offer {number} points for {stone}", left, **values)
        case Pick():
            return _("pick one of the offered points for {stone}", stone=_coloured(game, position))
        case Stone():
            return _("place {stone}", stone=_opening_stone(game, position, step))


def choice_label(game: AnyGame, position: LinePosition, step: Choose, choice: str) -> str:
    """The words on the button of one of the opening's decisions."""
    offers = offers_number(choice)
    if offers is not None and _is_number_asked(step):
        return sentence(number(offers))
    return sentence(_choice(game, position, choice))


def _is_number_asked(step: Choose) -> bool:
    return all(offers_number(choice) is not None for choice in step.choices)


def step_due(game: AnyGame, position: LinePosition) -> Refusal:
    """The refusal of anything else while the opening asks for a decision or an offer."""
    return Refusal("illegal-move", prompt(game, position))


def occupied(position: LinePosition, point: int) -> Refusal:
    """The refusal of a point that is not free."""
    name = position.grid.names[point]
    return Refusal("occupied", _("{name} is already taken.", name=name), (name,))


def not_now(position: LinePosition, step: Step, point: int) -> Refusal:
    """The refusal of a free point that the opening's step does not allow."""
    name = position.grid.names[point]
    if isinstance(step, Stone) and step.zone is not None:
        where = _zone(step.zone, position)
        detail = _("In this opening {stone} is placed {where}.", stone=_stone(position), where=where)
        return Refusal("not-in-zone", detail, (name,))
    offered = tuple(position.grid.names[each] for each in position.offered)
    if isinstance(step, Pick):
        detail = _("Pick one of the points that were offered: {points}.", points=", ".join(offered))
        return Refusal("not-offered", detail, offered)
    if point in position.offered:
        detail = _("{name} has been offered already; offer another point.", name=name)
        return Refusal("already-offered", detail, (name,))
    same = next(each for each in position.offered if point in twins(position, each))
    twin = position.grid.names[same]
    detail = _("{name} leads to the same position as {twin}, turned or mirrored.", name=name, twin=twin)
    return Refusal("symmetric-offer", detail, (name, twin))


def _coloured(game: AnyGame, position: LinePosition) -> str:
    """The stone that is placed next, and of which kind it is."""
    kind = say(game, game.kind(position.stone))
    return _("{stone}, a {side} one", stone=_stone(position), side=kind)


def _opening_stone(game: AnyGame, position: LinePosition, step: Stone) -> str:
    own = position.seat_of(position.stone) == game.to_act(position) and step.by == "next"
    stone = _stone(position) if own else _coloured(game, position)
    if step.zone is None:
        return stone
    return _("{stone}, {where}", stone=stone, where=_zone(step.zone, position))


def _zone(zone: Zone, position: LinePosition) -> str:
    """Where the zone is, to follow "a stone" in a sentence."""
    across, down = zone.extent(position.width, position.height)
    if across == down == 1:
        return _("outside the central point") if zone.outside else _("on the central point")
    if zone.outside:
        return _("outside the central {across}×{down} square", across=across, down=down)
    return _("on the central {across}×{down} square", across=across, down=down)


def _choice(game: AnyGame, position: LinePosition, choice: str) -> str:
    if choice in (BLACK, WHITE):
        side = say(game, game.seats[(BLACK, WHITE).index(choice)])
        return _("stay {side}", side=side) if side == _actor(game, position) else _("take {side}", side=side)
    if choice == MORE:
        return _("place {number} more stones", number=number(_stones_to_come(game, position)))
    if (offers := offers_number(choice)) is not None:
        return _.ngettext("have {number} point offered", "have {number} points offered", offers, number=number(offers))
    return {SWAP: _("swap sides"), KEEP: _("keep sides")}[choice]


def _choices(game: AnyGame, position: LinePosition, step: Choose) -> str:
    if _is_number_asked(step):
        first, last = (number(offers_number(choice) or 0) for choice in (step.choices[0], step.choices[-1]))
        return _(
            "choose: how many points will be offered for the fifth stone, {first} to {last}", first=first, last=last
        )
    *others, last = (_choice(game, position, choice) for choice in step.choices)
    if not others:
        return _("choose: {choice}", choice=last)
    return _("choose: {choices} or {last}", choices=", ".join(others), last=last)


def _stones_to_come(game: AnyGame, position: LinePosition) -> int:
    steps = game.openings[position.opening].steps[(position.step or 0) + 1 :]
    choices = (index for index, step in enumerate(steps) if isinstance(step, Choose))
    return next(choices, len(steps))
