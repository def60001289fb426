"""What a player can do in a game besides moving, and what waits between the players for an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from gamehall.answers import Claim, Game, Offered
from gamehall.clocks import longest_pause, terms_of
from gamehall.languages import N_, catalogue
from gamehall.spans import in_words

__all__ = ["Button", "Ending", "Proposal", "Standing", "endings", "offers_to_make", "proposals", "standing_of"]

_ = catalogue(__name__)


OfferKind = Literal["draw", "takeback", "pause", "rematch"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a game stands, as far as this depends on it. Spans are in milliseconds.

    `names` are the players' by seat, `movers` the seats that have moved; `offers` wait for an answer, `declined` were
    declined since the last move. `pause` is how long one lasts at most, None where there is no clock; `paused_for` is
    what is left of the present one. `has_result` says that it is over, and `rematch` is the game that followed.
    """

    status: str
    names: tuple[str, ...]
    is_alone: bool
    movers: Collection[int]
    offers: tuple[Offered, ...]
    declined: tuple[Offered, ...]
    pause: int | None
    paused_for: int | None
    has_result: bool
    rematch: str | None
    claim: Claim | None = None


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


_WORDS: dict[str, _Words] = {
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


def standing_of(told: Game) -> Standing:
    """How a game stands that the API has told of."""
    return Standing(
        status=told.status,
        names=tuple(each.user.display_name for each in told.seats),
        is_alone=len({each.user.username for each in told.seats}) == 1,
        movers=set(told.movers),
        offers=told.offers,
        declined=told.declined,
        pause=longest_pause(terms_of(told.clock)),
        paused_for=told.clock.get("paused_for"),
        has_result=told.result is not None,
        rematch=told.rematch,
        claim=told.claim,
    )


def proposals(found: Standing, seat: int | None) -> tuple[Proposal, ...]:
    """What waits for whoever sits in this seat or for the other player; who only watches learns of a pause alone."""
    told = []
    if found.status == "active" and found.paused_for is not None:
        left = in_words(found.paused_for)
        end = (Button("pause", "end", _("End the pause")),) if seat is not None else ()
        told.append(Proposal(_("The game is paused for another {left}.", left=left), end))
    if seat is not None:
        if found.claim is not None and found.claim.seat == seat:
            told.append(_claim(_other(found, seat), found.claim))
        told += [_proposal(found, seat, each) for each in found.offers]
        told += [_declined(found, seat, each) for each in found.declined if each.seat == seat]
    return tuple(told)


def _other(found: Standing, seat: int) -> str:
    return next((name for place, name in enumerate(found.names) if place != seat), "")


def _claim(other: str, claim: Claim) -> Proposal:
    if claim.in_:
        return Proposal(
            _("{other} has been away; you can claim the game in {span}.", other=other, span=in_words(claim.in_))
        )
    both = (Button("claim", "win", _("Claim the win")), Button("claim", "draw", _("Call it a draw")))
    return Proposal(_("{other} has left. End the game, or go on waiting.", other=other), both)


def _proposal(found: Standing, seat: int, offer: Offered) -> Proposal:
    words, kind = _WORDS[offer.kind], offer.kind
    said = words.own if offer.seat == seat else words.theirs
    sentence = _(said, other=_other(found, seat), pause=in_words(found.pause or 0))
    if offer.seat == seat:
        return Proposal(sentence, (Button(kind, "decline", _("Withdraw")),))
    return Proposal(sentence, (Button(kind, "accept", _(words.accept)), Button(kind, "decline", _("Decline"))))


def _declined(found: Standing, seat: int, offer: Offered) -> Proposal:
    return Proposal(_(_WORDS[offer.kind].declined, other=_other(found, seat)))


def offers_to_make(found: Standing, seat: int | None) -> tuple[Button, ...]:
    """What whoever sits in this seat can propose now."""
    if seat is None:
        return ()
    if found.is_alone:
        return tuple(Button(kind, "offer", _(_ALONE[kind])) for kind in _possible(found, seat))
    taken = {each.kind for each in found.offers} | {each.kind for each in found.declined if each.seat == seat}
    return tuple(Button(kind, "offer", _(_WORDS[kind].offer)) for kind in _possible(found, seat) if kind not in taken)


def _possible(found: Standing, seat: int) -> Iterator[OfferKind]:
    if found.status == "active":
        yield "draw"
        if seat in found.movers or (found.is_alone and found.movers):
            yield "takeback"
        if found.pause is not None and found.paused_for is None:
            yield "pause"
    elif found.has_result and found.rematch is None:
        yield "rematch"


def endings(found: Standing, seat: int | None) -> tuple[Ending, ...]:
    """How whoever sits in this seat can end the game alone."""
    if seat is None or found.status != "active":
        return ()
    question = _("Give this game up? Your opponent wins.")
    if found.is_alone:
        question = _("Give this game up? The side that is not to move wins.")
    resign = Ending("resign", _("Resign…"), question, _("Yes, resign"))
    if set(found.movers) >= set(range(len(found.names))):
        return (resign,)
    off = _("Not everybody has moved. Call this game off, so that nobody wins?")
    abort = Ending("abort", _("Abort…"), off, _("Yes, abort"))
    return (abort, resign)
