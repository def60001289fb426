"""The API's answers, made from what the hall's functions give."""

from __future__ import annotations

from typing import Any

import msgspec

from gamehall.accounts import User
from gamehall.answers import Challenge, Claim, Game, GameSummary, ListedGame, Me, Offered, Person, RulesetInfo, Seat
from gamehall.challenges import Challenge as StoredChallenge
from gamehall.clocks import receipt
from gamehall.game import Ruleset, Scene, options_schema
from gamehall.gamelog import Game as StoredGame
from gamehall.gamelog import GameState

__all__ = ["challenge_view", "game_summary", "game_view", "listed_game", "me", "ruleset_view"]


def me(user: User) -> Me:
    return Me(user.username, user.display_name, user.id, user.email, user.is_admin, user.mail_notices)


def ruleset_view(plugin: str, ruleset: Ruleset[Any, Any]) -> RulesetInfo:
    return RulesetInfo(
        key=ruleset.key,
        title=ruleset.title,
        summary=ruleset.summary,
        plugin=plugin,
        version=ruleset.version,
        seats=ruleset.seats,
        options=options_schema(ruleset),
        presets={name: dict(options) for name, options in ruleset.presets.items()},
    )


def challenge_view(found: StoredChallenge, invite_url: str | None = None) -> Challenge:
    return Challenge(
        id=found.id,
        status=found.status,
        ruleset=found.ruleset,
        options=found.options,
        clock=msgspec.to_builtins(found.clock),
        challenger=Person(found.challenger, found.challenger_name),
        opponent=Person(found.opponent, found.opponent_name or "") if found.opponent else None,
        seat=found.seat,
        link=found.by_link,
        pair=found.pair,
        game_id=found.game_id,
        created_at=found.created_at,
        expires_at=found.expires_after,
        invite_url=invite_url or msgspec.UNSET,
    )


def game_summary(found: StoredGame, hall_time: int) -> GameSummary:
    """The game with its clock as it stands at this moment of the hall's time."""
    return GameSummary(**_summary(found, hall_time))


def listed_game(found: StoredGame, hall_time: int, spectators: int) -> ListedGame:
    """The same with the number of those who watch it."""
    return ListedGame(**_summary(found, hall_time), spectators=spectators)


def game_view(state: GameState, scene: Scene, hall_time: int, spectators: int, claim: Claim | None) -> Game:
    """The whole game with its clock as it stands at this moment of the hall's time."""
    return Game(
        **_summary(state.game, hall_time),
        spectators=spectators,
        claim=claim,
        moves=tuple(move for _, move in state.moves),
        spent=tuple(receipt(each) for each in state.spent),
        scene=scene,
        cursor=state.cursor,
        movers=tuple(mover for mover, _ in state.moves),
        declined=tuple(Offered(each.kind, each.seat) for each in state.game.offers if each.declined),
    )


def _summary(found: StoredGame, hall_time: int) -> dict[str, Any]:
    people = [(each.seat, Person(each.username, each.display_name)) for each in found.seats]
    return {
        "id": found.id,
        "ruleset": found.ruleset,
        "ruleset_version": found.ruleset_version,
        "options": found.options,
        "status": found.status,
        "seats": tuple(Seat(seat, found.sides[seat], person) for seat, person in people),
        "to_act": found.to_act,
        "ply": found.ply,
        "revision": found.revision,
        "clock": found.clock_at(hall_time),
        "offers": tuple(Offered(each.kind, each.seat) for each in found.offers if not each.declined),
        "rematch": found.rematch_id,
        "result": found.result,
        "note": found.note,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
    }
