"""What each move of a game has cost, item by item, and what that comes to for each player."""

from __future__ import annotations

from dataclasses import dataclass

from gamehall.clockface import took
from gamehall.clocks import NoClock, Spent
from gamehall.gamelog import GameState
from gamehall.naming import AnyRuleset, move_label, say

__all__ = ["SheetRow", "TimeSheet", "time_sheet"]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A move's receipt, or a player's sum of them, in words; an item that is nothing is empty."""

    title: str
    side: str
    charged: str
    lag: str
    paused: str
    added: str


@dataclass(frozen=True, slots=True)
class TimeSheet:
    """Every move's receipt and each player's totals, by seat."""

    moves: tuple[SheetRow, ...]
    totals: tuple[SheetRow, ...]


def time_sheet(state: GameState, ruleset: AnyRuleset | None) -> TimeSheet | None:
    """The receipts of a game's moves; None where no time is charged, or nobody has moved."""
    if isinstance(state.game.terms, NoClock) or not state.moves:
        return None
    rows = [
        _row(
            f"{ply}. {say(ruleset, move_label(move))}",
            say(ruleset, shown.sides[seat]) if seat < len(shown.sides) else "",
            spent,
        )
        for ply, ((seat, move), shown, spent) in enumerate(
            zip(state.moves, state.shown, state.spent, strict=True), start=1
        )
    ]
    totals = []
    for person in state.game.seats:
        own = [spent for (seat, _), spent in zip(state.moves, state.spent, strict=True) if seat == person.seat]
        side = say(ruleset, state.game.sides[person.seat]) if person.seat < len(state.game.sides) else ""
        totals.append(_row(person.display_name, side, _sum(own)))
    return TimeSheet(tuple(rows), tuple(totals))


def _row(title: str, side: str, spent: Spent) -> SheetRow:
    lag, paused, added = (took(item) if item else "" for item in (spent.lag, spent.paused, spent.added))
    return SheetRow(title, side, took(spent.charged), lag, paused, added)


def _sum(receipts: list[Spent]) -> Spent:
    return Spent(
        elapsed=sum(each.elapsed for each in receipts),
        lag=sum(each.lag for each in receipts),
        paused=sum(each.paused for each in receipts),
        added=sum(each.added for each in receipts),
    )
