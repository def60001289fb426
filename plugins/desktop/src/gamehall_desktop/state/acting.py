"""What the user can do at the open game besides moving: never more than is possible now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from gamehall.languages import catalogue
from gamehall.naming import move_label
from gamehall.proposals import Ending, Proposal, Standing, endings, offers_to_make, proposals, standing_of

from .board import buttons
from .clockface import paused_for
from .moves import choices
from .table import Table

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class Act:
    """A button: `path` and `action` say what it does, as those of `gamehall.proposals.Button` do."""

    path: str
    action: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A move that is a button; `key` is the number that chooses it, empty where numbers are for the board."""

    move: str
    label: str
    key: str


def move_buttons(table: Table) -> tuple[Choice, ...]:
    """The moves that are buttons now, such as the ways in which what was touched can be meant."""
    scene = table.scene
    if scene is None or table.wanted is not None:
        return ()
    numbered = len(choices(scene, table.touched)) if len(choices(scene, table.touched)) < 10 else 9
    return tuple(
        Choice(each.move, each.label or move_label(each.move), str(number) if number <= numbered else "")
        for number, each in enumerate(buttons(scene, table.touched), start=1)
    )


def strips(table: Table, now: float) -> tuple[Proposal, ...]:
    """What waits for an answer, or was answered; at a moment by `time.monotonic`."""
    found = _standing(table, now)
    return proposals(found, table.seat) if found is not None else ()


def acts(table: Table, now: float) -> tuple[Act, ...]:
    """What the user can propose now."""
    found = _standing(table, now)
    if found is None:
        return ()
    made = [Act(each.path, each.action, each.label) for each in offers_to_make(found, table.seat)]
    if table.local and found.has_result and found.movers:  # nobody has to live with the end of a game among friends
        made.insert(0, Act("takeback", "offer", _("Take back")))
    return tuple(made)


def ways_to_end(table: Table, now: float) -> tuple[Ending, ...]:
    """How the user can end the game alone; each asks again before it does."""
    found = _standing(table, now)
    return endings(found, table.seat) if found is not None else ()


def asked(table: Table, now: float) -> Ending | None:
    """The end that the user has to confirm."""
    return next((each for each in ways_to_end(table, now) if each.path == table.asking), None)


def _standing(table: Table, now: float) -> Standing | None:
    if table.game is None or (table.offline and not table.local):
        return None
    found = replace(standing_of(table.game), paused_for=paused_for(table.game, table.at, now))
    if table.local:  # nobody else is to be asked, and no clock runs
        found = replace(found, is_alone=True, pause=None)
    if found.claim is not None:
        left = max(0, found.claim.in_ - round((now - table.at) * 1_000))
        found = replace(found, claim=type(found.claim)(found.claim.seat, left))
    return found


def address(table: Table, base_url: str) -> str:
    """Where the game is found in a browser, as it is shown; empty for one that no hall knows of."""
    if table.game is None or table.local:
        return ""
    at = f"?ply={table.wanted}" if table.wanted is not None else ""
    return f"{base_url.rstrip('/')}/games/{table.game.id}{at}"


Tool = Literal["next", "copy", "download", "bars", "rematch"]


def tools(table: Table) -> tuple[Tool, ...]:
    """What else can be done with the game that is open."""
    if table.game is None:
        return ()
    found: list[Tool] = []
    if table.game.rematch is not None:
        found.append("rematch")
    if not table.local and table.username is not None and not table.is_turn:
        found.append("next")
    if not table.local:
        found.append("copy")
    found.append("download")
    if table.game.status == "active" and table.game.scene.width and table.seat is not None:
        found.append("bars")
    return tuple(found)
