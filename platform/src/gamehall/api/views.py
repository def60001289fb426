"""The shapes of the API's answers, made from what the hall's functions give."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from gamehall.accounts import User
from gamehall.game import Ruleset, Scene, options_schema
from gamehall.gamelog import Game, GameState
from gamehall.lobby import Challenge

__all__ = [
    "ChallengeView",
    "GameSummary",
    "GameView",
    "Me",
    "Page",
    "Person",
    "RulesetView",
    "SeatView",
    "challenge_view",
    "game_summary",
    "game_view",
    "me",
    "page_of",
    "ruleset_view",
]

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list; `next` is the cursor of the part behind it, null at the end."""

    items: list[T]
    next: str | None


def page_of(items: list[T], limit: int, cursors: list[str]) -> Page[T]:
    """The first `limit` of items that were read with one more; `cursors` name each item's place."""
    return Page(items[:limit], cursors[limit - 1] if len(items) > limit else None)


class Person(msgspec.Struct, frozen=True):
    """What everybody may know of a user."""

    username: str
    display_name: str


class Me(msgspec.Struct, frozen=True):
    """What users may know of themselves."""

    id: str
    username: str
    display_name: str
    email: str
    is_admin: bool


def me(user: User) -> Me:
    return Me(user.id, user.username, user.display_name, user.email, user.is_admin)


class RulesetView(msgspec.Struct, frozen=True):
    """A kind of game; `options` is a JSON Schema, `presets` are named sets of options."""

    key: str
    title: str
    summary: str
    plugin: str
    version: int
    seats: tuple[str, ...]
    options: dict[str, Any]
    presets: dict[str, dict[str, Any]]


def ruleset_view(plugin: str, ruleset: Ruleset[Any, Any]) -> RulesetView:
    return RulesetView(
        key=ruleset.key,
        title=ruleset.title,
        summary=ruleset.summary,
        plugin=plugin,
        version=ruleset.version,
        seats=ruleset.seats,
        options=options_schema(ruleset),
        presets={name: dict(options) for name, options in ruleset.presets.items()},
    )


class ChallengeView(msgspec.Struct, frozen=True):
    """A challenge; `seat` is the challenger's, null when it will be drawn."""

    id: str
    status: str
    ruleset: str
    options: dict[str, Any]
    clock: dict[str, Any]
    challenger: Person
    opponent: Person | None
    seat: int | None
    link: bool
    game_id: str | None
    created_at: str
    invite_url: str | msgspec.UnsetType = msgspec.UNSET


def challenge_view(found: Challenge, invite_url: str | None = None) -> ChallengeView:
    opponent = Person(found.opponent, found.opponent_name or "") if found.opponent else None
    return ChallengeView(
        id=found.id,
        status=found.status,
        ruleset=found.ruleset,
        options=found.options,
        clock=found.clock,
        challenger=Person(found.challenger, found.challenger_name),
        opponent=opponent,
        seat=found.seat,
        link=found.by_link,
        game_id=found.game_id,
        created_at=found.created_at,
        invite_url=invite_url or msgspec.UNSET,
    )


class SeatView(msgspec.Struct, frozen=True):
    """Who sits in a seat and the side it plays now."""

    seat: int
    side: str
    user: Person


class GameSummary(msgspec.Struct, frozen=True):
    """A game as lists and short answers show it."""

    id: str
    ruleset: str
    ruleset_version: int
    options: dict[str, Any]
    status: str
    seats: list[SeatView]
    to_act: int | None
    ply: int
    clock: dict[str, Any]
    result: dict[str, Any] | None
    note: str
    created_at: str
    finished_at: str | None


class GameView(GameSummary, frozen=True):
    """A game with its moves and the scene as the caller may see it; follow it in the feed from `cursor`."""

    moves: list[str]
    scene: Scene
    cursor: str


def game_summary(found: Game) -> GameSummary:
    return GameSummary(**_summary(found))


def _summary(found: Game) -> dict[str, Any]:
    return {
        "id": found.id,
        "ruleset": found.ruleset,
        "ruleset_version": found.ruleset_version,
        "options": found.options,
        "status": found.status,
        "seats": [SeatView(s.seat, found.sides[s.seat], Person(s.username, s.display_name)) for s in found.seats],
        "to_act": found.to_act,
        "ply": found.ply,
        "clock": found.clock,
        "result": found.result,
        "note": found.note,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
    }


def game_view(state: GameState, scene: Scene) -> GameView:
    return GameView(**_summary(state.game), moves=[move for _, move in state.moves], scene=scene, cursor=state.cursor)
