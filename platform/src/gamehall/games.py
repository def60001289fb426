"""Games from their start to their end. A game is a log: each move is stored with the position that it led to.

The rules are asked outside the transaction, which then only appends what they said, on the condition that the game
still stands where it was read. Of two writers at once the database lets one win; the other looks again.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.answers import Played
from gamehall.clocks import Spent, Terms, Times, begin, flag_at, has_fallen, move_made
from gamehall.declare import Host
from gamehall.endings import check_active, fall_flag
from gamehall.events import LOBBY, NewEvent
from gamehall.feed import emit
from gamehall.game import Position, Refusal, Ruleset, Scene, read_options
from gamehall.gamelog import Game, Offer, Rulesets, Shown, load_game, load_game_and_position, position_text
from gamehall.languages import ENGLISH, catalogue, speaking
from gamehall.notes import RULES_FAILED, note_words
from gamehall.origins import at_work
from gamehall.problems import Problem
from gamehall.recording import Desk, Known, Made, Step, answer_to
from gamehall.records.canonical import digest
from gamehall.replays import check_game
from gamehall.standing import MovedOn, suspend_game
from gamehall.tables import game, game_move, game_seat, new_id, now

__all__ = [
    "Opening",
    "open_game",
    "play",
    "start_game",
    "stored_scene",
]

_ = catalogue(__name__)


log = logging.getLogger(__name__)

_ATTEMPTS = 10


class Opening(msgspec.Struct, frozen=True):
    """A game as its rules start it."""

    ruleset: str
    version: int
    options: str
    position: str
    scene: str
    sides: tuple[str, ...]
    to_act: int | None


def open_game(ruleset: Ruleset[Any, Any], options: Mapping[str, Any]) -> Opening:
    """Asks the rules how a game with these options starts. Raises msgspec.ValidationError for wrong options."""
    chosen = read_options(ruleset, options)
    position = ruleset.start(chosen)
    return Opening(
        ruleset=ruleset.key,
        version=ruleset.version,
        options=_json(chosen),
        position=_json(position),
        scene=stored_scene(ruleset, position),
        sides=ruleset.sides(position),
        to_act=ruleset.to_act(position),
    )


def stored_scene(ruleset: Ruleset[Any, Any], position: Position) -> str:
    """The scene as a stranger sees it, in the language in which everything is stored."""
    with speaking(ENGLISH):
        return _json(ruleset.scene(position, None))


def start_game(
    connection: sa.Connection, opening: Opening, players: Sequence[str], terms: Terms, hall_time: int
) -> str:
    """Starts a game of these users, by seat, with a clock by these terms, and tells them; its id."""
    game_id = new_id()
    times = begin(terms, len(players), opening.to_act, hall_time)
    row = {
        "id": game_id,
        "ruleset": opening.ruleset,
        "ruleset_version": opening.version,
        "options": opening.options,
        "status": "active",
        "ply": 0,
        "to_act": opening.to_act,
        "clock": _json(terms),
        "times": _json(times),
        "flag_at": flag_at(terms, times),
        "turn_at": hall_time,
        "note": "",
        "sides": _json(opening.sides),
        "start_position": opening.position,
        "start_scene": opening.scene,
        "created_at": now(),
    }
    connection.execute(game.insert(), row)
    connection.execute(
        game_seat.insert(), [{"game_id": game_id, "seat": n, "user_id": user_id} for n, user_id in enumerate(players)]
    )
    started = load_game(connection, game_id)
    data = {
        "game_id": game_id,
        "ruleset": opening.ruleset,
        "to_act": opening.to_act,
        "clock": started.clock_at(hall_time),
        "seats": [{"seat": s.seat, "side": started.sides[s.seat], "username": s.username} for s in started.seats],
    }
    emit(connection, [NewEvent("game_started", (*started.channels, LOBBY), data)])
    return game_id


async def play(
    host: Host, game_id: str, user_id: str, move: str | tuple[int, int], ply: int | None = None, seen: str = ""
) -> Played:
    """Plays a move, given by its name or by (row, column) from the top left, and tells who must learn of it.

    With `ply`, the moves already made, the call can be repeated: the same move of the same player at the same ply
    gets the first answer again. With `seen`, the beginning of the digest of the position that the player looked at,
    a move that was meant for another one is `stale-ply`, as after a turn was taken back. Raises Problem `not-found`,
    `forbidden`, `game-over`, `game-suspended`, `not-your-turn`, `stale-ply` or `illegal-move`; then nothing has
    changed, but that a flag may have fallen.
    """
    hall_time = host.hall_time()  # when the move arrived: the hall's own work is charged to nobody
    desk = host.kept(Desk)
    known = desk.known(game_id)
    if known is not None and (step := _ask_from_memory(host, known, user_id, move, ply, seen, hall_time)) is not None:
        with contextlib.suppress(MovedOn):
            return await desk.put_down(step)
    for _attempt in range(_ATTEMPTS):
        found, text, answered = await host.read(_look, host.rulesets, game_id, user_id, move, ply, seen)
        if answered is not None:
            return answered
        if has_fallen(found.terms, found.times, hall_time):
            await host.write(fall_flag, game_id, hall_time)
            continue
        ruleset = host.rulesets[found.ruleset]
        if found.ruleset_version != ruleset.version:
            await check_game(host, game_id)
            continue
        try:
            before: Position = msgspec.json.decode(text, type=ruleset.Position)
            step = _ask(ruleset, found, before, move, hall_time)
        except Problem:
            raise
        except (Exception, SystemExit) as error:
            with at_work(host.plugin_of(found.ruleset)):
                log.exception("the rules of %s failed in game %s", found.ruleset, game_id)
            if host.settings.strict:
                raise
            note = RULES_FAILED.format(error=type(error).__name__)
            await host.write(suspend_game, game_id, note)
            raise Problem("game-suspended", note_words(note)) from error
        try:
            return await desk.put_down(step)
        except MovedOn:
            continue
    raise Problem("busy", _("Many moves arrive in this game at once; look at it again."))


def _look(
    connection: sa.Connection,
    rulesets: Rulesets,
    game_id: str,
    user_id: str,
    move: str | tuple[int, int],
    ply: int | None,
    seen: str,
) -> tuple[Game, str, Played | None]:
    """The game and its position, for a user who may move now; or the answer to a move that was made already."""
    found, position = load_game_and_position(connection, game_id)
    seat = found.seat_of(user_id)
    if seat is None:
        raise Problem("forbidden", _("Only the players of a game can move in it."))
    if ply is not None and ply != found.ply:
        return found, "", _first_answer(connection, rulesets, found, user_id, move, ply)
    check_active(found)
    if found.to_act != seat:
        raise Problem("not-your-turn", _("It is your opponent's turn."), ply=found.ply, to_act=found.to_act)
    if seen and not digest(position).startswith(seen):
        sentence = _("The game has moved on to another position.")
        raise Problem("stale-ply", sentence, ply=found.ply, to_act=found.to_act)
    if found.ruleset not in rulesets:
        raise Problem(
            "game-suspended",
            _("The rules of this game ({ruleset}) are not installed here any more.", ruleset=found.ruleset),
        )
    return found, position, None


def _ask_from_memory(
    host: Host,
    known: Known,
    user_id: str,
    move: str | tuple[int, int],
    ply: int | None,
    seen: str,
    hall_time: int,
) -> Step | None:
    """What the rules say about a move in a game that this worker remembers; None wherever that is not a plain move,
    because what is remembered may be wrong."""
    found, before = known
    ruleset = host.rulesets.get(found.ruleset)
    plain = (
        ruleset is not None
        and ruleset.version == found.ruleset_version
        and found.to_act is not None
        and found.seats[found.to_act].user_id == user_id
        and ply in (None, found.ply)
        and not has_fallen(found.terms, found.times, hall_time)
        and (not seen or digest(_json(before)).startswith(seen))
    )
    if ruleset is None or not plain:
        return None
    try:
        return _ask(ruleset, found, before, move, hall_time)
    except (Exception, SystemExit):  # noqa: BLE001 - it happens once more by what is stored, where it is answered
        return None


def _ask(
    ruleset: Ruleset[Any, Any], found: Game, before: Position, move: str | tuple[int, int], hall_time: int
) -> Step:
    name = move if isinstance(move, str) else ruleset.move_at(before, *move)
    if (refusal := ruleset.refusal(before, name)) is not None:
        if not isinstance(move, str) and _is_off(ruleset.scene(before, None), *move):
            refusal = Refusal("out-of-board", _("There is no such place on this board."))
        raise Problem("illegal-move", refusal.detail, code=refusal.code, cells=list(refusal.cells))
    after = ruleset.play(before, name)
    outcome = ruleset.outcome(after)
    seat = ruleset.to_act(before)
    if seat is None or (outcome is None and ruleset.to_act(after) is None):
        raise ValueError(f"{ruleset.key} has nobody to act in a game that goes on")
    to_act = None if outcome else ruleset.to_act(after)
    times, spent = move_made(found.terms, found.times, to_act, hall_time)
    moved = msgspec.structs.replace(
        found,
        revision=found.revision + 1,
        ply=found.ply + 1,
        to_act=to_act,
        times=times,
        offers=() if outcome else tuple(each for each in found.offers if _outlasts(each, seat)),
        turn_at=found.turn_at if to_act == seat else hall_time,
        noticed=found.noticed and to_act == seat,
        status="finished" if outcome else "active",
        winner=outcome.winner if outcome else None,
        reason=outcome.reason if outcome else None,
        sides=ruleset.sides(after),
    )
    return Step(
        at=hall_time,
        before=found,
        after=moved,
        seat=seat,
        move=name,
        reached=after,
        shown=Shown(ruleset.changes(before, name, after), moved.sides),
        spent=spent,
        final_scene=stored_scene(ruleset, after) if outcome else None,
    )


def _outlasts(offer: Offer, mover: int) -> bool:
    """Whether an offer still waits after a move: a draw goes with one's own move, the other's move declines it."""
    return offer.kind == "draw" and offer.seat == mover and not offer.declined


def _is_off(scene: Scene, row: int, column: int) -> bool:
    return row >= scene.height or column >= scene.width


def _first_answer(
    connection: sa.Connection,
    rulesets: Rulesets,
    found: Game,
    user_id: str,
    move: str | tuple[int, int],
    ply: int,
) -> Played:
    """The answer to a move that was made already, for a client that did not get it."""
    made = None
    if ply < found.ply:
        made = connection.execute(
            sa.select(game_move).where(game_move.c.game_id == found.id, game_move.c.ply == ply + 1)
        ).first()
    if made is not None and found.seats[made.seat].user_id == user_id:
        name = move if isinstance(move, str) else _name_then(connection, rulesets, found, ply, move)
        if name == made.move:
            spent = msgspec.json.decode(made.spent, type=Spent)
            times = msgspec.json.decode(made.times, type=Times)
            return answer_to(found, Made(made.ply, made.move, made.seat, made.to_act, spent, times, made.cursor))
    raise Problem(
        "stale-ply",
        _("The game stands at ply {ply}, not {asked}.", ply=found.ply, asked=ply),
        ply=found.ply,
        to_act=found.to_act,
    )


def _name_then(
    connection: sa.Connection, rulesets: Rulesets, found: Game, ply: int, place: tuple[int, int]
) -> str | None:
    """The move that touching this place meant at an earlier ply; None where the rules of now cannot tell."""
    if (ruleset := rulesets.get(found.ruleset)) is None:
        return None
    text = position_text(connection, found.id, ply)
    try:
        return ruleset.move_at(msgspec.json.decode(text, type=ruleset.Position), *place)
    except (Exception, SystemExit):
        log.exception("the rules of %s cannot read an earlier position of game %s", found.ruleset, found.id)
        return None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
