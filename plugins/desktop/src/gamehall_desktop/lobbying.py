"""The hall's lists, and what the user does in them. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Set as AbstractSet
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import httpx

from gamehall.answers import ProblemError
from gamehall.languages import catalogue
from gamehall.problems import FieldError

from . import panels
from .state.challenge import Proposed, Proposing, TermsRefused
from .state.lobby import Challenges, Games, Offered, Sought, Tab, Turned
from .state.toasts import Toast

if TYPE_CHECKING:
    from .session import Session

_ = catalogue(__name__)

ListName = Literal["offered", "own", "live", "finished", "received", "sent", "open"]

# Which lists an event changes. What nobody looks at is left out, see `Lists.shown`.
_CHANGED_BY: dict[str, set[ListName]] = {
    "challenge_received": {"received"},
    "challenge_answered": {"received", "sent", "own"},
    "challenge_opened": {"open"},
    "challenge_closed": {"open", "sent", "received"},
    "game_started": {"own", "live", "sent", "received", "open"},
    "game_move": {"own"},
    "game_over": {"own", "live", "finished"},
    "takeback": {"own"},
}
_ALWAYS: set[ListName] = {"offered", "own", "received", "sent", "open"}
_PAGE = 20
_PAUSE = 0.5  # seconds between two looks, however much happens in a busy hall


class Lists:
    """What is to be looked at anew: one look is under way at most, and all that is wanted meanwhile makes one more."""

    def __init__(self) -> None:
        self.shown: set[ListName] = set()
        self.wanted: set[ListName] = set()
        self.panels_wanted: set[str] = set()
        self.looking = False

    def want(self, kind: str | None) -> None:
        """What an event of this kind changes; everything without one."""
        changed: AbstractSet[ListName] = _CHANGED_BY.get(kind, set()) if kind else _ALWAYS | self.shown
        self.wanted |= changed & (_ALWAYS | self.shown)


async def refresh(session: Session, kind: str | None = None) -> None:
    """Has the lists looked at anew that an event of this kind changes; all of them without one. It does not wait."""
    lists = session.lists
    lists.want(kind)
    lists.panels_wanted |= panels.changed_by(session, kind)
    if (lists.wanted or lists.panels_wanted) and not lists.looking:
        lists.looking = True
        session.beside(partial(_look, session))


async def _look(session: Session) -> None:
    lists = session.lists
    try:
        while lists.wanted or lists.panels_wanted:
            wanted, lists.wanted = lists.wanted, set()
            shown, lists.panels_wanted = lists.panels_wanted, set()
            if "offered" in wanted:  # the others are told in its words
                await _load(session, "offered")
            await asyncio.gather(
                *(_load(session, name) for name in wanted if name != "offered"), panels.load(session, shown)
            )
            await asyncio.sleep(_PAUSE)
    except httpx.TransportError:  # nobody has asked for it: it is looked at with everything else, once the line is good
        await asyncio.sleep(_PAUSE)
        session.line.try_now()
    finally:
        lists.looking = False


async def _load(session: Session, name: ListName) -> None:
    client = session.client
    match name:
        case "offered":
            rulesets, clocks = await asyncio.gather(client.rulesets(), client.clocks())
            session.post(Offered(rulesets, clocks))
        case "own":
            own = await client.games(player=session.username, status="active", order="turn")
            session.post(Games("own", own.items, time.monotonic()))
        case "live":
            session.post(Games("live", (await client.games(status="active")).items))
        case "finished":
            await _load_finished(session, None)
        case box:
            session.post(Challenges(box, (await client.challenges(box)).items))


async def _load_finished(session: Session, cursor: str | None) -> None:
    found = await session.client.games(player=session.username, status="finished", limit=_PAGE, cursor=cursor)
    session.post(Games("finished", found.items, rest=found.next, following=cursor is not None))


async def turn_to(session: Session, tab: Tab) -> None:
    """Shows another list, as it is now."""
    session.post(Turned(tab))
    lists = session.lists
    lists.shown = {"watch": {"live"}, "finished": {"finished"}}.get(tab, set())  # type: ignore[assignment]
    if session.is_signed_in:
        await refresh(session)


async def more_finished(session: Session, cursor: str) -> None:
    await _load_finished(session, cursor)


async def propose(session: Session, ruleset: str, terms: dict[str, Any]) -> None:
    """Makes a challenge; `terms` are those of `Client.challenge`. What is wrong with it goes to the form."""
    try:
        made = await session.client.challenge(ruleset, **terms)
    except ProblemError as problem:
        if problem.slug not in ("invalid", "forbidden", "not-found", "not-possible", "too-many-requests"):
            raise
        errors = [each for each in problem.errors if each.field] or [FieldError("", problem.detail)]
        session.post(TermsRefused(errors))
        return
    session.post(Proposed(made))
    if made.game_id is not None:
        await session.open_game(made.game_id)
        return
    name = made.opponent.display_name if made.opponent else None
    session.post(Toast(_("You have challenged {name}.", name=name) if name else _("Your challenge waits."), "done"))
    await refresh(session, "challenge_answered")


async def respond(session: Session, challenge_id: str, action: Literal["accept", "decline", "cancel"]) -> None:
    answer = await session.client.respond(challenge_id, action)
    if answer.game_id is not None:
        await session.open_game(answer.game_id)
    await refresh(session, "challenge_closed")


async def seek(session: Session, name: str) -> None:
    """Looks for a user by name."""
    if not (name := name.strip().removeprefix("@")):
        session.post(Sought("", None))
        return
    try:
        session.post(Sought(name, await session.client.user(name)))
    except ProblemError as problem:
        if problem.status != 404:
            raise
        session.post(Sought(name, None))


async def challenge_user(session: Session, username: str) -> None:
    """Opens the form with this user as the opponent."""
    session.post(Proposing("hall", username))
