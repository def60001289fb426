"""What a player can do in a game besides moving, and what waits between the players for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gamehall.answers import Claim
from gamehall.clocks import is_paused, longest_pause
from gamehall.gamelog import Game, GameState, Offer, OfferKind
from gamehall.languages import N_, catalogue
from gamehall.spans import in_words

__all__ = ["Button", "Ending", "Proposal", "endings", "offers_to_make", "proposals"]

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class Button:
    """Sends this action to the game's path of this name, such as `draw`."""

    path: str
    action: str
    label: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends the game at once and is therefore asked again; `path` is that of the game where it is sent."""

    path: str
    label: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What waits between the players, or was declined, as one of them reads it."""

    sentence: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    """An offer in words: its button, the other's one and how to accept it, one's own, and that it was declined."""

    offer: str
    theirs: str
    accept: str
    own: str
    declined: str


_WORDS: dict[OfferKind, _Words] = {
    "draw": _Words(
        N_("Offer a draw"),
        N_("{other} offers a draw."),
        N_("Accept the draw"),
        N_("You have offered a draw. {other} can accept it until their next move."),
        N_("{other} has declined a draw. You can offer one again after the next move."),
    ),
    "takeback": _Words(
        N_("Ask to take back"),
        N_("{other} asks to take their last turn back, with the clocks as they were before it."),
        N_("Allow it"),
        N_("You have asked to take your last turn back."),
        N_("{other} does not want you to take your turn back. You can ask again after the next move."),
    ),
    "pause": _Words(
        N_("Offer a pause"),
        N_("{other} offers a pause of up to {pause}."),
        N_("Accept the pause"),
        N_("You have offered a pause of up to {pause}."),
        N_("{other} has declined a pause. You can offer one again after the next move."),
    ),
    "rematch": _Words(
        N_("Offer a rematch"),
        N_("{other} offers a rematch, with the seats swapped."),
        N_("Accept the rematch"),
        N_("You have offered a rematch."),
        N_("{other} does not want a rematch."),
    ),
}


_ALONE: dict[OfferKind, str] = {
    "draw": N_("Call it a draw"),
    "takeback": N_("Take back"),
    "pause": N_("Pause"),
    "rematch": N_("Play again"),
}
"""The same buttons for whoever plays both sides, who needs no answer."""


def proposals(found: Game, seat: int | None, claim: Claim | None, hall_time: int) -> tuple[Proposal, ...]:
    """What waits for whoever sits in this seat or for the other player; who only watches learns of a pause alone."""
    told = []
    if found.status == "active" and is_paused(found.times, hall_time):
        left = in_words((found.times.started or 0) - hall_time)
        end = (Button("pause", "end", _("End the pause")),) if seat is not None else ()
        told.append(Proposal(_("The game is paused for another {left}.", left=left), end))
    if seat is not None:
        if claim is not None and claim.seat == seat:
            told.append(_claim(_other(found, seat), claim))
        told += [_proposal(found, seat, each) for each in found.offers if each.seat == seat or not each.declined]
    return tuple(told)


def _other(found: Game, seat: int) -> str:
    return next((each.display_name for each in found.seats if each.seat != seat), "")


def _claim(other: str, claim: Claim) -> Proposal:
    if claim.in_:
        return Proposal(
            _("{other} has been away; you can claim the game in {span}.", other=other, span=in_words(claim.in_))
        )
    both = (Button("claim", "win", _("Claim the win")), Button("claim", "draw", _("Call it a draw")))
    return Proposal(_("{other} has left. End the game, or go on waiting.", other=other), both)


def _proposal(found: Game, seat: int, offer: Offer) -> Proposal:
    words, kind = _WORDS[offer.kind], offer.kind
    said = words.declined if offer.declined else words.own if offer.seat == seat else words.theirs
    sentence = _(said, other=_other(found, seat), pause=in_words(longest_pause(found.terms) or 0))
    if offer.declined:
        return Proposal(sentence)
    if offer.seat == seat:
        return Proposal(sentence, (Button(kind, "decline", _("Withdraw")),))
    return Proposal(sentence, (Button(kind, "accept", _(words.accept)), Button(kind, "decline", _("Decline"))))


def offers_to_make(state: GameState, seat: int | None, hall_time: int) -> tuple[Button, ...]:
    """What whoever sits in this seat can propose now."""
    if seat is None:
        return ()
    found = state.game
    if found.is_alone:
        return tuple(Button(kind, "offer", _(_ALONE[kind])) for kind in _possible(state, seat, hall_time))
    taken = {each.kind for each in found.offers if each.seat == seat or not each.declined}
    possible = _possible(state, seat, hall_time)
    return tuple(Button(kind, "offer", _(_WORDS[kind].offer)) for kind in possible if kind not in taken)


def _possible(state: GameState, seat: int, hall_time: int) -> Iterator[OfferKind]:
    found = state.game
    if found.status == "active":
        yield "draw"
        if any(mover == seat or found.is_alone for mover, _ in state.moves):
            yield "takeback"
        if longest_pause(found.terms) is not None and not is_paused(found.times, hall_time):
            yield "pause"
    elif found.result is not None and found.rematch_id is None:
        yield "rematch"


def endings(state: GameState, seat: int | None) -> tuple[Ending, ...]:
    """How whoever sits in this seat can end the game alone."""
    if seat is None or state.game.status != "active":
        return ()
    question = _("Give this game up? Your opponent wins.")
    if state.game.is_alone:
        question = _("Give this game up? The side that is not to move wins.")
    resign = Ending("resign", _("Resign…"), question, _("Yes, resign"))
    if {mover for mover, _ in state.moves} >= {each.seat for each in state.game.seats}:
        return (resign,)
    off = _("Not everybody has moved. Call this game off, so that nobody wins?")
    abort = Ending("abort", _("Abort…"), off, _("Yes, abort"))
    return (abort, resign)
