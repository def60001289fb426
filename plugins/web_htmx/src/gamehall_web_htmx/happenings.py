"""The hall's own events as notices: who is told of what, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from gamehall.challenges import load_challenge
from gamehall.declare import Host
from gamehall.gamelog import Game, load_game
from gamehall.languages import N_, catalogue
from gamehall.notes import note_words
from gamehall.tables import game_move

from .declare import NoticeKind
from .listing import ruleset_title

__all__ = ["own_kinds"]

_ = catalogue(__name__)

Facts = Mapping[str, Any]

_ASKED = {"received": N_("{name} challenges you to a game of {title}.")}
_ANSWERS = {
    "accepted": N_("{name} accepted your challenge. The game of {title} has begun."),
    "declined": N_("{name} declined your challenge to a game of {title}."),
    "expired": N_("Nobody answered your challenge to a game of {title} in time."),
    "cancelled": N_("{name} withdrew the challenge to a game of {title}."),
}
_ENDS = {
    "won": N_("You won the game of {title} against {name}."),
    "lost": N_("You lost the game of {title} against {name}."),
    "drawn": N_("Your game of {title} against {name} ended in a draw."),
    "aborted": N_("Your game of {title} against {name} was aborted. Nobody wins."),
}
_OFFERS = {
    "draw": N_("{name} offers you a draw in your game of {title}."),
    "rematch": N_("{name} offers you another game of {title}."),
    "again": N_("{name} accepted the rematch. The new game of {title} has begun."),
}


def own_kinds(host: Host) -> list[NoticeKind]:
    """What the hall itself tells its users of."""

    def told(sentences: Mapping[str, str]) -> Callable[[Facts], str]:
        def sentence(facts: Facts) -> str:
            title = ruleset_title(host, facts["ruleset"])
            return _(sentences[facts["what"]], name=facts["name"], title=title)

        return sentence

    return [
        NoticeKind("challenge_received", _received, told(_ASKED), _to),
        NoticeKind("challenge_answered", _answered, told(_ANSWERS), _to, _challenge),
        NoticeKind("game_over", _over, told(_ENDS), _to),
        NoticeKind("draw_offer", _offered, told(_OFFERS), _to),
        NoticeKind("rematch_offer", _offered, told(_OFFERS), _to),
        NoticeKind("notice", _said, lambda facts: note_words(str(facts["text"])), _to),
    ]


def _to(facts: Facts) -> str:
    return str(facts["to"])


def _challenge(data: Facts) -> str:
    return f"/challenges/{data['challenge_id']}"


def _received(connection: sa.Connection, _user_id: str, data: Facts) -> Facts:
    found = load_challenge(connection, data["challenge_id"])
    return {
        "what": "received",
        "name": found.challenger_name,
        "ruleset": found.ruleset,
        "to": _challenge(data),
    }


def _answered(connection: sa.Connection, user_id: str, data: Facts) -> Facts | None:
    """Whoever has answered knows it, so the other side is told."""
    found = load_challenge(connection, data["challenge_id"])
    own = user_id == found.challenger_id
    if own == (data["status"] == "cancelled"):
        return None
    return {
        "what": data["status"],
        "name": (found.opponent_name or "") if own else found.challenger_name,
        "ruleset": found.ruleset,
        "to": f"/games/{data['game_id']}" if data["game_id"] else _challenge(data),
    }


def _over(connection: sa.Connection, user_id: str, data: Facts) -> Facts | None:
    """Whoever has ended the game, by the last move or by resigning, knows it; nobody plays against oneself for news."""
    found = load_game(connection, data["game_id"])
    own = found.seat_of(user_id)
    if own is None or len({each.user_id for each in found.seats}) == 1:
        return None
    winner, reason = data["result"]["winner"], data["result"]["reason"]
    if data["status"] == "aborted":
        return _in_game(found, "aborted", own)
    if reason == "resigned":
        ended_by = [each.seat for each in found.seats if each.seat != winner]
    elif connection.scalar(sa.select(game_move.c.to_act).where(*_last_move(found))) is None:
        ended_by = list(connection.scalars(sa.select(game_move.c.seat).where(*_last_move(found))))
    else:
        ended_by = []
    if own in ended_by:
        return None
    return _in_game(found, "drawn" if winner is None else "won" if winner == own else "lost", own)


def _last_move(found: Game) -> tuple[sa.ColumnElement[bool], ...]:
    return game_move.c.game_id == found.id, game_move.c.ply == found.ply


def _offered(connection: sa.Connection, user_id: str, data: Facts) -> Facts | None:
    """The other player is told of an offer, and of a rematch that was accepted."""
    found = load_game(connection, data["game_id"])
    own, rematch = found.seat_of(user_id), data.get("rematch")
    if own in (None, data["seat"]) or len({each.user_id for each in found.seats}) == 1:
        return None
    if data["action"] == "offer":
        return _in_game(found, "rematch" if "rematch" in data else "draw", own)
    return _in_game(found, "again", own) | {"to": f"/games/{rematch}"} if rematch else None


def _in_game(found: Game, what: str, own: int | None) -> dict[str, Any]:
    others = " and ".join(each.display_name for each in found.seats if each.seat != own)
    return {"what": what, "name": others, "ruleset": found.ruleset, "to": f"/games/{found.id}"}


def _said(_connection: sa.Connection, _user_id: str, data: Facts) -> Facts:
    return {"text": data["text"], "to": f"/games/{data['game_id']}" if "game_id" in data else ""}
