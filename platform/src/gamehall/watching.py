"""Whether somebody may know of a game, asked for each thing that they do in it."""

from __future__ import annotations

from cachetools import LRUCache

from gamehall.declare import Host, Policy
from gamehall.gamelog import check_watching, load_game

__all__ = ["check_known"]

_REMEMBERED = 10_000  # games


async def check_known(host: Host, game_id: str, user_id: str) -> None:
    """Raises Problem `not-found` for a game that this user may not see; it costs nothing where all may see all."""
    players = host.kept(_Players)
    if user_id in players.of.get(game_id, ()):
        return
    policies: list[tuple[str, Policy]] = host.declared("gamehall_policies")
    if any(policy.question == "watch" for _, policy in policies):
        found = await host.read(load_game, game_id)
        players.of[game_id] = frozenset(seat.user_id for seat in found.seats)
        await check_watching(host, found, user_id)


class _Players:
    """Who plays the games that were asked for lately, by their ids. Whoever has a seat keeps it: a guest who takes an
    account is another user, of whom nothing is known here and the database is asked."""

    def __init__(self, _host: Host) -> None:
        self.of: LRUCache[str, frozenset[str]] = LRUCache(_REMEMBERED)
